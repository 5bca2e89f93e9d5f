"""Names and instructions as Jimple writes them, in which other tools for the analysis of flows compare what they find.

Source: the Jimple grammar of Soot's documentation; what registers hold is named by the registers of the dex file.
"""

import re
from collections.abc import Iterator, Sequence

_PRIMITIVES = {
    "V": "void", "Z": "boolean", "B": "byte", "S": "short", "C": "char", "I": "int", "J": "long", "F": "float",
    "D": "double",
}  # fmt: skip
_INVOKES = {
    "virtual": "virtualinvoke",
    "interface": "interfaceinvoke",
    "super": "specialinvoke",
    "direct": "specialinvoke",
    "static": "staticinvoke",
}
_ADDRESS = re.compile(r"[0-9a-f]{4,}: ")
_INVOKE = re.compile(r"invoke-(\w+)(?:/range)? \{([^}]*)\}, (\S+->\S+)")
_FIELD = re.compile(r"([is])(get|put)(?:-\w+)? (v\d+), (?:(v\d+), )?(\S+->\S+)")
_RESULT = re.compile(r"move-result(?:-\w+)? (v\d+)")
_RANGE = re.compile(r"v(\d+) \.\. v(\d+)")
_REGISTERS = 256
_CUT = re.compile(r"…\(\+\d+\)")


def statement(lines: Sequence[str], cited: int) -> str:
    """A call or an access of a field, as a statement of Jimple; empty for anything else.

    Args:
        lines: of a disassembly, each with or without its address.
        cited: which of them; the one behind it may take the result.
    """
    line = _line(lines, cited)
    if access := _FIELD.fullmatch(line):
        of = f"{access[4]}." if access[4] else ""
        field = f"{of}{jimple(access[5])}"
        return f"{access[3]} = {field}" if access[2] == "get" else f"{field} = {access[3]}"
    call = _INVOKE.fullmatch(line)
    if call is None or call[1] not in _INVOKES:
        return ""
    result = _RESULT.fullmatch(_line(lines, cited + 1))
    return f"{result[1]} = {_invoked(call)}" if result else _invoked(call)


def _line(lines: Sequence[str], row: int) -> str:
    """A line without its address; empty when there is none, or it was cut."""
    line = lines[row] if 0 <= row < len(lines) else ""
    return "" if _CUT.search(line) else _ADDRESS.sub("", line, count=1)


def _invoked(call: re.Match[str]) -> str:
    """An invoke without its result."""
    registers = _registers(call[2])
    of = "" if call[1] == "static" or not registers else f"{registers.pop(0)}."
    _, kinds = types(f"({call[3].partition('(')[2]}")
    taken = []
    for kind in kinds:
        taken += registers[:1]
        del registers[: 2 if kind in {"long", "double"} else 1]
    return f"{_INVOKES[call[1]]} {of}{jimple(call[3])}({', '.join(taken)})"


def _registers(text: str) -> list[str]:
    if row := _RANGE.fullmatch(text):
        first, last = int(row[1]), int(row[2])
        return [f"v{number}" for number in range(first, min(last, first + _REGISTERS) + 1)]
    return [item for item in text.split(", ") if item]


def member(lines: Sequence[str], cited: int) -> str:
    """The method or field that a line of a disassembly names, as smali writes it; empty when it names none."""
    line = _line(lines, cited)
    if call := _INVOKE.fullmatch(line):
        return call[3]
    access = _FIELD.fullmatch(line)
    return access[5] if access else ""


def jimple(api: str) -> str:
    """``<android.util.Log: int i(java.lang.String,java.lang.String)>`` of a method or field as smali writes it."""
    owner, _, named = api.partition("->")
    name, bracket, proto = named.partition("(")
    if bracket:
        returns, parameters = types(f"({proto}")
        return f"<{dotted(owner)}: {returns} {name}({','.join(parameters)})>"
    name, _, kind = named.partition(":")
    return f"<{dotted(owner)}: {dotted(kind)} {name}>"


def types(proto: str) -> tuple[str, list[str]]:
    """Return type and parameter types of a prototype in Java form."""
    inside, _, returns = proto.removeprefix("(").partition(")")
    return dotted(returns), [dotted(item) for item in _split(inside)]


def _split(descriptors: str) -> Iterator[str]:
    """Descriptors one by one; what is malformed comes as one rest."""
    at = 0
    while at < len(descriptors):
        start = at
        while at < len(descriptors) and descriptors[at] == "[":
            at += 1
        end = descriptors.find(";", at) if descriptors[at : at + 1] == "L" else at
        at = len(descriptors) if end < 0 else end + 1
        yield descriptors[start:at]


def dotted(descriptor: str) -> str:
    """A type in Java form: ``java.lang.String[]`` of ``[Ljava/lang/String;``."""
    element = descriptor.lstrip("[")
    name = _PRIMITIVES.get(element) or element.removeprefix("L").removesuffix(";").replace("/", ".")
    return name + "[]" * (len(descriptor) - len(element))
