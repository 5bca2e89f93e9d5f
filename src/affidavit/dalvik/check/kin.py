"""Names: which class is above which, what overrides a method of the platform, which constants the code holds."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property

import numpy as np

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.instructions import Instruction, UnreadableCodeError, parameters
from affidavit.dalvik.check.making import Making
from affidavit.dalvik.effects import Effect, parse_effects
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import texts
from affidavit.dalvik.unit import RefKind, Unit

OBJECT = "Ljava/lang/Object;"
_ABOVE = 4_096
_NATIVE = 0x100
_UNKNOWN = parse_effects("all -> return")
"""What a method without Dalvik code does."""
_SHORTEST, _LONGEST = 3, 200
"""Characters of a constant that another may end in."""
_KEPT = 400_000
"""Instructions that are kept decoded."""
_RELATIVES = 20_000
"""Classes looked at below one: an app that has more below a single one is refused where it matters."""


class Kin:
    """What the names in an app's code mean to each other.

    Args:
        program: the code. framework: the platform's classes. models: what its methods do.
        named: names that the manifest declares. texts: gives the texts of resources.
    """

    def __init__(
        self,
        program: Program,
        framework: Framework,
        models: Models,
        named: AbstractSet[str],
        texts: Callable[[], Iterable[str]],
    ) -> None:
        self.program, self.framework, self.models, self._named = program, framework, models, named
        self._texts = texts
        self._above: dict[str, tuple[str, ...]] = {}
        self._bodies: dict[tuple[str, str], Body] = {}
        self._kept = 0
        self._fields: dict[str, frozenset[tuple[str, str]]] = {}
        self._made: dict[str, bool] = {}

    def body(self, class_: str, method: str) -> Body:
        """The code of a method (``run()V``) of the definition of a class that Android uses.

        Raises:
            UnreadableCodeError: there is no such method, or its code cannot be read.
        """
        if (class_, method) not in self._bodies:
            body = self._read(class_, method)
            self._kept += len(body.code)
            if self._kept > _KEPT:
                self._bodies.clear()
                self._kept = len(body.code)
            self._bodies[class_, method] = body
        return self._bodies[class_, method]

    def _read(self, class_: str, method: str) -> Body:
        found = self.program.find_class(class_)
        if found is None:
            raise UnreadableCodeError("is in no class of the app")
        unit, row = found
        name, _, rest = method.partition("(")
        for owner in np.flatnonzero(unit.def_class == row).tolist():
            if unit.method_parts(int(unit.def_method[owner]))[1:] == (name, "(" + rest):
                return Body(unit, owner)
        raise UnreadableCodeError("is in no method of its class")

    def defines(self, class_: str, method: str) -> bool:
        """Whether a class of the app defines a method with code that can be read."""
        try:
            self.body(class_, method)
        except UnreadableCodeError:
            return False
        return True

    def above(self, class_: str) -> tuple[str, ...]:
        """The class itself, then what it inherits from, level by level."""
        if class_ not in self._above:
            found, front = {class_: None}, [class_]
            while front and len(found) < _ABOVE:
                front = [up for low in front for up in self._parents(low) if up not in found]
                found.update(dict.fromkeys(front))
            self._above[class_] = (*found, OBJECT) if OBJECT not in found else tuple(found)
        return self._above[class_]

    def _parents(self, class_: str) -> list[str]:
        found = self.program.find_class(class_)
        if found is None:
            return [OBJECT] if class_.startswith("[") else list(self.models.ancestors(class_)[1:])
        unit, row = found
        items = [int(unit.class_super[row]), *unit.interfaces.row(row).tolist()]
        return [unit.type_name(item) for item in items if item >= 0]

    def outside(self, class_: str) -> list[str]:
        """What is above a class, itself included, and not in the app."""
        return [up for up in self.above(class_) if self.program.find_class(up) is None]

    def related(self, one: str, other: str) -> bool:
        """Whether an object may be of both classes: one is above the other, or some class of the app is below both."""
        if one in self.above(other) or other in self.above(one):
            return True
        waiting, seen = [one], {one}
        while waiting and len(seen) < _RELATIVES:
            below = [low for low in self._below.get(waiting.pop(), ()) if low not in seen]
            if any(other in self.above(low) for low in below):
                return True
            seen.update(below)
            waiting += below
        return False

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        """The classes of the app directly below each class."""
        found: dict[str, list[str]] = {}
        for unit in self.program.units:
            for row in range(len(unit.class_type)):
                name = unit.class_name(row)
                for up in self._parents(name):
                    found.setdefault(up, []).append(name)
        return found

    def overrides(self, body: Body, class_: str = "") -> bool:
        """Whether the platform or a library may call the method of its own accord, on an object of `class_`."""
        up, arity = self.above(class_ or body.class_)[1:], len(parameters(body.proto))
        if self.framework.overridden(up, body.name, arity) is not None:
            return True
        return any(self.program.find_class(item) is None and item not in self.framework for item in up)

    def declaring(self, parts: tuple[str, str, str]) -> tuple[str, str, str]:
        """A field by the class that declares it; as it is when no class of the app does."""
        class_, name, kind = parts
        return next((up for up in self.above(class_) if (name, kind) in self._declared(up)), class_), name, kind

    def _declared(self, class_: str) -> frozenset[tuple[str, str]]:
        """Names and types of the fields that a class of the app declares."""
        if class_ not in self._fields:
            found, names = self.program.find_class(class_), []
            if found is not None:
                unit, row = found
                rows = np.flatnonzero(unit.deffield_class == row).tolist()
                names = [unit.field_parts(int(unit.deffield_field[item]))[1:] for item in rows]
            self._fields[class_] = frozenset(names)
        return self._fields[class_]

    def called(self, body: Body, item: Instruction) -> tuple[str, str, str]:
        """Class as written, name and prototype of the method that an invoke names; all empty for none."""
        inside = item.invoke and item.index < len(body.unit.method_name)
        return body.unit.method_parts(item.index) if inside else ("", "", "")

    def effects(self, body: Body, item: Instruction) -> list[Effect]:
        """What a call does where it leaves the app."""
        class_, name, proto = self.called(body, item)
        if item.name.startswith("invoke-custom") or self._native(class_, name, proto):
            return list(_UNKNOWN)
        if not name:
            return []
        left = self.program.framework_method(body.unit, item.index)
        found: list[Effect] = []
        for up in [left[0]] if left is not None else self.outside(class_):
            known = self.models.effects(up, name, proto)
            found += self.models.default(up, name, proto) if known is None else known
        return found

    def _native(self, class_: str, name: str, proto: str) -> bool:
        """Whether a class of the app, or one above it, has a native method of that name."""
        for unit, row in filter(None, map(self.program.find_class, self.above(class_) if name else ())):
            for owner in np.flatnonzero((unit.def_class == row) & (unit.def_access & _NATIVE > 0)).tolist():
                if unit.method_parts(int(unit.def_method[owner]))[1:] == (name, proto):
                    return True
        return False

    def call_fault(self, body: Body, item: Instruction, callee: Body) -> str:
        """Why an invoke cannot reach a method of the app; empty when it can."""
        class_, name, proto = self.called(body, item)
        if (name, proto) != (callee.name, callee.proto):
            return f"{item.name} of {name[:80]}{proto[:80]} is not a call of {callee.name[:80]}{callee.proto[:80]}"
        if ("static" in item.name) != callee.static:
            return "only one of call and method is static"
        if "super" in item.name:
            fits = callee.class_ in self.above(body.class_)[1:] or callee.class_ in self.above(class_)
        elif "virtual" in item.name or "interface" in item.name:
            fits = self.related(class_, callee.class_)
        else:
            fits = callee.class_ in self.above(class_)
        return "" if fits else f"no object is of both {class_[:120]} and {callee.class_[:120]}"

    @cached_property
    def resources(self) -> frozenset[str]:
        """Every text of a resource."""
        return frozenset(self._texts())

    @cached_property
    def constants(self) -> frozenset[str]:
        """Every string and type that an instruction names."""
        found: set[str] = set()
        for unit in self.program.units:
            found.update(texts(unit.strings, _named(unit, RefKind.STRING)))
            found.update(unit.type_name(item) for item in _named(unit, RefKind.TYPE).tolist())
        return frozenset(found)

    def holds(self, word: str) -> bool:
        """Whether the code holds a constant: a text, or a class by either form of its name."""
        return (
            word in self.constants or _dotted(word) in self.constants or f"L{word.replace('.', '/')};" in self.constants
        )

    def could_make(self, word: str) -> bool:
        """Whether code, manifest or resources hold a constant, one that it ends in, or what it could be made of."""
        if word not in self._made:
            self._made[word] = self._could_make(word)
        return self._made[word]

    def _could_make(self, word: str) -> bool:
        if self.holds(word) or word in self._named or word.isdigit():
            return True
        ends = [word[at:] for at in range(max(1, len(word) - _LONGEST), len(word) - _SHORTEST + 1)]
        if any(end in self.constants for end in ends) or any(end in self.resources for end in (word, *ends)):
            return True
        return self._making.makes(_dotted(word))

    @cached_property
    def _making(self) -> Making:
        """What can be made of all constants and texts of resources."""
        return Making(self.constants | self.resources)


def _dotted(word: str) -> str:
    """The name of a class as texts have it; any other word as it is."""
    return word[1:-1].replace("/", ".") if word.startswith("L") and word.endswith(";") else word


def _named(unit: Unit, kind: RefKind) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """What instructions of a unit name in one index space, each once."""
    found: np.ndarray[tuple[int], np.dtype[np.int32]] = np.unique(unit.refs.target[unit.refs.kind == kind])
    return found[found >= 0]
