"""What goes through the platform by name: intents, messages, providers and reflective calls. The names are looked for.

This is weaker than what other edges say: that constants stand in the code does not show that they meet in this intent.
A reader sees them in the step (and "not constant" where there are none), and judges.
"""

import re
from functools import cache

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.instructions import Instruction, parameters
from affidavit.dalvik.check.kin import OBJECT, Kin
from affidavit.dalvik.check.points import Point
from affidavit.dalvik.lifecycles import lifecycles

_SENDS = frozenset({"launch", "result"})
_SENDERS = frozenset({"Landroid/os/Messenger;", "Landroid/content/ContentResolver;"})
_BY_NAME = ("startActivity", "startActivityForResult", "startService", "bindService", "sendBroadcast")
_RECEIVED = "getIntent"
"""Methods that send, and the one that gives what was sent, as reflection names them."""
_SAVED, _WRITES = "saved state", "SaveInstanceState"
_METHOD, _MAKERS = "Ljava/lang/reflect/Method;", ("Ljava/lang/reflect/Constructor;", "Ljava/lang/Class;")
_FIELD = "Ljava/lang/reflect/Field;"
_DECIDES = re.compile(r"(?:class|action|method|authority) ([^\s,;]+;?)")
_SAID = re.compile(
    r"(?:class|action|category|data|type|method|field|authority|result for|messenger of|nothing constant)\b"
)


def sends(kin: Kin, body: Body, item: Instruction) -> bool:
    """Whether an instruction sends an intent or message, or asks a provider."""
    class_, name, _ = kin.called(body, item)
    if (class_, name) == (_METHOD, "invoke"):
        return any(kin.holds(sender) for sender in _BY_NAME)
    return bool(_SENDERS & {*kin.above(class_)}) or any(effect.kind in _SENDS for effect in kin.effects(body, item))


def reflective(kin: Kin, body: Body, item: Instruction) -> bool:
    """Whether an instruction calls, or makes an object, by reflection."""
    class_, name, _ = kin.called(body, item)
    return (class_, name) == (_METHOD, "invoke") or (class_ in _MAKERS and name == "newInstance")


def public_object(kin: Kin, body: Body, item: Instruction) -> bool:
    """Whether an instruction hands over an object whose public methods may be called by name."""
    taken = parameters(kin.called(body, item)[2])
    given = (effect.origin for effect in kin.effects(body, item) if effect.kind == "register" and effect.origin)
    return any(OBJECT in taken[one.position : one.position + 1] for one in given if one.key is None)


def channel(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.CHANNEL`. What a provider or a service that is bound returns goes the other way."""
    if before.kind == "parameter":
        ends = _is_saved_state(kin, before) and _is_saved_state(kin, after)
        kept = effect == _SAVED and ends and _WRITES in before.body.name and _WRITES not in after.body.name
        return "" if kept else "a parameter leads to another only by the state that the platform keeps"
    answers = before.kind == "operand" and before.item.name.startswith("return") and kin.overrides(before.body)
    if before.kind != "operand" or not (answers or sends(kin, before.body, before.item)):
        return "a channel begins at an operand of a call that sends"
    if after.kind == "parameter":
        receives = kin.overrides(after.body) and not after.called("parameter", 0)
    else:
        stated = kin.effects(after.body, after.item) if after.kind == "result" else []
        named = after.kind == "result" and reflective(kin, after.body, after.item) and kin.holds(_RECEIVED)
        receives = (
            named
            or any(item.kind == "received" for item in stated)
            or (answers and after.kind == "result" and sends(kin, after.body, after.item))
        )
    if not receives:
        return "a channel ends at a call that gives what was received, or at a parameter that the platform fills"
    return _constant_fault(kin, effect)


def _is_saved_state(kin: Kin, point: Point) -> bool:
    """Whether the platform gives the parameter the state that it keeps of a component."""
    said = (point.body.name, point.body.proto, point.number - 1)
    return point.kind == "parameter" and kin.overrides(point.body) and said in _saved_parameters()


@cache
def _saved_parameters() -> frozenset[tuple[str, str, int]]:
    """Name, prototype and position of every parameter that is saved state."""
    return frozenset(
        (called.name, called.proto, position)
        for item in lifecycles()
        for called in item.methods()
        for position, what in called.gifts
        if what == "saved-state"
    )


def reflect(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.REFLECT`. A field is got and set by reflection, too."""
    if "field" in {before.kind, after.kind}:
        return _accessed(kin, before, after)
    target, site = (after, before) if after.kind == "parameter" else (before, after)
    if site.kind not in {"operand", "result"} or not reflective(kin, site.body, site.item):
        return "nothing is called by reflection here"
    made = kin.called(site.body, site.item)[1] == "newInstance"
    if made != (target.body.name == "<init>") or not _fits(site, target, made=made):
        return "the operands of a reflective call are its receiver and the array of its arguments"
    name = target.body.class_ if made else target.body.name
    return _constant_fault(kin, f"{effect}, method {name}")


def _fits(site: Point, target: Point, *, made: bool) -> bool:
    """Whether operand and parameter, or returned operand and result, belong together."""
    if target.kind != "parameter":
        return target.called("operand", 0) and target.item.name.startswith("return") and site.kind == "result"
    if target.number == 0 and not target.body.static:
        return site.kind == "result" if made else site.called("operand", 1)
    return site.called("operand", len(site.item.reads) - 1)


def _accessed(kin: Kin, before: Point, after: Point) -> str:
    """Through ``Field.get`` and ``Field.set``."""
    site, field = (before, after) if after.kind == "field" else (after, before)
    class_, name, _ = kin.called(site.body, site.item) if site.kind in {"operand", "result"} else ("", "", "")
    holds = site.called("operand", 2) and name.startswith("set") if site is before else site.kind == "result"
    if class_ != _FIELD or not holds:
        return "no field is got or set by reflection here"
    return _constant_fault(kin, "method " + field.text.partition("->")[2].partition(":")[0])


def _constant_fault(kin: Kin, effect: str) -> str:
    """Why the constants that are said to decide cannot: the code holds none such, nor what they could be made of."""
    if not _SAID.match(effect):
        return f"{effect[:80]!r} says nothing of what decides"
    names = (word.rpartition("->")[2] for word in _DECIDES.findall(effect))
    said = effect.startswith("authority ")
    missing = next((name for name in names if name != "not" and not _is_there(kin, name, within=said)), None)
    return "" if missing is None else f"the code holds no constant {missing[:80]!r}"


def _is_there(kin: Kin, name: str, *, within: bool) -> bool:
    """Whether the code has what a name could be made of; that of a provider stands within an address."""
    return kin.could_make(name) or (within and any(f"://{name}" in text for text in kin.constants))
