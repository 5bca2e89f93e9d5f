"""Mapping files that ProGuard and R8 write: which names of the source the names in an app stand for.

Format: ProGuard manual, "ReTrace", and R8's ``doc/retrace.md``. A line at the margin names a class, lines below it its
members; a method has one line for each stretch of its lines, or several with the same stretch for code that was
inlined, the innermost first. Comments, in which R8 keeps further properties as JSON, are passed over.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import msgspec

from affidavit.artefact.budget import Budget

_LONGEST: Final = 1 << 16
"""Bytes of a line; a method may have 255 parameters."""
_HEADER: Final = 64
"""Lines at the start in which the compiler names itself."""
_ROWS: Final = 8_000_000
"""Classes and members that are kept; the largest apps have a tenth of them."""
_HASH: Final = re.compile(rb"^# *pg_map_hash: *SHA-256 +([0-9a-fA-F]{64})\r?\n", re.MULTILINE)
_TYPE: Final = re.compile(r"\[*(?:[BCDFIJSZ]|L[^;]+;)")
_PRIMITIVES: Final = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "V": "void",
    "Z": "boolean",
}  # fmt: skip


class Original(msgspec.Struct, frozen=True, order=True):
    """A method as the source has it.

    Attributes:
        holder: its class, with dots.
        name: without parameters.
        parameters: types as Java writes them. returns: the same.
    """

    holder: str
    name: str
    parameters: tuple[str, ...]
    returns: str


class Named(msgspec.Struct):
    """What a class of the app was.

    Attributes:
        original: its name in the source, with dots.
        fields: by the name in the app; several where only types tell fields apart.
        methods: the same; code that was moved into a method of another name or class has the names that it had.
        inlined: classes of which code was inlined into this one's methods.
    """

    original: str
    fields: dict[str, tuple[str, ...]] = {}
    methods: dict[str, tuple[Original, ...]] = {}
    inlined: frozenset[str] = frozenset()


class Mapping(msgspec.Struct):
    """What a mapping file says.

    Attributes:
        classes: by the descriptor that the app has.
        compiler, version: that wrote it, when it says so.
        id: of the mapping; the same is in a marker string of the dex files that belong to it.
        unread: lines that are none of the format's. whole: whether it was read to its end.
        altered: whether what follows R8's digest of it has another digest: somebody changed it.
    """

    classes: dict[str, Named] = {}
    compiler: str = ""
    version: str = ""
    id: str = ""
    unread: int = 0
    whole: bool = True
    altered: bool = False

    def class_name(self, descriptor: str) -> str:
        """The name in the source of a class of the app, with dots; empty when the mapping does not say."""
        named = self.classes.get(descriptor)
        return named.original if named else ""

    def method(self, descriptor: str, name: str, proto: str) -> Original | None:
        """The method of the source that a method of the app was.

        Args:
            descriptor: of its class, as the app has it.
            name: as the app has it.
            proto: parameters and result as the app has them.

        Returns:
            The only one of that name, or the one whose parameters are the same under their names in the source. None
            when there is none, or several fit.
        """
        named = self.classes.get(descriptor)
        found = named.methods.get(name, ()) if named else ()
        if len(found) > 1:
            found = tuple(item for item in found if item.parameters == self._parameters(proto))
        return found[0] if len(found) == 1 else None

    def agrees(self, descriptor: str, name: str, proto: str) -> bool | None:
        """Whether a method of the app has parameters that the file knows of one of that name; None when of none."""
        named = self.classes.get(descriptor)
        found = named.methods.get(name) if named else None
        return any(item.parameters == self._parameters(proto) for item in found) if found else None

    def _parameters(self, proto: str) -> tuple[str, ...]:
        """Types of parameters as Java writes them, under their names in the source."""
        return tuple(map(self._java, _types(proto)))

    def _java(self, descriptor: str) -> str:
        """A type as Java writes it, under its name in the source."""
        plain = descriptor.lstrip("[")
        name = _PRIMITIVES.get(plain) or self.class_name(plain) or plain[1:-1].replace("/", ".")
        return name + "[]" * (len(descriptor) - len(plain))


class _Line(msgspec.Struct, frozen=True):
    """One line of a method: the name in the app, the stretch of lines, and what it was."""

    short: str
    lines: str
    was: Original


def original_names(data: bytes | memoryview, budget: Budget) -> Mapping:
    """Read a mapping file.

    Args:
        data: its bytes, of which nothing is believed: what is no line of the format is counted and passed over.
        budget: time and memory; it is looked at now and then.

    Raises:
        BudgetError: time or memory ran out.
    """
    return _Reader(budget).read(memoryview(data).cast("B"))


class _Reader:
    """Reads line by line; a class is done when the next one begins."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._mapping = Mapping()
        self._class: Named | None = None
        self._fields: dict[str, dict[str, None]] = {}
        self._methods: dict[str, dict[Original, None]] = {}
        self._inlined: set[str] = set()
        self._last: _Line | None = None
        self._rows = 0

    def read(self, data: memoryview) -> Mapping:
        """Read everything."""
        stated = _HASH.search(bytes(data[:_LONGEST]))
        if stated:
            self._mapping.altered = sha256(data[stated.end() :]).hexdigest() != stated[1].decode().lower()
        for number, line in enumerate(_lines(data)):
            self._budget.tick()
            if self._rows >= _ROWS:
                self._mapping.whole = False
                break
            text = line.decode("utf-8", "backslashreplace").rstrip()
            bare = text.lstrip()
            if bare.startswith("#"):
                if number < _HEADER:
                    self._comment(bare)
            elif bare and not (len(line) <= _LONGEST and text.isprintable() and self._take(text, bare)):
                self._mapping.unread += 1
                if line[:1] not in {b" ", b"\t"}:
                    self._finish()  # it may be a class, whose members must not be taken for those of the one before
        self._finish()
        return self._mapping

    def _comment(self, text: str) -> None:
        """What the compiler says of itself."""
        key, _, value = text.lstrip("# ").partition(":")
        if key == "compiler":
            self._mapping.compiler = value.strip()
        elif key == "compiler_version":
            self._mapping.version = value.strip()
        elif key == "pg_map_id":
            self._mapping.id = value.strip()

    def _take(self, text: str, bare: str) -> bool:
        """Take a line in; False when it is none of the format's."""
        left, arrow, short = bare.rpartition(" -> ")
        if not arrow or not left or not short or " " in short:
            return False
        if text is bare or text[0] not in " \t":
            return self._begin(left, short)
        return self._class is not None and self._member(self._class.original, left, short)

    def _begin(self, original: str, short: str) -> bool:
        """A class."""
        if not short.endswith(":") or " " in original:
            return False
        self._finish()
        self._class = Named(original)
        self._mapping.classes.setdefault(f"L{short[:-1].replace('.', '/')};", self._class)
        self._rows += 1
        return True

    def _member(self, class_: str, left: str, short: str) -> bool:
        """A field or a method."""
        kind, space, rest = left.partition(" ")
        if not space or not rest or " " in rest:
            return False
        lines, _, kind = kind.rpartition(":")
        name, opened, rest = rest.partition("(")
        if not opened:
            name = name.partition(":")[0]
            self._rows += 1
            self._fields.setdefault(short, {})[name] = None
            return bool(name)
        parameters, closed, _ = rest.partition(")")
        holder, _, plain = name.rpartition(".")
        if not closed or not plain:
            return False
        types = tuple(parameters.split(",")) if parameters else ()
        self._method(_Line(short, lines, Original(holder or class_, plain, types, kind)))
        return True

    def _method(self, line: _Line) -> None:
        """A method; what comes before another line with the same stretch was inlined into that one."""
        last, self._last = self._last, line
        if last is None:
            return
        if last.lines and (last.short, last.lines) == (line.short, line.lines):
            self._inlined.add(last.was.holder)
        else:
            self._keep(last)

    def _keep(self, line: _Line) -> None:
        """A method that is really there."""
        known = self._methods.setdefault(line.short, {})
        self._rows += line.was not in known
        known[line.was] = None

    def _finish(self) -> None:
        """A class is complete."""
        if self._last is not None:
            self._keep(self._last)
        if self._class is not None:
            self._class.fields = {short: tuple(names) for short, names in self._fields.items()}
            self._class.methods = {short: tuple(found) for short, found in self._methods.items()}
            self._class.inlined = frozenset(self._inlined - {self._class.original})
        self._fields, self._methods, self._inlined, self._last, self._class = {}, {}, set(), None, None


def _lines(data: memoryview) -> Iterator[bytes]:
    """Lines without their ends; of one that passes the bound, its start, which is no line of the format."""
    rest = b""
    for start in range(0, len(data), _LONGEST):
        *whole, rest = (rest + bytes(data[start : start + _LONGEST])).split(b"\n")
        yield from whole
        rest = rest[: _LONGEST + 1]
    yield rest


def _types(proto: str) -> tuple[str, ...]:
    """Descriptors of the parameters of a prototype; of what is none, the text itself."""
    inside, closed, _ = proto.partition("(")[2].partition(")")
    found = tuple(match[0] for match in _TYPE.finditer(inside))
    return found if closed and sum(map(len, found)) == len(inside) else (proto,)
