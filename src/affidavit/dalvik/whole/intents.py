"""Links between components: who can receive an intent, a result, a message, a binder, a call of a provider or script.

Decided by the constants that reach the object sent; what is not constant is sent to every component of the kind.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.lifecycles import Lifecycle
from affidavit.dalvik.models import parameters
from affidavit.dalvik.whole.calls import ExtraCall
from affidavit.dalvik.whole.components import LOCAL, Components, Gift, within_app
from affidavit.dalvik.whole.entries import Declared, chain
from affidavit.dalvik.whole.graph import ExtraEdge
from affidavit.dalvik.whole.intent_objects import Description
from affidavit.dalvik.whole.matching import targets
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.shapes import How
from affidavit.dalvik.whole.sites import Callee
from affidavit.model.flow import Edge

MAX_EDGES = 20_000
"""Edges that intents, results and messages make."""

_MESSENGER, _HANDLER, _RESOLVER = "Landroid/os/Messenger;", "Landroid/os/Handler;", "Landroid/content/ContentResolver;"
_CONNECTION = "Landroid/content/ServiceConnection;"
_BINDER_TAKEN = ("onServiceConnected", "(Landroid/content/ComponentName;Landroid/os/IBinder;)V")
_OBJECT, _PUBLIC, _STATIC = "Ljava/lang/Object;", 0x1, 0x8
_BINDING = frozenset({"onBind", "onUnbind", "onRebind"})
"""Methods of a service that get the intent with which it is bound, and no other."""
_HANDLED = ("handleMessage", "(Landroid/os/Message;)V")
_AUTHORITY = re.compile(r"content://(?:[^@/]*@)?([^/{}?#]+)")
_PROVIDED = frozenset({"query", "insert", "update", "delete", "bulkInsert", "call", "getType", "openFile"})


@dataclass(frozen=True, slots=True)
class Send:
    """A call that sends an intent.

    Attributes:
        node: the invoke. operand: the node of the intent. word: what is launched, as in the model.
        targets: descriptors of the app's components that may get it, sorted. explicit: whether it names its target.
        complete: whether all that decides is constant. text: the constants (``action x.GO``).
    """

    node: int
    operand: int
    word: str
    targets: tuple[str, ...]
    explicit: bool
    complete: bool
    text: str

    @property
    def unresolved(self) -> bool:
        """Whether something outside of the app may receive it: nothing inside does, or what decides is not constant."""
        return self.word != LOCAL and (not self.targets or not self.complete)


@dataclass(slots=True)
class Links:
    """What was found.

    Attributes:
        calls: methods that run because of a send. edges: where what was sent arrives.
        sends: every intent sent, by node. full: whether `MAX_EDGES` cut something off.
    """

    calls: list[ExtraCall] = field(default_factory=list)
    edges: list[ExtraEdge] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    full: bool = False

    @property
    def unresolved(self) -> list[Send]:
        """Sends that something outside of the app may receive."""
        return [item for item in self.sends if item.unresolved]


def find_links(objects: Objects, declared: Sequence[Declared], lifecycles: Sequence[Lifecycle]) -> Links:
    """Every link between components.

    Args:
        objects: where objects come from, over the call graph so far, and what is called by reflection.
        declared: components of the manifest.
        lifecycles: what the platform calls on components.
    """
    finder = _Finder(objects, Components(objects, declared, lifecycles))
    finder.intents()
    finder.results()
    finder.messages()
    finder.providers()
    finder.scripts()
    links = finder.links
    links.edges.sort(key=lambda edge: (edge.site, edge.origin, edge.target))
    links.calls = sorted(set(links.calls), key=lambda call: (call.site_method, call.site_pc, call.target))
    return links


class _Finder:
    """Collects links."""

    def __init__(self, objects: Objects, components: Components) -> None:
        self.objects, self.components = objects, components
        self.values, self.sites, self.linked = objects.values, objects.sites, objects.sites.linked
        self.links = Links()
        self.started: list[tuple[Send, int]] = []

    def intents(self) -> None:
        """Intents sent to activities, services and receivers."""
        for node in self.objects.outside("launch"):
            self.values.check()
            for effect in self.objects.effects(node):
                operand = self.objects.operand(node, effect.origin) if effect.kind == "launch" else -1
                keyed = effect.origin is not None and effect.origin.key is not None
                if operand >= 0:
                    held = self.objects.held(operand) if keyed else [operand]
                    self._send(node, operand, effect.word, held)

        for node, found in self.objects.indirect.items():
            for callee, operands in found:
                self._indirect(node, callee, operands)

    def _indirect(self, node: int, callee: Callee, operands: list[int]) -> None:
        """A library method that is called by reflection."""
        for effect in self.values.models.effects(callee.owner, callee.name, callee.proto) or ():
            at = effect.origin.position + 1 if effect.kind == "launch" and effect.origin else 0
            if 0 < at < len(operands) and operands[at] >= 0:
                self._send(node, self.sites.operands(node)[-1], effect.word, [operands[at]])

    def _send(self, node: int, operand: int, word: str, held: list[int]) -> None:
        """One invoke that sends the intents that `held` nodes hold."""
        callee = self.sites.callee(node)
        if word == "receiver" and callee is not None and within_app(callee):
            word = LOCAL
        described = [item for one in held for item in self.components.descriptions.of(one)]
        reached: dict[Declared, str] = {}
        for item in described:
            for target in targets(item, word, self.components.declared):
                reached.setdefault(target, _said(item, target))
        names = tuple(sorted({item.component for item in reached}))
        explicit = bool(described) and all(item.names("class") for item in described)
        complete = all(item.complete and not item.open for item in described)
        send = Send(node, operand, word, names, explicit, complete, "; ".join(sorted({_said(i) for i in described})))
        self.links.sends.append(send)
        for target, text in reached.items():
            number = self.linked.type_of(target.component)
            if number >= 0 and self.linked.is_app[number]:
                self.started.append((send, number))
                self._arrive(send, number, text)

    def _arrive(self, send: Send, component: int, text: str) -> None:
        """Edges and calls to one target."""
        for node in self.components.received(component):
            self._edge(send.operand, node, send.node, text)
        for gift in self.components.given(component, "intent"):
            binds = self.linked.method_text(gift.method)[1] in _BINDING
            if send.word not in {"bind", "service"} or binds == (send.word == "bind"):
                self._gift(send.operand, gift, send.node, text)
        if send.word == "bind":
            self._bound(send, component, text)

    def _gift(self, origin: int, gift: Gift, site: int, text: str) -> None:
        self._call(site, gift.method)
        self._edge(origin, gift.node, site, text)

    def _bound(self, send: Send, component: int, text: str) -> None:
        """The binder that a service gives arrives at the connection of whoever binds it."""
        service = self.linked.find_method(component, "onBind", "(Landroid/content/Intent;)Landroid/os/IBinder;")
        returned = self.sites.returned(service) if service >= 0 else -1
        for position, node in enumerate(self.sites.operands(send.node)):
            if position == 0 or node == send.operand:
                continue
            for name in self.objects.types(node):
                taken = self.linked.find_method(self.linked.type_of(name), *_BINDER_TAKEN)
                if taken >= 0:
                    self._call(send.node, taken)
                    self._edge(returned, self.sites.parameter(taken, 2), send.node, text)

    def results(self) -> None:
        """Results of activities go back to those that started them."""
        waiting = self._waiting()
        for node in self.objects.outside("result"):
            owners = self.components.holder(self.sites.method[node], "activity")
            starters = dict.fromkeys(starter for owner in owners for starter in waiting.get(owner, ()))
            for effect in self.objects.effects(node):
                operand = self.objects.operand(node, effect.origin) if effect.kind == "result" else -1
                if operand >= 0 and not self.links.full:
                    self._answer(operand, starters, node)

    def _waiting(self) -> dict[int, dict[int, None]]:
        """By activity, those that start it and are told its result."""
        found: dict[int, dict[int, None]] = {}
        for send, component in self.started:
            if send.word == "activity" and self._awaits(send):
                found.setdefault(component, {}).update(dict.fromkeys(self._starters(send)))
        return found

    def _starters(self, send: Send) -> list[int]:
        """Classes of the app whose objects start an activity by a send."""
        method = self.sites.method[send.node]
        within = self.linked.type_of(self.linked.method_text(method)[0].partition("$")[0].rstrip(";") + ";")
        return [starter for starter in (*self.components.holder(method, "activity"), within) if starter >= 0]

    def _awaits(self, send: Send) -> bool:
        """Whether whoever starts an activity is told its result."""
        called = {item.name for item, _ in self.objects.indirect.get(send.node, ())}
        direct = self.sites.callee(send.node)
        names = called or {direct.name if direct else ""}
        return not names <= {"startActivity", "startActivities"}

    def _answer(self, operand: int, starters: Iterable[int], site: int) -> None:
        for starter in starters:
            for gift in self.components.given(starter, "result-intent"):
                self._gift(operand, gift, site, f"result for {self.linked.types[starter]}")

    def messages(self) -> None:
        """Messages sent through a messenger arrive at the handlers that messengers were made of."""
        handlers: dict[str, None] = {}
        for node in self.sites.outside(_wraps_handler):
            for operand in self.sites.operands(node)[1:2]:
                handlers.update(dict.fromkeys(self.objects.types(operand)))
        methods = [self.linked.find_method(self.linked.type_of(name), *_HANDLED) for name in sorted(handlers)]
        for node in self.sites.outside(lambda callee: callee.owner == _MESSENGER and callee.name == "send"):
            operands = self.sites.operands(node)
            for method in methods if len(operands) > 1 else ():
                if method >= 0:
                    gift = Gift(method, self.sites.parameter(method, 1))
                    self._gift(operands[1], gift, node, f"messenger of {self.sites.method_name(method)}")

    def providers(self) -> None:
        """Calls through the resolver arrive at the provider with the address's authority."""
        by_name = {name: item for item in self.components.declared for name in item.authorities if item.enabled}
        wanted = self.sites.outside(lambda callee: callee.owner == _RESOLVER and callee.name in _PROVIDED)
        for node in wanted if by_name else ():
            callee, operands = self.sites.callee(node), self.sites.operands(node)
            text = self.values.text(self.values.of(operands[1])) if len(operands) > 1 else ""
            for authority in sorted(set(_AUTHORITY.findall(text)) & set(by_name)):
                type_ = self.linked.type_of(by_name[authority].component)
                # ``call`` names the provider first, which is then asked without it.
                given = operands[1 + (callee is not None and callee.name == "call") :]
                proto = callee.proto.replace("Landroid/net/Uri;", "", callee.name == "call") if callee else ""
                method = self.linked.find_method(type_, callee.name, proto) if callee and type_ >= 0 else -1
                if method >= 0:
                    self._provide(node, given, method, f"authority {authority}")

    def _provide(self, node: int, given: list[int], method: int, text: str) -> None:
        self._call(node, method)
        for position, operand in enumerate(given, 1):
            self._edge(operand, self.sites.parameter(method, position), node, text)
        self._edge(self.sites.returned(method), node, node, text)

    def scripts(self) -> None:
        """What is handed over as nothing but an object is called by name: by a page's script, for one."""
        for node in self.objects.outside("register"):
            callee = self.sites.callee(node)
            taken = parameters(callee.proto) if callee else []
            for effect in self.objects.effects(node):
                given = effect.origin if effect.kind == "register" and effect.origin else None
                if given and given.key is None and taken[given.position : given.position + 1] == [_OBJECT]:
                    for name in self.objects.types(self.objects.operand(node, given)):
                        self._offer(node, self.linked.type_of(name))

    def _offer(self, site: int, type_: int) -> None:
        """Public methods of a class of the app and of those above it."""
        for above in chain(self.linked, type_):
            for method in self.linked.methods_of(above):
                access, name = int(self.linked.method_access[method]), self.linked.method_text(method)[1]
                if access & _PUBLIC and not access & _STATIC and self.linked.has_code[method] and name[0] != "<":
                    self.links.calls.append(
                        ExtraCall(self.sites.method[site], self.sites.pc[site], method, How.CALLBACK)
                    )

    def _edge(self, origin: int, target: int, site: int, text: str) -> None:
        """Take in an edge if both ends are there."""
        if len(self.links.edges) >= MAX_EDGES:
            self.links.full = True
        elif origin >= 0 and target >= 0 and origin != target:
            self.links.edges.append(ExtraEdge(origin, False, target, False, Edge.CHANNEL, site, text))

    def _call(self, site: int, method: int) -> None:
        sites = self.sites
        self.links.calls.append(ExtraCall(sites.method[site], sites.pc[site], method, How.CHANNEL))


def _said(item: Description, target: Declared | None = None) -> str:
    """The constants that decide, as a step shows them."""
    if item.names("class"):
        known = [target.name or target.component] if target else item.of("class")
        return "class " + ", ".join(known) if known and "class" not in item.open else "class not constant"
    words = [f"{what} {text}" for what in ("action", "category", "data", "type") for text in item.of(what)]
    return ", ".join(words[:8]) or "nothing constant"


def _wraps_handler(callee: Callee) -> bool:
    return callee.owner == _MESSENGER and callee.name == "<init>" and callee.proto.startswith(f"({_HANDLER}")
