"""What library models say of a method, done to the heap: data derived, references kept under keys, callbacks."""

from collections.abc import Callable
from typing import Final

from affidavit.dalvik.effects import Effect, Operand
from affidavit.dalvik.effects import Key as ModelKey
from affidavit.dalvik.replay.containers import append, blur
from affidavit.dalvik.replay.heap import ANY, Key
from affidavit.dalvik.replay.platform_call import (
    BOXES,
    PRIMITIVES,
    SIZE,
    TEXT,
    Call,
    entries,
    fetch,
    is_certain,
    is_entry,
    joined,
    key_of,
    of_type,
)
from affidavit.dalvik.replay.values import (
    NONE,
    NULL,
    STRING,
    UNKNOWN,
    Range,
    Taints,
    Value,
    implied,
    inexact,
    join,
    opaque,
    reference,
)

_PLAIN: Final = frozenset({STRING, "Ljava/lang/CharSequence;", "Ljava/lang/Object;", *BOXES, *PRIMITIVES, "V"})
_WRAPS: Final = "#wraps"
Launch = Callable[[Call, str, Value], None]
Register = Callable[[Call, str, Value], None]


class Effects:
    """Executes effects.

    Args:
        launch: sends an intent (call, word, intent). register: makes objects known to the platform (call, type, value).
        forget: the reverse (call, value).
        received: the intent or message that a component got.
    """

    def __init__(
        self,
        launch: Launch,
        register: Register,
        forget: Callable[[Call, Value], None],
        received: Callable[[Call], Value],
    ) -> None:
        self._launch, self._register, self._forget, self._received = launch, register, forget, received

    def run(self, call: Call, effects: tuple[Effect, ...], *, certain: bool) -> Value:
        """Execute the effects in order and give the result.

        Args:
            call: the call.
            effects: of the model, or of the general rule.
            certain: whether a model says it; what the general rule makes up is not exact.
        """
        results: list[Value] = []
        carried: Taints = NONE
        self._filled(call, effects, certain=certain)
        for effect in effects:
            target = effect.target
            if effect.kind == "derive" and target and effect.origin:
                taint = self._taint(call, effect.origin)
                taint = taint if certain and not _is_spare(effect, effects) else inexact(taint)
                if target.base != "return":
                    self._derive(call, target, effect.origin, taint)
                else:
                    carried |= taint
            elif effect.kind in {"same", "call", "received"}:
                if target and effect.origin and _keeps_keys(effect.origin, target):
                    self._copy(call, effect.origin, target)
                    continue
                value = self._given(call, effect)
                if target and target.base == "return" and target.key is None:
                    results.append(value)
                elif target:
                    self._store(call, target, value)
            else:
                self._act(call, effect)
        if call.made is not None:
            results.append(call.made)
        return self._result(call, results, carried, certain=certain)

    @staticmethod
    def _filled(call: Call, effects: tuple[Effect, ...], *, certain: bool) -> None:
        """What the platform may put into arrays of numbers and into collections that it is given: anything."""
        targets = {effect.target.position for effect in effects if effect.target and effect.target.base == "argument"}
        for position, value in enumerate(call.given):
            for number in sorted(value.refs):
                item = call.state.objects[number]
                if item.type[:1] == "[" and item.type[1:] in PRIMITIVES and (not certain or position in targets):
                    call.state.write(reference(number), ANY, opaque(item.type[1:]))
                elif item.type.startswith("Ljava/util/") and not certain:
                    call.state.write(reference(number), ANY, UNKNOWN)
                    call.state.write(reference(number), SIZE, Value(const=Range(0, 1 << 31), opaque=False))

    @staticmethod
    def _fresh(call: Call) -> Value:
        """The object that a call gives, when it is made by it; its class is below what the prototype says."""
        if call.result.startswith("["):
            inner = call.result[1:]
            made = call.make_object(call.result, "result", opaque(inner, nullable=inner in PRIMITIVES))
            call.state.write(made, "length", opaque("I"))
            return made
        return call.make_object("", "result", opaque())

    def _result(self, call: Call, results: list[Value], taint: Taints, *, certain: bool) -> Value:
        """The value that a call gives."""
        if results:
            found = joined(results)
            if taint and found.is_null:
                return opaque(call.result, taint)
            if taint and found.refs:
                call.state.fill(found, taint)
            return found.tainted(taint)
        if call.result in {"Z", "Ljava/lang/Boolean;"}:
            return opaque(call.result, implied(taint))
        if call.result in _PLAIN:
            return of_type(call.result, taint)._replace(nullable=call.name != "toString")
        made = self._fresh(call)
        if taint:
            self.fill(call, made, taint)
        found = made.tainted(taint)._replace(nullable=True)
        return found if certain or call.static or call.result != call.class_ else join(found, call.this)

    def _act(self, call: Call, effect: Effect) -> None:
        """An effect that moves no value."""
        if effect.origin is None:
            return
        operand = effect.origin
        value = joined(call.args) if operand.base == "all" else self._value(call, operand, fetched=False)
        if effect.kind == "register":
            self._register(call, declared(call, operand), value)
        elif effect.kind in {"launch", "result"}:
            self._launch(call, effect.word or "result", value)
        elif effect.kind == "unregister":
            self._forget(call, value)
        elif effect.kind == "mix":
            blur(call.state, self._container(call, operand))
        elif effect.kind == "clear":
            self._clear(call, operand)

    def _clear(self, call: Call, operand: Operand) -> None:
        """Forget an entry, or all of them."""
        container = self._container(call, operand)
        if operand.key is not None:
            call.state.remove(container, self._key(call, operand.key, container))
            return
        for key in [key for key in call.state.keys(container) if is_entry(key)]:
            call.state.remove(container, key)
        if is_certain(call.state, container):
            call.state.owned(min(container.refs)).taint = NONE

    def _given(self, call: Call, effect: Effect) -> Value:
        """The reference that a `same`, `call` or `received` effect hands on."""
        if effect.kind == "received":
            return self._received(call)
        if effect.origin is None:
            return UNKNOWN
        if effect.kind == "same":
            return self._value(call, effect.origin)
        values = [self._handed(call, operand) for operand in effect.arguments]
        values += [UNKNOWN] * (effect.arity - len(values))
        return call_back(call, self._value(call, effect.origin, fetched=False), effect.method, values)

    def _taint(self, call: Call, operand: Operand) -> Taints:
        """Data that an operand carries."""
        if operand.base == "all":
            return frozenset(item for value in call.args for item in call.state.taint_of(value))
        value = self._value(call, operand, fetched=False)
        taint = call.state.taint_of(value)
        if value.opaque and operand.base == "this" and not value.refs:
            taint |= call.state.taint_of(call.store(f"unknown/{call.class_}"))
        return taint

    def _derive(self, call: Call, target: Operand, origin: Operand, taint: Taints) -> None:
        """Put data into an object, or beside what a key holds."""
        container = self._container(call, target)
        if call.name == "<init>" and origin.base == "this" and target.base == "argument":
            call.state.write(call.this, _WRAPS, container)
        if target.base == "this" and target.key is None and (call.name == "<init>" or call.name.startswith("load")):
            call.state.write(container, ANY, opaque())  # what it was read from may hold anything
        if not taint:
            return
        if target.key is None:
            self.fill(call, container, taint)
            return
        key = self._key(call, target.key, container)
        held = call.state.read(container, key)
        if held.refs and target.key.is_slot:
            self.fill(call, held, taint)
        else:
            beside = opaque("", taint)
            call.state.write(container, key, beside if held.is_null else join(held, beside))

    def fill(self, call: Call, value: Value, taint: Taints) -> None:
        """Put data into objects as a whole, and into what they wrap."""
        for _ in range(4):
            for item in sorted(value.refs):
                if call.state.objects[item].type.startswith("["):
                    call.state.write(reference(item), ANY, opaque("", taint))
                elif TEXT in call.state.objects[item].fields:
                    held = call.state.read(reference(item), TEXT)
                    call.state.write(reference(item), TEXT, opaque(STRING, held.taint | taint, nullable=False))
                else:
                    call.state.fill(reference(item), taint)
            if value.opaque and not value.refs:
                call.state.fill(call.store(f"unknown/{call.class_}"), inexact(taint))
            inner = [call.state.objects[item].fields.get(_WRAPS) for item in sorted(value.refs)]
            held_inside = [item for item in inner if item is not None]
            if not held_inside:
                return
            value = joined(held_inside)

    def _value(self, call: Call, operand: Operand, *, fetched: bool = True) -> Value:
        """The value of an operand; an entry that was never stored is an object of the platform's own, which stays."""
        container = self._container(call, operand)
        if operand.key is None:
            return container
        key = self._key(call, operand.key, container)
        found = fetch(call.state, container, key)
        new = operand.base == "store" or not _was_stored(call, container, key)
        if fetched and found.is_null and not found.taint and new:
            if call.result in _PLAIN:
                return of_type(call.result)
            found = self._fresh(call)._replace(nullable=True)
            call.state.write(container, key, found)
        if call.result in PRIMITIVES and found.refs and fetched:
            return opaque("", call.state.taint_of(found))
        return found

    def _handed(self, call: Call, operand: Operand) -> Value:
        """What a method that is called back gets: of several elements each has its turn, so what it carries is sure."""
        if operand.key is None or operand.key.kind != "any":
            return self._value(call, operand)
        return entries(call.state, self._container(call, operand))

    @staticmethod
    def _container(call: Call, operand: Operand) -> Value:
        """The value that an operand names, its key left aside."""
        if operand.base == "this":
            return call.this
        if operand.base == "argument":
            return call.argument(operand.position) if operand.position < len(call.given) else NULL
        if operand.base == "store":
            return call.store(operand.store)
        if call.made is None:
            call.made = Effects._fresh(call)
        return call.made

    def _store(self, call: Call, target: Operand, value: Value) -> None:
        """Keep a reference under a key, or (without one) let an object be what another is made of."""
        container = self._container(call, target)
        if target.key is None:
            self.fill(call, container, call.state.taint_of(value))
            call.state.write(container, _WRAPS, value)
        elif target.key.kind == "append":
            append(call.state, container, value)
        else:
            call.state.write(container, self._key(call, target.key, container), value)

    def _copy(self, call: Call, origin: Operand, target: Operand) -> None:
        """All entries of one container under the same keys of another."""
        source = self._container(call, origin)
        to = self._container(call, target)
        for item in sorted(source.refs):
            for key in [key for key in call.state.objects[item].fields if is_entry(key) or key in {SIZE, "length"}]:
                call.state.write(to, key, call.state.read(source, key))
            self.fill(call, to, call.state.objects[item].taint)
        if source.opaque and not source.is_null:
            call.state.write(to, ANY, UNKNOWN.tainted(source.taint))

    @staticmethod
    def _key(call: Call, key: ModelKey, container: Value) -> Key:
        """The key on the heap."""
        if key.kind == "literal" and key.text.startswith("."):
            return public_field(call, container, key.text[1:])
        if key.kind == "literal":
            return key.text if key.text.startswith("#") else ("key", key.text)
        if key.kind == "argument":
            return key_of(call.state, call.argument(key.position))
        return ANY


def _was_stored(call: Call, container: Value, key: Key) -> bool:
    """Whether the app put something there, which may be null."""
    return any(key in call.state.objects[item].fields for item in container.refs)


def _is_spare(effect: Effect, effects: tuple[Effect, ...]) -> bool:
    """Whether elements are said to be derived only in case the method that makes them is not known."""
    keyed = effect.target is not None and effect.target.key is not None
    return keyed and any(item.kind == "call" and item.target == effect.target for item in effects)


def _keeps_keys(origin: Operand, target: Operand) -> bool:
    """Whether both sides mean all entries."""
    return all(item.key is not None and item.key.kind == "any" for item in (origin, target))


def public_field(call: Call, container: Value, name: str) -> Key:
    """The key of a public field of a platform class, as the app's instructions use it; a slot when none does."""
    linked = call.machine.linked
    types = {call.class_, call.result, *call.parameters, *call.machine.classes_of(call.state, container)}
    known = call.platform.fields
    if not known:
        for number in range(linked.fields):
            owner, _, rest = linked.field_text(number).partition("->")
            known.setdefault(rest.partition(":")[0], []).append((owner, number))
    return next((number for owner, number in known.get(name, ()) if owner in types), f"#{name}")


def call_back(call: Call, on: Value, name: str, values: list[Value]) -> Value:
    """Let the platform call the app back: now, or not yet, and then later."""
    found: Value = UNKNOWN
    if not call.machine.overrides(call.state, on, name, "", len(values)):
        return found
    before = call.state.fork()
    found = call.machine.invoke_on(call.state, on, name, "", values)
    call.state.become(call.state.joined(before))
    later = call.machine.new_object(call.state, "", ("later", call.site, name))
    call.state.write(later, "#on", on)
    for place, value in enumerate(values):
        call.state.write(later, f"#given{place}", value)
    kind = f"later {name}/{len(values)}"
    call.platform.kinds[kind] = call.platform.stores[f"registered/{kind}"] = None
    call.machine.register(call.state, kind, later)
    return found


def declared(call: Call, operand: Operand) -> str:
    """The type that the platform knows an operand by."""
    if operand.base == "argument" and operand.key is None and operand.position < len(call.parameters):
        return call.parameters[operand.position]
    return call.class_ if operand.base == "this" and operand.key is None else "Ljava/lang/Object;"
