"""What the platform's classes inherit from and which methods they define: knowledge in place of Android's own code."""

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from affidavit import knowledge

_OBJECT = "Ljava/lang/Object;"
_MANY = 250
"""Questions to sorted lines after which all their names are read."""


class _Document(Struct, frozen=True, omit_defaults=True):
    """A document of ``knowledge/hierarchy`` or ``knowledge/framework_methods``: one class a line."""

    source: str
    licence: str
    classes: str


class Lines:
    """Lines sorted by their first word, of which only those asked for are ever split.

    Args:
        text: lines ``name word word``; an ``@`` before the name is a mark that does not count for the order, which is
            that of descriptors (a ``;`` follows the name).
    """

    def __init__(self, text: str) -> None:
        self._data = text.encode()
        ends = np.flatnonzero(np.frombuffer(self._data, np.uint8) == ord("\n"))
        begins = np.concatenate((np.zeros(1, ends.dtype), ends + 1))
        self._begins: list[int] = begins[begins < len(self._data)].tolist()
        self._asked = 0

    def find(self, name: str) -> list[str] | None:
        """The words of the line of `name`, its own with the mark first; None when there is no such line."""
        wanted = name.encode("utf-8", "surrogatepass") + b";"
        begin = self._place(wanted)
        if begin is None:
            return None
        end = self._data.find(b"\n", begin)
        return self._data[begin : end if end >= 0 else None].decode().split(" ")

    def _place(self, wanted: bytes) -> int | None:
        """Where the line of a name begins. After many questions all names are read once, which then costs less."""
        self._asked += 1
        if self._asked > _MANY:
            return self._places.get(wanted)
        row = bisect_left(self._begins, wanted, key=self._name)
        if row == len(self._begins) or self._name(self._begins[row]) != wanted:
            return None
        return self._begins[row]

    @cached_property
    def _places(self) -> dict[bytes, int]:
        """Where the line of each name begins, of equal ones the first."""
        return {self._name(begin): begin for begin in reversed(self._begins)}

    def _name(self, begin: int) -> bytes:
        """The name of the line at `begin`, as it is sorted."""
        line = self._data[begin : begin + 300].split(b"\n", 1)[0]
        return line.split(b" ", 1)[0].removeprefix(b"@") + b";"


class Framework:
    """The classes of the platform, over all API levels known. Every name here is a descriptor (``Ljava/io/File;``).

    Args:
        classes: documents in the form of ``knowledge/hierarchy/framework.yaml``.
        methods: documents in the form of ``knowledge/framework_methods/platform.yaml``.
    """

    def __init__(self, classes: Iterable[str], methods: Iterable[str]) -> None:
        self._texts = list(classes)
        self._classes = [Lines(text) for text in self._texts]
        self._methods = [Lines(text) for text in methods]
        self._known: dict[str, tuple[bool, list[str]] | None] = {}
        self._defined: dict[str, dict[str, frozenset[int]]] = {}
        self._above: dict[str, tuple[str, ...]] = {}
        self._arities: dict[str, frozenset[int]] = {}
        self._below: dict[str, frozenset[str]] = {}

    @staticmethod
    @cache
    def load() -> "Framework":
        """The framework as compiled knowledge has it, read once per process.

        Raises:
            KnowledgeError: knowledge was not compiled, or breaks its schema.
        """
        classes, methods = (
            [document.classes for _, document in sorted(knowledge.load(section, _Document).items())]
            for section in ("hierarchy", "framework_methods")
        )
        return Framework(classes, methods)

    def __contains__(self, descriptor: str) -> bool:
        return self._class(descriptor) is not None

    def is_interface(self, descriptor: str) -> bool:
        """Whether it is an interface of the framework."""
        found = self._class(descriptor)
        return found is not None and found[0]

    def parents(self, descriptor: str) -> list[str]:
        """Super class, then interfaces; empty for Object and for a class that is not of the framework."""
        found = self._class(descriptor)
        return list(found[1]) if found else []

    def ancestors(self, descriptor: str) -> tuple[str, ...]:
        """The class itself, then what it inherits from, level by level; Object last. Only itself when it is unknown."""
        if descriptor not in self._above:
            found, front = {descriptor: None}, [descriptor]
            while front:
                front = [above for below in front for above in self.parents(below) if above not in found]
                found.update(dict.fromkeys(front))
            root = [_OBJECT] if found.pop(_OBJECT, 0) is None else []
            self._above[descriptor] = (*found, *root)
        return self._above[descriptor]

    def descendants(self, descriptor: str) -> frozenset[str]:
        """The class or interface itself and every class of the framework that inherits from it."""
        if descriptor not in self._below:
            found, front = {descriptor[1:-1]}, [descriptor[1:-1]]
            while front:
                front = [child for parent in front for child in self._children.get(parent, ()) if child not in found]
                found.update(front)
            self._below[descriptor] = frozenset(f"L{name};" for name in found)
        return self._below[descriptor]

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """Names without ``L`` and ``;``, read from the lines in one go: every review needs this of all classes."""
        root = _OBJECT[1:-1]
        children: dict[str, list[str]] = {}
        for line in (line for text in self._texts for line in text.split("\n")):
            name, _, parents = line.removeprefix("@").partition(" ")
            for parent in parents.split(" ") if parents else (root,) * (name not in ("", root)):
                children.setdefault(parent, []).append(name)
        return children

    def methods(self, descriptor: str) -> dict[str, frozenset[int]]:
        """Methods that the class itself defines: name -> numbers of parameters. Constructors are not listed."""
        if descriptor not in self._defined:
            self._defined[descriptor] = self._read_methods(descriptor)
        return self._defined[descriptor]

    def defines(self, descriptor: str, name: str, arity: int) -> bool:
        """Whether the class itself defines a method of that name with so many parameters (the receiver not counted)."""
        return arity in self.methods(descriptor).get(name, ())

    def overridden(self, ancestors: Iterable[str], name: str, arity: int) -> str | None:
        """The first of some classes that defines a method, which a method of the same name and arity below overrides.

        Args:
            ancestors: descriptors of what the class below inherits from, nearest first; those of the app do not count.
            name: name of the method; constructors and static initialisers override nothing.
            arity: number of parameters, the receiver not counted.
        """
        if name.startswith("<"):
            return None
        return next((above for above in ancestors if self.defines(above, name, arity)), None)

    def _class(self, descriptor: str) -> tuple[bool, list[str]] | None:
        """Whether a class is an interface, and its parents."""
        if descriptor not in self._known:
            self._known[descriptor] = self._read_class(descriptor)
        return self._known[descriptor]

    def _read_class(self, descriptor: str) -> tuple[bool, list[str]] | None:
        for words in self._lines(self._classes, descriptor):
            parents = [f"L{name};" for name in words[1:]]
            return words[0].startswith("@"), parents or [_OBJECT] * (descriptor != _OBJECT)
        return None

    def _read_methods(self, descriptor: str) -> dict[str, frozenset[int]]:
        found: dict[str, frozenset[int]] = {}
        for words in self._lines(self._methods, descriptor):
            for word in words[1:]:
                name, _, arities = word.partition("/")
                numbers = self._arities.get(arities)
                if numbers is None:
                    numbers = self._arities[arities] = frozenset(map(int, arities.split(",")))
                found[name] = found[name] | numbers if name in found else numbers
        return found

    @staticmethod
    def _lines(documents: list[Lines], descriptor: str) -> Iterable[list[str]]:
        """The line of a class in each document that has one."""
        if not descriptor.startswith("L") or not descriptor.endswith(";"):
            return
        for lines in documents:
            words = lines.find(descriptor[1:-1])
            if words is not None:
                yield words
