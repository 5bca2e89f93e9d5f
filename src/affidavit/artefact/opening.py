"""Open what we were given: find out what it is by its bytes, and give its containers as parts."""

import hashlib
import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from affidavit.artefact.budget import Budget
from affidavit.artefact.kinds import base_first, nested_entries, recognise
from affidavit.artefact.media import media_of
from affidavit.artefact.nested import read_container
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.spool import release_pages
from affidavit.artefact.zip import STORED, Entry
from affidavit.model.artefact import Artefact
from affidavit.model.errors import UnreadableError, UsageError
from affidavit.model.limitation import Limitation

_CHUNK: Final = 1 << 22
_SUPPORTED: Final = "give an APK, XAPK, APKS, APKM, AAR, JAR, IPA or dex file"


class Opened:
    """An artefact and its parts; a context manager that closes the file.

    Attributes:
        artefact: name, kind, size and digest.
        parts: the first has the app's own manifest or code; then splits or libraries in the container's order; the
            container of splits itself comes after them, and last what was opened while entries were read: containers
            inside entries, which no installer opens.
        limitations: what could not be read so far; grows while entries are read.
    """

    def __init__(
        self, artefact: Artefact, parts: tuple[Part, ...], limitations: list[Limitation], file: mmap.mmap
    ) -> None:
        self.artefact = artefact
        self.parts = parts
        self.limitations = limitations
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def release_pages(self) -> None:
        """Let the kernel drop the pages of the file read so far, so that they do not count as this process's memory."""
        release_pages(self._file)

    def close(self) -> None:
        """Let the file go. Slices of a part's view that a caller still holds keep the mapping alive until they die."""
        for part in reversed(self.parts):
            with suppress(BufferError):
                part.view.release()
        with suppress(BufferError):
            self._file.close()


class Given(NamedTuple):
    """A regular file that is open for reading: what all further reading goes by, whatever becomes of its path.

    Attributes:
        name: of the file, without its folder.
        handle: file descriptor; the caller closes it.
        size: bytes.
    """

    name: str
    handle: int
    size: int


def given(path: Path) -> Given:
    """Open a file.

    Args:
        path: a regular file (a link to one is followed).

    Raises:
        UsageError: there is no such file, or it is not a regular file.
        UnreadableError: it is empty.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot open {str(path)!r}: {reason}", advice="check the path and its permissions") from error
    try:
        return _checked(path, handle)
    except BaseException:
        os.close(handle)
        raise


@contextmanager
def held_open(path: Path) -> Iterator[Given]:
    """A file as `given` opens it, open until the context ends."""
    file = given(path)
    try:
        yield file
    finally:
        os.close(file.handle)


def _checked(path: Path, handle: int) -> Given:
    """The open file, if it is one that can be read. It is looked at here, so that it cannot be swapped in between."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise UsageError(f"{str(path)!r} is {what}", advice=_SUPPORTED)
    if not status.st_size:
        raise UnreadableError(f"{str(path)!r} is empty", advice="check that it was copied or downloaded whole")
    # A name that is not UTF-8 comes from the system with surrogates, which no JSON holds.
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return Given(name, handle, status.st_size)


def sha256_of(file: Given) -> str:
    """Lower-case hex digest of an open file."""
    digest = hashlib.sha256()
    for start in range(0, file.size, _CHUNK):
        digest.update(os.pread(file.handle, min(_CHUNK, file.size - start), start))
    return digest.hexdigest()


def open_artefact(source: Path | Given, budget: Budget, sha256: str = "") -> Opened:
    """Open an artefact of any supported kind.

    Args:
        source: a file, or one that is open already (it is not closed here).
        budget: bounds everything that is read from it.
        sha256: its digest, where somebody took it already.

    Raises:
        UsageError: there is no such file, or it is not a regular file.
        UnreadableError: it is empty, larger than the budget, or of no supported kind.
    """
    with nullcontext(source) if isinstance(source, Given) else held_open(source) as file:
        digest = sha256 or sha256_of(file)
        mapped = _map(file, budget)
    view = memoryview(mapped)
    budget.size = file.size
    limitations: list[Limitation] = []
    try:
        kind, parts = _parts(view, file.name, budget, Notes(limitations))
    except BaseException:
        view.release()
        with suppress(BufferError):
            mapped.close()
        raise
    return Opened(Artefact(file.name, kind, file.size, digest), parts, limitations, mapped)


def _map(file: Given, budget: Budget) -> mmap.mmap:
    """Map a file into memory.

    Raises:
        UnreadableError: it is larger than the budget allows.
    """
    if file.size > budget.total_bytes:
        raise UnreadableError(
            f"{file.name!r} has {file.size} bytes, the budget allows {budget.total_bytes}",
            advice="give more with --budget",
        )
    return mmap.mmap(file.handle, file.size, access=mmap.ACCESS_READ)


def _parts(view: memoryview, name: str, budget: Budget, notes: Notes) -> tuple[str, tuple[Part, ...]]:
    """Kind and parts of the artefact.

    Raises:
        UnreadableError: it is of no supported kind.
    """
    media = media_of(view[:512], name)
    outer = read_container(view, "", "base", budget, notes)
    if media == "dex":
        bare = _bare(view, name, budget, notes)
        return ("dex", (bare,)) if outer is None else _two_faced(outer, bare, name, notes)
    if outer is None:
        raise UnreadableError(
            f"{name!r} is {_described(media)} and has no zip directory that leads to an entry", advice=_SUPPORTED
        )
    kind = recognise(outer, name)
    if kind == "jar":
        outer.role = "library"
    inner = tuple(_nested(outer, kind, budget, notes))
    if kind != "splits":
        return kind, (outer, *inner)
    if not inner:
        raise UnreadableError(
            f"{name!r} holds .apk entries and none of them can be opened: {_reasons(notes)}", advice=_SUPPORTED
        )
    outer.role = "container"
    return kind, (*base_first(inner, budget), outer)


def _two_faced(outer: Part, dex: Part, name: str, notes: Notes) -> tuple[str, tuple[Part, ...]]:
    """A file that is a dex and a zip (CVE-2017-13156, "Janus"): its entries are read, and so is the dex.

    The installer goes by the directory; a runtime older than Android 8.1 that was given the same file ran the dex.
    """
    try:
        kind = recognise(outer, name)
    except UnreadableError:
        kind = "dex"
    detail = "the file is a dex file and a zip with entries as well: Android took it for either; both were read"
    notes.add("container/two-faced", detail)
    if kind not in {"apk", "jar"}:
        outer.role = "container"
        return "dex", (dex, outer)
    outer.role = "base" if kind == "apk" else "library"
    if outer.find(name) is not None:
        dex.entries[0].path += "#2"
    return kind, (outer, dex)


def _described(media: str) -> str:
    """A media word in a sentence."""
    return "of an unknown format" if media == "unknown" else f"{media!r} by its first bytes"


def _reasons(notes: Notes) -> str:
    """The first few limitations, for an error that has to stand alone."""
    return "; ".join(limitation.detail for limitation in notes.limitations[:3]) or "no reason was found"


def _bare(view: memoryview, name: str, budget: Budget, notes: Notes) -> Part:
    """A file that is its own only entry."""
    entry = Entry(name, os.fsencode(name), name, -1, 0, STORED, len(view), len(view), None)
    return Part("", "dex", view, (entry,), budget=budget, notes=notes)


def _nested(outer: Part, kind: str, budget: Budget, notes: Notes) -> Iterator[Part]:
    """The containers inside the outer one that belong to the app."""
    for entry, role in nested_entries(outer, kind, notes):
        if budget.depth < 1:
            notes.add(
                "budget/depth", "containers inside the container were not opened: the budget's depth is 0", entry.path
            )
            continue
        view = _nested_view(outer, entry)
        part = read_container(view, f"{entry.path}!/", role, budget, notes) if view else None
        if part is not None:
            yield part
        elif view:
            notes.add("container/not-a-zip", "not opened: it has no zip directory that leads to an entry", entry.path)


def _nested_view(outer: Part, entry: Entry) -> memoryview | None:
    """Bytes of an inner container: a slice of the outer one when it is stored, so that a large split costs no copy."""
    if entry.method == STORED and entry.data >= 0 and entry.size == entry.compressed:
        end = entry.data + entry.size
        if end <= len(outer.view):
            return outer.view[entry.data : end]
    data = outer.read(entry)
    return None if data is None else memoryview(data)
