"""Names of types and members as programmers write them, from the descriptors that code has."""

from collections.abc import Iterator
from typing import Final

_PRIMITIVES: Final = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "V": "void",
    "Z": "boolean",
}  # fmt: skip


def short(line: str) -> str:
    """A line as a programmer reads it: ``invoke-virtual List.add(Object): boolean``; declarations without the class."""
    op, _, rest = line.partition(" ")
    if op == ".field" and rest.startswith("static "):
        op, rest = ".field static", rest.removeprefix("static ")
    if not rest.startswith(("L", "[")):
        return line
    owner, arrow, member = rest.partition("->")
    if not arrow:
        return f"{op} {simple(rest)}"
    if member.endswith(")") or "(" in member:
        return f"{op} {simple(owner)}.{signature(member)}"
    name, colon, kind = member.rpartition(":")
    if not colon:
        return line
    return f"{op} {name if op.startswith('.') else f'{simple(owner)}.{name}'}: {simple(kind)}"


def signature(method: str) -> str:
    """Name and prototype of a method as a programmer reads them."""
    name, opened, rest = method.partition("(")
    inside, closed, result = rest.rpartition(")")
    if not opened or not closed:
        return method
    said = f"{name}({', '.join(map(simple, _types(inside)))})"
    return said if result == "V" else f"{said}: {simple(result)}"


def simple(descriptor: str) -> str:
    """The last part of a type's name."""
    return _named(descriptor).rpartition(".")[2]


def dotted(descriptor: str) -> str:
    """A type's whole name with dots."""
    return _named(descriptor)


def _named(descriptor: str) -> str:
    element = descriptor.lstrip("[")
    if element.startswith("L") and element.endswith(";"):
        name = element[1:-1].replace("/", ".")
    else:
        name = _PRIMITIVES.get(element, element)
    return name + "[]" * (len(descriptor) - len(element))


def _types(inside: str) -> Iterator[str]:
    """The parameters of a prototype; what is none stands as it is."""
    at = 0
    while at < len(inside):
        end = at
        while end < len(inside) - 1 and inside[end] == "[":
            end += 1
        if inside[end] == "L":
            end = inside.find(";", end)
            end = len(inside) - 1 if end < 0 else end
        yield inside[at : end + 1]
        at = end + 1
