"""What framework classes inherit from."""

from collections.abc import Iterable
from functools import cached_property

_OBJECT = "java/lang/Object"


class Hierarchy:
    """The framework's classes, their super classes and interfaces, over all API levels known.

    Names are internal names without the ``L`` and ``;`` of a descriptor. Lines have the form that
    ``knowledge/hierarchy/framework.yaml`` describes.
    """

    def __init__(self, lines: str) -> None:
        self._rows: dict[str, list[str]] = {}
        self._interfaces: set[str] = set()
        for line in lines.split("\n"):
            name, *parents = line.split(" ")
            if name.startswith("@"):
                name = name[1:]
                self._interfaces.add(name)
            if name:
                self._rows[name] = parents or [_OBJECT] * (name != _OBJECT)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def is_interface(self, name: str) -> bool:
        """Whether `name` is an interface of the framework."""
        return name in self._interfaces

    def parents(self, name: str) -> list[str]:
        """Super class, then interfaces; empty for a class that is not of the framework."""
        return self._rows.get(name, [])

    def descendants(self, name: str) -> frozenset[str]:
        """`name` and every framework class or interface that inherits from it."""
        found, front = {name}, [name]
        while front:
            front = [child for parent in front for child in self._children.get(parent, ()) if child not in found]
            found.update(front)
        return frozenset(found)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for name, parents in self._rows.items():
            for parent in parents:
                children.setdefault(parent, []).append(name)
        return children


def descriptors(names: Iterable[str]) -> frozenset[str]:
    """Descriptors (``Ljava/io/File;``) of internal names."""
    return frozenset(f"L{name};" for name in names)
