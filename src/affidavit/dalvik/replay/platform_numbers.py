"""What methods of Java's numbers, characters and mathematics give for values that are known, as Java defines them."""

import math
import re
from collections.abc import Callable
from typing import Final

Plain = str | int | float | None
"""A known value; boolean and char are numbers too."""

Method = Callable[..., Plain | bool]
"""Takes known values, the receiver first."""


class Thrown(Exception):  # noqa: N818 - it is what the called method throws, not a fault here
    """The method throws for these values.

    Attributes:
        descriptor: class of the exception.
    """

    def __init__(self, descriptor: str) -> None:
        super().__init__(descriptor)
        self.descriptor = descriptor


class Unknown(Exception):  # noqa: N818 - no fault either
    """The result is not worked out here."""


_NUMBER = "Ljava/lang/NumberFormatException;"
NULL = "Ljava/lang/NullPointerException;"


def wrapped(value: int, bits: int) -> int:
    """The signed value of the lowest bits."""
    half = 1 << bits - 1
    return (value + half) % (1 << bits) - half


def decimal(value: float) -> str:
    """A double as Java prints it, where Python's shortest form is the same."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value and not 1e-3 <= abs(value) < 1e7:
        raise Unknown
    return repr(value)


def _number(text: Plain, radix: int = 10, bits: int = 32) -> int:
    """`parseInt` and its kin."""
    if not isinstance(text, str) or not 2 <= radix <= 36 or not re.fullmatch(r"[+-]?[0-9A-Za-z]{1,64}", text):
        raise Thrown(_NUMBER)
    try:
        value = int(text, radix)
    except ValueError:
        raise Thrown(_NUMBER) from None
    if wrapped(value, bits) != value:
        raise Thrown(_NUMBER)
    return value


def _real(text: Plain) -> float:
    """`parseDouble`."""
    if text is None:
        raise Thrown(NULL)
    if not isinstance(text, str) or not re.fullmatch(r"\s*[+-]?[0-9]{0,20}\.?[0-9]{0,20}\s*", text):
        raise Unknown
    try:
        return float(text)
    except ValueError:
        raise Thrown(_NUMBER) from None


def digits(value: int, radix: int, bits: int = 0) -> str:
    """A whole number in some radix; as unsigned when `bits` are given."""
    value = value & ((1 << bits) - 1) if bits else value
    if not 2 <= radix <= 36:
        radix = 10
    left, out = abs(value), ""
    while left or not out:
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[left % radix] + out
        left //= radix
    return "-" + out if value < 0 else out


def whole(bits: int) -> dict[str, Method]:
    """The methods that the boxes of whole numbers share."""
    methods: dict[str, Method] = {
        "intValue": lambda value: wrapped(int(value), 32),
        "longValue": int,
        "shortValue": lambda value: wrapped(int(value), 16),
        "byteValue": lambda value: wrapped(int(value), 8),
        "doubleValue": float,
        "floatValue": float,
        "hashCode": lambda value: wrapped(value ^ value >> 32, 32) if bits == 64 else value,
        "equals": lambda value, other: value == other,
        "compareTo": lambda value, other: (value > other) - (value < other),
        "compare": lambda value, other: (value > other) - (value < other),
        "toHexString": lambda value: digits(value, 16, bits),
        "toBinaryString": lambda value: digits(value, 2, bits),
        "toOctalString": lambda value: digits(value, 8, bits),
        "toString": _digits_or(10),
        "valueOf": lambda value, radix=10: _number(value, radix, bits) if isinstance(value, str) else value,
        "decode": lambda text: _number(text, 10, bits),
        "signum": lambda value: (value > 0) - (value < 0),
        "bitCount": lambda value: (value & ((1 << bits) - 1)).bit_count(),
        "max": max,
        "min": min,
        "sum": lambda left, right: wrapped(left + right, bits),
    }
    for name in _PARSERS:
        methods[name] = lambda text, radix=10: _number(text, radix, bits)
    return methods


_PARSERS = ("parseInt", "parseLong", "parseShort", "parseByte")


def _digits_or(radix: int) -> Method:
    """`toString` of a whole number, with a radix or without."""
    return lambda value, given=radix: digits(value, given)


def _truth(value: Plain) -> bool:
    """`parseBoolean`."""
    return value.lower() == "true" if isinstance(value, str) else bool(value)


BOOLEAN: Final[dict[str, Method]] = {
    "booleanValue": bool,
    "parseBoolean": _truth,
    "valueOf": _truth,
    "toString": lambda value: "true" if value else "false",
    "equals": lambda value, other: value == other,
    "hashCode": lambda value: 1231 if value else 1237,
    "logicalAnd": lambda left, right: left and right,
    "logicalOr": lambda left, right: left or right,
    "logicalXor": lambda left, right: left != right,
}


def char(value: str | int) -> str:
    """A character, given as such or by its number."""
    return value if isinstance(value, str) else chr(value & 0xFFFF)


def _value_of_digit(value: str | int, radix: int) -> int:
    """`digit`."""
    digit = int(char(value), 36) if re.fullmatch("[0-9A-Za-z]", char(value)) else 99
    return digit if digit < radix else -1


CHARACTER: Final[dict[str, Method]] = {
    "charValue": lambda value: value,
    "valueOf": lambda value: value,
    "toString": char,
    "equals": lambda value, other: value == other,
    "hashCode": lambda value: ord(char(value)),
    "isDigit": lambda value: char(value).isdecimal(),
    "isLetter": lambda value: char(value).isalpha(),
    "isLetterOrDigit": lambda value: char(value).isalpha() or char(value).isdecimal(),
    "isUpperCase": lambda value: char(value).isupper(),
    "isLowerCase": lambda value: char(value).islower(),
    "isWhitespace": lambda value: char(value).isspace(),
    "toUpperCase": lambda value: ord(char(value).upper()[:1]),
    "toLowerCase": lambda value: ord(char(value).lower()[:1]),
    "getNumericValue": lambda value: _value_of_digit(value, 36),
    "digit": _value_of_digit,
    "forDigit": lambda digit, radix: ord(digits(digit, radix)) if 0 <= digit < radix else 0,
    "compare": lambda left, right: ord(char(left)) - ord(char(right)),
}


def _absolute(value: float) -> float:
    """`Math.abs`."""
    return abs(value)


MATH: Final[dict[str, Method]] = {
    "abs": _absolute,
    "max": max,
    "min": min,
    "sqrt": math.sqrt,
    "cbrt": math.cbrt,
    "pow": math.pow,
    "floor": lambda value: float(math.floor(value)),
    "ceil": lambda value: float(math.ceil(value)),
    "rint": lambda value: float(round(value)),
    "round": lambda value: math.floor(value + 0.5),
    "signum": lambda value: float((value > 0) - (value < 0)),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "hypot": math.hypot,
    "toRadians": math.radians,
    "toDegrees": math.degrees,
    "floorDiv": lambda left, right: left // right,
    "floorMod": lambda left, right: left % right,
    "addExact": lambda left, right: left + right,
}
REAL: Final[dict[str, Method]] = {
    "parseDouble": _real,
    "parseFloat": _real,
    "valueOf": lambda value: _real(value) if isinstance(value, str) else float(value),
    "doubleValue": float,
    "floatValue": float,
    "intValue": int,
    "longValue": int,
    "toString": decimal,
    "isNaN": math.isnan,
    "isInfinite": math.isinf,
    "compare": lambda left, right: (left > right) - (left < right),
    "equals": lambda left, right: left == right,
}
