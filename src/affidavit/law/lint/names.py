"""Checks of names: that ids are unique and lie where they should, and that what is named exists in the right place."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from msgspec import Struct

from affidavit.law.lint.dates import Messages
from affidavit.law.lint.draft import Draft, at, near, parts
from affidavit.law.steps import with_ancestors
from affidavit.model.measure import Block, Event, Exemption, Measure, OpenQuestion, Provision, Unblock

_MEASURES = "measures"


def place(draft: Draft) -> Messages:
    """A measure's file lies in the folder of its jurisdiction, and is called like the measure."""
    for path, measure in draft.measures.items():
        file = PurePosixPath(path)
        folder = measure.jurisdiction.casefold()
        if file.parent.as_posix() != f"{_MEASURES}/{folder}":
            yield path, f"its jurisdiction is {measure.jurisdiction}; move it to {_MEASURES}/{folder}/{file.name}"
        elif not measure.id.endswith(f"-{file.stem}"):
            yield path, f"its id is {measure.id!r}; call it {folder}-{file.stem}, or rename the file"


def unique(draft: Draft) -> Messages:
    """Nothing in the register has the id of something else in it."""
    seen: dict[str, str] = {}
    for section in (_MEASURES, "criteria"):
        for path, document in draft.files.get(section, {}).items():
            for where, name in _ids(document):
                if name in seen:
                    yield path, f"{at(where)}the id {name!r} is taken by {seen[name]}; give it another"
                seen.setdefault(name, f"{where or 'the measure'} in {path}")


def _ids(document: Struct) -> Iterator[tuple[str, str]]:
    for where, item in parts(document):
        if isinstance(name := getattr(item, "id", None), str):
            yield where, name


def words(draft: Draft) -> Messages:
    """Instruments, types of events, transactions and actors are in the vocabulary."""
    known = draft.words
    for path, measure in draft.measures.items():
        yield from _unknown(path, "instrument", "", [measure.instrument], known.instruments)
        for where, item in parts(measure):
            if isinstance(item, Event):
                yield from _unknown(path, "event type", where, [item.type], known.event_types)
            if isinstance(item, Provision | Exemption | OpenQuestion):
                yield from _unknown(path, "transaction", where, item.transactions, known.transactions)
            if isinstance(item, Provision):
                yield from _unknown(path, "actor", where, item.actors, known.actors)


def targets(draft: Draft) -> Messages:
    """Apps and operators exist, and events speak only of apps that the measure reaches."""
    for path, measure in draft.measures.items():
        yield from _unknown(path, "app", "targets", measure.targets.apps, draft.apps)
        yield from _unknown(path, "operator", "targets", measure.targets.operators, draft.organisations)
        for where, item in parts(measure):
            if isinstance(item, Event | OpenQuestion):
                yield from _unknown(path, "app", where, item.apps, draft.apps)
            if isinstance(item, Event) and _closed(measure):
                lost = [app for app in item.apps if app in draft.apps and app not in measure.targets.apps]
                yield from (
                    (path, f"{at(where, 'apps')}{app!r} is no target of the measure; add it there") for app in lost
                )


def _closed(measure: Measure) -> bool:
    """Whether a measure reaches exactly the apps that it lists."""
    return bool(measure.targets.apps) and not measure.targets.every_app_of_operators and not measure.targets.class_


def references(draft: Draft) -> Messages:
    """Provisions and proceedings that are named belong to the measure, or may rest on it where that makes sense."""
    for path, measure in draft.measures.items():
        provisions = [item.id for item in measure.provisions]
        proceedings = [item.id for item in measure.proceedings]
        answering = [*provisions, *_answering(draft, measure)] if measure.open_questions else []
        for where, item in parts(measure):
            if isinstance(item, Event):
                named = () if item.applies_to == "all" else item.applies_to
                yield from _unknown(path, "provision of this measure", where, named, provisions)
                asked = [item.proceeding] if item.proceeding else []
                yield from _unknown(path, "proceeding of this measure", where, asked, proceedings)
                if not item.applies_to:
                    yield path, f"{at(where, 'applies_to')}names no provision; write all, or name some"
            if isinstance(item, Exemption):
                yield from _unknown(path, "provision of this measure", where, item.provisions, provisions)
            if isinstance(item, OpenQuestion):
                yield from _unknown(path, "provision or exception", where, item.provisions, answering)


def _answering(draft: Draft, measure: Measure) -> Iterator[str]:
    """What else an open question of a measure can bear on: its exceptions, and all of the measures that rest on it."""
    for other in draft.measures.values():
        if other is measure or measure in with_ancestors(other, draft.by_id):
            yield from (item.id for item in other.exceptions)
            yield from (item.id for item in other.provisions)


def corrections(draft: Draft) -> Messages:
    """What an event replaces became public before it, in the same measure."""
    for path, measure in draft.measures.items():
        events = {event.id: event for event in measure.events}
        for event in measure.events:
            where = f"event {event.id}"
            yield from _unknown(path, "event of this measure", f"{where}, replaces", event.replaces, events)
            for other in (events[name] for name in event.replaces if name in events):
                mine, theirs = draft.moment(measure, event.public_at), draft.moment(measure, other.public_at)
                late = mine is not None and theirs is not None and theirs > mine
                if other is event or late:
                    yield path, f"{where}, replaces: {other.id} is not earlier; only an earlier event can be corrected"


def unblocking(draft: Draft) -> Messages:
    """What is unblocked was blocked: by an event of the same measure whose op is block."""
    for path, measure in draft.measures.items():
        events = {event.id: event for event in measure.events}
        blocks = [name for name, event in events.items() if isinstance(event.effect, Block)]
        for event in measure.events:
            if isinstance(event.effect, Unblock):
                where = f"event {event.id}, effect.of"
                for name in event.effect.of:
                    if name in events and name not in blocks:
                        yield path, f"{where}: {name} blocks nothing; blocks are {', '.join(blocks) or 'none'}"
                    else:
                        yield from _unknown(path, "event of this measure", where, [name], blocks)
                if not event.effect.of:
                    yield path, f"{where}: names no event; name the court orders whose effect ends"


def measures(draft: Draft) -> Messages:
    """Measures and criteria that a measure names exist."""
    codes = {code.casefold() for code in draft.jurisdictions}
    criteria = [PurePosixPath(path).stem for path in draft.files.get("criteria", {})]
    for path, measure in draft.measures.items():
        yield from _unknown(path, "measure", "depends_on", measure.depends_on, draft.by_id)
        yield from _unknown(path, "criteria", "criteria", [measure.criteria] if measure.criteria else [], criteria)
        for event in measure.events:
            looks = event.by.islower() and " " not in event.by and event.by.partition("-")[0] in codes
            named = [event.by] if looks and "-" in event.by else []
            yield from _unknown(path, "measure", f"event {event.id}, by", named, draft.by_id)


def cycles(draft: Draft) -> Messages:
    """Nothing rests on itself: measures on measures, actors within actors, jurisdictions within jurisdictions."""
    paths = {measure.id: path for path, measure in draft.measures.items()}
    above = {measure.id: measure.depends_on for measure in draft.measures.values()}
    yield from ((paths.get(name, ""), f"depends_on: {text}") for name, text in _ring(above))
    actors = {name: actor.within for name, actor in draft.words.actors.items()}
    for path in draft.files.get("law", {}):
        yield from ((path, f"actors: {text}") for _, text in _ring(actors))
    around = {code: (item.parent,) for code, item in draft.jurisdictions.items() if item.parent}
    for path in draft.files.get("jurisdictions", {}):
        yield from ((path, f"jurisdictions: {text}") for _, text in _ring(around))


def _ring(above: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """A ring, where there is one: its first name in the alphabet, and the whole of it in words."""
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        ring = list(reversed(error.args[1][1:]))
        first = ring.index(min(ring))
        words = " rests on ".join([*ring[first:], *ring[: first + 1]])
        yield ring[first], f"{words}, which is a ring; take one link out"


def _unknown(path: str, what: str, where: str, names: Iterable[str], known: Iterable[str]) -> Messages:
    """A problem for each name that is not known."""
    listed = list(known)
    for name in names:
        if name not in listed:
            yield path, at(where) + near(what, name, listed)
