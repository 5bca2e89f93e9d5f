"""Basic blocks of one method, what dominates what, and what runs only because of a branch.

Read from the bytes on demand, for the few methods where order matters: the arrays of `Code` have no blocks.
Source: Dalvik bytecode; dex format, code_item, try_item, encoded_catch_handler.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from affidavit.dalvik.opcodes import widths
from affidavit.dalvik.unit import Unit

MAX_UNITS = 20_000
"""Code units of a method that is looked at; a longer one has no blocks here."""
MAX_HANDLERS = 2_000
EXIT = -1

_PAYLOADS = frozenset({0x0100, 0x0200, 0x0300})
_ENDS = frozenset({0x0E, 0x0F, 0x10, 0x11, 0x27})
_GOTOS = frozenset({0x28, 0x29, 0x2A})
_SWITCHES = frozenset({0x2B, 0x2C})
_IFS = range(0x32, 0x3E)
_INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79), *range(0xFA, 0xFE)})
_ARRAYS = frozenset({0x1F, 0x23, *range(0x44, 0x52)})
BRANCHES = frozenset({*_SWITCHES, *_IFS})
"""Opcodes that choose between two or more ways."""
THROWING = _INVOKES | _ARRAYS | {0x27, 0x93, 0x94, 0xB3, 0xB4, 0xD3, 0xD4, 0xDB, 0xDC}
"""Opcodes taken to throw: calls, casts, arrays, divisions, throw. (A null receiver is not looked for.)"""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Address, opcode and the addresses where control may go next (without exceptions)."""

    pc: int
    opcode: int
    following: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A try: its covered addresses and the addresses of its handlers."""

    first: int
    end: int
    handlers: tuple[int, ...]


def decode(unit: Unit, row: int) -> list[Instruction]:
    """The instructions of a method in order of address; none when it is too long or has none."""
    length = int(unit.def_units[row])
    if unit.form != "dex" or not 0 < length <= MAX_UNITS:
        return []
    code = struct.unpack_from(f"<{length}H", unit.data[0], int(unit.def_code[row]))
    table, out, pc = widths(), [], 0
    while pc < length:
        word = code[pc]
        width = _payload_width(code, pc) if word in _PAYLOADS else table[word & 0xFF]
        if pc + width > length:
            break
        if word not in _PAYLOADS:
            out.append(Instruction(pc, word & 0xFF, following(code, pc, width)))
        pc += width
    return out


def _payload_width(code: tuple[int, ...], pc: int) -> int:
    ident, size, *more = (*code[pc : pc + 4], 0, 0, 0)[:4]
    if ident == 0x0100:
        return 4 + 2 * size
    if ident == 0x0200:
        return 2 + 4 * size
    return 4 + (size * (more[0] | more[1] << 16) + 1) // 2


def following(code: tuple[int, ...], pc: int, width: int) -> tuple[int, ...]:
    """Where control may go after an instruction."""
    opcode = code[pc] & 0xFF
    if opcode in _ENDS:
        return ()
    if opcode in _GOTOS:
        return (pc + _distance(code, pc, opcode),)
    if opcode in _IFS:
        return pc + width, pc + signed(code[pc + 1], 16)
    if opcode in _SWITCHES:
        return (pc + width, *switch(code, pc).values())
    return (pc + width,)


def _distance(code: tuple[int, ...], pc: int, opcode: int) -> int:
    if opcode == 0x28:
        return signed(code[pc] >> 8, 8)
    return signed(code[pc + 1], 16) if opcode == 0x29 else signed(code[pc + 1] | code[pc + 2] << 16, 32)


def switch(code: tuple[int, ...], pc: int) -> dict[int, int]:
    """The cases of a switch: value -> address."""
    at = pc + signed(code[pc + 1] | code[pc + 2] << 16, 32)
    if not 0 <= at < len(code) - 1 or code[at] not in {0x0100, 0x0200}:
        return {}
    size, packed = code[at + 1], code[at] == 0x0100
    start = at + 4 if packed else at + 2 + 2 * size
    ways = [pc + way for way in _words(code[start : start + 2 * size])]
    keys = _words(code[at + 2 : at + 4 if packed else start])
    return dict(zip(range(keys[0], keys[0] + size) if packed and keys else keys, ways, strict=False))


def _words(units: tuple[int, ...]) -> list[int]:
    """Pairs of code units as signed numbers of 32 bits."""
    return [signed(low | high << 16, 32) for low, high in zip(units[::2], units[1::2], strict=False)]


def signed(value: int, bits: int) -> int:
    """Two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value


def regions(unit: Unit, row: int) -> list[Region]:
    """The tries of a method; those that cannot be read are left out."""
    start, length = int(unit.def_code[row]), int(unit.def_units[row])
    data = unit.data[0]
    if unit.form != "dex" or start < 16 or not length:
        return []
    (count,) = struct.unpack_from("<H", data, start - 10)
    at = start + 2 * (length + (length & 1))
    handlers_at = at + 8 * count
    found: list[Region] = []
    if handlers_at > len(data):
        return []
    for index in range(min(count, MAX_HANDLERS)):
        first, units, offset = struct.unpack_from("<IHH", data, at + 8 * index)
        found.append(Region(first, first + units, _handlers(data, handlers_at + offset)))
    return found


def _handlers(data: memoryview, at: int) -> tuple[int, ...]:
    """Addresses of one encoded_catch_handler."""
    value, behind = _leb(data, at)
    bits = 7 * (behind - at)
    size, at = (signed(value & ((1 << bits) - 1), bits) if bits else 0), behind
    catch_all = size <= 0
    found: list[int] = []
    for _ in range(min(abs(size), MAX_HANDLERS)):
        _, at = _leb(data, at)
        address, at = _leb(data, at)
        found.append(address)
    if catch_all:
        found.append(_leb(data, at)[0])
    return tuple(found)


def _leb(data: memoryview, at: int) -> tuple[int, int]:
    """Unsigned LEB128 and the offset behind it; 0 past the end."""
    value = shift = 0
    for _ in range(5):
        if at >= len(data):
            return 0, at
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value, at


class Flowgraph:
    """Blocks of a method.

    Attributes:
        starts: address of each block's first instruction. instructions: of each block.
        successors: of each block, blocks that may follow, `EXIT` for the end of the method.
    """

    def __init__(self, unit: Unit, row: int, *, exceptions: bool = True) -> None:
        self.code = decode(unit, row)
        tries = regions(unit, row) if exceptions else []
        self._known = {item.pc for item in self.code}
        leaders = self._leaders(tries)
        self.starts: list[int] = sorted(leaders & self._known)
        self.instructions: list[list[Instruction]] = [[] for _ in self.starts]
        for item in self.code:
            self.instructions[self.block(item.pc)].append(item)
        self.successors: list[list[int]] = [self._after(block, tries) for block in range(len(self.starts))]
        self._dominators: list[int] | None = None

    def _leaders(self, tries: list[Region]) -> set[int]:
        leaders = {self.code[0].pc} if self.code else set()
        for item, behind in pairwise(self.code):
            if len(item.following) != 1 or item.opcode in _GOTOS:
                leaders.update((behind.pc, *item.following))
            elif tries and item.opcode in THROWING:
                leaders.add(behind.pc)
        leaders.update(self.code[-1].following if self.code else ())
        for region in tries:
            leaders.update((region.first, region.end, *region.handlers))
        return leaders

    def _after(self, block: int, tries: list[Region]) -> list[int]:
        """Successors of a block, handlers included, each once and sorted."""
        last = self.instructions[block][-1]
        found = {self.block(pc) for pc in last.following if pc in self._known}
        if len(found) == 0 or last.opcode in _ENDS:
            found.add(EXIT)
        for region in tries:
            if last.opcode in THROWING and region.first <= last.pc < region.end:
                found.update(self.block(pc) for pc in region.handlers if pc in self._known)
        return sorted(found)

    def block(self, pc: int) -> int:
        """The block that holds an address, -1 when there are no blocks."""
        return bisect_right(self.starts, pc) - 1

    def dominates(self, above: int, below: int) -> bool:
        """Whether every way to the instruction at `below` passes the one at `above`."""
        if self._dominators is None:
            ahead = [[item for item in row if item != EXIT] for row in self.successors]
            self._dominators = immediate(ahead, 0) if ahead else []
        first, last = self.block(above), self.block(below)
        if first < 0 or last < 0:
            return False
        if first == last:
            return above <= below
        while last > 0:
            last = self._dominators[last]
            if last == first:
                return True
        return first == last

    def repeats(self, pc: int, without: int = -1) -> bool:
        """Whether the instruction may run again after it ran, the one at `without` not having run again in between."""
        start = self.block(pc)
        stack = [start] if start >= 0 else []
        seen: set[int] = {EXIT, self.block(without)} if without >= 0 else {EXIT}
        while stack:
            fresh = [block for block in self.successors[stack.pop()] if block not in seen]
            if start in fresh:
                return True
            seen.update(fresh)
            stack += fresh
        return False

    def postdominators(self) -> list[int]:
        """Immediate postdominator of each block, `EXIT` at the end and where a block never reaches it."""
        count = len(self.starts)
        reverse: list[list[int]] = [[] for _ in range(count + 1)]
        for block, following in enumerate(self.successors):
            for item in following:
                reverse[count if item == EXIT else item].append(block)
        found = immediate(reverse, count)
        return [EXIT if item in {count, -1} else item for item in found[:count]]

    def controlled(self) -> list[tuple[int, list[int]]]:
        """Blocks that end in a choice, each with the blocks that run only on some side of it (Ferrante et al.)."""
        after = self.postdominators()
        out: list[tuple[int, list[int]]] = []
        for block, following in enumerate(self.successors):
            if len(following) < 2:
                continue
            found: set[int] = set()
            for item in following:
                runner = item
                while runner not in {EXIT, after[block]} and runner not in found:
                    found.add(runner)
                    runner = after[runner]
            out.append((block, sorted(found)))
        return out


def immediate(successors: list[list[int]], root: int) -> list[int]:
    """Immediate dominators (Cooper, Harvey, Kennedy); -1 for what `root` does not reach, the root itself for it."""
    order = _postorder(successors, root)
    rank = {node: position for position, node in enumerate(order)}
    before: dict[int, list[int]] = {node: [] for node in order}
    for node in order:
        for item in successors[node]:
            before[item].append(node)
    parent = [-1] * len(successors)
    parent[root] = root
    changed = True
    while changed:
        changed = False
        for node in reversed(order[:-1]):
            known = [item for item in before[node] if parent[item] >= 0]
            best = known[0]
            for item in known[1:]:
                best = _meet(best, item, parent, rank)
            if parent[node] != best:
                parent[node] = best
                changed = True
    return parent


def _meet(left: int, right: int, parent: list[int], rank: dict[int, int]) -> int:
    """The nearest node that dominates both."""
    while left != right:
        while rank[left] < rank[right]:
            left = parent[left]
        while rank[right] < rank[left]:
            right = parent[right]
    return left


def _postorder(successors: list[list[int]], root: int) -> list[int]:
    """Nodes that the root reaches, each after those that follow it."""
    order: list[int] = []
    seen = {root}
    stack: list[tuple[int, int]] = [(root, 0)]
    while stack:
        node, position = stack.pop()
        if position < len(successors[node]):
            stack.append((node, position + 1))
            item = successors[node][position]
            if item not in seen:
                seen.add(item)
                stack.append((item, 0))
        else:
            order.append(node)
    return order
