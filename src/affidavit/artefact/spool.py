"""Bytes that a whole review needs, but seldom all at once: beyond some size they lie in a file, not in memory.

The code of a large app inflates to hundreds of megabytes, of which each stage looks at some. Past `RESIDENT` bytes they
are written to a temporary file without a name and mapped: the kernel can drop the pages, and brings them back when
they are read.
"""

import mmap
import os
import tempfile
import threading
from types import TracebackType
from typing import IO, Self, cast

RESIDENT = 32 << 20
"""Bytes kept in memory before files are used; most apps never reach it."""


PAUSE = 0.05
"""Seconds between two times that pages are let go, while a spool is open."""


def release_pages(mapped: mmap.mmap) -> None:
    """Advise that the mapped pages are not needed now; they are read again from the file when they are."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def spool_file() -> IO[bytes]:
    """An empty file without a name, which is gone when it is closed.

    Raises:
        OSError: there is no folder for temporary files.
    """
    return cast("IO[bytes]", tempfile.TemporaryFile(buffering=0))


class Spool:
    """Keeps bytes for as long as something refers to them; as a context, it also lets their pages go now and again.

    Args:
        resident: bytes that are kept in memory first.
        file: descriptor of an empty file for the rest; by default one is made when it is needed.
    """

    def __init__(self, resident: int = RESIDENT, file: int | None = None) -> None:
        self._left = resident
        self._handle = file
        self._own: IO[bytes] | None = None
        self._end = 0
        self._maps: list[mmap.mmap] = []
        self._closed = threading.Event()
        self._entered = False
        self._tender: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._tender is not None:
            self._tender.join()
        if self._own is not None:
            self._own.close()

    def keep(self, data: bytes) -> memoryview:
        """The same bytes, to be held instead of `data`."""
        self._left -= len(data)
        if self._left >= 0 or not data:
            return memoryview(data)
        try:
            mapped = self._write(data)
        except OSError:
            return memoryview(data)  # no room, or no file: then memory has to do
        self._maps.append(mapped)
        if self._entered:
            self.tend()
        return memoryview(mapped)

    def tend(self) -> None:
        """Start letting pages go now and again, if that has not begun: for who can start no thread later."""
        if self._tender is None:
            self._tender = threading.Thread(target=self._tend, daemon=True)
            self._tender.start()

    def _write(self, data: bytes) -> mmap.mmap:
        """Write bytes at the file's end and map them.

        Raises:
            OSError: there is no file, or no room in it.
        """
        if self._handle is None:
            self._own = spool_file()
            self._handle = self._own.fileno()
        start, view, done = self._end, memoryview(data), 0
        self._end = -(-(start + len(data)) // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        while done < len(view):
            done += os.pwrite(self._handle, view[done:], start + done)
        return mmap.mmap(self._handle, len(data), access=mmap.ACCESS_READ, offset=start)

    def _tend(self) -> None:
        # A stage may read all code in one go; without this its pages would add up until the stage ends.
        while not self._closed.wait(PAUSE):
            self.release_pages()

    def release_pages(self) -> None:
        """Let the kernel drop the mapped pages read so far."""
        for mapped in tuple(self._maps):
            release_pages(mapped)
