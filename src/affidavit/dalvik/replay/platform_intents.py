"""Intents: what is put into them, and to which components of the app they are delivered."""

from collections.abc import Sequence
from typing import Final

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.platform_call import TEXT, Behaviour, Call, plain
from affidavit.dalvik.replay.platform_maps import keyed, put_all
from affidavit.dalvik.replay.platform_reflect import class_of, known_text
from affidavit.dalvik.replay.strings import Unknown
from affidavit.dalvik.replay.surface import Services
from affidavit.dalvik.replay.values import NULL, STRING, UNKNOWN, Value, join, opaque, reference, text
from affidavit.dalvik.whole.entries import Declared, Filter

INTENT = "Landroid/content/Intent;"
_URI = "Landroid/net/Uri;"
ACTIONS, FILTER = "#actions", "#filter"
ACTION, CLASS_NAME, DATA, MIME, CATEGORIES = "#action", "#component", "#data", "#mime", "#categories"
_KINDS: Final = {"activity": "activity", "service": "service", "bind": "service", "receiver": "receiver"}
_UNKNOWN_NAME = opaque(STRING, nullable=False)


def _made(call: Call) -> Value:
    """The constructors."""
    for value, type_ in zip(call.given, call.parameters, strict=False):
        if type_ == STRING:
            call.state.write(call.this, ACTION, value)
        elif type_ == _URI:
            call.state.write(call.this, DATA, value)
        elif type_ == "Ljava/lang/Class;":
            call.state.write(call.this, CLASS_NAME, _name_of(value))
        elif type_ == INTENT:
            put_all(call)
            for key in (ACTION, CLASS_NAME, DATA, MIME, CATEGORIES):
                call.state.write(call.this, key, call.state.read(value, key))
    return NULL


def _name_of(value: Value) -> Value:
    """The component that a class object names."""
    found = class_of(value)
    return text(found) if found else _UNKNOWN_NAME


def _set_class(call: Call) -> Value:
    """`setClass`, `setClassName`, `new ComponentName`: the last argument names the class, by itself or as text."""
    last = call.given[-1]
    if call.parameters[-1] == STRING:
        name = known_text(call, last)
        package = known_text(call, call.argument(0)) if call.parameters[0] == STRING else None
        if name is not None and name.startswith("."):
            name = None if package is None else package + name
        found = _UNKNOWN_NAME if name is None else text(descriptor(name))
        found = found.tainted(last.taint)
    else:
        found = _name_of(last)
    call.state.write(call.this, CLASS_NAME, found)
    return call.this if call.result == INTENT else NULL


def _set_component(call: Call) -> Value:
    named = call.argument(0)
    call.state.write(call.this, CLASS_NAME, NULL if named.is_null else call.state.read(named, CLASS_NAME))
    return call.this


def _setter(*keys: str) -> Behaviour:
    """A setter of one or two parts."""

    def behaviour(call: Call) -> Value:
        for key, value in zip(keys, call.given, strict=False):
            call.state.write(call.this, key, value)
        return call.this

    return behaviour


def _getter(key: str) -> Behaviour:
    def behaviour(call: Call) -> Value:
        return call.state.read(call.this, key) if call.this.refs else call.unknown(call.this)

    return behaviour


def _add_category(call: Call) -> Value:
    name, held = known_text(call, call.argument(0)), call.state.read(call.this, CATEGORIES)
    known = held.text if held.text is not None else "" if held.is_null else None
    value = _UNKNOWN_NAME if name is None or known is None else text(f"{known} {name}".strip())
    call.state.write(call.this, CATEGORIES, value.tainted(call.argument(0).taint | held.taint))
    return call.this


def _extra(call: Call) -> Value | None:
    """``putExtra``, ``getStringExtra``, and what a bundle made of the extras is asked."""
    found = keyed(call)
    return call.this if found is not None and call.result == INTENT else found


def _extras(call: Call) -> Value:
    put_all(call)
    return call.this if call.result == INTENT else NULL


def _parsed(call: Call) -> Value:
    """`Uri.parse`: the address is kept as text."""
    made = call.make_object(_URI)
    call.state.write(made, TEXT, call.argument(0))
    return made


def _filtered(call: Call) -> None:
    """An `IntentFilter` and what is added to it: its actions, one a line."""
    if call.parameters[:1] == [STRING]:
        name, held = known_text(call, call.argument(0)), call.state.read(call.this, ACTIONS)
        before = held.text if held.text is not None else "" if held.is_null else None
        if before is None or name is None or name not in before.split("\n"):
            value = _UNKNOWN_NAME if name is None or before is None else text(f"{before}{name}\n")
            call.state.write(call.this, ACTIONS, value)


def _awaiting(call: Call) -> None:
    """`registerReceiver`: which filter a receiver has."""
    call.state.write(call.argument(0), FILTER, call.argument(1))


_INTENT: Final[dict[str, Behaviour]] = {
    "<init>": _made,
    "setClass": _set_class,
    "setClassName": _set_class,
    "setComponent": _set_component,
    "setAction": _setter(ACTION),
    "setData": _setter(DATA),
    "setType": _setter(MIME),
    "setDataAndType": _setter(DATA, MIME),
    "getAction": _getter(ACTION),
    "getData": _getter(DATA),
    "getDataString": _getter(DATA),
    "getType": _getter(MIME),
    "addCategory": _add_category,
    "putExtras": _extras,
    "replaceExtras": _extras,
    "fillIn": lambda call: _made(call) and NULL,
    "getExtras": lambda call: call.this,
    "hasExtra": keyed,
    "removeExtra": keyed,
    "setFlags": lambda call: call.this,
    "addFlags": lambda call: call.this,
    "setPackage": lambda call: call.this,
    "getFlags": lambda _: opaque("I"),
    "createChooser": lambda call: call.argument(0),
    "*": _extra,
}
INTENTS: Final[dict[str, dict[str, Behaviour]]] = {
    INTENT: _INTENT,
    "Landroid/content/ComponentName;": {"<init>": _set_class},
    "Landroid/content/IntentFilter;": {"<init>": _filtered, "addAction": _filtered},
    "Landroid/content/Context;": {"registerReceiver": _awaiting},
    _URI: {"parse": _parsed},
}


def deliver(call: Call, declared: Sequence[Declared], word: str, intent: Value) -> None:
    """Hand an intent to every component that it may be meant for."""
    intent = _sent(call, intent)
    for one in [reference(item) for item in sorted(intent.refs)]:
        for component in addressed(call, declared, _KINDS.get(word, word), one):
            add(call, f"intents/{component}", one)
    if _KINDS.get(word) == "receiver":
        add(call, "intents/registered", intent)
    if intent.opaque:
        call.machine.note("an intent that is not known is sent", call.state.taint_of(intent))
        for item in declared:
            if item.kind == _KINDS.get(word, word) and item.enabled and item.filters:
                add(call, f"intents/{item.component}", UNKNOWN.tainted(intent.taint))


def _sent(call: Call, intent: Value) -> Value:
    """The intent as it is when it is sent: what is done to it afterwards, the receiver does not see."""
    found = intent._replace(refs=frozenset())
    for item in sorted(intent.refs):
        held = call.state.objects[item]
        made = call.make_object(held.type or INTENT, ("sent", item), held.default)
        for key, value in held.fields.items():
            call.state.write(made, key, value)
        call.state.fill(made, held.taint)
        found = found._replace(refs=found.refs | made.refs)
    return found


def add(call: Call, store: str, value: Value) -> None:
    """Keep a value beside those that a store has already."""
    held = call.store(store)
    before = call.state.read(held, "held")
    call.state.write(held, "held", value if before.is_null and not before.taint else join(before, value))


def received(machine: Services, state: State, store: str) -> list[Value]:
    """The intents kept in a store (``intents/Lx/A;``) so far, each by itself."""
    held = state.read(machine.store(state, store), "held")
    found = [reference(item, taint=held.taint) for item in sorted(held.refs)]
    if held.opaque:
        found.append(opaque(INTENT, held.taint, nullable=False))
    return found


def addressed(call: Call, declared: Sequence[Declared], kind: str, intent: Value) -> list[str]:
    """Components that one intent may be meant for."""
    name = call.state.read(intent, CLASS_NAME)
    able = [item for item in declared if item.kind == kind and item.enabled]
    if name.text is not None:
        return list(dict.fromkeys(item.component for item in able if name.text in {item.component, item.name}))
    found = [item.component for item in able if any(_fits(call, intent, one) for one in item.filters)]
    if not name.is_null:
        found += [item.component for item in able]
    return list(dict.fromkeys(found))


def awaits(state: State, receiver: Value, intent: Value) -> bool:
    """Whether a receiver that was registered in code may get an intent of the app."""
    actions = state.read(state.read(receiver, FILTER), ACTIONS).text
    try:
        action = plain(state, state.read(intent, ACTION), STRING)
    except Unknown:
        return True
    return actions is None or action in actions.split("\n")


def _fits(call: Call, intent: Value, one: Filter) -> bool:
    """Whether a filter may let an intent pass; what is not known passes."""
    read = call.state.read
    action, categories = known_text(call, read(intent, ACTION)), read(intent, CATEGORIES)
    if action is not None and action not in one.actions:
        return False
    if categories.text is not None and not set(categories.text.split()) <= set(one.categories):
        return False
    return _data_fits(call, read(intent, DATA), read(intent, MIME), one)


def _data_fits(call: Call, data: Value, mime: Value, one: Filter) -> bool:
    """Whether the data and type of an intent are among those of a filter."""
    wanted: dict[str, set[str]] = {}
    for entry in one.data:
        for part in entry.split(" "):
            name, _, value = part.partition("=")
            wanted.setdefault(name, set()).add(value)
    types, schemes, hosts = (wanted.get(name, set()) for name in ("mimeType", "scheme", "host"))
    if (types and mime.is_null) or (not types and known_text(call, mime) is not None):
        return False
    known_type = known_text(call, mime)
    if types and known_type is not None and not any(_type_fits(known_type, item) for item in types):
        return False
    address = known_text(call, data)
    if address is None:
        return not (schemes and data.is_null)
    scheme, _, rest = address.partition(":")
    if not schemes:
        return bool(types) and scheme in {"content", "file"}
    host = rest.removeprefix("//").partition("/")[0].partition(":")[0]
    return scheme in schemes and (not hosts or host in hosts or any(item.startswith("*") for item in hosts))


def _type_fits(known: str, wanted: str) -> bool:
    """Whether a type is the one wanted, stars standing for anything."""
    (one, _, two), (left, _, right) = known.partition("/"), wanted.partition("/")
    return (left in {"*", one} and right in {"*", two}) or "*" in {one, two}
