"""One call that leads out of the app, as the platform's behaviour sees it, and what every behaviour needs of values."""

import struct
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from affidavit.dalvik.replay.heap import ANY, Key, State
from affidavit.dalvik.replay.strings import Plain, Unknown, parameters_of
from affidavit.dalvik.replay.surface import Result, Services, Site
from affidavit.dalvik.replay.values import (
    NULL,
    STRING,
    UNKNOWN,
    Klass,
    Taints,
    Value,
    implied,
    inexact,
    join,
    number,
    opaque,
    reference,
    text,
)

if TYPE_CHECKING:
    from affidavit.dalvik.replay.platform import AppPlatform

BOXES = {
    "Ljava/lang/Integer;": "I",
    "Ljava/lang/Long;": "J",
    "Ljava/lang/Short;": "S",
    "Ljava/lang/Byte;": "B",
    "Ljava/lang/Boolean;": "Z",
    "Ljava/lang/Character;": "C",
    "Ljava/lang/Float;": "F",
    "Ljava/lang/Double;": "D",
}
"""Class of a boxed value -> the primitive type."""
VALUE, TEXT, SIZE, OF, AT = "#value", "#text", "#size", "#of", "#at"
"""Keys of boxes, of builders of text, of lists, of what stands before another object, of iterators."""
PATH = "#path"
"""Key of a file under which its path lies."""
PRIMITIVES = frozenset("ZBSCIJFD")


@dataclass(slots=True)
class Call:
    """An outside method being executed.

    Attributes:
        platform: whose behaviour it is. machine, state, site, class_, name, proto, args: as `Platform.call` gets them.
        parameters, result: descriptors. static: whether `args` has no receiver.
        made: the object that the call gives, when it is made by it.
    """

    platform: "AppPlatform"
    machine: Services
    state: State
    site: Site
    class_: str
    name: str
    proto: str
    args: list[Value]
    parameters: list[str]
    result: str
    static: bool
    made: Value | None = None

    @staticmethod
    def make(  # noqa: PLR0917 - what a call is
        platform: "AppPlatform",
        machine: Services,
        state: State,
        site: Site,
        method: tuple[str, str, str],
        args: Sequence[Value],
    ) -> "Call":
        """Look at the prototype of a method (class, name, prototype)."""
        class_, name, proto = method
        parameters, result = parameters_of(proto)
        static = len(args) <= len(parameters)
        return Call(platform, machine, state, site, class_, name, proto, list(args), parameters, result, static)

    def store(self, name: str) -> Value:
        """The store of that name."""
        self.platform.stores[name] = None
        return self.machine.store(self.state, name)

    @property
    def this(self) -> Value:
        """The receiver; null in a static method."""
        return NULL if self.static else self.args[0]

    @property
    def given(self) -> list[Value]:
        """The arguments without the receiver."""
        return self.args if self.static else self.args[1:]

    def argument(self, position: int) -> Value:
        """An argument, the receiver not counted; unknown when there is none."""
        given = self.given
        return given[position] if position < len(given) else UNKNOWN

    def make_object(self, type_: str, word: Hashable = "", default: Value = NULL) -> Value:
        """Make an object that belongs to this call."""
        return self.machine.new_object(self.state, type_, (self.site, word), default)

    def unknown(self, value: Value = UNKNOWN) -> Value:
        """The result when nothing but the data in it is known."""
        return of_type(self.result, value.taint)

    def truth(self, *values: Value) -> Value:
        """A truth value that was found by looking at others."""
        taint = frozenset(item for value in values for item in value.taint)
        return opaque("Z", implied(taint))


Behaviour = Callable[[Call], Result | None]
"""What an outside method does; None when it is left to the library models."""


def of_type(type_: str, taint: Taints | None = None) -> Value:
    """An unknown value of a type."""
    carried = taint or frozenset()
    if type_ == "V":
        return NULL
    return opaque(type_, carried, nullable=type_ not in BOXES)


def real_bits(value: float, type_: str) -> int:
    """The number that stands for a float or double in a register."""
    form, whole = ("<f", "<i") if type_ == "F" else ("<d", "<q")
    try:
        found: int = struct.unpack(whole, struct.pack(form, value))[0]
    except OverflowError:
        raise Unknown from None
    return found


def real_of(bits: int, type_: str) -> float:
    """The float or double that the bits in a register stand for."""
    if type_ == "F":
        found: float = struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0]
    else:
        found = struct.unpack("<d", struct.pack("<Q", bits & 0xFFFFFFFFFFFFFFFF))[0]
    return found


def plain(state: State, value: Value, type_: str) -> Plain:
    """What a value is, when that is known; boxes and builders of text are looked into.

    Raises:
        Unknown: it is not known.
    """
    if value.const is None and len(value.refs) == 1 and not value.opaque and not value.nullable:
        held = state.objects[next(iter(value.refs))]
        inner = held.fields.get(VALUE, held.fields.get(TEXT))
        if inner is None or inner.refs or held.taint:
            raise Unknown
        return plain(state, inner, BOXES.get(held.type, STRING))
    const = value.const
    if isinstance(const, str):
        return const
    if not isinstance(const, int):
        raise Unknown
    primitive = BOXES.get(value.type, type_)
    if primitive in {"F", "D"}:
        return real_of(const, primitive)
    if primitive in PRIMITIVES:
        return const
    if const == 0:
        return None
    raise Unknown


def lifted(call: Call, value: Plain, type_: str, taint: Taints) -> Value:
    """A known value as the machine has it; a box when the type is one."""
    carried: Taints = implied(taint) if type_ in {"Z", "Ljava/lang/Boolean;"} else taint
    if value is None:
        return NULL.tainted(carried)
    if isinstance(value, str):
        return text(value, carried)
    primitive = BOXES.get(type_, type_)
    bits = real_bits(value, primitive) if isinstance(value, float) else value
    found = number(bits, carried)
    return boxed(call, found, type_) if type_ in BOXES else found


def boxed(call: Call, value: Value, type_: str) -> Value:
    """The box of a primitive value. Only zero needs an object, because it would count as null."""
    if value.number:
        return value._replace(type=type_, nullable=False)
    if value.number is None:
        return opaque(type_, value.taint, nullable=False)
    made = call.make_object(type_, "box")
    call.state.write(made, VALUE, value)
    return made


def unboxed(state: State, value: Value) -> Value:
    """The primitive value in a box (or itself)."""
    if not value.refs:
        return value if value.const is not None else opaque("", value.taint)
    found: Value | None = None
    for item in sorted(value.refs):
        held = state.objects[item].fields.get(VALUE)
        one = state.read(reference(item), VALUE) if held is not None else UNKNOWN
        found = one if found is None else join(found, one)
    found = found or UNKNOWN
    return (join(found, UNKNOWN) if value.opaque else found).tainted(value.taint)


def is_certain(state: State, value: Value) -> bool:
    """Whether one object is meant, and a write to it replaces."""
    return len(value.refs) == 1 and not value.opaque and state.objects[next(iter(value.refs))].unique


def key_of(state: State, value: Value) -> Key:
    """The key under which a container keeps what it is given with a value; `ANY` when the value is not known."""
    try:
        known = plain(state, value, "I" if not value.is_null else "L")
    except Unknown:
        return _identity(state, value)
    if isinstance(known, int):
        return ("index", known)
    return ("key", known)


def _identity(state: State, value: Value) -> Key:
    """A class or a single object as a key."""
    if isinstance(value.const, Klass):
        return ("key", value.const.descriptor)
    if len(value.refs) == 1 and not value.opaque and value.const is None:
        (only,) = value.refs
        held = state.objects[only]
        inner = held.fields.get(PATH)
        if inner is not None:
            return ("key", inner.text) if inner.text is not None else ANY
        if TEXT not in held.fields and VALUE not in held.fields:
            return ("ref", only)
    return ANY


def is_entry(key: Key) -> bool:
    """Whether a key belongs to the contents of a container, and is not the library's own."""
    return key == ANY or (isinstance(key, tuple) and key[0] in {"index", "key", "ref"})


def fetch(state: State, container: Value, key: Key) -> Value:
    """What containers hold under a key; data that fills the whole container is not null."""
    found = entries(state, container) if key == ANY else state.read(container, key)
    if key == ANY:
        found = found.with_taint(inexact(found.taint))
    if found.is_null and any(state.objects[item].taint for item in container.refs):
        return opaque("", found.taint)
    return found


def entries(state: State, container: Value) -> Value:
    """Everything that containers hold, joined."""
    found = UNKNOWN if container.opaque else NULL
    for item in sorted(container.refs):
        held = state.objects[item]
        for key, value in held.fields.items():
            if is_entry(key):
                found = value if found.is_null and not found.taint else join(found, value)
        if held.taint:
            found = join(found, opaque("", held.taint))
        if not held.default.is_null:
            found = join(found, held.default)
    return found.tainted(container.taint)


def joined(values: Iterable[Value]) -> Value:
    """All of them; null for none."""
    found: Value | None = None
    for value in values:
        found = value if found is None else join(found, value)
    return NULL if found is None else found
