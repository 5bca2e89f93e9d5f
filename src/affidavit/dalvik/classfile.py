"""The .class files of a jar, read as one `Unit`.

Java Virtual Machine Specification, chapter 4 "The class File Format". Anything that the bytes get wrong costs only the
part that it makes unreadable, and is a limitation on the unit.
"""

import struct
from collections.abc import Sequence
from functools import cache

from affidavit.artefact.budget import Budget
from affidavit.dalvik import jvm
from affidavit.dalvik.jvm_pool import MalformedClassError, Pool, read_pool
from affidavit.dalvik.jvm_tables import CONSTANT_KINDS, Growing, finish
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.model.place import Place

_MAGIC = b"\xca\xfe\xba\xbe"
_MEMBER = struct.Struct(">HHHH")
_ATTRIBUTE = struct.Struct(">HI")
_CODE = struct.Struct(">HHI")
_BYTES_PER_CONSTANT = 4


def read_classes(entry: str, files: Sequence[tuple[str, bytes]], budget: Budget | None = None) -> Unit:
    """Read .class files as one table of code.

    Args:
        entry: path that names the whole (the jar, or a folder in it).
        files: path of each file, as `Place.entry` has it, and its bytes; rows keep this order.
        budget: looked at before each file; it also bounds the constants of all files together.

    Returns:
        A unit of form ``class``. A file that cannot be read has no class row and is a limitation.

    Raises:
        BudgetError: time or memory ran out.
    """
    tables, spent = Growing(), budget or Budget()
    for number, (path, data) in enumerate(files):
        spent.check()
        if len(tables.const_kind) > spent.rows(_BYTES_PER_CONSTANT):
            detail = f"the class files before it have {len(tables.const_kind)} constants; it was not read"
            tables.file_base.append(len(tables.const_kind))
            tables.fault("code/too-many-constants", detail, Place(path))
            continue
        try:
            _read_file(tables, number, path, bytes(data))
        except MalformedClassError as error:
            tables.fault("code/malformed-class", str(error), Place(path))
        except (IndexError, struct.error):
            tables.fault("code/malformed-class", "a structure passes the end of the file", Place(path))
    return finish(tables, entry, tuple(path for path, _ in files), tuple(memoryview(data) for _, data in files))


def _read_file(tables: Growing, number: int, path: str, data: bytes) -> None:
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


def _read_fields(tables: Growing, data: bytes, pool: Pool, at: int) -> int:
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


def _read_methods(tables: Growing, data: bytes, pool: Pool, at: int, path: str) -> int:
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
                # Not past the attribute, else methods could share code and its decoding cost the square of the file.
                room = max(0, min(size - 8, len(data) - start))
                if length > room:
                    tables.fault("code/code-length", "code passes the end of its attribute", Place(path, start))
                    length = room
            at += 6 + size
        tables.methods.extend((index, row, access, start if length else 0, length))
        _read_code(tables, data, start, start + length, path)
    return at


def _read_code(tables: Growing, data: bytes, start: int, end: int, path: str) -> None:
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


def _sweep(data: bytes, start: int, end: int, tables: Growing) -> tuple[int, int]:
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


@cache
def _stepping() -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Length by opcode, and whether an opcode names a constant."""
    table = jvm.opcodes()
    return table.lengths, tuple(form in CONSTANT_KINDS for form in table.operands)


def _skip_attributes(data: bytes, at: int, count: int) -> int:
    """Offset after `count` attributes."""
    for _ in range(count):
        at += 6 + _ATTRIBUTE.unpack_from(data, at)[1]
    return at


def _read_source(tables: Growing, data: bytes, pool: Pool, at: int) -> None:
    """Read the class's attributes for its SourceFile."""
    wanted = tables.interner.strings.get(b"SourceFile", -2)
    count, at = jvm.u2(data, at), at + 2
    for _ in range(count):
        name, size = _ATTRIBUTE.unpack_from(data, at)
        if name < len(pool.utf8) and pool.utf8[name] == wanted:
            index = jvm.u2(data, at + 6)
            tables.class_source[-1] = pool.utf8[index] if index < len(pool.utf8) else -1
        at += 6 + size
