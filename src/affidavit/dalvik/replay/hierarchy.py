"""Which type belongs to which, by descriptor: the app's classes and the platform's above and beside them."""

from affidavit.dalvik.whole.linked import Linked

OBJECT = "Ljava/lang/Object;"
_MOST = 512
_ARRAYS_ARE = frozenset({OBJECT, "Ljava/lang/Cloneable;", "Ljava/io/Serializable;"})


class Hierarchy:
    """Answers from the program and the platform's classes, remembered."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._above: dict[str, tuple[frozenset[str], bool]] = {}
        self._outside: dict[str, str] = {}

    def is_app(self, descriptor: str) -> bool:
        """Whether the app defines the class."""
        number = self._linked.type_of(descriptor)
        return number >= 0 and bool(self._linked.is_app[number])

    def chain(self, descriptor: str) -> list[int]:
        """The class and its superclasses as far as the app defines them, nearest first."""
        found: list[int] = []
        number = self._linked.type_of(descriptor)
        while number >= 0 and self._linked.is_app[number] and len(found) < _MOST and number not in found:
            found.append(number)
            number = int(self._linked.parent[number])
        return found

    def belongs(self, lower: str, upper: str) -> bool | None:
        """Whether a type is another or inherits from it; None when the type is of a class that nobody knows."""
        if upper in {lower, OBJECT}:
            return True
        if lower[:1] == "[":
            if upper[:1] == "[":
                return self.belongs(lower[1:], upper[1:]) if lower[1:2] in {"L", "["} else False
            return upper in _ARRAYS_ARE
        above, whole = self._climb(lower)
        return True if upper in above else False if whole else None

    def outside(self, descriptor: str) -> str:
        """The class itself when the app does not define it, else the nearest superclass outside of the app."""
        found = self._outside.get(descriptor)
        if found is None:
            found = descriptor
            for _ in range(_MOST):
                number = self._linked.type_of(found)
                if number < 0 or not self._linked.is_app[number]:
                    break
                parent = int(self._linked.parent[number])
                found = self._linked.types[parent] if parent >= 0 else OBJECT
            self._outside[descriptor] = found
        return found

    def _climb(self, lower: str) -> tuple[frozenset[str], bool]:
        """Everything above a type, and whether all of that is known."""
        found = self._above.get(lower)
        if found is not None:
            return found
        order, whole, at = [lower], True, 0
        known = {lower}
        while at < len(order) and len(order) <= _MOST:
            parents = self._parents(order[at])
            whole = whole and (bool(parents) or order[at] == OBJECT)
            order += [item for item in dict.fromkeys(parents) if item not in known]
            known.update(parents)
            at += 1
        found = self._above[lower] = frozenset(order), whole and at == len(order)
        return found

    def _parents(self, name: str) -> list[str]:
        """Direct parents; none when the class is not known."""
        number = self._linked.type_of(name)
        if number >= 0 and self._linked.is_app[number]:
            above = [int(self._linked.parent[number]), *self._linked.interfaces.row(number).tolist()]
            return [self._linked.types[item] for item in above if item >= 0]
        framework = self._linked.framework
        if name not in framework:
            return []
        return framework.parents(name) or ([OBJECT] if name != OBJECT else [])
