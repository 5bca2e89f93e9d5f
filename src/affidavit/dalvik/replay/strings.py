"""What the methods of texts give for values that are known, as Java defines them.

Everything here is bounded in what it makes and never follows a pattern whose cost could grow without bound: regular
expressions are taken only when they are plain text.
"""

import re
from collections.abc import Sequence
from typing import Final

from affidavit.dalvik.replay.platform_numbers import (
    BOOLEAN,
    CHARACTER,
    MATH,
    NULL,
    REAL,
    Method,
    Plain,
    Thrown,
    Unknown,
    char,
    decimal,
    digits,
    whole,
    wrapped,
)

__all__ = ["LONGEST", "Plain", "Thrown", "Unknown", "evaluate", "formatted", "parameters_of", "text_of"]

LONGEST: Final = 4096
"""Characters of a text that is still followed."""

_INDEX = "Ljava/lang/StringIndexOutOfBoundsException;"


def text_of(value: Plain, type_: str) -> str:
    """What `String.valueOf` gives for a value of a type (descriptor)."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return value
    if type_ in {"Z", "Ljava/lang/Boolean;"}:
        return "true" if value else "false"
    if type_ in {"C", "Ljava/lang/Character;"} and isinstance(value, int):
        return chr(value & 0xFFFF)
    if isinstance(value, float) or type_ in {"D", "F"}:
        return decimal(float(value))
    return str(value)


def _part(text: str, start: int, end: int | None = None) -> str:
    """`substring`."""
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise Thrown(_INDEX)
    return text[start:end]


def _at(text: str, index: int) -> int:
    """`charAt`."""
    if not 0 <= index < len(text):
        raise Thrown(_INDEX)
    return ord(text[index])


def _needle(item: str | int) -> str:
    """What `indexOf` looks for: a text or the number of a character."""
    return item if isinstance(item, str) else chr(item & 0xFFFF)


def _literal(pattern: str) -> str:
    """The text that a regular expression without operators stands for."""
    plain = re.sub(r"\\([^\w\s])", r"\1", pattern)
    if re.search(r"[\\^$.|?*+()\[{]", re.sub(r"\\[^\w\s]", "", pattern)):
        raise Unknown
    return plain


def _hash(text: str) -> int:
    """`hashCode` of a text."""
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return wrapped(value, 32)


def _order(left: str, right: str) -> int:
    """`compareTo` of texts."""
    for one, other in zip(left, right, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(right)


def _times(text: str, count: int) -> str:
    """`repeat`."""
    if len(text) * count > LONGEST:
        raise Unknown
    return text * count


_STRING: Final[dict[str, Method]] = {
    "length": len,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "charAt": _at,
    "codePointAt": _at,
    "substring": _part,
    "subSequence": _part,
    "concat": lambda text, more: text + more,
    "equals": lambda text, other: text == other,
    "contentEquals": lambda text, other: text == other,
    "equalsIgnoreCase": lambda text, other: other is not None and text.lower() == other.lower(),
    "compareTo": _order,
    "compareToIgnoreCase": lambda text, other: _order(text.lower(), other.lower()),
    "startsWith": lambda text, start, at=0: at >= 0 and text.startswith(start, at),
    "endsWith": lambda text, end: text.endswith(end),
    "contains": lambda text, part: part in text,
    "indexOf": lambda text, item, at=0: text.find(_needle(item), max(at, 0)),
    "lastIndexOf": lambda text, item: text.rfind(_needle(item)),
    "trim": lambda text: text.strip("".join(map(chr, range(33)))),
    "strip": lambda text: text.strip(),
    "toUpperCase": lambda text, _locale=None: text.upper(),
    "toLowerCase": lambda text, _locale=None: text.lower(),
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": lambda text, old, new: text.replace(_literal(old), _replacement(new)),
    "replaceFirst": lambda text, old, new: text.replace(_literal(old), _replacement(new), 1),
    "matches": lambda text, pattern: text == _literal(pattern),
    "hashCode": _hash,
    "intern": lambda text: text,
    "toString": lambda text: text,
    "repeat": _times,
}


def _replacement(text: str) -> str:
    """Text put in the place of a match, when it names no group."""
    if "$" in text or "\\" in text:
        raise Unknown
    return text


_TEXT_UTILS: Final[dict[str, Method]] = {
    "isEmpty": lambda text: not text,
    "equals": lambda left, right: left == right,
    "isDigitsOnly": lambda text: text.isdecimal() or not text,
    "getTrimmedLength": lambda text: len(text.strip()),
    "indexOf": lambda text, item: text.find(_needle(item)),
    "substring": _part,
    "getReverse": lambda text, start, end: _part(text, start, end)[::-1],
}
_CLASSES: Final[dict[str, dict[str, Method]]] = {
    "Ljava/lang/String;": _STRING,
    "Ljava/lang/CharSequence;": _STRING,
    "Ljava/lang/Comparable;": {"compareTo": _order},
    "Ljava/lang/Integer;": whole(32),
    "Ljava/lang/Long;": whole(64),
    "Ljava/lang/Short;": whole(16),
    "Ljava/lang/Byte;": whole(8),
    "Ljava/lang/Number;": whole(64),
    "Ljava/lang/Boolean;": BOOLEAN,
    "Ljava/lang/Character;": CHARACTER,
    "Ljava/lang/Math;": MATH,
    "Ljava/lang/StrictMath;": MATH,
    "Ljava/lang/Double;": REAL,
    "Ljava/lang/Float;": REAL,
    "Landroid/text/TextUtils;": _TEXT_UTILS,
}
_TEXTS = ("Ljava/lang/String;", "Ljava/lang/CharSequence;")


def evaluate(class_: str, name: str, proto: str, values: Sequence[Plain]) -> Plain:
    """The result of a method, the receiver (if any) being the first value.

    Raises:
        Unknown: when it is not worked out. Thrown: when Java throws.
    """
    parameters, result = parameters_of(proto)
    method = _CLASSES.get(class_, {}).get(name)
    if name in {"valueOf", "copyValueOf"} and class_ == "Ljava/lang/String;":
        if not values or not parameters:
            raise Unknown
        return text_of(values[0], parameters[0])
    if method is None or any(isinstance(item, str) and not _simple(item) for item in values):
        raise Unknown
    static = len(values) == len(parameters)
    if not static and values and values[0] is None:
        raise Thrown(NULL)
    types = parameters if static else ["C" if class_ == "Ljava/lang/Character;" else "L", *parameters]
    given = [
        char(item) if kind == "C" and isinstance(item, int) else item for kind, item in zip(types, values, strict=False)
    ]
    try:
        return _fitted(method(*given), result)
    except (TypeError, ValueError, OverflowError, AttributeError, ZeroDivisionError, IndexError):
        raise Unknown from None


def _simple(text: str) -> bool:
    """Whether each character is one of Java's, so that positions agree, and there are not too many."""
    return len(text) <= LONGEST and (text.isascii() or max(text) <= "\uffff")


def _fitted(value: Plain | bool, result: str) -> Plain:
    """A result as its type has it."""
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise Unknown
        return ord(value) if result in {"C", "Ljava/lang/Character;"} else value
    if result in {"D", "F", "Ljava/lang/Double;", "Ljava/lang/Float;"} and value is not None:
        return float(value)
    if isinstance(value, int):
        return wrapped(int(value), 64 if result in {"J", "Ljava/lang/Long;"} else 32)
    return value


def parameters_of(proto: str) -> tuple[list[str], str]:
    """The types of parameters and the type of the result."""
    inside, _, result = proto.removeprefix("(").rpartition(")")
    return re.findall(r"\[*(?:[^L\[]|L[^;]*;)", inside), result


_HOLE = re.compile(r"%(?:(\d{1,2})\$)?([-0+ ,]{0,4})(\d{0,3})(?:\.(\d{1,2}))?([sSdxXcbBfn%])")


def formatted(pattern: str, values: Sequence[tuple[Plain, str]]) -> str:
    """`String.format` with the root locale, each value with its type.

    Raises:
        Unknown: when the pattern uses what is not worked out here, or a value is missing.
    """
    out, at, turn = [], 0, 0
    for hole in _HOLE.finditer(pattern):
        between = pattern[at : hole.start()]
        at = hole.end()
        if "%" in between:
            raise Unknown
        out.append(between)
        if hole[5] in "n%":
            out.append("\n" if hole[5] == "n" else "%")
            continue
        position = int(hole[1]) - 1 if hole[1] else turn
        turn += not hole[1]
        if not 0 <= position < len(values):
            raise Thrown("Ljava/util/MissingFormatArgumentException;")
        out.append(_field(hole, *values[position]))
    if "%" in pattern[at:] or sum(map(len, out)) > LONGEST:
        raise Unknown
    return "".join(out) + pattern[at:]


def _field(hole: re.Match[str], value: Plain, type_: str) -> str:
    """One value as its hole wants it."""
    flags, width, precision, kind = hole[2], int(hole[3] or 0), hole[4], hole[5]
    if "," in flags:
        raise Unknown
    if kind in "sSbBc":
        text = text_of(value, "C" if kind == "c" else type_)
        text = text if precision is None else text[: int(precision)]
    elif kind == "f" and isinstance(value, float):
        text = f"{value:.{int(precision or 6)}f}"
    elif kind in "dxX" and isinstance(value, int):
        text = digits(value, 10 if kind == "d" else 16, 0 if kind == "d" else 32)
    else:
        raise Unknown
    text = text.upper() if kind in "SXB" else text
    if "0" in flags and kind not in "sSbBc":
        return text.zfill(width)
    return text.ljust(width) if "-" in flags else text.rjust(width)
