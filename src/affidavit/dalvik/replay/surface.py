"""What the abstract machine and the platform's behaviour know of each other.

The machine executes the app's instructions; for every call that leads out of the app it asks the `Platform`. The
platform makes objects, reads and writes their keys, calls the app back, and says what it does not know (`note`): a
candidate that such a gap could concern is never refuted.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.values import Taints, Value
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph


class Site(NamedTuple):
    """An instruction: method number and address. -1 where the platform itself acts."""

    method: int
    pc: int


class Raise(NamedTuple):
    """What a call gives that does not return: the exception. `maybe`: it may as well return an unknown value."""

    value: Value
    maybe: bool = False


class Stop(NamedTuple):
    """What a call gives that ends the process (``System.exit``)."""


Result: TypeAlias = Value | Raise | Stop


@dataclass(slots=True)
class Points:
    """Sources and sinks by place: (method, pc), pc -1 for parameters -> (role, index)."""

    sources: dict[tuple[int, int], list[tuple[str, int]]] = field(default_factory=dict)
    sinks: dict[tuple[int, int], list[tuple[str, int]]] = field(default_factory=dict)


class Platform(Protocol):
    """Behaviour of everything outside of the app."""

    @property
    def showing(self) -> Collection[str]:
        """Names of methods that show what a layout holds, be it that a library within the app has them."""
        ...

    def call(  # noqa: PLR0917 - what a call consists of
        self, machine: "Services", state: State, site: Site, class_: str, name: str, proto: str, args: Sequence[Value]
    ) -> Result:
        """Execute an outside method.

        Args:
            machine: its services.
            state: changed in place.
            site: the calling instruction; objects made here belong to it.
            class_: descriptor of the nearest outside class of the receiver, or the class as written.
            name: of the method.
            proto: its prototype (``(I)V``).
            args: the receiver first, a wide argument once.
        """
        ...

    def throws(self, class_: str, name: str, proto: str) -> bool:
        """Whether the method may throw: then handlers around the call may run."""
        ...

    def uncaught(self, machine: "Services", state: State, thrown: Value) -> None:
        """What the platform called ends by an exception that nobody caught."""
        ...

    def static_field(self, machine: "Services", state: State, site: Site, field_: str, type_: str) -> Value:
        """Value of a static field outside of the app (``Landroid/os/Build;->MODEL:Ljava/lang/String;``)."""
        ...

    def shows(self, machine: "Services", state: State, method: tuple[str, str], args: Sequence[Value]) -> None:
        """A method of the app (name, prototype) of a name in `showing` is called."""
        ...

    def handed(self, machine: "Services", state: State, args: Sequence[Value]) -> None:
        """Objects went to code of the app that is not executed: they may be called back as whatever they are."""
        ...


class Services(Protocol):
    """What the machine does for the platform and for the driver of components.

    ``state.read(value, key)``, ``state.write(value, key, stored)``, ``state.remove``, ``state.keys``, ``state.fill``
    (data into an object as a whole) and ``state.taint_of(value, deep=True)`` are methods of `State`.
    """

    linked: Linked
    calls: CallGraph
    control: Taints
    """Data that decided a branch under which the machine is right now."""
    relevant: set[int] | None
    """Methods that are executed; None for all."""
    lean: bool
    """Whether it is enough to see some of what can happen."""
    promising: dict[str, int]
    aims: dict[int, set[int]]
    """When it is lean: the methods that paths should come to, and where in these."""
    """Descriptors of components that lead to what is looked for, and to how much of it."""

    @property
    def spent(self) -> bool:
        """Whether nothing more can be executed, or need be."""
        ...

    def new_object(self, state: State, type_: str, site: Hashable, default: Value = ...) -> Value:
        """Make an object: a reference to it. `default` is what its keys hold before anything is stored (null)."""
        ...

    def store(self, state: State, name: str) -> Value:
        """The one object of that name (``preferences/server``), empty at first; it is read and written like others."""
        ...

    def invoke(self, state: State, method: int, args: Sequence[Value]) -> Value:
        """Execute an app method; all its ends are joined into `state`. What it throws is lost (`note` says nothing)."""
        ...

    def invoke_on(self, state: State, receiver: Value, name: str, proto: str, args: Sequence[Value]) -> Value:
        """Call the app's overrides on the objects that `receiver` may be; objects without one are left out.

        Args:
            state: changed in place; unchanged when there is no override.
            receiver: the object.
            name: of the method.
            proto: its prototype, or "" for the only method of that name with as many arguments.
            args: without the receiver.
        """
        ...

    def overrides(self, state: State, receiver: Value, name: str, proto: str, arity: int) -> list[int]:
        """App methods that `invoke_on` would execute."""
        ...

    def classes_of(self, state: State, value: Value) -> tuple[str, ...]:
        """Descriptors of the objects that the value may refer to, sorted; the bound of its opaque part is `type`."""
        ...

    def initialise(self, state: State, descriptor: str) -> None:
        """Run the static initialiser of an app class unless it has run."""
        ...

    def note(self, reason: str, taint: Taints | None = None) -> None:
        """Something is not known or was not executed; it could concern data in `taint` (None: any data)."""
        ...

    def register(self, state: State, kind: str, value: Value) -> None:
        """Remember objects as known to the platform."""
        ...

    def unregister(self, state: State, kind: str, value: Value) -> None:
        """Forget an object, when it is certain which is meant."""
        ...

    def registered(self, state: State, kind: str) -> list[Value]:
        """What is registered, one value each, in the order of registration."""
        ...


class Driver(Protocol):
    """Runs the components of the app: their life cycles, to a fixpoint."""

    def run(self, machine: Services) -> Iterable[str]:
        """Execute; reasons why something was left out (none when all was)."""
        ...
