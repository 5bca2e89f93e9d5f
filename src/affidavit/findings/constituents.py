"""From *present* to *reachable*: which code of known families an entry point leads to."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.findings.features import Mask
from affidavit.findings.reach import Reach
from affidavit.identity.code.evidence import Compared
from affidavit.model.code_identity import CodeIdentity
from affidavit.model.fact import Fact
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry
from affidavit.model.place import Place

TRIED = 20
"""Classes of one family, those first that show it best, of which a way to some methods is looked for."""
_METHODS = 4
_Way = tuple[Entry, tuple[Call, ...]]


def raised(facts: Iterable[Fact], one: Compared, reach: Reach) -> list[Fact]:
    """The facts, those on families with what the call graph shows of them.

    Args:
        facts: of the whole artefact.
        one: the comparison that the facts on families were made from.
        reach: what can run.
    """
    running, ways = _running(one, reach.methods), dict[str, tuple[_Way, int]]()
    for match in one.matched.families:
        own = dict.fromkeys(pair.app for pair in match.pairs if not pair.inlined)
        alive = [row for row in own if running[row]]
        way = _shortest(one, alive, reach)
        if way is not None:
            ways[one.index.families[match.family].id] = way, len(alive)
    return [_raised(fact, ways) for fact in facts]


def _raised(fact: Fact, ways: Mapping[str, tuple[_Way, int]]) -> Fact:
    """The fact, as *reachable* if it is on a family that something leads to."""
    what = fact.what
    if not isinstance(what, CodeIdentity) or what.family not in ways:
        return fact
    (entry, chain), reached = ways[what.family]
    made = replace(what, grade=Grade.REACHABLE, entry=entry, chain=chain, reached=reached)
    return make_fact(made, fact.place, fact.extractor)


def _running(one: Compared, methods: Mask) -> Mask:
    """Per class of the app, whether an entry point leads to a method of it."""
    running, first = np.zeros(len(one.app), bool), 0
    for number, unit in enumerate(one.program.units):
        reached = np.zeros(len(unit.class_type), bool)
        reached[unit.def_class[methods[first : first + len(unit.def_method)]]] = True
        rows = one.app.unit == number
        running[rows] = reached[one.app.row[rows]]
        first += len(unit.def_method)
    return running


def _shortest(one: Compared, alive: Iterable[int], reach: Reach) -> _Way | None:
    """A shortest way to the first methods of the first classes; None when none is given."""
    places = [place for row in list(alive)[:TRIED] for place in _starts(one, row, reach.methods)]
    ways = [way for place in places if (way := reach.chain(place)) is not None]
    return min(ways, key=lambda way: (len(way[1]), way[1][-1].place), default=None)


def _starts(one: Compared, row: int, methods: Mask) -> Iterator[Place]:
    """Where the first methods of a class begin that an entry point leads to."""
    number, class_row = int(one.app.unit[row]), int(one.app.row[row])
    unit = one.program.units[number]
    first = sum(len(before.def_method) for before in one.program.units[:number])
    reached = methods[first : first + len(unit.def_method)]
    for owner in np.flatnonzero((unit.def_class == class_row) & reached & (unit.def_code > 0))[:_METHODS].tolist():
        yield unit.place(owner, int(unit.def_code[owner]), 0)
