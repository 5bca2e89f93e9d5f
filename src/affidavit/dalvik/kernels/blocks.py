"""Basic blocks of many methods: where control can go from each, and which handlers cover it. Cython, see `tables`.

Formats: dex format, sections code_item, try_item, encoded_catch_handler_list; Dalvik bytecode, switch payloads.
"""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython

_ENDS = cython.declare(cython.int, 0x40)
_BRANCH = cython.declare(cython.int, 0x80)
_SWITCH = cython.declare(cython.int, 0x100)
_MOST = cython.declare(cython.longlong, 1024)  # handlers of one list: no compiler writes as many


@cython.cclass
class Blocks:
    """Finds the blocks of the methods of one batch.

    `data` is the file. `first`, `units` (m,) and `ins_start`, `op`, `pc`, `target` are those of `decode`; `roles` too.
    `at_pc` is room for one more entry than the longest method has code units, `marks` and `cover` for one more than
    there are instructions. Out: `block_first` (m + 1,); per block the first instruction `block_ins` (one more than
    blocks), `succ_start` and `succ` (what follows first, -1 for nowhere, then the targets in their order, -1 for a bad
    one), `hand_start` and `hand` (handlers), `catch_all`.
    """

    data: cython.const[cython.uchar][:]
    first: cython.const[cython.longlong][:]
    units: cython.const[cython.longlong][:]
    ins_start: cython.const[cython.int][:]
    op: cython.const[cython.uchar][:]
    pc: cython.const[cython.int][:]
    target: cython.const[cython.int][:]
    roles: cython.const[cython.int][:]
    at_pc: cython.int[:]
    marks: cython.int[:]
    cover: cython.int[:]
    block_first: cython.int[:]
    block_ins: cython.int[:]
    succ_start: cython.int[:]
    succ: cython.int[:]
    hand_start: cython.int[:]
    hand: cython.int[:]
    catch_all: cython.uchar[:]
    begin: cython.longlong
    size: cython.longlong
    blocks: cython.longlong
    succs: cython.longlong
    hands: cython.longlong

    def __init__(self, code: Any, decoded: Any, roles: Any, scratch: Any, out: Any) -> None:
        self.data, self.first, self.units = code
        self.ins_start, self.op, self.pc, self.target = decoded
        self.roles = roles
        self.at_pc, self.marks, self.cover = scratch
        self.block_first, self.block_ins, self.succ_start, self.succ, self.hand_start, self.hand, self.catch_all = out
        self.blocks = self.succs = self.hands = 0

    @cython.ccall
    def run(self, start: cython.longlong, stop: cython.longlong) -> cython.longlong:
        """Do methods from `start`; give the first that was not done because `succ` or `hand` has no room, or `stop`."""
        m: cython.longlong
        for m in range(start, stop):
            self.block_first[m] = self.blocks
            self.begin = self.first[m]
            self.size = self.units[m]
            if not self._method(self.ins_start[m], self.ins_start[m + 1]):
                self.blocks = self.block_first[m]
                return m
        self.block_first[stop] = self.blocks
        self.block_ins[self.blocks] = self.ins_start[stop]
        self.succ_start[self.blocks] = self.succs
        self.hand_start[self.blocks] = self.hands
        return stop

    @cython.cfunc
    def _method(self, low: cython.longlong, high: cython.longlong) -> cython.bint:
        """One method with instructions from `low` to `high`; whether everything had room."""
        i: cython.longlong
        succs: cython.longlong = self.succs
        hands: cython.longlong = self.hands
        for i in range(self.size + 1):
            self.at_pc[i] = -1
        for i in range(low, high):
            self.at_pc[self.pc[i]] = i
            self.marks[i] = 0
            self.cover[i] = 0
        if low < high:
            self.marks[low] = 1
        for i in range(low, high):
            self._mark_after(i, high)
        self._tries(low, high)
        for i in range(low, high):  # from a mark to the number of the block that holds the instruction
            if self.marks[i] != 0:
                self.block_ins[self.blocks] = i
                self.blocks += 1
            self.marks[i] = self.blocks - 1
        i = low
        while i < high:
            self.succ_start[self.marks[i]] = self.succs
            self.hand_start[self.marks[i]] = self.hands
            self.catch_all[self.marks[i]] = 0
            while i + 1 < high and self.marks[i + 1] == self.marks[i]:
                i += 1
            if not self._leave(i, high) or not self._handlers(i):
                self.succs = succs
                self.hands = hands
                return False
            i += 1
        return True

    @cython.cfunc
    def _found(self, address: cython.longlong) -> cython.longlong:
        """The instruction at an address, -1 for none."""
        return self.at_pc[address] if 0 <= address < self.size else -1

    @cython.cfunc
    def _word(self, address: cython.longlong) -> cython.longlong:
        """The signed 32 bits at an address, which the caller has compared with the size."""
        at: cython.longlong = self.begin + 2 * address
        value: cython.longlong = self.data[at] | (self.data[at + 1] << 8) | (self.data[at + 2] << 16)
        value |= cython.cast(cython.longlong, self.data[at + 3]) << 24
        return value - 0x100000000 if value >= 0x80000000 else value

    @cython.cfunc
    def _cases(self, i: cython.longlong) -> cython.longlong:
        """Address of the first distance in a switch's payload times 2^16 plus their number; 0 for no payload."""
        at: cython.longlong = self.target[i]
        count: cython.longlong
        if at < 0 or at + 2 > self.size:
            return 0
        count = self._word(at)
        if count & 0xFFFF != (0x100 if self.op[i] == 0x2B else 0x200):
            return 0
        count = (count >> 16) & 0xFFFF
        at += 4 if self.op[i] == 0x2B else 2 + 2 * count
        return 0 if at + 2 * count > self.size else (at << 16) | count

    @cython.cfunc
    def _mark_after(self, i: cython.longlong, high: cython.longlong) -> None:
        """Mark where blocks begin because of an instruction."""
        role: cython.longlong = self.roles[self.op[i]]
        cases: cython.longlong
        k: cython.longlong
        to: cython.longlong
        if role & (_ENDS | _BRANCH | _SWITCH) == 0:
            return
        if i + 1 < high:
            self.marks[i + 1] = 1
        if role & _BRANCH:
            to = self._found(self.target[i])
            if to >= 0:
                self.marks[to] = 1
        elif role & _SWITCH:
            cases = self._cases(i)
            for k in range(cases & 0xFFFF):
                to = self._found(self.pc[i] + self._word((cases >> 16) + 2 * k))
                if to >= 0:
                    self.marks[to] = 1

    @cython.cfunc
    def _leave(self, i: cython.longlong, high: cython.longlong) -> cython.bint:
        """Write where control goes after the last instruction of a block; whether there was room."""
        role: cython.longlong = self.roles[self.op[i]]
        cases: cython.longlong = self._cases(i) if role & _SWITCH else 0
        room: cython.longlong = self.succ.shape[0] if cython.compiled else len(self.succ)
        k: cython.longlong
        to: cython.longlong
        if self.succs + 2 + (cases & 0xFFFF) > room:
            return False
        self.succ[self.succs] = self.marks[i + 1] if i + 1 < high and role & _ENDS == 0 else -1
        self.succs += 1
        if role & _BRANCH:
            to = self._found(self.target[i])
            self.succ[self.succs] = self.marks[to] if to >= 0 else -1
            self.succs += 1
        for k in range(cases & 0xFFFF):
            to = self._found(self.pc[i] + self._word((cases >> 16) + 2 * k))
            self.succ[self.succs] = self.marks[to] if to >= 0 else -1
            self.succs += 1
        return True

    @cython.cfunc
    def _uleb(self, at: cython.longlong) -> cython.longlong:
        """Unsigned LEB128: position after it times 2^32 plus its value; -1 past the end."""
        size: cython.longlong = self.data.shape[0] if cython.compiled else len(self.data)
        value: cython.longlong = 0
        shift: cython.longlong = 0
        byte: cython.longlong = 0x80
        while byte & 0x80 and shift < 35:
            if at >= size:
                return -1
            byte = self.data[at]
            value |= (byte & 0x7F) << shift
            at += 1
            shift += 7
        return (at << 32) | (value & 0xFFFFFFFF)

    @cython.cfunc
    def _tries(self, low: cython.longlong, high: cython.longlong) -> None:
        """Mark try ranges and handlers; `cover` takes the position of the handler list of each covered instruction.

        Ranges have to come in order and apart, as ART demands; others are passed over.
        """
        size: cython.longlong = self.data.shape[0] if cython.compiled else len(self.data)
        head: cython.longlong = self.begin - 16
        at: cython.longlong = (self.begin + 2 * self.size + 3) & ~3
        count: cython.longlong
        t: cython.longlong
        start: cython.longlong
        length: cython.longlong
        lists: cython.longlong
        i: cython.longlong = low
        if low == high or head < 0:
            return
        count = self.data[head + 6] | (self.data[head + 7] << 8)
        if self._word(-2) != self.size or at + 8 * count > size:
            return
        lists = at + 8 * count
        for t in range(count):
            start = self._word((at - self.begin) // 2 + 4 * t)
            length = self.data[at + 8 * t + 4] | (self.data[at + 8 * t + 5] << 8)
            if start < 0 or (i > low and start <= self.pc[i - 1]):
                continue
            while i < high and self.pc[i] < start:
                i += 1
            if i < high:
                self.marks[i] = 1
            self._mark_handlers(lists + (self.data[at + 8 * t + 6] | (self.data[at + 8 * t + 7] << 8)))
            while i < high and self.pc[i] < start + length:
                self.cover[i] = lists + (self.data[at + 8 * t + 6] | (self.data[at + 8 * t + 7] << 8))
                i += 1
            if i < high:
                self.marks[i] = 1

    @cython.cfunc
    def _next_handler(self, at: cython.longlong, typed: cython.bint) -> cython.longlong:
        """Position after one handler times 2^32 plus its address; -1 past the end."""
        if typed:
            at = self._uleb(at)
            if at < 0:
                return -1
            at >>= 32
        return self._uleb(at)

    @cython.cfunc
    def _list_size(self, at: cython.longlong) -> cython.longlong:
        """Number of typed handlers of the list at `at`, times two, plus whether one for all follows; -1 unreadable."""
        size: cython.longlong = self._uleb(at)
        bits: cython.longlong
        value: cython.longlong
        if size < 0:
            return -1
        bits = 7 * ((size >> 32) - at)
        value = size & 0xFFFFFFFF
        if bits < 35 and (value >> (bits - 1)) & 1:
            value -= cython.cast(cython.longlong, 1) << bits
        if value < -_MOST or value > _MOST:
            return -1
        return 2 * value if value > 0 else 1 - 2 * value

    @cython.cfunc
    def _mark_handlers(self, at: cython.longlong) -> None:
        """Mark where the handlers of a list begin."""
        count: cython.longlong = self._list_size(at)
        k: cython.longlong
        to: cython.longlong
        if count < 0:
            return
        at = self._uleb(at) >> 32
        for k in range((count >> 1) + (count & 1)):
            at = self._next_handler(at, k < count >> 1)
            if at < 0:
                return
            to = self._found(at & 0xFFFFFFFF)
            if to >= 0:
                self.marks[to] = 1
            at >>= 32

    @cython.cfunc
    def _handlers(self, i: cython.longlong) -> cython.bint:
        """Write the handlers that cover the block that ends with an instruction; whether there was room."""
        room: cython.longlong = self.hand.shape[0] if cython.compiled else len(self.hand)
        at: cython.longlong = self.cover[i]
        count: cython.longlong = self._list_size(at) if at != 0 else -1
        k: cython.longlong
        to: cython.longlong
        if count < 0:
            return True
        at = self._uleb(at) >> 32
        if self.hands + (count >> 1) + 1 > room:
            return False
        for k in range((count >> 1) + (count & 1)):
            at = self._next_handler(at, k < count >> 1)
            if at < 0:
                break
            to = self._found(at & 0xFFFFFFFF)
            if to >= 0:
                self.hand[self.hands] = self.marks[to]
                self.hands += 1
                if k == count >> 1:
                    self.catch_all[self.marks[i]] = 1
            at >>= 32
        return True
