"""Reflective calls whose class and method are constants: what they run, and where values go.

Source: documentation of java.lang.Class and java.lang.reflect. A method whose name is not constant is not linked: it
would be a call of anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from affidavit.dalvik.models import parameters
from affidavit.dalvik.whole.calls import ExtraCall
from affidavit.dalvik.whole.expressions import ClassName
from affidavit.dalvik.whole.graph import ExtraEdge
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.shapes import How
from affidavit.dalvik.whole.sites import AGETS, Callee
from affidavit.model.flow import Edge

MAX_TARGETS = 16
"""Methods that one reflective call is linked with."""

_CLASS, _METHOD = "Ljava/lang/Class;", "Ljava/lang/reflect/Method;"
_CONSTRUCTOR, _FIELD = "Ljava/lang/reflect/Constructor;", "Ljava/lang/reflect/Field;"
_GETS_METHOD, _GETS_FIELD = frozenset({"getMethod", "getDeclaredMethod"}), frozenset({"getField", "getDeclaredField"})
_GETS_CONSTRUCTOR = frozenset({"getConstructor", "getDeclaredConstructor"})
_STATIC = 0x8
_ACCESSES = re.compile("[gs]et(Boolean|Byte|Char|Double|Float|Int|Long|Short)?")
_STRINGS = (0x1A, 0x1B)


@dataclass(frozen=True, slots=True, order=True)
class ReflectiveCall:
    """A reflective call of a method that the app does not define.

    Attributes:
        node: the invoke. class_, name: what it calls. parameters: descriptors, None when they are not constant.
        receiver: node of the receiver, -1 for a constructor. arguments: nodes of the arguments by position, -1 for
            one that is not known; None when they are not made in sight.
    """

    node: int
    class_: str
    name: str
    parameters: tuple[str, ...] | None = None
    receiver: int = -1
    arguments: tuple[int, ...] | None = None


@dataclass(slots=True)
class Reflected:
    """What was found.

    Attributes:
        calls: methods of the app that run. edges: where values go. instantiated: types of which objects are made.
        framework: calls of methods that the app does not define. unknown: invokes whose target is not constant.
    """

    calls: list[ExtraCall] = field(default_factory=list)
    edges: list[ExtraEdge] = field(default_factory=list)
    instantiated: set[int] = field(default_factory=set)
    framework: list[ReflectiveCall] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, order=True)
class _Member:
    """A method, constructor or field that reflection names."""

    class_: str
    name: str
    parameters: tuple[str, ...] | None


def find_reflection(objects: Objects) -> Reflected:
    """Every reflective call whose target is constant, over the call graph so far."""
    finder = _Finder(objects)
    for node in objects.sites.outside(_is_reflective):
        objects.values.check()
        finder.look(node)
    found = finder.found
    found.calls = sorted(set(found.calls), key=lambda call: (call.site_method, call.site_pc, call.target))
    found.edges.sort(key=lambda edge: (edge.site, edge.origin, edge.target))
    found.framework = sorted(set(found.framework), key=lambda call: (call.node, call.class_, call.name))
    for call in found.framework:
        if call.parameters is not None and call.arguments is not None and call.receiver >= 0:
            callee = Callee(finder.outside(call.class_), call.name, f"({''.join(call.parameters)})V", call.class_, -1)
            objects.indirect.setdefault(call.node, []).append((callee, [call.receiver, *call.arguments]))
    return found


def _is_reflective(callee: Callee) -> bool:
    """Whether a method calls, makes, reads or writes what a reflective object names."""
    if callee.owner == _METHOD:
        return callee.name == "invoke"
    if callee.owner in {_CONSTRUCTOR, _CLASS}:
        return callee.name == "newInstance"
    return callee.owner == _FIELD and _ACCESSES.fullmatch(callee.name) is not None


class _Finder:
    """Collects what reflective calls do."""

    def __init__(self, objects: Objects) -> None:
        self.objects, self.values, self.sites = objects, objects.values, objects.sites
        self.linked = objects.sites.linked
        self.found = Reflected()

    def outside(self, class_: str) -> str:
        """The nearest class of the platform that a class is or inherits from."""
        above = self.linked.ancestors(type_) if (type_ := self.linked.type_of(class_)) >= 0 else ()
        return next((self.linked.types[item] for item in above if not self.linked.is_app[item]), class_)

    def look(self, node: int) -> None:
        """One reflective call."""
        callee, operands = self.sites.callee(node), self.sites.operands(node)
        if callee is None or not operands:
            return
        if callee.owner == _CLASS:
            self._made(node, [_Member(name, "<init>", ()) for name in self._classes(operands[0])], -1)
        elif callee.owner == _CONSTRUCTOR:
            self._made(node, self._members(operands[0], _GETS_CONSTRUCTOR), operands[1] if len(operands) > 1 else -1)
        elif callee.owner == _METHOD and len(operands) == 3:
            self._invoked(node, operands)
        elif callee.owner == _FIELD:
            self._accessed(node, callee.name, operands)

    def _classes(self, node: int) -> list[str]:
        """Descriptors of the classes that a node may be."""
        known = self.values.constants(node)
        found = known.classes()
        return found or self.objects.types_of_class(node)

    def _members(self, node: int, getters: frozenset[str]) -> list[_Member]:
        """What the reflective object at a node may name."""
        found: set[_Member] = set()
        for origin in self.objects.origins(node)[0]:
            callee = self.sites.callee(origin)
            operands = self.sites.operands(origin)
            if self.sites.opcode(origin) in AGETS:
                found.update(self._listed(operands[0], origin, getters))
            if callee is None or callee.owner != _CLASS or callee.name not in getters:
                continue
            named = getters is not _GETS_CONSTRUCTOR
            if len(operands) < 1 + named:
                continue
            names = self.values.constants(operands[1]).texts() if named else ["<init>"]
            stated = self._parameters(operands[-1]) if callee.proto.partition(")")[0].endswith("[" + _CLASS) else None
            found.update(_Member(class_, name, stated) for class_ in self._classes(operands[0]) for name in names)
        return sorted(found, key=lambda item: (item.class_, item.name, item.parameters or ()))[:MAX_TARGETS]

    def _listed(self, array: int, taken: int, getters: frozenset[str]) -> Iterator[_Member]:
        """What an element of the array of all members may be: those whose names the method that takes it holds."""
        listing = {f"{name}s" for name in getters}
        for origin in self.objects.origins(array)[0]:
            callee, operands = self.sites.callee(origin), self.sites.operands(origin)
            if callee is None or callee.owner != _CLASS or callee.name not in listing:
                continue
            if getters is _GETS_CONSTRUCTOR:
                yield from (_Member(class_, "<init>", None) for class_ in self._classes(operands[0]))
                continue
            nodes = self.sites.nodes(self.sites.method[taken])
            names = {self.sites.string(node) for node in nodes if self.sites.opcode(node) in _STRINGS}
            yield from (_Member(class_, name, None) for class_ in self._classes(operands[0]) for name in names)

    def _parameters(self, node: int) -> tuple[str, ...] | None:
        """Descriptors in an array of classes, None when they are not constant."""
        opcode = self.sites.opcode(node)
        if 0x12 <= opcode <= 0x19:
            return ()
        elements = self.values.elements(node)
        if elements is None:
            return None
        found: list[str] = []
        for element in elements:
            known = self.values.of(element)
            if not isinstance(known, ClassName):
                return None
            found.append(known.descriptor)
        return tuple(found)

    def _targets(self, member: _Member) -> list[int]:
        """Methods of the app that a member names: in the class or the nearest one above it that has the name."""
        type_ = self.linked.type_of(member.class_)
        for above in self.linked.ancestors(type_) if type_ >= 0 else ():
            found = []
            for method in self.linked.methods_of(above) if self.linked.is_app[above] else ():
                _, name, proto = self.linked.method_text(method)
                if name == member.name and member.parameters in {None, tuple(parameters(proto))}:
                    found.append(method)
            if found or member.name == "<init>":
                return found[:MAX_TARGETS]
        return []

    def _made(self, node: int, members: list[_Member], arguments: int) -> None:
        """An object made by a class or constructor."""
        if not members:
            self.found.unknown.append(node)
        for member in members:
            type_ = self.linked.type_of(member.class_)
            if type_ < 0 or not self.linked.is_app[type_]:
                self._outside(node, member, -1, arguments)
                continue
            self.found.instantiated.add(type_)
            for method in self._targets(member):
                text = f"class {member.class_}"
                self._call(node, method)
                self._edge(self.sites.parameter(method, 0), node, node, text, changed=True)
                self._pass(node, method, arguments, 1, text)

    def _invoked(self, node: int, operands: list[int]) -> None:
        """``Method.invoke(receiver, arguments)``."""
        members = self._members(operands[0], _GETS_METHOD)
        if not members:
            self.found.unknown.append(node)
        for member in members:
            targets = self._targets(member)
            if not targets:
                self._outside(node, member, operands[1], operands[2])
            for method in targets:
                self._run(node, operands, member, method)

    def _run(self, node: int, operands: list[int], member: _Member, method: int) -> None:
        """One target of ``Method.invoke``."""
        text = f"method {member.class_}->{member.name}"
        static = bool(self.linked.method_access[method] & _STATIC)
        for target in [method] if static else self._overriding(operands[1], method):
            self._call(node, target)
            if not static:
                this = self.sites.parameter(target, 0)
                self._edge(operands[1], this, node, text)
                self._edge(this, operands[1], node, text, changed=True)
            self._pass(node, target, operands[2], 0 if static else 1, text)
            returned = self.sites.returned(target)
            self._edge(returned, node, node, text)
            self._edge(node, returned, node, text, changed=True)

    def _overriding(self, receiver: int, method: int) -> list[int]:
        """The method, or what overrides it in the classes that the receiver is known to be."""
        numbers = [self.linked.type_of(name) for name in self.objects.types(receiver)]
        sig = int(self.linked.method_sig[method])
        found = {self.linked.resolve(number, sig) for number in numbers if number >= 0} - {-1}
        return sorted(found) or [method]

    def _pass(self, node: int, method: int, array: int, first: int, text: str) -> None:
        """An array of arguments -> parameters."""
        count = len(parameters(self.linked.method_text(method)[2]))
        for position in range(first, first + count) if array >= 0 else ():
            parameter = self.sites.parameter(method, position)
            self._edge(array, parameter, node, text)
            self._edge(parameter, array, node, text, changed=True)

    def _accessed(self, node: int, name: str, operands: list[int]) -> None:
        """``Field.get`` and ``Field.set``."""
        base = len(self.sites.code.kind)
        for member in self._members(operands[0], _GETS_FIELD):
            text = f"field {member.class_}->{member.name}"
            for number in self._fields(member):
                if name.startswith("get"):
                    self._edge(base + number, node, node, text)
                elif len(operands) > 2:
                    self._edge(operands[2], base + number, node, text)

    def _fields(self, member: _Member) -> list[int]:
        """Numbers of the fields that a member names, in the class or above it."""
        prefixes = [f"{self.linked.types[item]}->{member.name}:" for item in self._above(member.class_)]
        for prefix in prefixes:
            found = self.objects.fields_named(prefix)
            if found:
                return found
        return []

    def _above(self, name: str) -> list[int]:
        type_ = self.linked.type_of(name)
        return [item for item in self.linked.ancestors(type_) if self.linked.is_app[item]] if type_ >= 0 else []

    def _outside(self, node: int, member: _Member, receiver: int, array: int) -> None:
        """A call of something that the app does not define."""
        elements = self.values.elements(array) if array >= 0 else ()
        arguments = None if elements is None else tuple(elements)
        self.found.framework.append(
            ReflectiveCall(node, member.class_, member.name, member.parameters, receiver, arguments)
        )

    def _edge(self, origin: int, target: int, site: int, text: str, *, changed: bool = False) -> None:
        if origin >= 0 and target >= 0 and origin != target:
            self.found.edges.append(ExtraEdge(origin, changed, target, changed, Edge.REFLECT, site, text))

    def _call(self, site: int, method: int) -> None:
        sites = self.sites
        self.found.calls.append(ExtraCall(sites.method[site], sites.pc[site], method, How.REFLECT))
