"""What can run: the call graph from the entry points on, by rapid type analysis; methods are read when reached."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from affidavit.dalvik.kernels.dispatch import Dispatch
from affidavit.dalvik.kernels.scan import Scanner
from affidavit.dalvik.whole.code import CodeReader
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.overrides import Overrides
from affidavit.dalvik.whole.reach import shortest
from affidavit.dalvik.whole.shapes import I32, I64, CallGraph, Code, EntryPoint, How

_EDGES = 40_000_000
"""Most edges; calls whose edges would be more count as leading out of the app."""

_EVENTS = 1 << 16
"""Most events of the code that are followed together."""


def _nothing() -> None:
    """The budget of a program that has none."""


@dataclass(frozen=True, slots=True, order=True)
class ExtraCall:
    """A call that the instructions do not show.

    Attributes:
        site_method, site_pc: the instruction that leads there; nothing happens while it is not reached.
        target: method called. When it is a constructor, an object of its class is made.
        how: why.
    """

    site_method: int
    site_pc: int
    target: int
    how: How


def build_calls(
    linked: Linked,
    entries: Sequence[EntryPoint],
    extra: Sequence[ExtraCall] = (),
    instantiated: Iterable[int] = (),
    check: Callable[[], None] = _nothing,
) -> CallGraph:
    """Find what can run.

    Args:
        linked: the program.
        entries: what the platform may call first.
        extra: further calls.
        instantiated: types of which the platform makes objects.
        check: called now and then; it may raise to stop.
    """
    search = CallSearch(linked, entries, check)
    search.add(extra, instantiated)
    return search.run()


class CallSearch:
    """Finds what can run; when more is added, it goes on from there: nodes keep their numbers, and further ones follow.

    Args:
        linked: the program.
        entries: what the platform may call first.
        check: called now and then; it may raise to stop.
    """

    def __init__(self, linked: Linked, entries: Sequence[EntryPoint], check: Callable[[], None] = _nothing) -> None:
        self.linked, self.check = linked, check
        self.reader = CodeReader(linked, check)
        self.overrides = Overrides(linked)
        self.dispatch = _dispatch(linked, self.overrides.initialisers)
        self.scanner = _scanner(linked, self.reader)
        self.events: I32 = np.empty((_EVENTS, 4), np.int32)
        ordered = sorted(entries, key=lambda item: (item.method, item.kind, item.component, item.declared))[::-1]
        self.entries = {entry.method: entry for entry in ordered}
        self.components = {entry.component: entry for entry in ordered}
        self.called_back: set[int] = set()
        self.initialised: set[int] = set()
        self.waiting: dict[int, list[ExtraCall]] = {}
        self.added: set[ExtraCall] = set()
        for entry in sorted(self.entries.values(), key=lambda item: item.method):
            self._initialise(int(linked.method_type[entry.method]), entry)
            self.dispatch.reach(entry.method)

    def add(self, extra: Iterable[ExtraCall], instantiated: Iterable[int]) -> None:
        """Take in further calls, and types of which the platform makes objects."""
        for type_ in sorted(set(instantiated)):
            self._initialise(type_, None)
            self.dispatch.instantiate(type_, -1)
        for call in sorted(set(extra) - self.added):
            self.added.add(call)
            self.waiting.setdefault(call.site_method, []).append(call)
        self._extra([method for method in sorted(self.waiting) if self.reader.node_first[method] >= 0])

    def run(self) -> CallGraph:
        """Go on until nothing new is reached; what was given before is not changed."""
        while True:
            self.check()
            methods, types = self.dispatch.take()
            if not len(methods) and not len(types):
                break
            self._callbacks(types)
            before = self.reader.nodes
            self.reader.read(methods)
            self._scan(before)
            self._extra(methods.tolist() if self.waiting else ())
        return self._graph()

    def _initialise(self, type_: int, entry: EntryPoint | None) -> None:
        """The static initialisers of a class that the platform uses, and of its superclasses, are entries."""
        if type_ in self.initialised:
            return
        self.initialised.add(type_)
        for above in self.linked.ancestors(type_):
            method = int(self.overrides.initialisers[above])
            if method >= 0 and not self.linked.is_interface[above]:
                plain = EntryPoint(method, "class", type_, "callback")
                self._enter(replace(entry, method=method) if entry else plain)
        self.dispatch.initialise(type_, -1)

    def _enter(self, entry: EntryPoint) -> None:
        """A method that the platform calls of its own accord."""
        self.entries.setdefault(entry.method, entry)
        self.dispatch.reach(entry.method)

    def _callbacks(self, types: I32) -> None:
        """What the platform may call of new objects."""
        for type_, method in self.overrides.of(self.dispatch, types):
            site = self.dispatch.maker(type_)
            if method in self.called_back:
                continue
            self.called_back.add(method)
            if site >= 0:
                self.dispatch.edge(site, method, int(How.CALLBACK))
            else:
                known = self.components.get(type_) or EntryPoint(method, "class", type_, "callback")
                self._enter(replace(known, method=method, declared="callback"))

    def _scan(self, before: int) -> None:
        """Follow the nodes that were read last."""
        names = ("kind", "opcode", "method", "data", "use_start", "use")
        columns = [self.reader.column(name) for name in names]
        at = before
        while at < self.reader.nodes:
            self.check()
            at, count = self.scanner.run(at, self.reader.nodes, columns, self.events)
            self.dispatch.follow(self.events, count)

    def _extra(self, methods: Iterable[int]) -> None:
        """Add the further calls of methods that were reached."""
        for method in methods:
            first, count = int(self.reader.node_first[method]), int(self.reader.node_count[method])
            for call in self.waiting.pop(method, ()) if first >= 0 else ():
                here = slice(first, first + count)
                found = (self.reader.column("pc")[here] == call.site_pc) & (self.reader.column("kind")[here] == 1)
                for node in (np.flatnonzero(found)[:1] + first).tolist():
                    self.dispatch.edge(node, call.target, int(call.how))
                    if self.linked.signature(int(self.linked.method_sig[call.target]))[0] == "<init>":
                        self.dispatch.instantiate(int(self.linked.method_type[call.target]), node)

    def _graph(self) -> CallGraph:
        """Put everything together."""
        edges, outside, made, reached, *keys = self.dispatch.results()
        keyed, leaving = _expand(*keys)
        site = np.concatenate((edges[:, 0], keyed[0]))
        target = np.concatenate((edges[:, 1], keyed[1]))
        how = np.concatenate((edges[:, 2].astype(np.uint8), np.zeros(len(keyed[0]), np.uint8)))
        outside_site = np.concatenate((outside[:, 0], leaving[0]))
        outside_type = np.concatenate((outside[:, 1], leaving[1]))
        entries = tuple(self.entries[method] for method in sorted(self.entries))
        code: Code = self.reader.code()
        first = np.array([entry.method for entry in entries], np.int32)
        parent, entry_of = shortest(code.method, site, target, first, len(reached))
        can = reached.astype(np.bool_)
        instantiated = made >= -1
        return CallGraph(
            code, entries, site, target, how, can, parent, entry_of, instantiated, outside_site, outside_type
        )


def _expand(keys: I32, sites: I32, targets: I32) -> tuple[tuple[I32, I32], tuple[I32, I32]]:
    """Edges from each site of a key to each target of it, and where sites lead out of the app."""
    fits = np.cumsum(keys[:, 2].astype(np.int64) * keys[:, 3]) <= _EDGES
    target_count = np.where(fits, keys[:, 3], 0)
    by_key = sites[np.argsort(sites[:, 1], kind="stable")]
    called = targets[np.argsort(targets[:, 1], kind="stable"), 0]
    first_target = np.cumsum(keys[:, 3]) - keys[:, 3]
    sizes = target_count[by_key[:, 1]]
    starts = np.cumsum(sizes) - sizes
    rows = np.arange(int(sizes.sum())) + np.repeat(first_target[by_key[:, 1]] - starts, sizes)
    away = np.where(keys[:, 5] >= 0, keys[:, 5], np.where(target_count == 0, keys[:, 0], -1))[by_key[:, 1]]
    leaving = away >= 0
    return (np.repeat(by_key[:, 0], sizes), called[rows]), (by_key[leaving, 0], away[leaving].astype(np.int32))


def _dispatch(linked: Linked, initialisers: I32) -> Dispatch:
    """The kernel that follows calls, with the program's arrays."""
    flags = (linked.is_interface.view(np.uint8), linked.is_app.view(np.uint8))
    return Dispatch(
        (linked.ref_type, linked.ref_sig, linked.ref_outside),
        (linked.parent, linked.interfaces.start, linked.interfaces.items, *_subtypes(linked), *flags, initialisers),
        (linked.member_start, linked.member_sig, linked.member_method),
        len(linked.method_unit),
    )


def _scanner(linked: Linked, reader: CodeReader) -> Scanner:
    """The kernel that finds calls, with the program's arrays."""
    firsts = (np.array(first, np.int64) for first in (linked.first_ref, linked.first_type, linked.first_field))
    return Scanner(
        (linked.ref_type, linked.ref_target, linked.ref_outside),
        (*firsts, linked.type_ref, linked.field_ref, linked.field_holder),
        (linked.method_unit, linked.method_type),
        (linked.parent, linked.is_interface.view(np.uint8)),
        _custom(linked, reader),
    )


def _subtypes(linked: Linked) -> tuple[I32, I32]:
    """Compressed rows of the direct subtypes of each type."""
    count = len(linked.types)
    lower = np.repeat(np.arange(count, dtype=np.int32), np.diff(linked.interfaces.start))
    children = np.flatnonzero(linked.parent >= 0).astype(np.int32)
    upper = np.concatenate((linked.parent[children], linked.interfaces.items))
    lower = np.concatenate((children, lower))
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(upper, minlength=count), out=start[1:])
    return start, lower[np.argsort(upper, kind="stable")]


def _custom(linked: Linked, reader: CodeReader) -> tuple[I64, I32, I32]:
    """Call sites: per unit the number of the first, and in compressed rows the method references of each."""
    rows: list[list[int]] = []
    first = []
    for number, unit in enumerate(linked.units):
        first.append(len(rows))
        if unit.form == "dex":
            rows += [[linked.first_ref[number] + item for item in site.methods] for site in reader.tables(number).sites]
    start = list(accumulate((len(row) for row in rows), initial=0))
    items = [item for row in rows for item in row]
    return np.array(first, np.int64), np.array(start, np.int32), np.array(items, np.int32)
