"""Chains from entry points: what each link claims, and whether the instructions bear it out."""

from collections.abc import Set as AbstractSet

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.channels import public_object, reflective, sends
from affidavit.dalvik.check.instructions import Instruction
from affidavit.dalvik.check.kin import Kin
from affidavit.dalvik.check.points import at
from affidavit.dalvik.unit import RefKind
from affidavit.model.flow import Call, Entry
from affidavit.model.place import Place

_INITIALISES = ("new-instance", "sget", "sput", "invoke-static")
_PUBLIC = 0x1


def entry_fault(kin: Kin, entry: Entry, first: Place, declared: AbstractSet[str] | None) -> str:
    """Why a chain does not start at an entry point; empty when it does."""
    body = at(kin, first)
    if entry.method != body.name + body.proto:
        return f"the chain starts in {body.name[:80]}, the entry is {entry.method[:120]}"
    if entry.declared == "manifest" and declared is not None and entry.component not in declared:
        return f"the manifest declares no {entry.component[:120]}"
    inherits, initialises = body.class_ in kin.above(entry.component), body.name == "<clinit>"
    public = initialises or bool(int(body.unit.def_access[body.owner]) & _PUBLIC)
    holds = {
        "manifest": inherits and _is_started(kin, body),
        "public": inherits and public,
        "layout": inherits and (public or _is_started(kin, body)),
        "callback": kin.could_make(entry.component) and inherits if initialises else kin.overrides(body),
    }
    return "" if holds.get(entry.declared) else f"nothing outside calls {entry.method[:120]} of {entry.component[:120]}"


def link_fault(kin: Kin, body: Body, link: Call, callee: Body) -> str:
    """Why an instruction does not lead to a method; empty when it does."""
    item = body.code.get(link.place.pc)
    if item is None or link.how == "call":
        return "no instruction leads on" if item is None else kin.call_fault(body, item, callee)
    named = callee.class_ in kin.above(_class_of(body, item))
    offered = public_object(kin, body, item) and bool(int(callee.unit.def_access[callee.owner]) & _PUBLIC)
    holds = {
        "static-initialiser": named and callee.name == "<clinit>" and item.name.startswith(_INITIALISES),
        "callback": offered or (named and item.name == "new-instance" and kin.overrides(callee, _class_of(body, item))),
        "channel": sends(kin, body, item) and _is_started(kin, callee),
        "reflect": reflective(kin, body, item),
    }
    return "" if holds.get(link.how) else f"{item.name} does not lead to {callee.name[:80]} by {link.how[:40]!r}"


def _is_started(kin: Kin, body: Body) -> bool:
    """Whether the platform calls a method of a component: an override, or what makes and loads the class."""
    return body.name in {"<init>", "<clinit>"} or kin.overrides(body)


def _class_of(body: Body, item: Instruction) -> str:
    """The class that an instruction names, by itself or by a member."""
    unit, index = body.unit, item.index
    kinds = {"new-instance": RefKind.TYPE, "sget": RefKind.FIELD, "sput": RefKind.FIELD, "invoke": RefKind.METHOD}
    kind = next((kind for name, kind in kinds.items() if item.name.startswith(name)), None)
    if kind == RefKind.TYPE and index < len(unit.type_string):
        return unit.type_name(index)
    if kind == RefKind.FIELD and index < len(unit.field_name):
        return unit.field_parts(index)[0]
    return unit.method_parts(index)[0] if kind == RefKind.METHOD and index < len(unit.method_name) else ""
