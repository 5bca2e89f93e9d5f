"""The payloads of ``payloads.yaml``."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from msgspec import Struct


class Payload(Struct, frozen=True):
    """A text, the class that it belongs to, and what it aims at."""

    kind: str
    aims: str
    text: str

    @property
    def utf8(self) -> str:
        """The text as what is read from a bundle can be: halves of surrogate pairs are escapes."""
        return self.text.encode("utf-8", "backslashreplace").decode()


@cache
def payloads() -> tuple[Payload, ...]:
    """All of them, in the order of the file."""
    listed = yaml.load((Path(__file__).parent / "payloads.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return tuple(Payload(kind, item["aims"], _text(item)) for kind, items in listed.items() for item in items)


def _text(item: dict) -> str:
    text = "".join(map(chr, item["points"])) if "points" in item else item["text"]
    return text * item.get("repeat", 1)


def batches(size: int = 12) -> Iterator[tuple[Payload, ...]]:
    """The payloads, some at a time: one app carries as many."""
    listed = payloads()
    return (listed[at : at + size] for at in range(0, len(listed), size))
