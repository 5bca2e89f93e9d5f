"""Calls out of the app, instruction by instruction: the slow twin of `affidavit.facts.code.OutsideCalls`."""

from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind
from affidavit.model.place import Place


def outside_calls(program: Program) -> dict[tuple[str, str], list[Place]]:
    """(class, name and prototype) -> places of all calls, in order of (unit, instruction)."""
    found: dict[tuple[str, str], list[Place]] = {}
    for unit in program.units:
        active = program.active(unit)
        for row in range(len(unit.refs)):
            if unit.refs.kind[row] != RefKind.METHOD or not active[unit.refs.owner[row]]:
                continue
            method = program.framework_method(unit, int(unit.refs.target[row]))
            if method:
                found.setdefault((method[0], method[1] + method[2]), []).append(unit.site(row))
    return found
