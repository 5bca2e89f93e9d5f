"""What decoders give: pieces of content, each with the step that leads to it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_PLAIN_KEY = re.compile(r"[\w$-]{1,100}", re.ASCII)
LONGEST_KEY = 100
_LONGEST_PATH = 1_000
"""Characters from which a path grows no more: names can lie in each other as deep as a document's author likes."""
_Found = tuple[str, str, Any]
"""Path, key, value."""


class Piece(NamedTuple):
    """A part of a content, decoded.

    Attributes:
        step: what was done to get it (``base64``, ``json:$.device.id``).
        data: its bytes; texts in UTF-8.
        key: name of the field that holds it; empty when it has none of its own.
        problem: why there is not all of it (``damaged``, ``too-large``); empty when there is.
        lost: bytes as they were sent that are missing.
    """

    step: str
    data: bytes
    key: str = ""
    problem: str = ""
    lost: int = 0


def named(form: str, key: str) -> str:
    """The step to a named part, its name bounded."""
    return f"{form}:{key[:LONGEST_KEY]}"


def leaves(form: str, value: Any) -> Iterator[Piece]:
    """The texts, numbers and bytes in a tree of values, in order, each with its path (``json:$.a.b[0]``).

    A path of more than a thousand characters is cut (``…``). Nothing is made before it is asked for.
    """
    left: list[Iterator[_Found]] = [iter([("$", "", value)])]
    while left:
        found = next(left[-1], None)
        if found is None:
            left.pop()
            continue
        path, key, item = found
        if isinstance(item, dict):
            left.append(_named(path, item))
        elif isinstance(item, list | tuple):
            left.append(_numbered(path, key, item))
        elif isinstance(item, bytes | bytearray):
            yield Piece(f"{form}:{path}", bytes(item), key)
        elif item is not None and not isinstance(item, bool):
            yield Piece(f"{form}:{path}", str(item).encode("utf-8", "surrogatepass"), key)


def _named(path: str, item: Mapping[Any, Any]) -> Iterator[_Found]:
    return ((below(path, str(name)), str(name)[:LONGEST_KEY], value) for name, value in item.items())


def _numbered(path: str, key: str, item: Sequence[Any]) -> Iterator[_Found]:
    return ((below(path, number), key, value) for number, value in enumerate(item))


def below(path: str, name: str | int) -> str:
    """The path of what lies under a name or, for an integer, at a place; cut as `leaves` says."""
    if len(path) >= _LONGEST_PATH:
        return path if path[-1] == "…" else f"{path}…"
    return f"{path}[{name}]" if isinstance(name, int) else path + _segment(name)


def _segment(text: str) -> str:
    if _PLAIN_KEY.fullmatch(text):
        return f".{text}"
    return f"[{json.dumps(text[:LONGEST_KEY], ensure_ascii=False)}]"


def counted(form: str, pairs: Iterable[tuple[str, bytes]]) -> list[Piece]:
    """A piece for each named value; the second one of a name has its number (``form:id[1]``)."""
    seen: dict[str, int] = {}
    found = []
    for name, data in pairs:
        number = seen[name] = seen.get(name, -1) + 1
        step = named(form, name) + (f"[{number}]" if number else "")
        found.append(Piece(step, data, name[:LONGEST_KEY]))
    return found
