"""Digests of an APK's contents: everything but its signing block, as APK Signature Scheme v2 and later define them.

Sources: AOSP "APK Signature Scheme v2" (integrity-protected contents: chunks of 1 MiB over three sections), and
frameworks/base ``VerityBuilder`` (Merkle tree of 4 KiB pages, salted with eight zero bytes). In both, the end record's
offset of the central directory counts as the block's own offset, so that the block can be put in afterwards.
"""

import hashlib
import mmap
import struct
from collections.abc import Iterator
from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.artefact.spool import release_pages
from affidavit.signing.algorithms import Content
from affidavit.signing.sections import OFFSET_FIELD, Sections

CHUNK: Final = 1 << 20
PAGE: Final = 4096
_SALT: Final = bytes(8)
_PAUSE: Final = 32 << 20
"""Bytes after which the budget is asked and memory is given back."""
_HASHES: Final = {"chunked-sha256": "sha256", "chunked-sha512": "sha512"}


class MisalignedError(ValueError):
    """The signing block does not lie on whole pages, which the Merkle tree needs."""


class Contents:
    """The contents of one container; each digest is made at most once.

    Attributes:
        view: the whole container. sections: where its parts are.
    """

    def __init__(self, view: memoryview, sections: Sections, budget: Budget) -> None:
        self.sections = sections
        self.view = view
        self._budget = budget
        self._made: dict[Content, bytes] = {}

    def digest(self, kind: Content) -> bytes:
        """A digest of the contents, as it stands in a signer: 32 or 64 bytes, or 40 for the tree (root and length).

        Raises:
            MisalignedError: the tree is asked for, and the block lies on no page boundary.
            BudgetError: time or memory ran out.
        """
        if kind not in self._made:
            self._made[kind] = self._tree() if kind == "verity-sha256" else self._chunks(_HASHES[kind])
        return self._made[kind]

    def covers(self, kind: Content) -> str:
        """Which bytes a signature with this digest covers, as a sentence."""
        sections = self.sections
        unit = "pages of 4 KiB" if kind == "verity-sha256" else "chunks of 1 MiB"
        name = "SHA-512" if kind == "chunked-sha512" else "SHA-256"
        return (
            f"all {sections.covered} bytes of the file outside its signing block (which is bytes {sections.block} to "
            f"{sections.directory}), digested with {name} in {unit}."
        )

    def _sections(self) -> tuple[memoryview, memoryview, memoryview]:
        """Entries, central directory and end record, the last with the offset that counts."""
        sections, view = self.sections, self.view
        record = bytearray(view[sections.record : sections.end])
        struct.pack_into("<I", record, OFFSET_FIELD, sections.block)
        return view[: sections.block], view[sections.directory : sections.record], memoryview(record)

    def _chunks(self, name: str) -> bytes:
        """Digest of the digests of all chunks; a chunk never passes the end of its section."""
        digests: list[bytes] = []
        for section in self._sections():
            for start in range(0, len(section), CHUNK):
                chunk = section[start : start + CHUNK]
                one = hashlib.new(name, struct.pack("<BI", 0xA5, len(chunk)))
                one.update(chunk)
                digests.append(one.digest())
                if start % _PAUSE == 0:
                    self._pause()
        return hashlib.new(name, struct.pack("<BI", 0x5A, len(digests)) + b"".join(digests)).digest()

    def _tree(self) -> bytes:
        """Root of the tree over the sections end to end, and their length."""
        sections = self.sections
        if sections.block % PAGE or (sections.directory - sections.block) % PAGE:
            raise MisalignedError(
                f"the signing block is bytes {sections.block} to {sections.directory}, not whole pages of {PAGE} bytes"
            )
        level = self._level(self._sections())
        while len(level) > PAGE:
            level = self._level((memoryview(level),))
        return _salted(level.ljust(PAGE, b"\0")) + struct.pack("<Q", sections.covered)

    def _level(self, parts: tuple[memoryview, ...]) -> bytes:
        """Digests of all pages, end to end."""
        digests: list[bytes] = []
        for page in _pages(parts):
            digests.append(_salted(page))
            if len(digests) % (_PAUSE // PAGE) == 0:
                self._pause()
        return b"".join(digests)

    def _pause(self) -> None:
        """Ask the budget, and let the pages of a mapped file go: a large APK need not fit into memory."""
        self._budget.check()
        if isinstance(self.view.obj, mmap.mmap):
            release_pages(self.view.obj)


def _salted(page: memoryview | bytes) -> bytes:
    digest = hashlib.sha256(_SALT)
    digest.update(page)
    return digest.digest()


def _pages(parts: tuple[memoryview, ...]) -> Iterator[memoryview | bytes]:
    """Pages of the parts end to end; the last is filled up with zeros."""
    left = b""
    for part in parts:
        start = 0
        if left:
            start = min(PAGE - len(left), len(part))
            left += bytes(part[:start])
            if len(left) < PAGE:
                continue
            yield left
        whole = start + (len(part) - start) // PAGE * PAGE
        for at in range(start, whole, PAGE):
            yield part[at : at + PAGE]
        left = bytes(part[whole:])
    if left:
        yield left.ljust(PAGE, b"\0")
