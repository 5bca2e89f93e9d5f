"""A step's place and role, found again in the bytes."""

import re
from dataclasses import dataclass

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.instructions import Instruction, UnreadableCodeError, Value
from affidavit.dalvik.check.kin import Kin
from affidavit.dalvik.effects import Operand
from affidavit.model.flow import Step
from affidavit.model.place import Place

_ROLE = re.compile(r"(result)|operand ([0-9]{1,3})|parameter ([0-9]{1,3})|field (.+)|(@[^\n]+)|(exception)")
_KINDS = ("result", "operand", "parameter", "field", "store", "exception")


@dataclass(frozen=True, slots=True)
class Point:
    """What a step means.

    Attributes:
        body: the method. pc: address of the instruction, -1 for a parameter.
        kind: ``result``, ``operand``, ``parameter``, ``field``, ``store`` or ``exception``. number: of an operand or
            parameter.
        text: of a field or store.
    """

    body: Body
    pc: int
    kind: str
    number: int = -1
    text: str = ""

    @property
    def item(self) -> Instruction:
        """The instruction."""
        return self.body.code[self.pc]

    @property
    def value(self) -> Value:
        """The register of an operand or parameter."""
        return self.body.parameters[self.number] if self.kind == "parameter" else self.item.reads[self.number]

    def born(self) -> tuple[Value, list[int]]:
        """The register of a result or parameter, and the instructions before which it first stands there."""
        if self.kind == "parameter":
            return self.value, [0]
        found = self.body.result(self.pc)
        if found is None:
            raise UnreadableCodeError("has no result")
        return found[0], self.body.after(found[1])

    def at_same(self, other: "Point") -> bool:
        """Whether both are at one instruction."""
        return self.beside(other) and self.pc == other.pc >= 0

    def beside(self, other: "Point") -> bool:
        """Whether both are in one method."""
        return self.body.is_same(other.body)

    def is_same(self, other: "Point") -> bool:
        """Whether both mean the same thing."""
        mine, theirs = ((item.pc, item.kind, item.number, item.text) for item in (self, other))
        return self.beside(other) and mine == theirs

    def called(self, word: str, number: int = -1) -> bool:
        """Whether it is of a kind, and has a number if one is given."""
        return self.kind == word and number in {-1, self.number}

    def is_operand(self, wanted: Operand | None) -> bool:
        """Whether it is what the operand of a library model means here."""
        if wanted is None:
            return False
        receiver = "static" not in self.item.name
        number = wanted.position + receiver if wanted.base == "argument" else 0
        store = self.text[1:].partition("[")[0]
        return {
            "this": (receiver and self.called("operand", 0)) or self._is_held(wanted),
            "argument": self.called("operand", number),
            "return": self.kind == "result",
            "all": self.kind == "operand",
            "store": self.kind == "store" and store == wanted.store,
        }[wanted.base]

    def _is_held(self, wanted: Operand) -> bool:
        """Whether it is a place in objects that the platform keeps, as a model names it."""
        key = wanted.key
        return self.kind == "store" and key is not None and key.is_slot and self.text == f"@this['{key.text}']"


def point(kin: Kin, step: Step) -> Point:
    """A step's point.

    Raises:
        UnreadableCodeError: there is none such in the bytes; the text says why, continuing "the step ...".
    """
    body = at(kin, step.place)
    match = _ROLE.fullmatch(step.role)
    if match is None:
        raise UnreadableCodeError(f"has the role {step.role[:80]!r}, which is none")
    kind = _KINDS[(match.lastindex or 1) - 1]
    number = int(match[match.lastindex or 1]) if kind in {"operand", "parameter"} else -1
    found = Point(body, step.place.pc, kind, number, match[4] or match[5] or "")
    if (kind == "parameter") != (found.pc < 0):
        raise UnreadableCodeError("is an instruction and yet a parameter, or neither")
    if kind == "parameter" and number >= len(body.parameters):
        raise UnreadableCodeError(f"names parameter {number} of {len(body.parameters)}")
    if kind == "operand" and number >= len(found.item.reads):
        raise UnreadableCodeError(f"names operand {number} of {len(found.item.reads)}")
    if kind == "result":
        found.born()
    return found


def at(kin: Kin, place: Place) -> Body:
    """The method of a place.

    Raises:
        UnreadableCodeError: the place is none; the text says why.
    """
    body = kin.body(place.class_, place.method)
    unit, start = body.unit, int(body.unit.def_code[body.owner])
    if unit.entries[int(unit.class_entry[unit.def_class[body.owner]])] != place.entry:
        raise UnreadableCodeError("is in an entry from which Android does not take the class")
    if place.pc < 0:
        if (place.offset, place.pc) != (-1, -1):
            raise UnreadableCodeError("has an offset and no address")
    elif place.pc not in body.code or place.offset != start + 2 * place.pc:
        raise UnreadableCodeError("is at no instruction of its method")
    return body
