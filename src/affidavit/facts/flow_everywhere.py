"""Sensitive calls in all code of a program, also where nothing leads: from the references of instructions alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.unit import RefKind
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Bool
from affidavit.dalvik.whole.sites import LOADS
from affidavit.facts.flow_knowledge import FlowKnowledge, Reading
from affidavit.facts.flow_members import Members, arity_of, references


@dataclass(frozen=True, slots=True, order=True)
class SensitiveCall:
    """An instruction that reads or asks for data, whether or not anything leads to it.

    Attributes:
        method: number. pc: of the instruction.
        what: id of a source. api: the member, as smali writes it.
    """

    method: int
    pc: int
    what: str
    api: str


class Everywhere:
    """Looks at every reference of a program.

    Args:
        linked: the program. known: what is sensitive. check: called before each unit; it may raise to stop.
    """

    def __init__(self, linked: Linked, known: FlowKnowledge, check: Callable[[], None]) -> None:
        self._linked, self._check = linked, check
        self._reads, self._field_reads = Members(linked, known.calls), Members(linked, known.fields)
        self._known: dict[int, tuple[str, tuple[Reading, ...]]] = {}

    def calls(self) -> Iterator[SensitiveCall]:
        """Calls and fields that are sensitive whatever their operands are."""
        methods, fields = self._methods(), self._linked.named_fields(self._field_reads.names)
        for number in range(len(self._linked.units)):
            self._check()
            first = self._linked.first_ref[number]
            for method, pc, ref, _ in self._instructions(number, RefKind.METHOD, methods[first:]):
                yield from self._call(method, pc, first + ref)
            first = self._linked.first_field[number]
            for method, pc, ref, opcode in self._instructions(number, RefKind.FIELD, fields[first:]):
                if opcode in LOADS or self._linked.units[number].form != "dex":
                    yield from self._field(method, pc, int(self._linked.field_ref[first + ref]))

    def _methods(self) -> Bool:
        """Which method references may read something."""
        linked = self._linked
        found = linked.named_methods(self._reads.names)
        types = np.append(self._reads.types, False)
        found &= types[np.where(linked.ref_outside >= 0, linked.ref_outside, linked.ref_type)]
        return found

    def _instructions(self, number: int, kind: RefKind, mask: Bool) -> Iterator[tuple[int, int, int, int]]:
        """Method, pc, reference and opcode of instructions that name what the mask has."""
        unit = self._linked.units[number]
        found = list(references(unit, kind, mask, self._linked.program.active(unit)))
        rows = np.array([row for row, _, _ in found], np.int64)
        pcs, opcodes = unit.pcs(rows).tolist(), unit.refs.opcode[rows].tolist()
        for (_, owner, ref), pc, opcode in zip(found, pcs, opcodes, strict=True):
            yield self._linked.first_method[number] + owner, pc, ref, opcode

    def _call(self, method: int, pc: int, ref: int) -> Iterator[SensitiveCall]:
        if ref not in self._known:
            self._known[ref] = self._meant(ref)
        api, readings = self._known[ref]
        for reading in readings:
            yield SensitiveCall(method, pc, reading.what, api)

    def _meant(self, ref: int) -> tuple[str, tuple[Reading, ...]]:
        """What a reference reads whatever its operands are, and the member that says so."""
        linked = self._linked
        name, proto = linked.signature(int(linked.ref_sig[ref]))
        outside = int(linked.ref_outside[ref])
        type_ = outside if outside >= 0 else int(linked.ref_type[ref])
        class_, readings = self._reads.find(type_, name, arity_of(proto), outside=outside >= 0)
        return f"{class_}->{name}{proto}", tuple(reading for reading in readings if not reading.form)

    def _field(self, method: int, pc: int, field: int) -> Iterator[SensitiveCall]:
        text, readings = read_field(self._linked, self._field_reads, field)
        for reading in readings:
            yield SensitiveCall(method, pc, reading.what, text)


def read_field(linked: Linked, members: Members[Reading], field: int) -> tuple[str, tuple[Reading, ...]]:
    """A field as smali writes it, and what is known of it."""
    if field < 0:
        return "", ()
    text = linked.field_text(field)
    holder, _, rest = text.partition("->")
    type_ = int(linked.field_holder[field])
    if type_ < 0:
        return text, ()
    outside = not linked.is_app[type_]
    return text, members.find(linked.type_of(holder), rest.partition(":")[0], -1, outside=outside)[1]
