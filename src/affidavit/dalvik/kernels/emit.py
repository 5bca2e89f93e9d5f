# cython: initializedcheck=False
# ruff: noqa: ERA001, PLR0917 - written for the compiler: directives, columns one by one, plain compares
"""Writes the values that `ssa` found as nodes, the columns of `shapes.Code`. Cython, see `tables`."""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython
import numpy as np

_INVOKE = cython.declare(cython.int, 0x800)
_RETURN = cython.declare(cython.int, 0x1000)
_SILENT = cython.declare(cython.int, 0x8000)


@cython.cclass
class Nodes:
    """Writes the nodes of the methods of one batch.

    `decoded`: ``ins_start, op, pc, number, roles`` of `decode`; `blocks`: ``block_first, block_ins, hand_start, hand,
    catch_all`` of `Blocks`; `found`: ``phi_cell, same, head, after, value, raw, live, raw_start, raw_count`` and
    ``first_phis`` of `Values`; `shape` (m, 3): number of the method in the program, registers, parameters. Columns out:
    ``kind, opcode, pc, method, data, use_start, use, catch_from, catch_to``; node numbers in them count from zero.
    """

    ins_start: cython.const[cython.int][:]
    op: cython.const[cython.uchar][:]
    pc: cython.const[cython.int][:]
    number: cython.const[cython.int][:]
    roles: cython.const[cython.int][:]
    block_first: cython.const[cython.int][:]
    block_ins: cython.const[cython.int][:]
    hand_start: cython.const[cython.int][:]
    hand: cython.const[cython.int][:]
    catch_all: cython.const[cython.uchar][:]
    phi_cell: cython.const[cython.int][:]
    same: cython.const[cython.int][:]
    head: cython.const[cython.int][:]
    after: cython.const[cython.int][:]
    value: cython.const[cython.int][:]
    raw: cython.const[cython.int][:]
    live: cython.const[cython.uchar][:]
    raw_start: cython.const[cython.int][:]
    raw_count: cython.const[cython.int][:]
    first_phis: cython.const[cython.int][:]
    shape: cython.const[cython.longlong][:, :]
    kind: cython.uchar[:]
    opcode: cython.uchar[:]
    address: cython.int[:]
    method: cython.int[:]
    data: cython.int[:]
    use_start: cython.longlong[:]
    use: cython.int[:]
    catch_from: cython.int[:]
    catch_to: cython.int[:]
    ins_node: cython.int[:]
    local: cython.int[:]
    stack: cython.int[:]
    stamp: cython.int[:]
    low: cython.longlong
    high: cython.longlong
    first_block: cython.longlong
    last_block: cython.longlong
    first_phi: cython.longlong
    phi0: cython.longlong
    phi1: cython.longlong
    nodes: cython.longlong
    uses: cython.longlong
    catches: cython.longlong
    need: cython.longlong
    number_of: cython.longlong
    stacked: cython.longlong

    def __init__(self, decoded: Any, blocks: Any, found: Any, shape: Any) -> None:
        self.ins_start, self.op, self.pc, self.number, self.roles = decoded
        self.block_first, self.block_ins, self.hand_start, self.hand, self.catch_all = blocks
        self.phi_cell, self.same, self.head, self.after, self.value, self.raw = found[:6]
        self.live, self.raw_start, self.raw_count, self.first_phis = found[6:]
        self.shape = shape
        self.local, self.stack, self.stamp = (np.empty(1 << 10, np.int32) for _ in range(3))

    def run(self, methods: Any, done: Any, k: int, columns: Any, ins_node: Any, bounds: Any) -> Any:
        """Write the nodes of methods from the k-th on.

        `methods`, `done` as for `Values`; `ins_node`: node of each instruction or -1, out; `bounds` (methods + 1, 3):
        first node, use and catch of each, out. Gives the first that was not written for lack of room, or their number.
        """
        self.kind, self.opcode, self.address, self.method, self.data = columns[:5]
        self.use_start, self.use, self.catch_from, self.catch_to = columns[5:]
        self.ins_node = ins_node
        self.nodes = self.uses = self.catches = 0
        return self._all(methods, done, k, bounds)

    @cython.cfunc
    def _all(
        self,
        methods: cython.const[cython.int][:],
        done: cython.const[cython.uchar][:],
        k: cython.longlong,
        bounds: cython.longlong[:, :],
    ) -> cython.longlong:
        """See `run`."""
        count: cython.longlong = methods.shape[0] if cython.compiled else len(methods)
        while k < count:
            bounds[k, 0] = self.nodes
            bounds[k, 1] = self.uses
            bounds[k, 2] = self.catches
            if done[k] != 0 and not self._write(methods[k], k):
                return k
            k += 1
            bounds[k, 0] = self.nodes
            bounds[k, 1] = self.uses
            bounds[k, 2] = self.catches
        self.use_start[self.nodes] = self.uses
        return count

    @cython.cfunc
    def _write(self, m: cython.longlong, k: cython.longlong) -> cython.bint:
        """One method; whether there was room."""
        i: cython.longlong
        parameters: cython.longlong = self.shape[m, 2]
        self.low = self.ins_start[m]
        self.high = self.ins_start[m + 1]
        self.first_block = self.block_first[m]
        self.last_block = self.block_first[m + 1]
        self.first_phi = parameters + self.high - self.low
        self.phi0 = self.first_phis[k]
        self.phi1 = self.first_phis[k + 1]
        self.number_of = self.shape[m, 0]
        i = self.first_phi + self.phi1 - self.phi0 + 1
        if i > len(self.local):
            self.local, self.stack, self.stamp = (np.empty(2 * i, np.int32) for _ in range(3))
        if not self._number(parameters):
            return False
        for i in range(parameters):
            self._node(0, 0, -1, i)
        for i in range(self.low, self.high):
            if self.ins_node[i] >= 0:
                self._instruction(i)
        for i in range(self.phi0, self.phi1):
            if self.local[self.first_phi + i - self.phi0] >= 0:
                self._phi(i, self.shape[m, 1])
        self._ends()
        return True

    @cython.cfunc
    @cython.inline
    def _stands_for(self, value: cython.longlong) -> cython.longlong:
        """The value after phis of one value only are gone."""
        while value >= self.first_phi and self.same[self.phi0 + value - self.first_phi] != value:
            value = self.same[self.phi0 + value - self.first_phi]
        return value

    @cython.cfunc
    def _want(self, value: cython.longlong) -> None:
        """Mark a phi that something reads."""
        value = self._stands_for(value)
        if value >= self.first_phi and self.local[value] == -1:
            self.local[value] = -2
            self.stack[self.stacked] = value
            self.stacked += 1

    @cython.cfunc
    def _number(self, parameters: cython.longlong) -> cython.bint:
        """Give every value that is kept its number in the method; whether there is room for all."""
        b: cython.longlong
        i: cython.longlong
        k: cython.longlong
        count: cython.longlong = parameters
        caught: cython.longlong = 0
        self.need = 0
        self.stacked = 0
        for i in range(self.first_phi + self.phi1 - self.phi0):
            self.local[i] = i if i < parameters else -1
            self.stamp[i] = -1
        for i in range(self.low, self.high):
            self.ins_node[i] = -1
        for b in range(self.first_block, self.last_block):
            if self.live[b] == 0:
                continue
            for i in range(self.block_ins[b], self.block_ins[b + 1]):
                if self.roles[self.op[i]] & _SILENT:
                    continue
                self.local[parameters + i - self.low] = count
                self.ins_node[i] = self.nodes + count
                count += 1
                self.need += 2 * self.raw_count[i]
                if self.roles[self.op[i]] & _INVOKE or self.op[i] == 0x27:
                    caught += self.hand_start[b + 1] - self.hand_start[b] + 1
                for k in range(self.raw_count[i]):
                    self._want(self.raw[self.raw_start[i] + k])
        self._follow()
        for i in range(self.first_phi, self.first_phi + self.phi1 - self.phi0):
            if self.local[i] == -2:
                self.local[i] = count
                count += 1
        return (
            self.nodes + count + 3 <= len(self.kind)
            and self.uses + self.need <= len(self.use)
            and self.catches + caught <= len(self.catch_from)
        )

    @cython.cfunc
    def _follow(self) -> None:
        """Mark the phis that meet in marked phis."""
        pair: cython.longlong
        while self.stacked > 0:
            self.stacked -= 1
            pair = self.head[self.phi0 + self.stack[self.stacked] - self.first_phi]
            while pair >= 0:
                self.need += 1
                self._want(self.value[pair])
                pair = self.after[pair]

    @cython.cfunc
    def _node(
        self, kind: cython.longlong, opcode: cython.longlong, address: cython.longlong, data: cython.longlong
    ) -> None:
        """Begin the next node."""
        n: cython.longlong = self.nodes
        self.kind[n] = kind
        self.opcode[n] = opcode
        self.address[n] = address
        self.method[n] = self.number_of
        self.data[n] = data
        self.use_start[n] = self.uses
        self.nodes += 1

    @cython.cfunc
    def _use(self, value: cython.longlong, base: cython.longlong) -> None:
        """Add an operand to the node begun last."""
        value = self._stands_for(value)
        self.use[self.uses] = base + self.local[value] if value >= 0 else -1
        self.uses += 1

    @cython.cfunc
    def _instruction(self, i: cython.longlong) -> None:
        """The node of an instruction; numbers in the method count from its first node."""
        k: cython.longlong
        base: cython.longlong = self.ins_node[i] - self.local[self._made(i)]
        self._node(1, self.op[i], self.pc[i], self.number[i])
        for k in range(self.raw_count[i]):
            self._use(self.raw[self.raw_start[i] + k], base)

    @cython.cfunc
    @cython.inline
    def _made(self, i: cython.longlong) -> cython.longlong:
        """The value that instruction `i` makes."""
        return self.first_phi - (self.high - i)

    @cython.cfunc
    def _phi(self, phi: cython.longlong, registers: cython.longlong) -> None:
        """The node of a phi: every value once, itself left out."""
        me: cython.longlong = self.first_phi + phi - self.phi0
        base: cython.longlong = self.nodes - self.local[me]
        block: cython.longlong = self.first_block + self.phi_cell[phi] // registers
        pair: cython.longlong = self.head[phi]
        value: cython.longlong
        self._node(2, 0, self.pc[self.block_ins[block]], self.phi_cell[phi] % registers)
        while pair >= 0:
            value = self._stands_for(self.value[pair])
            if value != me and self.stamp[value] != phi:
                self.stamp[value] = phi
                self._use(value, base)
            pair = self.after[pair]

    @cython.cfunc
    def _ends(self) -> None:
        """``RETURN`` and ``THROWN``, and where exceptions go."""
        b: cython.longlong
        i: cython.longlong
        value: cython.longlong
        base: cython.longlong
        self._node(3, 0, -1, 0)
        for i in range(self.low, self.high):
            if self.ins_node[i] >= 0 and self.roles[self.op[i]] & _RETURN and self.raw_count[i] > 0:
                base = self.ins_node[i] - self.local[self._made(i)]
                value = self._stands_for(self.raw[self.raw_start[i]])
                if value < 0 or self.stamp[value] != -2:
                    if value >= 0:
                        self.stamp[value] = -2
                    self._use(value, base)
        self._node(4, 0, -1, 0)
        for b in range(self.first_block, self.last_block):
            for i in range(self.block_ins[b], self.block_ins[b + 1]):
                if self.ins_node[i] >= 0 and (self.roles[self.op[i]] & _INVOKE or self.op[i] == 0x27):
                    self._caught(b, i)

    @cython.cfunc
    def _caught(self, b: cython.longlong, i: cython.longlong) -> None:
        """Where exceptions of one instruction go."""
        h: cython.longlong
        to: cython.longlong
        last: cython.longlong = -1
        for h in range(self.hand_start[b], self.hand_start[b + 1]):
            to = self.block_ins[self.hand[h]]
            if self.op[to] == 0x0D and self.ins_node[to] >= 0 and to != last:
                last = to
                self.catch_from[self.catches] = self.ins_node[i]
                self.catch_to[self.catches] = self.ins_node[to]
                self.catches += 1
        if self.catch_all[b] == 0:
            self.catch_from[self.catches] = self.ins_node[i]
            self.catch_to[self.catches] = self.nodes - 1
            self.catches += 1
