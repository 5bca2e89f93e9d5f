"""Tagged netstrings the obvious way: everything is decoded at once, by recursion."""

from typing import Any


def parse(data: bytes, at: int = 0) -> tuple[Any, int]:
    """A value, and the place behind it."""
    colon = data.index(b":", at)
    begin, end = colon + 1, colon + 1 + int(data[at:colon])
    content, kind = data[begin:end], data[end : end + 1]
    if kind in b"]}":
        values, place = [], 0
        while place < len(content):
            value, place = parse(content, place)
            values.append(value)
        pairs = zip(values[::2], values[1::2], strict=True) if kind == b"}" else ()
        return ({_text(key): value for key, value in pairs} if kind == b"}" else values), end + 1
    simple = {b",": bytes, b";": bytes.decode, b"#": int, b"^": float, b"!": b"true".__eq__, b"~": lambda _: None}
    return simple[kind](content), end + 1


def _text(key: str | bytes) -> str:
    return key if isinstance(key, str) else key.decode()


def flows(data: bytes) -> list[dict]:
    """All flows of a dump."""
    found, at = [], 0
    while at < len(data):
        value, at = parse(data, at)
        found.append(value)
    return found
