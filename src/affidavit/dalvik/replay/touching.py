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
    known: dict[tuple[int, int, int], bool] = {}
    code = calls.code
    bundled = np.array([name.startswith(BUNDLED) for name in linked.types], np.bool_)
    for node, type_ in zip(calls.outside_site.tolist(), calls.outside_type.tolist(), strict=True):
        method = int(code.method[node])
        if bundled[int(linked.method_type[method])]:
            continue
        unit, ref = int(linked.method_unit[method]), int(code.data[node])
        key = unit, ref, type_
        if key not in known:
            _, name, proto = linked.units[unit].method_parts(ref)
            known[key] = _tells(models, linked.types[type_], name, proto)
        inside[method] |= known[key]
    callers = code.method[calls.site]
    while True:
        more = inside[calls.target] & ~inside[callers]
        if not more.any():
            inside[[entry.method for entry in calls.entries]] = True
            return inside & ~bundled[linked.method_type]
        inside[callers[more]] = True


def _tells(models: Models, class_: str, name: str, proto: str) -> bool:
    """Whether a method of a library lets the platform know of something."""
    effects = models.effects(class_, name, proto)
    effects = models.default(class_, name, proto) if effects is None else effects
    later = class_.startswith(_LATER)
    return name in _SHOWS or any(item.kind in _TELLS or (later and item.kind == "call") for item in effects)
