"""Reaching definitions one instruction and one register at a time: what each operand of a method can be.

Slow and obvious: every instruction has a state of its own, a register holds a set of values, sets are joined until
nothing changes. A value is ``("parameter", position)`` or ``("instruction", pc)``; `UNKNOWN` is what an undefined
register holds.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.unit import Unit

UNKNOWN = ("unknown", 0)
ROUNDS = 4
Value = tuple[str, int]
State = dict[int, frozenset[Value]]

THROWING = re.compile(
    r"aget|aput|iget|iput|sget|sput|invoke|new-|filled|throw|check-cast|instance-of|array-length|monitor|fill-array"
    r"|const-string|const-class|const-method|(div|rem)-(int|long)"
)
WIDE = re.compile(r"(-wide|-long|-double)(/|$)")
NOT_NODES = re.compile(r"nop|goto|unused|move(?!-exception)")
STORES = re.compile(r"[isa]put|return|throw|monitor|fill-array|packed|sparse|if-")


@dataclass
class Instruction:
    """One instruction. `reads`: registers in the order of the format."""

    pc: int
    width: int
    name: str
    reads: list[int] = field(default_factory=list)
    writes: int | None = None
    literal: int = 0
    jumps: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)

    @property
    def is_node(self) -> bool:
        return not NOT_NODES.match(self.name)


@dataclass
class Result:
    """What is known of a method: operands by address of the instruction, what is returned, where exceptions go."""

    operands: dict[int, list[frozenset[Value] | None]]
    returned: set[frozenset[Value] | None]
    caught: set[tuple[int, int]]
    parameters: int


def signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def decode(unit: Unit, row: int) -> dict[int, Instruction]:
    """All instructions by address, payloads left out."""
    first, count = int(unit.def_code[row]), int(unit.def_units[row])
    code = struct.unpack_from(f"<{count}H", unit.data[0], first)
    found: dict[int, Instruction] = {}
    pc = 0
    while pc < count:
        width = payload_width(code, pc)
        if width:
            pc += width
            continue
        opcode = opcodes()[code[pc] & 0xFF]
        if pc + opcode.width > count:
            break
        found[pc] = one(unit, code, pc)
        pc += opcode.width
    return found


def payload_width(code: tuple[int, ...], pc: int) -> int:
    """Units of a payload, more than are left for one cut off, 0 for something else."""
    room = code[pc : pc + 4]
    if code[pc] not in {0x100, 0x200, 0x300}:
        return 0
    if len(room) < (4 if code[pc] == 0x300 else 2):
        return len(code)
    if code[pc] == 0x100:
        return 4 + 2 * room[1]
    if code[pc] == 0x200:
        return 2 + 4 * room[1]
    return 4 + ((room[2] | room[3] << 16) * room[1] + 1) // 2


def one(unit: Unit, code: tuple[int, ...], pc: int) -> Instruction:  # noqa: C901, PLR0912 - one branch a format
    """Decode one instruction by its format."""
    opcode = opcodes()[code[pc] & 0xFF]
    name, form, high = opcode.mnemonic, opcode.format, code[pc] >> 8
    item = Instruction(pc, opcode.width, name)
    rest = code[pc + 1 : pc + opcode.width]
    long = rest[0] | rest[1] << 16 if len(rest) > 1 else 0
    fields: list[int] = []
    if form in {"12x", "22t", "22s", "22c"}:
        fields = [high & 15, high >> 4]
    elif form == "11n":
        fields, item.literal = [high & 15], signed(high >> 4, 4)
    elif form in {"11x", "21t", "21s", "21h", "21c", "31i", "31t", "31c", "51l"}:
        fields = [high]
    elif form == "22x":
        fields = [high, rest[0]]
    elif form == "32x":
        fields = [rest[0], rest[1]]
    elif form == "23x":
        fields = [high, rest[0] & 0xFF, rest[0] >> 8]
    elif form == "22b":
        fields, item.literal = [high, rest[0] & 0xFF], signed(rest[0] >> 8, 8)
    if form in {"21s", "22s"}:
        item.literal = signed(rest[0], 16)
    elif form == "21h":
        item.literal = signed(rest[0] << 16, 32)
    elif form == "31i":
        item.literal = signed(long, 32)
    if form in {"35c", "3rc", "45cc", "4rcc"}:
        item.reads = arguments(unit, name, high, rest)
    elif fields and (STORES.match(name)):
        item.reads = fields
    elif fields:
        item.writes = fields[0]
        item.reads = fields if name.endswith("/2addr") or name == "check-cast" else fields[1:]
    distances = {"10t": signed(high, 8), "20t": signed(rest[0], 16) if rest else 0, "30t": signed(long, 32)}
    distances |= {"21t": distances["20t"], "22t": distances["20t"]}
    if form in distances:
        item.jumps = [pc + distances[form]]
    if name.endswith("-switch"):
        cases(item, code, pc + signed(long, 32))
    return item


def cases(item: Instruction, code: tuple[int, ...], at: int) -> None:
    """Keys and targets of a switch."""
    packed = item.name.startswith("packed")
    if not 0 <= at <= len(code) - 2 or code[at] != (0x100 if packed else 0x200):
        return
    size = code[at + 1]
    words = [signed(a | b << 16, 32) for a, b in zip(code[at + 2 :: 2], code[at + 3 :: 2], strict=False)]
    if len(words) < (size + 1 if packed else 2 * size):
        return
    item.keys = [words[0] + k for k in range(size)] if packed else words[:size]
    item.jumps = [item.pc + to for to in (words[1 : size + 1] if packed else words[size : 2 * size])]


def arguments(unit: Unit, name: str, high: int, rest: tuple[int, ...]) -> list[int]:
    """First registers of the arguments of an invoke."""
    if name.endswith("/range"):
        registers = [rest[1] + k for k in range(high)]
    else:
        registers = [rest[1] >> shift & 15 for shift in (0, 4, 8, 12)] + [high & 15]
        registers = registers[: high >> 4]
    if not name.startswith("invoke") or name.startswith("invoke-custom"):
        return registers
    if name.startswith("invoke-polymorphic"):
        proto = rest[2] if rest[2] < len(unit.proto_return) else -1
    else:
        proto = int(unit.method_proto[rest[0]]) if rest[0] < len(unit.method_proto) else -1
    kinds = ["this"] * ("static" not in name) + parameter_types(unit, proto)
    found, at = [], 0
    while at < len(registers):
        kind = kinds[len(found)] if len(found) < len(kinds) else "?"
        found.append(registers[at])
        at += 2 if kind in {"J", "D"} else 1
    return found


def parameter_types(unit: Unit, proto: int) -> list[str]:
    return [unit.type_name(int(item)) for item in unit.proto_params.row(proto)] if proto >= 0 else []


def leb(data: memoryview, at: int) -> tuple[int, int, int]:
    """Value, position after it, bits."""
    value = bits = 0
    while True:
        value |= (data[at] & 0x7F) << bits
        bits += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at, bits


def handlers(unit: Unit, row: int) -> list[tuple[int, int, list[int], bool]]:
    """Try ranges: first address, address after it, handlers, whether one of them is for all."""
    first, count = int(unit.def_code[row]), int(unit.def_units[row])
    data = unit.data[0]
    (tries,) = struct.unpack_from("<H", data, first - 10)
    at = (first + 2 * count + 3) & ~3
    found = []
    for k in range(tries):
        start, length, offset = struct.unpack_from("<IHH", data, at + 8 * k)
        size, here, bits = leb(data, at + 8 * tries + offset)
        size = signed(size, bits)
        targets = []
        for _ in range(abs(size)):
            _, here, _ = leb(data, here)
            target, here, _ = leb(data, here)
            targets.append(target)
        if size <= 0:
            targets.append(leb(data, here)[0])
        found.append((start, start + length, targets, size <= 0))
    return found


class Method:
    """One method, and the branches that were decided so far."""

    def __init__(self, unit: Unit, row: int) -> None:
        self.code = decode(unit, row)
        self.ranges = handlers(unit, row)
        self.only: dict[int, int | None] = {}
        head = struct.unpack_from("<HH", unit.data[0], int(unit.def_code[row]) - 16)
        self.registers = head[0]
        proto = int(unit.method_proto[int(unit.def_method[row])])
        kinds = ["this"] * (not unit.def_access[row] & 8) + parameter_types(unit, proto)
        self.parameters = len(kinds)
        self.start: State = {}
        at = head[0] - head[1]
        for position, kind in enumerate(kinds):
            if 0 <= at < self.registers:
                self.start[at] = frozenset({("parameter", position)})
            at += 2 if kind in {"J", "D"} else 1

    def covering(self, item: Instruction) -> tuple[list[int], bool]:
        for begin, end, targets, for_all in self.ranges:
            if begin <= item.pc < end:
                return targets, for_all
        return [], False

    def following(self, item: Instruction) -> Iterator[int]:
        """Addresses that control can go to."""
        ends = item.name.startswith(("return", "throw", "goto"))
        targets = ([] if ends else [item.pc + item.width]) + item.jumps
        if item.pc in self.only:
            decided = self.only[item.pc]
            targets = [] if decided is None else [decided]
        return (target for target in targets if target in self.code)

    def solve(self) -> dict[int, State]:
        """The state before each instruction that control reaches."""
        states: dict[int, State] = {}
        work: list[int] = []

        def flow(target: int, state: State) -> None:
            if target not in self.code:
                return
            old = states.get(target)
            joined = dict(state) if old is None else join(old, state)
            if joined != old:
                states[target] = joined
                work.append(target)

        flow(0, self.start)
        while work:
            item = self.code[work.pop()]
            state = states[item.pc]
            if THROWING.match(item.name):
                for target in self.covering(item)[0]:
                    flow(target, state)
            after = self.after(item, state)
            for target in self.following(item):
                flow(target, after)
        return states

    def after(self, item: Instruction, state: State) -> State:
        if item.writes is None or item.name.startswith(("unused", "nop", "goto")):
            return state
        value = frozenset({("instruction", item.pc)})
        if item.name.startswith("move-result"):
            before = [other for other in self.code.values() if other.pc + other.width == item.pc]
            gives = before and before[0].name.startswith(("invoke", "filled-new-array"))
            value = frozenset({("instruction", before[0].pc)}) if gives else frozenset({UNKNOWN})
        elif item.name.startswith("move") and item.name != "move-exception":
            value = state.get(item.reads[0], frozenset({UNKNOWN}))
        changed = dict(state)
        if item.writes < self.registers:
            changed[item.writes] = value
        if WIDE.search(item.name) and not item.name.startswith("cmp") and item.writes + 1 < self.registers:
            changed[item.writes + 1] = frozenset({UNKNOWN})
        return changed


def join(one_: State, other: State) -> State:
    """What registers hold after either of two states."""
    nothing = frozenset({UNKNOWN})
    return {r: one_.get(r, nothing) | other.get(r, nothing) for r in one_.keys() | other.keys()}


def read(state: State, register: int) -> frozenset[Value] | None:
    """What a register can hold; None when that cannot be known."""
    values = state.get(register, frozenset({UNKNOWN}))
    return None if UNKNOWN in values else values


def values(unit: Unit, row: int) -> Result:
    """What every operand of a method can be, after branches that constants decide."""
    method = Method(unit, row)
    for turn in range(ROUNDS):
        states = method.solve()
        if turn + 1 == ROUNDS or not fold(method, states):
            break
    live = {pc: method.code[pc] for pc in sorted(states) if method.code[pc].is_node}
    operands = {pc: [read(states[pc], register) for register in item.reads] for pc, item in live.items()}
    returned = {operands[pc][0] for pc, item in live.items() if item.name.startswith("return") and item.reads}
    caught: set[tuple[int, int]] = set()
    for pc, item in live.items():
        if item.name.startswith(("invoke", "throw")):
            targets, for_all = method.covering(item)
            caught |= {(pc, to) for to in targets if to in live and live[to].name == "move-exception"}
            caught |= set() if for_all else {(pc, -1)}
    return Result(operands, returned, caught, method.parameters)


def fold(method: Method, states: dict[int, State]) -> bool:
    """Decide branches on constants; whether any was decided."""
    known = Constants(method, states)
    count = len(method.only)
    for pc, state in states.items():
        item = method.code[pc]
        if pc in method.only or not (item.name.startswith("if-") or item.name.endswith("-switch")):
            continue
        operands = [known.of(read(state, register)) for register in item.reads]
        if None not in operands:
            method.only[pc] = outcome(item, [int(operand or 0) for operand in operands])
    return len(method.only) > count


def outcome(item: Instruction, operands: list[int]) -> int:
    """The address at which a branch goes on."""
    if item.name.endswith("-switch"):
        table = dict(zip(reversed(item.keys), reversed(item.jumps), strict=True))
        return table.get(operands[0], item.pc + item.width)
    left, right = operands[0], operands[1] if len(operands) > 1 else 0
    tests: dict[str, bool] = {
        "eq": left == right, "ne": left != right, "lt": left < right,
        "ge": left >= right, "gt": left > right, "le": left <= right,
    }  # fmt: skip
    return item.jumps[0] if tests[item.name[3:5]] else item.pc + item.width


class Constants:
    """Evaluates ints."""

    def __init__(self, method: Method, states: dict[int, State]) -> None:
        self.method, self.states = method, states
        self.open: set[int] = set()

    def of(self, values_: frozenset[Value] | None) -> int | None:
        """The number that all values are."""
        if not values_:
            return None
        found = {self.value(value) for value in sorted(values_)}
        return found.pop() if len(found) == 1 else None

    def value(self, value: Value) -> int | None:
        kind, pc = value
        if kind != "instruction" or pc in self.open or len(self.open) > 40:
            return None
        item = self.method.code[pc]
        if item.name in {"const/4", "const/16", "const", "const/high16"}:
            return item.literal
        self.open.add(pc)
        operands: list[Any] = [self.of(read(self.states[pc], register)) for register in item.reads]
        self.open.discard(pc)
        if item.name.partition("-")[0] not in ARITHMETIC or None in operands or not re.search(r"int", item.name):
            return None
        if "/lit" in item.name or item.name == "rsub-int":
            operands.append(item.literal)
        return calculate(item.name, operands)


ARITHMETIC = {"add", "sub", "rsub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr", "neg", "not", "int"}


def calculate(name: str, operands: list[int]) -> int | None:
    """An int operation of Java."""
    word = name.partition("-")[0]
    if word == "int":
        bits = {"int-to-byte": 8, "int-to-short": 16, "int-to-char": 0}.get(name)
        if bits is None:
            return None
        return signed(operands[0] & ((1 << bits) - 1), bits) if bits else operands[0] & 0xFFFF
    left, right = operands[0], operands[-1]
    if word in {"div", "rem"}:
        if right == 0:
            return None
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return wrap(quotient if word == "div" else left - quotient * right)
    shift = right & 31
    results = {
        "add": left + right, "sub": left - right, "rsub": right - left, "mul": left * right,
        "and": left & right, "or": left | right, "xor": left ^ right, "neg": -left, "not": ~left,
        "shl": left << shift, "shr": left >> shift, "ushr": (left & 0xFFFFFFFF) >> shift,
    }  # fmt: skip
    return wrap(results[word])


def wrap(value: int) -> int:
    return signed(value & 0xFFFFFFFF, 32)
