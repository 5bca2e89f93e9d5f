"""Executes small programs as they are written (``tests.builders.dex_code``), on real numbers and objects.

The slow obvious twin of ``affidavit.dalvik.replay``: one path, one state, data followed value by value. It knows
nothing of dex files; what the outside answers is given to it. A program is a dict from method name to its
instructions; methods are static, and their parameters are in the last of their registers.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

INT = 1 << 32


@dataclass(frozen=True)
class Held:
    """A value and the data in it."""

    what: Any = 0
    data: frozenset[str] = frozenset()


class Thing:
    """An object or array."""

    def __init__(self, kind: str, size: int = 0) -> None:
        self.kind, self.size = kind, size
        self.held: dict[Any, Held] = {}

    def all(self, seen: set[int]) -> frozenset[str]:
        """Data in whatever can be reached from here."""
        if id(self) in seen:
            return frozenset()
        seen.add(id(self))
        parts = [
            value.data | (value.what.all(seen) if isinstance(value.what, Thing) else set())
            for value in self.held.values()
        ]
        return frozenset().union(*parts)


class Thrown(Exception):  # noqa: N818 - it is part of the program
    """The program throws."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Over(Exception):  # noqa: N818 - it is an answer
    """The program ran for too long; what it did so far counts."""


@dataclass
class Method:
    """Code, number of registers and of parameters; `tries` as the builder takes them."""

    code: Sequence[Any]
    registers: int = 16
    parameters: int = 0
    tries: Sequence[tuple[str, str, dict[str | None, str]]] = ()


@dataclass
class Run:
    """One execution; `pairs` are the flows that it showed."""

    methods: dict[str, Method]
    answers: Iterable[int]
    steps: int = 3_000
    statics: dict[str, Held] = field(default_factory=dict)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    def start(self) -> set[tuple[str, str]]:
        """Execute ``main``."""
        self.answers = iter(self.answers)
        with suppress(Thrown, Over):
            self.call("main", [])
        return self.pairs

    def call(self, name: str, args: list[Held]) -> Held:
        """Execute a method."""
        method = self.methods[name]
        regs = [Held()] * (method.registers - len(args)) + args
        at, result = 0, Held()
        labels = {item: row for row, item in enumerate(method.code) if isinstance(item, str)}
        while at < len(method.code):
            self.steps -= 1
            if self.steps < 0:
                raise Over
            item = method.code[at]
            if isinstance(item, str):
                at += 1
                continue
            op = item[0]
            try:
                if op.startswith("return"):
                    return Held() if op == "return-void" else regs[item[1]]
                if op.startswith("goto"):
                    at = labels[item[1]]
                    continue
                if op.startswith("if-"):
                    at = labels[item[-1]] if self.holds(op, item, regs) else at + 1
                    continue
                if op.startswith("invoke"):
                    result = self.invoke(item, regs)
                elif op.startswith("move-result"):
                    regs[item[1]] = result
                else:
                    self.plain(op, item, regs)
            except Thrown as thrown:
                at = self.handler(method, labels, at, thrown)
                continue
            at += 1
        return Held()

    def handler(self, method: Method, labels: dict[str, int], at: int, thrown: Thrown) -> int:
        """Where a thrown exception goes."""
        for first, end, handlers in method.tries:
            if labels[first] <= at < labels[end]:
                for kind, label in handlers.items():
                    if kind in {None, thrown.kind}:
                        return labels[label]
        raise thrown

    def holds(self, op: str, item: tuple[Any, ...], regs: list[Held]) -> bool:
        """Whether a branch is taken."""
        left = regs[item[1]].what
        right = 0 if op.endswith("z") else regs[item[2]].what
        kind = op.removeprefix("if-").removesuffix("z")
        if kind in {"eq", "ne"}:
            same = left is right if isinstance(left, Thing | str) or isinstance(right, Thing | str) else left == right
            return same == (kind == "eq")
        return {"lt": left < right, "ge": left >= right, "gt": left > right, "le": left <= right}[kind]

    def invoke(self, item: tuple[Any, ...], regs: list[Held]) -> Held:
        """A call: of a source, a sink, the outside, or a method of the program."""
        owner, _, rest = item[2].partition("->")
        name = rest.partition("(")[0]
        args = [regs[register] for register in item[1]]
        if owner == "Lsrc/S;":
            return Held(f"secret {name}", frozenset({name}))
        if owner == "Lsnk/S;":
            value = args[0]
            inside = value.what.all(set()) if isinstance(value.what, Thing) else frozenset()
            self.pairs |= {(data, name) for data in value.data | inside}
            return Held()
        if owner == "Lenv/E;":
            return Held(next(self.answers, 0))
        if name == "<init>":
            return Held()
        return self.call(name, args)

    def plain(self, op: str, item: tuple[Any, ...], regs: list[Held]) -> None:
        """Everything else."""
        if op.startswith("move"):
            regs[item[1]] = regs[item[2]]
        elif op.startswith("const"):
            regs[item[1]] = Held(item[2])
        elif op == "new-instance":
            regs[item[1]] = Held(Thing(item[2]))
        elif op == "throw":
            raise Thrown(self.thing(regs[item[1]]).kind)
        elif op.endswith(("put-object", "get-object")):
            self.memory(op, item, regs)
        elif op == "new-array":
            self.new_array(item, regs)
        elif op == "array-length":
            regs[item[1]] = Held(self.thing(regs[item[2]]).size)
        elif op == "instance-of":
            what = regs[item[2]].what
            regs[item[1]] = Held(int(isinstance(what, Thing) and what.kind == item[3]), regs[item[2]].data)
        else:
            self.arithmetic(op, item, regs)

    def new_array(self, item: tuple[Any, ...], regs: list[Held]) -> None:
        """Make an array."""
        if regs[item[2]].what < 0:
            raise Thrown("Ljava/lang/NegativeArraySizeException;")
        regs[item[1]] = Held(Thing(item[3], regs[item[2]].what))

    def memory(self, op: str, item: tuple[Any, ...], regs: list[Held]) -> None:
        """Fields and elements."""
        kind, put = op[0], op[1:].startswith("put")
        if kind == "s":
            place, key = self.statics, item[2]
        elif kind == "i":
            place, key = self.thing(regs[item[2]]).held, item[3]
        else:
            array, index = self.thing(regs[item[2]]), regs[item[3]].what
            if not 0 <= index < array.size:
                raise Thrown("Ljava/lang/ArrayIndexOutOfBoundsException;")
            place, key = array.held, index
        if put:
            place[key] = regs[item[1]]
        else:
            regs[item[1]] = place.get(key, Held())

    def arithmetic(self, op: str, item: tuple[Any, ...], regs: list[Held]) -> None:
        """Operations on numbers of 32 bits."""
        name = op.partition("-")[0]
        if "lit" in op:
            left, right = regs[item[2]], Held(item[3])
        else:
            left, right = regs[item[-2]], regs[item[-1]]
        if name in {"div", "rem"} and right.what == 0:
            raise Thrown("Ljava/lang/ArithmeticException;")
        regs[item[1]] = Held(wrapped(OPERATIONS[name](left.what, right.what)), left.data | right.data)

    def thing(self, value: Held) -> Thing:
        """The object that is meant."""
        if not isinstance(value.what, Thing):
            raise Thrown("Ljava/lang/NullPointerException;")
        return value.what


def wrapped(value: int) -> int:
    """A number of 32 bits with a sign."""
    value %= INT
    return value - INT if value >= INT // 2 else value


def towards_zero(left: int, right: int) -> int:
    """The quotient as Java has it."""
    sign = 1 if (left < 0) == (right < 0) else -1
    return sign * (abs(left) // abs(right))


OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": towards_zero,
    "rem": lambda a, b: a - b * towards_zero(a, b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << (b & 31),
    "shr": lambda a, b: a >> (b & 31),
    "ushr": lambda a, b: (a % INT) >> (b & 31),
}
