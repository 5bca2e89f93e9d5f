"""Mapping files of R8 and ProGuard, read for one thing: whose code stands in which class of the app.

A line without indentation gives a class its new name. Below it each member has a line; a method whose original name
is qualified came from another class, and so did the frames of an inlined call:
``12:14:int okio.Buffer.size():40:40 -> a``. Lines are matched by hand: a map has hundreds of thousands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_MADE_MARKS = ("$$ExternalSynthetic", "$$Lambda$", "$$Nest$", "$-CC", "$$SyntheticClass")


@dataclass
class Renamed:
    """One class of the app: its descriptor, the original one, and original classes of which it holds code."""

    original: str
    now: str
    others: set[str] = field(default_factory=set)


def descriptor(name: str) -> str:
    """``okio.Buffer`` as ``Lokio/Buffer;``."""
    return f"L{name.replace('.', '/')};"


def host(original: str) -> str:
    """The class for whose code the compiler made a synthetic one; any other class as it is."""
    name = original[1:-1]
    folder, before, rest = name.partition("-$$Lambda$")
    if before:  # stands beside its class and has a hash after the class's name
        return f"L{folder}{rest.rsplit('$', 1)[0]};"
    for mark in _MADE_MARKS:
        at = name.find(mark)
        if at > 0 and name[at - 1] != "/":
            name = name[:at]
    return f"L{name};"


def read_map(lines: Iterable[str]) -> Iterator[Renamed]:
    """The classes of a mapping file in its order."""
    current: Renamed | None = None
    for line in lines:
        text = line.rstrip("\n")
        if not text or text.lstrip().startswith("#"):
            continue
        if text[0] != " ":
            if current is not None:
                yield current
            original, _, now = text.removesuffix(":").partition(" -> ")
            current = Renamed(descriptor(original), descriptor(now))
        elif current is not None and (found := _owner(text)) is not None and found != current.original:
            current.others.add(found)
    if current is not None:
        yield current


def _owner(line: str) -> str | None:
    """The descriptor of the class that a member's original name is qualified with."""
    member = line.strip().partition(" -> ")[0]
    before, call, _ = member.partition("(")
    if not call:  # fields that were moved are qualified too
        before = member
    name = before.rpartition(" ")[2]
    owner = name.rpartition(".")[0]
    return descriptor(owner) if owner else None
