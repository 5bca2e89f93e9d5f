"""Names in rules, written as in Java, and the names that the bytes have."""

from functools import cache
from typing import NamedTuple

from affidavit.dalvik.descriptors import descriptor

_PRIMITIVES = {
    "boolean": "Z",
    "byte": "B",
    "char": "C",
    "short": "S",
    "int": "I",
    "long": "J",
    "float": "F",
    "double": "D",
}


class Member(NamedTuple):
    """A method or field: internal name of its class, its name, and the descriptors of its parameters if the rule has
    them (``java/io/File``, ``delete``, the empty text for none).
    """

    owner: str
    name: str
    params: str | None


@cache
def member(text: str) -> Member:
    """Read ``java.io.File.delete``, ``java.io.File.delete()`` or ``java.io.File.<init>(java.lang.String)``."""
    head, opened, params = text.partition("(")
    owner, _, name = head.rpartition(".")
    types = [item.strip() for item in params.removesuffix(")").split(",") if item.strip()]
    return Member(owner.replace(".", "/"), name, "".join(map(type_descriptor, types)) if opened else None)


def type_descriptor(name: str) -> str:
    """Descriptor of a Java type: a primitive, a class, or an array of one (``byte[]`` -> ``[B``)."""
    depth = name.count("[]")
    base = name.replace("[]", "")
    return "[" * depth + _PRIMITIVES.get(base, descriptor(base))
