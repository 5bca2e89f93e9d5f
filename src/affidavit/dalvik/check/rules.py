"""What each kind of edge claims, and whether the instructions bear it out: one function a kind, from point to point.

Each gives the reason against the edge; an empty text says that it holds.
"""

from collections.abc import Callable
from typing import Final

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.channels import channel, reflect
from affidavit.dalvik.check.instructions import parameters
from affidavit.dalvik.check.kin import OBJECT, Kin
from affidavit.dalvik.check.points import Point
from affidavit.dalvik.effects import Effect, Operand
from affidavit.model.flow import Edge

Rule = Callable[[Kin, Point, Point, str], str]
"""Why the second point does not follow from the first by an effect; empty when it does."""
_NEAR, _VALUES = 512, 64


def use(_kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.USE`."""
    if before.kind not in {"result", "parameter"} or after.kind != "operand" or not before.beside(after):
        return "a use leads from a result or parameter to an operand of the same method"
    value, start = before.born()
    travels = before.body.travels(value, start, after.pc, after.value)
    return "" if travels else "the value does not arrive at the operand: no way leads there, or it is overwritten"


def compute(_kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.COMPUTE`."""
    if not before.at_same(after) or before.kind != "operand" or after.kind != "result":
        return "a computation leads from an operand to the result of the same instruction"
    return "an invoke computes nothing by itself" if before.item.name.startswith("invoke-") else ""


def call(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.CALL`."""
    if before.kind != "operand" or after.kind != "parameter" or before.number != after.number:
        return "a call leads from operand n to parameter n"
    return kin.call_fault(before.body, before.item, after.body)


def returned(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.RETURN`."""
    if before.kind != "operand" or not before.item.name.startswith("return") or after.kind != "result":
        return "a return leads from the operand of a return to the result of an invoke"
    return kin.call_fault(after.body, after.item, before.body)


def store(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.STORE`."""
    if not before.called("operand", 0) or not before.at_same(after):
        return "a store leads from the value operand to the field of the same instruction"
    return _field_fault(kin, before, after, ("iput", "sput"))


def load(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.LOAD`."""
    if after.kind != "result":
        return "a load leads from a field to a result"
    return _field_fault(kin, after, before, ("iget", "sget"))


def element(_kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.ELEMENT`."""
    if not before.at_same(after) or before.kind != "operand":
        return "an element leads from an operand to the array of the same instruction"
    if before.item.name.startswith("aput"):
        return "" if before.number == 0 and after.called("operand", 1) else "aput puts operand 0 into operand 1"
    holds = before.item.name.startswith("filled-new-array") and after.kind == "result"
    return "" if holds else f"{before.item.name} fills no array"


def model(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.MODEL`. The same reference is the same in both directions."""
    site = after if before.kind == "store" else before
    if after.kind != "store" and not site.at_same(after):
        return "a library model speaks of one instruction"
    if site.kind not in {"operand", "result"} or (after.kind == "store" and after.pc != site.pc):
        return "a library model leads from an operand or store to another, or to the result"
    for item in _stated(kin, site, effect):
        pairs = [(item.origin, item.target)] if item.kind in {"derive", "same"} else []
        pairs += [(item.target, item.origin)] if item.kind == "same" else []
        if any(_fits(site, before, origin) and _fits(site, after, target) for origin, target in pairs):
            return _key_fault(kin, before, after)
    return f"no model of this call says {effect[:120]!r} of these operands"


def callback(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.CALLBACK`; also back from what such a method returns, and back from an object that it changed."""
    inside, site = (after, before) if _is_inside(after) else (before, after)
    if not _is_inside(inside) or site.kind not in {"operand", "result"} or _is_inside(site):
        return "a callback leads from an operand to a parameter, or from the operand of a return"
    for item in _stated(kin, site, effect):
        given = [item.origin, *item.arguments][inside.number :][:1] if inside.kind == "parameter" else [item.target]
        called = item.kind == "call" and _is_named(item, inside) and _may_be(kin, site, item.origin, inside.body)
        known = item.kind == "register" and inside.called("parameter", 0) and kin.overrides(inside.body)
        if (called or known) and any(_fits(site, site, operand) for operand in given):
            return ""
    return f"no model of this call says {effect[:120]!r} of these operands"


def throw(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.THROW`."""
    if before.kind != "exception" and not (before.kind == "operand" and before.item.name == "throw"):
        return "what is thrown comes from a throw, or out of a call"
    if after.kind == "exception":
        return kin.call_fault(after.body, after.item, before.body)
    if after.kind != "result" or after.item.name != "move-exception" or not before.beside(after):
        return "what is thrown comes to a handler of the method, or out of a call of it"
    return "" if after.pc in before.body.handlers(before.pc) else "the handler does not cover the throw"


def control(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.CONTROL`."""
    if before.kind == "operand" and after.kind == "result" and before.beside(after) and before.pc == after.pc:
        answers = before.item.name.startswith("invoke") and kin.called(before.body, before.item)[2].endswith(")Z")
        return "" if answers else "the call gives no yes or no"
    if before.kind != "operand" or after.kind not in {"operand", "result"} or not before.beside(after):
        return "control leads from the operand of a branch to an instruction of the same method"
    sides = sorted(set(before.body.following(before.pc)))
    if len(sides) < 2:
        return f"{before.item.name} is no branch"
    if _one_sided(before, sides, after.pc):
        return ""
    if after.kind == "operand" and any(_one_sided(before, sides, pc) for pc in _chosen(after)):
        return ""
    return "the instruction runs whichever way the branch goes"


def same(_kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.SAME`. A cast of a reference is the reference; who changes an element changes what the array holds."""
    cast = before.kind == "result" and before.item.name in {"check-cast", "aget-object"}
    if cast and before.at_same(after) and after.called("operand", 0):
        return ""
    if after.kind not in {"result", "parameter"} or not before.beside(after):
        return "the same object leads from an operand to a result or parameter of the same method"
    if before.kind != "operand" and not cast:
        return "the same object leads from an operand to a result or parameter of the same method"
    value, start = after.born()
    held = before.item.reads[0] if cast else before.value
    return "" if before.body.travels(value, start, before.pc, held) else "the operand is another object"


def same_argument(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.SAME_ARGUMENT`."""
    return call(kin, after, before, effect)


def same_result(kin: Kin, before: Point, after: Point, effect: str) -> str:
    """See `Edge.SAME_RESULT`."""
    return returned(kin, after, before, effect)


def same_field(kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.SAME_FIELD`."""
    if before.kind == "field":
        fits = after.called("operand", 0)
        return _field_fault(kin, after, before, ("iput", "sput")) if fits else "a field leads to the value operand"
    if before.kind != "result" or not before.at_same(after):
        return "the same field leads from a result to the field of the same instruction, or from a field"
    return _field_fault(kin, before, after, ("iget", "sget"))


def sink(_kin: Kin, before: Point, after: Point, _effect: str) -> str:
    """See `Edge.SINK`."""
    return "" if before.is_same(after) else "the sink takes another operand than the one that the path arrives at"


RULES: Final[dict[Edge, Rule]] = {
    Edge.USE: use,
    Edge.COMPUTE: compute,
    Edge.CALL: call,
    Edge.RETURN: returned,
    Edge.STORE: store,
    Edge.LOAD: load,
    Edge.ELEMENT: element,
    Edge.MODEL: model,
    Edge.CALLBACK: callback,
    Edge.CHANNEL: channel,
    Edge.REFLECT: reflect,
    Edge.THROW: throw,
    Edge.CONTROL: control,
    Edge.SAME: same,
    Edge.SAME_ARGUMENT: same_argument,
    Edge.SAME_RESULT: same_result,
    Edge.SAME_FIELD: same_field,
    Edge.SINK: sink,
}
"""By kind; `Edge.SOURCE` follows from nothing."""


def _field_fault(kin: Kin, access: Point, field: Point, names: tuple[str, ...]) -> str:
    """Why an access is none of the field that the other point names."""
    item, unit = access.item, access.body.unit
    if field.kind != "field" or not item.name.startswith(names) or not 0 <= item.index < len(unit.field_name):
        return f"{item.name} does not access {field.text[:120] or 'a field'}"
    class_, _, rest = field.text.partition("->")
    name, _, kind = rest.partition(":")
    named, written = kin.declaring((class_, name, kind)), kin.declaring(unit.field_parts(item.index))
    if named[1:] != written[1:] or not (named[0] in kin.above(written[0]) or written[0] in kin.above(named[0])):
        return f"{item.name} accesses {'->'.join(written[:2])[:120]}"
    declared = kin.program.find_class(named[0]) and kin.program.find_class(written[0])
    return f"{item.name} accesses the field of {written[0][:120]}" if declared and named != written else ""


def _stated(kin: Kin, site: Point, effect: str) -> list[Effect]:
    """The effects of the call at a point that read so."""
    return [item for item in kin.effects(site.body, site.item) if item.text == effect]


def _fits(site: Point, point: Point, wanted: Operand | None) -> bool:
    """Whether a point is what an operand of a model means at a call; a store may have been written elsewhere."""
    if wanted is None or point.pc < 0:
        return False
    at_site = Point(site.body, site.pc, point.kind, point.number, point.text)
    return (point.kind == "store" or point.at_same(site)) and at_site.is_operand(wanted)


def _key_fault(kin: Kin, *points: Point) -> str:
    """Why the key of a store cannot be: it is a constant that the code does not hold."""
    keys = (point.text.partition("['")[2].removesuffix("']") for point in points if point.kind == "store")
    ends = ((key, key.rpartition("/")[2]) for key in keys if key and not key.startswith("#"))
    missing = next((key for key, end in ends if not kin.could_make(key) and not (end and kin.could_make(end))), None)
    return "" if missing is None else f"the code holds no constant {missing[:80]!r}"


def _is_named(effect: Effect, point: Point) -> bool:
    """Whether the method of a point is the one that an effect says is called."""
    return (effect.method, effect.arity) == (point.body.name, len(parameters(point.body.proto)))


def _is_inside(point: Point) -> bool:
    """Whether a point is a parameter of a method, or what it returns."""
    return point.kind == "parameter" or (point.called("operand", 0) and point.item.name.startswith("return"))


def _may_be(kin: Kin, site: Point, called: Operand | None, body: Body) -> bool:
    """Whether the object that an effect calls may be of the class of a method, as the call declares the object."""
    if called is not None and called.key is not None:
        return kin.overrides(body)  # of what lies in an object, the call declares nothing
    class_, _, proto = kin.called(site.body, site.item)
    declared = {"this": class_, "return": proto.rpartition(")")[2]}
    kinds = parameters(proto)
    if called is not None and called.base == "argument" and called.position < len(kinds):
        declared["argument"] = kinds[called.position]
    return called is not None and kin.related(declared.get(called.base, OBJECT), body.class_)


def _chosen(point: Point) -> list[int]:
    """The nearest instructions whose results or copies may be the operand."""
    body = point.body
    near = sorted(body.code.values(), key=lambda item: abs(item.pc - point.pc))[:_NEAR]
    pairs = ((item.pc, item.writes) for item in near if item.writes is not None)
    found = [pc for pc, value in pairs if body.travels(value, body.after(pc), point.pc, point.value)]
    return found[:_VALUES]


def _one_sided(branch: Point, sides: list[int], target: int) -> bool:
    """Whether an instruction runs on some way from a branch, and on another way does not."""
    body = branch.body
    return body.leads(sides, target) and body.avoids(sides, target)
