"""What the extractors of the manifest know: ids of attributes, words for numbers. Data: ``knowledge/manifest``."""

from functools import cache

from msgspec import Struct

from affidavit.knowledge import load


class _Document(Struct):
    """One file of the section; each has some of the tables."""

    source: str
    licence: str
    date: str
    ids: dict[str, int] = {}
    enums: dict[str, dict[str, int]] = {}
    flags: dict[str, dict[str, int]] = {}


@cache
def _documents() -> dict[str, _Document]:
    return load("manifest", _Document)


def attribute_id(name: str) -> int:
    """Resource id of a platform attribute.

    Raises:
        KeyError: knowledge does not list it (a mistake in this package, never in an app).
    """
    return _documents()["attributes"].ids[name]


def enum_word(name: str, value: int) -> str:
    """Word of an enumeration's value; the number itself when it has none."""
    words = _documents()["words"].enums[name]
    return next((word for word, number in words.items() if number == value), str(value))


def enum_value(name: str, word: str) -> int:
    """Value of an enumeration's word; -1 when it is none."""
    return _documents()["words"].enums[name].get(word, -1)


def flag_words(name: str, value: int) -> tuple[str, ...]:
    """Words of the bits set in `value`, lowest first; what has no word comes last, as hex."""
    words = _documents()["words"].flags[name]
    named = sorted((bit, word) for word, bit in words.items() if value & bit)
    rest = value & ~sum(bit for bit, _ in named)
    return tuple(word for _, word in named) + ((f"0x{rest:x}",) if rest else ())
