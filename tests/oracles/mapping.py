"""A second reading of mapping files: patterns over whole lines, everything kept, frames grouped afterwards."""

import re
from itertools import groupby

_CLASS = re.compile(r"(\S+) -> (\S+):")
_METHOD = re.compile(r"\s+(?:(\d+:\d+):)?(\S+) ([^\s(]+)\(([^\s)]*)\)\S* -> (\S+)")
_FIELD = re.compile(r"\s+(\S+) ([^\s(:]+)\S* -> (\S+)")

Method = tuple[str, str, tuple[str, ...], str]
Class = tuple[str, dict[str, set[str]], dict[str, set[Method]], set[str]]


def read(text: str) -> dict[str, Class]:
    """By name in the app: original name, fields, methods, and classes of which code was inlined."""
    classes: dict[str, Class] = {}
    body: list[tuple[str, str, Method]] = []
    current: Class | None = None
    for line in [*text.split("\n"), "end -> end:"]:
        if line.lstrip().startswith("#"):
            continue
        if head := _CLASS.fullmatch(line):
            if current:
                _frames(current, body)
            current, body = (head[1], {}, {}, set()), []
            classes.setdefault(head[2], current)
        elif current and (found := _METHOD.fullmatch(line)):
            lines, returns, name, parameters, short = found.groups()
            holder, _, plain = name.rpartition(".")
            types = tuple(filter(None, parameters.split(",")))
            body.append((short, lines or f"none {len(body)}", (holder or current[0], plain, types, returns)))
        elif current and (found := _FIELD.fullmatch(line)):
            current[1].setdefault(found[3], set()).add(found[2])
    del classes["end"]
    return classes


def _frames(current: Class, body: list[tuple[str, str, Method]]) -> None:
    original, _, methods, inlined = current
    for (short, _), group in groupby(body, key=lambda item: item[:2]):
        *inner, outer = [method for _, _, method in group]
        methods.setdefault(short, set()).add(outer)
        inlined |= {method[0] for method in inner} - {original}
