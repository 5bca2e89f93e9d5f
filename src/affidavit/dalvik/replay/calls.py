"""Calls: which methods an invoke runs, and what comes of it. Source: Dalvik bytecode, invoke-kind.

On an object of the heap the method is that of its class. On a receiver that nothing is known of it is that of every
object of the heap which it could be, and when there is none, of every class that the app makes objects of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from affidavit.dalvik.replay.decode import Instruction
from affidavit.dalvik.replay.exceptions import POINTER
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.hierarchy import OBJECT
from affidavit.dalvik.replay.memory import STOPPED
from affidavit.dalvik.replay.paths import End, Frame, Path
from affidavit.dalvik.replay.surface import Raise, Site, Stop
from affidavit.dalvik.replay.values import (
    CLASS,
    GUESSING,
    NONE,
    STRING,
    UNKNOWN,
    Klass,
    Taint,
    Taints,
    Value,
    inexact,
    is_guess,
)

if TYPE_CHECKING:
    from affidavit.dalvik.replay.machine import Machine

VIRTUAL, SUPER, DIRECT, STATIC, INTERFACE = range(5)
_CLASSES = 8
_POLYMORPHIC = 0xFA


@dataclass(slots=True)
class Called:
    """What an invoke names.

    Attributes:
        kind: of the invoke. written: class as written. name, proto, sig: of the method.
        target: the app method that static resolution finds, -1 for none. outside: class outside of the app otherwise.
    """

    kind: int
    written: str
    name: str
    proto: str
    sig: int
    target: int
    outside: str


class Here(NamedTuple):
    """An invoke that is being executed."""

    machine: "Machine"
    frame: Frame
    item: Instruction
    call: Called


@dataclass(slots=True)
class Choice:
    """One method that a call may run: an app method, or (-1) one of a class outside; with the receiver it then has."""

    method: int
    class_: str
    receiver: Value | None


def is_invoke(op: int) -> bool:
    """Whether an opcode calls."""
    return 0x6E <= op <= 0x78 or op >= _POLYMORPHIC


def position(role: str) -> int:
    """The number in ``operand 2`` or ``parameter 2``."""
    return int(role.rpartition(" ")[2])


def invoke(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """Execute an invoke."""
    if item.op >= _POLYMORPHIC:
        return _unknown_call(machine, frame, path, item)
    call = item.kept if isinstance(item.kept, Called) else _named(machine, frame, item)
    args = [path.regs[register] for register in item.regs]
    if call.kind != STATIC and not _received(machine, frame, path, item, args):
        return STOPPED
    control = path.deciding | frame.control
    for role, sink in item.sinks:
        if position(role) < len(args):
            machine.arrived(path.state, args[position(role)], sink, control)
    if call.kind == STATIC and call.target >= 0:
        machine.initialise(path.state, machine.linked.method_text(call.target)[0])
    here = Here(machine, frame, item, call)
    choices = _choices(here, path.state, args)
    if len(choices) == 1:
        return _run(here, path, choices[0], args)
    for choice in choices:
        other = path.fork()
        if _run(here, other, choice, args) is None:
            frame.wait(other, item.row + 1)
    return STOPPED


def _named(machine: "Machine", frame: Frame, item: Instruction) -> Called:
    """Resolve what the instruction names."""
    linked = machine.linked
    row = int(linked.method_unit[frame.method])
    number = linked.first_ref[row] + item.ref
    written, name, proto = linked.units[row].method_parts(item.ref)
    kind = (item.op - 0x6E) % 6
    sig, target, outside = (int(table[number]) for table in (linked.ref_sig, linked.ref_target, linked.ref_outside))
    if kind == SUPER:
        above = int(linked.parent[int(linked.method_type[frame.method])])
        target = linked.resolve(above, sig) if above >= 0 else -1
        outside = linked.type_of(machine.types.outside(linked.types[above])) if above >= 0 else outside
    class_ = linked.types[outside] if outside >= 0 else machine.types.outside(written)
    item.kept = call = Called(kind, written, name, proto, sig, target, class_)
    return call


def _received(machine: "Machine", frame: Frame, path: Path, item: Instruction, args: list[Value]) -> bool:
    """Whether the receiver can be an object; from then on it is known to be one."""
    receiver = args[0]
    if receiver.is_null:
        machine.fail(frame, path, item, POINTER)
        return False
    if receiver.nullable:
        machine.may_fail(frame, path, item, POINTER)
        args[0] = path.regs[item.regs[0]] = receiver._replace(nullable=False)
    return True


def _choices(here: Here, state: State, args: Sequence[Value]) -> list[Choice]:
    """What the call may run."""
    machine, _, _, call = here
    if call.kind in {SUPER, DIRECT, STATIC}:
        return [Choice(call.target, call.outside, args[0] if args and call.kind != STATIC else None)]
    receiver = machine.summoned(state, args[0], call.written)
    groups: dict[tuple[int, str], set[int]] = {}
    for number in sorted(receiver.refs):
        groups.setdefault(_target(machine, call, state.objects[number].type), set()).add(number)
    found = [
        Choice(method, class_, receiver._replace(refs=frozenset(numbers), opaque=False, const=None))
        for (method, class_), numbers in groups.items()
    ]
    if receiver.opaque or receiver.const is not None:
        found += _opaque_choices(here, receiver, machine.taint_of(state, args), bool(found))
    return found


def _target(machine: "Machine", call: Called, type_: str) -> tuple[int, str]:
    """The method that an object of a type runs, and the class outside of the app if it is none of the app's."""
    linked = machine.linked
    number = linked.type_of(type_)
    if number >= 0 and linked.is_app[number] and call.sig >= 0:
        method = linked.resolve(number, call.sig)
        above = machine.types.outside(type_)
        # What the class above has nothing to do with is a method that an interface of the platform brings along.
        inherited = not call.outside or machine.types.belongs(above, call.outside) is not False
        return (method, "") if method >= 0 else (-1, above if inherited else call.outside)
    return -1, type_ if type_ and machine.types.belongs(type_, call.outside) is not False else call.outside


def _opaque_choices(here: Here, receiver: Value, taint: Taints, known: bool) -> list[Choice]:
    """What the call may run on something that the heap does not hold."""
    machine, frame, _, call = here
    own = receiver._replace(refs=frozenset())
    if isinstance(receiver.const, str | Klass):
        return [Choice(-1, STRING if isinstance(receiver.const, str) else CLASS, own)]
    bound = receiver.type if receiver.type not in {"", OBJECT} else call.written
    if not machine.types.is_app(bound):
        inside = machine.types.belongs(bound, call.outside) is not False
        return [Choice(-1, bound if inside else call.outside, own)]
    if known:
        return []
    machine.note("a call on an object that nothing is known of", receiver.taint)
    machine.unfollowed.add(frame.method)
    if bound not in machine.made_below:
        machine.made_below[bound] = _made_below(machine, bound)
    classes = machine.made_below[bound]
    targets = {method: type_ for type_ in classes for method, _ in [_target(machine, call, type_)] if method >= 0}
    if not targets or len(targets) > _CLASSES:
        machine.note("a call on an object that nothing is known of", taint)
        return [Choice(-1, call.outside, own)]
    return [Choice(method, "", own._replace(type=type_)) for method, type_ in sorted(targets.items())]


def _made_below(machine: "Machine", bound: str) -> list[str]:
    """Classes of the app below a type that objects are made of."""
    linked = machine.linked
    upper = linked.type_of(bound)
    rows = machine.calls.instantiated.nonzero()[0].tolist()
    return [linked.types[row] for row in rows if linked.is_app[row] and linked.is_subtype(row, upper)]


def _run(here: Here, path: Path, choice: Choice, args: Sequence[Value]) -> int | None:
    """Run one choice on the path; None when the path goes on with the next instruction."""
    machine, frame, item, call = here
    given = list(args)
    # Which object a guessed receiver is was not seen: what its method does is not certain.
    guess = GUESSING if call.kind in {VIRTUAL, INTERFACE} and is_guess(args[0].taint) else NONE
    if choice.receiver is not None and given:
        given[0] = choice.receiver
    machine.coarse = frame.coarse
    if choice.method < 0:
        return _outside(here, path, choice.class_, given)
    frame.catching = bool(item.handlers)
    if frame.body.aims and item.row not in frame.body.aims and choice.method not in machine.aside:
        ends = [machine.skipped(path.state, choice.method, given)]
    else:
        ends = machine.run(path.state, choice.method, given, path.deciding | frame.control | guess, frame)
    return _after(here, path, ends, given)


def _outside(here: Here, path: Path, class_: str, args: list[Value]) -> int | None:
    """Ask the platform."""
    machine, frame, item, call = here
    control = path.deciding | frame.control
    if control:
        args = [value.tainted(control) for value in args]
    if (item.handlers or frame.guarded) and machine.platform.throws(class_, call.name, call.proto):
        machine.may_fail(frame, path, item)
    site = Site(frame.method, item.pc)
    before, machine.control = machine.control, control
    try:
        result = machine.platform.call(machine, path.state, site, class_, call.name, call.proto, args)
    finally:
        machine.control = before
    if isinstance(result, Stop):
        return STOPPED
    if isinstance(result, Raise):
        if not (result.maybe and machine.lean):
            machine.throw(frame, path.fork() if result.maybe else path, item, result.value)
        if not result.maybe:
            return STOPPED
        result = UNKNOWN
    path.result = result.tainted(control)
    _give(machine, path, item, args)
    return None


def _after(here: Here, path: Path, ends: list[End], args: Sequence[Value]) -> int | None:
    """Go on from the ends of an app method."""
    machine, frame, item, _ = here
    control = path.deciding
    alone = len(ends) == 1
    for end in ends:
        other = path if alone else path.fork()
        other.state = end.state
        if end.thrown:
            machine.throw(frame, other, item, end.value)
            continue
        other.result = end.value.tainted(control)
        _give(machine, other, item, args)
        if alone:
            return None
        frame.wait(other, item.row + 1)
    return STOPPED


def _give(machine: "Machine", path: Path, item: Instruction, args: Sequence[Value]) -> None:
    """Let the data of a source in."""
    for role, source in item.sources:
        machine.given.add(source)
        taint = frozenset({Taint(source)})
        if role == "result":
            path.result = path.result.tainted(taint)
        elif position(role) < len(args):
            at = position(role)
            path.state.fill(args[at], taint)
            path.regs[item.regs[at]] = path.regs[item.regs[at]].tainted(taint)


def _unknown_call(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """invoke-polymorphic and invoke-custom."""
    args = [path.regs[register] for register in item.regs]
    taint = machine.taint_of(path.state, args)
    machine.note("a call through a method handle")
    path.result = UNKNOWN.tainted(inexact(taint) | path.deciding | frame.control)
    _give(machine, path, item, args)
    return None
