"""What each instruction but an invoke does to a path. Source: Dalvik bytecode, "Summary of bytecode set".

An operation gives the row to go on at, None for the next one, or `STOPPED` when the path went elsewhere.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.replay import arithmetic, branches, memory
from affidavit.dalvik.replay.decode import Instruction
from affidavit.dalvik.replay.memory import STOPPED
from affidavit.dalvik.replay.paths import Frame, Path
from affidavit.dalvik.replay.values import (
    ZERO,
    Value,
    between,
    bounds,
    klass,
    number,
    opaque,
    text,
)

if TYPE_CHECKING:
    from affidavit.dalvik.replay.machine import Machine

ARITHMETIC = "Ljava/lang/ArithmeticException;"
CAST = "Ljava/lang/ClassCastException;"

Operation: TypeAlias = Callable[["Machine", Frame, Path, Instruction], int | None]
_IGET, _IGET_LAST, _SGET, _SGET_LAST = 0x52, 0x58, 0x60, 0x66


def _nothing(_machine: "Machine", _frame: Frame, _path: Path, _item: Instruction) -> int | None:
    return None


def _move(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    target, origin = item.regs
    path.regs[target] = path.regs[origin]
    return None


def _move_result(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    path.regs[item.regs[0]] = path.result
    return None


def _move_exception(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    path.regs[item.regs[0]] = path.caught
    return None


def _return_void(_machine: "Machine", frame: Frame, path: Path, _item: Instruction) -> int | None:
    frame.end(path.state, ZERO)
    return STOPPED


def _return(_machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    value = path.regs[item.regs[0]]
    frame.end(path.state, value.tainted(path.deciding) if path.control else value)
    return STOPPED


def _const(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    path.regs[item.regs[0]] = number(item.literal)
    return None


def _const_string(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    if not isinstance(item.kept, Value):
        item.kept = text(machine.linked.unit_of(frame.method).strings[item.ref])
    path.regs[item.regs[0]] = item.kept
    return None


def _const_class(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    path.regs[item.regs[0]] = klass(machine.type_name(frame, item))
    return None


def _const_other(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    path.regs[item.regs[0]] = opaque("Ljava/lang/Object;", nullable=False)
    return None


def _check_cast(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    register = item.regs[0]
    value, type_ = path.regs[register], machine.type_name(frame, item)
    yes, no = machine.split(path.state, value, type_)
    if no is not None and yes is None:
        return machine.fail(frame, path, item, CAST)
    if no is not None:
        machine.may_fail(frame, path, item, CAST)
    path.regs[register] = value if yes is None else yes
    return None


def _instance_of(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    target, origin = item.regs
    value = path.regs[origin]
    yes, no = machine.split(path.state, value._replace(nullable=False), machine.type_name(frame, item))
    certain = no is None and not value.nullable
    found = ZERO if value.is_null or yes is None else number(1) if certain else between(0, 1)
    path.regs[target] = found.tainted(value.taint)
    return None


def _new_instance(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    type_ = machine.type_name(frame, item)
    machine.initialise(path.state, type_)
    path.regs[item.regs[0]] = machine.made(frame, path, item, type_)
    return None


def _throw(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    if memory.there(machine, frame, path, item, item.regs[0]):
        machine.throw(frame, path, item, path.regs[item.regs[0]])
    return STOPPED


def _goto(_machine: "Machine", _frame: Frame, _path: Path, item: Instruction) -> int | None:
    return item.target


def _switch(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    register = item.regs[0]
    value = path.regs[register]
    if value.taint:
        machine.decides(frame, path, item, value.taint)
    known = value.number
    if known is not None:
        return next((row for key, row in item.cases if key == known), None)
    low, high = bounds(value)
    for key, row in item.cases:
        if low <= key <= high:
            path.forks += 1
            other = path.fork()
            other.regs[register] = number(key, value.taint)
            frame.arrive(other, item.row, row)
    keys = {key for key, _ in item.cases}
    if high - low < len(keys) and all(key in keys for key in range(low, high + 1)):
        return STOPPED
    return None


def _if(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    regs = path.regs
    relation = (item.op - 0x32) % 6
    left = regs[item.regs[0]]
    right = regs[item.regs[1]] if item.op < 0x38 else ZERO
    if left.taint or right.taint:
        machine.decides(frame, path, item, left.taint | right.taint)
    holds = branches.decided(relation, left, right)
    if holds is None:
        other = path.fork()
        if not _assume(other, item, relation, left, right):
            holds = False
        elif not _assume(path, item, branches.NEGATED[relation], left, right):
            holds = True
        else:
            path.forks += 1
            other.forks += 1
            _remember(machine, frame, other, item, relation)
            _remember(machine, frame, path, item, branches.NEGATED[relation])
            frame.arrive(other, item.row, item.target)
    return item.target if holds else None


def _remember(machine: "Machine", frame: Frame, path: Path, item: Instruction, relation: int) -> None:
    """What is found out of a value that the instruction before has read from a field holds for the field, too."""
    body = frame.body
    read = body.instructions[item.row - 1]
    if item.op < 0x38 or not item.row or item.row in body.stops or read.regs[:1] != item.regs[:1]:
        return
    if _IGET <= read.op <= _IGET_LAST and read.regs[1] != item.regs[0]:
        holder = path.regs[read.regs[1]]
    elif _SGET <= read.op <= _SGET_LAST:
        holder = machine.store(path.state, "statics")
    else:
        return
    if len(holder.refs) != 1 or holder.opaque:
        return
    key = machine.field_ref(frame, read).key
    (number_of,) = holder.refs
    known = path.state.objects[number_of].fields.get(key)
    found = None if known is None else branches.refined(relation, known, ZERO)
    if found is not None and found is not known and path.state.objects[number_of].unique:
        path.state.write(holder, key, found)


def _assume(path: Path, item: Instruction, relation: int, left: Value, right: Value) -> bool:
    """Enter what a relation says of its registers; False when it cannot hold."""
    one = branches.refined(relation, left, right)
    if one is None:
        return False
    path.regs[item.regs[0]] = one
    if item.op < 0x38:
        two = branches.refined_right(relation, left, right)
        if two is None:
            return False
        path.regs[item.regs[1]] = two
    return True


def _unary(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    target, origin = item.regs
    path.regs[target] = arithmetic.unary(item.op, path.regs[origin])
    return None


def _compare(_machine: "Machine", _frame: Frame, path: Path, item: Instruction) -> int | None:
    target, left, right = item.regs
    path.regs[target] = arithmetic.compare(item.op, path.regs[left], path.regs[right])
    return None


def _binary(machine: "Machine", frame: Frame, path: Path, item: Instruction) -> int | None:
    regs, path_regs = item.regs, path.regs
    if item.op >= 0xD0:
        right, left = number(item.literal), path_regs[regs[1]]
        name = opcodes()[item.op].mnemonic
        operation = "rsub" if name.startswith("rsub") else name.split("-")[0]
    else:
        left, right = path_regs[regs[-2]], path_regs[regs[-1]]
        operation = ""
    try:
        if operation:
            found = arithmetic.operate(operation, "int", left, right)
        else:
            found = arithmetic.binary(item.op, left, right)
    except arithmetic.ByZero:
        return machine.fail(frame, path, item, ARITHMETIC)
    if (
        right.number is None
        and right.nullable
        and opcodes()[item.op].mnemonic[:7] in {"div-int", "rem-int", "div-lon", "rem-lon"}
    ):
        machine.may_fail(frame, path, item, ARITHMETIC)
    path_regs[regs[0]] = found
    return None


def _unused(machine: "Machine", _frame: Frame, _path: Path, _item: Instruction) -> int | None:
    machine.note("an instruction that Android does not accept")
    return STOPPED


def table(invoke: Operation) -> list[Operation]:
    """The operation of each opcode."""
    found: list[Operation] = [_unused] * 256
    ranges: dict[tuple[int, int], Operation] = {
        (0x00, 0x00): _nothing, (0x01, 0x09): _move, (0x0A, 0x0C): _move_result, (0x0D, 0x0D): _move_exception,
        (0x0E, 0x0E): _return_void, (0x0F, 0x11): _return, (0x12, 0x19): _const, (0x1A, 0x1B): _const_string,
        (0x1C, 0x1C): _const_class, (0x1D, 0x1E): _nothing, (0x1F, 0x1F): _check_cast, (0x20, 0x20): _instance_of,
        (0x21, 0x21): memory.array_length, (0x22, 0x22): _new_instance, (0x23, 0x23): memory.new_array,
        (0x24, 0x25): memory.filled_array, (0x26, 0x26): memory.fill_array, (0x27, 0x27): _throw, (0x28, 0x2A): _goto,
        (0x2B, 0x2C): _switch, (0x2D, 0x31): _compare, (0x32, 0x3D): _if, (0x44, 0x4A): memory.aget,
        (0x4B, 0x51): memory.aput,
        (0x52, 0x58): memory.iget, (0x59, 0x5F): memory.iput, (0x60, 0x66): memory.sget, (0x67, 0x6D): memory.sput,
        (0x6E, 0x72): invoke,
        (0x74, 0x78): invoke, (0x7B, 0x8F): _unary, (0x90, 0xE2): _binary, (0xFA, 0xFD): invoke,
        (0xFE, 0xFF): _const_other,
    }  # fmt: skip
    for (low, high), operation in ranges.items():
        for op in range(low, high + 1):
            found[op] = operation
    return found


def written(item: Instruction) -> int:
    """The register that an instruction writes, -1 for none: what data decides to write carries it."""
    op = item.op
    if op <= 0x0D or 0x12 <= op <= 0x1C or 0x20 <= op <= 0x23 or 0x2D <= op <= 0x31:
        return item.regs[0] if item.regs else -1
    if 0x44 <= op <= 0x4A or 0x52 <= op <= 0x58 or 0x60 <= op <= 0x66 or 0x7B <= op <= 0xE2:
        return item.regs[0]
    return -1


def operands(item: Instruction) -> tuple[int, ...]:
    """Registers that an instruction reads, in the order of its format."""
    op = item.op
    if written(item) < 0:
        return item.regs
    if 0xB0 <= op <= 0xCF:
        return item.regs
    return item.regs[1:]
