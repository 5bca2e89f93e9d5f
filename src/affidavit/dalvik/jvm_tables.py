"""The tables of a unit made from .class files, while they grow and when they are done."""

from array import array
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from affidavit.dalvik import jvm
from affidavit.dalvik.jvm_pool import Interner, PoolStrings
from affidavit.dalvik.unit import I32, Csr, RefKind, Refs, Unit
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_ANY = -2

CONSTANT_KINDS = {
    "constant1": _ANY,
    "constant": _ANY,
    "field": RefKind.FIELD,
    "method": RefKind.METHOD,
    "interface": RefKind.METHOD,
    "dynamic": RefKind.CALL_SITE,
    "type": RefKind.TYPE,
    "array": RefKind.TYPE,
}
"""What an instruction's operands name, by their form; `_ANY`: whatever kind the constant is of."""


@dataclass(slots=True)
class Growing:
    """The tables of the unit while they grow; columns as in `Unit`, constants of all files end to end."""

    interner: Interner = field(default_factory=Interner)
    const_kind: MutableSequence[int] = field(default_factory=lambda: array("b"))
    const_target: MutableSequence[int] = field(default_factory=lambda: array("i"))
    file_base: list[int] = field(default_factory=list)
    class_type: list[int] = field(default_factory=list)
    class_access: list[int] = field(default_factory=list)
    class_super: list[int] = field(default_factory=list)
    class_source: list[int] = field(default_factory=list)
    class_entry: list[int] = field(default_factory=list)
    interfaces: list[list[int]] = field(default_factory=list)
    methods: MutableSequence[int] = field(default_factory=lambda: array("q"))
    fields: MutableSequence[int] = field(default_factory=lambda: array("q"))
    ref_count: MutableSequence[int] = field(default_factory=lambda: array("I"))
    ref_offset: MutableSequence[int] = field(default_factory=lambda: array("I"))
    ref_opcode: bytearray = field(default_factory=bytearray)
    ref_index: MutableSequence[int] = field(default_factory=lambda: array("H"))
    version: int = 0
    instructions: int = 0
    undecoded: int = 0
    faults: dict[str, Limitation] = field(default_factory=dict)

    def fault(self, kind: str, detail: str, place: Place, count: int = 1) -> None:
        """Note a fault: the first of each kind is kept, the others are counted."""
        known = self.faults.get(kind)
        self.faults[kind] = (
            replace(known, count=known.count + count) if known else Limitation(kind, detail, place, count)
        )


def _column(values: Sequence[int]) -> I32:
    """A column of indices."""
    return np.array(values, np.int32)


def _csr(rows: Sequence[Sequence[int]]) -> Csr:
    """Rows of indices end to end."""
    start = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return Csr(start, np.array([item for row in rows for item in row], np.int32))


def _refs(tables: Growing, def_class: I32, paths: tuple[str, ...]) -> Refs:
    """All references, their constants looked up in bulk. Loads of numbers are no references and are left out."""
    owner = np.repeat(np.arange(len(tables.ref_count), dtype=np.int32), np.array(tables.ref_count, np.int64))
    offset = np.array(tables.ref_offset, np.uint32)
    opcode = np.frombuffer(bytes(tables.ref_opcode), np.uint8)
    bases = np.array([*tables.file_base, len(tables.const_kind)], np.int64)
    file = _column(tables.class_entry)[def_class[owner]]
    position = bases[file] + np.array(tables.ref_index, np.int64)
    inside = position < bases[file + 1]
    position[~inside] = 0
    expected = np.array([CONSTANT_KINDS.get(form, -1) for form in jvm.opcodes().operands], np.int8)[opcode]
    kind = np.array(tables.const_kind, np.int8)[position]
    target = np.array(tables.const_target, np.int32)[position]
    wrong = ~inside | ((expected != _ANY) & (kind != expected))
    kind = np.where(wrong, expected, kind)
    target[wrong] = -1
    broken = np.flatnonzero((target < 0) & (wrong | (kind >= 0)) & (kind != RefKind.METHOD_HANDLE))
    if len(broken):
        place = Place(paths[int(file[broken[0]])], int(offset[broken[0]]))
        detail = "an instruction's constant is missing or of another kind than it needs"
        tables.fault("code/bad-index", detail, place, len(broken))
    keep = kind >= 0
    kinds = kind[keep].astype(np.uint8)
    return Refs(owner[keep], offset[keep], opcode[keep], kinds, target[keep])


def finish(tables: Growing, entry: str, paths: tuple[str, ...], data: tuple[memoryview, ...]) -> Unit:
    """Turn the grown tables into a unit."""
    interner = tables.interner
    if interner.bad_descriptors:
        detail = "a method descriptor is malformed: the prototype of its methods is unknown"
        tables.fault("code/bad-descriptor", detail, Place(entry), interner.bad_descriptors)
    methods = np.array(tables.methods, np.int64).reshape(-1, 5)
    fields = np.array(tables.fields, np.int64).reshape(-1, 3)
    method_keys = np.array(list(interner.methods), np.int32).reshape(-1, 3)
    field_keys = np.array(list(interner.fields), np.int32).reshape(-1, 3)
    def_class, def_code = methods[:, 1].astype(np.int32), methods[:, 3].astype(np.uint32)
    refs = _refs(tables, def_class, paths)
    return Unit(
        entry=entry,
        form="class",
        version=str(tables.version),
        strings=PoolStrings(list(interner.strings), interner.string_file, interner.string_offset, paths),
        type_string=_column(list(interner.types)),
        proto_shorty=_column(interner.proto_shorty),
        proto_return=_column(interner.proto_return),
        proto_params=_csr(interner.proto_params),
        field_class=field_keys[:, 0].copy(),
        field_type=field_keys[:, 2].copy(),
        field_name=field_keys[:, 1].copy(),
        method_class=method_keys[:, 0].copy(),
        method_proto=method_keys[:, 2].copy(),
        method_name=method_keys[:, 1].copy(),
        class_type=_column(tables.class_type),
        class_access=np.array(tables.class_access, np.uint32),
        class_super=_column(tables.class_super),
        class_source=_column(tables.class_source),
        interfaces=_csr(tables.interfaces),
        class_entry=_column(tables.class_entry),
        class_offset=np.zeros(len(tables.class_type), np.uint32),
        def_method=methods[:, 0].astype(np.int32),
        def_class=def_class,
        def_access=methods[:, 2].astype(np.uint32),
        def_code=def_code,
        def_units=methods[:, 4].astype(np.uint32),
        deffield_field=fields[:, 0].astype(np.int32),
        deffield_class=fields[:, 1].astype(np.int32),
        deffield_access=fields[:, 2].astype(np.uint32),
        refs=refs,
        instructions=tables.instructions,
        undecoded=tables.undecoded,
        entries=paths,
        data=data,
        limitations=tuple(sorted(tables.faults.values())),
    )
