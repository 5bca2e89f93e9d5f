"""The history of provisions: their standing at every legal time, for one state of knowledge or for all of them.

A standing is constant between two breakpoints, so that folding once at each gives an exact history. Exceptions are not
in it: they depend on the act, not on the provision.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from affidavit.law.aim import aimed_then, ever_aimed
from affidavit.law.ask import Resolver
from affidavit.law.breakpoints import known_breaks, legal_breaks
from affidavit.law.dates import FOREVER, instant, local, until
from affidavit.law.fold import View, fold
from affidavit.law.moments import instant_text, moments
from affidavit.law.register import Register
from affidavit.law.steps import Path
from affidavit.model.determination import ENDED, Outcome
from affidavit.model.errors import UsageError
from affidavit.model.history import Bitemporal, Layer, Plane, Scope, Segment, Timeline, Track
from affidavit.model.measure import ANSWERING
from affidavit.wording import unknown

_BEFORE = -FOREVER
_GONE = {None, Outcome.NOT_COVERED, *ENDED}


_CATCH_ALL = {"evasion", "any_with_operator", "residual_future"}
"""Acts that are no business of their own, but stand for whatever else is done."""


class _Window(NamedTuple):
    """The stretch of time asked for, both ends included."""

    since: int
    until: int


def timeline(
    source: Register | Resolver, app: str, jurisdictions: Iterable[str] = (), known: str = "", recorded: str = "",
    *, since: str = "", until: str = "", measures: Iterable[str] = (),
) -> Timeline:  # fmt: skip
    """Every provision that ever reached an app, over legal time.

    Args:
        source: the register, or a resolver that has it.
        app: id of a listed app.
        jurisdictions: codes; measures of those around them count too. Empty means every jurisdiction.
        known: what was public by the end of then; empty means all.
        recorded: what the register had recorded by the end of then; empty means all.
        since: the window's beginning; a day means its start, empty means open.
        until: the window's end; a day means its end, empty means open.
        measures: ids of the only measures wanted; empty means all.

    Raises:
        UsageError: a name is unknown, or a date is none.
    """
    register = source.register if isinstance(source, Resolver) else source
    codes = tuple(jurisdictions)
    paths, scope, window = _asked(register, app, codes, (since, until), tuple(measures))
    tracks = [track(register, path, app, known, recorded) for path in paths]
    public = {item.provision: item for item in tracks if any(part.outcome is not None for part in item.segments)}
    alive = {name: item for name, item in public.items() if _alive(item.segments, window)}
    places = codes or tuple(dict.fromkeys(item.jurisdiction for item in public.values()))
    left_out = tuple(sorted(public.keys() - alive.keys()))
    return Timeline(
        scope=replace(scope, jurisdictions=places, known=known, recorded=recorded, left_out=left_out),
        tracks=tuple(alive.values()),
        moments=moments(register, app, [path for path in paths if path.provision.id in alive], known, recorded),
    )


def bitemporal(
    source: Register | Resolver, app: str, jurisdictions: Iterable[str] = (),
    *, since: str = "", until: str = "", measures: Iterable[str] = (),
) -> Bitemporal:  # fmt: skip
    """Every provision that ever reached an app, over legal time and over what was known.

    Prohibitions of named acts come first, then powers, then clauses about evasion and the like; among equals, those
    with the most states of knowledge.

    Args:
        source: as for `timeline`.
        app: as for `timeline`.
        jurisdictions: as for `timeline`.
        since: the window's beginning, on both axes.
        until: the window's end, on both axes.
        measures: as for `timeline`.

    Raises:
        UsageError: a name is unknown, or a date is none.
    """
    register = source.register if isinstance(source, Resolver) else source
    paths, scope, window = _asked(register, app, tuple(jurisdictions), (since, until), tuple(measures))
    planes: dict[tuple[str, tuple[Layer, ...]], list[Path]] = {}
    left_out = []
    for path in paths:
        layers = _layers(register, path, app, window)
        if any(_alive(layer.segments, window) for layer in layers):
            planes.setdefault((path.measure.id, layers), []).append(path)
        else:
            left_out.append(path.provision.id)
    drawn = [path for group in planes.values() for path in group]
    return Bitemporal(
        scope=replace(scope, left_out=tuple(sorted(left_out))),
        planes=tuple(_plane(group, layers) for (_, layers), group in sorted(planes.items(), key=_place)),
        moments=moments(register, app, drawn),
    )


def track(register: Register, path: Path, app: str, known: str = "", recorded: str = "") -> Track:
    """The history of one provision for one app, as known at one time.

    Args:
        register: the register.
        path: one of its paths.
        app: id of a listed app.
        known: as for `timeline`.
        recorded: as for `timeline`.

    Raises:
        UsageError: a date is none.
    """
    return Track(
        provision=path.provision.id,
        measure=path.measure.id,
        jurisdiction=path.measure.jurisdiction,
        title=path.measure.title,
        summary=path.provision.summary,
        transactions=path.provision.transactions,
        segments=_segments(register, path, View(0, until(known, path.zone), until(recorded, path.zone), app)),
    )


def _segments(register: Register, path: Path, view: View) -> tuple[Segment, ...]:
    """The standing over all of legal time; neighbours with equal answers are one segment."""
    found: list[tuple[str, Segment]] = []
    for at in (_BEFORE, *legal_breaks(register, path, view.app)):
        answer = _answer(register, path, view._replace(on=at))
        if not found or found[-1][1] != answer:
            found.append(("" if at == _BEFORE else instant_text(at, path), answer))
    ends = [start for start, _ in found[1:]] + [""]
    return tuple(
        Segment(item.outcome, start, end, item.events, item.ends, item.blocked, item.contested)
        for (start, item), end in zip(found, ends, strict=True)
    )


def _answer(register: Register, path: Path, view: View) -> Segment:
    """The answer at one legal time, as a segment without bounds."""
    folded = fold(path, view)
    if folded is None:
        return Segment(None)
    if not aimed_then(register, path.measure, view):
        return Segment(Outcome.NOT_COVERED)
    return Segment(
        outcome=folded.outcome,
        events=folded.events,
        ends=tuple(Outcome(reason) for _, _, reason in folded.ends),
        blocked=folded.blocked,
        contested=folded.contested,
    )


def _layers(register: Register, path: Path, app: str, window: _Window) -> tuple[Layer, ...]:
    """One layer for each state of knowledge in the window that differs from the one before."""
    found: list[Layer] = []
    for at in known_breaks(register, path, app):
        if at > window.until:
            break
        segments = _segments(register, path, View(0, at, FOREVER, app))
        if found and found[-1].segments == segments:
            continue
        if at <= window.since:
            found.clear()
        found.append(Layer(instant_text(at, path), segments))
    return tuple(found)


def _place(item: tuple[tuple[str, tuple[Layer, ...]], list[Path]]) -> tuple[int, int]:
    """Where a group stands among the planes."""
    (_, layers), group = item
    return min(_rank(path) for path in group), -len(layers)


def _rank(path: Path) -> int:
    """0 for a prohibition of acts that it names, 1 for a power, 2 for a clause about whatever else is done."""
    if path.provision.kind == "enabling":
        return 1
    return 0 if set(path.provision.transactions) - _CATCH_ALL else 2


def _plane(group: Sequence[Path], layers: tuple[Layer, ...]) -> Plane:
    measure, provisions = group[0].measure, [path.provision for path in group]
    return Plane(
        tuple(item.id for item in provisions), measure.id, measure.jurisdiction, measure.title, layers,
        summaries=tuple(item.summary for item in provisions),
        acts=tuple(item.transactions for item in provisions),
    )  # fmt: skip


def _asked(
    register: Register, app: str, codes: tuple[str, ...], dates: tuple[str, str], measures: tuple[str, ...]
) -> tuple[list[Path], Scope, _Window]:
    """The paths that ever reached an app, what the history is about, and its window."""
    _check(register, app, codes, measures)
    around = {name for code in codes for name in register.around(code)} or set(register.jurisdictions)
    paths = [
        path
        for path in register.paths.values()
        if path.provision.kind in ANSWERING
        and path.measure.jurisdiction in around
        and (not measures or path.measure.id in measures)
        and ever_aimed(register, path.measure, app)
    ]
    places = codes or tuple(dict.fromkeys(path.measure.jurisdiction for path in paths))
    zone = register.zone(places[0]) if places else "UTC"
    since, until = dates
    window = _Window(
        instant(since, zone, "start") if since else _BEFORE, instant(until, zone, "end") if until else FOREVER
    )
    if window.since > window.until:
        raise UsageError(f"{since} lies after {until}", advice="give the earlier date first")
    scope = Scope(
        app=app,
        name=register.apps[app].names[0],
        jurisdictions=places,
        updated=register.updated,
        words={name: item.title for name, item in register.vocabulary.outcomes.items()},
        since=since and local(window.since, zone).isoformat(),
        until=until and local(window.until, zone).isoformat(),
    )
    return paths, scope, window


def _check(register: Register, app: str, codes: Iterable[str], measures: Iterable[str]) -> None:
    """Refuse names that the register does not have."""
    wanted: list[tuple[str, str, Mapping[str, object]]] = [("app", app, register.apps)]
    wanted += [("jurisdiction", code, register.jurisdictions) for code in codes]
    wanted += [("measure", name, register.measures) for name in measures]
    for what, name, listed in wanted:
        if name not in listed:
            raise unknown(what, name, listed)


def _alive(segments: Iterable[Segment], window: _Window) -> bool:
    """Whether a provision had a standing in the window; an end counts only if the window has no beginning."""
    gone = {None} if window.since == _BEFORE else _GONE
    for item in segments:
        after = item.end and instant(item.end, "UTC", "start") <= window.since
        before = item.start and instant(item.start, "UTC", "start") > window.until
        if not after and not before and item.outcome not in gone:
            return True
    return False
