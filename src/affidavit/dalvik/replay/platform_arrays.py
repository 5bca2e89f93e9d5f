"""Copying, filling and wrapping of arrays and collections by the static helpers of Java's library."""

from typing import Final

from affidavit.dalvik.replay.containers import MOST, append, from_array, mixed
from affidavit.dalvik.replay.heap import ANY
from affidavit.dalvik.replay.platform_call import Behaviour, Call, entries, is_certain
from affidavit.dalvik.replay.values import NULL, Value, number, opaque


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


def _part(call: Call) -> Value | None:
    """`Arrays.copyOf` and `copyOfRange`: a copy that begins at another element, or is of another length."""
    state, origin = call.state, call.argument(0)
    ranged = call.name == "copyOfRange"
    low, high = call.argument(1).number if ranged else 0, call.argument(2 if ranged else 1).number
    types = call.machine.classes_of(state, origin)
    made = call.make_object(types[0] if len(types) == 1 else call.result)
    if low is None or high is None or not 0 <= low <= high <= low + MOST or not is_certain(state, origin):
        state.write(made, ANY, entries(state, origin))
        state.write(made, "length", opaque("I"))
        return made
    length = state.read(origin, "length").number
    for place in range(low, high if length is None else min(length, high)):
        state.write(made, ("index", place - low), state.read(origin, ("index", place)))
    state.write(made, "length", number(high - low))
    return made


def _as_list(call: Call) -> Value:
    return from_array(call, call.argument(0), call.make_object("Ljava/util/ArrayList;"))


def _fill(call: Call) -> Value:
    """Of all elements when it is certain how many there are, of some otherwise."""
    state, array, value = call.state, call.argument(0), call.given[-1]
    length = state.read(array, "length").number if is_certain(state, array) else None
    low, high = (0, length) if len(call.given) == 2 else (call.argument(1).number, call.argument(2).number)
    if low is None or high is None or not 0 <= low <= high <= low + MOST:
        state.write(array, ANY, value)
        return NULL
    if (low, high) == (0, length):
        state.remove(array, ANY)
    for place in range(low, high):
        state.write(array, ("index", place), value)
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
    "copyOf": _part,
    "copyOfRange": _part,
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
