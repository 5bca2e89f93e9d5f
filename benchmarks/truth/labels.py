"""The truth of one build: which class of the app is or holds code of which class of which library.

Rows have four columns: class of the app, class of the library, whose it is, and the relation (``is``, ``inlined``,
``gone``). Whose: ``FAMILY__VERSION``, ``background:NAME`` or ``own``.
"""

import lzma
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.truth.maps import Renamed, host

Relation = Literal["is", "inlined", "gone"]
OWN = "own"


class Row(NamedTuple):
    """One statement of the truth; the class of the app is empty when the library's class is gone."""

    app_class: str
    library_class: str
    whose: str
    relation: Relation


def label(renamed: Iterable[Renamed], whose: Mapping[str, str], present: frozenset[str]) -> list[Row]:
    """The rows of one build.

    Args:
        renamed: the classes of its mapping file.
        whose: the owner of each original class that is not the app's own.
        present: the classes that the build has; a map may name more.
    """
    rows: set[Row] = set()
    for item in renamed:
        if item.now not in present:
            continue
        if item.original in whose:
            rows.add(Row(item.now, item.original, whose[item.original], "is"))
        else:
            made_for = host(item.original)
            if made_for in whose:
                rows.add(Row(item.now, made_for, whose[made_for], "inlined"))
            else:
                rows.add(Row(item.now, item.original, OWN, "is"))
        for other in map(host, item.others):
            if other in whose and other != item.original:
                rows.add(Row(item.now, other, whose[other], "inlined"))
    mapped = {row.app_class for row in rows}
    rows |= {Row(name, name, whose.get(name, OWN), "is") for name in present - mapped}
    left = {row.library_class for row in rows}
    rows |= {Row("", name, owner, "gone") for name, owner in whose.items() if name not in left}
    return sorted(rows)


def helped(rows: Sequence[Row], helpers: Mapping[str, str]) -> list[Row]:
    """The rows of a build whose classes were split: what a helper class has is code of the class that it helps.

    Args:
        rows: of the build, in which helpers count as the app's own.
        helpers: for each the class of the app that its methods come from.
    """
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.whose != OWN and row.app_class:
            held[row.app_class].append(row)
    theirs = {
        Row(name, row.library_class, row.whose, "inlined") for name, source in helpers.items() for row in held[source]
    }
    named = {row.app_class for row in theirs}
    return sorted({row for row in rows if row.app_class not in named} | theirs)


def unchanged(present: frozenset[str], whose: Mapping[str, str]) -> list[Row]:
    """The rows of a build that renames nothing."""
    return label((), whose, present)


def counts(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """For each owner: classes that live on, classes of which only code lives on in others, classes that are gone."""
    alive = {row.library_class for row in rows if row.relation == "is"}
    inlined = {(row.whose, row.library_class) for row in rows if row.relation == "inlined"}
    found: dict[str, Counter[str]] = {}
    for row in rows:
        if row.relation != "inlined":
            found.setdefault(row.whose, Counter())[row.relation] += 1
    for owner, name in inlined:
        if name not in alive:
            found.setdefault(owner, Counter())["inlined"] += 1
    return {
        owner: {relation: number[relation] for relation in ("is", "inlined", "gone")}
        for owner, number in sorted(found.items())
    }


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows, compressed."""
    text = "".join("\t".join(row) + "\n" for row in rows)
    path.write_bytes(lzma.compress(text.encode(), preset=1))
