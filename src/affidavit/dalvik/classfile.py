"""The .class files of a jar, read as one `Unit`.

Java Virtual Machine Specification, chapter 4 "The class File Format". Anything that the bytes get wrong costs only the
part that it makes unreadable, and is a limitation on the unit.
"""

import struct
from array import array
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from affidavit.dalvik import jvm
from affidavit.dalvik.jvm_pool import Interner, MalformedClassError, Pool, PoolStrings, read_pool
from affidavit.dalvik.unit import I32, U32, Csr, RefKind, Refs, Unit
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_MAGIC = b"\xca\xfe\xba\xbe"
_MEMBER = struct.Struct(">HHHH")
_ATTRIBUTE = struct.Struct(">HI")
_CODE = struct.Struct(">HHI")

_ANY = -2

_KINDS = {
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
class _Growing:
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


def read_classes(entry: str, files: Sequence[tuple[str, bytes]]) -> Unit:
    """Read .class files as one table of code.

    Args:
        entry: path that names the whole (the jar, or a folder in it).
        files: path of each file, as `Place.entry` has it, and its bytes; rows keep this order.

    Returns:
        A unit of form ``class``. A file that cannot be read has no class row and is a limitation.
    """
    tables = _Growing()
    for number, (path, data) in enumerate(files):
        try:
            _read_file(tables, number, path, bytes(data))
        except MalformedClassError as error:
            tables.fault("code/malformed-class", str(error), Place(path))
        except (IndexError, struct.error):
            tables.fault("code/malformed-class", "a structure passes the end of the file", Place(path))
    return _finish(tables, entry, tuple(path for path, _ in files), tuple(memoryview(data) for _, data in files))


def _read_file(tables: _Growing, number: int, path: str, data: bytes) -> None:
    """Read one file into the tables; what was read before an error stays."""
    base = len(tables.const_kind)
    tables.file_base.append(base)
    if data[:4] != _MAGIC:
        raise MalformedClassError("no class file: the first four bytes are not CAFEBABE")
    pool = read_pool(data, tables.interner, number)
    tables.const_kind.extend(pool.kind)
    tables.const_target.extend(pool.target)
    tables.version = max(tables.version, jvm.u2(data, 6))
    access, this, parent, count = struct.unpack_from(">HHHH", data, pool.end)
    own = pool.target_of(this, RefKind.TYPE)
    if own < 0:
        raise MalformedClassError("this_class does not name a class")
    named = struct.unpack_from(f">{count}H", data, pool.end + 8)
    tables.interfaces.append([pool.target_of(index, RefKind.TYPE) for index in named])
    tables.class_type.append(own)
    tables.class_access.append(access)
    tables.class_super.append(pool.target_of(parent, RefKind.TYPE))
    tables.class_source.append(-1)
    tables.class_entry.append(number)
    at = _read_fields(tables, data, pool, pool.end + 8 + 2 * count)
    at = _read_methods(tables, data, pool, at, path)
    _read_source(tables, data, pool, at)


def _read_fields(tables: _Growing, data: bytes, pool: Pool, at: int) -> int:
    """Read the fields; give the offset after them."""
    row, interner, utf8 = len(tables.class_type) - 1, tables.interner, pool.utf8
    count, at = jvm.u2(data, at), at + 2
    for _ in range(count):
        access, name, descriptor, attributes = _MEMBER.unpack_from(data, at)
        at = _skip_attributes(data, at + 8, attributes)
        if max(name, descriptor) >= len(utf8) or min(utf8[name], utf8[descriptor]) < 0:
            raise MalformedClassError("a field's name or descriptor is not a Utf8 constant")
        index = interner.field_of(tables.class_type[row], utf8[name], utf8[descriptor])
        tables.fields.extend((index, row, access))
    return at


def _read_methods(tables: _Growing, data: bytes, pool: Pool, at: int, path: str) -> int:
    """Read the methods and the references that their code makes; give the offset after them."""
    row, interner, utf8 = len(tables.class_type) - 1, tables.interner, pool.utf8
    code_name = interner.strings.get(b"Code", -2)
    count, at = jvm.u2(data, at), at + 2
    for _ in range(count):
        access, name, descriptor, attributes = _MEMBER.unpack_from(data, at)
        if max(name, descriptor) >= len(utf8) or min(utf8[name], utf8[descriptor]) < 0:
            raise MalformedClassError("a method's name or descriptor is not a Utf8 constant")
        index = interner.method_of(tables.class_type[row], utf8[name], utf8[descriptor], pool.raw[descriptor])
        at += 8
        start = length = 0
        for _ in range(attributes):
            attribute, size = _ATTRIBUTE.unpack_from(data, at)
            if attribute < len(utf8) and utf8[attribute] == code_name:
                length = _CODE.unpack_from(data, at + 6)[2]
                start = at + 14
                length = min(length, max(0, len(data) - start))
            at += 6 + size
        tables.methods.extend((index, row, access, start if length else 0, length))
        _read_code(tables, data, start, start + length, path)
    return at


def _read_code(tables: _Growing, data: bytes, start: int, end: int, path: str) -> None:
    """Sweep one method's instructions, noting those that name a constant."""
    before = len(tables.ref_offset)
    count, stopped = _sweep(data, start, end, tables)
    if stopped != end:
        while len(tables.ref_offset) > before and tables.ref_offset[-1] >= stopped:
            tables.ref_offset.pop()
            tables.ref_opcode.pop()
            tables.ref_index.pop()
        tables.undecoded += 1
        tables.fault(
            "code/undecoded", "an instruction that does not exist or passes its method's end", Place(path, stopped)
        )
    tables.instructions += count
    tables.ref_count.append(len(tables.ref_offset) - before)


def _sweep(data: bytes, start: int, end: int, tables: _Growing) -> tuple[int, int]:
    """Step over instructions; give how many, and where it stopped: `end`, or the instruction that cannot be decoded."""
    lengths, takes = _stepping()
    offsets, opcodes, indices = tables.ref_offset.append, tables.ref_opcode.append, tables.ref_index.append
    pc, count, last = start, 0, start
    try:
        while pc < end:
            last = pc
            opcode = data[pc]
            length = lengths[opcode]
            if takes[opcode]:
                index = data[pc + 1] if opcode == jvm.LDC else data[pc + 1] << 8 | data[pc + 2]
                offsets(pc)
                opcodes(opcode)
                indices(index)
            elif length <= 0:
                length = jvm.variable_length(data, pc, start) if length == 0 else 0
                if length <= 0:
                    return count, last
            pc += length
            count += 1
    except IndexError:
        return count, last
    return (count, end) if pc == end else (count - 1, last)


def _stepping() -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Length by opcode, and whether an opcode names a constant."""
    table = jvm.opcodes()
    return table.lengths, tuple(form in _KINDS for form in table.operands)


def _skip_attributes(data: bytes, at: int, count: int) -> int:
    """Offset after `count` attributes."""
    for _ in range(count):
        at += 6 + _ATTRIBUTE.unpack_from(data, at)[1]
    return at


def _read_source(tables: _Growing, data: bytes, pool: Pool, at: int) -> None:
    """Read the class's attributes for its SourceFile."""
    wanted = tables.interner.strings.get(b"SourceFile", -2)
    count, at = jvm.u2(data, at), at + 2
    for _ in range(count):
        name, size = _ATTRIBUTE.unpack_from(data, at)
        if name < len(pool.utf8) and pool.utf8[name] == wanted:
            index = jvm.u2(data, at + 6)
            tables.class_source[-1] = pool.utf8[index] if index < len(pool.utf8) else -1
        at += 6 + size


def _column(values: Sequence[int]) -> I32:
    """A column of indices."""
    return np.array(values, np.int32)


def _csr(rows: Sequence[Sequence[int]]) -> Csr:
    """Rows of indices end to end."""
    start = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return Csr(start, np.array([item for row in rows for item in row], np.int32))


def _refs(tables: _Growing, def_class: I32, def_code: U32, paths: tuple[str, ...]) -> Refs:
    """All references, their constants looked up in bulk. Loads of numbers are no references and are left out."""
    owner = np.repeat(np.arange(len(tables.ref_count), dtype=np.int32), np.array(tables.ref_count, np.int64))
    offset = np.array(tables.ref_offset, np.uint32)
    opcode = np.frombuffer(bytes(tables.ref_opcode), np.uint8)
    bases = np.array([*tables.file_base, len(tables.const_kind)], np.int64)
    file = _column(tables.class_entry)[def_class[owner]]
    position = bases[file] + np.array(tables.ref_index, np.int64)
    inside = position < bases[file + 1]
    position[~inside] = 0
    expected = np.array([_KINDS.get(form, -1) for form in jvm.opcodes().operands], np.int8)[opcode]
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
    return Refs(owner[keep], offset[keep], (offset - def_code[owner])[keep], opcode[keep], kinds, target[keep])


def _finish(tables: _Growing, entry: str, paths: tuple[str, ...], data: tuple[memoryview, ...]) -> Unit:
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
    refs = _refs(tables, def_class, def_code, paths)
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
