"""Classes side by side for a person: two columns on a terminal, tables on a page, types as a programmer writes them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from affidavit.model.beside import Beside, ClassBeside, FileBeside, Line, Mark, MethodBeside
from affidavit.report.columns import GAP, Page
from affidavit.report.text import visible
from affidavit.report.types import dotted, short, signature
from affidavit.report.whose import APPS, LIBRARY, Whose
from affidavit.wording import plural

SIGNS: Final[dict[Mark, str]] = {"same": "=", "alike": "~", "app": "<", "library": ">"}
_STYLES: Final[dict[Mark, str]] = {"same": "", "alike": "yellow", "app": "magenta", "library": "dim"}
_RUN, _ENDS = 8, 2
"""Longest stretch of equal lines that a terminal shows whole; how many it shows at both ends of a longer one."""
_CELL: Final = 400


def key(whose: Whose) -> tuple[tuple[str, str], ...]:
    """What the signs mean."""
    return (
        ("=", f"equal, the {whose.one}'s own names replaced by the {whose.other}'s where pairs of classes tell them"),
        ("~", "equal but for a name that no pair tells, the class a platform call names, or a branch turned round"),
        ("<", f"in the {whose.one} alone"),
        (">", f"in the {whose.file} alone"),
    )  # fmt: skip


def method(whose: Whose) -> str:
    """How to read it."""
    said = "Instructions stand without registers, loads, stores and jumps, so that "
    if whose == APPS:
        return f"{said}code from different compilers compares. What one side has alone may be new, or moved elsewhere."
    return (
        f"{said}code for Android and class files compare. What is in the library alone a shrinker may have removed or "
        "moved; what is in the app alone may have been inlined."
    )


class Row(Struct, frozen=True):
    """A row of two cells; `mark` is a class of the page's style."""

    mark: Mark
    sign: str
    app: str
    library: str


class Part(Struct, frozen=True):
    """A method, or what the classes declare."""

    app: str
    library: str
    place: str
    said: str
    rows: tuple[Row, ...]


class Shown(Struct, frozen=True):
    """A pair in words."""

    pair: ClassBeside
    app: str
    library: str
    said: str
    file: str
    parts: tuple[Part, ...]


def shown(beside: Beside) -> list[Shown]:
    """Every pair in words."""
    whose = whose_of(beside)
    return [
        Shown(
            pair,
            dotted(pair.app),
            dotted(pair.library),
            agreement(pair, whose),
            beside.files[pair.file].name if pair.file < len(beside.files) else "",
            tuple(map(_part, pair.methods)),
        )
        for pair in beside.pairs
    ]


def whose_of(beside: Beside) -> Whose:
    """What the sides are called."""
    return LIBRARY if beside.own is None else APPS


def files(beside: Beside) -> list[str]:
    """What was laid beside the app, a sentence for each file, and what of the pairs is not shown."""
    if beside.own is not None:
        return [f"{plural(beside.left, 'pair')} more are not laid side by side"] if beside.left else []
    said = [_file(item) for item in beside.files]
    if beside.missing:
        said.append(f"the files lack {plural(beside.missing, 'class', 'classes')} more that pairs name")
    if beside.left:
        said.append(f"{plural(beside.left, 'pair')} more are not shown; name one family with --pairs for more of it")
    if not beside.pairs:
        said.append("none of the classes that the app's classes were paired with is in the files")
    return said


def agreement(pair: ClassBeside, whose: Whose = LIBRARY) -> str:
    """How much of both classes agrees."""
    both = pair.same + pair.alike
    ours, theirs = both + pair.app_only, both + pair.library_only
    return (
        f"{_share(both, ours)} of the {whose.one}'s {plural(ours, 'line')} stand in the {whose.other}'s class "
        f"({pair.same:,} equal, {pair.alike:,} but for names), {_share(both, theirs)} of its {theirs:,} in the "
        f"{whose.one}'s"
    )


def write(page: Page, beside: Beside) -> None:
    """The whole of it, for a terminal."""
    page.line()
    page.paragraph("Side by side", "bold")
    for said in files(beside):
        page.paragraph(visible(said, _CELL), indent=2)
    whose = whose_of(beside)
    for sign, means in key(whose):
        page.row([("", 0, ""), (sign, 1, "bold"), (means, page.beside(0, 1), "dim")])
    page.paragraph(method(whose), "dim", indent=2)
    for item in shown(beside):
        page.line()
        names = item.app if item.app == item.library else f"{item.app} is {item.library}"
        page.paragraph(visible(f"{item.pair.family} {item.pair.rank}. {names}".strip(), _CELL), "bold")
        file = "" if whose == APPS else f"{item.file}, "
        said = f"{item.said}; {file}the {whose.one}'s class at {_at(item.pair)}"
        page.paragraph(visible(said, _CELL), indent=3)
        opened = _opened(item)
        for number, part in enumerate(item.parts):
            _write_part(page, part, whose, folded=number not in opened)
        if item.pair.left:
            page.paragraph(f"{plural(item.pair.left, 'method')} more were not read", "dim", indent=3)


def _opened(item: Shown) -> set[int]:
    """Numbers of the parts whose lines a terminal shows: those that differ, and the longest of the others."""
    sizes = [sum(row.mark == "same" for row in part.rows) for part in item.parts]
    longest = max(range(len(sizes)), key=sizes.__getitem__, default=-1)
    return {row for row, part in enumerate(item.parts) if row == longest or len(part.rows) != sizes[row]}


def _part(method: MethodBeside) -> Part:
    both = method.same + method.alike
    said = f"{both:,} of {both + method.app_only:,} and {both + method.library_only:,} lines agree"
    if not method.lines and method.left:
        said = plural(method.left, "line")
    elif method.left:
        said += f"; {method.left:,} more are not shown"
    place = f"{method.place.entry}@{method.place.offset}" if method.place else ""
    rows = tuple(_row(line) for line in method.lines)
    return Part(_head(method.app), _head(method.library), place, said, rows)


def _head(method: str) -> str:
    flags, _, name = method.rpartition(" ")
    return f"{flags} {signature(name)}".strip()


def _row(line: Line) -> Row:
    return Row(line.mark, SIGNS[line.mark], short(line.app), short(line.library))


def _write_part(page: Page, part: Part, whose: Whose, *, folded: bool) -> None:
    """One method on a terminal; of one that is `folded` its name, and that all of its lines are equal."""
    half = (page.width - 1 - 2 * len(GAP)) // 2
    if not part.app and not part.library:
        heads = ("declares", "declares")
    else:
        heads = (part.app or f"(not in the {whose.one})", part.library or f"(not in the {whose.file})")
    place = f" at {part.place}" if part.place else ""
    page.row([(" ", 1, ""), (visible(heads[0] + place, _CELL), half, "bold"), (visible(heads[1], _CELL), half, "bold")])
    if not part.rows:
        page.row(
            [(" ", 1, ""), (part.said if part.app else "", half, "dim"), ("" if part.app else part.said, half, "dim")]
        )
    if folded and part.rows:
        page.row([("=", 1, "bold"), (f"… {_all_equal(len(part.rows))}", half, "dim")])
        return
    for row in _folded(part.rows):
        style = _STYLES[row.mark]
        page.row([
            (row.sign, 1, "bold"), (visible(row.app, _CELL), half, style), (visible(row.library, _CELL), half, style),
        ])  # fmt: skip


def _all_equal(count: int) -> str:
    return f"all {count:,} lines are equal" if count > 1 else "its one line is equal"


def _folded(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows, long stretches of equal ones folded."""
    for mark, stretch in groupby(rows, key=lambda row: row.mark):
        run = list(stretch)
        if mark != "same" or len(run) <= _RUN:
            yield from run
            continue
        yield from run[:_ENDS]
        yield Row("same", " ", f"… {len(run) - 2 * _ENDS:,} more equal lines", "")
        yield from run[-_ENDS:]


def _file(item: FileBeside) -> str:
    known = f"known as {', '.join(item.known)}" if item.known else "not one of those that the index was made of"
    return f"{item.name} (SHA-256 {item.sha256}, {plural(item.classes, 'class', 'classes')}), {known}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"


def _at(pair: ClassBeside) -> str:
    return f"{pair.place.entry}@{pair.place.offset}" if pair.place.offset >= 0 else pair.place.entry
