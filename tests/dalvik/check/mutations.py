"""Flows with one thing changed: what a checker is measured with, on flows written by hand and on those of real apps."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from affidavit.dalvik.check.checker import Checker
from affidavit.dalvik.disassemble import disassemble
from affidavit.dalvik.program import Program
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.place import Place

_EFFECTS = ("0 -> return", "nothing of the kind")


class Mutation(NamedTuple):
    """A changed flow: what was changed, in which step (from 0), and where its source is said to be."""

    kind: str
    step: int
    flow: Flow
    place: Place


def mutations(flow: Flow, program: Program) -> Iterator[Mutation]:
    """Every change of one step of a flow; a changed end is changed in what is said of the flow, too."""
    steps = flow.steps
    for number, step in enumerate(steps):
        for kind, changed in _changed(step, steps, program):
            yield _with(kind, number, flow, (*steps[:number], changed, *steps[number + 1 :]))
        yield _with("dropped", number, flow, (*steps[:number], *steps[number + 1 :]))
        yield _with("repeated", number, flow, (*steps[: number + 1], *steps[number:]))
        if number + 1 < len(steps):
            swapped = (*steps[:number], steps[number + 1], step, *steps[number + 2 :])
            yield _with("swapped", number, flow, swapped)


def survivors(flow: Flow, program: Program, checker: Checker) -> tuple[list[Mutation], int]:
    """Changed flows that are accepted, and how many there were in all."""
    made = [item for item in mutations(flow, program) if item.flow.steps != flow.steps]
    return [item for item in made if not checker.check_flow(item.flow, item.place)], len(made)


def _with(kind: str, number: int, flow: Flow, steps: tuple[Step, ...]) -> Mutation:
    implicit = any(step.edge is Edge.CONTROL for step in steps)
    changed = replace(flow, steps=steps, sink_place=steps[-1].place, implicit=implicit)
    return Mutation(kind, number, changed, steps[0].place)


def _changed(step: Step, steps: tuple[Step, ...], program: Program) -> Iterator[tuple[str, Step]]:
    place = step.place
    yield "offset", replace(step, place=replace(place, offset=place.offset + 2))
    yield "entry", replace(step, place=replace(place, entry="another.apk!/classes.dex"))
    yield "class", replace(step, place=replace(place, class_="Lcom/none/None;"))
    for other in sorted({item.place for item in steps} - {place}):
        yield "place", replace(step, place=other)
    for other in _neighbours(place, program):
        yield "instruction", replace(step, place=other)
    yield from (("role", replace(step, role=role)) for role in _roles(step.role))
    yield from (("edge", replace(step, edge=edge)) for edge in Edge if edge is not step.edge)
    if step.effect:
        yield from (("effect", replace(step, effect=effect)) for effect in _EFFECTS if effect != step.effect)


def _roles(role: str) -> Iterator[str]:
    """Other roles."""
    word, _, number = role.partition(" ")
    yield from (
        other for other in ("result", "operand 0", "parameter 0", "exception", "", "operand 999") if other != role
    )
    if number.isdigit():
        yield from (f"{word} {other}" for other in {int(number) + 1, max(0, int(number) - 1)} - {int(number)})
    if word == "field":
        yield re.sub(r"->\w+", "->other", role)
        yield re.sub(r":.*", ":J", role)
    if word.startswith("@"):
        yield "@other" + word.partition("[")[2]
        yield re.sub(r"'.*'", "'no such key in the code'", role)


def _neighbours(place: Place, program: Program) -> Iterator[Place]:
    """The other instructions of the method, of a large one the next few."""
    found = program.find_class(place.class_)
    if found is None or place.pc < 0:
        return
    unit, _ = found
    for owner in range(len(unit.def_method)):
        if int(unit.def_code[owner]) == place.offset - 2 * place.pc:
            near = [pc for pc, _ in disassemble(unit, owner) if pc != place.pc and abs(pc - place.pc) < 64]
            yield from (replace(place, pc=pc, offset=place.offset + 2 * (pc - place.pc)) for pc in near)
