"""The instructions of a method of a .class file as javap-like lines, for showing evidence."""

import struct

from affidavit.dalvik import jvm
from affidavit.dalvik.jvm_pool import (
    CLASS,
    DYNAMIC,
    INVOKE_DYNAMIC,
    METHOD_HANDLE,
    NAME_AND_TYPE,
    STRING,
    UTF8,
    Interner,
    MalformedClassError,
    Pool,
    read_pool,
)
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import Unit

_TEXT_LIMIT = 200
_CASES_SHOWN = 8
_DEEPEST = 4
"""Constants refer to constants at most this deep (method handle, method, name and type, text)."""
_SINGLE = frozenset({CLASS, STRING, 16, 19, 20})
"""Tags of constants that refer to one other: class, string, method type, module, package."""
_CALL_SITES = frozenset({DYNAMIC, INVOKE_DYNAMIC})
_NUMBERS = {3: ">i", 4: ">f", 5: ">q", 6: ">d"}
_SUFFIXES = {4: "f", 5: "l", 6: "d"}
_CONSTANTS = frozenset({"field", "method", "type", "constant", "interface", "dynamic", "array"})
_ARRAY_TYPES = {4: "boolean", 5: "char", 6: "float", 7: "double", 8: "byte", 9: "short", 10: "int", 11: "long"}


def disassemble_class(unit: Unit, owner: int) -> list[tuple[int, str]]:
    """Disassemble defined method `owner` of a unit of form ``class``.

    Returns:
        Per instruction its address in the method (bytes) and its line, such as
        ``invokevirtual #7 // java/io/PrintStream.println:(Ljava/lang/String;)V``. It ends before the first instruction
        that cannot be decoded; a method without code gives an empty list.
    """
    start = int(unit.def_code[owner])
    end = start + int(unit.def_units[owner])
    number = int(unit.class_entry[int(unit.def_class[owner])])
    data = bytes(unit.data[number])
    lines: list[tuple[int, str]] = []
    try:
        pool = read_pool(data, Interner(), 0)
        at = start
        while at < end:
            length, text = _line(data, pool, at, start)
            if length <= 0 or at + length > end:
                break
            lines.append((at - start, text))
            at += length
    except (IndexError, MalformedClassError, struct.error):
        pass  # the unit's own limitations say that the method was not decoded to its end
    return lines


def _line(data: bytes, pool: Pool, at: int, start: int) -> tuple[int, str]:
    """Length and text of the instruction at `at`."""
    table = jvm.opcodes()
    opcode = data[at]
    length = table.lengths[opcode] or jvm.variable_length(data, at, start)
    operands = _operands(data, pool, at, start, table.operands[opcode]) if length > 0 else ""
    return length, f"{table.names[opcode]} {operands}".rstrip()


def _operands(data: bytes, pool: Pool, at: int, start: int, form: str) -> str:
    """Text of an instruction's operands, by their form."""
    if form == "constant1":
        return _constant(data, pool, data[at + 1])
    if form in _CONSTANTS:
        extra = {"dynamic": ", 0", "interface": f", {data[at + 3]}", "array": f", {data[at + 3]}"}.get(form, "")
        return _constant(data, pool, jvm.u2(data, at + 1), extra)
    if form in ("branch", "branch_w"):
        return str(at - start + (_signed(jvm.u2(data, at + 1), 16) if form == "branch" else jvm.s4(data, at + 1)))
    if form in ("tableswitch", "lookupswitch"):
        return _switch(data, at, start, form)
    return _simple(data, at, form)


def _simple(data: bytes, at: int, form: str) -> str:
    """Operands that are numbers or names of primitive types."""
    if form == "-":
        return ""
    first = data[at + 1]
    if form == "iinc":
        return f"{first}, {_signed(data[at + 2], 8)}"
    if form in ("byte", "short"):
        return str(_signed(first, 8) if form == "byte" else _signed(jvm.u2(data, at + 1), 16))
    if form == "atype":
        return _ARRAY_TYPES.get(first, str(first))
    if form == "wide":
        index = jvm.u2(data, at + 2)
        step = f", {_signed(jvm.u2(data, at + 4), 16)}" if first == jvm.IINC else ""
        return f"{jvm.opcodes().names[first]} {index}{step}"
    return str(first)


def _switch(data: bytes, at: int, start: int, form: str) -> str:
    """Cases of a switch, the first few of them."""
    table = at + 4 - (at - start) % 4
    here = at - start
    default = here + jvm.s4(data, table)
    if form == "tableswitch":
        low, high = jvm.s4(data, table + 4), jvm.s4(data, table + 8)
        shown = range(min(high - low + 1, _CASES_SHOWN))
        cases = [f"{low + i}: {here + jvm.s4(data, table + 12 + 4 * i)}" for i in shown]
        count = high - low + 1
    else:
        count = jvm.s4(data, table + 4)
        shown = range(min(count, _CASES_SHOWN))
        cases = [f"{jvm.s4(data, table + 8 + 8 * i)}: {here + jvm.s4(data, table + 12 + 8 * i)}" for i in shown]
    more = [f"... {count - len(cases)} more"] if count > len(cases) else []
    return "{ " + ", ".join([*cases, *more, f"default: {default}"]) + " }"


def _signed(value: int, bits: int) -> int:
    """Two's complement value of an unsigned number."""
    return value - (1 << bits) if value >> (bits - 1) else value


def _constant(data: bytes, pool: Pool, index: int, extra: str = "") -> str:
    """``#index // text`` of a constant."""
    text = _text(data, pool, index)
    shown = text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}…(+{len(text) - _TEXT_LIMIT})"
    return f"#{index}{extra} // {shown}"


def _text(data: bytes, pool: Pool, index: int, depth: int = 0) -> str:
    """Text of a constant; ``?`` where it is missing or refers in circles."""
    if not 0 < index < len(pool.tags) or depth > _DEEPEST:
        return "?"
    tag, at = pool.tags[index], pool.at[index]
    if tag == UTF8:
        return decode_mutf8(pool.raw[index])
    if tag in _NUMBERS:
        return f"{struct.unpack_from(_NUMBERS[tag], data, at)[0]!r}{_SUFFIXES.get(tag, '')}"
    if tag == METHOD_HANDLE:
        return f"handle {data[at]} {_text(data, pool, jvm.u2(data, at + 1), depth + 1)}"
    first = f"#{jvm.u2(data, at)}" if tag in _CALL_SITES else _text(data, pool, jvm.u2(data, at), depth + 1)
    if tag in _SINGLE:
        return f'"{_escaped(first)}"' if tag == STRING else first
    between = ":" if tag == NAME_AND_TYPE or tag in _CALL_SITES else "."
    return first + between + _text(data, pool, jvm.u2(data, at + 2), depth + 1)


def _escaped(text: str) -> str:
    """A string's text on one line, its quotes and unprintable characters as escapes."""
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
