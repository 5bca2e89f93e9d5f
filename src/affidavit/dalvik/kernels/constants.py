# cython: initializedcheck=False
# ruff: noqa: ERA001, PLR0911 - written for the compiler: directives, columns one by one, plain compares
"""Branches whose outcome constants decide. Works on the nodes of a batch of methods. Cython, see `tables`."""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython

_BRANCH = cython.declare(cython.int, 0x80)
_SWITCH = cython.declare(cython.int, 0x100)
_DEPTH = cython.declare(cython.longlong, 48)


@cython.cfunc
@cython.inline
def _int(value: cython.longlong) -> cython.longlong:
    """Cut to 32 bits, signed."""
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000


@cython.cfunc
def _divide(op: cython.longlong, a: cython.longlong, b: cython.longlong) -> cython.longlong:
    """Quotient (op 3) or remainder (4), towards zero; `b` is not 0."""
    size: cython.longlong = (a if a >= 0 else -a) // (b if b >= 0 else -b)
    size = size if (a >= 0) == (b >= 0) else -size
    return _int(size) if op == 3 else _int(a - size * b)


@cython.cfunc
def _calculate(op: cython.longlong, a: cython.longlong, b: cython.longlong) -> cython.longlong:
    """An int operation, numbered as from add-int on, 11 for the reverse subtraction; `b` of a division is not 0."""
    if op == 0:
        return _int(a + b)
    if op == 1:
        return _int(a - b)
    if op == 2:
        return _int(a * b)
    if op == 3 or op == 4:  # noqa: PLR1714 - compiled as two compares
        return _divide(op, a, b)
    if op == 5:
        return a & b
    if op == 6:
        return a | b
    if op == 7:
        return a ^ b
    if op == 8:
        return _int((a & 0xFFFFFFFF) << (b & 31))
    if op == 9:
        return a >> (b & 31)
    if op == 10:
        return _int((a & 0xFFFFFFFF) >> (b & 31))
    return _int(b - a)


@cython.cfunc
def _holds(op: cython.longlong, a: cython.longlong, b: cython.longlong) -> cython.bint:
    """Whether a comparison, numbered as from if-eq on, is true."""
    if op == 0:
        return a == b
    if op == 1:
        return a != b
    if op == 2:
        return a < b
    if op == 3:
        return a >= b
    if op == 4:
        return a > b
    return a <= b


@cython.cclass
class Constants:
    """Decides the branches of one batch.

    `nodes`: ``kind, opcode, data, use_start, use`` as `Nodes` wrote them. `code`: ``data (the file), first, op, pc,
    target, roles``; `blocks`: ``block_first, block_ins, succ_start, live``; `ins_node`: node of each instruction.
    """

    kind: cython.const[cython.uchar][:]
    opcode: cython.const[cython.uchar][:]
    data: cython.const[cython.int][:]
    use_start: cython.const[cython.longlong][:]
    use: cython.const[cython.int][:]
    file: cython.const[cython.uchar][:]
    first: cython.const[cython.longlong][:]
    op: cython.const[cython.uchar][:]
    pc: cython.const[cython.int][:]
    target: cython.const[cython.int][:]
    roles: cython.const[cython.int][:]
    block_first: cython.const[cython.int][:]
    block_ins: cython.const[cython.int][:]
    succ_start: cython.const[cython.int][:]
    live: cython.const[cython.uchar][:]
    ins_node: cython.const[cython.int][:]
    state: cython.uchar[:]
    known: cython.int[:]

    def __init__(self, nodes: Any, code: Any, blocks: Any, ins_node: Any, scratch: Any) -> None:
        self.kind, self.opcode, self.data, self.use_start, self.use = nodes
        self.file, self.first, self.op, self.pc, self.target, self.roles = code
        self.block_first, self.block_ins, self.succ_start, self.live = blocks
        self.ins_node = ins_node
        self.state, self.known = scratch

    @cython.ccall
    def decide(self, m: cython.longlong, only: cython.int[:]) -> cython.longlong:
        """Write for each block of method `m` which successor alone can follow; give the number newly decided."""
        b: cython.longlong
        i: cython.longlong
        found: cython.longlong
        count: cython.longlong = 0
        for b in range(self.block_first[m], self.block_first[m + 1]):
            i = self.block_ins[b + 1] - 1
            if self.live[b] == 0 or only[b] >= 0 or self.ins_node[i] < 0:
                continue
            if self.roles[self.op[i]] & (_BRANCH | _SWITCH) == 0:
                continue
            found = self._outcome(m, i, self.succ_start[b + 1] - self.succ_start[b] - 1)
            if found >= 0:
                only[b] = found
                count += 1
        return count

    @cython.cfunc
    def _outcome(self, m: cython.longlong, i: cython.longlong, cases: cython.longlong) -> cython.longlong:
        """Which successor a branch takes, -1 unknown."""
        node: cython.longlong = self.ins_node[i]
        at: cython.longlong = self.use_start[node]
        a: cython.longlong
        b: cython.longlong = 0
        op: cython.longlong = self.op[i]
        if not self._constant(self.use[at], 0):
            return -1
        a = self.known[self.use[at]]
        if self.roles[op] & _SWITCH:
            return self._case(m, i, a, cases)
        if op < 0x38:
            if not self._constant(self.use[at + 1], 0):
                return -1
            b = self.known[self.use[at + 1]]
        return 1 if _holds(op - (0x32 if op < 0x38 else 0x38), a, b) else 0

    @cython.cfunc
    def _word(self, at: cython.longlong) -> cython.longlong:
        """Signed 32 bits of the file."""
        value: cython.longlong = self.file[at] | (self.file[at + 1] << 8) | (self.file[at + 2] << 16)
        return _int(value | (cython.cast(cython.longlong, self.file[at + 3]) << 24))

    @cython.cfunc
    def _case(
        self, m: cython.longlong, i: cython.longlong, value: cython.longlong, cases: cython.longlong
    ) -> cython.longlong:
        """Which successor a switch takes; the first is that of no case."""
        at: cython.longlong = self.first[m] + 2 * cython.cast(cython.longlong, self.target[i]) + 4
        k: cython.longlong
        if cases == 0:
            return 0
        if self.op[i] == 0x2B:
            k = value - self._word(at)
            return k + 1 if 0 <= k < cases else 0
        for k in range(cases):
            if self._word(at + 4 * k) == value:
                return k + 1
        return 0

    @cython.cfunc
    def _constant(self, node: cython.longlong, depth: cython.longlong) -> cython.bint:
        """Whether a value is a known int; then `known` has it. `state`: 0 not asked, 1 asked or unknown, 2 known."""
        if node < 0 or depth > _DEPTH:
            return False
        if self.state[node] == 0:
            self.state[node] = 1
            if self.kind[node] == 2:
                self.state[node] = 2 if self._agree(node, depth) else 1
            elif self.kind[node] == 1:
                self.state[node] = 2 if self._result(node, depth) else 1
        return self.state[node] == 2

    @cython.cfunc
    def _agree(self, node: cython.longlong, depth: cython.longlong) -> cython.bint:
        """Whether all values that meet in a phi are the same constant."""
        at: cython.longlong
        begin: cython.longlong = self.use_start[node]
        for at in range(begin, self.use_start[node + 1]):
            if not self._constant(self.use[at], depth + 1) or self.known[self.use[at]] != self.known[self.use[begin]]:
                return False
        if self.use_start[node + 1] > begin:
            self.known[node] = self.known[self.use[begin]]
        return self.use_start[node + 1] > begin

    @cython.cfunc
    def _result(self, node: cython.longlong, depth: cython.longlong) -> cython.bint:
        """Whether an instruction's result is a known int."""
        op: cython.longlong = self.opcode[node]
        at: cython.longlong = self.use_start[node]
        a: cython.longlong
        b: cython.longlong
        if 0x12 <= op <= 0x15:
            self.known[node] = self.data[node]
            return True
        if not (0x7B <= op <= 0x7C or 0x8D <= op <= 0x9A or 0xB0 <= op <= 0xBA or 0xD0 <= op <= 0xE2):
            return False
        if not self._constant(self.use[at], depth + 1):
            return False
        a = self.known[self.use[at]]
        if op < 0x90:
            self.known[node] = self._unary(op, a)
            return True
        if op >= 0xD0:
            b = self.data[node]
            op -= 0xD0 if op < 0xD8 else 0xD8
            op = 11 if op == 1 else op
        else:
            if not self._constant(self.use[at + 1], depth + 1):
                return False
            b = self.known[self.use[at + 1]]
            op -= 0x90 if op < 0xB0 else 0xB0
        if b == 0 and (op == 3 or op == 4):  # noqa: PLR1714 - compiled as two compares
            return False
        self.known[node] = _calculate(op, a, b)
        return True

    @cython.cfunc
    def _unary(self, op: cython.longlong, a: cython.longlong) -> cython.longlong:
        """Negation, complement, and the narrowing conversions."""
        if op == 0x7B:
            return _int(-a)
        if op == 0x7C:
            return -a - 1
        if op == 0x8D:
            return ((a + 0x80) & 0xFF) - 0x80
        return a & 0xFFFF if op == 0x8E else ((a + 0x8000) & 0xFFFF) - 0x8000
