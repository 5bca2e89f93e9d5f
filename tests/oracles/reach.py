"""Rapid type analysis by names, in dictionaries, over and over until nothing changes."""

from collections.abc import Iterable

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.unit import Unit
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Code, NodeKind

Name = tuple[str, str, str]
STATIC, PRIVATE, ABSTRACT, INTERFACE = 0x8, 0x2, 0x400, 0x200


def arity(proto: str) -> int:
    inside, count, at = proto[1 : proto.index(")")], 0, 0
    while at < len(inside):
        while inside[at] == "[":
            at += 1
        at = inside.index(";", at) + 1 if inside[at] == "L" else at + 1
        count += 1
    return count


class Reach:
    """What runs, from some methods and objects on. `code` holds the values of every method."""

    def __init__(self, linked: Linked, code: Code, entries: Iterable[Name], objects: Iterable[str]) -> None:
        self.linked, self.code, self.framework = linked, code, Framework.load()
        self.access: dict[Name, int] = {}
        self.parent: dict[str, str] = {}
        self.interfaces: dict[str, list[str]] = {}
        self.is_interface: set[str] = set()
        self.number: dict[Name, int] = {}
        for unit, first in zip(linked.units, linked.first_method, strict=True):
            self.take(unit, first)
        self.reached: set[Name] = set()
        self.objects: set[str] = set(objects)
        self.begun: set[str] = set()
        self.calls: set[tuple[Name, int, Name]] = set()
        self.outside: set[tuple[Name, int]] = set()
        for entry in entries:
            self.reached.add(entry)
            self.begin(entry[0])
        for name in sorted(self.objects):
            self.begin(name)
        self.run()

    def take(self, unit: Unit, first: int) -> None:
        taken = set()
        for row in range(len(unit.class_type)):
            name = unit.class_name(row)
            if name not in self.parent:
                taken.add(row)
                self.parent[name] = unit.type_name(int(unit.class_super[row]))
                self.interfaces[name] = [unit.type_name(int(item)) for item in unit.interfaces.row(row)]
                if unit.class_access[row] & INTERFACE:
                    self.is_interface.add(name)
        for row, method in enumerate(unit.def_method.tolist()):
            if int(unit.def_class[row]) in taken:
                text = (unit.class_name(int(unit.def_class[row])), *unit.method_parts(method)[1:])
                self.access.setdefault(text, int(unit.def_access[row]))
                self.number.setdefault(text, first + row)

    def supers(self, name: str) -> list[str]:
        found = []
        while name and name not in found:
            found.append(name)
            name = self.parent.get(name) or next(iter(self.framework.parents(name)), "")
        return found

    def above(self, name: str) -> list[str]:
        queue = [name]
        for here in queue:
            parents = (
                [self.parent[here], *self.interfaces[here]] if here in self.parent else self.framework.parents(here)
            )
            queue += [item for item in parents if item and item not in queue]
        return queue

    def plain(self, name: str, method: str, proto: str) -> Name | None:
        """Static resolution: superclasses, then interfaces."""
        for here in [*self.supers(name), *self.above(name)]:
            if (here, method, proto) in self.access:
                return here, method, proto
            if here not in self.parent and here in self.supers(name):
                break
        return next(((here, method, proto) for here in self.above(name) if (here, method, proto) in self.access), None)

    def virtual(self, name: str, method: str, proto: str) -> Name | None:
        """What a call on an object of exactly this class runs."""
        for here in [*self.supers(name), *self.above(name)]:
            found = (here, method, proto)
            if found in self.access and not self.access[found] & (STATIC | PRIVATE | ABSTRACT):
                return found
        return None

    def begin(self, name: str) -> None:
        for here in self.supers(name):
            self.begun.add(here)
            if (here, "<clinit>", "()V") in self.access:
                self.reached.add((here, "<clinit>", "()V"))

    def run(self) -> None:
        size = (-1, -1, -1)
        while size != (len(self.reached), len(self.objects), len(self.calls)):
            size = (len(self.reached), len(self.objects), len(self.calls))
            for caller in sorted(self.reached):
                self.method(caller)
            for name in sorted(self.objects & self.parent.keys()):
                self.callbacks(name)

    def callbacks(self, name: str) -> None:
        """The platform calls what overrides a method of its own."""
        above = self.above(name)
        outside = [item for item in above if item not in self.parent]
        for method in [item for item in self.access if item[0] in above]:
            if self.virtual(name, *method[1:]) == method and self.framework.overridden(
                outside, method[1], arity(method[2])
            ):
                self.reached.add(method)

    def method(self, caller: Name) -> None:
        number = self.number[caller]
        first = int(self.code.node_first[number])
        unit = self.linked.unit_of(number)
        for node in range(first, first + int(self.code.node_count[number])) if first >= 0 else ():
            if self.code.kind[node] == NodeKind.INSTRUCTION:
                self.instruction(caller, unit, node)

    def instruction(self, caller: Name, unit: Unit, node: int) -> None:
        op, data, pc = (int(column[node]) for column in (self.code.opcode, self.code.data, self.code.pc))
        if op == 0x22:
            self.objects.add(unit.type_name(data))
            self.begin(unit.type_name(data))
        elif 0x60 <= op <= 0x6D:
            owner, name, kind = unit.field_parts(data)
            self.begin(self.declaring(owner, name, kind))
        elif 0x6E <= op <= 0x78:
            targets, leaves = self.targets(caller, unit, node, op if op < 0x74 else op - 6)
            self.calls |= {(caller, pc, target) for target in targets}
            self.reached |= targets
            self.outside |= {(caller, pc)} if leaves else set()

    def declaring(self, owner: str, name: str, kind: str) -> str:
        for here in [*self.supers(owner), *self.above(owner)]:
            if here not in self.parent:
                return here
            row = self.linked.program.find_class(here)
            assert row is not None
            unit, class_row = row
            for index, of in zip(unit.deffield_field.tolist(), unit.deffield_class.tolist(), strict=True):
                if of == class_row and unit.field_parts(index)[1:] == (name, kind):
                    return here
        return owner

    def targets(self, caller: Name, unit: Unit, node: int, op: int) -> tuple[set[Name], bool]:
        """Methods that an invoke can run, and whether it can also lead out of the app."""
        owner, name, proto = unit.method_parts(int(self.code.data[node]))
        static = self.plain(owner, name, proto)
        if op in {0x6E, 0x72}:
            exact = self.made(unit, node)
            below = (
                [exact] if exact else [item for item in self.objects & self.parent.keys() if owner in self.above(item)]
            )
            found = [self.virtual(item, name, proto) for item in below]
            return {item for item in found if item}, None in found or static is None
        if op == 0x6F and owner not in self.is_interface:
            static = self.virtual(self.parent[caller[0]], name, proto)
        if op == 0x71:
            self.begin(static[0] if static else owner)
        return ({static} if static else set()), static is None

    def made(self, unit: Unit, node: int) -> str:
        """The class of the receiver when the method itself makes it."""
        value = (self.code.operands(node) or [-1])[0]
        while value >= 0 and self.code.kind[value] == 1 and self.code.opcode[value] == 0x1F:
            value = self.code.operands(value)[0]
        is_new = value >= 0 and self.code.kind[value] == 1 and self.code.opcode[value] == 0x22
        return unit.type_name(int(self.code.data[value])) if is_new else ""
