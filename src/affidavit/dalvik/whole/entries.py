"""Methods that the platform calls first: of components that a manifest declares, of classes that layouts name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.lifecycles import Called, Lifecycle
from affidavit.dalvik.models import parameters
from affidavit.dalvik.whole.layouts import Layout
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import EntryPoint

_PUBLIC, _STATIC, _PROTECTED = 0x1, 0x8, 0x4
_VIEW = "Landroid/view/View;"
_CONTEXT = "Landroid/content/Context;"
LIBRARY_ENTRIES = 1_000
"""Most entry points of a library."""


@dataclass(frozen=True, slots=True)
class Filter:
    """An intent filter. `data` is as the manifest facts write it: ``scheme=https host=example.org mimeType=text/*``."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What a manifest declares.

    Attributes:
        kind: ``activity``, ``service``, ``receiver``, ``provider``, ``application``, ``backup-agent``,
            ``instrumentation``.
        component: descriptor of the class; of an alias, of its target.
        enabled, exported: after defaults. filters: intent filters. authorities: of a provider.
        name: descriptor by which intents address it: the alias's own name; empty when it is the class itself.
    """

    kind: str
    component: str
    enabled: bool = True
    exported: bool = False
    filters: tuple[Filter, ...] = ()
    authorities: tuple[str, ...] = ()
    name: str = ""


@dataclass(slots=True)
class _Found:
    """Entry points and types, each once."""

    points: dict[int, EntryPoint] = field(default_factory=dict)
    types: dict[int, None] = field(default_factory=dict)

    def add(self, methods: Iterable[int], kind: str, component: int, declared: str) -> None:
        """Take in methods; the first reason to be one stays."""
        for method in methods:
            self.points.setdefault(method, EntryPoint(method, kind, component, declared))


def entry_points(
    linked: Linked, declared: Sequence[Declared], layouts: Sequence[Layout], lifecycles: Sequence[Lifecycle]
) -> tuple[tuple[EntryPoint, ...], tuple[int, ...]]:
    """Where an app can be entered.

    Args:
        linked: the program.
        declared: components of the manifest; those that are disabled are passed over. Without any component, every
            method that a library offers is an entry.
        layouts: what layouts name.
        lifecycles: what the platform calls on components.

    Returns:
        Entry points, sorted by method, and the types that the platform makes objects of, sorted.
    """
    found = _Found()
    states = {class_: item for item in lifecycles for class_ in item.classes}
    for item in declared:
        type_ = linked.type_of(item.component)
        if item.enabled and type_ >= 0 and linked.is_app[type_]:
            found.types[type_] = None
            found.add(component_methods(linked, type_, states), item.kind, type_, "manifest")
    if not any(item.kind in {"activity", "service", "receiver", "provider"} for item in declared):
        _library(linked, found)
    for layout in layouts:
        _layout(linked, layout, states, found)
    return tuple(found.points[number] for number in sorted(found.points)), tuple(sorted(found.types))


def component_methods(linked: Linked, type_: int, states: dict[str, Lifecycle]) -> Iterator[int]:
    """What the platform calls on a component: constructor, static initialisers, life cycle, overridden callbacks."""
    yield from _made(linked, type_, ("()V",))
    lifecycle = lifecycle_of(linked, type_, states)
    for called in lifecycle.methods() if lifecycle else ():
        method = run_by(linked, type_, called)
        if method >= 0:
            yield method
    yield from overridden(linked, type_)


def run_by(linked: Linked, type_: int, called: Called) -> int:
    """The method of the app that runs when the platform calls a method of a life cycle on a class; -1 for none."""
    signature = linked.signature_of(called.name, called.proto)
    return linked.resolve(type_, signature) if signature >= 0 else -1


def lifecycle_of(linked: Linked, type_: int, states: dict[str, Lifecycle]) -> Lifecycle | None:
    """The automaton that holds for a class: that of the nearest ancestor, one outside of the app."""
    above = (item for item in linked.ancestors(type_) if not linked.is_app[item])
    return next((states[name] for item in above if (name := linked.types[item]) in states), None)


def chain(linked: Linked, type_: int) -> Iterator[int]:
    """A class of the app and its superclasses as far as they are in the app."""
    seen: set[int] = set()
    while type_ >= 0 and linked.is_app[type_] and type_ not in seen:
        seen.add(type_)
        yield type_
        type_ = int(linked.parent[type_])


def _made(linked: Linked, type_: int, protos: tuple[str, ...]) -> Iterator[int]:
    """Constructors with the prototypes, and static initialisers of the class and those above it."""
    for method in linked.methods_of(type_):
        _, name, proto = linked.method_text(method)
        if name == "<init>" and proto in protos:
            yield method
    for above in chain(linked, type_):
        for method in linked.methods_of(above):
            if linked.method_text(method)[1] == "<clinit>":
                yield method


def overridden(linked: Linked, type_: int) -> Iterator[int]:
    """Methods of a class, or of the app's classes above it, that override one of the framework."""
    seen: set[tuple[str, str]] = set()
    outside = [linked.types[item] for item in linked.ancestors(type_) if not linked.is_app[item]]
    for above in chain(linked, type_):
        for method in linked.methods_of(above):
            _, name, proto = linked.method_text(method)
            open_ = linked.method_access[method] & (_PUBLIC | _PROTECTED) and not linked.method_access[method] & _STATIC
            if not open_ or not linked.has_code[method] or name.startswith("<") or (name, proto) in seen:
                continue
            seen.add((name, proto))
            if linked.framework.overridden(outside, name, len(parameters(proto))):
                yield method


def _layout(linked: Linked, layout: Layout, states: dict[str, Lifecycle], found: _Found) -> None:
    """Classes and click handlers that a layout names."""
    protos = ("()V", "(Landroid/content/Context;)V", "(Landroid/content/Context;Landroid/util/AttributeSet;)V")
    more = (protos[2].replace(")", "I)"), protos[2].replace(")", "II)"))
    for name in layout.classes:
        type_ = linked.type_of(name)
        if type_ < 0 or not linked.is_app[type_]:
            continue
        found.types[type_] = None
        found.add(_made(linked, type_, (*protos, *more)), "layout", type_, "layout")
        found.add(component_methods(linked, type_, states), "layout", type_, "layout")
    for name in layout.clicks:
        handlers = clickable(linked, name)
        inside = [method for method in handlers if int(linked.method_type[method]) in found.types]
        for method in inside or handlers:
            found.add((method,), "activity", int(linked.method_type[method]), "layout")


def clickable(linked: Linked, name: str) -> list[int]:
    """Public methods ``name(View)`` of contexts, which a layout's ``android:onClick`` calls."""
    signature = linked.signature_of(name, f"({_VIEW})V")
    if signature < 0:
        return []
    context = linked.type_of(_CONTEXT)
    numbers = [int(row) for row in (linked.method_sig == signature).nonzero()[0]]
    return [
        method
        for method in numbers
        if linked.is_active[method]
        and linked.has_code[method]
        and linked.method_access[method] & _PUBLIC
        and context in linked.ancestors(int(linked.method_type[method]))
    ]


def _library(linked: Linked, found: _Found) -> None:
    """Every public method of public classes of code that is no app of its own."""
    public = {
        int(number)
        for unit_number, unit in enumerate(linked.units)
        for number in linked.type_ref[
            linked.first_type[unit_number] + unit.class_type[(unit.class_access & _PUBLIC) > 0]
        ]
    }
    count = 0
    for method in range(len(linked.method_type)):
        type_ = int(linked.method_type[method])
        offered = linked.method_access[method] & _PUBLIC and linked.has_code[method] and linked.is_active[method]
        if offered and type_ in public and count < LIBRARY_ENTRIES:
            count += 1
            found.add((method,), "exported-method", type_, "public")
            if not linked.is_abstract[type_] and not linked.is_interface[type_]:
                found.types[type_] = None
