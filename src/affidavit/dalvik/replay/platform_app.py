"""What Android itself gives an app: its resources' texts, its application object, the intent of a component, views."""

from typing import Final

from affidavit.dalvik.replay.platform_call import Behaviour, Call
from affidavit.dalvik.replay.values import NULL, ONE, STRING, UNKNOWN, Value, opaque, reference, text

INTENT_HELD: Final = "#intent"
"""Key of a component under which the intent lies that it was started with."""
HOST: Final = "#host"
"""Key of a fragment under which its activity lies."""
LAYOUTS: Final = "layouts shown"
"""Store of the paths of layouts; the empty path stands for any."""
APPLICATION: Final = "the application"
SHOWS: Final = frozenset({"setContentView", "inflate"})
"""Methods that show a layout, by the names that libraries give them as well."""


def _get_intent(call: Call) -> Value | None:
    """`getIntent`: what the component was started with."""
    if call.this.opaque or not call.this.refs:
        return None
    found = call.state.read(call.this, INTENT_HELD)
    return None if found.is_null else found


def _set_intent(call: Call) -> Value:
    call.state.write(call.this, INTENT_HELD, call.argument(0))
    return NULL


def received_by(call: Call) -> Value:
    """The intent or message that a component got."""
    return _get_intent(call) or UNKNOWN


def _string(call: Call) -> Value | None:
    """`getString(id)`: the text of a resource."""
    number = call.argument(0).number
    found = call.platform.text(number & 0xFFFFFFFF) if number is not None and len(call.given) == 1 else None
    if call.parameters[:1] != ["I"]:
        return None
    return None if found is None else text(found)


def _application(call: Call) -> Value | None:
    """The one application object, when the app has a class for it."""
    found = call.state.read(call.store(APPLICATION), "held")
    return None if found.is_null else found


def show(call: Call) -> None:
    """`setContentView(id)` and `inflate(id, ...)`: which layout is shown; any, when that is not known."""
    if call.parameters[:1] != ["I"]:
        return
    number = call.argument(0).number
    path = call.platform.text(number & 0xFFFFFFFF) if number is not None else None
    call.state.write(call.store(LAYOUTS), ("key", path or ""), ONE)


def _host(call: Call) -> Value | None:
    """`getActivity`: the activity that a fragment lives in."""
    found = call.state.read(call.this, HOST) if call.this.refs and not call.this.opaque else NULL
    return None if found.is_null else found


def _fragment(call: Call) -> Value | None:
    """`findFragmentById` and its kin: one of the fragments that there are."""
    linked, wanted = call.machine.linked, call.result
    upper = linked.type_of(wanted)
    rows = {item: linked.type_of(held.type) for item, held in call.state.objects.items() if held.type}
    found = [item for item, row in rows.items() if upper >= 0 and row >= 0 and linked.is_subtype(row, upper)]
    return reference(*found)._replace(nullable=True) if found else None


def _service(call: Call) -> Value:
    """A system service, if the device has it: nothing of the app lies in it but what models say."""
    return opaque(call.result)


def _random(call: Call) -> Value:
    return opaque(call.result)


APP: Final[dict[str, dict[str, Behaviour]]] = {
    "Landroid/app/Activity;": {
        "getIntent": _get_intent,
        "setIntent": _set_intent,
        "getApplication": _application,
        "setContentView": show,
    },
    "Landroid/app/Fragment;": {"getActivity": _host, "getContext": _host},
    "Landroid/app/FragmentManager;": {"findFragmentById": _fragment, "findFragmentByTag": _fragment},
    "Landroid/view/LayoutInflater;": {"inflate": show},
    "Landroid/app/Dialog;": {"setContentView": show},
    "Landroid/app/Service;": {"getApplication": _application},
    "Landroid/content/Context;": {
        "getString": _string,
        "getText": _string,
        "getApplicationContext": _application,
        "getSystemService": _service,
    },
    "Landroid/content/res/Resources;": {"getString": _string, "getText": _string},
    "Ljava/lang/Math;": {"random": _random},
}
__all__ = ["APP", "APPLICATION", "HOST", "INTENT_HELD", "LAYOUTS", "SHOWS", "STRING", "received_by", "show"]
