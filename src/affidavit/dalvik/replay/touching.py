"""Which methods make something known to the platform: without them, it is not known what is called back."""

import numpy as np

from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Bool, CallGraph

_TELLS = frozenset({"register", "unregister", "launch", "result"})
_LATER = ("Landroid/", "Landroidx/", "Ljava/lang/Thread;", "Ljava/util/concurrent/", "Ljava/util/Timer;")
BUNDLED = ("Landroid/support/", "Landroidx/", "Lcom/google/android/", "Lkotlin/", "Lkotlinx/")
"""Libraries that apps bring along between themselves and the platform: too much to execute for what they register."""
_SHOWS = frozenset({"setContentView", "inflate", "registerReceiver"})


def touching(linked: Linked, calls: CallGraph, models: Models) -> Bool:
    """Methods that register, send, show a layout or hand work over, those that can call them, and entry points."""
    inside = np.zeros(len(linked.method_row), np.bool_)
    code = calls.code
    bundled = np.array([name.startswith(BUNDLED) for name in linked.types], np.bool_)
    methods = code.method[calls.outside_site]
    own = ~bundled[linked.method_type[methods]]
    methods, types = methods[own], calls.outside_type[own]
    refs = np.array(linked.first_ref, np.int64)[linked.method_unit[methods]] + code.data[calls.outside_site[own]]
    asked, which = np.unique(refs * len(linked.types) + types, return_inverse=True)
    tells = np.array([_tells(models, linked, *divmod(one, len(linked.types))) for one in asked.tolist()], np.bool_)
    inside[methods[tells[which]]] = True
    callers = code.method[calls.site]
    while True:
        more = inside[calls.target] & ~inside[callers]
        if not more.any():
            inside[[entry.method for entry in calls.entries]] = True
            return inside & ~bundled[linked.method_type]
        inside[callers[more]] = True


def _tells(models: Models, linked: Linked, ref: int, type_: int) -> bool:
    """Whether a method of a library, by a reference and the type it arrives at, lets the platform know of something."""
    class_, (name, proto) = linked.types[type_], linked.signature(int(linked.ref_sig[ref]))
    effects = models.effects(class_, name, proto)
    effects = models.default(class_, name, proto) if effects is None else effects
    later = class_.startswith(_LATER)
    return name in _SHOWS or any(item.kind in _TELLS or (later and item.kind == "call") for item in effects)
