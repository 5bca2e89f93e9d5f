"""Sensitive calls found the slow and obvious way: every reference of every instruction, class by class upwards."""

from collections.abc import Iterator

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.flow_knowledge import FlowKnowledge, Key, Reading, is_platform

READS = {*range(0x52, 0x59), *range(0x60, 0x67)}


def climb(program: Program, framework: Framework, name: str) -> Iterator[str]:
    """The class, then what it inherits from, level by level, Object last."""
    seen, front = [name], [name]
    while front:
        front = [above for below in front for above in parents(program, framework, below)]
        front = [above for at, above in enumerate(front) if above not in seen and above not in front[:at]]
        seen += front
    yield from (item for item in seen if item != "Ljava/lang/Object;")
    yield "Ljava/lang/Object;"


def parents(program: Program, framework: Framework, name: str) -> list[str]:
    """Super class and interfaces, of the app's own definition or of the platform's."""
    defined = program.find_class(name)
    if defined is None:
        return framework.parents(name)
    unit, row = defined
    above = [unit.type_name(int(unit.class_super[row]))]
    return [item for item in (*above, *(unit.type_name(int(item)) for item in unit.interfaces.row(row))) if item]


class Slow:
    """Looks at one program.

    Args:
        program: the units. framework: the platform's classes. known: what is sensitive.
    """

    def __init__(self, program: Program, framework: Framework, known: FlowKnowledge) -> None:
        self.program, self.framework, self.known = program, framework, known

    def sensitive(self) -> set[tuple[str, int, str]]:
        """Method (with class and prototype), pc and id of every sensitive call."""
        found = set()
        for unit in self.program.units:
            active = self.program.active(unit)
            for row in range(len(unit.refs)):
                owner, target = int(unit.refs.owner[row]), int(unit.refs.target[row])
                if target < 0 or not active[owner]:
                    continue
                for what in self.meant(unit, row, target):
                    place = unit.site(row)
                    found.add((f"{place.class_}->{place.method}", place.pc, what))
        return found

    def meant(self, unit: Unit, row: int, target: int) -> list[str]:
        """Ids of what one instruction reads."""
        if unit.refs.kind[row] == RefKind.METHOD:
            written, name, _ = unit.method_parts(target)
            leads = self.program.framework_method(unit, target)
            return self.nearest(self.known.calls, leads[0] if leads else written, name, outside=leads is not None)
        if unit.refs.kind[row] == RefKind.FIELD and int(unit.refs.opcode[row]) in READS:
            holder, name, _ = unit.field_parts(target)
            return self.nearest(self.known.fields, holder, name, outside=self.program.find_class(holder) is None)
        return []

    def nearest(self, rows: dict[Key, tuple[Reading, ...]], start: str, name: str, *, outside: bool) -> list[str]:
        """What the nearest class that is named says."""
        for above in climb(self.program, self.framework, start):
            if is_platform(above) and (not outside or self.program.find_class(above)):
                continue
            if (above, name) in rows:
                return [reading.what for reading in rows[above, name] if not reading.form]
        return []
