"""Runs small methods of the app that only compute with ints, arrays and texts: what hides a constant is undone.

A concrete interpreter with a bound on steps. Whatever it does not know (a call, an instruction, an object) ends the
run without an answer; it never guesses.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from affidavit.dalvik.opcodes import widths
from affidavit.dalvik.whole import arithmetic, string_calls
from affidavit.dalvik.whole.cfg import BRANCHES, following, signed, switch
from affidavit.dalvik.whole.expressions import MAX_TEXT, Expression, Number, Text
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.sites import AGETS, APUTS, INVOKES

MAX_STEPS = 20_000
"""Instructions of one run."""
MAX_RUNS = 2_000
"""Runs for one app."""
MAX_CALLS = 8
MAX_ARRAY = 10_000

_STATIC = 0x8
_STRING = "Ljava/lang/String;"
_BUILDERS = frozenset({"Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;"})
_ARRAYS = frozenset({"[C", "[B", "[I", "[S", "[Z"})
_GOTOS, _SWITCHES = frozenset({0x28, 0x29, 0x2A}), frozenset({0x2B, 0x2C})
JUMPS = BRANCHES | _GOTOS
_STATIC_GETS = frozenset({0x60, 0x62, 0x63, 0x64, 0x65, 0x66})
_STATIC_PUTS = frozenset({0x67, 0x69, 0x6A, 0x6B, 0x6C, 0x6D})

_Pair = Callable[[int, tuple[int, ...]], tuple[int, int]]
_MOVES: Mapping[int, _Pair] = {
    0x01: lambda high, _: (high & 15, high >> 4),
    0x02: lambda high, units: (high, units[1]),
    0x03: lambda _, units: (units[1], units[2]),
    0x07: lambda high, _: (high & 15, high >> 4),
    0x08: lambda high, units: (high, units[1]),
    0x09: lambda _, units: (units[1], units[2]),
}
"""Move: the register written and the one read."""
_CONSTANTS: Mapping[int, _Pair] = {
    0x12: lambda high, _: (high & 15, signed(high >> 4, 4)),
    0x13: lambda high, units: (high, signed(units[1], 16)),
    0x14: lambda high, units: (high, signed(units[1] | units[2] << 16, 32)),
    0x15: lambda high, units: (high, signed(units[1] << 16, 32)),
}
"""const: the register written and the number."""


class _StopError(Exception):
    """The run ends without an answer."""


@dataclass(slots=True)
class _Array:
    """An array of ints; `kind` is its descriptor."""

    kind: str
    items: list[int]


@dataclass(slots=True)
class _Made:
    """A String or builder object while it is made."""

    kind: str
    text: str = ""


@dataclass(slots=True)
class _Frame:
    """One method that runs."""

    method: int
    units: tuple[int, ...]
    registers: list[Any]
    pc: int = 0
    result: Any = None


class Decoders:
    """Runs methods and remembers what they gave.

    Args:
        linked: the program.
    """

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self._known: dict[tuple[int, tuple[Expression, ...]], Expression | None] = {}

    def result(self, method: int, arguments: list[Expression]) -> Expression | None:
        """What a method gives for constants; None when it cannot be said.

        Args:
            method: one of the app.
            arguments: constants; of a method that is not static the first one is not looked at.
        """
        static = bool(self.linked.method_access[method] & _STATIC)
        plain = [_plain(item) for item in (arguments if static else arguments[1:])]
        asked = (method, tuple(arguments))
        if None in plain or not plain or not self.linked.has_code[method]:
            return None
        if asked not in self._known:
            run = len(self._known) < MAX_RUNS
            self._known[asked] = self._run(method, plain if static else [None, *plain]) if run else None
        return self._known[asked]

    def _run(self, method: int, arguments: list[Any]) -> Expression | None:
        try:
            return _expression(_Machine(self.linked).call(method, arguments, 0))
        except (_StopError, IndexError, ValueError, TypeError, AttributeError, KeyError, OverflowError, struct.error):
            return None


def _plain(item: Expression) -> str | int | None:
    if isinstance(item, Text):
        return item.text
    return item.value if isinstance(item, Number) else None


def _expression(value: object) -> Expression | None:
    """A result as an expression."""
    if isinstance(value, _Made):
        value = value.text
    if isinstance(value, _Array):
        value = _text_of(value)
    if isinstance(value, str):
        return Text(value[:MAX_TEXT])
    return Number(value) if isinstance(value, int) else None


def _text_of(array: _Array) -> str:
    """The text that an array of chars or bytes is."""
    if array.kind == "[C":
        return (
            "".join(chr(item & 0xFFFF) for item in array.items).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        )
    if array.kind == "[B":
        return bytes(item & 0xFF for item in array.items).decode("utf-8")
    raise _StopError


class _Machine:
    """One run."""

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self.steps = 0
        self.statics: dict[int, Any] = {}
        self.started: set[int] = set()

    def call(self, method: int, arguments: list[Any], depth: int) -> Any:
        """Run a method to its return."""
        unit, row = self.linked.unit_of(method), int(self.linked.method_row[method])
        length, start = int(unit.def_units[row]), int(unit.def_code[row])
        if depth > MAX_CALLS or unit.form != "dex" or not 0 < length <= MAX_ARRAY or start < 16:
            raise _StopError
        registers, ins = struct.unpack_from("<HH", unit.data[0], start - 16)
        if ins != len(arguments) or registers > MAX_ARRAY:
            raise _StopError  # a wide parameter
        units = struct.unpack_from(f"<{length}H", unit.data[0], start)
        frame = _Frame(method, units, [0] * (registers - ins) + list(arguments))
        while True:
            self.steps += 1
            if self.steps > MAX_STEPS or frame.pc < 0:
                raise _StopError
            opcode = units[frame.pc] & 0xFF
            if opcode == 0x0E:
                return None
            if opcode in {0x0F, 0x11}:
                return frame.registers[units[frame.pc] >> 8]
            self.step(frame, opcode, depth)

    def step(self, frame: _Frame, opcode: int, depth: int) -> None:
        """One instruction; what is not known here stops the run."""
        units, pc, registers = frame.units, frame.pc, frame.registers
        width = widths()[opcode]
        first, word = units[pc] >> 8, units[pc + 1] if width > 1 else 0
        frame.pc += width
        if opcode == 0x00:
            return
        if opcode in _MOVES:
            to, origin = _MOVES[opcode](first, units[pc : pc + width])
            registers[to] = registers[origin]
        elif opcode in {0x0A, 0x0C}:
            registers[first] = frame.result
        elif opcode in _CONSTANTS:
            to, value = _CONSTANTS[opcode](first, units[pc : pc + width])
            registers[to] = value
        elif opcode in {0x1A, 0x1B}:
            index = word if opcode == 0x1A else word | units[pc + 2] << 16
            registers[first] = self.linked.unit_of(frame.method).strings[index]
        elif opcode in JUMPS:
            frame.pc = self._jump(frame, pc, opcode)
        elif arithmetic.is_binary(opcode) or arithmetic.is_unary(opcode):
            self._compute(registers, opcode, first, word)
        elif opcode == 0x1F:
            return
        else:
            self._other(frame, opcode, first, word, depth)

    def _jump(self, frame: _Frame, pc: int, opcode: int) -> int:
        """Where control goes after a goto, an ``if`` or a switch."""
        ways = following(frame.units, pc, widths()[opcode])
        if opcode in _GOTOS:
            return ways[0]
        high = frame.units[pc] >> 8
        if opcode in _SWITCHES:
            cases = switch(frame.units, pc)
            return cases.get(frame.registers[high], ways[0])
        if opcode < 0x38:
            left, right = frame.registers[high & 15], frame.registers[high >> 4]
        else:
            left, right = frame.registers[high], 0
        if not isinstance(left, int) or not isinstance(right, int):
            same = left is right or (left is None and right == 0)
            if opcode in {0x32, 0x38}:
                return ways[1 if same else 0]
            if opcode in {0x33, 0x39}:
                return ways[0 if same else 1]
            raise _StopError
        return ways[1 if arithmetic.compared(opcode, left, right) else 0]

    @staticmethod
    def _compute(registers: list[Any], opcode: int, first: int, word: int) -> None:
        """Arithmetic; a wide operand or result cannot come up, as nothing makes one."""
        if arithmetic.is_unary(opcode):
            registers[first & 15] = arithmetic.unary(opcode, registers[first >> 4])
            return
        if opcode < 0xB0:
            to, left, right = first, registers[word & 0xFF], registers[word >> 8]
        elif opcode < 0xD0:
            to, left, right = first & 15, registers[first & 15], registers[first >> 4]
        elif opcode < 0xD8:
            to, left, right = first & 15, registers[first >> 4], signed(word, 16)
        else:
            to, left, right = first, registers[word & 0xFF], signed(word >> 8, 8)
        result = arithmetic.binary(opcode, left, right)
        if result is None:
            raise _StopError
        registers[to] = result

    def _other(self, frame: _Frame, opcode: int, first: int, word: int, depth: int) -> None:
        """Arrays, objects, static fields and calls."""
        registers, unit = frame.registers, self.linked.unit_of(frame.method)
        if opcode == 0x21:
            registers[first & 15] = len(registers[first >> 4].items)
        elif opcode == 0x22:
            registers[first] = _Made(unit.type_name(word))
        elif opcode == 0x23:
            registers[first & 15] = self._array(unit.type_name(word), registers[first >> 4])
        elif opcode == 0x26:
            fill(registers[first], frame.units, frame.pc - 3)
        elif opcode in AGETS:
            registers[first] = _at(registers[word & 0xFF], registers[word >> 8])
        elif opcode in APUTS:
            array, index = registers[word & 0xFF], registers[word >> 8]
            _at(array, index)
            array.items[index] = registers[first]
        elif opcode in _STATIC_GETS:
            registers[first] = self._static(frame, word, depth)
        elif opcode in _STATIC_PUTS:
            self.statics[self._field(frame, word)] = registers[first]
        elif opcode in INVOKES:
            self._invoke(frame, opcode, first, word, depth)
        else:
            raise _StopError

    @staticmethod
    def _array(kind: str, size: int) -> _Array:
        if kind not in _ARRAYS or not 0 <= size <= MAX_ARRAY:
            raise _StopError
        return _Array(kind, [0] * size)

    def _field(self, frame: _Frame, index: int) -> int:
        return int(self.linked.field_ref[self.linked.first_field[int(self.linked.method_unit[frame.method])] + index])

    def _static(self, frame: _Frame, index: int, depth: int) -> Any:
        """A static field, once its class was initialised."""
        number = self._field(frame, index)
        if number < 0:
            raise _StopError
        holder = int(self.linked.field_holder[number])
        if holder not in self.started:
            self.started.add(holder)
            starter = self.linked.find_method(holder, "<clinit>", "()V")
            if starter >= 0 and int(self.linked.method_type[starter]) == holder:
                self.call(starter, [], depth + 1)
        return self.statics[number]

    def _invoke(self, frame: _Frame, opcode: int, first: int, word: int, depth: int) -> None:
        """A call of the app or of the library."""
        packed = frame.units[frame.pc - 1]
        if opcode < 0x73:
            numbers = [packed >> shift & 15 for shift in (0, 4, 8, 12)] + [first & 15]
            arguments = [frame.registers[number] for number in numbers[: first >> 4]]
        else:
            arguments = frame.registers[packed : packed + first]
        linked = self.linked
        ref = linked.first_ref[int(linked.method_unit[frame.method])] + word
        target = int(linked.ref_target[ref])
        name, proto = linked.signature(int(linked.ref_sig[ref]))
        if target >= 0 and opcode in {0x70, 0x71, 0x76, 0x77}:
            frame.result = self.call(target, arguments, depth + 1)
        elif target < 0:
            frame.result = library(linked.types[int(linked.ref_type[ref])], name, proto, arguments)
        else:
            raise _StopError


def _at(array: _Array, index: int) -> int:
    if not 0 <= index < len(array.items):
        raise _StopError
    return array.items[index]


def fill(array: _Array, units: tuple[int, ...], pc: int) -> None:
    """fill-array-data."""
    at = pc + signed(units[pc + 1] | units[pc + 2] << 16, 32)
    if at < 0 or units[at] != 0x0300:
        raise _StopError
    size, count = units[at + 1], units[at + 2] | units[at + 3] << 16
    data = b"".join(unit.to_bytes(2, "little") for unit in units[at + 4 : at + 4 + (size * count + 1) // 2])
    if size not in {1, 2, 4} or count > len(array.items):
        raise _StopError
    plain = array.kind != "[C"
    array.items[:count] = [
        int.from_bytes(data[size * row : size * row + size], "little", signed=plain) for row in range(count)
    ]


def library(owner: str, name: str, proto: str, arguments: list[Any]) -> Any:
    """What a method of String, a builder or a number class gives."""
    first = arguments[0] if arguments else None
    if isinstance(first, _Made) and (owner in _BUILDERS or name == "<init>"):
        return _build(first, name, proto, arguments[1:])
    plain = [_unwrapped(item) for item in arguments]
    if owner == _STRING and name == "toCharArray":
        return _Array("[C", list(struct.unpack(f"<{len(plain[0])}H", plain[0].encode("utf-16-le"))))
    if owner == _STRING and name == "getBytes":
        return _Array("[B", [item - 256 if item > 127 else item for item in plain[0].encode("utf-8")])
    if owner == "Ljava/lang/Object;" and name == "<init>":
        return None
    known = [Text(item) if isinstance(item, str) else Number(int(item)) for item in plain]
    result = string_calls.call(owner, name, proto, list(known))
    value = _plain(result) if result is not None else None
    if value is None:
        raise _StopError
    return (
        _Array("[B", [item - 256 if item > 127 else item for item in str(value).encode()])
        if proto.endswith("[B")
        else value
    )


def _unwrapped(value: Any) -> Any:
    if isinstance(value, _Made):
        return value.text
    return _text_of(value) if isinstance(value, _Array) else value


def _build(made: _Made, name: str, proto: str, arguments: list[Any]) -> Any:
    """A method of a text that is being made."""
    plain = [_unwrapped(item) for item in arguments]
    shown = chr(plain[0] & 0xFFFF) if proto.startswith("(C)") else str(plain[0]) if plain else ""
    match name:
        case "<init>" if len(plain) <= 1 or proto.startswith("([BLjava/"):
            made.text = "" if proto.startswith("(I)") else shown
        case "append" if len(plain) == 1:
            made.text += shown
        case "insert" if len(plain) == 2:
            added = chr(plain[1] & 0xFFFF) if proto.startswith("(IC)") else str(plain[1])
            made.text = made.text[: plain[0]] + added + made.text[plain[0] :]
        case "reverse":
            made.text = made.text[::-1]
        case "toString":
            return made.text
        case "length":
            return len(made.text)
        case "charAt" if 0 <= plain[0] < len(made.text):
            return ord(made.text[plain[0]])
        case "setCharAt":
            made.text = made.text[: plain[0]] + chr(plain[1] & 0xFFFF) + made.text[plain[0] + 1 :]
        case _:
            raise _StopError
    if len(made.text) > MAX_ARRAY:
        raise _StopError
    return made
