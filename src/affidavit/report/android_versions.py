"""API levels in words: names of Android versions, and ranges of them."""

from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.signing import ANY_LEVEL


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/platforms``: names of versions by API level."""

    source: str
    licence: str
    versions: dict[int, str]


@cache
def _versions() -> dict[int, str]:
    return {level: name for file in load("platforms", Versions).values() for level, name in file.versions.items()}


def android(level: int) -> str:
    """The name of an Android version, or its API level where it has none yet."""
    return f"Android {name}" if (name := _versions().get(level)) else f"API level {level}"


def levels(first: int, last: int) -> str:
    """A range of API levels in words (``Android 7.0 to 8.1``, ``Android 9 and later``)."""
    if last >= ANY_LEVEL:
        return f"{android(first)} and later"
    if first == last:
        return android(first)
    return f"{android(first)} to {android(last).removeprefix('Android ')}"


def ranges(found: Iterable[tuple[int, int]]) -> str:
    """Ranges of API levels in words, those that touch or overlap as one (``Android 7.0 to 8.1 and Android 11``)."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(found):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return listed([levels(low, high) for low, high in joined])


def listed(words: Sequence[str]) -> str:
    """Words as a sentence has them (``v1, v2 and v3``)."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
