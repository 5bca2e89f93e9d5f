"""Everything that keeps values under keys: maps, bundles, intents' extras, preferences, JSON objects, sparse arrays."""

from typing import Final

from affidavit.dalvik.replay.containers import append
from affidavit.dalvik.replay.heap import ANY
from affidavit.dalvik.replay.platform_call import OF, Behaviour, Call, entries, fetch, is_entry, key_of, unboxed
from affidavit.dalvik.replay.surface import Result
from affidavit.dalvik.replay.values import NULL, ONE, STRING, Value, implied, join, opaque, reference, text

_KEY, _VALUE = "#entry-key", "#entry-value"
_PRIMITIVES = "ZBSCIJFD"
_STORE = "preferences/"
"""How the names of the stores of preferences begin."""
_READ_IN = frozenset({"Lorg/json/JSONObject;", "Ljava/util/Properties;", "Landroid/content/SharedPreferences;"})
"""Classes whose objects the platform fills with what it reads: a key that the app never stored may be there."""


def put(call: Call) -> Value:
    """Store under a key; gives what was there."""
    key = key_of(call.state, call.argument(0))
    wanted = call.result in {"Ljava/lang/Object;", STRING}
    old = fetch(call.state, call.this, key) if wanted else NULL
    call.state.write(call.this, key, call.argument(1))
    _keep_key(call)
    if call.result == "Z":
        return opaque("Z")
    return call.this if call.result not in {"V", "Ljava/lang/Object;"} else old


def _keep_key(call: Call) -> None:
    """Data in the keys themselves."""
    taint = call.state.taint_of(call.argument(0))
    if taint:
        call.state.write(call.this, "#keys", opaque(STRING, taint))


def get(call: Call) -> Value:
    """What is stored under a key, or the default that was given."""
    key = key_of(call.state, call.argument(0))
    found = fetch(call.state, call.this, key)
    if found.is_null and not found.taint and call.class_ in _READ_IN:
        found = opaque(call.result if len(call.given) == 1 else "")
    if len(call.given) > 1:
        default = call.argument(1)
        known = key != ANY and all(key in call.state.objects[item].fields for item in call.this.refs) and call.this.refs
        found = (
            found
            if known and not found.nullable
            else default
            if found.is_null and not found.taint
            else join(found, default)
        )
    if call.result in _PRIMITIVES:
        return unboxed(call.state, found) if found.refs or not found.is_null else NULL.tainted(found.taint)
    return found


def remove(call: Call) -> Value:
    """Take an entry away and give it."""
    key = key_of(call.state, call.argument(0))
    found = fetch(call.state, call.this, key)
    call.state.remove(call.this, key)
    return call.this if call.result.endswith("Editor;") else found


def has(call: Call) -> Value:
    """Whether there is such a key."""
    key = key_of(call.state, call.argument(0))
    fields = [call.state.objects[item].fields for item in call.this.refs]
    known = not call.this.opaque and call.class_ not in _READ_IN
    if known and key != ANY and fields and all(not any(map(is_entry, held)) for held in fields):
        return NULL
    return opaque("Z", implied(call.state.taint_of(call.argument(0), deep=False)))


def put_all(call: Call) -> Value:
    """Take over the entries of another."""
    origin = call.argument(0)
    for item in sorted(origin.refs):
        one = reference(item)
        for key in [key for key in call.state.keys(one) if is_entry(key) or key == "#keys"]:
            call.state.write(call.this, key, call.state.read(origin, key))
        call.state.fill(call.this, call.state.objects[item].taint)
    if origin.opaque:
        call.state.fill(call.this, origin.taint)
    return call.this if call.result not in {"V", "Z"} else NULL


def _made(call: Call) -> Value | None:
    """A constructor that may take the entries of another."""
    if call.given and call.parameters[0][0] == "L" and call.parameters[0] != STRING:
        put_all(call)
    return NULL


def _parsed(call: Call) -> Value:
    """`new JSONObject(...)`: what stands in a text is not read, and made of the data in it."""
    if call.given and call.parameters[0] in {STRING, "Lorg/json/JSONTokener;"}:
        taint = call.state.taint_of(call.argument(0))
        call.state.write(call.this, ANY, opaque("", taint))
        return NULL
    return _made(call) or NULL


def _empty(call: Call) -> Value:
    for key in [key for key in call.state.keys(call.this) if is_entry(key) or key == "#keys"]:
        call.state.remove(call.this, key)
    return call.this if call.result.endswith("Editor;") else NULL


def _values(call: Call) -> Value:
    """All values, as a collection."""
    made = call.make_object("Ljava/util/ArrayList;")
    call.state.write(made, ANY, entries(call.state, call.this))
    call.state.write(made, "#size", opaque("I"))
    return made


def _keys(call: Call) -> Value:
    """All keys, as a collection."""
    made = call.make_object("Ljava/util/HashSet;")
    taint = call.state.read(call.this, "#keys").taint if call.this.refs else call.this.taint
    names = [key[1] for key in call.state.keys(call.this) if isinstance(key, tuple) and key[0] == "key"]
    if names and not taint and not call.this.opaque and all(isinstance(name, str) for name in names):
        for name in names:
            append(call.state, made, text(str(name)))
        return made
    call.state.write(made, ANY, opaque("", taint))
    call.state.write(made, "#size", opaque("I"))
    return made


def _entry_set(call: Call) -> Value:
    """All entries: one stands for all."""
    entry = call.make_object("Ljava/util/Map$Entry;", "entry")
    taint = call.state.read(call.this, "#keys").taint if call.this.refs else call.this.taint
    call.state.write(entry, _KEY, opaque("", taint))
    call.state.write(entry, _VALUE, entries(call.state, call.this))
    call.state.write(entry, OF, call.this)
    made = call.make_object("Ljava/util/HashSet;")
    call.state.write(made, ANY, entry)
    call.state.write(made, "#size", opaque("I"))
    return made


def _part(key: str) -> Behaviour:
    def behaviour(call: Call) -> Value:
        return call.state.read(call.this, key)

    return behaviour


MAP: Final[dict[str, Behaviour]] = {
    "<init>": _made,
    "put": put,
    "putIfAbsent": put,
    "replace": put,
    "setProperty": put,
    "append": put,
    "set": put,
    "get": get,
    "getOrDefault": get,
    "getProperty": get,
    "valueAt": lambda call: entries(call.state, call.this),
    "remove": remove,
    "delete": remove,
    "containsKey": has,
    "putAll": put_all,
    "clear": _empty,
    "values": _values,
    "elements": _values,
    "keySet": _keys,
    "keys": _keys,
    "entrySet": _entry_set,
    "size": lambda call: call.unknown(),
    "isEmpty": lambda _: opaque("Z"),
    "containsValue": lambda call: call.truth(call.this, *call.args),
}


def _entry_made(call: Call) -> Value | None:
    """A pair of its own."""
    if len(call.given) != 2:
        return None
    for key, value in zip((_KEY, _VALUE), call.given, strict=True):
        call.state.write(call.this, key, value)
    return NULL


def _set_value(call: Call) -> Value:
    """What stands in an entry of a map changes in the map too, under whichever key."""
    old, of = call.state.read(call.this, _VALUE), call.state.read(call.this, OF)
    call.state.write(call.this, _VALUE, call.argument(0))
    if of.refs:
        call.state.write(of, ANY, call.argument(0))
    return old


ENTRY: Final[dict[str, Behaviour]] = {"getKey": _part(_KEY), "getValue": _part(_VALUE), "setValue": _set_value}
PAIR: Final[dict[str, Behaviour]] = {"<init>": _entry_made}


def keyed(call: Call) -> Value | None:
    """Bundles, extras, content values, JSON objects: ``putX(key, value)`` and ``getX(key[, default])``."""
    name = call.name
    if name in MAP and name != "append":
        return MAP[name](call)  # type: ignore[return-value]
    if name.startswith(("put", "opt", "get")) and call.parameters[:1] == [STRING]:
        return put(call) if name.startswith("put") else get(call)
    if name in {"has", "containsKey", "contains"}:
        return has(call)
    return None


def _stored(call: Call) -> Value | None:
    """An editor of preferences writes to them at once, which keeps their order."""
    target = _any_known(call, call.state.read(call.this, OF))
    call.args[0], editor = target, call.args[0]
    if call.name.startswith("put"):
        put(call)
    elif call.name == "remove":
        remove(call)
    elif call.name == "clear":
        _empty(call)
    call.args[0] = editor
    return ONE if call.result == "Z" else editor


def _any_known(call: Call, preferences: Value) -> Value:
    """Preferences that the platform gave may be any of those that there are."""
    if not preferences.opaque:
        return preferences
    names = [name for name in call.platform.stores if name.startswith(_STORE)] or [f"{_STORE}*"]
    refs = frozenset(number for name in names for number in call.store(name).refs)
    return preferences._replace(refs=preferences.refs | refs, opaque=False)


def _of_any(behaviour: Behaviour) -> Behaviour:
    """A behaviour of preferences, whichever they are."""

    def behaviour_of_any(call: Call) -> Result | None:
        call.args[0] = _any_known(call, call.this)
        return behaviour(call)

    return behaviour_of_any


def _edit(call: Call) -> Value:
    made = call.make_object(call.result)
    call.state.write(made, OF, call.this)
    return made


def _preferences(call: Call) -> Value:
    """The preferences of a name: one object in every run of the app."""
    named = call.parameters[:1] == [STRING] and call.class_ != "Landroid/preference/PreferenceManager;"
    name = call.argument(0).text if named else "default"
    if call.class_.startswith("Landroid/app/Activity") and call.name == "getPreferences":
        name = "activity"
    made = call.store(f"{_STORE}{name if name is not None else '*'}")
    if named and name is None:
        call.machine.note("preferences of a name that is not known")
    return made


def _read_all(call: Call) -> Value:
    made = call.make_object("Ljava/util/HashMap;")
    for item in sorted(call.this.refs):
        one = reference(item)
        for key in [key for key in call.state.keys(one) if is_entry(key)]:
            call.state.write(made, key, call.state.read(one, key))
    return made


PREFERENCES: Final[dict[str, Behaviour]] = {
    "edit": _of_any(_edit),
    "contains": _of_any(has),
    "getAll": _of_any(_read_all),
    **dict.fromkeys(("getString", "getInt", "getLong", "getBoolean", "getFloat", "getStringSet"), _of_any(get)),
}
EDITOR: Final[dict[str, Behaviour]] = dict.fromkeys(
    (
        *("putString", "putInt", "putLong", "putBoolean", "putFloat", "putStringSet"),
        *("remove", "clear", "commit", "apply"),
    ),
    _stored,
)
_ANY_NAME = "*"
MAPS: Final[dict[str, dict[str, Behaviour]]] = {
    "Ljava/util/Map;": MAP,
    "Ljava/util/Dictionary;": MAP,
    "Landroid/util/SparseArray;": MAP,
    "Landroid/util/LongSparseArray;": MAP,
    "Landroid/util/LruCache;": MAP,
    "Ljava/util/Map$Entry;": ENTRY,
    "Ljava/util/AbstractMap$SimpleEntry;": PAIR,
    "Ljava/util/AbstractMap$SimpleImmutableEntry;": PAIR,
    "Landroid/os/BaseBundle;": {_ANY_NAME: keyed, "<init>": _made},
    "Landroid/os/Bundle;": {_ANY_NAME: keyed, "<init>": _made},
    "Landroid/content/ContentValues;": {_ANY_NAME: keyed, "<init>": _made},
    "Lorg/json/JSONObject;": {_ANY_NAME: keyed, "<init>": _parsed},
    "Landroid/content/SharedPreferences;": PREFERENCES,
    "Landroid/content/SharedPreferences$Editor;": EDITOR,
    "Landroid/content/Context;": {"getSharedPreferences": _preferences},
    "Landroid/app/Activity;": {"getPreferences": _preferences},
    "Landroid/preference/PreferenceManager;": {"getDefaultSharedPreferences": _preferences},
    "Landroidx/preference/PreferenceManager;": {"getDefaultSharedPreferences": _preferences},
}
__all__ = ["MAPS", "get", "has", "keyed", "put", "put_all"]
