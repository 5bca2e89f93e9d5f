"""What library calls on texts, numbers, files and addresses give, from what is known of their operands.

Source: documentation of java.lang, java.net, java.io and android.net. Every rule is a function of the operands'
expressions (receiver first) and gives None when it cannot say.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from itertools import islice, product
from urllib.parse import quote, unquote_plus, urljoin

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.whole.expressions import (
    MAX_OPTIONS,
    MAX_TEXT,
    Choice,
    ClassName,
    Expression,
    Hole,
    Number,
    Text,
    as_text,
    choice,
    dotted,
    joined,
)

Rule = Callable[[list[Expression], str], Expression | None]
"""Operands and prototype -> the result."""

_OPERATORS = re.compile(r"[\\^$.|?*+()\[{]")
_SPECIFIER = re.compile(r"%(?:(\d{1,3})\$)?([-#+ 0,(]*)(\d{1,4})?(?:\.(\d{1,4}))?([a-zA-Z%])")


def call(owner: str, name: str, proto: str, operands: list[Expression]) -> Expression | None:
    """The result of a call, or None when nothing is known.

    Args:
        owner: descriptor of the class.
        name: of the method.
        proto: of the method.
        operands: what is known of them, the receiver first.
    """
    rule = RULES.get(owner, {}).get(name)
    return rule(operands, proto) if rule else None


def piece(owner: str, name: str, operands: list[Expression]) -> Expression | None:
    """An element, whose number is the last operand, of the array that a text is cut into; None when it is not known."""
    *given, index = operands
    texts = [item.text for item in given if isinstance(item, Text)]
    if owner != _STRING or not isinstance(index, Number) or len(texts) != len(given):
        return None
    found: list[Expression] = []
    if name == "split" and len(texts) == 2:
        mark = re.sub(r"\\(\W)", r"\1", texts[1])
        literal = mark and (re.escape(mark) == texts[1] or not _OPERATORS.search(texts[1]))
        found = [Text(part) for part in texts[0].split(mark)] if literal else []
    elif name == "toCharArray" and len(texts) == 1:
        found = [Number(ord(item)) for item in texts[0]]
    return found[index.value] if 0 <= index.value < len(found) else None


def constructed(owner: str, proto: str, operands: list[Expression]) -> Expression | None:
    """What a new object of a class stands for, from its constructor's operands without the receiver."""
    if owner in _TEXTS and "II" not in proto:
        return operands[0] if operands else Text("") if owner == _STRING else None
    if owner == "Ljava/io/File;" and operands:
        return operands[0] if len(operands) == 1 else path(operands[0], operands[1])
    if owner == "Ljava/net/URL;" and operands:
        return _url(operands, proto)
    return None


def path(folder: Expression, name: Expression) -> Expression:
    """A file in a folder."""
    ends = isinstance(folder, Text) and (folder.text.endswith("/") or not folder.text)
    return joined([as_text(folder), as_text(name)] if ends else [as_text(folder), Text("/"), as_text(name)])


def character(expression: Expression, proto: str) -> Expression:
    """The operand of a method that takes a char (``(C)``) as text; others as a concatenation shows them."""
    if proto.startswith("(C)") and isinstance(expression, Number):
        return Text(_char(expression.value))
    if proto.startswith("(Z)") and isinstance(expression, Number):
        return Text("true" if expression.value else "false")
    if proto.startswith("(C)") and isinstance(expression, Choice):
        return choice([character(option, proto) for option in expression.options])
    return as_text(expression)


def formatted(pattern: Expression, values: list[Expression]) -> Expression:
    """``String.format``: strings and decimal numbers filled in, other conversions as holes."""
    if isinstance(pattern, Choice):
        return choice([formatted(option, values) for option in pattern.options])
    if not isinstance(pattern, Text):
        return Hole("format")
    parts: list[Expression] = []
    at = following = 0
    for match in _SPECIFIER.finditer(pattern.text):
        parts.append(Text(pattern.text[at : match.start()]))
        at = match.end()
        if match[5] in "%n":
            parts.append(Text("%" if match[5] == "%" else "\n"))
            continue
        index = int(match[1]) - 1 if match[1] else following
        following += 0 if match[1] else 1
        value = values[index] if 0 <= index < len(values) else Hole("format")
        parts.append(_filled(value, match))
    return joined([*parts, Text(pattern.text[at:])])


def _filled(value: Expression, match: re.Match[str]) -> Expression:
    """One value as its specifier shows it."""
    if match[5] in "sSd" and not (match[2] or match[3] or match[4]):
        return as_text(value)
    if match[5] in "xXd" and isinstance(value, Number) and match[2] in {"", "0"}:
        form = f"{match[2]}{match[3] or ''}{match[5]}"
        return Text(format(value.value & 0xFFFFFFFF if match[5] in "xX" else value.value, form))
    if match[5] == "c" and isinstance(value, Number):
        return Text(_char(value.value))
    return as_text(value)


def _each(operands: list[Expression], function: Callable[..., str | int | None]) -> Expression | None:
    """A function applied to every combination of constants that the operands may be; None when some is no constant."""
    rows = [item.options if isinstance(item, Choice) else (item,) for item in operands]
    out: list[Expression] = []
    for combination in islice(product(*rows), MAX_OPTIONS):
        plain = [_plain(item) for item in combination]
        result = None if None in plain else _tried(function, plain)
        if result is None:
            return None
        out.append(Text(result[:MAX_TEXT]) if isinstance(result, str) else Number(result))
    return choice(out)


def _tried(function: Callable[..., str | int | None], values: list[str | int | None]) -> str | int | None:
    """The function's result; None where the operands are not of the kinds that it takes."""
    try:
        return function(*values)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None


def _plain(item: Expression) -> str | int | None:
    if isinstance(item, Text):
        return item.text
    return item.value if isinstance(item, Number) else None


def _pure(function: Callable[..., str | int | None], count: int = 1) -> Rule:
    """A rule for a function of the first `count` operands, all constants."""

    def rule(operands: list[Expression], proto: str) -> Expression | None:
        del proto
        return _each(operands[:count], function) if len(operands) >= count else None

    return rule


def _all_pure(function: Callable[..., str | int | None]) -> Rule:
    """A rule for a function of all operands."""
    return lambda operands, _: _each(operands, function)


def _same(operands: list[Expression], proto: str) -> Expression | None:
    """The first operand itself."""
    del proto
    return operands[0] if operands else None


def _shown(operands: list[Expression], proto: str) -> Expression | None:
    """The first operand as text."""
    return character(operands[0], proto) if operands else None


def _char(value: int) -> str:
    return chr(value & 0xFFFF) if not 0xD800 <= value & 0xFFFF < 0xE000 else "\ufffd"


def _of_text(value: str | int) -> str:
    return _char(value) if isinstance(value, int) else value


def _substring(text: str | int, begin: int, end: int | None = None) -> str | None:
    text = _of_text(text)
    stop = len(text) if end is None else end
    return text[begin:stop] if isinstance(begin, int) and 0 <= begin <= stop <= len(text) else None


def _replace(text: str, old: str | int, new: str | int) -> str | None:
    old, new = _of_text(old), _of_text(new)
    return text.replace(old, new) if old and len(text) <= MAX_TEXT and len(new) <= MAX_TEXT else None


def _char_at(text: str, index: int) -> int | None:
    return ord(text[index]) if isinstance(text, str) and 0 <= index < len(text) else None


def _index_of(text: str, wanted: str | int, start: int = 0) -> int | None:
    return text.find(_of_text(wanted), start) if isinstance(text, str) else None


def _integer(text: str | int, base: int = 10) -> int | None:
    try:
        return text if isinstance(text, int) else int(text, base) if len(text) < 20 and 2 <= base <= 36 else None
    except ValueError:
        return None


def _base64(text: str, flags: int = 0) -> str | None:
    """Base64, plain or (flag 8) for addresses; the bytes as UTF-8."""
    if not isinstance(text, str):
        return None
    try:
        plain = text.replace("-", "+").replace("_", "/") if flags & 8 else text
        body = "".join(plain.split()).rstrip("=")
        return base64.b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _concat(operands: list[Expression], proto: str) -> Expression | None:
    del proto
    return joined([as_text(item) for item in operands])


def _format(operands: list[Expression], proto: str) -> Expression | None:
    """Pattern and values; the caller put the values in place of their array."""
    start = 1 if proto.startswith("(Ljava/util/Locale;") else 0
    return formatted(operands[start], operands[start + 1 :]) if len(operands) > start else None


def _class_text(shape: Callable[[str], str]) -> Rule:
    def rule(operands: list[Expression], proto: str) -> Expression | None:
        del proto
        first = operands[0] if operands else None
        if isinstance(first, Choice):
            found = [rule([option], "") for option in first.options]
            return choice([item for item in found if item]) if all(found) else None
        return Text(shape(dotted(first.descriptor))) if isinstance(first, ClassName) else None

    return rule


def _for_name(operands: list[Expression], proto: str) -> Expression | None:
    """The class that a name stands for; the last text among the operands is the name (``loadClass``: operand 1)."""
    del proto
    for item in operands[:2]:
        options = item.options if isinstance(item, Choice) else (item,)
        names = [option.text for option in options if isinstance(option, Text)]
        if names:
            rest: list[Expression] = [Hole("class")] if len(names) < len(options) else []
            return choice([*(ClassName(descriptor(name)) for name in names), *rest])
    return None


def _url(operands: list[Expression], proto: str) -> Expression | None:
    if proto.startswith("(Ljava/net/URL;"):
        found = _each([as_text(item) for item in operands[:2]], urljoin)
        return found or joined([as_text(item) for item in operands[:2]])
    if len(operands) == 1:
        return operands[0]
    port: list[Expression] = [Text(":"), as_text(operands[2])] if len(operands) > 3 else []
    return joined([as_text(operands[0]), Text("://"), as_text(operands[1]), *port, as_text(operands[-1])])


def _appended(operands: list[Expression], proto: str) -> Expression | None:
    del proto
    return path(operands[0], operands[1]) if len(operands) == 2 else None


def _parts(operands: list[Expression], proto: str) -> Expression | None:
    del proto
    return joined([as_text(operands[0]), Text(":"), as_text(operands[1])]) if len(operands) > 1 else None


_STRING = "Ljava/lang/String;"
_TEXTS = frozenset({_STRING, "Ljava/net/URI;"})

_OF_STRING: Mapping[str, Rule] = {
    "charAt": _pure(_char_at, 2),
    "concat": _concat,
    "copyValueOf": _same,
    "format": _format,
    "getBytes": _same,
    "indexOf": _all_pure(_index_of),
    "intern": _same,
    "length": _pure(len),
    "replace": _pure(_replace, 3),
    "strip": _pure(str.strip),
    "subSequence": _pure(_substring, 3),
    "substring": _all_pure(_substring),
    "toCharArray": _same,
    "toLowerCase": _pure(str.lower),
    "toString": _same,
    "toUpperCase": _pure(str.upper),
    "trim": _pure(str.strip),
    "valueOf": _shown,
}
_OF_NUMBER: Mapping[str, Rule] = {
    "charValue": _same,
    "intValue": _same,
    "longValue": _same,
    "parseInt": _all_pure(_integer),
    "parseLong": _all_pure(_integer),
    "toHexString": _pure(lambda value: format(value & 0xFFFFFFFF, "x") if isinstance(value, int) else None),
    "toString": _shown,
    "valueOf": lambda operands, proto: _each(operands, _integer) if "String;" in proto[:20] else _same(operands, proto),
}
_OF_CHARACTER: Mapping[str, Rule] = {
    "charValue": _same,
    "toString": lambda operands, _: character(operands[0], "(C)") if operands else None,
    "valueOf": _same,
}
_OF_ADDRESS: Mapping[str, Rule] = {
    "create": _same,
    "decode": _pure(unquote_plus),
    "encode": _pure(lambda text: quote(text, "!'()*-._~") if isinstance(text, str) else None),
    "fromParts": _parts,
    "parse": _same,
    "toASCIIString": _same,
    "toExternalForm": _same,
    "toString": _same,
    "toURI": _same,
    "toURL": _same,
    "withAppendedPath": _appended,
}
_OF_FILE: Mapping[str, Rule] = {
    "getAbsoluteFile": _same,
    "getAbsolutePath": _same,
    "getPath": _same,
    "toString": _same,
}
_OF_CLASS: Mapping[str, Rule] = {
    "forName": _for_name,
    "getCanonicalName": _class_text(lambda name: name.replace("$", ".")),
    "getName": _class_text(str),
    "getSimpleName": _class_text(lambda name: re.split(r"[.$]", name)[-1]),
    "getTypeName": _class_text(str),
}
RULES: Mapping[str, Mapping[str, Rule]] = {
    _STRING: _OF_STRING,
    "Ljava/lang/CharSequence;": {"toString": _same},
    "Ljava/lang/Integer;": _OF_NUMBER,
    "Ljava/lang/Long;": _OF_NUMBER,
    "Ljava/lang/Character;": _OF_CHARACTER,
    "Ljava/lang/Boolean;": {"toString": _shown, "valueOf": _same, "booleanValue": _same},
    "Ljava/lang/Object;": {"toString": _shown},
    "Ljava/util/Objects;": {"requireNonNull": _same, "toString": _shown},
    "Ljava/net/URL;": _OF_ADDRESS,
    "Ljava/net/URI;": _OF_ADDRESS,
    "Ljava/net/URLEncoder;": {"encode": _OF_ADDRESS["encode"]},
    "Ljava/net/URLDecoder;": {"decode": _OF_ADDRESS["decode"]},
    "Landroid/net/Uri;": _OF_ADDRESS,
    "Ljava/io/File;": _OF_FILE,
    "Ljava/lang/Class;": _OF_CLASS,
    "Ljava/lang/ClassLoader;": {"loadClass": lambda operands, proto: _for_name(operands[1:], proto)},
    "Landroid/util/Base64;": {"decode": _all_pure(_base64)},
    "Ljava/util/Base64$Decoder;": {"decode": lambda operands, _: _each(operands[1:], _base64)},
}
