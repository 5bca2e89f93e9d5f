"""Providers of the app: what its own code asks of them through the resolver is answered by them."""

from typing import Final

from affidavit.dalvik.replay.platform_call import Behaviour, Call, of_type
from affidavit.dalvik.replay.platform_reflect import known_text
from affidavit.dalvik.replay.values import STRING, Value, join
from affidavit.dalvik.whole.entries import Declared

_URI = "Landroid/net/Uri;"
_SCHEME: Final = "content://"


def _ask(call: Call) -> Value | None:
    """A query or change: the provider whose authority the address has; all of them when the address is not known."""
    address = known_text(call, call.argument(0))
    if address is not None and not address.startswith(_SCHEME):
        return None
    authority = None if address is None else address.removeprefix(_SCHEME).partition("/")[0].rpartition("@")[2]
    asked = [item for item in call.platform.declared if item.kind == "provider" and _answers(item, authority)]
    if authority is None or not asked:
        for item in asked:
            _answer(call, item)
        return None
    found: Value | None = None
    for item in asked:
        value = _answer(call, item)
        found = value if found is None or value is None else join(found, value)
    return found


def _by_authority(call: Call) -> Value | None:
    """`call` of a provider whose authority may be given as such."""
    if call.parameters[:1] != [STRING]:
        return _ask(call)
    authority = known_text(call, call.argument(0))
    found = [
        _answer(call, item) for item in call.platform.declared if item.kind == "provider" and _answers(item, authority)
    ]
    return found[0] if authority is not None and len(found) == 1 else None


def _answers(item: Declared, authority: str | None) -> bool:
    return item.enabled and (authority is None or authority in item.authorities)


def _answer(call: Call, item: Declared) -> Value | None:
    """What a provider gives; None when it is not there or has no such method."""
    provider = call.state.read(call.store(f"provider/{item.component}"), "held")
    given = call.given[1:] if call.name == "call" else call.given
    types = call.parameters[1:] if call.name == "call" else call.parameters
    proto = f"({''.join(types)}){call.result}"
    if not provider.refs or not call.machine.overrides(call.state, provider, call.name, proto, len(given)):
        return None
    before = call.state.fork()
    found = call.machine.invoke_on(call.state, provider, call.name, proto, given)
    call.state.become(call.state.joined(before))
    return of_type("V") if call.result == "V" else found


_RESOLVER: Final[dict[str, Behaviour]] = {
    **dict.fromkeys(("query", "insert", "bulkInsert", "update", "delete", "getType"), _ask),
    "call": _by_authority,
}
PROVIDERS: Final[dict[str, dict[str, Behaviour]]] = {"Landroid/content/ContentResolver;": _RESOLVER}
