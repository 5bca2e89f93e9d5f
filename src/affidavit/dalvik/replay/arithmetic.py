"""Arithmetic on what is known of numbers. Floating point numbers are kept as their bits, as registers hold them.

Source: Dalvik bytecode (unop, binop, cmpkind) and the Java Language Specification's rules for overflow and conversion.
"""

import math
import struct
from collections.abc import Callable

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.replay.decode import signed
from affidavit.dalvik.replay.values import HIGHEST, LOWEST, UNKNOWN, Range, Taints, Value, between, bounds, number

_BITS = {"int": 32, "long": 64, "byte": 8, "short": 16}


class ByZero(Exception):  # noqa: N818 - the app's own exception
    """An integer was divided by zero."""


def unary(op: int, value: Value) -> Value:
    """Result of a unop (0x7b to 0x8f)."""
    if not isinstance(value.const, int):
        return _unknown(value.taint)
    name = opcodes()[op].mnemonic
    try:
        return number(_unary(name, value.const), value.taint)
    except (OverflowError, ValueError):
        return _unknown(value.taint)


def _unary(name: str, value: int) -> int:
    """One unop on a number."""
    if "-to-" in name:
        origin, target = name.split("-to-")
        return _convert(origin, target, value)
    what, kind = name.split("-")
    if kind in {"float", "double"}:
        return _bits(-_real(value, kind), kind)
    return signed(-value if what == "neg" else ~value, _BITS[kind])


def _convert(origin: str, target: str, value: int) -> int:
    """A conversion; a real number becomes an integer by cutting, within the integer's bounds."""
    if target == "char":
        return value & 0xFFFF
    if origin in {"float", "double"}:
        real = _real(value, origin)
        if target in {"float", "double"}:
            return _bits(real, target)
        limit = 1 << (_BITS[target] - 1)
        return 0 if math.isnan(real) else int(max(-limit, min(limit - 1, real)))
    return _bits(float(value), target) if target in {"float", "double"} else signed(value, _BITS[target])


def binary(op: int, left: Value, right: Value) -> Value:
    """Result of a binop with three registers (0x90 to 0xaf).

    Raises:
        ByZero: an integer is certainly divided by zero.
    """
    operation, kind = opcodes()[op].mnemonic.split("-")[:2]
    return operate(operation, kind.removesuffix("/2addr"), left, right)


def operate(operation: str, kind: str, left: Value, right: Value) -> Value:
    """An operation (``add``, ``rsub`` ...) on numbers of a kind (``int``, ``long``, ``float``, ``double``).

    Raises:
        ByZero: an integer is certainly divided by zero.
    """
    taint = left.taint | right.taint if right.taint else left.taint
    one, two = left.const, right.const
    if kind in {"float", "double"}:
        if isinstance(one, int) and isinstance(two, int):
            return _real_result(operation, kind, one, two, taint)
        return _unknown(taint)
    if operation in {"div", "rem"} and two == 0:
        raise ByZero
    if isinstance(one, int) and isinstance(two, int):
        return number(signed(_INTEGER[operation](one, two, _BITS[kind]), _BITS[kind]), taint)
    found = _range(operation, bounds(left), bounds(right))
    limit = 1 << (_BITS[kind] - 1)
    if found is None or found[0] < -limit or found[1] >= limit or found[0] == LOWEST or found[1] == HIGHEST:
        return _unknown(taint)
    return between(*found, taint)


def compare(op: int, left: Value, right: Value) -> Value:
    """Result of a cmpkind (0x2d to 0x31): -1, 0 or 1."""
    taint = left.taint | right.taint
    if not isinstance(left.const, int) or not isinstance(right.const, int):
        return between(-1, 1, taint)
    name = opcodes()[op].mnemonic
    one: float = left.const
    two: float = right.const
    if not name.endswith("long"):
        kind = name.split("-")[1]
        one, two = _real(left.const, kind), _real(right.const, kind)
        if math.isnan(one) or math.isnan(two):
            return number(1 if name.startswith("cmpg") else -1, taint)
    return number((one > two) - (one < two), taint)


def _unknown(taint: Taints) -> Value:
    """Any number."""
    return UNKNOWN.tainted(taint)


def _real(value: int, kind: str) -> float:
    """The floating point number of these bits."""
    if kind == "float":
        return float(struct.unpack("<f", struct.pack("<I", value & 0xFFFFFFFF))[0])
    return float(struct.unpack("<d", struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF))[0])


def _bits(value: float, kind: str) -> int:
    """The bits of a floating point number, signed."""
    if kind == "float":
        return int(struct.unpack("<i", struct.pack("<f", value))[0])
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def _real_result(operation: str, kind: str, one: int, two: int, taint: Taints) -> Value:
    """An operation on floating point numbers; unknown where Python has no such number."""
    left, right = _real(one, kind), _real(two, kind)
    try:
        result = {
            "add": lambda: left + right,
            "sub": lambda: left - right,
            "mul": lambda: left * right,
            "div": lambda: left / right,
            "rem": lambda: math.fmod(left, right),
        }[operation]()
        return number(_bits(result, kind), taint)
    except (ArithmeticError, ValueError, KeyError):
        return _unknown(taint)


def _divide(one: int, two: int) -> int:
    """Quotient cut towards zero."""
    quotient = abs(one) // abs(two)
    return quotient if (one < 0) == (two < 0) else -quotient


_INTEGER: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, w: a + b,  # noqa: ARG005 - all are called alike
    "sub": lambda a, b, w: a - b,  # noqa: ARG005
    "rsub": lambda a, b, w: b - a,  # noqa: ARG005
    "mul": lambda a, b, w: a * b,  # noqa: ARG005
    "div": lambda a, b, w: _divide(a, b),  # noqa: ARG005
    "rem": lambda a, b, w: a - b * _divide(a, b),  # noqa: ARG005
    "and": lambda a, b, w: a & b,  # noqa: ARG005
    "or": lambda a, b, w: a | b,  # noqa: ARG005
    "xor": lambda a, b, w: a ^ b,  # noqa: ARG005
    "shl": lambda a, b, w: a << (b & w - 1),
    "shr": lambda a, b, w: a >> (b & w - 1),
    "ushr": lambda a, b, w: (a & (1 << w) - 1) >> (b & w - 1),
}


def _range(operation: str, one: tuple[int, int] | Range, two: tuple[int, int] | Range) -> tuple[int, int] | None:
    """Bounds of a result; None when nothing is known."""
    if operation == "rem" and two[0] == two[1] and two[0]:
        most = abs(two[0]) - 1
        return (0 if one[0] >= 0 else -most), (0 if one[1] <= 0 else most)
    if operation == "and" and two[0] == two[1] and two[0] >= 0:
        return 0, two[1]
    if LOWEST in {one[0], two[0]} or HIGHEST in {one[1], two[1]} or operation not in {"add", "sub", "rsub", "mul"}:
        return None
    corners = [_INTEGER[operation](a, b, 64) for a in one for b in two]
    return min(corners), max(corners)
