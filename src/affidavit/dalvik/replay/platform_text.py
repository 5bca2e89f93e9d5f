"""Texts: constants are worked out, all else keeps the data that is in it. Objects of the app are asked for theirs."""

from collections.abc import Sequence
from typing import Final

from affidavit.dalvik.replay.containers import from_array
from affidavit.dalvik.replay.platform_call import (
    BOXES,
    PRIMITIVES,
    TEXT,
    VALUE,
    Behaviour,
    Call,
    boxed,
    entries,
    lifted,
    plain,
    unboxed,
)
from affidavit.dalvik.replay.platform_numbers import NULL as NULL_POINTER
from affidavit.dalvik.replay.strings import Plain, Thrown, Unknown, evaluate, formatted, text_of
from affidavit.dalvik.replay.surface import Raise, Result
from affidavit.dalvik.replay.values import (
    NONE,
    NULL,
    STRING,
    UNKNOWN,
    Taints,
    Value,
    implied,
    inexact,
    join,
    number,
    opaque,
    reference,
    text,
)

_TEXTS = frozenset({STRING, "Ljava/lang/CharSequence;"})
_OBJECT_STRING = "()Ljava/lang/String;"
_BUILDERS = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;")


def text_value(call: Call, value: Value, type_: str) -> Value:
    """What `String.valueOf` gives: a known text, or an unknown one with the data in it."""
    if type_ == "[C":
        return _of_characters(call, value)
    try:
        return text(
            text_of(plain(call.state, value, type_), BOXES.get(value.type, _box_of(call, value) or type_)), value.taint
        )
    except Unknown:
        pass
    if not value.refs:
        return opaque(STRING, value.taint, nullable=False)
    found: Value | None = None
    for item in sorted(value.refs):
        one = _object_text(call, reference(item))
        found = one if found is None else join(found, one)
    found = found or UNKNOWN
    if value.opaque or value.nullable:
        found = join(found, opaque(STRING, nullable=False))
    return found.tainted(value.taint)


def _box_of(call: Call, value: Value) -> str:
    """The class of the only object meant, when it is a box."""
    types = {call.state.objects[item].type for item in value.refs}
    only = types.pop() if len(types) == 1 else ""
    return only if only in BOXES else ""


def _object_text(call: Call, value: Value) -> Value:
    """The text of one object."""
    (item,) = value.refs
    held = call.state.objects[item]
    if TEXT in held.fields:
        return call.state.read(value, TEXT)
    if VALUE in held.fields:
        return opaque(STRING, unboxed(call.state, value).taint, nullable=False)
    if call.machine.overrides(call.state, value, "toString", _OBJECT_STRING, 0):
        return call.machine.invoke_on(call.state, value, "toString", _OBJECT_STRING, [])
    if _is_app(call, held.type) or held.type.startswith("["):
        return opaque(STRING, nullable=False)
    taint = call.state.taint_of(value)
    for part in sorted(entries(call.state, value).refs)[:20]:
        inner = reference(part)
        if call.machine.overrides(call.state, inner, "toString", _OBJECT_STRING, 0):
            taint |= call.machine.invoke_on(call.state, inner, "toString", _OBJECT_STRING, []).taint
    return opaque(STRING, taint, nullable=False)


def _is_app(call: Call, type_: str) -> bool:
    """Whether the app defines the class."""
    row = call.machine.linked.type_of(type_)
    return row >= 0 and bool(call.machine.linked.is_app[row])


def _of_characters(call: Call, array: Value) -> Value:
    """A text made of an array of characters."""
    made = from_array(call, array, call.make_object("Ljava/util/ArrayList;", "characters"))
    state = call.state
    count = state.read(made, "#size").number
    values = [state.read(made, ("index", place)) for place in range(count or 0)]
    taint = frozenset(item for value in values for item in value.taint) | array.taint
    if count is None or any(value.number is None for value in values):
        return opaque(STRING, taint | state.taint_of(array), nullable=False)
    return text("".join(chr((value.number or 0) & 0xFFFF) for value in values), taint)


def concatenated(one: Value, other: Value) -> Value:
    """One text after the other."""
    taint = one.taint | other.taint
    left, right = one.text, other.text
    if left is None or right is None or len(left) + len(right) > 4096:
        return opaque(STRING, taint, nullable=False)
    return text(left + right, taint)


def known(call: Call) -> Result | None:
    """Work a method out whose arguments are all known; None when it cannot be."""
    types = call.parameters if call.static else [call.class_, *call.parameters]
    taint = frozenset(item for value in call.args for item in value.taint)
    try:
        values = [plain(call.state, value, type_) for value, type_ in zip(call.args, types, strict=False)]
        return lifted(call, evaluate(call.class_, call.name, call.proto, values), call.result, taint)
    except Thrown as thrown:
        return Raise(call.make_object(thrown.descriptor, "thrown"))
    except Unknown:
        return None


def _method(call: Call) -> Result | None:
    """A method of String, Math or a box."""
    if call.class_ in BOXES and call.name in {"valueOf", "<init>"} and call.parameters[0] in PRIMITIVES:
        return _box(call)
    if call.class_ in BOXES and call.name.endswith("Value") and not call.given:
        return unboxed(call.state, call.this)
    found = None if call.result == "V" else known(call)
    if found is not None or call.result == "V":
        return found
    taint: Taints = frozenset(item for value in call.args for item in call.state.taint_of(value))
    if call.result in {"Z", "Ljava/lang/Boolean;"}:
        return opaque(call.result, implied(taint), nullable=call.result == "Z")
    if call.result.startswith("["):
        return _split(call, taint)
    return call.unknown().tainted(taint)._replace(nullable=call.result in PRIMITIVES)


def _box(call: Call) -> Value:
    if call.name == "valueOf":
        return boxed(call, call.argument(0), call.class_)
    call.state.write(call.this, VALUE, call.argument(0))
    return NULL


def _split(call: Call, taint: Taints) -> Value:
    """An array of what a text was cut into."""
    made = call.make_object(call.result)
    source = call.args[0].text if call.args else None
    parts = _parts(call, source) if source is not None else None
    if parts is None:
        inner = opaque(
            "" if call.result != "[Ljava/lang/String;" else STRING, taint, nullable=call.result[1] in PRIMITIVES
        )
        call.state.write(made, "*", inner)
        call.state.write(made, "length", opaque("I"))
        return made
    for place, part in enumerate(parts):
        call.state.write(made, ("index", place), text(part, taint) if isinstance(part, str) else number(part, taint))
    call.state.write(made, "length", number(len(parts)))
    return made


def _parts(call: Call, source: str) -> Sequence[str | int] | None:
    """Characters, bytes or pieces of a known text."""
    if len(source) > 256:
        return None
    if call.name == "toCharArray":
        return [ord(one) for one in source]
    if call.name == "getBytes" and source.isascii():
        return list(source.encode())
    if call.name == "split" and len(call.given) == 1:
        mark = call.argument(0).text or ""
        mark = mark[1:] if len(mark) == 2 and mark[0] == "\\" and not mark[1].isalnum() else mark
        if (
            mark
            and (len(mark) == 1 or mark.isalnum())
            and mark not in {".", "|", "*", "+", "?", "(", "[", "{", "^", "$", "\\"}
        ):
            pieces = source.split(mark)
            while len(pieces) > 1 and not pieces[-1]:
                pieces.pop()
            return pieces
    return None


def _string_made(call: Call) -> Result | None:
    """`new String(...)`: an object that holds the text."""
    value = NULL if not call.given else text_value(call, call.argument(0), call.parameters[0])
    if call.parameters[:1] == ["[B"]:
        value = opaque(STRING, call.state.taint_of(call.argument(0)), nullable=False)
    call.state.write(call.this, TEXT, value if call.given else text(""))
    return NULL


def _of_value(call: Call) -> Result:
    return text_value(call, call.argument(0), call.parameters[0])


def _format(call: Call) -> Result:
    """`String.format`, `Formatter.format`, `printf`."""
    at = call.parameters.index(STRING)
    pattern, array = call.argument(at), call.argument(at + 1)
    made = from_array(call, array, call.make_object("Ljava/util/ArrayList;", "values"))
    count = call.state.read(made, "#size").number
    shown = [call.state.read(made, ("index", place)) for place in range(count or 0)]
    texts = [text_value(call, value, "Ljava/lang/Object;") for value in shown]
    taint = pattern.taint | frozenset(item for value in texts for item in value.taint)
    if pattern.text is None or count is None:
        more = call.state.taint_of(array) if count is None else NONE
        return opaque(STRING, taint | inexact(more), nullable=False)
    try:
        values: list[tuple[Plain, str]] = []
        for value, seen in zip(shown, texts, strict=True):
            kind = BOXES.get(value.type, BOXES.get(_box_of(call, value), ""))
            values.append((plain(call.state, value, kind), kind) if kind else (plain(call.state, seen, STRING), STRING))
        return text(formatted(pattern.text, values), taint)
    except Thrown as thrown:
        return Raise(call.make_object(thrown.descriptor, "thrown"))
    except Unknown:
        return opaque(STRING, taint, nullable=False)


def _builder_made(call: Call) -> Value:
    takes_text = call.given and call.parameters[0] != "I"
    call.state.write(
        call.this, TEXT, text_value(call, call.argument(0), call.parameters[0]) if takes_text else text("")
    )
    return NULL


def _append(call: Call) -> Value:
    more = text_value(call, call.argument(0), call.parameters[0])
    if len(call.given) > 1:
        more = opaque(STRING, more.taint, nullable=False)
    held = call.state.read(call.this, TEXT)
    call.state.write(call.this, TEXT, concatenated(held, more))
    return call.this


def _changed(call: Call) -> Value:
    """Any other method that changes a builder."""
    held = call.state.read(call.this, TEXT)
    taint = held.taint | frozenset(item for value in call.given for item in call.state.taint_of(value))
    if call.name == "setLength" and call.argument(0).number == 0:
        held, taint = text(""), NONE
    try:
        made = text(_edited(call.name, plain(call.state, held, STRING), call), taint)
    except Unknown:
        made = opaque(STRING, taint, nullable=False)
    call.state.write(call.this, TEXT, made)
    return call.this if call.result != "V" else NULL


def _edited(name: str, held: Plain, call: Call) -> str:  # noqa: PLR0911 - one for each method
    """The new text of a builder."""
    values = [plain(call.state, value, type_) for value, type_ in zip(call.given, call.parameters, strict=False)]
    match name, held, values:
        case "reverse", str(), []:
            return held[::-1]
        case "setLength", str(), [int(size)] if 0 <= size <= len(held):
            return held[:size]
        case "insert", str(), [int(place), more] if 0 <= place <= len(held):
            return held[:place] + text_of(more, call.parameters[1]) + held[place:]
        case "deleteCharAt", str(), [int(place)] if 0 <= place < len(held):
            return held[:place] + held[place + 1 :]
        case "delete", str(), [int(low), int(high)] if 0 <= low <= min(high, len(held)):
            return held[:low] + held[high:]
        case "setCharAt", str(), [int(place), int(one)] if 0 <= place < len(held):
            return held[:place] + chr(one & 0xFFFF) + held[place + 1 :]
        case "replace", str(), [int(low), int(high), str(more)] if 0 <= low <= min(high, len(held)):
            return held[:low] + more + held[high:]
    raise Unknown


def _as_string(call: Call) -> Result | None:
    """A method of String on the text in a builder."""
    held = call.state.read(call.this, TEXT)
    if call.name in {"toString", "subSequence", "substring"} and not call.given:
        return held
    inner = Call.make(
        call.platform, call.machine, call.state, call.site, (STRING, call.name, call.proto), [held, *call.given]
    )
    return _method(inner)


def _object_string(call: Call) -> Result:
    """`Object.toString` on whatever it is."""
    return text_value(call, call.this, "Ljava/lang/Object;")


def _equal(call: Call) -> Result | None:
    """`Object.equals` and `Objects.equals`: constants are compared, the app's own methods are asked."""
    one, other = (call.args[0], call.args[1])
    overridden = call.machine.overrides(call.state, one, "equals", "(Ljava/lang/Object;)Z", 1)
    if overridden:
        return join(opaque("Z"), call.machine.invoke_on(call.state, one, "equals", "(Ljava/lang/Object;)Z", [other]))
    try:
        same = plain(call.state, one, "L") == plain(call.state, other, "L")
        return number(int(same), implied(one.taint | other.taint))
    except Unknown:
        return call.truth(one, other)


BUILDER: Final[dict[str, Behaviour]] = dict.fromkeys(
    ("reverse", "setLength", "insert", "deleteCharAt", "delete", "setCharAt", "replace"), _changed
) | {"<init>": _builder_made, "append": _append, "appendCodePoint": _changed, "*": _as_string}
STRINGS: Final[dict[str, Behaviour]] = {
    "<init>": _string_made,
    "valueOf": _of_value,
    "copyValueOf": _of_value,
    "format": _format,
    "*": _method,
}
_PARTS: Final = ("byteValue", "doubleValue", "floatValue", "intValue", "longValue", "shortValue")
_NUMBERS: Final[dict[str, Behaviour]] = {"*": _method}
TEXTS: Final[dict[str, dict[str, Behaviour]]] = {
    **dict.fromkeys(_BUILDERS, BUILDER),
    **dict.fromkeys((*BOXES, "Ljava/lang/Math;", "Ljava/lang/StrictMath;", "Landroid/text/TextUtils;"), _NUMBERS),
    STRING: STRINGS,
    "Ljava/lang/Number;": dict.fromkeys(_PARTS, _method),
    "Ljava/lang/Object;": {"toString": _object_string, "equals": _equal},
    "Ljava/util/Objects;": {"equals": _equal, "toString": lambda call: text_value(call, call.argument(0), "L")},
}
__all__ = ["NULL_POINTER", "TEXTS", "concatenated", "known", "text_value"]
