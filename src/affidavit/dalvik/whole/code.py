"""Values of methods on demand: decodes their instructions and finds their values, in batches, by the kernels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from affidavit.dalvik.kernels.blocks import Blocks
from affidavit.dalvik.kernels.constants import Constants
from affidavit.dalvik.kernels.decode import decode
from affidavit.dalvik.kernels.emit import Nodes
from affidavit.dalvik.kernels.ssa import Values
from affidavit.dalvik.opcodes import sweep_table
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.dalvik.whole import instructions
from affidavit.dalvik.whole.columns import Column
from affidavit.dalvik.whole.custom import call_sites, size_of
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, I64, U8, Code

_BATCH = 1 << 17
"""Code units that are looked at together."""
_CELLS = 4_000_000
"""Most registers times blocks of one method."""
_EDGES = 1 << 24
"""Most ways from block to block in one batch."""
_NODES = 120_000_000
"""Most nodes and operands in all: the largest apps known have a quarter of that."""
_PASSES = 4
"""Most rounds of folding branches in one method."""
_STATIC = 0x8


def _nothing() -> None:
    """The budget of a program that has none."""


@dataclass(slots=True)
class _Batch:
    """Some methods of one unit, decoded."""

    methods: I32
    first: I64
    units: I64
    shape: I64
    decoded: dict[str, Any]
    blocks: dict[str, Any]
    too_large: set[int]


class _UnitTables:
    """What the kernels need to know of one unit."""

    def __init__(self, linked: Linked, number: int) -> None:
        unit = linked.units[number]
        self.unit = unit
        self.data: U8 = np.frombuffer(unit.data[0], np.uint8)
        first = linked.first_type[number]
        types = linked.type_ref[first : first + len(unit.type_string)]
        wide = [kind for kind in (linked.type_of("J"), linked.type_of("D")) if kind >= 0]
        items = unit.proto_params.items
        flags = np.isin(np.append(types, -1)[items], wide).astype(np.uint8)
        self.sites = call_sites(unit)
        protos = np.array([site.proto for site in self.sites], np.int32)
        self.protos = (np.ascontiguousarray(unit.method_proto), protos, unit.proto_params.start, flags)
        self.limits = _limits(unit)


def _limits(unit: Unit) -> I64:
    """(256,) Size of the index space of each opcode."""
    sizes = {
        RefKind.STRING: len(unit.strings),
        RefKind.TYPE: len(unit.type_string),
        RefKind.FIELD: len(unit.field_name),
        RefKind.METHOD: len(unit.method_name),
        RefKind.CALL_SITE: size_of(unit, "call_site_ids"),
        RefKind.METHOD_HANDLE: size_of(unit, "method_handles"),
        RefKind.PROTO: len(unit.proto_return),
    }
    return np.array([1 << 62 if kind < 0 else sizes[RefKind(kind)] for kind in instructions.kinds().tolist()], np.int64)


class CodeReader:
    """Collects the values of methods, as they are asked for.

    Args:
        linked: the program.
        check: called now and then; it may raise to stop.
    """

    def __init__(self, linked: Linked, check: Callable[[], None] = _nothing) -> None:
        self.linked, self.check = linked, check
        count = len(linked.method_unit)
        self.node_first: I32 = np.full(count, -1, np.int32)
        self.node_count: I32 = np.zeros(count, np.int32)
        wanted = (np.uint8, np.uint8, np.int32, np.int32, np.int32, np.int64, np.int32, np.int32, np.int32)
        self._columns = [Column(dtype) for dtype in wanted]
        self._tables: dict[int, _UnitTables] = {}
        self._too_large: set[int] = set()
        self._folded = 0

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self._columns[0])

    def column(self, name: str) -> Any:
        """One of kind, opcode, pc, method, data, use_start, use; only until more methods are read."""
        names = ("kind", "opcode", "pc", "method", "data", "use_start", "use")
        return self._columns[names.index(name)].view()

    def tables(self, unit: int) -> _UnitTables:
        """Tables of a unit, made once."""
        if unit not in self._tables:
            self._tables[unit] = _UnitTables(self.linked, unit)
        return self._tables[unit]

    def read(self, methods: I32) -> None:
        """Read methods that were not read before; those without code are passed over."""
        wanted = methods[self.linked.has_code[methods] & (self.node_first[methods] < 0)]
        wanted = np.unique(wanted)
        units = self.linked.method_unit[wanted]
        for unit in np.unique(units).tolist():
            tables = self.tables(unit)
            for batch in _batches(wanted[units == unit], self.linked, tables.unit):
                self.check()
                self._batch(tables, batch)

    def code(self) -> Code:
        """Everything read so far; what is read later does not change it."""
        kind, opcode, pc, method, data, start, use, catch_from, catch_to = (one.view() for one in self._columns)
        ends = np.append(start, np.int64(len(use)))
        tail = (self._folded, tuple(sorted(self._too_large)))
        first, count = self.node_first.copy(), self.node_count.copy()
        return Code(first, count, kind, opcode, pc, method, data, ends, use, catch_from, catch_to, *tail)

    def _batch(self, tables: _UnitTables, methods: I32) -> None:
        """Read some methods of one unit."""
        batch = self._decode(tables, methods)
        left = np.arange(len(methods), dtype=np.int32)
        only = np.full(int(batch.blocks["block_first"][-1]) + 1, -1, np.int32)
        parts: list[_Part] = []
        for turn in range(_PASSES):
            part = _Part(tables, batch, left, only)
            folded = part.fold(tables, batch, only) if turn + 1 < _PASSES else []
            self._folded += sum(count for _, count in folded)
            parts.append(part)
            left = np.array([row for row, _ in folded], np.int32)
            if not len(left):
                break
        latest = {int(row): (part, k) for part in parts for k, row in enumerate(part.rows.tolist())}
        self._take(batch, latest)

    def _decode(self, tables: _UnitTables, methods: I32) -> _Batch:
        """Instructions and blocks."""
        unit, linked = tables.unit, self.linked
        rows = linked.method_row[methods]
        first, units = unit.def_code[rows].astype(np.int64), unit.def_units[rows].astype(np.int64)
        shape = _shape(tables, linked, methods, first)
        total = int(units.sum())
        decoded: dict[str, Any] = {name: np.empty(total + 1, np.int32) for name in ("pc", "dst", "number", "target")}
        decoded |= {"op": np.empty(total + 1, np.uint8), "reg_start": np.empty(total + 2, np.int32)}
        decoded |= {"regs": np.empty(2 * total + 8, np.int32), "ins_start": np.empty(len(methods) + 1, np.int32)}
        wanted = ("ins_start", "op", "pc", "dst", "number", "target", "reg_start", "regs")
        decode(
            tables.data, first, units, sweep_table()[0], instructions.layout(), instructions.roles(), tables.limits,
            *(decoded[name] for name in wanted),
        )  # fmt: skip
        decoded["roles"] = instructions.roles()
        batch = _Batch(methods, first, units, shape, decoded, {}, set())
        _find_blocks(tables, batch)
        self._too_large |= {int(methods[row]) for row in batch.too_large}
        return batch

    def _take(self, batch: _Batch, latest: dict[int, tuple["_Part", int]]) -> None:
        """Append the nodes of each method, runs of neighbours of one part at a time."""
        rows = sorted(latest)
        begin = 0
        while begin < len(rows):
            part, low = latest[rows[begin]]
            end = begin + 1
            while end < len(rows) and latest[rows[end]] == (part, low + end - begin):
                end += 1
            self._append(batch, part, low, low + end - begin)
            begin = end

    def _append(self, batch: _Batch, part: "_Part", low: int, high: int) -> None:
        """Append the nodes of methods `low` to `high` of a part."""
        methods = batch.methods[part.rows[low:high]]
        good = part.done[low:high] > 0
        self._too_large |= set(methods[~good].tolist())
        (node, use, catch), (node_end, use_end, catch_end) = part.begin[low].tolist(), part.end[high - 1].tolist()
        shift = self.nodes - node
        if self.nodes + len(self._columns[6]) + node_end - node + use_end - use > _NODES:
            self._too_large |= set(methods.tolist())
            return
        self.node_first[methods[good]] = part.begin[low:high, 0][good] + shift
        self.node_count[methods[good]] = (part.end[low:high, 0] - part.begin[low:high, 0])[good]
        columns = part.columns
        for target, source in zip(self._columns[:5], columns[:5], strict=True):
            target.extend(source[node:node_end])
        uses = columns[6][use:use_end]
        start = columns[5][node:node_end] + (len(self._columns[6]) - use)
        self._columns[5].extend(start)
        self._columns[6].extend(np.where(uses >= 0, uses + shift, -1))
        for target, source in zip(self._columns[7:], columns[7:], strict=True):
            target.extend(source[catch:catch_end] + shift)


class _Part:
    """The nodes of some methods of a batch.

    Attributes:
        rows: the methods, as rows of the batch. done: which were small enough.
        begin, end: (methods, 3) bounds of each method's nodes, uses and catches in `columns`.
    """

    def __init__(self, tables: _UnitTables, batch: _Batch, rows: I32, only: I32) -> None:
        self.rows = rows
        blocks, size = batch.blocks, int(batch.decoded["ins_start"][-1])
        self.done: U8 = np.zeros(len(rows), np.uint8)
        self.live: U8 = np.zeros(len(only), np.uint8)
        first_phis, raw_start = np.empty(len(rows) + 1, np.int32), np.empty(size + 1, np.int32)
        raw_count: I32 = np.zeros(size + 1, np.int32)
        values = Values(
            _pick(batch.decoded, "ins_start op dst number target reg_start regs roles"),
            _pick(blocks, "block_first block_ins succ_start succ hand_start hand"),
            tables.protos, batch.shape[:, 1:], _CELLS,
        )  # fmt: skip
        found = values.run(only, rows, self.done, first_phis, self.live, raw_start, raw_count)
        self.done[np.isin(rows, list(batch.too_large))] = 0
        nodes = Nodes(
            _pick(batch.decoded, "ins_start op pc number roles"),
            _pick(blocks, "block_first block_ins hand_start hand catch_all"),
            (*found, self.live, raw_start, raw_count, first_phis),
            np.ascontiguousarray(batch.shape[:, [0, 1, 5]]),
        )
        self.ins_node: I32 = np.full(size + 1, -1, np.int32)
        self._write(nodes, size + len(found[0]) + int(batch.shape[:, 5].sum()) + 3 * len(rows) + 8, found)

    def _write(self, nodes: Nodes, room: int, found: tuple[Any, ...]) -> None:
        """Let the kernel write, with more room until it is enough."""
        uses, catches = 2 * (len(found[5]) + len(found[3])) + 8, room
        while True:
            kinds = (np.uint8, np.uint8, np.int32, np.int32, np.int32)
            self.columns: list[Any] = [np.empty(room, kind) for kind in kinds]
            self.columns += [np.empty(room + 1, np.int64), np.empty(uses, np.int32)]
            self.columns += [np.empty(catches, np.int32), np.empty(catches, np.int32)]
            bounds = np.zeros((len(self.rows) + 1, 3), np.int64)
            last = nodes.run(self.rows, self.done, 0, self.columns, self.ins_node, bounds)
            if last == len(self.rows) or catches > _EDGES:
                break
            catches *= 4
        self.done[last:] = 0
        bounds[last + 1 :] = bounds[last]
        self.begin, self.end = bounds[:-1], bounds[1:]

    def fold(self, tables: _UnitTables, batch: _Batch, only: I32) -> list[tuple[int, int]]:
        """Decide branches; give the methods (rows of the batch) in which any was decided, and how many."""
        kind, opcode, _, _, data, use_start, use, _, _ = self.columns
        scratch = (np.zeros(len(kind), np.uint8), np.empty(len(kind), np.int32))
        decoded = batch.decoded
        constants = Constants(
            (kind, opcode, data, use_start, use),
            (tables.data, batch.first, *_pick(decoded, "op pc target roles")),
            (*_pick(batch.blocks, "block_first block_ins succ_start"), self.live),
            self.ins_node,
            scratch,
        )
        found = ((row, constants.decide(row, only)) for row in self.rows[self.done > 0].tolist())
        return [(row, count) for row, count in found if count]


def _pick(arrays: dict[str, Any], names: str) -> tuple[Any, ...]:
    """Some arrays by name."""
    return tuple(arrays[name] for name in names.split())


def _batches(methods: I32, linked: Linked, unit: Unit) -> Iterator[I32]:
    """Parts of a list of methods, each with a bounded number of code units (or one method)."""
    sizes = unit.def_units[linked.method_row[methods]].astype(np.int64)
    group = np.cumsum(sizes) // _BATCH
    bounds = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(methods)]
    return (methods[low:high] for low, high in pairwise(bounds) if low < high)


def _shape(tables: _UnitTables, linked: Linked, methods: I32, first: I64) -> I64:
    """(methods, 6) Number in the program, registers, arguments in registers, receiver, prototype, parameters."""
    unit = tables.unit
    rows = linked.method_row[methods]
    head = tables.data[(first[:, None] - 16) + np.arange(4)].astype(np.int64)
    registers, ins = head[:, 0] | head[:, 1] << 8, head[:, 2] | head[:, 3] << 8
    receiver = ((linked.method_access[methods] & _STATIC) == 0).astype(np.int64)
    refs = unit.def_method[rows]
    protos = np.where(refs >= 0, unit.method_proto[refs], -1).astype(np.int64)
    sizes = np.append(np.diff(unit.proto_params.start), 0)[protos]
    return np.stack((methods.astype(np.int64), registers, ins, receiver, protos, sizes + receiver), axis=1)


def _find_blocks(tables: _UnitTables, batch: _Batch) -> None:
    """Blocks and the ways between them; a method with too many of them has no block and is noted as too large."""
    total = int(batch.decoded["ins_start"][-1])
    room = 4 * total + 64
    start, count = 0, len(batch.methods)
    scratch = [np.empty(int(batch.units.max()) + 1, np.int32), np.empty(total + 1, np.int32)]
    scratch.append(np.empty(total + 1, np.int32))
    units = batch.units.copy()
    while True:
        blocks: dict[str, Any] = {"block_first": np.empty(count + 1, np.int32)}
        blocks |= {name: np.empty(total + 2, np.int32) for name in ("block_ins", "succ_start", "hand_start")}
        blocks |= {"succ": np.empty(room, np.int32), "hand": np.empty(room, np.int32)}
        blocks["catch_all"] = np.zeros(total + 1, np.uint8)
        finder = Blocks(
            (tables.data, batch.first, units),
            _pick(batch.decoded, "ins_start op pc target"),
            batch.decoded["roles"],
            scratch,
            _pick(blocks, "block_first block_ins succ_start succ hand_start hand catch_all"),
        )
        start = finder.run(0, count)
        if start == count:
            batch.blocks = blocks
            return
        if room >= _EDGES:
            batch.too_large.add(start)
            batch.decoded = _without(batch.decoded, start)
        else:
            room = min(4 * room, _EDGES)


def _without(decoded: dict[str, Any], row: int) -> dict[str, Any]:
    """Decoded instructions without those of one method."""
    start = decoded["ins_start"].copy()
    low, high = int(start[row]), int(start[row + 1])
    start[row + 1 :] -= high - low
    cut = {name: np.delete(decoded[name], slice(low, high)) for name in ("op", "pc", "dst", "number", "target")}
    cut["reg_start"] = np.delete(decoded["reg_start"], slice(low, high))
    return decoded | cut | {"ins_start": start}
