"""Known code inside the app, by the names that it kept: packages, native libraries, components, meta-data, assets.

Renaming (R8, ProGuard, a deliberate rename) defeats all of these: "not found" is not "not there".
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from affidavit.facts.reading import bounded, make_fact
from affidavit.identity.library_index import PREFIX_LIMIT, LibraryIndex
from affidavit.model.declared import Component, MetaData
from affidavit.model.fact import Fact
from affidavit.model.library import Library
from affidavit.model.place import Place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from affidavit.dalvik.program import Program
    from affidavit.dalvik.unit import Unit

NAME = "libraries"
VERSION = 1

MARKS = 40
"""Marks that one fact lists."""
_CHUNK = 8_192


class _Found(msgspec.Struct):
    """What speaks for one library; `place` is of the first class, else of the first other mark."""

    place: Place
    classes: int = 0
    marks: set[str] = set()


def extract(
    program: "Program | None", facts: Iterable[Fact], names: Iterable[str], index: LibraryIndex
) -> Iterator[Fact]:
    """Library facts, sorted by id.

    Args:
        program: the app's code, if it has any.
        facts: facts of the manifest; `Component` and `MetaData` are looked at.
        names: paths of all entries, as `Place.entry` has them.
        index: the known libraries.
    """
    found: dict[int, _Found] = {}
    if program is not None:
        _by_class(program, index, found)
    for fact in facts:
        if isinstance(fact.what, Component | MetaData):
            _by_declaration(fact, fact.what, index, found)
    for path in names:
        _by_entry(path, index, found)
    for row in sorted(found):
        yield _fact(index, row, found[row])


def class_rows(unit: "Unit", index: LibraryIndex) -> "npt.NDArray[np.int64]":
    """For each class defined in `unit` the row of its longest known prefix in ``index.sorted_prefixes``, or -1."""
    import numpy as np  # noqa: PLC0415 - stays out of reviews without code

    cached = unit.cache.get("library-rows")
    if isinstance(cached, tuple) and cached[0] is index:
        rows: npt.NDArray[np.int64] = cached[1]
        return rows
    parts = [
        index.prefix_rows(_heads(unit, start, min(start + _CHUNK, len(unit.class_type))))
        for start in range(0, len(unit.class_type), _CHUNK)
    ]
    rows = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    unit.cache["library-rows"] = (index, rows)
    return rows


def _heads(unit: "Unit", first: int, last: int) -> "npt.NDArray[np.bytes_]":
    """The first `PREFIX_LIMIT` bytes of the descriptors of classes `first` to `last`, zero-padded."""
    import numpy as np  # noqa: PLC0415 - the same

    blob, starts, ends = unit.strings.blob()
    letters = np.frombuffer(blob, dtype=np.uint8)
    if not len(starts) or not len(letters) or not len(unit.type_string):
        return np.zeros(last - first, dtype=f"S{PREFIX_LIMIT}")
    types = unit.class_type[first:last]
    strings = np.where(types >= 0, unit.type_string[types], -1)
    start = np.where(strings >= 0, starts[strings], 0)
    length = np.where(strings >= 0, ends[strings] - start, 0)
    columns = np.arange(PREFIX_LIMIT)
    inside = columns < length[:, None]
    taken = letters[np.minimum(start[:, None] + columns, len(letters) - 1)]
    return np.ascontiguousarray(np.where(inside, taken, 0)).astype(np.uint8).view(f"S{PREFIX_LIMIT}").ravel()


def _by_class(program: "Program", index: LibraryIndex, found: dict[int, _Found]) -> None:
    import numpy as np  # noqa: PLC0415 - the same

    ignored = {(entry, name) for name, _, entry in program.duplicates}
    holders = {entry for entry, _ in ignored}
    for unit in program.units:
        rows = class_rows(unit, index)
        some = not holders.isdisjoint(unit.entries)
        order = np.argsort(rows, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1):
            group = part
            if len(group) == 0 or rows[group[0]] < 0:
                continue
            prefix = index.sorted_prefixes[int(rows[group[0]])]
            if some:
                keep = [(_entry(unit, int(row)), unit.class_name(int(row))) not in ignored for row in group]
                group = group[keep]
            if len(group):
                _add_classes(unit, group, prefix, index, found)


def _add_classes(
    unit: "Unit", classes: "npt.NDArray[np.int64]", prefix: str, index: LibraryIndex, found: dict[int, _Found]
) -> None:
    places = (unit.class_entry[classes].astype("int64") << 32) + unit.class_offset[classes]
    first = int(classes[places.argmin()])
    place = Place(_entry(unit, first), int(unit.class_offset[first]), class_=bounded(unit.class_name(first)))
    known = found.setdefault(index.row_of_prefix(prefix), _Found(place))
    known.classes += len(classes)
    known.marks.add(f"package:{prefix[1:-1].replace('/', '.')}")


def _entry(unit: "Unit", row: int) -> str:
    return unit.entries[int(unit.class_entry[row])]


def _by_declaration(fact: Fact, what: Component | MetaData, index: LibraryIndex, found: dict[int, _Found]) -> None:
    if isinstance(what, Component):
        row, mark = index.by_component.get(what.name), f"component:{what.name}"
    else:
        row, mark = index.by_metadata.get(what.name), f"meta-data:{what.name}"
    if row is not None:
        found.setdefault(row, _Found(fact.place)).marks.add(mark)


def _by_entry(path: str, index: LibraryIndex, found: dict[int, _Found]) -> None:
    inner = path.rpartition("!/")[2]
    name = inner.rpartition("/")[2]
    row = index.by_native.get(name) if inner.startswith(("lib/", "jni/")) else None
    mark = f"native:{name}"
    if row is None:
        row, mark = index.by_asset.get(inner), f"asset:{inner}"
    if row is None:
        folder = next((folder for folder in index.asset_folders if inner.startswith(folder)), "")
        row, mark = index.by_asset.get(folder), f"asset:{folder}"
    if row is not None:
        found.setdefault(row, _Found(Place(path))).marks.add(mark)


def _fact(index: LibraryIndex, row: int, found: _Found) -> Fact:
    entry = index.entries[row]
    what = Library(
        id=entry.id,
        title=entry.title,
        marks=tuple(sorted(found.marks)[:MARKS]),
        classes=found.classes,
        vendor=entry.vendor,
        purpose=entry.purpose,
        tracker=bool(entry.tracker),
        source=entry.source,
        licence=entry.licence,
    )
    return make_fact(what, found.place, f"{NAME}/{VERSION}")
