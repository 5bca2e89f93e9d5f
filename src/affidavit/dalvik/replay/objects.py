"""What the machine does with objects and types: making, finding, naming, casting, static fields, registrations."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from affidavit.dalvik.replay.decode import Instruction, parameters
from affidavit.dalvik.replay.heap import ABSENT, ANY, Key, State
from affidavit.dalvik.replay.hierarchy import Hierarchy
from affidavit.dalvik.replay.initial import initial_values
from affidavit.dalvik.replay.left import Left
from affidavit.dalvik.replay.paths import Frame, Path
from affidavit.dalvik.replay.surface import Platform, Services, Site
from affidavit.dalvik.replay.values import (
    CLASS,
    GUESSED,
    NONE,
    STRING,
    UNKNOWN,
    ZERO,
    Klass,
    Range,
    Taints,
    Value,
    inexact,
    is_guess,
    reference,
)
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph

APART = 64
"""Objects of one site that are told apart."""
APART_IN_LOOPS = 3
"""The same in a loop whose rounds are joined."""
_SUMMONED = 64
_HIDDEN = 0x8 | 0x2 | 0x400
_BRIDGE = 0x40


class FieldRef(NamedTuple):
    """A field as an instruction names it: its key, the class that declares it, its type; all that static ones need."""

    key: Key
    holder: str
    type: str
    text: str


class Objects(Services):
    """Objects, types and static fields; see `surface.Services`.

    Attributes:
        gaps: reason -> data that it could concern, None for any. made_of: classes that objects were made of.
        relevant: methods that are executed; None for all. made_below: type -> classes below it of which the app makes
            objects, once somebody asked.
        lean: whether it is enough to see some of what can happen: nothing fails that need not, loops end soon.
    """

    def __init__(self, linked: Linked, graph: CallGraph, platform: Platform) -> None:
        self.linked, self.calls, self.platform = linked, graph, platform
        self.control: Taints = NONE
        self.relevant: set[int] | None = None
        self.promising: dict[str, int] = {}
        self.lean = False
        self.aims: dict[int, set[int]] = {}
        self.aside: frozenset[int] = frozenset()
        self.gaps: dict[str, Taints | None] = {}
        self.types = Hierarchy(linked)
        self.coarse = False
        self.made_of: set[str] = set()
        self.made_below: dict[str, list[str]] = {}
        self._left_out: Left | None = None
        self._numbers: dict[Hashable, int] = {}
        self._overrides: dict[tuple[str, str, str, int], int] = {}
        self._initial: dict[str, dict[Key, Value]] = {}
        self._wide: dict[int, frozenset[int]] = {}

    @property
    def _left(self) -> Left:
        """What code that is left out stores; asked for only when it is settled what is left out."""
        if self._left_out is None:
            self._left_out = Left(self.linked, self.calls, self.relevant)
        return self._left_out

    def number(self, name: Hashable) -> int:
        """The number of an object by what it is made of."""
        return self._numbers.setdefault(name, len(self._numbers))

    def new_object(self, state: State, type_: str, site: Hashable, default: Value = ZERO) -> Value:
        """Make an object of a site."""
        self.made_of.add(type_)
        count = state.counts.get(site, 0)
        alone = count < (APART_IN_LOOPS if self.coarse else APART)
        state.counts[site] = count + alone
        number = self.number((site, type_, count if alone else -1))
        made = state.add(number, type_, default)
        if not alone:
            state.owned(number).unique = False
        return made

    def made(self, frame: Frame, path: Path, item: Instruction, type_: str) -> Value:
        """An object that an instruction makes."""
        self.coarse = frame.coarse
        return self.new_object(path.state, type_, (frame.method, item.pc))

    def store(self, state: State, name: str) -> Value:
        """The one object of that name."""
        number = self.number(("store", name))
        if number in state.objects:
            return reference(number)
        return state.add(number, "", ABSENT if name == "statics" else ZERO)

    def register(self, state: State, kind: str, value: Value) -> None:
        """Remember objects."""
        place, taint = self.store(state, f"registered/{kind}"), GUESSED if is_guess(self.control) else NONE
        held = state.keys(place)
        for number in sorted(value.refs):
            if not taint or ("object", number) not in held:
                state.write(place, ("object", number), reference(number, taint=taint))

    def unregister(self, state: State, kind: str, value: Value) -> None:
        """Forget an object, when it is certain which is meant."""
        if len(value.refs) == 1 and not value.opaque:
            (number,) = value.refs
            if state.objects[number].unique:
                state.remove(self.store(state, f"registered/{kind}"), ("object", number))

    def registered(self, state: State, kind: str) -> list[Value]:
        """What is registered."""
        place = self.store(state, f"registered/{kind}")
        keys = [key for key in state.keys(place) if isinstance(key, tuple)]
        return [reference(key[1], taint=state.read(place, key).taint) for key in keys]

    def note(self, reason: str, taint: Taints | None = None) -> None:
        """Something is not known."""
        if taint is None:
            self.gaps[reason] = None
        elif taint:
            before = self.gaps.get(reason, NONE)
            self.gaps[reason] = None if before is None else before | taint

    def lost(self, state: State, value: Value) -> None:
        """Data was stored in an object that nothing is known of."""
        self.note("data stored in an object that nothing is known of", state.taint_of(value))

    # Types.

    def classes_of(self, state: State, value: Value) -> tuple[str, ...]:
        """Descriptors of the objects that the value may refer to."""
        found = {state.objects[number].type for number in value.refs}
        if isinstance(value.const, str):
            found.add(STRING)
        elif isinstance(value.const, Klass):
            found.add(CLASS)
        return tuple(sorted(found))

    def override(self, descriptor: str, name: str, proto: str, arity: int) -> int:
        """The app method that a call on an object of a class runs; -1 outside of the app."""
        key = descriptor, name, proto, arity
        found = self._overrides.get(key)
        if found is None:
            found = self._overrides[key] = self._find(descriptor, name, proto, arity)
        return found

    def overrides(self, state: State, receiver: Value, name: str, proto: str, arity: int) -> list[int]:
        """App methods that a call on the value runs."""
        found = {self.override(type_, name, proto, arity) for type_ in self.classes_of(state, receiver)}
        return sorted(found - {-1})

    def _find(self, descriptor: str, name: str, proto: str, arity: int) -> int:
        """Look a method up in the class and above it."""
        type_ = self.linked.type_of(descriptor)
        if type_ < 0 or not self.linked.is_app[type_]:
            return -1
        if proto:
            signature = self.linked.signature_of(name, proto)
            return self.linked.resolve(type_, signature) if signature >= 0 else -1
        for above in self.linked.ancestors(type_):
            alike = [method for method in self.linked.methods_of(above) if self._is(method, name, arity)]
            if alike:
                return min(alike, key=lambda method: (int(self.linked.method_access[method]) & _BRIDGE, method))
        return -1

    def _is(self, method: int, name: str, arity: int) -> bool:
        """Whether a method has that name and as many parameters, and can be overridden."""
        _, its_name, proto = self.linked.method_text(method)
        hidden = int(self.linked.method_access[method]) & _HIDDEN
        return its_name == name and len(parameters(proto)) == arity and not hidden

    def split(self, state: State, value: Value, type_: str) -> tuple[Value | None, Value | None]:
        """The parts of a value that are of a type (null is of any), and that are not; None for no such part."""
        if isinstance(value.const, int | Range):
            return value, None
        if value.const is not None:
            return (value, None) if self.types.belongs(self.classes_of(state, value)[0], type_) else (None, value)
        fits = {number: self.types.belongs(state.objects[number].type, type_) for number in value.refs}
        yes = frozenset(number for number, fit in fits.items() if fit is not False)
        no = frozenset(number for number, fit in fits.items() if fit is not True)
        opaque_yes = opaque_no = value.opaque
        inside = bool(value.type) and self.types.belongs(value.type, type_)
        if value.opaque and value.type:
            opaque_no = not inside
            opaque_yes = bool(inside) or self._overlap(value.type, type_)
        bound = value.type if inside else type_
        one = value._replace(refs=yes, opaque=opaque_yes, type=bound if opaque_yes else "")
        two = value._replace(refs=no, opaque=opaque_no, nullable=False)
        if not yes and not opaque_yes:
            return (ZERO.tainted(value.taint) if value.nullable else None), two
        return one, two if no or opaque_no else None

    def _overlap(self, bound: str, type_: str) -> bool:
        """Whether some object can be of both types, the first of which is not below the second."""
        if self.types.belongs(type_, bound) is not False:
            return True
        return any(self._is_interface(name) for name in (bound, type_))

    def _is_interface(self, descriptor: str) -> bool:
        number = self.linked.type_of(descriptor)
        return bool(self.linked.is_interface[number]) if number >= 0 else self.linked.framework.is_interface(descriptor)

    def summoned(self, state: State, value: Value, type_: str) -> Value:
        """A value with its opaque part made to be any object of the heap that it could be."""
        if not value.opaque or not self.types.is_app(type_):
            return value
        belongs, bound = self.types.belongs, value.type or type_
        fitting = (
            number
            for number, item in state.objects.items()
            if item.type and belongs(item.type, type_) and belongs(item.type, bound) is not False
        )
        found = frozenset(sorted(fitting)[:_SUMMONED])
        return value._replace(refs=value.refs | found) if found else value

    # What instructions name.

    def type_name(self, frame: Frame, item: Instruction) -> str:
        """The type that an instruction names."""
        if item.kept is None:
            item.kept = self.linked.unit_of(frame.method).type_name(item.ref)
        return str(item.kept)

    def field_ref(self, frame: Frame, item: Instruction) -> FieldRef:
        """The field that an instruction names."""
        if not isinstance(item.kept, FieldRef):
            linked = self.linked
            row = int(linked.method_unit[frame.method])
            written, name, type_ = linked.units[row].field_parts(item.ref)
            number = int(linked.field_ref[linked.first_field[row] + item.ref])
            key: Key = number if number >= 0 else ("field", written, name)
            holder = linked.types[int(linked.field_holder[number])] if number >= 0 else written
            item.kept = FieldRef(key, holder, type_, f"{holder}->{name}:{type_}")
        return item.kept

    def read_static(self, frame: Frame, path: Path, item: Instruction) -> Value:
        """A static field."""
        field = self.field_ref(frame, item)
        if not self.types.is_app(field.holder):
            site = Site(frame.method, item.pc)
            return self.platform.static_field(self, path.state, site, field.text, field.type)
        self.initialise(path.state, field.holder)
        return path.state.read(self.store(path.state, "statics"), field.key)

    def write_static(self, frame: Frame, path: Path, item: Instruction, value: Value) -> None:
        """Store into a static field."""
        field = self.field_ref(frame, item)
        self.initialise(path.state, field.holder)
        path.state.write(self.store(path.state, "statics"), field.key, value)

    def begin_statics(self, state: State, descriptor: str) -> None:
        """Give the static fields of a class the values that they begin with."""
        if descriptor not in self._initial:
            found = self.linked.program.find_class(descriptor)
            values: dict[Key, Value] = {}
            if found is not None:
                unit = self.linked.units.index(found[0])
                first = self.linked.first_field[unit]
                given = initial_values(*found)
                values = {int(self.linked.field_ref[first + field]): value for field, value in given.items()}
            self._initial[descriptor] = values
        place = self.store(state, "statics")
        for key, value in self._initial[descriptor].items():
            state.write(place, key, value)

    def initialiser(self, type_: int) -> int:
        """The static initialiser of a class, -1 for none."""
        for method in self.linked.methods_of(type_):
            if self.linked.method_text(method)[1] == "<clinit>" and self.linked.has_code[method]:
                return method
        return -1

    def forget(self, state: State, method: int) -> None:
        """Whatever a method and those that it calls store into fields may have changed, be it for the first time."""
        left = self._left
        statics = left.static_fields(method)
        for field in statics:
            holder = self.linked.types[int(self.linked.field_holder[field])]
            if holder not in state.done:
                self.begin_statics(state, holder)
                state.done[holder] = False
        place = min(self.store(state, "statics").refs) if statics else -1
        for number in list(state.objects):
            type_ = state.objects[number].type
            for key in statics if number == place else left.of_type(method, type_) if type_ else ():
                before = state.objects[number].at(key)
                after = Value(inexact(before.taint) | GUESSED, None, before.refs, True, True, "")
                if before != after:
                    state.owned(number).fields[key] = after

    def unknown_elements(self, state: State, args: Sequence[Value]) -> None:
        """Code that is not executed got arrays: it may have stored into them."""
        for number in sorted({number for value in args for number in value.refs}):
            if state.objects[number].type.startswith("["):
                state.write(reference(number), ANY, UNKNOWN.tainted(GUESSED))
