"""Answers what claims there are: chosen by subject, source, tag and date, with the conflicts that they take part in."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from affidavit.case.claims import Docket
from affidavit.case.conflicts import claims_of, conflicts
from affidavit.case.disputes import disputes
from affidavit.case.titles import property_title, title
from affidavit.law.names import find_app
from affidavit.model.claim import ClaimsAnswer, Conflict, Resolution, Told
from affidavit.model.errors import UsageError
from affidavit.model.measure import Source
from affidavit.wording import unknown


class Choice(Struct, frozen=True):
    """Which claims; empty fields choose all.

    Attributes:
        id: of a claim, or of a resolution.
        about: a subject (``provision:tt-2``, or ``tt-2`` alone), or an app by any of its names.
        source: id of a source.
        tags: any of these.
        known: only claims asserted by the end of this day.
    """

    id: str = ""
    about: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    known: str = ""


def answer(docket: Docket, choice: Choice) -> ClaimsAnswer:
    """The claims that fit, the conflicts in which they take part, and all that these cite.

    Raises:
        UsageError: a name or date is unknown, or nothing could ever fit.
    """
    public = list(docket.by(choice.known))
    found = conflicts(docket, choice.known)
    if choice.id:
        chosen = _called(docket, choice.id, public, found)
    else:
        fits = _filter(docket, choice)
        chosen = [item for item in public if item.claim.id in fits]
    ids = {item.claim.id for item in chosen}
    held = [item for item in found if ids.intersection(claims_of(item)) and _asked(docket, choice, item)]
    return ClaimsAnswer(
        known=choice.known,
        searched=_searched(docket, public, choice.known),
        claims=tuple(chosen),
        conflicts=tuple(disputes(held)),
        told={name: docket.told[name] for item in held for name in claims_of(item)},
        resolutions={item.resolution: _decision(docket, item.resolution, public) for item in held if item.resolution},
        titles=_titles(docket, chosen, held),
        sources=_sources(docket, chosen, held),
    )


def _filter(docket: Docket, choice: Choice) -> set[str]:
    """Ids of the claims that fit, whenever asserted; names are checked against all claims."""
    told = docket.told.values()
    fits = set(docket.told)
    if choice.source:
        known = {item.source for item in told}
        fits &= {item.claim.id for item in told if item.source == _named("source", choice.source, known)}
    if choice.tags:
        known = {tag for item in told for tag in item.claim.tags}
        wanted = {_named("tag", tag, known) for tag in choice.tags}
        fits &= {item.claim.id for item in told if wanted.intersection(item.claim.tags)}
    if choice.about:
        fits &= _about(docket, choice.about)
    return fits


def _about(docket: Docket, wanted: str) -> set[str]:
    """Ids of the claims about a subject or an app."""
    named, app = _meant(docket, wanted)
    told = docket.told.values()
    return {item.claim.id for item in told if named & docket.subjects(item) or app in docket.apps(item)}


def _asked(docket: Docket, choice: Choice, conflict: Conflict) -> bool:
    """Whether a conflict is itself about what was asked, and not only one of its claims in another respect."""
    if choice.id:
        return choice.id not in docket.resolutions or conflict.resolution == choice.id
    if not choice.about:
        return True
    named, app = _meant(docket, choice.about)
    return conflict.subject in named or docket.concerns(conflict.subject, app, claims_of(conflict))


def _meant(docket: Docket, wanted: str) -> tuple[set[str], str]:
    """The subjects that are meant, or the id of the app.

    Raises:
        UsageError: there are none of that name.
    """
    subjects = {subject for item in docket.told.values() for subject in docket.subjects(item)}
    same = {subject for subject in subjects if wanted.casefold() in {subject.casefold(), _name(subject)}}
    named = {subject for subject in same if not subject.startswith("app:")}
    if named:
        return named, ""
    try:
        return set(), find_app(docket.register, wanted.removeprefix("app:"))
    except UsageError as error:
        raise unknown("subject or app", wanted, subjects, error.advice) from None


def _name(subject: str) -> str:
    return subject.partition(":")[2].casefold()


def _called(docket: Docket, wanted: str, public: list[Told], found: Iterable[Conflict]) -> list[Told]:
    """The claim of an id, or those in the conflicts that a resolution decides."""
    by_id = {item.claim.id: item for item in public}
    if wanted in by_id:
        return [by_id[wanted]]
    decided = {name for item in found if item.resolution == wanted for name in claims_of(item)}
    if decided:
        return [item for item in public if item.claim.id in decided]
    if wanted in docket.told or wanted in docket.resolutions:
        raise UsageError(f"{wanted} was not public by then", advice="ask without --known, or with a later date")
    raise unknown("claim", wanted, {*docket.told, *docket.resolutions}, "list them with affidavit claims")


def _decision(docket: Docket, name: str, public: list[Told]) -> Resolution:
    """A decision, with the fate of the claims that were public."""
    found = docket.resolutions[name]
    spoken = {item.claim.id for item in public}
    return replace(found, statuses={key: value for key, value in found.statuses.items() if key in spoken})


def _named(what: str, wanted: str, known: Iterable[str]) -> str:
    """The known name that is meant, in any case.

    Raises:
        UsageError: there is none.
    """
    names = {name.casefold(): name for name in sorted(known)}
    if wanted.casefold() not in names:
        raise unknown(what, wanted, names.values())
    return names[wanted.casefold()]


def _searched(docket: Docket, public: list[Told], known: str) -> str:
    """What was searched, with counts."""
    sources = {item.source for item in docket.told.values()}
    press = sum(1 for name in sources if (found := docket.documents.get(name)) and found.seen == "press")
    days = sorted(item.asserted_at for item in docket.told.values())
    text = (
        f"Searched: {len(docket.told)} claims of {len(sources)} sources, {press} of them press documents read in full"
    )
    text += f", asserted {days[0]} to {days[-1]}" if days else ""
    text += f"; {len(public)} were public by {known}" if known else ""
    updated = docket.register.updated
    late = f" What was said after {updated} is not recorded here." if known > updated else ""
    return f"{text}.{late}"


def _titles(docket: Docket, chosen: Iterable[Told], held: Iterable[Conflict]) -> dict[str, str]:
    subjects = {subject for item in chosen for subject in docket.subjects(item)} | {item.subject for item in held}
    names = {says.property for item in chosen for says in item.claim.says} | {item.property for item in held}
    made = {subject: title(docket.register, subject) for subject in sorted(subjects)}
    return made | {name: property_title(name) for name in sorted(names)}


def _sources(docket: Docket, chosen: Iterable[Told], held: Iterable[Conflict]) -> dict[str, Source]:
    """The documents of the claims shown, and of the decisions about their conflicts."""
    cited = {item.source for item in chosen}
    for item in held:
        cited |= {docket.told[name].source for name in claims_of(item)}
        cited |= set(docket.resolutions[item.resolution].sources) if item.resolution else set()
    return {name: docket.documents[name] for name in sorted(cited) if name in docket.documents}
