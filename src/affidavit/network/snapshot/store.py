"""The file of a snapshot: tables of networks in one file of arrays (`knowledge.arrays`), mapped or packed.

Each table has arrays under its number: ``3.value``, ``3.title``, ``3.region`` (a row each: numbers of strings, or the
number itself where values are numbers), and either where ranges begin (``3.v4.start``, ``3.v6.high``, ``3.v6.low``),
their row (-1 for a gap) and the length of the published prefix that they lie in (``bits``; 0 when the range is all
there is), or keys (numbers of strings, ascending) and their row. The strings of all tables lie together.

Whoever gives the file may be hostile: every number is checked before it is used, and a file that does not fit is
refused.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from affidavit.knowledge import arrays as files
from affidavit.knowledge.arrays import Array, Arrays, Form, Section
from affidavit.model.errors import KnowledgeError
from affidavit.network.snapshot.found import day_of
from affidavit.network.snapshot.table import TABLES, Open, Said

FORM: Final = Form(
    magic=b"affnets\0",
    version=1,
    title="snapshot of networks",
    short="snapshot",
    make="make one with affidavit knowledge build networks",
    again="get the file again, or build it again with affidavit knowledge build networks",
)
MOST: Final = 1_000
"""Tables of one snapshot."""
_RANGES: Final = {
    "v4.start": "<u4",
    "v4.row": "<i4",
    "v4.bits": "|u1",
    "v6.high": "<u8",
    "v6.low": "<u8",
    "v6.row": "<i4",
    "v6.bits": "|u1",
}
_KEYS: Final = {"key": "<u4", "row": "<u4"}
_ROWS: Final = {"value": "<u4", "title": "<u4", "region": "<u4"}
_GAPS: Final = {"v4.start", "v6.high", "key"}
"""Ascending numbers, which a packed file has as differences."""
_ID: Final = re.compile(r"[0-9a-f]{12}")


class Header(msgspec.Struct, frozen=True):
    """What a file says before its arrays: what it calls itself, whether it is packed, its tables."""

    name: str
    packed: bool
    tables: tuple[Said, ...]
    sections: tuple[Section, ...]


class Content(msgspec.Struct, frozen=True):
    """What is in a file.

    Attributes:
        name: what it calls itself. said: the tables. arrays: of each, by their names without its number.
        strings: what the numbers of strings mean.
    """

    name: str
    said: tuple[Said, ...]
    arrays: tuple[Mapping[str, Array], ...]
    strings: tuple[str, ...]


class Strings:
    """Strings that lie end to end."""

    def __init__(self, blob: Array, start: Array) -> None:
        self._blob, self._start = blob, start

    def __len__(self) -> int:
        return len(self._start) - 1

    def __getitem__(self, number: int) -> str:
        part = self._blob[self._start[number] : self._start[number + 1]]
        return part.tobytes().decode("utf-8", "replace")


def written(content: Content, *, packed: bool) -> bytes:
    """The file of a snapshot; `packed`: small rather than ready to be mapped."""
    arrays: Arrays = {}
    for number, table in enumerate(content.arrays):
        for name in _names(content.said[number]):
            array = table[name]
            arrays[f"{number}.{name}"] = (
                np.diff(array, prepend=array.dtype.type(0)) if packed and name in _GAPS else array
            )
    blob = [text.encode() for text in content.strings]
    sizes = np.array([len(text) for text in blob], np.uint32)
    arrays["strings"] = np.frombuffer(b"".join(blob), np.uint8)
    arrays["string_sizes" if packed else "string_start"] = (
        sizes if packed else np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    )
    header = Header(content.name, packed, content.said, ())
    return files.written(FORM, header, arrays, _dtypes(header))


def opened(data: bytes | memoryview, *, own: bool = False) -> tuple[str, str, tuple[Open, ...]]:
    """What a snapshot calls itself, its digest and its tables, from the bytes of its file.

    Args:
        data: the bytes.
        own: whether they were installed with this code; their digest is then not computed anew.

    Raises:
        KnowledgeError: it is no snapshot, of another version, or damaged.
    """
    header, digest, arrays, strings = _read(memoryview(data), own=own)
    tables = []
    for number, said in enumerate(header.tables):
        held = {name: arrays[f"{number}.{name}"] for name in _names(said)}
        _check(f"{number}", said, held, strings)
        tables.append(Open(said, held, strings.__getitem__))
    return header.name, digest, tuple(tables)


def unpacked(data: bytes) -> bytes:
    """A packed file as one that is ready to be mapped.

    Raises:
        KnowledgeError: it is no snapshot, of another version, or damaged.
    """
    opened(data)
    header, _, arrays, strings = _read(memoryview(data))
    tables = tuple(
        {name: arrays[f"{number}.{name}"] for name in _names(said)} for number, said in enumerate(header.tables)
    )
    return written(
        Content(header.name, header.tables, tables, tuple(strings[at] for at in range(len(strings)))), packed=False
    )


def _read(view: memoryview, *, own: bool = False) -> tuple[Header, str, Arrays, Strings]:
    header, digest = files.header_of(FORM, view, Header, own=own)
    _check_said(header.tables)
    arrays = files.arrays_in(FORM, view, header, _dtypes(header))
    if header.packed:
        start = files.starts(FORM, "strings", arrays["string_sizes"], len(arrays["strings"]))
        for name in arrays:
            if name.partition(".")[2] in _GAPS:
                arrays[name] = np.cumsum(arrays[name], dtype=arrays[name].dtype)
    else:
        start = arrays["string_start"]
        files.check_rows(FORM, "strings", start, len(start) - 1, len(arrays["strings"]))
    return header, digest, arrays, Strings(arrays["strings"], start)


def _names(said: Said) -> Mapping[str, str]:
    """The arrays of a table and their types."""
    return (_RANGES if TABLES[said.source.table] == "ranges" else _KEYS) | _ROWS


def _dtypes(header: Header) -> dict[str, str]:
    """Types of all arrays of a file, in its order."""
    own = {
        f"{number}.{name}": dtype for number, said in enumerate(header.tables) for name, dtype in _names(said).items()
    }
    return own | {"strings": "|u1"} | ({"string_sizes": "<u4"} if header.packed else {"string_start": "<i8"})


def _check_said(tables: tuple[Said, ...]) -> None:
    """Refuse tables of unknown kinds or dates, and two that are called the same."""
    if len(tables) > MOST:
        raise FORM.misfit("tables")
    for said in tables:
        if said.source.table not in TABLES:
            what = f"the snapshot has a table of the kind {said.source.table[:40]!r}, which this version does not know"
            raise KnowledgeError(what, advice=FORM.again)
        if not said.source.date or day_of(said.source.date) != said.source.date:
            raise FORM.misfit("dates")
        if not _ID.fullmatch(said.source.id):
            raise FORM.misfit("ids")
    if len({said.source.id for said in tables}) != len(tables):
        raise FORM.misfit("ids")


def _check(number: str, said: Said, arrays: Mapping[str, Array], strings: Strings) -> None:
    """Refuse a table in which one number leads out of its array, or what must ascend does not."""
    rows = len(arrays["value"])
    for name in _ROWS:
        numbers = name == "value" and said.prefix
        if len(arrays[name]) != rows or (rows and not numbers and int(arrays[name].max()) >= len(strings)):
            raise FORM.misfit(f"{number}.{name}")
    if "key" in arrays:
        key, row = arrays["key"], arrays["row"]
        if len(key) != len(row) or (len(key) and int(key.max()) >= len(strings)) or (key[1:] <= key[:-1]).any():
            raise FORM.misfit(f"{number}.key")
        if len(row) and int(row.max()) >= rows:
            raise FORM.misfit(f"{number}.row")
        return
    _check_ranges(number, arrays, rows)


def _check_ranges(number: str, arrays: Mapping[str, Array], rows: int) -> None:
    """Refuse ranges that do not begin at 0 and ascend, or lead to a row that there is not."""
    for version, begins, width in (("v4", "start", 32), ("v6", "high", 128)):
        row, begin, bits = (arrays[f"{version}.{name}"] for name in ("row", begins, "bits"))
        low = arrays["v6.low"] if version == "v6" else begin[:0]
        if len(begin) != len(row) or len(bits) not in {0, len(row)} or len(low) not in {0, len(row)}:
            raise FORM.misfit(f"{number}.{version}.row")
        if not len(row):
            continue
        if not -1 <= int(row.min()) <= int(row.max()) < rows or (len(bits) and int(bits.max()) > width):
            raise FORM.misfit(f"{number}.{version}.row")
        same = begin[1:] == begin[:-1]
        rising = (begin[1:] > begin[:-1]) | (same & (low[1:] > low[:-1]) if len(low) else False)
        if int(begin[0]) or (len(low) and int(low[0])) or not rising.all():
            raise FORM.misfit(f"{number}.{version}.{begins}")
