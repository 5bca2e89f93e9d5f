"""What the register derives for a subject and property, as known at a date, written as a claim's value would be."""

from collections.abc import Callable, Iterable

from affidavit.law.dates import FOREVER, instant
from affidavit.law.fold import View, fold, known_steps
from affidavit.law.register import Register
from affidavit.law.steps import EVERYTHING, Path
from affidavit.model.determination import ENDED, Outcome
from affidavit.model.measure import Measure, Schedule, SetDeadline, Start

COUNTRY = "US"
"""Acts are looked up in the measures of this jurisdiction; claims so far are about it alone."""

NOTHING = "nothing"
"""The name that stands for an empty list."""


def derived(register: Register, subject: str, name: str, known: str) -> str:
    """The register's value; empty when it has none.

    Args:
        register: that is asked.
        subject: ``kind:name``.
        name: of a property.
        known: date by the end of which events must be public.
    """
    kind, _, which = subject.partition(":")
    find = _FINDERS.get((kind, name))
    return find(register, which, known) if find is not None else ""


def _view(path: Path, known: str, on: int = FOREVER) -> View:
    """Looking at a path as known at the end of a day, for the first app that its measure names."""
    apps = path.measure.targets.apps
    return View(on, instant(known, path.zone, "end"), FOREVER, apps[0] if apps else "")


def _start(register: Register, provision: str, known: str) -> str:
    """The start that the last known schedule sets."""
    start = _scheduled(register, provision, known)
    if start is None:
        return ""
    return start.earliest if start.earliest == start.latest else f"{start.earliest}..{start.latest}"


def _scheduled(register: Register, provision: str, known: str) -> Start | None:
    path = register.paths.get(provision)
    found = None
    for step in known_steps(path, _view(path, known)) if path else ():
        effect = register.events[step.event][0].effect
        found = effect.start if isinstance(effect, Schedule) else found
    return found


def _due(register: Register, provision: str, known: str) -> str:
    """The due date, as moved by then."""
    path = register.paths.get(provision)
    if path is None or not _public(register, path.measure, known):
        return ""
    due = path.provision.due
    for step in known_steps(path, _view(path, known)):
        effect = register.events[step.event][0].effect
        due = effect.due if isinstance(effect, SetDeadline) else due
    return due if due[:1].isdigit() else ""


def _days(register: Register, provision: str, known: str) -> str:
    """The length of the period by which a provision's due date is counted."""
    path = register.paths.get(provision)
    if path is None or path.provision.computed_from is None or not _public(register, path.measure, known):
        return ""
    return str(path.provision.computed_from.days)


def _date(register: Register, event: str, known: str) -> str:
    return register.events[event][0].public_at if _happened(register, event, known) else ""


def _grounds(register: Register, event: str, known: str) -> str:
    return register.events[event][0].grounds if _happened(register, event, known) else ""


def _reach(register: Register, event: str, known: str) -> str:
    """The provisions that an event is about."""
    if not _happened(register, event, known):
        return ""
    found, measure = register.events[event]
    every = tuple(item.id for item in measure.provisions)
    return _only(every if found.applies_to == EVERYTHING else found.applies_to)


def _published(register: Register, measure: str, known: str) -> str:
    found = register.measures.get(measure)
    day = found.dates.get("published", "") if found else ""
    return day if day and day <= known else ""


def _acts(register: Register, measure: str, known: str) -> str:
    """The acts that a measure's bars name."""
    paths = [path for path in _bars(register, known) if path.measure.id == measure]
    return _only({act for path in paths for act in path.provision.transactions}) if paths else ""


def _took_effect(register: Register, measure: str, known: str) -> str:
    """Whether any bar of a measure was in force, unblocked, at the latest start that its sources allow."""
    answers = set()
    for path in _bars(register, known):
        start = _scheduled(register, path.provision.id, known)
        if path.measure.id == measure and start is not None:
            moment = instant(start.latest, path.zone, "start")
            folded = fold(path, _view(path, known, moment))
            if folded is not None and moment <= instant(known, path.zone, "end"):
                answers.add(folded.outcome is Outcome.PROHIBITED)
    return "" if not answers else "yes" if True in answers else "no"


def _apps(register: Register, act: str, known: str) -> str:
    """The apps named by measures that bar an act by then."""
    return _only({app for path in _barring(register, act, known) for app in path.measure.targets.apps})


def _measures(register: Register, act: str, known: str) -> str:
    """The measures that bar an act by then."""
    return _only({path.measure.id for path in _barring(register, act, known)})


def _barring(register: Register, act: str, known: str) -> Iterable[Path]:
    """Bars of an act that are announced by then and have not ended."""
    for path in _bars(register, known):
        if path.measure.jurisdiction == COUNTRY and act in path.provision.transactions:
            folded = fold(path, _view(path, known, instant(known, path.zone, "end")))
            if folded is not None and folded.outcome not in ENDED:
                yield path


def _bars(register: Register, known: str) -> Iterable[Path]:
    """Every prohibition that is public by then."""
    for path in register.paths.values():
        if path.provision.kind == "prohibition" and known_steps(path, _view(path, known)):
            yield path


def _happened(register: Register, event: str, known: str) -> bool:
    """Whether an event exists and was public by then."""
    if event not in register.events:
        return False
    found, measure = register.events[event]
    zone = register.zone(measure.jurisdiction)
    return instant(found.public_at, zone, "start") <= instant(known, zone, "end")


def _public(register: Register, measure: Measure, known: str) -> bool:
    return any(_happened(register, event.id, known) for event in measure.events)


def _only(names: Iterable[str]) -> str:
    return f"only {', '.join(sorted(names) or [NOTHING])}"


_FINDERS: dict[tuple[str, str], Callable[[Register, str, str], str]] = {
    ("provision", "start"): _start,
    ("provision", "due"): _due,
    ("provision", "days"): _days,
    ("event", "date"): _date,
    ("event", "grounds"): _grounds,
    ("event", "reach"): _reach,
    ("measure", "published"): _published,
    ("measure", "acts"): _acts,
    ("measure", "took_effect"): _took_effect,
    ("act", "apps"): _apps,
    ("act", "measures"): _measures,
}
