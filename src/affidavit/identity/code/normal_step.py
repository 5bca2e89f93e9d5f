"""One step of a method, the words of which are the same for every machine."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from affidavit.dalvik.unit import RefKind

_SHOWN: Final = 8
"""Keys of a switch that are shown."""


class Step(NamedTuple):
    """One step.

    Attributes:
        at: address of the instruction in its method: code units, in class files bytes.
        op: what it does, in the words of Android's machine, without sizes and registers.
        kind, target: what it names: index space of the unit and index; none and -1 when it names nothing.
        value: number or keys that it holds.
    """

    at: int
    op: str
    kind: RefKind | None = None
    target: int = -1
    value: str = ""


def plain(value: int, bits: int) -> int:
    """A number of so many bits as a signed one."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def cases(keys: Sequence[int]) -> str:
    """The keys of a switch: how many, and the first."""
    more = ", …" if len(keys) > _SHOWN else ""
    return f"{len(keys)} cases {', '.join(map(str, keys[:_SHOWN]))}{more}"
