"""What entries there are: every entry with its digest, its place in the container and what its bytes are."""

import hashlib
from functools import cache
from typing import Final

import msgspec

from affidavit.artefact.media import media_of
from affidavit.artefact.part import Part
from affidavit.artefact.zip import Entry
from affidavit.facts.reading import bounded, make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.inventory import EntryFact
from affidavit.model.place import Place

__all__ = ["NAME", "VERSION", "entry_fact", "media_of"]

NAME: Final = "inventory"
VERSION: Final = 1


class Oddity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an oddity's word means.

    Attributes:
        title: the statement, in the indicative.
        android: what Android does with such an entry.
        others: what other readers do, where that differs.
    """

    title: str
    android: str
    others: str = ""


class OddityTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/oddities``.

    Attributes:
        source, licence: where the facts come from, and on what terms.
        oddities: by word.
        code: media words of code.
        harmless: suffixes of names under which nobody looks for code.
    """

    source: str
    licence: str
    oddities: dict[str, Oddity]
    code: frozenset[str] = frozenset()
    harmless: frozenset[str] = frozenset()


@cache
def oddity_table() -> OddityTable:
    """The vocabulary of oddities."""
    return load("oddities", OddityTable)["entries"]


def entry_fact(part: Part, entry: Entry, data: bytes | None) -> Fact:  # noqa: ARG001 - given as to every extractor
    """The fact of one entry.

    Args:
        part: the container that holds it.
        entry: one of its entries, already read, so that its oddities are complete.
        data: what `part.read` gave for it.
    """
    media = "unread" if data is None else media_of(data, entry.name)
    what = EntryFact(
        size=entry.size if data is None else len(data),
        compressed=entry.compressed,
        header=entry.header,
        data=entry.data,
        sha256="" if data is None else hashlib.sha256(data).hexdigest(),
        media=media,
        oddities=_with_disguise(entry, media),
    )
    return make_fact(what, Place(bounded(entry.path)), f"{NAME}/{VERSION}")


def _with_disguise(entry: Entry, media: str) -> tuple[str, ...]:
    """The entry's oddities, with ``disguised-code`` for code under the name of a picture, sound, font or text."""
    table = oddity_table()
    suffix = entry.name.rpartition(".")[2].lower()
    if media not in table.code or suffix not in table.harmless:
        return entry.oddities
    return tuple(sorted((*entry.oddities, "disguised-code")))
