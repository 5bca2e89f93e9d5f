"""What the platform calls besides life cycles: registered objects, work that was handed over; what it gives them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from affidavit.dalvik.lifecycles import Called
from affidavit.dalvik.models import parameters
from affidavit.dalvik.replay.heap import Heap, State
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.replay.platform_app import APPLICATION, LAYOUTS
from affidavit.dalvik.replay.platform_intents import INTENT, awaits, received
from affidavit.dalvik.replay.surface import Services
from affidavit.dalvik.replay.touching import BUNDLED
from affidavit.dalvik.replay.values import NULL, UNKNOWN, Value, join, opaque, reference
from affidavit.dalvik.whole.entries import chain
from affidavit.dalvik.whole.layouts import Layout

_VIEW = "Landroid/view/View;"
_STATIC, _PRIVATE = 0x8, 0x2
_OBJECT = "Ljava/lang/Object;"
_SHOWN = ("Landroid/view/", "Landroid/widget/", "Landroid/text/", "Landroid/content/DialogInterface")
_PROCESS = ("statics", "static ", "registered/", "views", "view", "provider/", LAYOUTS, APPLICATION)
"""How the names of stores begin that end with the process."""
_MOST = 200


class Callbacks:
    """Calls what is registered.

    Args:
        machine: executes. platform: whose registrations they are.

    Attributes:
        apart: classes whose objects have a life cycle of their own, and are not called out of it.
        alive: what components that are running right now are and were given: all of it stays.
    """

    def __init__(self, machine: Services, platform: AppPlatform) -> None:
        self.machine, self.platform = machine, platform
        self.apart: frozenset[str] = frozenset()
        self.alive: list[Value] = []
        self._methods: dict[tuple[str, str], tuple[int, ...]] = {}

    @contextmanager
    def keeping(self, *values: Value) -> Iterator[None]:
        """Nothing that leads from these is forgotten inside."""
        before = len(self.alive)
        self.alive += values
        try:
            yield
        finally:
            del self.alive[before:]

    def collect(self, state: State, keep: Iterable[Value] = ()) -> None:
        """Forget objects that nothing leads to any more."""
        roots = [reference(*self._store(state, name).refs) for name in (*self.platform.stores, "statics")]
        found: set[int] = set()
        level = {number for value in (*roots, *keep, *self.alive) for number in value.refs} & state.objects.keys()
        while level:
            found |= level
            inside = {number for item in level for number in self._inside(state, item)}
            level = (inside & state.objects.keys()) - found
        if len(found) < len(state.objects):
            state.objects = Heap((number, item) for number, item in state.objects.items() if number in found)

    @staticmethod
    def _inside(state: State, item: int) -> set[int]:
        held = state.objects[item]
        return {number for value in (*held.fields.values(), held.default) for number in value.refs}

    def _store(self, state: State, name: str) -> Value:
        return self.machine.store(state, name)

    def settle(self, state: State, *, hidden: bool = False) -> State:
        """The state in which a component leaves things to others: work was done.

        Args:
            state: as the component left it.
            hidden: whether nothing of what was shown is shown any more, as after an activity.
        """
        made = state.fork()
        for kind in [kind for kind in self.platform.kinds if kind.startswith("later ")]:
            self.work(made, kind)
            self._drop(made, f"registered/{kind}")
        for kind in self.platform.kinds:
            if hidden and kind.startswith(_SHOWN):
                self._drop(made, f"registered/{kind}")
        for name in ("views", "view", LAYOUTS) if hidden else ():
            self._drop(made, name)
        self.collect(made)
        made.counts = {}
        return made

    def forget(self, state: State) -> None:
        """The process ended: nothing is left but what is stored for good, and what others were asked to do."""
        for name in (*self.platform.stores, "statics"):
            if name.startswith(_PROCESS):
                self._drop(state, name)
        self.collect(state)

    def _drop(self, state: State, store: str) -> None:
        held = self._store(state, store)
        for key in state.keys(held):
            state.remove(held, key)

    def work(self, state: State, kind: str) -> None:
        """Do what was handed over to be done later; it may not have happened yet."""
        name, _, arity = kind.removeprefix("later ").rpartition("/")
        for later in self.machine.registered(state, kind):
            on = state.read(later, "#on")
            given = [state.read(later, f"#given{place}") for place in range(int(arity))]
            self._maybe(state, partial(self.machine.invoke_on, receiver=on, name=name, proto="", args=given))

    def _maybe(self, state: State, action: Callable[[State], object]) -> None:
        """Do something, or not."""
        here = state.fork()
        action(here)
        if not here.same(state):
            state.become(state.joined(here))

    def registered(self, state: State, keep: Sequence[Value]) -> None:
        """Call everything that is registered, each in turn and each perhaps."""
        for kind in sorted(self.platform.kinds):
            if kind.startswith("later "):
                self.work(state, kind)
                continue
            for value in self.machine.registered(state, kind)[:_MOST]:
                for type_ in self.machine.classes_of(state, value):
                    if type_ in self.apart and not self.machine.linked.framework.is_interface(kind):
                        continue
                    for method in self.methods_as(type_, kind):
                        self.call(state, method, value)
        self.collect(state, keep)

    def call(self, state: State, method: int, on: Value) -> None:
        """Call one method, perhaps; one that takes an intent once for each that was sent."""
        if self.machine.lean and method not in self.machine.aims:
            return  # it need not be called
        proto = self.machine.linked.method_text(method)[2]
        types = parameters(proto)
        sent = received(self.machine, state, "intents/registered") if INTENT in types else []
        intents = [item for item in sent if awaits(state, on, item)]
        for intent in (self.intent(state, "registered"), *intents):
            values = [intent if type_ == INTENT else self.given(state, type_) for type_ in types]
            self._maybe(state, partial(self.machine.invoke, method=method, args=[on, *values]))

    def given(self, state: State, type_: str) -> Value:
        """A value that the platform gives for a parameter."""
        if type_ == _VIEW:
            return self.view(state)
        return opaque(type_, nullable=False) if type_[0] in "L[" else opaque(type_)

    def shown(self, state: State, layouts: Sequence[Layout]) -> list[Layout]:
        """Layouts that were set."""
        self.platform.stores[LAYOUTS] = None
        keys = state.keys(self._store(state, LAYOUTS))
        paths = {key[1] for key in keys if isinstance(key, tuple)}
        return [layout for layout in layouts if "" in paths or layout.file in paths]

    def clicks(self, state: State, layouts: Sequence[Layout], component: str) -> list[int]:
        """Methods of a component that layouts which it set call on a click."""
        linked = self.machine.linked
        names = {name for layout in self.shown(state, layouts) for name in layout.clicks}
        return [
            method
            for number in chain(linked, linked.type_of(component) if names else -1)
            for method in linked.methods_of(number)
            if linked.method_text(method)[1] in names and linked.method_text(method)[2] == f"({_VIEW})V"
        ]

    def intent(self, state: State, whose: str) -> Value:
        """An intent of another app, one object for all that a component gets."""
        site = ("an intent", whose)
        state.counts.pop(site, None)
        return self.machine.new_object(state, INTENT, site, opaque())

    def view(self, state: State) -> Value:
        """A view: one of those that were looked up, or else one object for all."""
        self.platform.stores["views"] = self.platform.stores["view"] = None
        held = self._store(state, "views")
        found = [state.read(held, key) for key in state.keys(held) if isinstance(key, tuple)]
        if found:
            value = found[0]
            for more in found[1:]:
                value = join(value, more)
            return value._replace(nullable=False)
        place = self._store(state, "view")
        shown = state.read(place, "held")
        if shown.is_null:
            shown = self.machine.new_object(state, "", "a view", UNKNOWN)
            state.write(place, "held", shown)
        return shown

    def methods_as(self, type_: str, kind: str) -> tuple[int, ...]:
        """Methods of an app class that the platform may call on an object that it knows as being of some type."""
        key = type_, kind
        if key not in self._methods:
            self._methods[key] = tuple(self._overriding(type_, kind))
        return self._methods[key]

    def _overriding(self, type_: str, kind: str) -> Iterable[int]:
        linked = self.machine.linked
        above = linked.framework.ancestors(kind)
        unknown = kind not in linked.framework or kind == _OBJECT
        seen: set[tuple[str, str]] = set()
        for number in chain(linked, linked.type_of(type_)):
            for method in linked.methods_of(number):
                _, name, proto = linked.method_text(method)
                hidden = int(linked.method_access[method]) & (_STATIC | _PRIVATE)
                if hidden or not linked.has_code[method] or name.startswith("<") or (name, proto) in seen:
                    continue
                seen.add((name, proto))
                arity = len(parameters(proto))
                if unknown or linked.framework.overridden([item for item in above if item != _OBJECT], name, arity):
                    yield method

    def _restored(self, descriptor: str, type_: str) -> Value:
        """What the platform kept of a component of which nothing is kept that is known: something, or nothing.

        For a component of a library that apps bring along it is nothing: that would be the library's own affair.
        """
        linked = self.machine.linked
        above = (linked.types[item] for item in linked.ancestors(linked.type_of(descriptor)))
        return NULL if any(name.startswith(BUNDLED) for name in above) else opaque(type_)

    def gifts(self, state: State, descriptor: str, called: Called, given: dict[str, Value]) -> list[Value]:
        """Arguments of a method of a life cycle."""
        types = parameters(called.proto)
        values = [given.get(type_) or self.given(state, type_) for type_ in types]
        for position, gift in called.gifts:
            if gift in given and position < len(values):
                values[position] = given[gift]
            elif gift == "saved-state":
                values[position] = self._restored(descriptor, types[position])
            elif gift == "result-intent":
                results = received(self.machine, state, "results")
                values[position] = opaque(INTENT)
                for result in results:
                    values[position] = result if values[position].opaque else join(values[position], result)
        return values
