"""Conflicts, found by comparing every claim with the others about the same thing and with the register.

The register is asked for its value as known on the date of each claim. Claims between which that value changed are of
different states of knowledge: they are not held against each other, and their difference is a conflict of kind
``knowledge``.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations
from typing import NamedTuple

from affidavit.case.claims import Docket
from affidavit.case.derive import derived
from affidavit.case.properties import Property, property_of
from affidavit.case.values import UNCLEAR, Sentence, Value, agree, leaves_open, read
from affidavit.law.dates import day_of, instant
from affidavit.law.headline import spoken
from affidavit.law.register import Register
from affidavit.model.claim import Assertion, Conflict, Kind, Resolution, Told, Voice
from affidavit.model.determination import Determination
from affidavit.model.measure import Event, Measure

COMPARABLE_DAYS = 31
"""Numbers that drift are held against each other when they are about dates at most so far apart."""


class _Side(NamedTuple):
    """A claim's value, ready to compare, with the register's as known at its date (empty: none)."""

    claim: str
    asserted_at: str
    text: str
    unit: str
    at: str
    value: Value
    register: Value | None
    register_text: str


def conflicts(docket: Docket, known: str = "") -> list[Conflict]:
    """Every conflict among claims asserted by the end of a day (all when empty), by subject and property.

    Its resolution is named only if the grounds of that were public by then.

    Raises:
        UsageError: a date or a value is none; `affidavit knowledge lint` says where.
    """
    groups: dict[tuple[str, str], list[tuple[Told, Assertion]]] = {}
    for told in docket.by(known):
        for says in told.claim.says:
            for subject in says.about:
                groups.setdefault((subject, says.property), []).append((told, says))
    found = []
    for (subject, name), group in sorted(groups.items()):
        sides = sorted((_side(docket, subject, told, says) for told, says in group), key=_place(docket))
        for kind, voices in _compared(property_of(name), sides):
            decided = resolved_by(docket, subject, name, kind)
            shown = decided is not None and knowable(docket, decided, known)
            found.append(Conflict(subject, name, kind, voices, decided.id if decided and shown else ""))
    return found


def resolved_by(docket: Docket, subject: str, name: str, kind: Kind) -> Resolution | None:
    """The decision about a conflict; the first by id, should there be several."""
    return next((item for item in docket.resolutions.values() if decides(item, subject, name, kind)), None)


def decides(item: Resolution, subject: str, name: str, kind: Kind) -> bool:
    """Whether a decision is about such a conflict."""
    return subject in item.about and name == item.property and (not item.kinds or kind in item.kinds)


def claims_of(conflict: Conflict) -> tuple[str, ...]:
    """Ids of the claims that take part, each once."""
    return tuple(dict.fromkeys(voice.claim for voice in conflict.voices if voice.claim))


def bearing(docket: Docket, made: Determination) -> list[Conflict]:
    """Conflicts that bear on an answer, among what was asserted by the date known.

    A conflict bears on it when it concerns the app, and is about a provision on which the answer rests, its measure or
    an event relied on; or about the act, as the register saw it when what carries the answer existed already.
    """
    rests = spoken(made)
    near = {f"provision:{item.provision}" for item in rests} | {f"measure:{item.measure}" for item in rests}
    near |= {f"event:{event}" for item in rests for event in item.events}
    return [
        conflict
        for conflict in conflicts(docket, made.question.known)
        if (conflict.subject in near or _about_act(docket, made, conflict))
        and docket.concerns(conflict.subject, made.question.app, claims_of(conflict))
    ]


def _about_act(docket: Docket, made: Determination, conflict: Conflict) -> bool:
    """Whether a conflict is about the act, and the register's side of it is not from before what carries the answer."""
    law = docket.register
    carrying = [law.measures[item.measure] for item in made.standings if item.provision in made.decisive]
    if conflict.subject != f"act:{made.question.transaction}" or not carrying:
        return False
    since = max(min(_told_at(law, event, measure) for event in measure.events) for measure in carrying)
    own = [instant(voice.asserted_at, docket.zone, "end") for voice in conflict.voices if not voice.claim]
    return max(own, default=since) >= since


def _told_at(law: Register, event: Event, measure: Measure) -> int:
    """When an event became public."""
    return instant(event.public_at, law.zone(measure.jurisdiction), "start")


def knowable(docket: Docket, resolution: Resolution, known: str) -> bool:
    """Whether the grounds of a decision were public by the end of a day; always when `known` is empty."""
    if not known:
        return True
    zone = docket.zone
    since = resolution.knowable_from or resolution.recorded_at
    return instant(since, zone, "end") <= instant(known, zone, "end")


def _side(docket: Docket, subject: str, told: Told, says: Assertion) -> _Side:
    kind, _, name = subject.partition(":")
    form, asserted = property_of(says.property).form, told.asserted_at
    own = docket.dates.get(name, "") if (kind, says.property) == ("source", "date") else ""
    text = own or derived(docket.register, subject, says.property, asserted)
    stated = Sentence(text) if form == "phrases" else read(form, text or UNCLEAR, docket.zone)
    return _Side(
        claim=told.claim.id,
        asserted_at=asserted,
        text=says.value,
        unit=says.unit,
        at=says.at or asserted,
        value=read(form, says.value, docket.zone),
        register=stated if text else None,
        register_text=text,
    )


def _place(docket: Docket) -> Callable[[_Side], tuple[int, str, str]]:
    return lambda side: (instant(side.asserted_at, docket.zone, "end"), side.claim, side.text)


def _compared(item: Property, sides: list[_Side]) -> Iterator[tuple[Kind, tuple[Voice, ...]]]:
    """The conflicts among sides that speak of one thing."""
    units = dict.fromkeys(side.unit for side in sides)
    if len(units) > 1:
        yield "unit", _voices(sides, {side.claim for side in sides})
    for unit in units:
        same = [side for side in sides if side.unit == unit]
        states = _states(same)
        for state in states:
            yield from _at_one_time(item, state)
        yield from _over_time(states)


def _states(sides: list[_Side]) -> list[list[_Side]]:
    """Sides by state of knowledge. A register that only became more precise is in the same state."""
    states: list[list[_Side]] = []
    for side in sides:
        own = side.register
        for state in states:
            first = state[0].register
            if (own is None and first is None) or (own is not None and first is not None and agree(own, first)):
                state.append(side)
                break
        else:
            states.append([side])
    return states


def _at_one_time(item: Property, sides: list[_Side]) -> Iterator[tuple[Kind, tuple[Voice, ...]]]:
    """Conflicts among sides of one state of knowledge."""
    settled = [side for side in sides if not leaves_open(side.value)]
    pairs = [pair for pair in combinations(sides, 2) if not agree(pair[0].value, pair[1].value)]
    against = [side for side in sides if side.register is not None and not agree(side.value, side.register)]
    if pairs or against:
        near = [pair for pair in pairs if not item.drifts or _days_apart(*pair) <= COMPARABLE_DAYS]
        kind: Kind = "register" if not pairs else "claims" if near else "dates"
        disputed = {side.claim for pair in pairs for side in pair} | {side.claim for side in against}
        yield kind, _voices((side for side in sides if side in settled or side.claim in disputed), disputed)
    left_open = [side for side in sides if side not in settled]
    if left_open and (settled or left_open[0].register is not None):
        yield "incomplete", _voices(sides, {side.claim for side in left_open})


def _over_time(states: list[list[_Side]]) -> Iterator[tuple[Kind, tuple[Voice, ...]]]:
    """The conflict between sides of different states of knowledge."""
    crossing = [
        (first, second)
        for one, other in combinations(states, 2)
        for first in one
        for second in other
        if not agree(first.value, second.value)
    ]
    if crossing:
        yield "knowledge", _voices(chain(*states), {side.claim for pair in crossing for side in pair})


def _voices(sides: Iterable[_Side], disputed: set[str]) -> tuple[Voice, ...]:
    """Sides, and what the register says on their dates, earliest first; each said once."""
    made: dict[tuple[str, str], Voice] = {}
    for side in sides:
        one = Voice(side.claim, side.text, side.asserted_at, side.unit, side.claim in disputed)
        made.setdefault((side.claim, side.text), one)
        if side.register_text:
            made.setdefault(("", side.register_text), Voice("", side.register_text, side.asserted_at, side.unit))
    return tuple(sorted(made.values(), key=lambda voice: (day_of(voice.asserted_at), not voice.claim)))


def _days_apart(one: _Side, other: _Side) -> int:
    return abs((day_of(one.at) - day_of(other.at)).days)
