"""Calls of the platform made through reflection, in smali text: a second thing that commercial obfuscators do.

A call becomes one of a static method of the app's decoder class, which finds the platform's method by its encrypted
name. What a matcher reads of the call is then gone from the class that made it.
"""

import re
from typing import NamedTuple

_CALL = re.compile(
    r"^(\s+)invoke-(virtual|interface|static)(/range)? \{(.*)\}, (L(?:android|java)/[^;]+;)->([\w$]+)\((.*?)\)(\S+)$"
)
_TYPE = re.compile(r"\[*(?:[ZBSCIJFD]|L[^;]+;)")
_BOXES = {
    "Z": ("Boolean", "booleanValue"),
    "B": ("Byte", "byteValue"),
    "S": ("Short", "shortValue"),
    "C": ("Character", "charValue"),
    "I": ("Integer", "intValue"),
    "J": ("Long", "longValue"),
    "F": ("Float", "floatValue"),
    "D": ("Double", "doubleValue"),
}
_NOT_PUBLIC = frozenset({"clone", "finalize"})
_LOCALS = 7


class _Called(NamedTuple):
    """A method of the platform; `fixed` when it is static."""

    fixed: bool
    owner: str
    name: str
    arguments: str
    result: str


class Reflector:
    """Moves calls of one app; `bodies` are the methods to put into the class named `home`."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._names: dict[_Called, str] = {}
        self.bodies: list[str] = []

    def call(self, line: str) -> str:
        """The line, or the call that stands for it when it is a call of a method of the platform."""
        found = _CALL.match(line)
        if found is None or found[6] in _NOT_PUBLIC:
            return line
        space, kind, wide, registers, owner, name, arguments, result = found.groups()
        taken = arguments if kind == "static" else owner + arguments
        called = _Called(kind == "static", owner, name, arguments, result)
        if called not in self._names:
            self._names[called] = f"r{len(self._names)}"
            self.bodies.append(_body(self._names[called], called))
        return f"{space}invoke-static{wide or ''} {{{registers}}}, {self._home}->{self._names[called]}({taken}){result}"


def _body(made: str, called: _Called) -> str:
    """A static method that finds and calls a method of the platform."""
    fixed, owner, name, arguments, result = called
    types = _TYPE.findall(arguments)
    taken = arguments if fixed else owner + arguments
    width = sum(2 if kind in "JD" else 1 for kind in _TYPE.findall(taken))
    lines = [
        f".method public static {made}({taken}){result}",
        f"    .registers {_LOCALS + width}",
        f'    const-string v0, "{owner[1:-1].replace("/", ".")}"',
        "    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;",
        "    move-result-object v0",
        f'    const-string v1, "{name}"',
        f"    const/16 v4, {len(types):#x}",
        "    new-array v2, v4, [Ljava/lang/Class;",
        "    new-array v3, v4, [Ljava/lang/Object;",
    ]
    at = 0 if fixed else 1
    for number, kind in enumerate(types):
        lines += [
            f"    const/16 v4, {number:#x}",
            *_class_of(kind),
            "    aput-object v5, v2, v4",
            *_boxed(kind, at),
            "    aput-object v5, v3, v4",
        ]
        at += 2 if kind in "JD" else 1
    lines += [
        (
            "    invoke-virtual {v0, v1, v2}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)"
            "Ljava/lang/reflect/Method;"
        ),
        "    move-result-object v0",
        "    const/4 v1, 0x0" if fixed else "    move-object/from16 v1, p0",
        (
            "    invoke-virtual {v0, v1, v3}, Ljava/lang/reflect/Method;->invoke(Ljava/lang/Object;[Ljava/lang/Object;)"
            "Ljava/lang/Object;"
        ),
        *_given(result),
        ".end method",
    ]
    return "\n".join(lines) + "\n"


def _class_of(kind: str) -> list[str]:
    if kind in _BOXES:
        return [f"    sget-object v5, Ljava/lang/{_BOXES[kind][0]};->TYPE:Ljava/lang/Class;"]
    return [f"    const-class v5, {kind}"]


def _boxed(kind: str, at: int) -> list[str]:
    if kind not in _BOXES:
        return [f"    move-object/from16 v5, p{at}"]
    box = f"Ljava/lang/{_BOXES[kind][0]};"
    last = at + 1 if kind in "JD" else at
    return [
        f"    invoke-static/range {{p{at} .. p{last}}}, {box}->valueOf({kind}){box}",
        "    move-result-object v5",
    ]


def _given(result: str) -> list[str]:
    if result == "V":
        return ["    return-void"]
    if result not in _BOXES:
        return ["    move-result-object v0", f"    check-cast v0, {result}", "    return-object v0"]
    box, getter = _BOXES[result]
    wide = "-wide" if result in "JD" else ""
    return [
        "    move-result-object v0",
        f"    check-cast v0, Ljava/lang/{box};",
        f"    invoke-virtual {{v0}}, Ljava/lang/{box};->{getter}(){result}",
        f"    move-result{wide} v0",
        f"    return{wide} v0",
    ]
