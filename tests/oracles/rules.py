"""Rules judged the slow, obvious way: every statement over plain lists of methods, no index and no arrays."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.findings.features import Feature
from affidavit.findings.schema import Node, Override, StringPattern
from affidavit.findings.stated import FactIndex
from affidavit.model.place import Place

JAVA = {"boolean": "Z", "byte": "B", "char": "C", "short": "S", "int": "I", "long": "J", "float": "F", "double": "D"}
Name = tuple[str, str, str]


@dataclass
class PlainMethod:
    """A method with everything that its instructions name, each with its place."""

    class_: str
    name: str
    proto: str
    units: int
    place: Place
    calls: list[tuple[Name, Place]] = field(default_factory=list)
    fields: list[tuple[Name, Place]] = field(default_factory=list)
    strings: list[tuple[str, Place]] = field(default_factory=list)
    types: list[tuple[str, Place]] = field(default_factory=list)


@dataclass
class PlainApp:
    """Methods that Android uses, in order; classes with what they inherit from and where they are defined."""

    methods: list[PlainMethod] = field(default_factory=list)
    parents: dict[str, list[str]] = field(default_factory=dict)
    classes: list[tuple[str, Place]] = field(default_factory=list)
    defined: set[Name] = field(default_factory=set)


def plain(program: Program) -> PlainApp:
    app = PlainApp()
    hidden = {(name, entry) for name, _, entry in program.duplicates}
    for unit in program.units:
        for row in range(len(unit.class_type)):
            entry = unit.entries[int(unit.class_entry[row])]
            if (unit.class_name(row), entry) not in hidden:
                add_class(app, unit, row, entry)
        methods = [plain_method(unit, row) for row in range(len(unit.def_method))]
        read = reader(unit)
        for row in range(len(unit.refs)):
            add_reference(methods[int(unit.refs.owner[row])], unit, row, read)
        used = [method for method in methods if (method.class_, method.place.entry) not in hidden]
        app.methods += used
        app.defined |= {(method.class_, method.name, method.proto) for method in used}
    return app


def add_class(app: PlainApp, unit: Unit, row: int, entry: str) -> None:
    name = unit.class_name(row)
    parents = [int(unit.class_super[row]), *unit.interfaces.row(row).tolist()]
    app.parents[name] = [unit.type_name(parent) for parent in parents if parent >= 0]
    app.classes.append((name, Place(entry, int(unit.class_offset[row]) if unit.form == "dex" else -1, name)))


def plain_method(unit: Unit, row: int) -> PlainMethod:
    _, name, proto = unit.method_parts(int(unit.def_method[row]))
    place = unit.place(row, int(unit.def_code[row]) or -1, -1)
    return PlainMethod(unit.class_name(int(unit.def_class[row])), name, proto, int(unit.def_units[row]), place)


def add_reference(method: PlainMethod, unit: Unit, row: int, read: Callable[[int, int], object]) -> None:
    target, kind = int(unit.refs.target[row]), int(unit.refs.kind[row])
    lists = {
        int(RefKind.METHOD): method.calls,
        int(RefKind.FIELD): method.fields,
        int(RefKind.STRING): method.strings,
        int(RefKind.TYPE): method.types,
    }
    if target >= 0 and kind in lists:
        where = Place(
            method.place.entry,
            int(unit.refs.offset[row]),
            method.class_,
            method.name + method.proto,
            unit.site(row).pc,
        )
        lists[kind].append((read(kind, target), where))


def reader(unit: Unit) -> Callable[[int, int], object]:
    """Reads what a reference names; each once, for real apps name the same things very often."""
    how = {
        int(RefKind.METHOD): unit.method_parts,
        int(RefKind.FIELD): unit.field_parts,
        int(RefKind.STRING): unit.strings.__getitem__,
        int(RefKind.TYPE): unit.type_name,
    }
    return cache(lambda kind, target: how[kind](target))


def descriptor(java: str) -> str:
    array = java.count("[]")
    base = java.replace("[]", "")
    return "[" * array + (JAVA[base] if base in JAVA else f"L{base.replace('.', '/')};")


@cache
def read_member(text: str) -> tuple[str, str, str | None]:
    found = re.fullmatch(r"([^(]+)\.([^.(]+)(?:\((.*)\))?", text)
    assert found
    params = (
        None if found[3] is None else "".join(descriptor(item.strip()) for item in found[3].split(",") if item.strip())
    )
    return found[1], found[2], params


class Oracle:
    """Answers the questions that the engine answers, one after the other."""

    def __init__(self, app: PlainApp, facts: FactIndex, framework: Framework, hidden: frozenset[str]) -> None:
        self.app, self.facts, self.framework, self.hidden = app, facts, framework, hidden
        self.framework_below = cache(self.framework_below)

    def truth(self, node: Node) -> bool | None:
        if node.all is not None or node.any is not None:
            values = [self.truth(child) for child in node.all or node.any or ()]
            decided = node.all is None
            return decided if decided in values else None if None in values else not decided
        if node.not_ is not None:
            value = self.truth(node.not_)
            return None if value is None else not value
        if node.count is not None:
            return self.count(node)
        if node.method is not None:
            area, found = "code", any(self.holds(node.method, method) for method in self.app.methods)
        else:
            area, found = leaf(node).area, bool(self.number(leaf(node)))
        return True if found else None if area in self.hidden else False

    def count(self, node: Node) -> bool | None:
        assert node.count is not None
        feature = leaf(node.count.of)
        number = self.number(feature)
        if node.count.max is not None and number > node.count.max:
            return False
        unsure = feature.area in self.hidden
        if number < node.count.min:
            return None if unsure else False
        return None if unsure and node.count.max is not None else True

    def holds(self, node: Node, method: PlainMethod) -> bool:
        if node.all is not None:
            return all(self.holds(child, method) for child in node.all)
        if node.any is not None:
            return any(self.holds(child, method) for child in node.any)
        if node.not_ is not None:
            return not self.holds(node.not_, method)
        if node.count is not None:
            number = len(self.sites(leaf(node.count.of), method))
            return node.count.min <= number and (node.count.max is None or number <= node.count.max)
        return bool(self.sites(leaf(node), method))

    def number(self, feature: Feature) -> int:
        places = self.places(feature)
        return len(places) if places is not None else self.facts.hits(feature).count

    def places(self, feature: Feature) -> list[Place] | None:
        """Every place of a feature of code, in order; None for features of facts."""
        if feature.kind in ("extends", "implements"):
            wanted = f"L{str(feature.arg).replace('.', '/')};"
            return [place for name, place in self.app.classes if name and self.below(name, wanted)]
        if feature.kind in ("call", "field_", "string", "class_", "overrides"):
            return [place for method in self.app.methods for place in self.sites(feature, method)]
        return None

    def sites(self, feature: Feature, method: PlainMethod) -> list[Place]:
        arg = feature.arg
        if feature.kind == "call":
            return [place for name, place in method.calls if self.calls(name, str(arg))]
        if feature.kind == "field_":
            owner, name, _ = read_member(str(arg))
            return [place for found, place in method.fields if found[:2] == (descriptor(owner), name)]
        if feature.kind == "string":
            return [place for text, place in method.strings if fits(text, arg)]
        if feature.kind == "class_":
            wanted = descriptor(str(arg))
            named = [(text, place) for text, place in method.types]
            named += [(name[0], place) for name, place in (*method.calls, *method.fields)]
            return sorted({place for text, place in named if text == wanted}, key=lambda place: place.offset)
        return [method.place] if self.overrides(method, arg) else []

    def calls(self, found: Name, text: str) -> bool:
        owner, name, params = read_member(text)
        if found[1] != name or (params is not None and not found[2].startswith(f"({params})")):
            return False
        wanted = descriptor(owner)
        if found[0] == wanted or name == "<init>":
            return found[0] == wanted
        return self.inherits(found[0], wanted, name, params, set())

    def inherits(self, class_: str, wanted: str, name: str, params: str | None, seen: set[str]) -> bool:
        """Whether a class has the method from `wanted`, no app class on the way defining it."""
        if class_ == wanted or self.framework_below(class_, wanted):
            return True
        if class_ in seen or any(
            item[:2] == (class_, name) and (params is None or item[2].startswith(f"({params})"))
            for item in self.app.defined
        ):
            return False
        seen.add(class_)
        return any(self.inherits(parent, wanted, name, params, seen) for parent in self.app.parents.get(class_, ()))

    def framework_below(self, class_: str, wanted: str) -> bool:
        if class_ == wanted:
            return True
        return any(self.framework_below(parent, wanted) for parent in self.framework.parents(class_))

    def below(self, class_: str, wanted: str) -> bool:
        """Whether an app class inherits from `wanted`, directly or not."""
        front, seen = list(self.app.parents[class_]), {class_}
        while front:
            name = front.pop()
            if self.framework_below(name, wanted):
                return True
            if name not in seen:
                seen.add(name)
                front += self.app.parents.get(name, ())
        return False

    def overrides(self, method: PlainMethod, arg: object) -> bool:
        asked = arg if isinstance(arg, Override) else Override(str(arg))
        owner, name, params = read_member(asked.method)
        return (
            method.name == name
            and (params is None or method.proto.startswith(f"({params})"))
            and (not asked.max_units or 0 < method.units <= asked.max_units)
            and self.below(method.class_, descriptor(owner))
        )


def leaf(node: Node) -> Feature:
    """The feature of a node, by trying every attribute."""
    for name in node.__struct_fields__:
        if name not in ("all", "any", "not_", "count", "method") and getattr(node, name) is not None:
            return Feature(name, getattr(node, name))
    raise AssertionError(node)


def fits(text: str, arg: object) -> bool:
    pattern = arg if isinstance(arg, StringPattern) else StringPattern(exact=str(arg))
    if pattern.exact:
        return text == pattern.exact
    if pattern.prefix:
        return text[: len(pattern.prefix)] == pattern.prefix
    if pattern.re and not re.search(pattern.re, text[:2048], re.ASCII):
        return False
    return pattern.contains in text
