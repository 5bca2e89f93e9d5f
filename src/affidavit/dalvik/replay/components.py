"""Runs the components of an app: life cycles step by step, each component in any order and any number of times.

What lies in static fields, preferences and files passes from one component to the next and from one start to the next.
While one component lives, others may change what they share; what a component alone can reach stays its own. Starts are
repeated until nothing new is seen.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from affidavit.dalvik.lifecycles import Called, Lifecycle, Transition
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.platform import AppPlatform
from affidavit.dalvik.replay.platform_app import APPLICATION, HOST, INTENT_HELD
from affidavit.dalvik.replay.platform_callbacks import Callbacks
from affidavit.dalvik.replay.platform_intents import received
from affidavit.dalvik.replay.platform_life import QUIET, RESTORED, Component, Shared, busiest, left_by, nearest
from affidavit.dalvik.replay.surface import Services
from affidavit.dalvik.replay.values import NULL, UNKNOWN, Value, join, opaque, reference
from affidavit.dalvik.whole.entries import Declared, lifecycle_of, overridden
from affidavit.dalvik.whole.layouts import Layout

ROUNDS: Final = 5
"""Times that every component is started."""
VISITS: Final = 10
"""Times that a state of a life cycle is gone on from."""
LEAN_ROUNDS: Final = 2
LEAN_VISITS: Final = 2
"""The same when it is enough to see some of what can happen."""
_WIDE_AFTER: Final = 3
_INTENTS: Final = 6
_GENERATIONS: Final = 2
_ORDER: Final = ("provider", "application", "activity", "receiver", "service")
_BUNDLE = "Landroid/os/Bundle;"
_CONNECTION = "Landroid/content/ServiceConnection;"


class Components:
    """The driver of an app's components. It implements `affidavit.dalvik.replay.surface.Driver`.

    Args:
        platform: the behaviour of the platform, with the components of the manifest.
        lifecycles: automata by the class that they hold for.
        layouts: what layouts name.
        only: descriptors of the components that are run; None for all.
    """

    def __init__(
        self,
        platform: AppPlatform,
        lifecycles: dict[str, Lifecycle],
        layouts: Sequence[Layout] = (),
        only: frozenset[str] | None = None,
    ) -> None:
        self._platform, self._lives, self._layouts, self._only = platform, lifecycles, layouts, only
        self._incomplete: dict[str, None] = {}
        self._within_activities: list[dict[str, Lifecycle]] = []
        self._methods: dict[tuple[str, str, str], int] = {}

    def part(self, platform: AppPlatform, only: frozenset[str]) -> "Components":
        """A driver of some of the components; what was looked up once is known to it."""
        made = Components(platform, self._lives, self._layouts, only)
        made._within_activities, made._methods = self._within_activities, self._methods
        return made

    def run(self, machine: Services) -> list[str]:
        """Execute everything; reasons why something was left out."""
        self._machine, self._calls = machine, Callbacks(machine, self._platform)
        self._calls.apart = frozenset(self._fragments())
        world = State()
        components = self._ordered(list(self._components()))
        first = [item for kind in ("provider", "application") for item in components if item.kind == kind]
        for item in first:
            self._start(world, item)
        if not components:
            self._incomplete["no component of the app can be started"] = None
        for _ in range(LEAN_ROUNDS if machine.lean else ROUNDS):
            before = world
            for item in components:
                if not machine.spent:
                    again = item in first
                    world = world.joined(self._again(world, item) if again else self._lived(world, components, item))
            if machine.spent:
                self._incomplete["the budget of steps was used up"] = None
                break
            world = world.joined(self._background(world))
            world = world.joined(self._restarted(world, first))
            if world.same(before):
                break
        else:
            self._incomplete["the components had not come to rest after some rounds"] = None
        return list(self._incomplete)

    def _ordered(self, components: list[Component]) -> list[Component]:
        """Applications and providers first, then those that lead to most of what is looked for."""
        hope = self._machine.promising
        return sorted(components, key=lambda item: (item.kind not in _ORDER[:2], -hope.get(item.descriptor, 0)))

    def _components(self) -> Iterator[Component]:
        """Components that can start, the application and the providers first."""
        linked = self._machine.linked
        seen: set[str] = set()
        for item in sorted(
            self._platform.declared, key=lambda one: _ORDER.index(one.kind) if one.kind in _ORDER else 9
        ):
            type_ = linked.type_of(item.component)
            if not item.enabled or type_ < 0 or not linked.is_app[type_] or item.component in seen:
                continue
            if self._only is not None and item.component not in self._only:
                continue
            life = lifecycle_of(linked, type_, self._lives)
            if life is None:
                self._incomplete[f"nothing is known of the life of {item.kind} components"] = None
                continue
            seen.add(item.component)
            yield self._with_handlers(item, life, type_)

    def _with_handlers(self, item: Declared, life: Lifecycle, type_: int) -> Component:
        """A component with the methods that are called besides its life cycle."""
        linked = self._machine.linked
        named = {called.name for called in life.methods()}
        outside = next((name for name in linked.ancestors(type_) if not linked.is_app[name]), -1)
        kind = linked.types[outside] if outside >= 0 else ""
        own = [
            method
            for method in overridden(linked, type_)
            if linked.method_text(method)[1] not in named and method in self._calls.methods_as(item.component, kind)
        ]
        exported = item.exported or bool(item.filters)
        return Component(item.kind, item.component, exported, life, own)

    @property
    def _visits(self) -> int:
        return LEAN_VISITS if self._machine.lean else VISITS

    # One component.

    def _lived(self, world: State, components: list[Component], item: Component) -> State:
        """What is left when a component was started from all that the world can be, by every intent."""
        shared = Shared(
            left_by(item, [other for other in components if other.kind != "activity"]),
            left_by(item, components),
        )
        found: State | None = None
        for given in self._occasions(world, item):
            here = world.fork()
            here.counts = {}
            left = self._walked(here, item, given, shared)
            found = left if found is None else found.joined(left)
        found = found or world.fork()
        item.left = found if item.left is None else item.left.joined(found)
        return item.left.fork()

    def _occasions(self, world: State, item: Component) -> Iterator[dict[str, Value]]:
        """Intents and saved states with which a component may start."""
        sent = received(self._machine, world, f"intents/{item.descriptor}")
        self._platform.stores[f"intents/{item.descriptor}"] = None
        intents = [UNKNOWN] if item.outside or not sent else []
        for value in sent[_INTENTS:]:
            sent[_INTENTS - 1] = join(sent[_INTENTS - 1], value)
        for intent in (*intents, *sent[:_INTENTS]):
            yield {"intent": intent}
        for saved in received(self._machine, world, f"saved/{item.descriptor}")[:2]:
            yield {"intent": (*intents, *sent)[0], "saved-state": saved}

    def _again(self, world: State, item: Component) -> State:
        """What is called on the application or a provider, once it is there, at any time."""
        here = world.fork()
        here.counts = {}
        for name in item.life.states:
            if name != item.life.start and item.me is not None:
                self._meanwhile(here, item, item.me, {}, name)
        return self._calls.settle(here)

    def _restarted(self, world: State, first: list[Component]) -> State:
        """The world in a new process: what was not stored for good is gone."""
        here = world.fork()
        self._calls.forget(here)
        here.done, here.counts = {}, {}
        for item in first:
            self._start(here, item)
        return here

    def _start(self, state: State, item: Component) -> None:
        """Make the object of the application or of a provider and let it begin."""
        here = self._walked(state.fork(), item, {}, Shared())
        state.become(here)

    def _made(self, state: State, descriptor: str, word: str) -> Value:
        """A new object of a class, by the constructor that takes nothing. Objects that are still known stay apart."""
        machine, linked = self._machine, self._machine.linked
        machine.initialise(state, descriptor)
        site = (word, descriptor)
        for generation in range(_GENERATIONS):
            probe = state.fork()
            probe.counts[site] = generation
            me = machine.new_object(probe, descriptor, site, NULL)
            if all(probe.objects[number].unique for number in me.refs):
                break
        state.become(probe)
        method = linked.find_method(linked.type_of(descriptor), "<init>", "()V")
        if method >= 0:
            machine.invoke(state, method, [me])
        return me

    def _walked(self, state: State, item: Component, given: dict[str, Value], shared: Shared) -> State:
        """Go through a life cycle until nothing new is seen; what can be left at its end, or when others come."""
        me = item.me = self._made(state, item.descriptor, "component")
        if "intent" in given:
            if given["intent"] is UNKNOWN:
                given["intent"] = self._calls.intent(state, item.descriptor)
            state.write(me, INTENT_HELD, given["intent"])
        if item.kind == "application":
            self._platform.stores[APPLICATION] = None
            state.write(self._machine.store(state, APPLICATION), "held", me)
        if item.kind == "provider":
            self._keep(state, f"provider/{item.descriptor}", me)
        at = self._automaton(state, item, me, given, shared)
        quiet = [name for name in at if item.kind != "activity" or name in QUIET] or list(at)
        found: State | None = None
        for name in quiet:
            left = self._calls.settle(at[name], hidden=item.kind == "activity")
            found = left if found is None else found.joined(left)
        return found or state

    def _automaton(
        self, state: State, item: Component, me: Value, given: dict[str, Value], shared: Shared
    ) -> dict[str, State]:
        """States of the heap at each state of a life cycle."""
        with self._calls.keeping(me, *given.values()):
            return self._rested(state, item, me, given, shared)

    def _rested(
        self, state: State, item: Component, me: Value, given: dict[str, Value], shared: Shared
    ) -> dict[str, State]:
        """Take steps until nothing changes."""
        life = item.life
        at = {life.start: state}
        visits: dict[str, int] = {}
        queue = [life.start]
        while queue and not self._machine.spent:
            name = queue.pop(0)
            visits[name] = visits.get(name, 0) + 1
            if visits[name] > self._visits:
                self._incomplete["a life cycle had not come to rest after some rounds"] = None
                continue
            here = at[name].fork()
            meanwhile = shared.quiet if name in QUIET or item.kind != "activity" else shared.always
            if meanwhile is not None and name != life.start:
                here = here.joined(meanwhile)
            self._meanwhile(here, item, me, given, name)
            at[name] = here.fork()
            for step in self._steps(item, name):
                after = here.fork()
                if visits[name] > 1:
                    after.counts = {}
                self._call(after, item, me, step.called, given)
                known = at.get(step.target)
                if known is not None:
                    after = known.joined(after, widened=visits[name] > _WIDE_AFTER)
                if known is None or not after.same(known):
                    at[step.target] = after
                    queue += [step.target] if step.target not in queue else []
        return at

    def _steps(self, item: Component, name: str) -> list[Transition]:
        """Ways on from a state; of several forms of a method only those that the class has, when it has any."""
        steps = (*item.life.leaving(name), *(RESTORED if item.kind == "activity" and name == "restarted" else ()))
        able = [step for step in steps if step.called and self._method(item, step.called) >= 0]
        names = {(step.called.name, step.target) for step in able if step.called}
        return [
            step for step in steps if step in able or not step.called or (step.called.name, step.target) not in names
        ]

    def _method(self, item: Component, called: Called) -> int:
        """The app method that a step of a life cycle runs, -1 for none."""
        key = item.descriptor, called.name, called.proto
        if key not in self._methods:
            linked = self._machine.linked
            method = linked.find_method(linked.type_of(item.descriptor), called.name, called.proto)
            self._methods[key] = method if method >= 0 and linked.has_code[method] else -1
        return self._methods[key]

    def _meanwhile(self, state: State, item: Component, me: Value, given: dict[str, Value], name: str) -> None:
        """Whatever may be called any number of times in a state of a life cycle."""
        busy = name == busiest(item.life)
        called = [method for where, method in item.life.callbacks if where == name and self._matters(item, method)]
        for turn in range(self._visits if called or busy else 0):
            if self._machine.spent:
                return
            before = state.fork()
            if turn:
                state.counts = {}
            for method in called:
                here = state.fork()
                self._call(here, item, me, method, given)
                state.become(state.joined(here, widened=turn > 1))
            for number in (*self._calls.clicks(state, self._layouts, item.descriptor), *item.others) if busy else ():
                self._calls.call(state, number, me)
            if busy and item.life.kind != "fragment":
                self._hosted(state, item, me)
                self._calls.registered(state, [me, *given.values()])
            if state.same(before):
                return
            state.become(state.joined(before, widened=turn > 1))

    def _matters(self, item: Component, called: Called) -> bool:
        """Whether it is to be called, when it need not be called at all."""
        return not self._machine.lean or self._method(item, called) in self._machine.aims

    def _call(self, state: State, item: Component, me: Value, called: Called | None, given: dict[str, Value]) -> None:
        """Take one step of a life cycle."""
        machine = self._machine
        if called is None or (method := self._method(item, called)) < 0:
            return
        gifts = dict(given)
        if called.name == "onRestoreInstanceState" and "saved-state" not in gifts:
            saved = state.read(machine.store(state, f"saved/{item.descriptor}"), "held")
            gifts["saved-state"] = opaque(_BUNDLE, nullable=False) if saved.is_null else saved
        if called.name == "onSaveInstanceState":
            state.counts.pop(("saved", item.descriptor), None)
            gifts["saved-state"] = machine.new_object(state, _BUNDLE, ("saved", item.descriptor), NULL)
        found = machine.invoke(state, method, [me, *self._calls.gifts(state, item.descriptor, called, gifts)])
        if called.name == "onSaveInstanceState":
            self._keep(state, f"saved/{item.descriptor}", gifts["saved-state"])
        if called.name == "onBind":
            self._connect(state, found)
        self._calls.collect(state, [me, *given.values()])

    def _keep(self, state: State, store: str, value: Value) -> None:
        """Keep a value beside those that a store has already."""
        self._platform.stores[store] = None
        held = self._machine.store(state, store)
        before = state.read(held, "held")
        state.write(held, "held", value if before.is_null else join(before, value))

    def _connect(self, state: State, binder: Value) -> None:
        """Give what a service offers to those that bound it."""
        self._keep(state, "binders", binder)
        for connection in self._machine.registered(state, _CONNECTION):
            name = opaque("Landroid/content/ComponentName;", nullable=False)
            self._machine.invoke_on(state, connection, "onServiceConnected", "", [name, binder])

    # Beside components.

    def _hosted(self, state: State, item: Component, me: Value) -> None:
        """Objects that live within a component: fragments that were added, and classes that layouts name."""
        linked = self._machine.linked
        if item.kind == "activity":
            for name in [name for layout in self._calls.shown(state, self._layouts) for name in layout.classes]:
                type_ = linked.type_of(name)
                if type_ >= 0 and linked.is_app[type_]:
                    self._embed(state, name, type_)
        for number in [number for number, held in state.objects.items() if held.type in self._fragments()]:
            descriptor = state.objects[number].type
            life = self._fragments()[descriptor]
            if number in state.objects:
                self._within(state, Component(life.kind, descriptor, outside=False, life=life), reference(number), me)

    def _fragments(self) -> dict[str, Lifecycle]:
        """Classes of the app whose objects live within an activity."""
        if not self._within_activities:
            linked = self._machine.linked
            found = {
                linked.types[row]: life
                for row in range(len(linked.types))
                if linked.is_app[row]
                for life in [nearest(linked, row, self._lives)]
                if life is not None and life.kind == "fragment"
            }
            self._within_activities.append(found)
        return self._within_activities[0]

    def _embed(self, state: State, descriptor: str, type_: int) -> None:
        """An object of a class that a layout names."""
        linked = self._machine.linked
        outside = next((linked.types[name] for name in linked.ancestors(type_) if not linked.is_app[name]), "")
        self._platform.kinds[outside] = self._platform.stores[f"registered/{outside}"] = None
        known = self._machine.registered(state, outside)
        if not any(descriptor in self._machine.classes_of(state, value) for value in known):
            self._machine.register(state, outside, self._made(state, descriptor, "layout"))

    def _within(self, state: State, item: Component, me: Value, host: Value) -> None:
        """Go through the life of an object that a component holds; it may be in any of its states afterwards."""
        state.write(me, HOST, host)
        given = {"Landroid/app/Activity;": host, "Landroid/content/Context;": host}
        if saved := received(self._machine, state, f"saved/{item.descriptor}"):
            given["saved-state"] = saved[0]._replace(nullable=True)
        at = self._automaton(state.fork(), item, me, given, Shared())
        for name in sorted(at):
            state.become(state.joined(at[name]))

    def _background(self, world: State) -> State:
        """What is still registered when no component runs."""
        here = world.fork()
        here.counts = {}
        self._calls.registered(here, [])
        return self._calls.settle(here)
