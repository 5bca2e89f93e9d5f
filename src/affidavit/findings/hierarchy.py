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
        self._lines = lines.split("\n")

    def __contains__(self, name: str) -> bool:
        return name in self._parents

    def is_interface(self, name: str) -> bool:
        """Whether `name` is an interface of the framework."""
        return name in self._interfaces

    def parents(self, name: str) -> list[str]:
        """Super class, then interfaces; empty for a class that is not of the framework."""
        return self._parents.get(name, [])

    def descendants(self, name: str) -> frozenset[str]:
        """`name` and every framework class or interface that inherits from it."""
        if name not in self._descendants:
            found, front = {name}, [name]
            while front:
                front = [child for parent in front for child in self._children.get(parent, ()) if child not in found]
                found.update(front)
            self._descendants[name] = frozenset(found)
        return self._descendants[name]

    @cached_property
    def _descendants(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _parents(self) -> dict[str, list[str]]:
        rows = (line.removeprefix("@").split(" ") for line in self._lines if line)
        return {name: parents or [_OBJECT] * (name != _OBJECT) for name, *parents in rows}

    @cached_property
    def _interfaces(self) -> set[str]:
        return {line[1:].partition(" ")[0] for line in self._lines if line.startswith("@")}

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """Read from the lines in one go: every review needs this, and nothing else of the hierarchy."""
        children: dict[str, list[str]] = {_OBJECT: []}
        for line in self._lines:
            name, _, parents = line.removeprefix("@").partition(" ")
            for parent in parents.split(" ") if parents else (_OBJECT,) * (name not in ("", _OBJECT)):
                if parent in children:
                    children[parent].append(name)
                else:
                    children[parent] = [name]
        return children


def descriptors(names: Iterable[str]) -> frozenset[str]:
    """Descriptors (``Ljava/io/File;``) of internal names."""
    return frozenset(f"L{name};" for name in names)
