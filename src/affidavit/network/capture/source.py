"""A file of captured traffic, open for reading once, in pieces or in lines: nothing is kept of what is behind the
reader, and nothing is mapped, so memory stays flat at any size.
"""

import os
from collections.abc import Callable, Iterator
from typing import Final

from affidavit.network.capture import unpacking
from affidavit.network.capture.events import Unread, Where
from affidavit.network.capture.unpacking import UnpackError

PIECE: Final = 1 << 20
"""Bytes that are read at a time."""
LONGEST: Final = 1 << 20
"""Bytes of the longest line that is kept; the lines of the formats read here have some hundreds."""
_RETURN: Final = 13


def _nothing() -> None:
    """No bound on time."""


class Source:
    """A regular file by its descriptor. Behind walls no file can be opened, and none is.

    Args:
        handle: file descriptor; the caller closes it.
        name: of the file, without its folder.
        size: bytes.
        check: called for every piece; raises when the time is over (`Budget.check`).
        keys: content of the key log that was given with it; empty without.

    Attributes:
        packed: ``gzip``, ``zstd``, ``bzip2`` or empty. Pieces and lines are of what it holds, and so are offsets.
        problem: why the pieces ended before the file did.
        long_lines: lines that were left out because they are too long. long_at: offset of the first of them.
    """

    def __init__(
        self, handle: int, name: str, size: int, check: Callable[[], None] = _nothing, *, keys: bytes = b""
    ) -> None:
        self.handle = handle
        self.keys = keys
        self.name = name
        self.size = size
        self.packed = unpacking.packing(os.pread(handle, 8, 0))
        self.problem: UnpackError | None = None
        self.long_lines = 0
        self.long_at = -1
        self._check = check

    def pieces(self, piece: int = PIECE) -> Iterator[bytes]:
        """The content from the start, unpacked, `piece` bytes or less at a time.

        What cannot be unpacked ends it; `problem` says why.
        """
        self.problem = None
        try:
            for data in unpacking.unpacked(self.packed, self._stored(), self.size, piece):
                self._check()
                yield data
        except UnpackError as error:
            self.problem = error

    def _stored(self) -> Iterator[bytes]:
        """The bytes of the file as they are."""
        at = 0
        while data := os.pread(self.handle, min(PIECE, self.size - at), at):
            self._check()
            at += len(data)
            yield data

    def head(self, most: int) -> bytes:
        """The first bytes of the content."""
        found = b""
        for data in self.pieces(most):
            found += data
            if len(found) >= most:
                break
        return found[:most]

    def blocks(self) -> Iterator[tuple[int, list[bytes]]]:
        """The lines of the content, many at a time, without the newline that ends each.

        A line of more than `LONGEST` and a piece is left out and counted.

        Yields:
            (offset of the first, lines).
        """
        rest, at, skipping = b"", 0, False
        for data in self.pieces():
            lines = (rest + data).split(b"\n") if rest else data.split(b"\n")
            begin, rest = at, lines.pop()
            if lines:
                at += sum(map(len, lines)) + len(lines)
                if skipping:
                    begin, lines[0] = begin + len(lines[0]), b""  # it stays a line, so that lines can be counted
                skipping = False
                yield begin, lines
            if not skipping and len(rest) > LONGEST:
                self._leave_out(at)
                skipping = True
            if skipping:
                at, rest = at + len(rest), b""
        if rest:
            yield at, [rest]

    def lines(self, longest: int = LONGEST) -> Iterator[tuple[int, bytes]]:
        """(offset, line) for each line that is not empty, without its end; longer ones are left out and counted."""
        for begin, lines in self.blocks():
            at = begin
            for line in lines:
                if len(line) > longest:
                    self._leave_out(at)
                elif line and line != b"\r":
                    yield at, line[:-1] if line[-1] == _RETURN else line
                at += len(line) + 1

    def _leave_out(self, at: int) -> None:
        self.long_lines += 1
        self.long_at = at if self.long_at < 0 else self.long_at

    def unread(self) -> Iterator[Unread]:
        """What was left out on the way; ask when reading is over."""
        if self.problem is not None:
            yield Unread(self.problem.kind, str(self.problem), Where(-1, self.packed))
        if self.long_lines:
            detail = "lines that are too long were not read"
            yield Unread("capture/too-large", detail, Where(self.long_at, "line"), self.long_lines)
