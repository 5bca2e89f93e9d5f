"""Edges into methods that the platform calls because of a library call: ``call X.name/arity(operands) == B``."""

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from affidavit.dalvik.effects import Effect, Operand
from affidavit.dalvik.models import parameters
from affidavit.dalvik.whole.edges import CLOSE, NUMBER, OPEN, Rows
from affidavit.dalvik.whole.edges_outside import RESULT, Outside, Shape, positions
from affidavit.dalvik.whole.kinds import Kinds
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, CallGraph, NodeKind
from affidavit.dalvik.whole.wide import Wide
from affidavit.model.flow import Edge

_CALLBACK = NUMBER[Edge.CALLBACK]
_WIDE = 8
"""Methods that one call may lead to; a call with more tells nothing (``toString`` of any object at all)."""
_MOST = 2_000_000
"""Pairs of a call and a method that it leads to."""


class Finder:
    """Finds the methods that such a call may run.

    Args:
        linked: the program. calls: its call graph. outside: invokes with effects. kinds: types of objects.

    Attributes:
        wide: calls that were left out, as they lead to too many methods.
    """

    def __init__(self, linked: Linked, calls: CallGraph, outside: Outside, kinds: Kinds) -> None:
        self._linked, self._calls, self._code, self._outside = linked, calls, calls.code, outside
        self._kinds = kinds
        self._named: dict[int, dict[tuple[str, int], list[int]]] = {}
        self._runs: dict[tuple[int, bool, str, int], tuple[int, ...]] = {}
        self._arities: dict[int, tuple[str, int]] = {}
        self._pairs = 0
        self.wide: list[Wide] = []

    def add(self, rows: Rows, check: Callable[[], None]) -> None:
        """Edges of every site."""
        for row, sites in self._outside.groups():
            shape = self._outside.table[row]
            for effect in shape.effects:
                if effect.kind != "call":
                    continue
                for targets, some in self._sites(sites, shape, effect, check):
                    pairs = len(targets) * len(some)
                    if len(targets) > _WIDE or self._pairs + pairs > _MOST:
                        self.wide.append(self._left(some, targets, *ends(effect, shape)))
                    else:
                        self._pairs += pairs
                        self._join(rows, some, targets, effect, shape)

    def _sites(self, sites: I32, shape: Shape, effect: Effect, check: Callable[[], None]) -> Iterator[tuple[I32, I32]]:
        """Methods that may run, and the sites where it is these."""
        on = _first(effect.origin, shape)
        if on is None:
            return
        found: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for site in sites.tolist():
            check()
            found[tuple(self._targets(site, on, effect))].append(site)
        for targets, some in found.items():
            if targets:
                yield np.array(targets, np.int32), np.array(some, np.int32)

    def _left(self, sites: I32, targets: I32, given: list[int | None], result: int | None) -> Wide:
        """Where data would go in and out of the methods, had the calls been followed."""
        first, count = self._code.node_first[targets], self._code.node_count[targets]
        first, count = first[first >= 0], count[first >= 0]
        taken = [position for position in given if position is not None]
        tails = [2 * self._node(sites, position) for position in taken]
        tails += [] if result is None else [2 * self._node(sites, result) + 1]
        changed = [2 * (first[count > at] + at) + 1 for at in range(len(taken))]
        shared = np.concatenate([*changed, 2 * (first + count - 2)])
        return Wide(np.array(tails, np.int32).reshape(len(tails), len(sites)), shared.astype(np.int32))

    def _join(self, rows: Rows, sites: I32, targets: I32, effect: Effect, shape: Shape) -> None:
        """Edges of one effect, from each of the sites to each of the methods and back.

        What is handed over out of an operand is data that the operand was changed with.
        """
        given, result = ends(effect, shape)
        held = [False, *(operand.key is not None for operand in effect.arguments)]
        first, count = self._code.node_first[targets], self._code.node_count[targets]
        first, count = first[first >= 0], count[first >= 0]
        for at, position in enumerate(given):
            if position is None:
                continue
            takes = first[count > at] + at
            takes = takes[self._code.kind[takes] == NodeKind.PARAMETER]
            site, param = np.repeat(sites, len(takes)), np.tile(takes, len(sites))
            node = self._node(site, position)
            rows.add(2 * node, 2 * param, _CALLBACK | OPEN, site)
            if held[at] and position != RESULT:
                rows.add(2 * node + 1, 2 * param, _CALLBACK | OPEN, site)
            rows.add(2 * param + 1, 2 * node + 1, _CALLBACK | CLOSE, site)
        if result is not None:
            site, returned = np.repeat(sites, len(first)), np.tile(first + count - 2, len(sites))
            node = self._node(site, result)
            rows.add(2 * returned, 2 * node + (result != RESULT), _CALLBACK | CLOSE, site)
            if result == RESULT:  # an object that it was only put into is another one
                rows.add(2 * node + 1, 2 * returned + 1, _CALLBACK | OPEN, site)

    def _node(self, sites: I32, position: int) -> I32:
        """The node at a position of each invoke."""
        if position == RESULT:
            return sites
        found: I32 = self._code.use[self._code.use_start[sites] + position]
        return found

    def _targets(self, site: int, position: int, effect: Effect) -> list[int]:
        """Methods of the app that may run."""
        name = effect.method, effect.arity
        if _is_keyed(effect):
            return list(self._kept(*name))
        declared = self._declared(site, position)
        found: set[int] = set()
        for type_, exact in self._kinds.of(int(self._node(np.array([site], np.int32), position)[0])):
            found.update(self._methods(*((type_, exact) if type_ >= 0 else (declared, False)), *name))
        # What the call declares may be narrower than what is known of the object.
        return sorted(found.intersection(self._methods(declared, False, *name)))

    def _kept(self, name: str, arity: int) -> tuple[int, ...]:
        """What an object that was put into another may run: any method by which the app overrides such a one."""
        key = (-1, False, name, arity)
        if key not in self._runs:
            linked = self._linked
            every = self._methods(linked.type_of("Ljava/lang/Object;"), False, name, arity)
            self._runs[key] = tuple(
                method
                for method in every
                if linked.framework.overridden(
                    [linked.types[up] for up in linked.ancestors(int(linked.method_type[method]))[1:]], name, arity
                )
            )
        return self._runs[key]

    def _declared(self, site: int, position: int) -> int:
        """The type that the call declares for an operand."""
        class_, proto = self._outside.name(site)
        declared = parameters(proto) if int(self._code.opcode[site]) in {0x71, 0x77} else [class_, *parameters(proto)]
        return self._linked.type_of(declared[position]) if 0 <= position < len(declared) else -1

    def _methods(self, type_: int, exact: bool, name: str, arity: int) -> tuple[int, ...]:
        """What objects of a type run when the method is called."""
        key = (type_, exact, name, arity)
        if key not in self._runs:
            types = [type_] if exact else self._kinds.below(type_)
            self._runs[key] = tuple(dict.fromkeys(item for each in types for item in self._run(each, name, arity)))
        return self._runs[key]

    def _run(self, type_: int, name: str, arity: int) -> list[int]:
        """Methods of that name and arity in the nearest class that has any; bridges and what they lead to alike."""
        while type_ >= 0:
            found = self._defined(type_).get((name, arity))
            if found:
                return found
            type_ = int(self._linked.parent[type_])
        return []

    def _defined(self, type_: int) -> dict[tuple[str, int], list[int]]:
        """Methods of a class of the app by name and arity."""
        if type_ not in self._named:
            named: dict[tuple[str, int], list[int]] = defaultdict(list)
            for method in self._linked.methods_of(type_) if self._linked.is_app[type_] else ():
                named[self._signed(int(self._linked.method_sig[method]))].append(method)
            self._named[type_] = named
        return self._named[type_]

    def _signed(self, signature: int) -> tuple[str, int]:
        """Name and arity of a signature."""
        if signature not in self._arities:
            name, proto = self._linked.signature(signature)
            self._arities[signature] = name, len(parameters(proto))
        return self._arities[signature]


def ends(effect: Effect, shape: Shape) -> tuple[list[int | None], int | None]:
    """Which operands of the invoke the method is called with, its receiver first, and which its result goes to.

    A receiver that lies in an operand is not that operand.
    """
    given = [
        None if _is_keyed(effect) else _first(effect.origin, shape),
        *(_first(operand, shape) for operand in effect.arguments),
    ]
    return given, _first(effect.target, shape)


def _is_keyed(effect: Effect) -> bool:
    return effect.origin is not None and effect.origin.key is not None


def _first(operand: Operand | None, shape: Shape) -> int | None:
    """The operand of the invoke that is meant; None for none, or for a store."""
    if operand is None or operand.base == "store":
        return None
    return next(iter(positions(operand, shape)), None)
