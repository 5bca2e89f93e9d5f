"""Edges through library methods, as their models say: one template per effect, applied to all its sites at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.effects import Effect, Operand, parse_effects
from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.edges import INVOKE_CUSTOM, NEW_INSTANCE, NUMBER, RESET, Rows, callers
from affidavit.dalvik.whole.edges_stores import Stores
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, CallGraph, NodeKind
from affidavit.model.flow import Edge

RESULT = -1
"""Position of the result, where operands have 0, 1, 2 ..."""
STATIC = frozenset({0x71, 0x77})
_UNKNOWN = parse_effects("all -> return")
_MODEL = NUMBER[Edge.MODEL]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a template: an operand or the result of the invoke, or a store.

    Attributes:
        position: of an operand, the receiver counted, or `RESULT`. store: the store, if it is one.
        changed: the layer; None: the value where the object is made, the object anywhere else.
    """

    position: int
    store: Operand | None
    changed: bool | None = False


@dataclass(frozen=True, slots=True)
class Template:
    """An edge that an effect makes at every invoke of a method.

    Attributes:
        origin, target: its ends. text: the effect as written.
    """

    origin: End
    target: End
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Invokes that the same edges belong to.

    Attributes:
        effects: what the method does. operands: how many the invoke has. static: whether none of them is a receiver.
    """

    effects: tuple[Effect, ...]
    operands: int
    static: bool


class Outside:
    """Invokes of methods without code, and what they do.

    Attributes:
        sites: invoke nodes, ascending. shapes: row of `table` per site.
        table: each `Shape` once.
    """

    def __init__(self, linked: Linked, calls: CallGraph, models: Models, check: Callable[[], None]) -> None:
        self._linked, self._calls, self._code = linked, calls, calls.code
        self.table: list[Shape] = []
        self._numbers: dict[tuple[tuple[str, ...], int, bool], int] = {}
        found = [self._known(models, check), self._opaque()]
        sites = np.concatenate([sites for sites, _ in found])
        order = np.argsort(sites, kind="stable")
        self.sites: I32 = sites[order]
        self.shapes: I32 = np.concatenate([shapes for _, shapes in found])[order]
        self._templates: dict[int, tuple[Template, ...]] = {}

    def groups(self) -> Iterator[tuple[int, I32]]:
        """Every shape with its sites."""
        order = np.argsort(self.shapes, kind="stable")
        ends = np.searchsorted(self.shapes[order], np.arange(len(self.table) + 1)).tolist()
        for row in range(len(self.table)):
            if ends[row] < ends[row + 1]:
                yield row, self.sites[order[ends[row] : ends[row + 1]]]

    def makers(self) -> I32:
        """The invokes whose result is made of what they are given, and no fetched reference; ascending."""
        makes = [any(_makes(effect) for effect in shape.effects) for shape in self.table]
        found: I32 = np.unique(self.sites[np.array(makes, np.bool_)[self.shapes]])
        return found

    def changed(self) -> I32:
        """The receivers that a method changes."""
        wanted = [not shape.static and any(_changes(effect) for effect in shape.effects) for shape in self.table]
        sites = self.sites[np.array(wanted, np.bool_)[self.shapes]]
        nodes = self._code.use[self._code.use_start[sites]]
        found: I32 = np.unique(nodes[nodes >= 0])
        return found

    def templates(self, shape: int) -> tuple[Template, ...]:
        """The edges of one shape."""
        if shape not in self._templates:
            self._templates[shape] = tuple(_templates(self.table[shape]))
        return self._templates[shape]

    def at(self, site: int) -> list[int]:
        """Shapes of one site."""
        low, high = np.searchsorted(self.sites, np.array([site, site + 1], np.int32)).tolist()
        found: list[int] = self.shapes[low:high].tolist()
        return found

    def name(self, site: int) -> tuple[str, str]:
        """Class as written and prototype of the method that an invoke names."""
        row = int(self._refs(np.array([site], np.int32))[0])
        return self._linked.types[int(self._linked.ref_type[row])], self._linked.signature(
            int(self._linked.ref_sig[row])
        )[1]

    def _refs(self, sites: I32) -> npt.NDArray[np.int64]:
        """Method references of invokes."""
        units = self._linked.method_unit[self._code.method[sites]]
        rows: npt.NDArray[np.int64] = np.array(self._linked.first_ref, np.int64)[units] + self._code.data[sites]
        return rows

    def _known(self, models: Models, check: Callable[[], None]) -> tuple[I32, I32]:
        """Invokes that lead out of the app."""
        sites, types = self._calls.outside_site, self._calls.outside_type
        # A method that the app declares and nothing in it implements leads nowhere.
        keep = (self._code.data[sites] >= 0) & (types >= 0)
        keep[keep] &= ~self._linked.is_app[types[keep]]
        sites, types = sites[keep], types[keep]
        signatures = self._linked.ref_sig[self._refs(sites)].astype(np.int64)
        written = self._linked.ref_type[self._refs(sites)]
        own = self._linked.is_app[written].astype(np.int64)
        called, of_site = np.unique(types * np.int64(1 << 32) + signatures * np.int64(2) + own, return_inverse=True)
        effects = []
        for number, pair in enumerate(called.tolist()):
            if number % 1024 == 0:
                check()
            effects.append(self._effects(models, pair >> 32, (pair & 0xFFFFFFFF) >> 1, bool(pair & 1)))
        return sites, self._shaped(sites, effects, of_site.astype(np.int64))

    def _effects(self, models: Models, type_: int, signature: int, own: bool) -> tuple[Effect, ...]:
        """What a method does; by the default rule an app's object or a listener is not changed by what it is told."""
        class_ = self._linked.types[type_]
        name, proto = self._linked.signature(signature)
        known = models.effects(class_, name, proto)
        if known is not None:
            return (*known, *_held(known, models.held))
        usual = models.default(class_, name, proto)
        if not own and not models.is_callback(class_):
            return usual
        return tuple(item for item in usual if item.target is None or item.target.base != "this")

    def _opaque(self) -> tuple[I32, I32]:
        """Invokes of app methods without values (native ones, too large ones), and of call sites made at run time."""
        code = self._code
        sites, targets = callers(self._calls)
        dark = sites[code.node_first[targets] < 0]
        custom = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & np.isin(code.opcode, INVOKE_CUSTOM))
        sites = np.unique(np.concatenate([dark, custom.astype(np.int32)]))
        return sites, self._shaped(sites, [_UNKNOWN], np.zeros(len(sites), np.int64))

    def _shaped(self, sites: I32, effects: list[tuple[Effect, ...]], of_site: npt.NDArray[np.int64]) -> I32:
        """Number of the shape of each site."""
        counts = np.minimum(self._code.use_start[sites.astype(np.int64) + 1] - self._code.use_start[sites], 255)
        static = np.isin(self._code.opcode[sites], list(STATIC))
        keys, rows = np.unique(of_site * 512 + counts * 2 + static, return_inverse=True)
        numbers = [self._number(effects[key >> 9], (key >> 1) & 255, bool(key & 1)) for key in keys.tolist()]
        return np.array(numbers, np.int32)[rows]

    def _number(self, effects: tuple[Effect, ...], operands: int, static: bool) -> int:
        key = (tuple(effect.text for effect in effects), operands, static)
        if key not in self._numbers:
            self._numbers[key] = len(self.table)
            self.table.append(Shape(effects, operands, static))
        return self._numbers[key]


def _held(effects: tuple[Effect, ...], held: frozenset[str]) -> Iterator[Effect]:
    """Effects on places of objects that the platform hands to the app again: each place as one for all objects."""
    for effect in effects:
        ends = [item and Operand("store", store=item.base, key=item.key) if _is_held(item, held) else item
                for item in (effect.origin, effect.target)]  # fmt: skip
        if ends != [effect.origin, effect.target]:
            yield replace(effect, origin=ends[0], target=ends[1])


def _is_held(operand: Operand | None, held: frozenset[str]) -> bool:
    key = operand.key if operand is not None and operand.base == "this" else None
    return key is not None and key.kind == "literal" and key.text in held


def _makes(effect: Effect) -> bool:
    """Whether an effect gives something new."""
    return effect.kind == "derive" and effect.target is not None and effect.target.base == "return"


def _changes(effect: Effect) -> bool:
    """Whether an effect changes the receiver."""
    return effect.target is not None and effect.target.base == "this"


def positions(operand: Operand, shape: Shape) -> list[int]:
    """The operands of the invoke, receiver counted, that an operand of an effect means; none for a store."""
    if operand.base == "return":
        return [RESULT]
    if operand.base == "all":
        return list(range(shape.operands))
    at = 0 if operand.base == "this" else operand.position + (not shape.static)
    named = operand.base == "argument" or (operand.base == "this" and not shape.static)
    return [at] if named and at < shape.operands else []


def _templates(shape: Shape) -> Iterator[Template]:
    """Edges of all effects that move data."""
    for effect in shape.effects:
        if effect.origin is None or effect.target is None or effect.kind not in {"derive", "same"}:
            continue
        for origin, target in _pairs(effect, shape):
            maker = _derived if effect.kind == "derive" else _same
            yield from maker(origin, target, effect)


def _pairs(effect: Effect, shape: Shape) -> Iterator[tuple[End, End]]:
    """Every origin with every target."""
    for origin in _ends(effect.origin, shape):
        for target in _ends(effect.target, shape):
            if origin != target:
                yield origin, target


def _ends(operand: Operand | None, shape: Shape) -> list[End]:
    if operand is None:
        return []
    if operand.base == "store":
        return [End(RESULT, operand)]
    return [End(position, None) for position in positions(operand, shape)]


def _derived(origin: End, target: End, effect: Effect) -> Iterator[Template]:
    """Information flows: into a result or store as a value, into anything else by changing it."""
    changed = target.store is None and target.position != RESULT
    yield Template(origin, End(target.position, target.store, changed), effect.text)


def _same(origin: End, target: End, effect: Effect) -> Iterator[Template]:
    """The same reference: the value goes on, and a change of what it went to is a change of what it came from."""
    stored = [operand is not None and operand.key is not None for operand in (effect.origin, effect.target)]
    if target.store is not None:
        yield from _stored(origin, target, effect)
        return
    is_result = target.position == RESULT
    inside = stored[1] and not is_result
    layer = False if is_result else True if inside else None
    yield Template(origin, End(target.position, None, layer), effect.text)
    if not inside:
        back = End(target.position, None, True)
        yield Template(back, End(origin.position, origin.store, True), effect.text)


def _stored(origin: End, target: End, effect: Effect) -> Iterator[Template]:
    """A reference and a store: an argument is put into it; a receiver or result stands for it from then on."""
    here, there = End(origin.position, origin.store, True), End(target.position, target.store, True)
    yield Template(here, there, effect.text)
    if origin.store is not None or effect.origin is None or effect.origin.base == "argument":
        yield Template(origin, target, effect.text)
        yield Template(there, here, effect.text)
    else:
        yield Template(target, End(origin.position, None, None), effect.text)


class Applier:
    """Makes edges of templates.

    Args:
        calls: for the operands of the invokes. stores: nodes of stores.
    """

    def __init__(self, calls: CallGraph, stores: Stores) -> None:
        self._code, self._stores = calls.code, stores

    def add(self, rows: Rows, outside: Outside, check: Callable[[], None]) -> None:
        """Edges of every outside invoke."""
        for shape, sites in outside.groups():
            check()
            for template in outside.templates(shape):
                label = _MODEL + RESET * (template.origin.store is not None or template.target.store is not None)
                ends = (
                    self.end(template.origin, shape, sites, outside, False),
                    self.end(template.target, shape, sites, outside, True),
                )
                rows.add(*ends, label, sites)

    def end(self, end: End, shape: int, sites: I32, outside: Outside, written: bool) -> I32:
        """Vertices of one end of a template, one per site; -1 where there is none."""
        if end.store is not None:
            write = written != bool(end.changed)
            nodes = self._stores.nodes(end.store, sites, outside.table[shape].static, write)
        elif end.position == RESULT:
            nodes = sites
        else:
            nodes = self._code.use[self._code.use_start[sites] + end.position]
        if end.changed is None:
            made = (self._code.kind[nodes] == NodeKind.INSTRUCTION) & (self._code.opcode[nodes] == NEW_INSTANCE)
            layer = (~made).astype(np.int32)
        else:
            layer = np.full(len(nodes), end.changed, np.int32)
        return np.where(nodes >= 0, 2 * nodes + layer, -1).astype(np.int32)
