"""Pairs of classes side by side: which method is which, which own name stands for which, and what is on one side alone.

First methods are paired by what they do, and lined up without own names. What then stands together most often tells
which member of the app is which of the library; with these names everything is lined up again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec.structs import replace

from affidavit.dalvik.unit import RefKind
from affidavit.identity.code.alignment import CELLS, aligned
from affidavit.identity.code.side import Line, Member, Method, Names, Side, cut, words
from affidavit.model import beside as model

METHODS: Final = 200
"""Methods of one class that are read, and fields."""
LINES: Final = 1_500
"""Lines of one method that are read."""
READ: Final = 300_000
"""Lines of one side that are read in all."""
SHOWN: Final = 40_000
"""Lines that are shown in all."""
_TABLES: Final = 60_000_000
"""Cells of all tables that are made to line up."""
_COMPARED: Final = 10_000
"""Pairs of methods of one pair of classes; of more only those with like prototypes are looked at."""
_LIKE, _LIKE_OF_SHAPE = 0.3, 0.15
"""Share of lines that two methods must have in common, and that two with like prototypes must."""
_SHAPE, _NAME = 0.5, 0.25
"""What a like prototype and an equal name add to that share when the best partner is chosen."""
_MEMBERS: Final = (RefKind.METHOD, RefKind.FIELD)
_NO_NAMES: Final = Names({}, {})


class Pair(NamedTuple):
    """A class of the app and one of the library, by their numbers on their sides."""

    family: str
    rank: int
    app: int
    library: int


class _Read(NamedTuple):
    """What was read of a class: what it declares, its methods, and how many of them were left out."""

    declared: tuple[Line, ...]
    methods: list[Method]
    left: int


class _Open(NamedTuple):
    """A pair that was read: its methods in pairs, -1 for one without a partner."""

    pair: Pair
    app: _Read
    library: _Read
    partners: list[tuple[int, int]]


def _unbounded() -> None:
    """Time that nobody bounds."""


@dataclass(slots=True)
class Room:
    """How much may still be made, over all files; `check` raises when time has run out."""

    read: list[int] = field(default_factory=lambda: [READ, READ])
    cells: int = _TABLES
    shown: int = SHOWN
    check: Callable[[], None] = _unbounded


class Sides(NamedTuple):
    """What is laid beside what.

    Attributes:
        app, library: the two programs. file: number of the library's file.
        classes: descriptors of classes of the app and of those of the library that they come from.
        room: how much may still be made; what is used is taken from it.
    """

    app: Side
    library: Side
    classes: Mapping[str, str]
    room: Room
    file: int = 0


def beside(sides: Sides, pairs: Sequence[Pair]) -> Iterator[model.ClassBeside]:
    """Lay pairs of classes side by side."""
    opened = [_opened(sides, pair) for pair in pairs]
    names = Names(sides.classes, _members(sides, opened))
    for each in opened:
        yield _class(sides, each, names)


def _opened(sides: Sides, pair: Pair) -> _Open:
    found, room = [], sides.room
    room.check()
    for number, (side, row) in enumerate(((sides.app, pair.app), (sides.library, pair.library))):
        methods, left = side.methods(row, METHODS, min(LINES, room.read[number]))
        room.read[number] = max(0, room.read[number] - sum(len(each.lines) for each in methods))
        found.append(_Read(side.declared(row, METHODS), methods, left))
    return _Open(pair, found[0], found[1], partners(found[0].methods, found[1].methods))


def partners(ours: Sequence[Method], theirs: Sequence[Method]) -> list[tuple[int, int]]:
    """Which method is which: pairs in our order, then those that the other side alone has; -1 for no partner."""
    bags = [[Counter(line.key for line in each.lines) for each in side] for side in (ours, theirs)]
    few = len(ours) * len(theirs) <= _COMPARED
    found: list[tuple[float, int, int]] = []
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            if (few or one.shape == other.shape) and _special(one) == _special(other):
                score = _score(one, other, bags[0][row], bags[1][column])
                if score:
                    found.append((-score, row, column))
    of_ours: dict[int, int] = {}
    taken: set[int] = set()
    for _, row, column in sorted(found):
        if row not in of_ours and column not in taken:
            of_ours[row] = column
            taken.add(column)
    alone = [(-1, column) for column in range(len(theirs)) if column not in taken]
    return [*((row, of_ours.get(row, -1)) for row in range(len(ours))), *alone]


def _special(method: Method) -> str:
    """Constructors and class initialisers keep their names and are nothing else's partners."""
    return method.name if method.name.startswith("<") else ""


def _score(one: Method, other: Method, ours: Counter[str], theirs: Counter[str]) -> float:
    """How much two methods are like each other; 0 when they are not."""
    shape, both = one.shape == other.shape, ours.total() + theirs.total()
    share = 2 * (ours & theirs).total() / both if both else float(shape)
    if share < (_LIKE_OF_SHAPE if shape else _LIKE):
        return 0.0
    return share + _SHAPE * shape + _NAME * (one.name == other.name)


def _members(sides: Sides, opened: Sequence[_Open]) -> dict[Member, str]:
    """What members of the app are called in the library: paired methods, then what stands together most often."""
    votes: defaultdict[Member, Counter[str]] = defaultdict(Counter)
    certain: dict[Member, str] = {}
    for each in opened:
        ours, theirs = sides.app.vocabulary.names[each.pair.app], sides.library.vocabulary.names[each.pair.library]
        for row, column in each.partners:
            if row < 0 or column < 0:
                continue
            one, other = each.app.methods[row], each.library.methods[column]
            if sides.classes.get(ours) == theirs and _told_apart(each, one, other):
                certain[ours, one.name, one.proto] = other.name
            _vote(sides, votes, one.lines, other.lines)
        _vote(sides, votes, _alone(each.app.declared), _alone(each.library.declared))
    counted = {
        member: min(names.items(), key=lambda item: (-item[1], item[0]))[0] for member, names in sorted(votes.items())
    }
    return counted | certain


def _told_apart(opened: _Open, one: Method, other: Method) -> bool:
    """Whether two partners are no others: methods without code are told by their prototypes alone."""
    if one.lines and other.lines:
        return True
    alike = [[each for each in side.methods if each.shape == one.shape] for side in (opened.app, opened.library)]
    return len(alike[0]) == len(alike[1]) == 1 or one.name == other.name


def _vote(sides: Sides, votes: Mapping[Member, Counter[str]], ours: Sequence[Line], theirs: Sequence[Line]) -> None:
    """Count which members stand together when two methods are lined up without own names."""
    for row, column in _aligned(ours, theirs, [[line.key for line in side] for side in (ours, theirs)], sides.room):
        if row < 0 or column < 0 or ours[row].kind not in _MEMBERS:
            continue
        (owner, name, form), (holder, known, _) = ours[row].parts, theirs[column].parts
        if sides.classes.get(owner) == holder:
            votes[owner, name, form][known] += 1


def _alone(lines: Sequence[Line]) -> list[Line]:
    """Lines the like of which the class declares once, in an order that does not depend on names."""
    counts = Counter(line.key for line in lines)
    return sorted((line for line in lines if counts[line.key] == 1), key=lambda line: line.key)


def _aligned(
    ours: Sequence[Line], theirs: Sequence[Line], texts: Sequence[Sequence[str]], room: Room
) -> list[tuple[int, int]]:
    keys = [[line.key for line in side] for side in (ours, theirs)]
    rows = aligned(keys, texts, min(CELLS, room.cells))
    room.cells = max(0, room.cells - len(ours) * len(theirs))
    return rows


def _class(sides: Sides, opened: _Open, names: Names) -> model.ClassBeside:
    """One pair of classes, in words."""
    pair, room = opened.pair, sides.room
    room.check()
    made = [_method(_sorted(opened.app.declared, names), _sorted(opened.library.declared, _NO_NAMES), names, room)]
    for row, column in opened.partners:
        one = opened.app.methods[row] if row >= 0 else None
        other = opened.library.methods[column] if column >= 0 else None
        lines = _method(one.lines if one else (), other.lines if other else (), names, room)
        more = bool(one and one.cut) + bool(other and other.cut)
        made.append(
            replace(
                lines,
                app=_signature(one) if one else "",
                library=_signature(other) if other else "",
                place=sides.app.start(pair.app, one) if one else None,
                lines=lines.lines if one and other else (),
                left=lines.left + more + (0 if one and other else len(lines.lines)),
            )
        )
    return model.ClassBeside(
        pair.family,
        pair.rank,
        sides.app.vocabulary.names[pair.app],
        sides.library.vocabulary.names[pair.library],
        sides.app.place(pair.app),
        sides.file,
        same=sum(each.same for each in made),
        alike=sum(each.alike for each in made),
        app_only=sum(each.app_only for each in made),
        library_only=sum(each.library_only for each in made),
        methods=tuple(made),
        left=opened.app.left + opened.library.left,
    )


def _sorted(lines: Sequence[Line], names: Names) -> list[Line]:
    """What a class declares, in an order that compilers do not change."""
    return sorted(lines, key=lambda line: (line.key, words(line, names)))


def _signature(method: Method) -> str:
    return cut(" ".join(filter(None, (method.flags, method.name + method.proto))))


def _method(ours: Sequence[Line], theirs: Sequence[Line], names: Names, room: Room) -> model.MethodBeside:
    """The lines of two methods, side by side."""
    texts = [words(line, names) for line in ours], [words(line, _NO_NAMES) for line in theirs]
    counts: Counter[model.Mark] = Counter()
    lines: list[model.Line] = []
    rows = _aligned(ours, theirs, texts, room)
    for row, column in rows:
        mark = _mark(row, column, texts)
        counts[mark] += 1
        if len(lines) < room.shown:
            lines.append(
                model.Line(
                    mark,
                    texts[0][row] if row >= 0 else "",
                    texts[1][column] if column >= 0 else "",
                    ours[row].at if row >= 0 else -1,
                    theirs[column].at if column >= 0 else -1,
                )
            )
    if ours and theirs:
        room.shown -= len(lines)
    return model.MethodBeside(
        same=counts["same"],
        alike=counts["alike"],
        app_only=counts["app"],
        library_only=counts["library"],
        lines=tuple(lines),
        left=len(rows) - len(lines),
    )


def _mark(row: int, column: int, texts: tuple[list[str], list[str]]) -> model.Mark:
    if row < 0:
        return "library"
    if column < 0:
        return "app"
    return "same" if texts[0][row] == texts[1][column] else "alike"
