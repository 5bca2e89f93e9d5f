"""What a built dex holds: declarations of classes, and the sorted pools of everything that they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.builders.dex_code import Instruction, references

OBJECT = "Ljava/lang/Object;"


@dataclass(frozen=True)
class Handle:
    """A method handle: its type (0 static-put to 8 invoke-interface) and the field or method."""

    form: int
    member: str


@dataclass(frozen=True)
class CallSite:
    """A call site: bootstrap handle, method name, method type."""

    bootstrap: Handle
    name: str
    proto: str


@dataclass(frozen=True)
class Method:
    """A method; abstract or native without `code`. `registers` counts all registers and is ample by default.

    `tries`: (first label, label behind the last instruction, {exception or None for all: label of the handler}).
    """

    name: str
    proto: str = "()V"
    code: Sequence[Instruction] | None = None
    access: int = 0x1
    registers: int = 16
    tries: Sequence[tuple[str, str, dict[str | None, str]]] = ()

    @property
    def direct(self) -> bool:
        """Whether it goes into the list of direct methods: static, private or a constructor."""
        return bool(self.access & 0xA) or self.name in {"<init>", "<clinit>"}


@dataclass(frozen=True)
class Field:
    """A field; `value` (text or number) only for static ones."""

    name: str
    type_: str = "I"
    access: int = 0x1
    value: str | int | None = None


@dataclass(frozen=True)
class Class:
    """A class definition."""

    name: str
    super_: str | None = OBJECT
    interfaces: Sequence[str] = ()
    methods: Sequence[Method] = ()
    fields: Sequence[Field] = ()
    access: int = 0x1
    source: str | None = None


def utf16(text: str) -> bytes:
    """Sort key of a string: its UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def split_proto(proto: str) -> tuple[tuple[str, ...], str]:
    """``(I[J)V`` -> parameter types and return type."""
    inside, _, returns = proto[1:].partition(")")
    params, at = [], 0
    while at < len(inside):
        end = at
        while inside[end] == "[":
            end += 1
        end = inside.index(";", end) + 1 if inside[end] == "L" else end + 1
        params.append(inside[at:end])
        at = end
    return tuple(params), returns


def split_member(member: str) -> tuple[str, str, str]:
    """``Lx;->m(I)V`` or ``Lx;->f:I`` -> class, name, prototype or type."""
    owner, _, rest = member.partition("->")
    if "(" in rest:
        name, _, proto = rest.partition("(")
        return owner, name, "(" + proto
    name, _, type_ = rest.partition(":")
    return owner, name, type_


class Pools:
    """Everything named, sorted as the format wants it, with its index."""

    def __init__(self, classes: Sequence[Class], extra_strings: Sequence[str]) -> None:
        self.found: dict[str, set[Any]] = {
            kind: set() for kind in ("string", "type", "proto", "field", "method", "call-site", "method-handle")
        }
        for text in extra_strings:
            self.add("string", text)
        for item in classes:
            self.add_class(item)
        strings = sorted(self.found["string"], key=utf16)
        self.string = {text: row for row, text in enumerate(strings)}
        self.type = {text: row for row, text in enumerate(sorted(self.found["type"], key=utf16))}
        self.proto = self.ranked("proto", lambda p: (self.type[split_proto(p)[1]], self.types(split_proto(p)[0])))
        self.field = self.ranked("field", lambda m: self.member_key(m, self.type))
        self.method = self.ranked("method", lambda m: self.member_key(m, self.proto))
        self.handle = self.ranked("method-handle", lambda h: (h.form, h.member))
        self.site = self.ranked("call-site", lambda c: (c.name, c.proto))

    def types(self, names: Sequence[str]) -> list[int]:
        """Type indices."""
        return [self.type[name] for name in names]

    def member_key(self, member: str, last: dict[str, int]) -> tuple[int, int, int]:
        """Sort key of a field or method: class, name, type or prototype."""
        owner, name, rest = split_member(member)
        return self.type[owner], self.string[name], last[rest]

    def ranked(self, kind: str, key: Any) -> dict[Any, int]:
        """Items of a kind in their order -> index."""
        return {item: row for row, item in enumerate(sorted(self.found[kind], key=key))}

    def resolve(self, kind: str, operand: Any) -> int:
        """Index of a reference."""
        table = {"call-site": self.site, "method-handle": self.handle}.get(kind)
        return (table if table is not None else getattr(self, kind))[operand]

    def add(self, kind: str, item: Any) -> None:
        """Take in an item and everything that it names."""
        self.found[kind].add(item)
        if kind == "type":
            self.add("string", item)
        elif kind == "proto":
            params, returns = split_proto(item)
            self.add("string", shorty(item))
            for name in (*params, returns):
                self.add("type", name)
        elif kind in {"field", "method"}:
            owner, name, rest = split_member(item)
            self.add("type", owner)
            self.add("string", name)
            self.add("proto" if kind == "method" else "type", rest)
        elif kind == "method-handle":
            self.add("method" if item.form > 3 else "field", item.member)
        elif kind == "call-site":
            self.add("method-handle", item.bootstrap)
            self.add("string", item.name)
            self.add("proto", item.proto)

    def add_class(self, item: Class) -> None:
        """Take in a class."""
        for name in (item.name, item.super_, *item.interfaces):
            if name is not None:
                self.add("type", name)
        if item.source is not None:
            self.add("string", item.source)
        for member in item.fields:
            self.add("field", f"{item.name}->{member.name}:{member.type_}")
            if isinstance(member.value, str):
                self.add("string", member.value)
        for method in item.methods:
            self.add("method", f"{item.name}->{method.name}{method.proto}")
            for kind, operand in references(method.code or ()):
                self.add(kind, operand)
            for kind in (kind for *_, handlers in method.tries for kind in handlers if kind is not None):
                self.add("type", kind)


def shorty(proto: str) -> str:
    """Short-form descriptor of a prototype."""
    params, returns = split_proto(proto)
    return "".join("L" if name[0] in "[L" else name for name in (returns, *params))
