"""Assembles small .class files for the tests: valid by default, lying on request.

    ClassBuilder("com/x/A").method("run", "()V", [
        ("ldc", "text"),
        ("invokevirtual", "java/io/File", "delete", "()Z"),
        ("return",),
    ]).build()

An instruction is its mnemonic and operands: text for ``ldc`` (a `Class` for a class constant, a number for a number),
owner, name and descriptor for members, an internal name for types, plain numbers otherwise; a switch takes its default
and its cases as distances in bytes. ``("bytes", b"...")`` puts raw bytes into the code. Format: Java Virtual Machine
Specification, chapter 4.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from affidavit.dalvik.jvm import opcodes

OPCODES = {name: code for code, name in enumerate(opcodes().names) if name}
FORMS = {name: opcodes().operands[code] for name, code in OPCODES.items()}


@dataclass(frozen=True)
class Class:
    """A class constant, for ``ldc``."""

    name: str


@dataclass(frozen=True)
class MethodType:
    """A method type constant, for ``ldc``."""

    descriptor: str


@dataclass(frozen=True)
class Handle:
    """A method handle constant, for ``ldc``."""

    form: int
    owner: str
    name: str
    descriptor: str


def mutf8(text: str) -> bytes:
    """Modified UTF-8: NUL as two bytes, other planes as two surrogates of three bytes each."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [units[at] << 8 | units[at + 1] for at in range(0, len(units), 2)]
    return b"".join(b"\xc0\x80" if code == 0 else chr(code).encode("utf-8", "surrogatepass") for code in codes)


class ClassBuilder:
    """One class. `constant` adds raw constants; `magic`, `this_index` and the like exist to lie."""

    def __init__(
        self, name: str, parent: str | None = "java/lang/Object", interfaces: Sequence[str] = (), access: int = 0x21
    ) -> None:
        self.magic = b"\xca\xfe\xba\xbe"
        self.version = 52
        self.access = access
        self.source = ""
        self._constants: list[bytes] = []
        self._known: dict[bytes, int] = {}
        self._count = 1
        self._members: dict[str, list[bytes]] = {"field": [], "method": []}
        self.this_index = self.class_(name)
        self.super_index = self.class_(parent) if parent else 0
        self._interfaces = [self.class_(item) for item in interfaces]

    def constant(self, raw: bytes, slots: int = 1) -> int:
        """Index of a constant with these bytes (tag included)."""
        if raw not in self._known:
            self._known[raw] = self._count
            self._constants.append(raw)
            self._count += slots
        return self._known[raw]

    def utf8(self, text: str | bytes) -> int:
        raw = mutf8(text) if isinstance(text, str) else text
        return self.constant(b"\x01" + struct.pack(">H", len(raw)) + raw)

    def class_(self, name: str) -> int:
        return self.constant(struct.pack(">BH", 7, self.utf8(name)))

    def member(self, tag: int, owner: str, name: str, descriptor: str) -> int:
        pair = self.constant(struct.pack(">BHH", 12, self.utf8(name), self.utf8(descriptor)))
        return self.constant(struct.pack(">BHH", tag, self.class_(owner), pair))

    def loadable(self, value: Any) -> int:
        """Index of a constant that ``ldc`` can load."""
        if isinstance(value, str | bytes):
            return self.constant(struct.pack(">BH", 8, self.utf8(value)))
        if isinstance(value, Class):
            return self.class_(value.name)
        if isinstance(value, MethodType):
            return self.constant(struct.pack(">BH", 16, self.utf8(value.descriptor)))
        if isinstance(value, Handle):
            member = self.member(10, value.owner, value.name, value.descriptor)
            return self.constant(struct.pack(">BBH", 15, value.form, member))
        if isinstance(value, float):
            return self.constant(struct.pack(">Bd", 6, value), slots=2)
        wide = not -(1 << 31) <= value < 1 << 31
        return self.constant(struct.pack(">Bq" if wide else ">Bi", 5 if wide else 3, value), slots=2 if wide else 1)

    def field(self, name: str, descriptor: str, access: int = 0x2) -> "ClassBuilder":
        self._members["field"].append(struct.pack(">HHHH", access, self.utf8(name), self.utf8(descriptor), 0))
        return self

    def method(
        self, name: str, descriptor: str = "()V", code: Sequence[tuple[Any, ...]] | None = None, access: int = 0x1
    ) -> "ClassBuilder":
        head = struct.pack(">HHH", access, self.utf8(name), self.utf8(descriptor))
        attribute = b"" if code is None else self._code(code)
        self._members["method"].append(head + struct.pack(">H", code is not None) + attribute)
        return self

    def _code(self, code: Sequence[tuple[Any, ...]]) -> bytes:
        body = b""
        for mnemonic, *operands in code:
            body += self._instruction(mnemonic, operands, len(body))
        content = struct.pack(">HHI", 8, 8, len(body)) + body + struct.pack(">HH", 0, 0)
        return struct.pack(">HI", self.utf8("Code"), len(content)) + content

    def _instruction(self, mnemonic: str, operands: list[Any], pc: int) -> bytes:
        if mnemonic == "bytes":
            return bytes(operands[0])
        head, form = bytes([OPCODES[mnemonic]]), FORMS[mnemonic]
        if form == "constant1":
            return head + bytes([self.loadable(operands[0])])
        tails = {
            "interface": b"\x01\x00",
            "dynamic": b"\0\0",
            "array": bytes(operands[-1:]) if form == "array" else b"",
        }
        index = self._index(form, operands)
        if index:
            return head + struct.pack(">H", index) + tails.get(form, b"")
        return head + self._plain(form, operands, pc)

    def _index(self, form: str, operands: list[Any]) -> int:
        """Index of the constant that an instruction of this form names; 0 when it names none."""
        if form == "constant":
            return self.loadable(operands[0])
        if form in {"field", "method", "interface"}:
            return self.member({"field": 9, "method": 10, "interface": 11}[form], *operands[:3])
        if form == "dynamic":
            bootstrap, name, descriptor = operands
            pair = self.constant(struct.pack(">BHH", 12, self.utf8(name), self.utf8(descriptor)))
            return self.constant(struct.pack(">BHH", 18, bootstrap, pair))
        return self.class_(operands[0]) if form in {"type", "array"} else 0

    def _plain(self, form: str, operands: list[Any], pc: int) -> bytes:
        padding = b"\0" * (3 - pc % 4)
        if form == "tableswitch":
            default, low, targets = operands
            ends = struct.pack(">iii", default, low, low + len(targets) - 1)
            return padding + ends + struct.pack(f">{len(targets)}i", *targets)
        if form == "lookupswitch":
            default, pairs = operands
            flat = [number for pair in pairs for number in pair]
            return padding + struct.pack(f">ii{len(flat)}i", default, len(pairs), *flat)
        if form == "wide":
            mnemonic, *rest = operands
            layout = ">BHh" if mnemonic == "iinc" else ">BH"
            return struct.pack(layout, OPCODES[mnemonic], *rest)
        layouts = {
            "-": "",
            "byte": "b",
            "short": "h",
            "local": "B",
            "iinc": "Bb",
            "branch": "h",
            "branch_w": "i",
            "atype": "B",
        }
        return struct.pack(">" + layouts[form], *operands)

    def build(self) -> bytes:
        """The file's bytes."""
        attributes = [struct.pack(">HIH", self.utf8("SourceFile"), 2, self.utf8(self.source))] if self.source else []
        head = self.magic + struct.pack(">HHH", 0, self.version, self._count) + b"".join(self._constants)
        body = struct.pack(">HHHH", self.access, self.this_index, self.super_index, len(self._interfaces))
        body += struct.pack(f">{len(self._interfaces)}H", *self._interfaces)
        for members in self._members.values():
            body += struct.pack(">H", len(members)) + b"".join(members)
        return head + body + struct.pack(">H", len(attributes)) + b"".join(attributes)
