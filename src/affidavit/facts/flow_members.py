"""Members that knowledge names, found among the references of a program through what their classes inherit."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import numpy as np

from affidavit.dalvik.unit import RefKind, Unit
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Bool
from affidavit.facts.flow_knowledge import Key, is_platform

T = TypeVar("T")

_PARAMETER = re.compile(r"\[*(?:L[^;]*;|[ZBSCIJFD])")


class Members(Generic[T]):
    """What knowledge says of members, by the class that a reference arrives at.

    The nearest class that knowledge names wins. The names of the platform hold outside of the app only: a class that
    the app defines under such a name is not the platform's.

    Args:
        linked: the program. rows: descriptor and name (or ``name/arity``) -> what is known.
        stops: classes of which, and below which, nothing holds.

    Attributes:
        names: of the members. types: (types,) of which something may be known.
    """

    def __init__(self, linked: Linked, rows: Mapping[Key, tuple[T, ...]], stops: frozenset[str] = frozenset()) -> None:
        self._linked, self._rows, self._stops = linked, rows, stops
        self.names = frozenset(name.partition("/")[0] for _, name in rows)
        self.types = linked.below({class_ for class_, _ in rows})
        self._found: dict[tuple[int, str, int, bool], tuple[str, tuple[T, ...]]] = {}

    def find(self, type_: int, name: str, arity: int, *, outside: bool) -> tuple[str, tuple[T, ...]]:
        """The class that knowledge names, and what it says of the member; nothing when it says nothing.

        Args:
            type_: where resolution arrives outside of the app, or the class as written.
            name: of the member.
            arity: of a method; -1 for a field.
            outside: whether the type is outside of the app.
        """
        key = (type_, name, arity, outside)
        if key not in self._found:
            self._found[key] = self._find(self._names(self._linked.ancestors(type_), outside), name, arity)
        return self._found[key]

    def called(self, class_: str, name: str) -> tuple[T, ...]:
        """The same for a method of a class outside of the app that is known by name only, as reflection knows it."""
        type_ = self._linked.type_of(class_)
        if type_ >= 0:
            return self.find(type_, name, -1, outside=not self._linked.is_app[type_])[1]
        return self._find(self._linked.framework.ancestors(class_), name, -1)[1]

    def above(self, type_: int, name: str, arity: int) -> tuple[str, tuple[T, ...]]:
        """The same for what a method of a class of the app overrides."""
        return self._find(self._names(self._linked.ancestors(type_)[1:], outside=True), name, arity)

    def _names(self, types: Iterable[int], outside: bool) -> Iterator[str]:
        """Descriptors of types, without those that only have the name of a class of the platform."""
        for type_ in types:
            class_ = self._linked.types[type_]
            if not is_platform(class_) or (outside and not self._linked.is_app[type_]):
                yield class_

    def _find(self, classes: Iterable[str], name: str, arity: int) -> tuple[str, tuple[T, ...]]:
        for class_ in classes:
            if class_ in self._stops:
                break
            found = (*self._rows.get((class_, name), ()), *self._rows.get((class_, f"{name}/{arity}"), ()))
            if found:
                return class_, found
        return "", ()


def arity_of(proto: str) -> int:
    """Parameters of a prototype, a wide one counting once."""
    return len(_PARAMETER.findall(proto[1 : proto.find(")")]))


def references(unit: Unit, kind: RefKind, mask: Bool, active: Bool) -> Iterator[tuple[int, int, int]]:
    """Instructions of active code that name a wanted reference: row of the unit's references, owner, reference."""
    refs = unit.refs
    rows = np.flatnonzero((refs.kind == kind) & (refs.target >= 0))
    rows = rows[mask[refs.target[rows]]]
    rows = rows[active[refs.owner[rows]]]
    yield from zip(rows.tolist(), refs.owner[rows].tolist(), refs.target[rows].tolist(), strict=True)
