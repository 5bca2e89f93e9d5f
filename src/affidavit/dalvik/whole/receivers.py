"""Which objects come to calls that could run several methods: types are followed through the whole program.

Types begin where an object is made, or where code outside of the app gives one; they go the way of the references:
merges, casts, fields, arguments and results. Of a call that could run several methods, those are followed that some
object at the receiver runs. A receiver to which nothing comes may be anything.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from affidavit.dalvik.kernels import edges as kernel
from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.edges import KIND, NUMBER, Pairs, Rows, cells, index
from affidavit.dalvik.whole.edges_outside import Outside
from affidavit.dalvik.whole.kinds import ANY, DISPATCHED, Kind, Kinds, runs
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, U8, Bool, CallGraph, Code, NodeKind
from affidavit.model.flow import Edge

MOST = 48
"""Types of one value; with more it may be anything."""
_OFTEN = 1 << 14
_CAST, _LOADS, _STORES, _STATIC_LOAD = 0x1F, (0x54, 0x62), (0x5B, 0x69), 0x62
_NUMBERS, _CONST_CLASS, _NEW_INSTANCE = range(0x12, 0x1A), 0x1C, 0x22
_ALONE = 2
_SETTERS = frozenset({
    "Ljava/lang/reflect/Field;", "Ljava/util/concurrent/atomic/AtomicReferenceFieldUpdater;", "Lsun/misc/Unsafe;",
    "Ljava/lang/invoke/VarHandle;",
})  # fmt: skip
"""Classes by which fields are written that no instruction names."""
Found = frozenset[Kind]


def met(  # noqa: PLR0917 - each is one part of the analysis
    linked: Linked, calls: CallGraph, kinds: Kinds, outside: Outside, made: U8, pairs: Pairs, check: Callable[[], None]
) -> Pairs:
    """Of calls, as nodes and targets, those that an object which comes to the receiver can run.

    Args:
        linked: the program.
        calls: its call graph.
        kinds: declared types.
        outside: invokes of methods without code.
        made: see ``edges.given``.
        pairs: the calls.
        check: called now and then; it may raise to stop.
    """
    code = calls.code
    sites, targets = pairs
    asked = np.isin(code.opcode[sites], DISPATCHED)
    away = np.zeros(len(code.kind), np.bool_)
    away[outside.sites] = True
    asked &= (np.bincount(sites, minlength=len(code.kind))[sites] >= _ALONE) | away[sites]
    if not asked.any():
        return pairs
    search = _Search(linked, calls, kinds, _Begins(linked, calls, kinds, outside, made, away), pairs, asked)
    keep = ~asked
    keep[search.run(check)] = True
    return sites[keep], targets[keep]


class _Begins:
    """Kinds that come up at a node.

    Args:
        linked: the program. calls: its call graph. kinds: declared types. outside: invokes of methods without code.
        made: what code outside made. away: per node whether it is such an invoke.
    """

    def __init__(  # noqa: PLR0917 - each is one part of the analysis
        self, linked: Linked, calls: CallGraph, kinds: Kinds, outside: Outside, made: U8, away: Bool
    ) -> None:
        self._linked, self._code, self._kinds, self._outside = linked, calls.code, kinds, outside
        self._made, self._away = made, away
        self.cells = cells(linked, calls.code)
        written = np.zeros(linked.fields + 1, np.bool_)
        stores = np.flatnonzero((calls.code.kind == NodeKind.INSTRUCTION) & np.isin(calls.code.opcode, _STORES))
        written[self.cells[stores[self.cells[stores] >= 0]] - len(calls.code.kind)] = True
        self._unwritten = ~written[:-1] | ~linked.is_app[linked.field_holder]
        self._by_name = self._holders(calls)
        self._views: dict[int, bool] = {}

    def _holders(self, calls: CallGraph) -> Bool:
        """Per type whether something else than instructions may write fields of its objects, where anything does.

        Who writes fields by their names has the class, or finds it in another that it has, and makes the object.
        """
        called = np.unique(calls.outside_type[calls.outside_type >= 0]).tolist()
        if not any(self._linked.types[type_] in _SETTERS for type_ in called):
            return np.zeros(len(self._linked.types), np.bool_)
        found: Bool = self._named(_CONST_CLASS) | ~self._named(_NEW_INSTANCE)
        return found

    def _named(self, opcode: int) -> Bool:
        """Per type whether an instruction of a kind names it or what inherits from it."""
        nodes = np.flatnonzero((self._code.kind == NodeKind.INSTRUCTION) & (self._code.opcode == opcode))
        found = np.zeros(len(self._linked.types), np.bool_)
        for type_ in {self._kinds.named(node) for node in nodes.tolist()}:
            found[list(self._linked.ancestors(type_))] = True
        return found

    def at(self, node: int) -> Found:
        """Of a node of code or a field."""
        if node >= len(self._code.kind):
            type_ = int(self._kinds.fields()[node - len(self._code.kind)])
            unknown = self._unwritten[node - len(self._code.kind)]
            return frozenset({(type_, False) if type_ >= 0 else ANY}) if unknown else frozenset()
        kind = self._code.kind[node]
        if kind == NodeKind.PARAMETER:
            closed = self._kinds.closed[self._code.method[node]]
            return frozenset() if closed else frozenset({self._kinds.declared(node)})
        if kind != NodeKind.INSTRUCTION:
            return frozenset({ANY}) if -1 in self._code.operands(node) else frozenset()
        return self._made_at(node, int(self._code.opcode[node]))

    def _made_at(self, node: int, opcode: int) -> Found:
        if opcode in _NUMBERS:
            return frozenset()
        declared = frozenset({self._kinds.declared(node)})
        operands = self._code.operands(node)
        if opcode == _CAST:
            return declared if operands[0] < 0 else frozenset()
        if opcode in _LOADS:
            owner = operands[0] if opcode != _STATIC_LOAD else -1
            field = int(self.cells[node]) - len(self._code.kind)
            known = field >= 0 and (
                opcode == _STATIC_LOAD
                or not (owner < 0 or self._made[owner] or self._by_name[self._linked.field_holder[field]])
            )
            return frozenset() if known else declared
        if opcode in DISPATCHED or opcode in {0x6F, 0x70, 0x71, 0x75, 0x76, 0x77}:
            if not self._away[node]:
                return frozenset()
            ((type_, _),) = declared
            view = type_ >= 0 and not self._linked.is_app[type_] and all(map(self._is_view, self._outside.at(node)))
            return frozenset({(type_, True)}) if view else declared
        return declared

    def _is_view(self, shape: int) -> bool:
        """Whether a library makes the object that it gives, to hold what it was given."""
        if shape not in self._views:
            given = [
                effect
                for effect in self._outside.table[shape].effects
                if effect.kind == "same" and effect.target is not None and effect.target.base == "return"
            ]
            self._views[shape] = bool(given) and all(effect.target and effect.target.key for effect in given)
        return self._views[shape]


class _Search:
    """One search."""

    def __init__(  # noqa: PLR0917 - each is one part of the analysis
        self, linked: Linked, calls: CallGraph, kinds: Kinds, begins: _Begins, pairs: Pairs, asked: Bool
    ) -> None:
        self._linked, self._code, self._kinds, self._begins = linked, calls.code, kinds, begins
        self._casts = _casts(calls, kinds)
        self._rows: dict[int, list[int]] = defaultdict(list)
        sites, self._targets = pairs
        for row in np.flatnonzero(asked).tolist():
            self._rows[int(sites[row])].append(row)
        self._receivers: dict[int, list[int]] = defaultdict(list)
        for site in self._rows:
            self._receivers[self._receiver(site)].append(site)
        self._ways: dict[int, list[int]] = defaultdict(list)
        self._through: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._wanted = self._link(pairs, asked)
        self._found: dict[int, Found] = {}
        self._waiting: list[int] = []
        self._runs: dict[tuple[Found, int], frozenset[int] | None] = {}
        self._active: set[int] = set()

    def _link(self, pairs: Pairs, asked: Bool) -> I32:
        """Ways of references to the receivers; the nodes on them."""
        code, total = self._code, len(self._code.kind) + self._linked.fields
        tail, head, row = _ways(code, self._begins.cells, pairs, asked)
        back = index(2 * head, 2 * total)
        seen, queue = np.zeros(2 * total, np.uint8), np.empty(2 * total, np.int32)
        seeds = 2 * np.array(sorted(node for node in self._receivers if node >= 0), np.int32)
        # Twice the number: the solver takes an odd vertex, going forward, for an object that was changed.
        solve.reach(back.start, back.items, 2 * tail, seeds, 0, seen, queue)
        wanted = seen[::2] > 0
        keep = wanted[head]
        for one, other, pair in zip(tail[keep].tolist(), head[keep].tolist(), row[keep].tolist(), strict=True):
            if pair < 0:
                self._ways[one].append(other)
            else:
                self._through[pair].append((one, other))
        return np.flatnonzero(wanted).astype(np.int32)

    def run(self, check: Callable[[], None]) -> list[int]:
        """Follow types until nothing new comes anywhere; the rows of the pairs asked about that some object runs."""
        for node in self._wanted.tolist():
            self._add(node, self._begins.at(node))
        while True:
            for steps, node in enumerate(iter(self._next, -1)):
                if steps % _OFTEN == 0:
                    check()
                for head in self._ways.get(node, ()):
                    self._add(head, self._found[node])
                for site in self._receivers.get(node, ()):
                    self._call(site, self._found[node])
            left = [site for site in self._rows if not self._known(site)]
            if not left:
                break
            for site in left:
                self._found.setdefault(self._receiver(site), frozenset({ANY}))
                self._call(site, frozenset({ANY}))
        return sorted(self._active)

    def _next(self) -> int:
        return self._waiting.pop() if self._waiting else -1

    def _receiver(self, site: int) -> int:
        return next(iter(self._code.operands(site)), -1)

    def _known(self, site: int) -> bool:
        return self._receiver(site) in self._found

    def _add(self, node: int, kinds: Found) -> None:
        """Some kinds come to a node."""
        if node in self._casts:
            kinds = self._cast(kinds, self._casts[node])
        known = self._found.get(node, frozenset())
        if not kinds or kinds <= known or ANY in known:
            return
        both = known | kinds
        self._found[node] = frozenset({ANY}) if ANY in both or len(both) > MOST else both
        self._waiting.append(node)

    def _cast(self, kinds: Found, type_: int) -> Found:
        """What of some kinds a cast lets pass."""
        return frozenset(kind for kind in (self._cast_one(*item, type_) for item in kinds) if kind is not None)

    def _cast_one(self, known: int, exact: bool, type_: int) -> Kind | None:
        linked = self._linked
        if type_ < 0:
            return known, exact
        if known >= 0 and linked.is_subtype(known, type_):
            return known, exact
        if exact and known >= 0:
            return None if linked.is_app[known] else (type_, exact and not linked.is_app[type_])
        return type_, False

    def _call(self, site: int, kinds: Found) -> None:
        """The methods that objects at the receiver run."""
        for row in self._rows[site]:
            if row in self._active:
                continue
            target = int(self._targets[row])
            key = kinds, int(self._linked.method_sig[target])
            if key not in self._runs:
                self._runs[key] = runs(self._linked, self._kinds, *key)
            allowed = self._runs[key]
            if allowed is None or target in allowed:
                self._active.add(row)
                for tail, head in self._through.get(row, ()):
                    self._ways[tail].append(head)
                    self._add(head, self._found.get(tail, frozenset()))


def _casts(calls: CallGraph, kinds: Kinds) -> dict[int, int]:
    """The type that each cast lets pass."""
    code = calls.code
    nodes = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & (code.opcode == _CAST)).tolist()
    return {node: kinds.declared(node)[0] for node in nodes}


def _ways(code: Code, named: I32, pairs: Pairs, asked: Bool) -> tuple[I32, I32, I32]:
    """Ways of references: from, to, and the row of the call that they depend on or -1."""
    is_code = code.kind == NodeKind.INSTRUCTION
    merges = np.flatnonzero((code.kind == NodeKind.PHI) | (code.kind == NodeKind.RETURN))
    count = np.diff(code.use_start)[merges]
    places = np.repeat(code.use_start[merges] - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
    casts = np.flatnonzero(is_code & (code.opcode == _CAST))
    stores = np.flatnonzero(is_code & np.isin(code.opcode, _STORES))
    loads = np.flatnonzero(is_code & np.isin(code.opcode, _LOADS))
    rows = Rows()
    frame = (code.node_first, code.node_count)
    rows.fill(kernel.call_edges, code.kind, code.use_start, code.use, *frame, *pairs)
    tail, head, label, site = rows.columns()
    through = np.isin(label & KIND, (NUMBER[Edge.CALL], NUMBER[Edge.RETURN]))
    tail, head, label, site = tail[through] >> 1, head[through] >> 1, label[through], site[through]
    target = code.method[np.where((label & KIND) == NUMBER[Edge.CALL], head, tail)].astype(np.int64)
    width = np.int64(len(code.node_first))
    asked_rows = np.flatnonzero(asked)
    keys = pairs[0][asked_rows] * width + pairs[1][asked_rows]
    order = np.argsort(keys)
    at = np.searchsorted(keys[order], site * width + target)
    at = np.minimum(at, max(0, len(keys) - 1))
    is_asked = keys[order][at] == site * width + target
    pair = np.where(is_asked, asked_rows[order][at], -1)
    tails = [code.use[places], code.use[code.use_start[casts]], code.use[code.use_start[stores]], named[loads], tail]
    heads = [np.repeat(merges, count), casts, named[stores], loads, head]
    tail, head = np.concatenate(tails).astype(np.int32), np.concatenate(heads).astype(np.int32)
    pair = np.concatenate([np.full(sum(map(len, tails[:-1])), -1, np.int32), pair.astype(np.int32)])
    keep = (tail >= 0) & (head >= 0)
    return tail[keep], head[keep], pair[keep]
