"""Reads dex files into `Unit`s: tables as numpy views over the bytes, then the kernels' walks.

Source: dex format (versions 035 to 041, file layout and item definitions). Nothing here raises on malformed bytes:
what cannot be read is -1 or absent in the unit, and a limitation says so. Checks that only concern integrity (checksum,
sizes that do not matter for reading) are limitations and nothing more, as the code may still run.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.handles import SECTIONS
from affidavit.dalvik.header import Header, logical_headers
from affidavit.dalvik.kernels import code as code_kernels
from affidavit.dalvik.kernels import tables as table_kernels
from affidavit.dalvik.opcodes import sweep_table
from affidavit.dalvik.strings import DexStrings
from affidavit.dalvik.unit import I32, U32, Csr, Refs, Unit
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_NO_INDEX = 0xFFFFFFFF
_PROTO = np.dtype([("shorty", "<u4"), ("returns", "<u4"), ("params", "<u4")])
_MEMBER = np.dtype([("class", "<u2"), ("kind", "<u2"), ("name", "<u4")])
_CLASS = np.dtype(
    [(name, "<u4") for name in ("type", "access", "super", "interfaces", "source", "annotations", "data", "values")]
)
_SMALL = 1 << 16
"""Most types, prototypes and therefore classes: the format gives their indices 16 bits, and ART rejects more."""

_SMALL_TABLES = frozenset({"type_ids", "proto_ids", "class_defs"})
_Rows = npt.NDArray[Any]


def read_dex(entry: str, data: bytes | memoryview) -> Unit:
    """Read one dex file; of a container dex (041) the first logical file.

    Args:
        entry: path of the entry, for places.
        data: its bytes, which the unit keeps a view of.

    Returns:
        The unit; empty, with a limitation, when not even the header can be read.
    """
    view = memoryview(data).cast("B")
    headers = logical_headers(entry, view)
    reader = _Reader(entry, view, headers[0])
    reader.note(
        "container-dex", "logical dex files after the first one in a container are not examined", len(headers) - 1
    )
    return reader.unit()


def read_dexes(entry: str, data: bytes | memoryview) -> tuple[Unit, ...]:
    """Read every logical dex file of an entry: one, or more in a container dex (041). Never empty; see `read_dex`."""
    view = memoryview(data).cast("B")
    return tuple(_Reader(entry, view, header).unit() for header in logical_headers(entry, view))


@dataclass(slots=True)
class _Reader:
    """One logical dex file while it is being read."""

    entry: str
    data: memoryview
    header: Header
    limitations: list[Limitation] = field(default_factory=list)

    def note(self, kind: str, detail: str, count: int = 1, offset: int = -1) -> None:
        """Add a limitation, when there is anything to state."""
        if count:
            self.limitations.append(Limitation(f"code/{kind}", detail, Place(self.entry, offset), count))

    def unit(self) -> Unit:
        """Read everything."""
        self.limitations += self.header.limitations
        strings = self.strings()
        types = self.indices(self.table("type_ids", np.dtype("<u4")), len(strings), "type_ids names")
        protos = self.table("proto_ids", _PROTO)
        fields, methods = self.table("field_ids", _MEMBER), self.table("method_ids", _MEMBER)
        classes = self.table("class_defs", _CLASS)
        members, definitions = self.members(classes, len(fields), len(methods))
        first, units = self.code(definitions)
        sites, handles = self.header.sizes("call_site_ids"), self.header.sizes("method_handles")
        limits = [len(strings), len(types), len(fields), len(methods), sites[0], handles[0], len(protos)]
        refs, summary = self.refs(first, units, limits)
        return Unit(
            entry=self.entry,
            form="dex",
            version=self.header.version,
            strings=strings,
            type_string=types,
            proto_shorty=self.indices(protos["shorty"], len(strings), "shorty of a prototype"),
            proto_return=self.indices(protos["returns"], len(types), "return type of a prototype"),
            proto_params=self.type_lists(protos["params"], len(types), "parameters"),
            field_class=self.indices(fields["class"], len(types), "class of a field"),
            field_type=self.indices(fields["kind"], len(types), "type of a field"),
            field_name=self.indices(fields["name"], len(strings), "name of a field"),
            method_class=self.indices(methods["class"], len(types), "class of a method"),
            method_proto=self.indices(methods["kind"], len(protos), "prototype of a method"),
            method_name=self.indices(methods["name"], len(strings), "name of a method"),
            class_type=self.indices(classes["type"], len(types), "type of a class definition"),
            class_access=classes["access"].astype(np.uint32),
            class_super=self.indices(classes["super"], len(types), "superclass", optional=True),
            class_source=self.indices(classes["source"], len(strings), "source file", optional=True),
            interfaces=self.type_lists(classes["interfaces"], len(types), "interfaces"),
            class_entry=np.zeros(len(classes), np.int32),
            class_offset=(self.header.sizes("class_defs")[1] + 32 * np.arange(len(classes))).astype(np.uint32),
            def_method=definitions[:, 0].astype(np.int32),
            def_class=definitions[:, 1].astype(np.int32),
            def_access=definitions[:, 2].astype(np.uint32),
            def_code=first,
            def_units=units,
            deffield_field=members[:, 0].astype(np.int32),
            deffield_class=members[:, 1].astype(np.int32),
            deffield_access=members[:, 2].astype(np.uint32),
            refs=refs,
            instructions=summary[0],
            undecoded=summary[1],
            entries=(self.entry,),
            data=(self.data,),
            limitations=tuple(sorted(self.limitations)),
            cache={SECTIONS: self.header.sections},
        )

    def table(self, name: str, dtype: np.dtype[Any]) -> _Rows:
        """A table of fixed-size items as a view; cut at the end of the file."""
        count, offset = self.header.sizes(name)
        room = max(0, len(self.data) - offset) // dtype.itemsize
        if name in _SMALL_TABLES:
            room = min(room, _SMALL)
        if count > room:
            detail = f"{name} is said to have {count} items but only {room} fit or are allowed; the rest is unknown"
            self.note("truncated-table", detail, count - room, offset)
            count = room
        return np.frombuffer(self.data, dtype, count, offset) if count else np.empty(0, dtype)

    def indices(self, values: _Rows, limit: int, what: str, *, optional: bool = False) -> I32:
        """Indices into a table of `limit` items, -1 for those outside (a limitation, unless they mean "none")."""
        out = values.astype(np.int32)
        outside = values >= limit
        out[outside] = -1
        wrong = int(np.count_nonzero(outside & (values != _NO_INDEX) if optional else outside))
        self.note("bad-index", f"{what}: index out of a table of {limit}; shown as unknown", wrong)
        return out

    def strings(self) -> DexStrings:
        """The string table."""
        offsets = self.table("string_ids", np.dtype("<u4"))
        begins, ends = np.zeros(len(offsets), np.int64), np.zeros(len(offsets), np.int64)
        order = np.argsort(offsets, kind="stable")
        bad = table_kernels.scan_strings(self.data, offsets, order, begins, ends)
        self.note("bad-string-offset", "strings whose bytes do not lie in the file, or overlap; read as empty", bad)
        # 32 bits hold any offset in a dex file; an app of TikTok's size has millions of them.
        return DexStrings(self.entry, self.data, begins.astype(np.int32), ends.astype(np.int32))

    def type_lists(self, offsets: _Rows, types: int, what: str) -> Csr:
        """Lists of types at `offsets`."""
        plain = np.ascontiguousarray(offsets)
        starts = np.zeros(len(plain) + 1, np.int32)
        bad = table_kernels.read_type_lists(self.data, plain, types, starts, np.empty(0, np.int32))
        items = np.empty(int(starts[-1]), np.int32)
        if len(items):
            bad = table_kernels.read_type_lists(self.data, plain, types, starts, items)
        self.note("bad-type-list", f"{what}: lists or types that cannot be read; left out or shown as unknown", bad)
        return Csr(starts, items)

    def members(self, classes: _Rows, fields: int, methods: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Defined fields and methods, as `read_members` writes them.

        An encoded field has at least two bytes and an encoded method three, and none can be defined twice; that bounds
        the arrays whatever the counts in the file say, with room for a file that breaks the second rule here and there.
        """
        offsets = np.ascontiguousarray(classes["data"])
        totals, summary = np.zeros(2, np.int64), np.zeros(4, np.int64)
        table_kernels.count_members(self.data, offsets, totals)
        size = len(self.data)
        out_fields = np.empty((min(int(totals[0]), size // 2, 2 * fields + _SMALL), 4), np.int64)
        out_methods = np.empty((min(int(totals[1]), size // 3, 2 * methods + _SMALL), 4), np.int64)
        limits = np.array([fields, methods], np.int64)
        table_kernels.read_members(self.data, offsets, limits, out_fields, out_methods, summary)
        self.note(
            "bad-class-data",
            "classes whose members could not be read to their end; the rest is unknown",
            int(summary[2]),
        )
        self.note("bad-index", "defined member: index out of its table; shown as unknown", int(summary[3]))
        return out_fields[: summary[0]], out_methods[: summary[1]]

    def code(self, definitions: npt.NDArray[np.int64]) -> tuple[U32, U32]:
        """Where each defined method's instructions begin, and how many code units there are.

        Methods may share code; the sum is bounded by twice the length of the file all the same.
        """
        offsets = definitions[:, 3].astype(np.uint32)
        first, units, summary = np.empty_like(offsets), np.empty_like(offsets), np.zeros(4, np.int64)
        code_kernels.measure_code(self.data, offsets, len(self.data), first, units, summary)
        self.note("bad-code-offset", "methods whose code lies outside of the file; not decoded", int(summary[1]))
        self.note("truncated-code", "methods whose code is cut off by the end of the file", int(summary[2]))
        self.note("shared-code", "methods that share so much code that it was not decoded for each", int(summary[3]))
        return first, units

    def refs(self, first: U32, units: U32, limits: list[int]) -> tuple[Refs, tuple[int, int]]:
        """Sweep all code; give the references, and the numbers of instructions and of methods not decoded."""
        room = int(units.sum(dtype=np.int64)) // 2
        owner, offset = np.empty(room, np.int32), np.empty(room, np.uint32)
        opcode, kind, target = np.empty(room, np.uint8), np.empty(room, np.uint8), np.empty(room, np.int32)
        summary = np.zeros(6, np.int64)
        spaces = np.array(limits, np.int64)
        code_kernels.sweep(
            self.data, first, units, *sweep_table(), spaces, owner, offset, opcode, kind, target, summary
        )
        rows, instructions, broken, where, unused, bad = (int(value) for value in summary)
        self.note(
            "undecoded",
            "methods with an instruction that runs over their end",
            broken,
            int(first[where]) if broken else -1,
        )
        self.note("unused-opcode", "opcodes that the instruction set leaves free; ART rejects such a method", unused)
        self.note("bad-index", "instruction operand: index out of its table; shown as unknown", bad)
        for column in (owner, offset, opcode, kind, target):
            column.resize(rows, refcheck=False)  # gives back the memory behind the last row without copying
        found = Refs(owner, offset, opcode, kind, target)
        return found, (instructions, broken)
