"""The code of one method as a graph of instructions, and how a value travels through its registers."""

import struct
from collections.abc import Iterator
from functools import cached_property

from affidavit.dalvik.check.instructions import (
    Instruction,
    UnreadableCodeError,
    Value,
    instructions,
    parameters,
)
from affidavit.dalvik.unit import Unit

WORK = 2_000_000
"""Most steps of one walk: what a longer one would say is not known, and the flow is refused."""
_STATIC = 0x8
_CODE_ITEM = 16
_TRY = 8


class Body:
    """One defined method with code.

    Args:
        unit: the code. owner: row of the method among those that the unit defines.

    Raises:
        UnreadableCodeError: it has none that can be read.

    Attributes:
        class_, name, proto: of the method.
        code: instructions by address.
    """

    def __init__(self, unit: Unit, owner: int) -> None:
        self.unit, self.owner = unit, owner
        self.class_ = unit.class_name(int(unit.def_class[owner]))
        _, self.name, self.proto = unit.method_parts(int(unit.def_method[owner]))
        self.static = bool(int(unit.def_access[owner]) & _STATIC)
        self.code = instructions(unit, owner)
        self.tries = list(_tries(unit, owner))

    def is_same(self, other: "Body") -> bool:
        """Whether both are the code of one method."""
        return self.unit is other.unit and self.owner == other.owner

    @cached_property
    def parameters(self) -> tuple[Value, ...]:
        """Where the parameters stand at the start, the receiver first."""
        types = ([] if self.static else ["L"]) + parameters(self.proto)
        wide = [kind in {"J", "D"} for kind in types]
        start = int(self.unit.def_code[self.owner]) - _CODE_ITEM
        (registers,) = struct.unpack_from("<H", self.unit.data[0], start)
        at, found = registers - len(wide) - sum(wide), []
        for pair in wide:
            found.append(Value(at, pair))
            at += 1 + pair
        return tuple(found) if not found or found[0].register >= 0 else ()

    def result(self, pc: int) -> tuple[Value, int] | None:
        """The register that holds the result of an instruction, and the address of the instruction that writes it."""
        at = self.code[pc].next if self.code[pc].called else pc
        if at not in self.code or self.code[pc].called != self.code[at].name.startswith("move-result"):
            return None
        written = self.code[at].writes
        return None if written is None else (written, at)

    def handlers(self, pc: int) -> list[int]:
        """Addresses of the handlers that an exception of the instruction may reach in this method."""
        return [at for first, end, list_ in self.tries if first <= pc < end for at in list_ if at in self.code]

    def after(self, pc: int) -> list[int]:
        """Addresses at which it may go on when the instruction ends normally."""
        item = self.code[pc]
        return [at for at in (*item.jumps, *(() if item.ends else (item.next,))) if at in self.code]

    def following(self, pc: int) -> list[int]:
        """Addresses at which it may go on, exceptions included."""
        return self.after(pc) + (self.handlers(pc) if self.code[pc].throws else [])

    def travels(self, value: Value, start: list[int], target: int, operand: Value) -> bool:
        """Whether `value`, there before the instructions at `start`, may be the operand of the one at `target`.

        It is followed through moves, and as long as nothing else is written into its registers.

        Raises:
            UnreadableCodeError: the walk is too long.
        """
        waiting = [(pc, value) for pc in start]
        seen = set(waiting)
        while waiting:
            pc, held = waiting.pop()
            if pc == target and held == operand:
                return True
            for state in self._onward(self.code[pc], held):
                if state not in seen:
                    seen.add(state)
                    waiting.append(state)
            if len(seen) > WORK:
                raise UnreadableCodeError("is too large to be followed")
        return False

    def _onward(self, item: Instruction, held: Value) -> Iterator[tuple[int, Value]]:
        """Where a value is after one instruction."""
        if item.throws:
            yield from ((at, held) for at in self.handlers(item.pc))
        copied = item.copies and item.reads[0] == held
        if copied and item.writes is not None:
            yield from ((at, item.writes) for at in self.after(item.pc))
        if item.writes is None or not item.writes.touches(held):
            yield from ((at, held) for at in self.after(item.pc))

    def leads(self, start: list[int], target: int) -> bool:
        """Whether a way goes from one of the instructions to the one at `target`."""
        return target in self._reached(start, -1)

    def avoids(self, start: list[int], target: int) -> bool:
        """Whether a way goes from one of the instructions out of the method, or round and round, without `target`."""
        reached = self._reached([pc for pc in start if pc != target], target)
        return any(not self.after(pc) for pc in reached) or self._circles(reached, target)

    def _reached(self, start: list[int], without: int) -> set[int]:
        """Every instruction that a way leads to, none of them being `without`."""
        seen, waiting = set(start), list(start)
        while waiting:
            for at in self.following(waiting.pop()):
                if at not in seen and at != without:
                    seen.add(at)
                    waiting.append(at)
        return seen

    def _circles(self, reached: set[int], without: int) -> bool:
        """Whether all that is left can go on for ever: a loop that no way leaves, except through `without`."""
        return bool(reached) and not any(at == without for pc in reached for at in self.following(pc))


def _tries(unit: Unit, owner: int) -> Iterator[tuple[int, int, list[int]]]:
    """First and last address (exclusive) of each try, and its handlers; none where the table cannot be read."""
    data, start, count = unit.data[0], int(unit.def_code[owner]), int(unit.def_units[owner])
    if start < _CODE_ITEM:
        return
    (tries,) = struct.unpack_from("<H", data, start - _CODE_ITEM + 6)
    table = start + 2 * count + 2 * (count & 1)
    lists = table + _TRY * tries
    if lists > len(data):
        return
    for row in range(tries):
        first, length, offset = struct.unpack_from("<IHH", data, table + _TRY * row)
        yield first, first + length, list(_handlers(data, lists + offset))


def _handlers(data: memoryview, at: int) -> Iterator[int]:
    """Addresses of one encoded_catch_handler."""
    signed, at = _leb(data, at, signed=True)
    for _ in range(abs(signed)):
        _, at = _leb(data, at)
        address, at = _leb(data, at)
        yield address
        if at >= len(data):
            return
    if signed <= 0:
        yield _leb(data, at)[0]


def _leb(data: memoryview, at: int, *, signed: bool = False) -> tuple[int, int]:
    """A LEB128 number and the position behind it; zero past the end."""
    value = 0
    for shift in range(0, 35, 7):
        if at >= len(data):
            break
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            return value - ((byte & 0x40) << shift + 1 if signed else 0), at
    return value, at
