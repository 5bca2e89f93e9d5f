"""Life cycles of components: in which order the platform calls their methods, and what it gives them.

``knowledge/lifecycles`` has one automaton a file. A line of ``transitions`` is ``FROM -> TO: name(params)result
0=intent`` (the parameter at position 0, the receiver not counted, gets the intent), or ``FROM -> TO: -`` where the
platform calls nothing; several states before the arrow, separated by ``, ``, are as many steps. A line of ``callbacks``
is ``STATE, STATE: name(params)result 0=intent`` (``*`` for every state but the first and the last): methods that may
be called any number of times while in a state. Overrides of framework methods that an automaton does not name may be
called in every state but the first and the last.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from msgspec import Struct

from affidavit import knowledge
from affidavit.dalvik.models import parameters
from affidavit.model.errors import KnowledgeError

Gift = Literal["intent", "saved-state", "result-intent", "arguments", "message", "data", "view"]
"""What a parameter receives.

``intent``: the intent that addressed the component. ``saved-state``: what an earlier object of the class wrote in
``onSaveInstanceState`` (null the first time), or, in that method itself, the bundle to write to. ``result-intent``: the
intent that an activity started by this one gave to ``setResult``. ``arguments``: a bundle or parcel that the app gave
when it asked for the work (job extras, provider call). ``message``: a Message. ``data``: values from another app or the
platform. ``view``: the view that the object made or belongs to.
"""
GIFTS = ("intent", "saved-state", "result-intent", "arguments", "message", "data", "view")

_LINE = re.compile(
    r"(?P<states>[^:]+): (?:-|(?P<name>[\w$<>]+)(?P<proto>\([\w$/;\[]*\)[\w$/;\[]+)(?P<gifts>(?: \d=[a-z-]+)*))"
)


class LifecycleDocument(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document of ``knowledge/lifecycles``; fields as in `Lifecycle`, in the form that lines have there."""

    source: str
    licence: str
    id: str
    kind: str
    classes: tuple[str, ...]
    start: str
    end: tuple[str, ...]
    transitions: tuple[str, ...]
    callbacks: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    hosted: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """A method that the platform calls on the component.

    Attributes:
        name, proto: as dex has them, ``onCreate`` and ``(Landroid/os/Bundle;)V``.
        gifts: (position of the parameter, the receiver not counted; what it receives). Others get unknown values that
            carry nothing of the app.
    """

    name: str
    proto: str
    gifts: tuple[tuple[int, Gift], ...] = ()

    @property
    def arity(self) -> int:
        """Number of parameters, the receiver not counted."""
        return len(parameters(self.proto))


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of the automaton.

    Attributes:
        origin, target: states. called: the method; None when the platform calls nothing. A class that does not override
            the method takes the step all the same.
    """

    origin: str
    target: str
    called: Called | None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The automaton of one kind of component.

    Attributes:
        id: name of the automaton (``activity``, ``intent-service``).
        kind: ``activity``, ``service``, ``receiver``, ``provider``, ``application`` for what a manifest declares;
            ``fragment``, ``task``, ``client`` for what code names or makes.
        classes: descriptors; the automaton holds for what inherits from one of them, the nearest class deciding.
        start: first state. Where `hosted` is false the platform makes the object; a path begins with its constructor.
        end: states in which nothing more is called. Every state may be the last: processes are killed.
        states: all, sorted.
        transitions: in the order of the file. Several from one state are alternatives.
        callbacks: (state, method): may run in that state any number of times and in any order; the state stays. Sorted
            as in the file.
        again: states after which the platform may make a new object of the class and give it the saved state.
        called: every method that the platform calls, each once, transitions first.
        hosted: the app makes the object and hands it to the platform (fragment, task, client); its path begins when a
            model registers it or calls one of its methods. A receiver of the manifest is made anew for each intent; one
            that the app registers is called again and again, as any registered object.
    """

    id: str
    kind: str
    classes: tuple[str, ...]
    start: str
    end: tuple[str, ...]
    states: tuple[str, ...]
    transitions: tuple[Transition, ...]
    callbacks: tuple[tuple[str, Called], ...]
    again: tuple[str, ...]
    hosted: bool
    called: tuple[Called, ...]

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """Transitions from a state."""
        return tuple(item for item in self.transitions if item.origin == state)

    def methods(self) -> tuple[Called, ...]:
        """Every method that the platform calls, each once, transitions first."""
        return self.called


@cache
def lifecycles() -> tuple[Lifecycle, ...]:
    """Every automaton, by id.

    Raises:
        KnowledgeError: knowledge was not compiled, or an automaton is not whole.
    """
    found = [automaton(document) for document in knowledge.load("lifecycles", LifecycleDocument).values()]
    return tuple(sorted(found, key=lambda item: item.id))


@cache
def lifecycle_of() -> dict[str, Lifecycle]:
    """Descriptor of a class -> its automaton. Ask with the ancestors of an app class, nearest first."""
    return {class_: item for item in lifecycles() for class_ in item.classes}


def automaton(document: LifecycleDocument) -> Lifecycle:
    """Build an automaton.

    Raises:
        KnowledgeError: a line cannot be read, or a state is never arrived at.
    """
    steps = tuple(step for line in document.transitions for step in _transitions(line))
    states = sorted({document.start, *(step.origin for step in steps), *(step.target for step in steps)})
    reached = {document.start, *(step.target for step in steps)}
    for state in (*states, *document.end, *document.again):
        if state not in reached:
            raise KnowledgeError(
                f"lifecycles/{document.id}: no transition leads to {state!r}", advice="correct the name of the state"
            )
    inner = [state for state in states if state != document.start and state not in document.end]
    callbacks = tuple(found for line in document.callbacks for found in _callbacks(line, states, inner))
    every = (*(step.called for step in steps if step.called), *(called for _, called in callbacks))
    return Lifecycle(
        document.id,
        document.kind,
        tuple(f"L{name};" for name in document.classes),
        document.start,
        document.end,
        tuple(states),
        steps,
        callbacks,
        document.again,
        document.hosted,
        tuple(dict.fromkeys(every)),
    )


def _transitions(line: str) -> list[Transition]:
    """The steps of a line, one from each state named."""
    states, called = _read(line)
    origins, arrow, target = states.partition(" -> ")
    if not arrow:
        raise _error(line, "names no two states", "write FROM -> TO: name(params)result")
    return [Transition(origin, target, called) for origin in origins.split(", ")]


def _callbacks(line: str, states: list[str], inner: list[str]) -> list[tuple[str, Called]]:
    """The states of a line, each with the method."""
    text, called = _read(line)
    named = inner if text == "*" else text.split(", ")
    if called is None:
        raise _error(line, "calls nothing", "name the method")
    unknown = [state for state in named if state not in states]
    if unknown:
        raise _error(line, f"no such state: {unknown[0]}", f"write some of {', '.join(states)}")
    return [(state, called) for state in named]


def _read(line: str) -> tuple[str, Called | None]:
    """States and method of a line."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise _error(line, "is no line of a life cycle", "write STATES: name(params)result 0=intent")
    if match["name"] is None:
        return match["states"], None
    gifts = [gift.split("=") for gift in match["gifts"].split()]
    taken = parameters(match["proto"])
    for position, gift in gifts:
        if gift not in GIFTS or int(position) >= len(taken):
            raise _error(line, f"{position}={gift} gives what it cannot", f"give one of {', '.join(GIFTS)}")
    given = tuple((int(position), gift) for position, gift in gifts)
    return match["states"], Called(match["name"], match["proto"], given)  # type: ignore[arg-type]


def _error(line: str, problem: str, advice: str) -> KnowledgeError:
    return KnowledgeError(f"{line!r}: {problem}", advice=advice)
