"""Copying, filling and wrapping of arrays and collections by the static helpers of Java's library."""

from typing import Final

from affidavit.dalvik.replay.containers import MOST, append, from_array, mixed
from affidavit.dalvik.replay.heap import ANY
from affidavit.dalvik.replay.platform_call import Behaviour, Call, entries, is_certain
from affidavit.dalvik.replay.values import NULL, Value, opaque


def _arraycopy(call: Call) -> Value:
    state = call.state
    origin, start, target, at, count = (call.argument(place) for place in range(5))
    known = [item.number for item in (start, at, count)]
    if None in known or not is_certain(state, origin) or not 0 <= (known[2] or 0) <= MOST:
        state.write(target, ANY, entries(state, origin))
        return NULL
    moved = [state.read(origin, ("index", (known[0] or 0) + step)) for step in range(known[2] or 0)]
    for step, value in enumerate(moved):
        state.write(target, ("index", (known[1] or 0) + step), value)
    return NULL


def _clone(call: Call) -> Value | None:
    """A shallow copy."""
    origin = (call.static and call.argument(0)) or call.this
    if not origin.refs:
        return None
    types = call.machine.classes_of(call.state, origin)
    made = call.make_object(types[0] if types else call.result)
    for item in sorted(origin.refs):
        for key in list(call.state.objects[item].fields):
            call.state.write(made, key, call.state.read(origin, key))
        call.state.fill(made, call.state.objects[item].taint)
    return made


def _as_list(call: Call) -> Value:
    return from_array(call, call.argument(0), call.make_object("Ljava/util/ArrayList;"))


def _fill(call: Call) -> Value:
    call.state.write(call.argument(0), ANY, call.given[-1])
    return NULL


def _shown(call: Call) -> Value:
    return opaque("Ljava/lang/String;", call.state.taint_of(call.argument(0)), nullable=False)


def _listed(call: Call) -> Value:
    """`List.of` and its kin."""
    made = call.make_object("Ljava/util/ArrayList;")
    if call.parameters and call.parameters[0].startswith("["):
        return from_array(call, call.argument(0), made)
    for value in call.given:
        append(call.state, made, value)
    return made


def _collected(call: Call) -> Value:
    """`Collections.addAll`."""
    from_array(call, call.argument(1), call.argument(0))
    return opaque("Z")


def _same(call: Call) -> Value:
    return call.argument(0)


ARRAYS: Final[dict[str, Behaviour]] = {
    "asList": _as_list,
    "fill": _fill,
    "copyOf": _clone,
    "copyOfRange": _clone,
    "toString": _shown,
    "deepToString": _shown,
    "sort": lambda _: None,
}
COLLECTIONS: Final[dict[str, Behaviour]] = {
    "sort": mixed,
    "reverse": mixed,
    "shuffle": mixed,
    "addAll": _collected,
    "singletonList": _listed,
    "singleton": _listed,
    "unmodifiableList": _same,
    "unmodifiableCollection": _same,
    "unmodifiableSet": _same,
    "unmodifiableMap": _same,
    "synchronizedList": _same,
    "synchronizedMap": _same,
    "synchronizedSet": _same,
    "emptyList": lambda call: call.make_object("Ljava/util/ArrayList;"),
    "emptyMap": lambda call: call.make_object("Ljava/util/HashMap;"),
}
ARRAY_CLASSES: Final[dict[str, dict[str, Behaviour]]] = {
    "Ljava/util/Arrays;": ARRAYS,
    "Ljava/util/Collections;": COLLECTIONS,
    "Ljava/util/List;": {"of": _listed, "copyOf": _same},
    "Ljava/lang/System;": {"arraycopy": _arraycopy},
    "Ljava/lang/Object;": {"clone": _clone},
}
