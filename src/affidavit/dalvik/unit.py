"""The shape that all code takes: one `Unit` per dex file, or per jar of .class files, all of it flat arrays.

Index spaces follow the dex format (https://source.android.com/docs/core/runtime/dex-format): string, type, proto,
field and method *references* of the unit, then classes and methods *defined* in it. A unit made from .class files
uses the same spaces, interned over all its constant pools. Every index in every array has been checked: an index that
the bytes give wrongly is -1 here and a limitation on the unit.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

I32 = npt.NDArray[np.int32]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]


class RefKind(IntEnum):
    """The index space that an instruction's operand points into."""

    STRING = 0
    TYPE = 1
    FIELD = 2
    METHOD = 3
    CALL_SITE = 4
    METHOD_HANDLE = 5
    PROTO = 6


class Strings(Protocol):
    r"""The string table. Text is decoded on demand; lone surrogates come out as a visible ``\udXXX`` escape."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> str:
        """Text of string `index`; empty for an index out of range or a string that cannot be read."""
        ...

    def raw(self, index: int) -> bytes:
        """The stored bytes (MUTF-8) of string `index`."""
        ...

    def place(self, index: int) -> tuple[str, int]:
        """Entry and byte offset of the first stored byte of string `index`."""
        ...

    def blob(self) -> tuple[memoryview, npt.NDArray[np.signedinteger], npt.NDArray[np.signedinteger]]:
        """Bytes that hold all strings, and per string the start and end in them, for bulk scanning."""
        ...


@dataclass(frozen=True, slots=True)
class Csr:
    """Compressed sparse rows: row `i` is ``items[start[i]:start[i + 1]]``."""

    start: I32
    items: I32

    def row(self, index: int) -> I32:
        """The items of one row."""
        return self.items[self.start[index] : self.start[index + 1]]


@dataclass(frozen=True, slots=True)
class Refs:
    """Every instruction that names something, in order of (owner, offset). Parallel arrays, one row per instruction.

    Attributes:
        owner: row in the unit's table of defined methods.
        offset: byte offset of the instruction in its entry.
        opcode: dex or JVM opcode.
        kind: `RefKind`.
        target: index in that kind's space.
    """

    owner: I32
    offset: U32
    opcode: U8
    kind: U8
    target: I32

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One table of code. See the module's docstring for the index spaces.

    Attributes (arrays are parallel within their group; -1 stands for none or unreadable):
        entry: path of the dex or jar. form: ``dex`` or ``class``. version: ``035`` ... or highest class-file version.
        type_string: string index of each type's descriptor.
        proto_shorty (string index), proto_return (type index), proto_params (type indices).
        field_class, field_type (type indices), field_name (string index).
        method_class (type index), method_proto (proto index), method_name (string index).
        class_type (type index), class_access (flags), class_super (type index), class_source (string index),
            interfaces (type indices), class_entry: index in `entries` of the file that defines it,
            class_offset: byte offset of its class_def_item (dex) or 0.
        def_method (method index), def_class (class row), def_access (flags), def_code: byte offset of the first
            instruction, 0 when there is no code, def_units: length of its instructions (code units, or bytes for JVM).
        deffield_field (field index), deffield_class (class row), deffield_access.
        refs: references made by instructions. instructions: how many were decoded. undecoded: methods whose code was
            not decoded to its end, and why is in `limitations`.
        entries: entry paths; for dex one. data: the bytes of each entry.
    """

    entry: str
    form: str
    version: str
    strings: Strings
    type_string: I32
    proto_shorty: I32
    proto_return: I32
    proto_params: Csr
    field_class: I32
    field_type: I32
    field_name: I32
    method_class: I32
    method_proto: I32
    method_name: I32
    class_type: I32
    class_access: U32
    class_super: I32
    class_source: I32
    interfaces: Csr
    class_entry: I32
    class_offset: U32
    def_method: I32
    def_class: I32
    def_access: U32
    def_code: U32
    def_units: U32
    deffield_field: I32
    deffield_class: I32
    deffield_access: U32
    refs: Refs
    instructions: int
    undecoded: int
    entries: tuple[str, ...]
    data: tuple[memoryview, ...]
    limitations: tuple[Limitation, ...] = ()
    cache: dict[str, object] = field(default_factory=dict)

    def type_name(self, index: int) -> str:
        """Descriptor of a type (``Landroid/app/Activity;``); empty for -1."""
        return self.strings[int(self.type_string[index])] if index >= 0 else ""

    def class_name(self, row: int) -> str:
        """Descriptor of a defined class."""
        return self.type_name(int(self.class_type[row]))

    def proto(self, index: int) -> str:
        """Descriptor of a prototype (``(ILjava/lang/String;)V``); empty for -1."""
        if index < 0:
            return ""
        params = "".join(self.type_name(int(item)) for item in self.proto_params.row(index))
        return f"({params}){self.type_name(int(self.proto_return[index]))}"

    def method_parts(self, index: int) -> tuple[str, str, str]:
        """Declaring class as written, name and prototype of a method reference; all empty for -1."""
        if index < 0:
            return "", "", ""
        name = self.strings[int(self.method_name[index])]
        return self.type_name(int(self.method_class[index])), name, self.proto(int(self.method_proto[index]))

    def field_parts(self, index: int) -> tuple[str, str, str]:
        """Declaring class as written, name and type descriptor of a field reference; all empty for -1."""
        if index < 0:
            return "", "", ""
        name = self.strings[int(self.field_name[index])]
        return self.type_name(int(self.field_class[index])), name, self.type_name(int(self.field_type[index]))

    def site(self, row: int) -> Place:
        """The place of row `row` of `refs`."""
        owner, offset = int(self.refs.owner[row]), int(self.refs.offset[row])
        return self.place(owner, offset, (offset - int(self.def_code[owner])) // self.unit_bytes)

    def pcs(self, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Addresses in their methods of rows of `refs`: code units for dex, bytes for class files."""
        starts = self.def_code[self.refs.owner[rows]].astype(np.int64)
        addresses: npt.NDArray[np.int64] = (self.refs.offset[rows] - starts) // self.unit_bytes
        return addresses

    @property
    def unit_bytes(self) -> int:
        """Bytes of one unit of an instruction's address."""
        return 2 if self.form == "dex" else 1

    def place(self, owner: int, offset: int, pc: int) -> Place:
        """The place of an instruction of defined method `owner`."""
        class_row = int(self.def_class[owner])
        _, name, proto = self.method_parts(int(self.def_method[owner]))
        entry = self.entries[int(self.class_entry[class_row])]
        return Place(entry=entry, offset=offset, class_=self.class_name(class_row), method=name + proto, pc=pc)
