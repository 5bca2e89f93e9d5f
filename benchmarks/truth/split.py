"""Classes split in smali text: methods leave for helper classes, fields stay, as obfuscators do that cut classes up.

A static or private method moves with its calls; of one that can be overridden the body moves and a call of it stays.
The code is for matching and is not run: a body that calls what only a subclass may call moves like any other.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

_CLASS = re.compile(r"^\.class (.*?)(L[^ ]+;)$", re.MULTILINE)
_SUPER = re.compile(r"^\.super (L[^ ]+;)$", re.MULTILINE)
_METHOD = re.compile(r"^\.method (.*?)([^ ]+)\((.*)\)(\S+)$")
_CALL = re.compile(r"^(\s+invoke-)(static|direct)(/range)?( \{.*\}, )(L[^;]+;)->([^(]+)\((.*)\)(\S+)$")
_TYPE = re.compile(r"\[*(?:[ZBSCIJFD]|L[^;]+;)")
_STAYS = frozenset({"abstract", "native", "constructor", "synchronized", "declared-synchronized"})
_WHOLE = frozenset({"interface", "annotation"})
_SHARE = 0.6
"""Of the methods that can be overridden or are static."""
_FEWEST, _MANY = 2, 8
"""Methods that can move from which on a class is split, and split in three."""


class Name(NamedTuple):
    """A method: where it stands, its name, types of arguments and of the result."""

    owner: str
    name: str
    arguments: str
    result: str


@dataclass
class _Method:
    """One method of a class; `lines` are from its head to its end. `moved`: what it is called elsewhere."""

    name: Name
    flags: tuple[str, ...]
    lines: list[str]
    moved: Name | None = None

    @property
    def fixed(self) -> bool:
        return "static" in self.flags

    @property
    def direct(self) -> bool:
        """Whether no call of it can reach another method."""
        return self.fixed or "private" in self.flags


@dataclass
class _Class:
    """One class: its file and its lines, with methods as one item each."""

    path: Path
    name: str
    parent: str
    flags: frozenset[str]
    parts: list[str | _Method] = field(default_factory=list)

    @property
    def methods(self) -> list[_Method]:
        return [part for part in self.parts if isinstance(part, _Method)]


def split(folder: Path, seed: int) -> dict[str, str]:
    """Split the classes of a folder of smali files in place.

    Args:
        folder: of files.
        seed: of what moves.

    Returns:
        For each helper class the class whose methods it has.
    """
    classes = {made.name: made for made in map(_read, sorted(folder.rglob("*.smali")))}
    helpers = _moved(classes, random.Random(seed))  # noqa: S311 - it only varies what is built
    calls = {method.name: method for made in classes.values() for method in made.methods}
    bodies: dict[str, list[str]] = defaultdict(list)
    for made in classes.values():
        lines: list[str] = []
        for part in made.parts:
            if isinstance(part, str):
                lines.append(_opened(part))
                continue
            code = [_called(line, calls, classes) for line in part.lines]
            if part.moved is None:
                lines += [_opened(code[0]), *code[1:]]
                continue
            head = f".method public static {part.moved.name}({part.moved.arguments}){part.moved.result}"
            bodies[part.moved.owner] += ["", head, *code[1:]]
            if not part.direct:
                lines += [code[0], *_stub(part.moved), ".end method"]
        made.path.write_text("\n".join(lines) + "\n", "utf-8")
    for helper, body in bodies.items():
        path = folder / f"{helper[1:-1]}.smali"
        start = (f".class public final {helper}", ".super Ljava/lang/Object;")
        path.write_text("\n".join([*start, *body]) + "\n", "utf-8")
    return helpers


def _read(path: Path) -> _Class:
    text = path.read_text("utf-8")
    named, parent = _CLASS.search(text), _SUPER.search(text)
    if named is None:
        raise ValueError("a smali file without a class")
    made = _Class(path, named[2], parent[1] if parent else "", frozenset(named[1].split()))
    body: list[str] | None = None
    for line in text.splitlines():
        if line.startswith(".method"):
            body = [line]
        elif body is None:
            made.parts.append(line)
        else:
            body.append(line)
            if line.startswith(".end method"):
                made.parts.append(_method(made.name, body))
                body = None
    return made


def _method(owner: str, lines: list[str]) -> _Method:
    found = _METHOD.match(lines[0])
    if found is None:
        raise ValueError(lines[0])
    return _Method(Name(owner, found[2], found[3], found[4]), tuple(found[1].split()), lines)


def _moved(classes: Mapping[str, _Class], chance: random.Random) -> dict[str, str]:
    """Say of each method where it goes."""
    helpers: dict[str, str] = {}
    for made in list(classes.values()):
        can = _movable(made)
        if len(can) < _FEWEST or made.flags & _WHOLE:
            continue
        names = _free(made.name, classes.keys() | helpers.keys(), 1 + (len(can) > _MANY))
        number = count()
        for method in can:
            if ("private" in method.flags and not method.fixed) or chance.random() < _SHARE:
                home, owner = chance.choice(names), "" if method.fixed else made.name
                name = Name(home, f"m{next(number)}", owner + method.name.arguments, method.name.result)
                method.moved = name
                helpers[home] = made.name
    return helpers


def _movable(made: _Class) -> list[_Method]:
    """Methods that can move: without calls of a parent's method, or of a private one that stays."""
    stays = {
        method.name
        for method in made.methods
        if _STAYS & set(method.flags) or any("invoke-super" in line for line in method.lines)
    }
    while True:
        tied = {
            method.name
            for method in made.methods
            if method.name not in stays
            and any(name in stays and name.name != "<init>" for kind, name in _calls(method.lines) if kind == "direct")
        }
        if not tied:
            return [method for method in made.methods if method.name not in stays]
        stays |= tied


def _calls(lines: Iterable[str]) -> list[tuple[str, Name]]:
    return [(found[2], Name(*found.groups()[4:8])) for found in map(_CALL.match, lines) if found]


def _free(name: str, taken: set[str], wanted: int) -> list[str]:
    """Names in the same package that no class has."""
    package = name[1:-1].rpartition("/")[0]
    start = f"L{package}/" if package else "L"
    every = (f"{start}x{number:x};" for number in count())
    return [found for found, _ in zip((item for item in every if item not in taken), range(wanted), strict=False)]


def _called(line: str, methods: Mapping[Name, _Method], classes: Mapping[str, _Class]) -> str:
    """A line of code; calls of what has moved go there."""
    found = _CALL.match(line)
    if found is None:
        return line
    start, kind, wide, registers, owner, *rest = found.groups()
    while owner in classes and Name(owner, *rest) not in methods:
        owner = classes[owner].parent
    method = methods.get(Name(owner, *rest))
    if method is None or method.moved is None or (kind == "static") != method.fixed:
        return line
    moved = method.moved
    return f"{start}static{wide or ''}{registers}{moved.owner}->{moved.name}({moved.arguments}){moved.result}"


def _opened(line: str) -> str:
    """The head of a field, or of a method that stays, open to the helpers."""
    if line.startswith(".field"):
        return line.replace(" private ", " ", 1).replace(" protected ", " public ", 1)
    if line.startswith(".method") and ("static" in line.split() or "constructor" in line.split()):
        return line.replace(" private ", " ", 1)
    return line


def _stub(moved: Name) -> list[str]:
    """The body of a method that hands on to the one that moved."""
    last = sum(2 if kind in "JD" else 1 for kind in _TYPE.findall(moved.arguments)) - 1
    call = f"    invoke-static/range {{p0 .. p{last}}}, {moved.owner}->{moved.name}({moved.arguments}){moved.result}"
    lines = ["    .locals 2", call]
    if moved.result == "V":
        return [*lines, "    return-void"]
    word = "-wide" if moved.result in "JD" else "-object" if moved.result[0] in "L[" else ""
    return [*lines, f"    move-result{word} v0", f"    return{word} v0"]
