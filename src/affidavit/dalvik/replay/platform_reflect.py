"""Reflection: classes, constructors, methods and fields by names that are known; what is not known is noted."""

from typing import Final

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.replay.containers import from_array
from affidavit.dalvik.replay.heap import Key
from affidavit.dalvik.replay.platform_call import BOXES, PRIMITIVES, Behaviour, Call, plain, unboxed
from affidavit.dalvik.replay.strings import Unknown, parameters_of
from affidavit.dalvik.replay.surface import Raise, Result
from affidavit.dalvik.replay.values import (
    CLASS,
    NULL,
    STRING,
    UNKNOWN,
    Klass,
    Value,
    inexact,
    join,
    klass,
    opaque,
    text,
)

_CLASS, _NAME, _GIVEN = "#class", "#name", "#parameters"
_STATIC = 0x8
_DIMENSIONS = 4
_WORDS = ("", "Boolean", "Byte", "Char", "Double", "Float", "Int", "Long", "Short")
"""Ends of the names of methods that get or set a field."""


def known_text(call: Call, value: Value) -> str | None:
    """A text that is known, also when it lies in a builder or was made by `new String`."""
    try:
        found = plain(call.state, value, STRING)
    except Unknown:
        return None
    return found if isinstance(found, str) else None


def _named(call: Call) -> Result:
    """`Class.forName` and `ClassLoader.loadClass`."""
    name = known_text(call, call.argument(0))
    if name is None:
        call.machine.note("a class is chosen by a name that is not known", call.argument(0).taint)
        return opaque(CLASS, nullable=False)
    wanted = descriptor(name)
    if not _exists(call, wanted):
        return Raise(call.make_object("Ljava/lang/ClassNotFoundException;", "thrown"), maybe=True)
    call.machine.initialise(call.state, wanted)
    return klass(wanted)


def _exists(call: Call, wanted: str) -> bool:
    linked = call.machine.linked
    return linked.type_of(wanted) >= 0 or wanted in linked.framework or wanted.startswith("[")


def class_of(value: Value) -> str:
    """Descriptor of a class object, empty when it is not known."""
    return value.const.descriptor if isinstance(value.const, Klass) else ""


def _get_class(call: Call) -> Value:
    """`getClass`: known when all objects meant are of one class."""
    if call.this.const is not None and call.this.text is not None:
        return klass(STRING)
    types = set(call.machine.classes_of(call.state, call.this))
    if call.this.opaque or len(types) != 1 or "" in types:
        return opaque(CLASS, nullable=False)
    return klass(types.pop())


def _class_name(call: Call) -> Value | None:
    descriptor = class_of(call.this)
    if not descriptor.startswith("L"):
        return opaque(STRING, nullable=False)
    name = descriptor[1:-1].replace("/", ".")
    return text(name.rpartition(".")[2].rpartition("$")[2] if call.name == "getSimpleName" else name)


def _member(call: Call) -> Value:
    """`getMethod`, `getDeclaredMethod`, `getConstructor`, `getField` and their kin."""
    constructor = "Constructor" in call.name
    made = call.make_object(call.result)
    call.state.write(made, _CLASS, call.this)
    call.state.write(made, _NAME, text("<init>") if constructor else call.argument(0))
    if "Field" not in call.name:
        types = _types(call, call.given[-1])
        call.state.write(made, _GIVEN, opaque(STRING) if types is None else text("".join(types)))
    return made


def _types(call: Call, array: Value) -> list[str] | None:
    """Descriptors of the classes in an array; none for null."""
    if array.is_null:
        return []
    made = from_array(call, array, call.make_object("Ljava/util/ArrayList;", "types"))
    count = call.state.read(made, "#size").number
    if count is None:
        return None
    found = [class_of(call.state.read(made, ("index", place))) for place in range(count)]
    return found if all(found) else None


def _members(call: Call) -> Value:
    """`getMethods` and its kin: one that stands for all, with a name that is not known."""
    made, one = call.make_object(call.result), call.make_object(call.result[1:], "one")
    call.state.write(one, _CLASS, call.this)
    call.state.write(one, _NAME, opaque(STRING, nullable=False))
    call.state.write(one, _GIVEN, opaque(STRING))
    call.state.write(made, "*", one._replace(nullable=False))
    call.state.write(made, "length", opaque("I"))
    return made


def _arguments(call: Call, array: Value) -> list[Value] | None:
    """Elements of the array of arguments, unboxed where the parameter is a number is up to `_fitting`."""
    if array.is_null:
        return []
    made = from_array(call, array, call.make_object("Ljava/util/ArrayList;", "given"))
    count = call.state.read(made, "#size").number
    return None if count is None else [call.state.read(made, ("index", place)) for place in range(count)]


def _targets(call: Call, descriptor: str, name: str | None, types: str | None, arity: int | None) -> list[int]:
    """App methods that a reflective call of that kind may run."""
    linked = call.machine.linked
    found: list[int] = []
    type_ = linked.type_of(descriptor)
    above = linked.ancestors(type_) if type_ >= 0 else ()
    for number in above:
        if not linked.is_app[number]:
            continue
        for method in linked.methods_of(number):
            _, its_name, proto = linked.method_text(method)
            params, _ = parameters_of(proto)
            if (name is not None and its_name != name) or (name is None and its_name.startswith("<")):
                continue
            if (types is not None and "".join(params) != types) or (arity is not None and len(params) != arity):
                continue
            found.append(method)
        if found and name is not None:
            break
    return found[:8]


def _invoke(call: Call) -> Result:
    """`Method.invoke`."""
    state = call.state
    receiver, given = call.argument(0), _arguments(call, call.argument(1))
    held, name_value = state.read(call.this, _CLASS), state.read(call.this, _NAME)
    name, types = known_text(call, name_value), known_text(call, state.read(call.this, _GIVEN))
    taint = frozenset(item for value in call.args[1:] for item in state.taint_of(value))
    classes = [class_of(held)] if class_of(held) else list(call.machine.classes_of(state, receiver))
    arity = None if given is None else len(given)
    targets = [method for one in classes for method in _targets(call, one, name, types, arity)]
    certain = name is not None and bool(class_of(held)) and given is not None
    if not certain:
        call.machine.note("a method is chosen by a name that is not known", taint)
    if not targets and certain and types is not None:
        return _outside(call, classes[0], (name or "", f"({types})Ljava/lang/Object;"), receiver, given or [])
    if not targets:
        return opaque(call.result, inexact(taint))
    found: Value | None = None
    before = state.fork()
    for method in dict.fromkeys(targets):
        here = before.fork()
        value = _run(call, here, method, receiver, given or [])
        found = value if found is None else join(found, value)
        if method == targets[0]:
            state.become(here)
        else:
            state.become(state.joined(here))
    return found or UNKNOWN


def _outside(call: Call, class_: str, method: tuple[str, str], receiver: Value, given: list[Value]) -> Result:
    """A method of the platform itself, called by its name."""
    params, _ = parameters_of(method[1])
    if len(params) != len(given):
        return opaque("Ljava/lang/Object;")
    values = [
        unboxed(call.state, value) if kind in PRIMITIVES else value for value, kind in zip(given, params, strict=True)
    ]
    args = values if receiver.is_null else [receiver, *values]
    linked = call.machine.linked
    above = linked.ancestors(linked.type_of(class_)) if linked.type_of(class_) >= 0 else ()
    class_ = next((linked.types[item] for item in above if not linked.is_app[item]), class_)
    return call.platform.call(call.machine, call.state, call.site, class_, *method, args)


def _run(call: Call, state: object, method: int, receiver: Value, given: list[Value]) -> Value:
    """Run one target: the override on the receiver, or the static method."""
    linked = call.machine.linked
    _, name, proto = linked.method_text(method)
    params, result = parameters_of(proto)
    given = (given + [UNKNOWN] * len(params))[: len(params)]
    values = [
        unboxed(call.state, value) if kind in PRIMITIVES else value for value, kind in zip(given, params, strict=True)
    ]
    before, call.state = call.state, state  # type: ignore[assignment]
    try:
        if int(linked.method_access[method]) & _STATIC:
            call.machine.initialise(call.state, linked.method_text(method)[0])
            found = call.machine.invoke(call.state, method, values)
        elif receiver.refs and call.machine.overrides(call.state, receiver, name, proto, len(values)):
            found = call.machine.invoke_on(call.state, receiver, name, proto, values)
        else:
            found = call.machine.invoke(call.state, method, [receiver, *values])
    finally:
        call.state = before
    if result in PRIMITIVES:
        return opaque(next((box for box, kind in BOXES.items() if kind == result), ""), found.taint, nullable=False)
    return NULL if result == "V" else found


def _make(call: Call) -> Result:
    """`newInstance` of a class or a constructor."""
    state = call.state
    constructor = bool(call.given)
    held = state.read(call.this, _CLASS) if constructor else call.this
    types = known_text(call, state.read(call.this, _GIVEN)) if constructor else ""
    given = _arguments(call, call.argument(0)) if constructor else []
    descriptor = class_of(held)
    if not descriptor or given is None:
        taint = state.taint_of(call.argument(0)) if constructor else frozenset()
        call.machine.note("an object is made of a class that is not known", taint)
        return opaque("Ljava/lang/Object;", taint, nullable=False)
    call.machine.initialise(state, descriptor)
    made = call.make_object(descriptor)
    row = call.machine.linked.type_of(descriptor)
    if types is not None and (row < 0 or not call.machine.linked.is_app[row]):
        _outside(call, descriptor, ("<init>", f"({types})V"), made, given)
    for method in _targets(call, descriptor, "<init>", types, len(given))[:1]:
        _, _, proto = call.machine.linked.method_text(method)
        params, _ = parameters_of(proto)
        values = [
            unboxed(state, value) if kind in PRIMITIVES else value for value, kind in zip(given, params, strict=True)
        ]
        call.machine.invoke(state, method, [made, *values])
    return made


def _field(call: Call) -> tuple[Key | None, str]:
    """The key and class of a field that a `Field` object names."""
    state, linked = call.state, call.machine.linked
    name = known_text(call, state.read(call.this, _NAME))
    descriptor = class_of(state.read(call.this, _CLASS))
    if name is None or not descriptor:
        return None, ""
    for number in range(linked.fields):
        owner, _, rest = linked.field_text(number).partition("->")
        if owner == descriptor and rest.partition(":")[0] == name:
            return number, descriptor
    return None, descriptor


def _holder(call: Call, key: Key | None) -> Value:
    """The object that a field of some key lies in, as the call has it: all static fields lie in one."""
    if isinstance(key, int) and call.argument(0).is_null:
        call.machine.initialise(call.state, call.machine.linked.types[int(call.machine.linked.field_holder[key])])
        return call.store("statics")
    return call.argument(0)


def _field_get(call: Call) -> Value:
    key, _ = _field(call)
    holder = _holder(call, key)
    if key is None or not holder.refs:
        taint = call.state.taint_of(call.argument(0))
        call.machine.note("a field is read by reflection", taint if call.argument(0).refs else None)
        return call.unknown().tainted(inexact(taint))
    return call.state.read(holder, key)


def _field_set(call: Call) -> Value:
    key, _ = _field(call)
    holder = _holder(call, key)
    if key is None or not holder.refs:
        call.machine.note("a field is written by reflection", call.state.taint_of(call.argument(1)) or None)
        return NULL
    call.state.write(holder, key, call.argument(1))
    return NULL


def _new_array(call: Call) -> Value:
    """`Array.newInstance`: every dimension but the first stands for all its arrays."""
    descriptor, count = class_of(call.argument(0)), 1
    if call.parameters[1:] == ["[I"]:
        count = call.state.read(call.argument(1), "length").number or 1
    if not descriptor or not 0 < count <= _DIMENSIONS:
        return opaque("Ljava/lang/Object;", nullable=False)
    made = NULL
    for depth in range(1, count + 1):
        outer = call.make_object("[" * depth + descriptor, depth)
        call.state.write(outer, "length", opaque("I"))
        if depth > 1:
            call.state.objects[min(outer.refs)].default = made
        made = outer
    return made


_CLASSES: Final[dict[str, Behaviour]] = {
    "forName": _named,
    "newInstance": _make,
    "asSubclass": lambda call: call.this,
    "cast": lambda call: call.argument(0),
    "getName": _class_name,
    "getCanonicalName": _class_name,
    "getSimpleName": _class_name,
    "getTypeName": _class_name,
    **dict.fromkeys(
        (
            *("getMethod", "getDeclaredMethod", "getConstructor", "getDeclaredConstructor"),
            *("getField", "getDeclaredField"),
        ),
        _member,
    ),
    **dict.fromkeys(
        (
            *("getMethods", "getDeclaredMethods", "getConstructors", "getDeclaredConstructors"),
            *("getFields", "getDeclaredFields"),
        ),
        _members,
    ),
}


def _member_name(call: Call) -> Value:
    return call.state.read(call.this, _NAME)


REFLECTION: Final[dict[str, dict[str, Behaviour]]] = {
    CLASS: _CLASSES,
    "Ljava/lang/ClassLoader;": {"loadClass": _named},
    "Ljava/lang/reflect/Method;": {"invoke": _invoke, "getName": _member_name},
    "Ljava/lang/reflect/Constructor;": {"newInstance": _make},
    "Ljava/lang/reflect/Field;": {
        "getName": _member_name,
        **dict.fromkeys((f"get{word}" for word in _WORDS), _field_get),
        **dict.fromkeys((f"set{word}" for word in _WORDS), _field_set),
    },
    "Ljava/lang/reflect/Array;": {"newInstance": _new_array},
    "Ljava/lang/Object;": {"getClass": _get_class},
}
