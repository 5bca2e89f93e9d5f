"""Behaviour of everything outside of the app: exactly where constants and keys matter, by library models elsewhere.

A method is looked for in the exact behaviours, from its class upwards, then in the models, and at last the general rule
applies, whose results are not exact.
"""

from collections.abc import Callable, Sequence
from typing import Final

from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.containers import LISTS
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.platform_app import APP, SHOWS, received_by, show
from affidavit.dalvik.replay.platform_arrays import ARRAY_CLASSES
from affidavit.dalvik.replay.platform_call import BOXES, PRIMITIVES, Behaviour, Call, boxed
from affidavit.dalvik.replay.platform_effects import Effects
from affidavit.dalvik.replay.platform_enums import ENUMS
from affidavit.dalvik.replay.platform_files import PATHS
from affidavit.dalvik.replay.platform_intents import INTENTS, add, deliver
from affidavit.dalvik.replay.platform_maps import MAPS
from affidavit.dalvik.replay.platform_providers import PROVIDERS
from affidavit.dalvik.replay.platform_reflect import REFLECTION
from affidavit.dalvik.replay.platform_text import TEXTS
from affidavit.dalvik.replay.platform_throws import HANDLERS, THROWS, heard
from affidavit.dalvik.replay.surface import Result, Services, Site, Stop
from affidavit.dalvik.replay.values import STRING, Value, inexact, klass, number, opaque, reference
from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.linked import Linked

_TABLES: Final = (TEXTS, MAPS, LISTS, ARRAY_CLASSES, INTENTS, PROVIDERS, PATHS, REFLECTION, ENUMS, THROWS, APP)
_CONTEXTS: Final = frozenset(
    {
        "Landroid/content/Context;",
        "Landroid/content/ContextWrapper;",
        "Landroid/app/Activity;",
        "Landroid/app/Service;",
        "Landroid/app/Application;",
        "Landroidx/fragment/app/FragmentActivity;",
        "Landroidx/lifecycle/LifecycleOwner;",
    }
)
"""Types as which a component is handed over without being called back because of it."""
_QUIET: Final = (
    *("Ljava/lang/String", "Ljava/lang/Math;", "Ljava/lang/Object;", "Ljava/lang/System;", "Ljava/lang/Throwable;"),
    *("Landroid/util/Log;", "Landroid/content/Intent;", "Landroid/os/Bundle;", "Landroid/view/", "Landroid/widget/"),
    *(
        "Ljava/util/ArrayList;",
        "Ljava/util/HashMap;",
        "Ljava/util/LinkedList;",
        "Ljava/lang/Runnable;",
        "Ljava/lang/Enum;",
    ),
    *("Ljava/io/PrintStream;", "Ljava/util/Enumeration;", "Ljava/util/Iterator;", "Ljava/net/InetAddress;"),
    *("Landroid/telephony/TelephonyManager;", "Landroid/telephony/SmsManager;", "Ljava/lang/Boolean;"),
)
"""Classes (or how their descriptors begin) whose methods do not throw in a way that apps live by."""
DEPTH: Final = 40
"""Calls that lead out of the app one within the other."""
_EXITS: Final = frozenset(
    {("Ljava/lang/System;", "exit"), ("Ljava/lang/Runtime;", "exit"), ("Ljava/lang/Runtime;", "halt")}
)


class AppPlatform:
    """The platform, as an app of these components meets it. It implements `affidavit.dalvik.replay.surface.Platform`.

    Args:
        models: behaviour of libraries.
        declared: components of the manifest.
        text: of a string resource by its id.

    Attributes:
        kinds: types as which objects were registered so far, and ``later name/arity`` of calls that were asked for.
        stores: names of stores that were used so far. fields: name -> owners and numbers, once somebody asked.
    """

    showing = SHOWS

    def __init__(
        self, models: Models, declared: Sequence[Declared], text: Callable[[int], str | None] = lambda _: None
    ) -> None:
        self.models, self.declared, self.text = models, tuple(declared), text
        self.kinds: dict[str, None] = {}
        self.stores: dict[str, None] = {}
        self.fields: dict[str, list[tuple[str, int]]] = {}
        self._effects = Effects(self._launch, self.register, self._unregister, received_by)
        self._found: dict[tuple[str, str], tuple[Behaviour, ...]] = {}
        self._kinds_of: dict[str, tuple[str, ...]] = {}
        self._depth = 0
        self._dying = False

    def call(  # noqa: PLR0917 - as `Platform` has it
        self, machine: Services, state: State, site: Site, class_: str, name: str, proto: str, args: Sequence[Value]
    ) -> Result:
        """Execute an outside method; see `affidavit.dalvik.replay.surface.Platform`."""
        if (class_, name) in _EXITS:
            return Stop()
        call = Call.make(self, machine, state, site, (class_, name, proto), args)
        if self._depth >= DEPTH:
            machine.note("calls by reflection within each other")
            return call.unknown()
        self._depth += 1
        try:
            found = self._executed(call)
        finally:
            self._depth -= 1
        if call.this.opaque and not call.this.refs and isinstance(found, Value):
            return self._unheld(call, found)
        return found

    def _executed(self, call: Call) -> Result:
        """By an exact behaviour, a model, or the general rule."""
        for behaviour in self._behaviours(call.class_, call.name):
            found = self._tried(behaviour, call)
            if found is not None:
                return found
        effects = self.models.effects(call.class_, call.name, call.proto)
        if effects is not None:
            return self._effects.run(call, effects, certain=True)
        found = self._effects.run(call, self.models.default(call.class_, call.name, call.proto), certain=False)
        self._hand_over(call)
        return found

    @staticmethod
    def _tried(behaviour: Behaviour, call: Call) -> Result | None:
        """An exact behaviour, unless the call is none that the method could have."""
        try:
            return behaviour(call)
        except (IndexError, KeyError, ValueError):
            call.machine.note("a method of the platform is called as it cannot be")
            return None

    def _unheld(self, call: Call, found: Value) -> Value:
        """A call on something that the heap does not hold: what was put in, any such thing may give."""
        if call.class_ == STRING or call.class_ in BOXES or self.models.is_opaque(call.class_):
            return found
        taint = frozenset(item for value in call.given for item in call.state.taint_of(value))
        place = call.store(f"unknown/{call.class_}")
        if taint:
            call.state.fill(place, inexact(taint))
        return found if call.result in {"V", "Z"} else found.tainted(call.state.taint_of(place))

    def throws(self, class_: str, name: str, proto: str) -> bool:  # noqa: ARG002 - as `Platform` has it
        """Whether handlers around a call may have to run because of it."""
        return name != "<init>" and not class_.startswith(_QUIET)

    def uncaught(self, machine: Services, state: State, thrown: Value) -> None:
        """What the platform called ends by an exception; what handlers of such throw is heard by nobody."""
        if not self._dying and HANDLERS in self.stores:
            self._dying = True
            try:
                heard(machine, state, thrown)
            finally:
                self._dying = False

    def static_field(self, machine: Services, state: State, site: Site, field_: str, type_: str) -> Value:
        """Value of a static field outside of the app: one object for each, for as long as the process lives."""
        if type_ == "Ljava/lang/Boolean;":
            call = Call.make(self, machine, state, site, (type_, "valueOf", f"(Z){type_}"), [number(0)])
            return boxed(call, number(int("->TRUE:" in field_)), type_)
        if type_ in PRIMITIVES or type_ in BOXES or type_ == STRING:
            return opaque(type_, nullable=type_ not in BOXES)
        box, _, rest = field_.partition("->")
        if rest.startswith("TYPE:") and box in BOXES:
            return klass(BOXES[box])
        name = f"static {field_}"
        self.stores[name] = None
        return machine.store(state, name)

    def register(self, call: Call, type_: str, value: Value) -> None:
        """Objects of the app become known to the platform as being of a type; components are known already."""
        if not value.refs or type_ in _CONTEXTS:
            return
        self.kinds[type_] = None
        self.stores[f"registered/{type_}"] = None
        call.machine.register(call.state, type_, value)

    def _unregister(self, call: Call, value: Value) -> None:
        """Forget an object as whatever it is known."""
        for kind in list(self.kinds):
            if not kind.startswith("later "):
                call.machine.unregister(call.state, kind, value)
                continue
            for later in call.machine.registered(call.state, kind):
                held = call.state.read(later, "#on")
                if value.refs and held.refs == value.refs:
                    call.machine.unregister(call.state, kind, later)

    def _launch(self, call: Call, word: str, intent: Value) -> None:
        """Send an intent, or keep it as a result."""
        if word == "result":
            add(call, "results", intent)
            return
        deliver(call, self.declared, word, intent)
        if word == "bind":
            self.register(call, "Landroid/content/ServiceConnection;", call.argument(1))

    def _hand_over(self, call: Call) -> None:
        """Objects of the app that go to a method nobody knows may be called back as what the method takes."""
        linked = call.machine.linked
        for type_, value in zip(call.parameters, call.given, strict=False):
            if not type_.startswith("L") or type_.startswith(("Ljava/lang/", "Ljava/util/", "Ljava/io/")):
                continue
            apps = [item for item in value.refs if self._is_app(call, item)]
            if apps and type_ not in _CONTEXTS and linked.type_of(type_) >= 0:
                self.register(call, type_, value)

    def shows(self, machine: Services, state: State, method: tuple[str, str], args: Sequence[Value]) -> None:
        """Libraries between app and platform show layouts as the platform does; see `surface.Platform`."""
        name, proto = method
        if proto.startswith("(I"):
            show(Call.make(self, machine, state, Site(-1, -1), ("", name, proto), args))

    def handed(self, machine: Services, state: State, args: Sequence[Value]) -> None:
        """Objects went to code of the app that is not executed: they may be called back as whatever they are."""
        for item in sorted({item for value in args for item in value.refs}):
            for kind in self._callable_as(machine.linked, state.objects[item].type):
                self.kinds[kind] = self.stores[f"registered/{kind}"] = None
                machine.register(state, kind, reference(item))

    def _callable_as(self, linked: Linked, descriptor: str) -> tuple[str, ...]:
        """Types of the platform that a class of the app implements; of a component only the interfaces."""
        if descriptor not in self._kinds_of:
            row = linked.type_of(descriptor)
            found: dict[str, None] = {}
            for above in linked.ancestors(row) if row >= 0 and linked.is_app[row] else ():
                if linked.is_app[above]:
                    direct = [*linked.interfaces.row(above).tolist(), int(linked.parent[above])]
                    found |= dict.fromkeys(
                        linked.types[item] for item in direct if item >= 0 and not linked.is_app[item]
                    )
            component = any(item.component == descriptor for item in self.declared)
            self._kinds_of[descriptor] = tuple(
                kind
                for kind in found
                if kind not in _CONTEXTS
                and not kind.startswith("Ljava/lang/Object;")
                and not (component and not linked.framework.is_interface(kind))
            )
        return self._kinds_of[descriptor]

    @staticmethod
    def _is_app(call: Call, item: int) -> bool:
        row = call.machine.linked.type_of(call.state.objects[item].type)
        return row >= 0 and bool(call.machine.linked.is_app[row])

    def _behaviours(self, class_: str, name: str) -> tuple[Behaviour, ...]:
        """Exact behaviours of a method, the nearest class first."""
        key = class_, name
        if key not in self._found:
            found: dict[Behaviour, None] = {}
            for above in self.models.ancestors(class_):
                for table in _TABLES:
                    methods = table.get(above, {})
                    for word in (name, "*"):
                        if word in methods and (name != "<init>" or above == class_ or word == name):
                            found[methods[word]] = None
            self._found[key] = tuple(found)
        return self._found[key]
