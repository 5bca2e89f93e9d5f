"""Entries of a container."""

from msgspec import Struct


class EntryFact(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="entry"):
    """One entry of a container; the fact's place has the entry's path.

    Attributes:
        size: bytes after inflating.
        compressed: bytes as stored.
        header: offset of its local header in the container; -1 for a bare file.
        data: offset of its first stored byte in the container.
        sha256: digest of the inflated bytes; empty when it could not be read (a limitation says why).
        media: what the bytes are, by magic (``dex``, ``elf``, ``axml``, ``arsc``, ``png``, ``zip``, ``text`` ...).
        oddities: ways in which the container lies about this entry, as vocabulary words, sorted.
    """

    size: int
    compressed: int
    header: int
    data: int
    sha256: str
    media: str
    oddities: tuple[str, ...] = ()
