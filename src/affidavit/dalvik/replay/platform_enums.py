"""Enumerations: their constants know their name and place, and are found by their name."""

from typing import Final

from affidavit.dalvik.replay.platform_call import Behaviour, Call
from affidavit.dalvik.replay.platform_reflect import class_of, known_text
from affidavit.dalvik.replay.surface import Raise, Result
from affidavit.dalvik.replay.values import NULL, Value, number, reference

_NAME, _PLACE = "#name", "#ordinal"
_MISSING = "Ljava/lang/IllegalArgumentException;"


def _made(call: Call) -> Value:
    """The constructor, which compilers call with the name and the place of a constant."""
    for key, value in zip((_NAME, _PLACE), call.given, strict=False):
        call.state.write(call.this, key, value)
    return NULL


def _part(key: str) -> Behaviour:
    def behaviour(call: Call) -> Value | None:
        held = [key in call.state.objects[item].fields for item in call.this.refs]
        return call.state.read(call.this, key) if held and all(held) and not call.this.opaque else None

    return behaviour


def _found(call: Call) -> Result | None:
    """`Enum.valueOf(class, name)`: the constant of that name; any, when the name is not known."""
    descriptor, name = class_of(call.argument(0)), known_text(call, call.argument(1))
    linked = call.machine.linked
    upper = linked.type_of(descriptor) if descriptor else -1
    if upper < 0 or not linked.is_app[upper]:
        return None
    call.machine.initialise(call.state, descriptor)
    fitting = [
        item
        for item, held in call.state.objects.items()
        if _NAME in held.fields
        and (name is None or held.fields[_NAME].text in {name, None})
        and linked.is_subtype(linked.type_of(held.type), upper)
    ]
    if not fitting:
        return Raise(call.make_object(_MISSING, "thrown")) if name is not None else None
    return reference(*fitting, taint=call.argument(1).taint)


def _compared(call: Call) -> Value | None:
    one, other = (call.state.read(value, _PLACE).number for value in call.args[:2])
    return None if one is None or other is None else number(one - other)


ENUMS: Final[dict[str, dict[str, Behaviour]]] = {
    "Ljava/lang/Enum;": {
        "<init>": _made,
        "name": _part(_NAME),
        "toString": _part(_NAME),
        "ordinal": _part(_PLACE),
        "valueOf": _found,
        "compareTo": _compared,
    },
}
