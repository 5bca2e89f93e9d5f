"""Components as the driver knows them, and what it reads off their life cycles."""

from dataclasses import dataclass, field
from typing import Final

from affidavit.dalvik.lifecycles import Called, Lifecycle, Transition
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.values import Value
from affidavit.dalvik.whole.linked import Linked

QUIET: Final = frozenset({"paused", "stopped", "destroyed", "restarted"})
"""States of an activity in which another may be before it."""
RESTORED: Final = (
    Transition(
        "restarted", "restored", Called("onRestoreInstanceState", "(Landroid/os/Bundle;)V", ((0, "saved-state"),))
    ),
)
"""What was saved is taken to be handed back to the same object too: nothing rests on its always being a new one."""


@dataclass(slots=True, eq=False)
class Component:
    """One component: what is declared of it, its life cycle, what it has left behind so far, and its last object."""

    kind: str
    descriptor: str
    outside: bool
    life: Lifecycle
    others: list[int] = field(default_factory=list)
    left: State | None = None
    me: Value | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """What others may do while a component lives: at any time, and when it is not before the user."""

    always: State | None = None
    quiet: State | None = None


def left_by(item: Component, components: list[Component]) -> State | None:
    """What the others may do meanwhile."""
    found: State | None = None
    for other in components:
        if other is not item and other.left is not None:
            found = other.left.fork() if found is None else found.joined(other.left)
    return found


def nearest(linked: Linked, type_: int, lives: dict[str, Lifecycle]) -> Lifecycle | None:
    """The automaton of the nearest ancestor that has one, be it in the app."""
    return next((lives[name] for item in linked.ancestors(type_) if (name := linked.types[item]) in lives), None)


def busiest(life: Lifecycle) -> str:
    """The state in which most is called: where an activity waits for its user."""
    counts: dict[str, int] = {}
    for name, _ in life.callbacks:
        counts[name] = counts.get(name, 0) + 1
    inner = [name for name in life.states if name != life.start and name not in life.end]
    return max(counts, key=lambda name: (counts[name], name)) if counts else (inner or [life.start])[-1]
