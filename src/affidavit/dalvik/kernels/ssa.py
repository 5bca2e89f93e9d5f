# cython: initializedcheck=False
# ruff: noqa: ERA001, PLR1714 - written for the compiler: directives, columns one by one, plain compares
"""Values of many methods in static single assignment form, from instructions and blocks. Cython, see `tables`.

One fixpoint over the values that registers hold where a block begins; a phi is made where two different values meet.
What is undefined on one way in is undefined. Phis of one value only, and those that nothing reads, go.
"""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython
import numpy as np

_DEFINES = cython.declare(cython.int, 0x1)
_WIDE = cython.declare(cython.int, 0x2)
_THROWS = cython.declare(cython.int, 0x20)
_MOVE = cython.declare(cython.int, 0x200)
_RESULT = cython.declare(cython.int, 0x400)
_INVOKE = cython.declare(cython.int, 0x800)
_LIST = cython.declare(cython.int, 0x2000)
_RANGE = cython.declare(cython.int, 0x4000)
_SILENT = cython.declare(cython.int, 0x8000)
_GIVES = cython.declare(cython.int, 0x10000)


@cython.cclass
class Values:
    """Finds the values of the methods of one batch. Inputs are those of `decode` and `Blocks`.

    `shape` (m, 4): registers, arguments in registers, receiver or not, prototype. `most` bounds registers times blocks.
    `only`: per block the position among its successors that alone can follow, or -1. Of each phi `phi_cell` has block
    times registers plus register, `same` the value that it stands for (itself for a real one), `head`, `after` and
    `value` a list of what meets in it. As values phis follow the parameters and instructions of their method.
    """

    ins_start: cython.const[cython.int][:]
    op: cython.const[cython.uchar][:]
    dst: cython.const[cython.int][:]
    number: cython.const[cython.int][:]
    target: cython.const[cython.int][:]
    reg_start: cython.const[cython.int][:]
    regs: cython.const[cython.int][:]
    roles: cython.const[cython.int][:]
    block_first: cython.const[cython.int][:]
    block_ins: cython.const[cython.int][:]
    succ_start: cython.const[cython.int][:]
    succ: cython.const[cython.int][:]
    hand_start: cython.const[cython.int][:]
    hand: cython.const[cython.int][:]
    only: cython.const[cython.int][:]
    method_proto: cython.const[cython.int][:]
    site_proto: cython.const[cython.int][:]
    param_start: cython.const[cython.int][:]
    wide: cython.const[cython.uchar][:]
    shape: cython.const[cython.longlong][:, :]
    inside: cython.int[:]
    state: cython.int[:]
    pending: cython.int[:]
    live: cython.uchar[:]
    phi_cell: cython.int[:]
    same: cython.int[:]
    head: cython.int[:]
    after: cython.int[:]
    value: cython.int[:]
    raw_start: cython.int[:]
    raw_count: cython.int[:]
    raw: cython.int[:]
    low: cython.longlong
    high: cython.longlong
    first_block: cython.longlong
    block_count: cython.longlong
    registers: cython.longlong
    parameters: cython.longlong
    first_phi: cython.longlong
    phi0: cython.longlong
    phis: cython.longlong
    pairs: cython.longlong
    raws: cython.longlong
    steps: cython.longlong
    again: cython.bint
    full: cython.bint
    waiting: cython.longlong
    most: cython.longlong

    def __init__(self, decoded: Any, blocks: Any, protos: Any, shape: Any, most: int) -> None:
        self.ins_start, self.op, self.dst, self.number, self.target, self.reg_start, self.regs, self.roles = decoded
        self.block_first, self.block_ins, self.succ_start, self.succ, self.hand_start, self.hand = blocks
        self.method_proto, self.site_proto, self.param_start, self.wide = protos
        self.shape = shape
        self.most = most
        self.inside, self.state, self.pending = (np.empty(1 << 12, np.int32) for _ in range(3))
        self.phi_cell, self.same, self.head = (np.empty(1 << 12, np.int32) for _ in range(3))
        self.after, self.value, self.raw = (np.empty(1 << 12, np.int32) for _ in range(3))

    def run(self, only: Any, methods: Any, *out: Any) -> Any:
        """Find the values of some methods: ``phi_cell, same, head, after, value, raw``; 0 in `done` for a large one."""
        self.only = only
        done, first_phis, self.live, self.raw_start, self.raw_count = out
        self.phis = self.pairs = self.raws = 0
        self._all(methods, done, first_phis)
        phis = (self.phi_cell[: self.phis], self.same[: self.phis], self.head[: self.phis])
        return *phis, self.after[: self.pairs], self.value[: self.pairs], self.raw[: self.raws]

    @cython.cfunc
    def _all(self, methods: cython.const[cython.int][:], done: cython.uchar[:], first_phis: cython.int[:]) -> None:
        """See `run`."""
        count: cython.longlong = methods.shape[0] if cython.compiled else len(methods)
        k: cython.longlong
        phis: cython.longlong
        for k in range(count):
            first_phis[k] = self.phis
            phis = self.phis
            done[k] = self._solve(methods[k])
            if done[k] == 0:
                self.phis = phis
        first_phis[count] = self.phis

    @cython.cfunc
    def _solve(self, m: cython.longlong) -> cython.bint:
        """Find the values of one method; whether it was small enough."""
        b: cython.longlong
        self.low = self.ins_start[m]
        self.high = self.ins_start[m + 1]
        self.first_block = self.block_first[m]
        self.block_count = self.block_first[m + 1] - self.first_block
        self.registers = self.shape[m, 0]
        self.phi0 = self.phis
        cells: cython.longlong = self.registers * self.block_count
        if cells > self.most:
            return False
        if cells + self.registers >= len(self.inside):
            self.inside, self.state, self.pending = (np.empty(2 * (cells + self.registers), np.int32) for _ in range(3))
        self._enter(m, False)
        self.first_phi = self.parameters + self.high - self.low
        self.steps = 64 * (cells + self.high - self.low) + 1000000
        self.again = self.block_count > 0
        while self.again:
            self.again = False
            for b in range(self.block_count):
                if self.live[self.first_block + b] & 2:
                    self.live[self.first_block + b] = 1
                    self._flow(b, False)
                    if self.steps < 0:
                        return False
        return self._finish(m)

    @cython.cfunc
    def _enter(self, m: cython.longlong, final: cython.bint) -> None:
        """Let the state in which the method begins flow into its first block, where a loop may come back to."""
        proto: cython.longlong = self.shape[m, 3]
        at: cython.longlong = self.registers - self.shape[m, 1]
        i: cython.longlong
        self.parameters = 0
        for i in range(self.registers):
            self.state[i] = -1
        if self.shape[m, 2] != 0:
            self._parameter(at)
            at += 1
        if proto >= 0:
            for i in range(self.param_start[proto], self.param_start[proto + 1]):
                self._parameter(at)
                at += 1 + self.wide[i]
        if self.block_count > 0:
            self._merge(0, final)

    @cython.cfunc
    def _parameter(self, register: cython.longlong) -> None:
        """The next parameter, in a register."""
        if 0 <= register < self.registers:
            self.state[register] = self.parameters
        self.parameters += 1

    @cython.cfunc
    @cython.inline
    def _own(self, value: cython.longlong, cell: cython.longlong) -> cython.bint:
        """Whether a value is the phi of a cell."""
        return value >= self.first_phi and self.phi_cell[self.phi0 + value - self.first_phi] == cell

    @cython.cfunc
    def _meet(self, block: cython.longlong, register: cython.longlong, final: cython.bint) -> None:
        """Let the value of one register flow into a block."""
        cell: cython.longlong = block * self.registers + register
        old: cython.longlong = self.inside[cell]
        new: cython.longlong = self.state[register]
        if final:
            if self._own(old, cell):
                self._operand(self.phi0 + old - self.first_phi, new)
            return
        if old == new or old == -1 or (new != -1 and self._own(old, cell)):
            return
        if new == -1:
            self.inside[cell] = -1
        else:
            if self.phis >= len(self.phi_cell):
                self.phi_cell = np.resize(self.phi_cell, 2 * self.phis)
            self.phi_cell[self.phis] = cell
            self.inside[cell] = self.first_phi + self.phis - self.phi0
            self.phis += 1
        self.live[self.first_block + block] |= 2
        self.again = True

    @cython.cfunc
    def _merge(self, block: cython.longlong, final: cython.bint) -> None:
        """Let the whole state flow into a block."""
        r: cython.longlong
        first: cython.longlong = block * self.registers
        self.steps -= self.registers + 1
        if self.live[self.first_block + block] == 0:
            for r in range(self.registers):
                self.inside[first + r] = self.state[r]
            self.live[self.first_block + block] = 3
            self.again = True
            return
        for r in range(self.registers):
            if self.inside[first + r] != self.state[r] or final:
                self._meet(block, r, final)

    @cython.cfunc
    def _catch(self, block: cython.longlong, final: cython.bint) -> None:
        """Let the state flow into the handlers of a block: all of it at first, then what changed since."""
        low: cython.longlong = self.hand_start[self.first_block + block]
        high: cython.longlong = self.hand_start[self.first_block + block + 1]
        h: cython.longlong
        k: cython.longlong
        for h in range(low, high):
            if self.full:
                self._merge(self.hand[h] - self.first_block, final)
            else:
                self.steps -= self.waiting
                for k in range(self.waiting):
                    self._meet(self.hand[h] - self.first_block, self.pending[k], final)
        self.full = False
        self.waiting = 0

    @cython.cfunc
    def _made(self, i: cython.longlong, role: cython.longlong) -> cython.longlong:
        """The value that an instruction writes into its register."""
        register: cython.longlong
        if role & _MOVE:
            register = self.regs[self.reg_start[i]]
            return self.state[register] if register < self.registers else -1
        if role & _RESULT:
            if i > self.low and self.roles[self.op[i - 1]] & _GIVES:
                return self.parameters + i - 1 - self.low
            return -1
        return self.parameters + i - self.low

    @cython.cfunc
    def _write(self, register: cython.longlong, value: cython.longlong) -> None:
        """Change one register of the state."""
        if 0 <= register < self.registers:
            self.state[register] = value
            if self.waiting < self.registers:
                self.pending[self.waiting] = register
                self.waiting += 1
            else:
                self.full = True

    @cython.cfunc
    def _flow(self, block: cython.longlong, final: cython.bint) -> None:
        """Let the state of a block flow through it and on; in the final round also note what is read."""
        b: cython.longlong = self.first_block + block
        covered: cython.bint = self.hand_start[b + 1] > self.hand_start[b]
        i: cython.longlong
        k: cython.longlong
        role: cython.longlong
        value: cython.longlong
        for i in range(self.registers):
            self.state[i] = self.inside[block * self.registers + i]
        self.full = True
        self.waiting = 0
        self.steps -= self.block_ins[b + 1] - self.block_ins[b] + self.registers
        for i in range(self.block_ins[b], self.block_ins[b + 1]):
            role = self.roles[self.op[i]]
            if covered and role & _THROWS:
                self._catch(block, final)
            if final:
                self.raw_start[i] = self.raws
                if role & _SILENT == 0:
                    self._read(i, role)
                self.raw_count[i] = self.raws - self.raw_start[i]
            if role & _DEFINES:
                value = self._made(i, role)
                self._write(self.dst[i], value)
                if role & _WIDE:
                    self._write(self.dst[i] + 1, -1)
        for k in range(self.succ_start[b], self.succ_start[b + 1]):
            if self.succ[k] >= 0 and (self.only[b] < 0 or self.only[b] == k - self.succ_start[b]):
                self._merge(self.succ[k] - self.first_block, final)

    @cython.cfunc
    def _read(self, i: cython.longlong, role: cython.longlong) -> None:
        """Note the values that an instruction reads."""
        at: cython.longlong = self.reg_start[i]
        count: cython.longlong = self.regs[at + 1] if role & _RANGE else self.reg_start[i + 1] - at
        proto: cython.longlong = self._proto(i) if role & _INVOKE else -1
        parameter: cython.longlong = 0
        register: cython.longlong
        k: cython.longlong = 0
        if self.raws + 256 > len(self.raw):
            self.raw = np.resize(self.raw, 2 * len(self.raw))
        if role & _INVOKE and self.op[i] not in (0x71, 0x77, 0xFC, 0xFD):
            parameter = -1
        if proto >= 0:
            parameter += self.param_start[proto]
        while k < count:
            register = self.regs[at] + k if role & _RANGE else self.regs[at + k]
            self.raw[self.raws] = self.state[register] if register < self.registers else -1
            self.raws += 1
            if proto >= 0 and self.param_start[proto] <= parameter < self.param_start[proto + 1]:
                k += self.wide[parameter]
            parameter += 1
            k += 1

    @cython.cfunc
    def _proto(self, i: cython.longlong) -> cython.longlong:
        """Prototype of an invoke, -1 when it cannot be read."""
        op: cython.longlong = self.op[i]
        index: cython.longlong = self.number[i]
        if op == 0xFA or op == 0xFB:
            return self.target[i] if self.target[i] < len(self.param_start) - 1 else -1
        if op >= 0xFC:
            return self.site_proto[index] if 0 <= index < len(self.site_proto) else -1
        return self.method_proto[index] if index >= 0 else -1

    @cython.cfunc
    def _operand(self, phi: cython.longlong, value: cython.longlong) -> None:
        """Add a value to a phi's list, unless it is among the first of it."""
        pair: cython.longlong = self.head[phi]
        seen: cython.longlong = 0
        while pair >= 0 and seen < 64:
            if self.value[pair] == value:
                return
            pair = self.after[pair]
            seen += 1
        if self.pairs >= len(self.value):
            self.value = np.resize(self.value, 2 * len(self.value))
            self.after = np.resize(self.after, 2 * len(self.after))
        self.value[self.pairs] = value
        self.after[self.pairs] = self.head[phi]
        self.head[phi] = self.pairs
        self.pairs += 1

    @cython.cfunc
    def _finish(self, m: cython.longlong) -> cython.bint:
        """Collect what is read and what meets, and drop phis of one value."""
        b: cython.longlong
        i: cython.longlong
        before: cython.longlong = self.pairs + self.raws
        if self.phis > len(self.same):
            self.same = np.resize(self.same, 2 * self.phis)
            self.head = np.resize(self.head, 2 * self.phis)
        for i in range(self.phi0, self.phis):
            self.head[i] = -1
            self.same[i] = self.first_phi + i - self.phi0
        self._enter(m, True)
        for b in range(self.block_count):
            if self.live[self.first_block + b] != 0:
                self._flow(b, True)
                if self.pairs + self.raws - before > 2 * self.most:
                    return False
        self.again = self.phis > self.phi0
        b = 0
        while self.again and b < 50:
            self.again = False
            b += 1
            for i in range(self.phi0, self.phis):
                if self.same[i] == self.first_phi + i - self.phi0:
                    self._simplify(i)
        return True

    @cython.cfunc
    def _stands_for(self, value: cython.longlong) -> cython.longlong:
        """The value after phis of one value only are gone."""
        here: cython.longlong = value
        shift: cython.longlong = self.phi0 - self.first_phi
        while here >= self.first_phi and self.same[here + shift] != here:
            here = self.same[here + shift]
        if value >= self.first_phi:
            self.same[value + shift] = here
        return here

    @cython.cfunc
    def _simplify(self, phi: cython.longlong) -> None:
        """Let a phi stand for its only other value, if it has but one."""
        me: cython.longlong = self.first_phi + phi - self.phi0
        pair: cython.longlong = self.head[phi]
        found: cython.longlong = -2
        value: cython.longlong
        while pair >= 0:
            value = self._stands_for(self.value[pair])
            if value != me and value != found:
                if found != -2:
                    return
                found = value
            pair = self.after[pair]
        if found != -2:
            self.same[phi] = found
            self.again = True
