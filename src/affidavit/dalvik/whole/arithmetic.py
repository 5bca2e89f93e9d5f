"""Arithmetic on ints of 32 bits as Dalvik does it (Dalvik bytecode, "Mathematical details")."""

from collections.abc import Callable, Mapping

MASK = 0xFFFFFFFF


def wrapped(value: int) -> int:
    """A number cut to 32 bits, signed."""
    value &= MASK
    return value - (1 << 32) if value >> 31 else value


def divided(left: int, right: int) -> int | None:
    """Quotient, cut towards zero; None for a division by zero."""
    if right == 0:
        return None
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def remainder(left: int, right: int) -> int | None:
    """What `divided` leaves."""
    quotient = divided(left, right)
    return None if quotient is None else left - quotient * right


_OPERATIONS: tuple[Callable[[int, int], int | None], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    divided,
    remainder,
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a, b: a ^ b,
    lambda a, b: a << (b & 31),
    lambda a, b: a >> (b & 31),
    lambda a, b: (a & MASK) >> (b & 31),
)
"""In the order of the opcodes add-int to ushr-int."""

_CONVERSIONS: Mapping[int, Callable[[int], int]] = {
    0x7B: lambda a: -a,
    0x7C: lambda a: ~a,
    0x81: lambda a: a,
    0x84: lambda a: a,
    0x8D: lambda a: (a & 0xFF) - (256 if a & 0x80 else 0),
    0x8E: lambda a: a & 0xFFFF,
    0x8F: lambda a: (a & 0xFFFF) - (65_536 if a & 0x8000 else 0),
}
"""neg-int, not-int, int-to-long, long-to-int, int-to-byte, int-to-char, int-to-short."""

_REVERSED = frozenset({0xD1, 0xD9})
_STARTS = ((0x90, 0x9B), (0xB0, 0xBB), (0xD0, 0xD8), (0xD8, 0xE3))


def is_binary(opcode: int) -> bool:
    """Whether the opcode takes two ints, or an int and a literal."""
    return any(first <= opcode < end for first, end in _STARTS)


def is_literal(opcode: int) -> bool:
    """Whether the second operand is a literal of the instruction."""
    return 0xD0 <= opcode < 0xE3


def binary(opcode: int, left: int, right: int) -> int | None:
    """Result of an instruction with two ints; None for a division by zero and for other opcodes."""
    if opcode in _REVERSED:
        return wrapped(right - left)
    for first, end in _STARTS:
        if first <= opcode < end:
            result = _OPERATIONS[opcode - first](wrapped(left), wrapped(right))
            return None if result is None else wrapped(result)
    return None


def is_unary(opcode: int) -> bool:
    """Whether the opcode takes one int."""
    return opcode in _CONVERSIONS


def unary(opcode: int, value: int) -> int:
    """Result of an instruction with one int."""
    return wrapped(_CONVERSIONS[opcode](wrapped(value)))


def compared(opcode: int, left: int, right: int) -> bool:
    """Whether an ``if`` is taken: 0x32 to 0x37 compare two ints, 0x38 to 0x3d one with zero (`right` is then 0)."""
    index = (opcode - 0x32) % 6
    return (left == right, left != right, left < right, left >= right, left > right, left <= right)[index]
