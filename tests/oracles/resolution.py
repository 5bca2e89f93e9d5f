"""Method resolution one reference at a time, by names in dictionaries."""

from collections.abc import Sequence

from affidavit.dalvik.unit import Unit

OBJECT = "Ljava/lang/Object;"
OBJECT_METHODS = {
    "clone",
    "equals",
    "finalize",
    "getClass",
    "hashCode",
    "notify",
    "notifyAll",
    "toString",
    "wait",
    "<init>",
}


class Slow:
    """Knows every class by name; the first definition wins."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.methods: dict[str, set[tuple[str, str]]] = {}
        self.parent: dict[str, str] = {}
        self.interfaces: dict[str, list[str]] = {}
        for unit in units:
            taken: set[int] = set()
            for row in range(len(unit.class_type)):
                name = unit.class_name(row)
                if name and name not in self.methods:
                    taken.add(row)
                    self.methods[name] = set()
                    self.parent[name] = unit.type_name(int(unit.class_super[row]))
                    self.interfaces[name] = [unit.type_name(int(item)) for item in unit.interfaces.row(row)]
            for method, row in zip(unit.def_method.tolist(), unit.def_class.tolist(), strict=True):
                if row in taken and method >= 0:
                    _, name, proto = unit.method_parts(method)
                    self.methods[unit.class_name(row)].add((name, proto))

    def leads_to(self, owner: str, name: str, proto: str) -> str | None:
        """The class outside of the app, or None when the app defines the method."""
        if owner.startswith("["):
            return OBJECT
        if owner not in self.methods:
            return owner
        here, steps = owner, 0
        while here in self.methods and steps < 256:
            if (name, proto) in self.methods[here]:
                return None
            here, steps = self.parent[here], steps + 1
        result = here if here and here not in self.methods else owner
        if result.startswith("["):
            result = OBJECT
        if name in OBJECT_METHODS or result not in {OBJECT, owner}:
            return result
        inside, outside = self.above(owner)
        if any((name, proto) in self.methods[one] for one in inside):
            return None
        return outside or result

    def above(self, owner: str) -> tuple[list[str], str]:
        """Interfaces of the app above a class, and the first that is not the app's."""
        queue, inside, outside = [owner], [], ""
        for one in queue:
            parents = [self.parent[one]] if self.parent[one] in self.methods else []
            for item in [*self.interfaces[one], *parents]:
                if item not in self.methods:
                    outside = outside or item
                elif item not in queue:
                    queue.append(item)
                    inside += [item] if item not in parents else []
        return inside, outside
