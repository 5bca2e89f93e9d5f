"""Arrays and fields: what instructions that read or write them do to a path. See `instructions` for what they give."""

from typing import TYPE_CHECKING

from affidavit.dalvik.replay import branches
from affidavit.dalvik.replay.decode import Instruction
from affidavit.dalvik.replay.exceptions import POINTER
from affidavit.dalvik.replay.heap import ANY, Key
from affidavit.dalvik.replay.paths import Frame, Path
from affidavit.dalvik.replay.values import UNKNOWN, ZERO, Value, bounds, inexact, number

if TYPE_CHECKING:
    from affidavit.dalvik.replay.machine import Machine

STOPPED = -1
INDEX = "Ljava/lang/ArrayIndexOutOfBoundsException;"
NEGATIVE = "Ljava/lang/NegativeArraySizeException;"
_NUMBERED = 256
LENGTH: Key = "length"


def array_length(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """The length of an array."""
    target, origin = item.regs
    if not there(machine, frame, path, item, origin):
        return STOPPED
    found = path.state.read(path.regs[origin], LENGTH)
    path.regs[target] = branches.refined(branches.GE, found, ZERO) or found
    return None


def new_array(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """A new array."""
    target, size = item.regs
    length = path.regs[size]
    if bounds(length)[1] < 0:
        return machine.fail(frame, path, item, NEGATIVE)
    if bounds(length)[0] < 0:
        machine.may_fail(frame, path, item, NEGATIVE)
        length = branches.refined(branches.GE, length, ZERO) or length
    made = machine.made(frame, path, item, machine.type_name(frame, item))
    path.state.write(made, LENGTH, length)
    path.regs[target] = made
    return None


def filled_array(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """A new array of the values that are given."""
    made = machine.made(frame, path, item, machine.type_name(frame, item))
    path.state.write(made, LENGTH, number(len(item.regs)))
    for row, register in enumerate(item.regs):
        path.state.write(made, ("index", row), path.regs[register].tainted(path.deciding))
    path.result = made
    return None


def fill_array(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """Numbers that the code holds are put into an array."""
    if not there(machine, frame, path, item, item.regs[0]):
        return STOPPED
    value = path.regs[item.regs[0]]
    for row, given in enumerate(item.data[:_NUMBERED]):
        path.state.write(value, ("index", row), number(given))
    if item.literal > _NUMBERED:
        path.state.write(value, ANY, UNKNOWN)
    return None


def there(machine: "Machine", frame: Frame, path: Path, item: Instruction, register: int) -> bool:
    """Whether a register can hold an object; from then on it is known to."""
    value = path.regs[register]
    if value.is_null:
        machine.fail(frame, path, item, POINTER)
        return False
    if value.nullable:
        machine.may_fail(frame, path, item, POINTER)
        path.regs[register] = value._replace(nullable=False)
    return True


def _element(value: Value) -> Key:
    """The key of an index."""
    known = value.number
    return ANY if known is None else ("index", known)


def _checked(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> bool:
    """Whether an array access (array and index are the last two registers) can succeed."""
    if not there(machine, frame, path, item, item.regs[1]):
        return False
    array, index = path.regs[item.regs[1]], path.regs[item.regs[2]]
    low, high = bounds(index)
    known = bounds(path.state.read(array, LENGTH)) if array.refs and not array.opaque else (0, high + 1)
    if high < 0 or low >= known[1]:
        machine.fail(frame, path, item, INDEX)
        return False
    if low < 0 or high >= known[0] or array.opaque:
        machine.may_fail(frame, path, item, INDEX)
    return True


def aget(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """An element of an array; an unknown index means any."""
    if not _checked(machine, frame, path, item):
        return STOPPED
    array, index = path.regs[item.regs[1]], path.regs[item.regs[2]]
    found = path.state.read(array, _element(index))
    path.regs[item.regs[0]] = found.tainted(inexact(index.taint))
    return None


def aput(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """Store into an element."""
    if not _checked(machine, frame, path, item):
        return STOPPED
    value, array, index = (path.regs[register] for register in item.regs)
    stored = value.tainted(path.deciding | frame.control) if path.control or frame.control else value
    if array.opaque:
        machine.lost(path.state, stored)
    path.state.write(array, _element(index), stored)
    return None


def iget(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """A field of an object."""
    target, origin = item.regs
    field = machine.field_ref(frame, item)
    holder = machine.holder(frame, path, item, origin)
    if holder is None:
        return STOPPED
    found = path.state.read(holder, field.key)
    if found.is_null and not found.taint and not machine.types.is_app(field.holder):
        found = UNKNOWN  # the platform's own code may have stored it
    path.regs[target] = found._replace(type=field.type) if found.opaque and not found.type else found
    return None


def iput(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """Store into a field."""
    origin, target = item.regs
    holder = machine.holder(frame, path, item, target)
    if holder is None:
        return STOPPED
    value = path.regs[origin]
    stored = value.tainted(path.deciding | frame.control) if path.control or frame.control else value
    path.state.write(holder, machine.field_ref(frame, item).key, stored)
    if holder.opaque and not holder.refs:
        machine.lost(path.state, stored)
    return None


def sget(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """A static field."""
    path.regs[item.regs[0]] = machine.read_static(frame, path, item)
    return None


def sput(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    """Store into a static field."""
    value = path.regs[item.regs[0]]
    machine.write_static(frame, path, item, value.tainted(path.deciding | frame.control))
    return None
