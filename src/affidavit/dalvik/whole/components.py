"""Components while links between them are looked for: which there are, and which nodes receive what is sent to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from affidavit.dalvik.lifecycles import Lifecycle
from affidavit.dalvik.whole.entries import Declared, lifecycle_of, run_by
from affidavit.dalvik.whole.intent_objects import Descriptions
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.sites import Callee

_RECEIVER, _FILTER = "Landroid/content/BroadcastReceiver;", "Landroid/content/IntentFilter;"
_REGISTRATION = f"({_RECEIVER}{_FILTER}"
LOCAL = "local receiver"
"""Kind of a receiver that gets only what the app sends within itself."""


@dataclass(frozen=True, slots=True)
class Gift:
    """A parameter that the platform fills: the method and the node."""

    method: int
    node: int


class Components:
    """What can be addressed, and where it takes what was sent.

    Args:
        objects: where objects come from.
        declared: components of the manifest.
        lifecycles: what the platform calls on components.
    """

    def __init__(self, objects: Objects, declared: Sequence[Declared], lifecycles: Sequence[Lifecycle]) -> None:
        self.objects, self.sites, self.linked = objects, objects.sites, objects.sites.linked
        self.states = {class_: item for item in lifecycles for class_ in item.classes}
        self.descriptions = Descriptions(objects)
        self.declared = [*declared, *self._registered()]
        self._received = self._getters()
        self._gotten: dict[int, list[int]] = {}
        self._given: dict[tuple[int, str], list[Gift]] = {}
        self._holders: dict[tuple[int, str], list[int]] = {}

    def _registered(self) -> list[Declared]:
        """Receivers that code registers, each with its filter."""
        found: dict[Declared, None] = {}
        for node in self.sites.outside(_registers):
            operands = self.sites.operands(node)
            if len(operands) <= 2:  # fewer than the prototype has
                continue
            filters = [item.filter() for item in self.descriptions.of(operands[2]) if item.complete]
            callee = self.sites.callee(node)
            kind = LOCAL if callee is not None and within_app(callee) else "receiver"
            for name in self.objects.types(operands[1]):
                found[Declared(kind, name, filters=tuple(filters))] = None
        return list(found)

    def _getters(self) -> list[tuple[int, int, int]]:
        """Calls that give a component the intent it got: node, class of the calling method, class as written."""
        found: list[tuple[int, int, int]] = []
        for node in self.objects.outside("received"):
            callee = self.sites.callee(node)
            written = self.linked.type_of(callee.written) if callee else -1
            found.append((node, int(self.linked.method_type[self.sites.method[node]]), written))
        for node, called in self.objects.indirect.items():
            for indirect, _ in called:
                if self.objects.has(indirect, "received"):
                    caller = int(self.linked.method_type[self.sites.method[node]])
                    found.append((node, caller, self.linked.type_of(indirect.written)))
        return found

    def received(self, component: int) -> list[int]:
        """Nodes whose value is what the component got when it asked for it.

        A call on a class of the app counts for that class and those below it, a call in a component for the component,
        and one that says neither for every component.
        """
        if component not in self._gotten:
            self._gotten[component] = self._asked_by(component)
        return self._gotten[component]

    def _asked_by(self, component: int) -> list[int]:
        found: list[int] = []
        for node, caller, written in self._received:
            above = written
            if above < 0 or not self.linked.is_app[above]:
                same = above >= 0 and self.linked.is_subtype(caller, above)
                above = caller if same else -1
            if above < 0 or self.linked.is_subtype(component, above):
                found.append(node)
        return found

    def given(self, component: int, gift: str) -> list[Gift]:
        """Parameters of the component's methods that get a gift of a life cycle (``intent``)."""
        asked = (component, gift)
        if asked not in self._given:
            self._given[asked] = self._parameters(component, gift)
        return self._given[asked]

    def _parameters(self, component: int, gift: str) -> list[Gift]:
        lifecycle = lifecycle_of(self.linked, component, self.states)
        found: list[Gift] = []
        for called in lifecycle.methods() if lifecycle else ():
            positions = [position for position, what in called.gifts if what == gift]
            method = run_by(self.linked, component, called) if positions else -1
            for position in positions if method >= 0 else ():
                node = self.sites.parameter(method, position + 1)
                found.append(Gift(method, node))
        return found

    def holder(self, method: int, kind: str) -> list[int]:
        """Declared components of a kind whose code a method is: its class, one below it, or the one around it."""
        asked = (int(self.linked.method_type[method]), kind)
        if asked not in self._holders:
            self._holders[asked] = self._holder(*asked)
        return self._holders[asked]

    def _holder(self, type_: int, kind: str) -> list[int]:
        numbers = [self.linked.type_of(item.component) for item in self.declared if item.kind == kind and item.enabled]
        known = sorted({number for number in numbers if number >= 0})
        found = [number for number in known if self.linked.is_subtype(number, type_)]
        if found:
            return found
        outer = self.linked.type_of(self.linked.types[type_].partition("$")[0] + ";")
        return [number for number in known if number == outer] or known


def within_app(callee: Callee) -> bool:
    """Whether what a method sends or registers for never leaves the app."""
    return callee.owner.endswith("/LocalBroadcastManager;")


def _registers(callee: Callee) -> bool:
    """Whether a method registers a receiver with a filter."""
    return callee.name == "registerReceiver" and callee.proto.startswith(_REGISTRATION)
