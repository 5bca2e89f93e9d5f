"""A file of arrays: one header, aligned arrays, a digest. Mapped into memory, or packed into fewer bytes.

All numbers are little-endian. Eight bytes that name the kind of file (`Form.magic`), version of the format (uint32),
length of the header (uint32); the header, which is JSON and has the list of arrays (`Section`); the arrays, each at a
multiple of 64 bytes from the start of the file; last 32 bytes: SHA-256 over all before them.

Whoever gives the file may be hostile: everything is checked before it is used, and a file that does not fit is refused.
What the arrays mean, and whether their numbers fit each other, is up to whoever opens it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeVar

import deflate
import msgspec
import numpy as np
import numpy.typing as npt

from affidavit.model.errors import KnowledgeError

Array = npt.NDArray[Any]
Arrays = dict[str, Array]

DIGEST: Final = 32
_ALIGN: Final = 64
_LARGEST: Final = 1 << 33
"""Bytes that all arrays of a file may have together once they are unpacked."""
_HEADER: Final = 1 << 28
_LEVEL: Final = 12
_MAX_RATIO: Final = 1_032
"""As `artefact.inflate` has it for hostile archives, which this package knows nothing of."""


class Section(msgspec.Struct, frozen=True):
    """An array in the file: how many items, where its bytes start, how many there are.

    In a packed file the bytes are deflated: all first bytes of the items, then all second ones, and so on.
    """

    name: str
    count: int
    offset: int
    size: int


class Header(Protocol):
    """What the header of every kind of file has."""

    @property
    def packed(self) -> bool:
        """Whether the arrays are deflated."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """The arrays."""


H = TypeVar("H", bound=Header)


class Form(msgspec.Struct, frozen=True):
    """A kind of file.

    Attributes:
        magic: its first eight bytes. version: of the format.
        title, short: what people call it, in full and in short (``index of known code``, ``index``).
        make: advice for whoever gave another kind of file. again: for whoever gave one that is damaged or too old.
    """

    magic: bytes
    version: int
    title: str
    short: str
    make: str
    again: str

    def misfit(self, what: str) -> KnowledgeError:
        """The error for a part of the file that does not fit the others."""
        return KnowledgeError(
            f"the {self.short} is damaged: its part {what!r} does not fit the others", advice=self.again
        )


def written(form: Form, header: Header, arrays: Mapping[str, Array], dtypes: Mapping[str, str]) -> bytes:
    """The file of some arrays.

    Args:
        form: its kind.
        header: what it says; its sections are filled in here.
        arrays: what it holds, in that order.
        dtypes: of each array in the file.
    """
    chunks = [_bytes(array, dtypes[key], packed=header.packed) for key, array in arrays.items()]
    blank = [
        Section(key, len(array), 0, len(chunk)) for (key, array), chunk in zip(arrays.items(), chunks, strict=True)
    ]
    # Offsets take at most 20 digits each.
    room = len(msgspec.json.encode(_with(header, blank))) + 20 * len(blank)
    at = _aligned(len(form.magic) + 8 + room)
    placed = []
    for section in blank:
        placed.append(msgspec.structs.replace(section, offset=at))
        at = _aligned(at + section.size)
    said = msgspec.json.encode(_with(header, placed)).ljust(room)
    head = form.magic + form.version.to_bytes(4, "little") + room.to_bytes(4, "little") + said
    body = b"".join(part.ljust(_aligned(len(part)), b"\0") for part in (head, *chunks))
    return body + hashlib.sha256(body).digest()


def header_of(form: Form, view: memoryview, kind: type[H], *, own: bool = False) -> tuple[H, str]:
    """What a file says of itself, once its digest is right; and the digest, in hex.

    Args:
        form: the kind of file that is expected.
        view: its bytes.
        kind: of its header.
        own: whether the file was installed with this code, and is taken as it is; reading all of it costs most.

    Raises:
        KnowledgeError: it is another kind of file, of another version, or damaged.
    """
    before = len(form.magic) + 8
    if bytes(view[: len(form.magic)]) != form.magic:
        article = "an" if form.title[0] in "aeiou" else "a"
        what = f"an empty file is not {article} {form.title}" if not len(view) else f"not {article} {form.title}"
        raise KnowledgeError(what, advice=form.make)
    if len(view) < before + DIGEST:
        raise KnowledgeError(f"the {form.short} is cut short: it has {len(view)} bytes", advice=form.again)
    version, room = (int.from_bytes(view[at : at + 4], "little") for at in (before - 8, before - 4))
    if version == int.from_bytes(form.version.to_bytes(4, "big"), "little"):
        what = f"the {form.short} has its numbers in the other byte order, highest byte first"
        raise KnowledgeError(what, advice=form.again)
    if version != form.version:
        raise KnowledgeError(f"the {form.short} has format {version}, not {form.version}", advice=form.again)
    digest = bytes(view[-DIGEST:])
    if not own and hashlib.sha256(view[:-DIGEST]).digest() != digest:
        what = f"the {form.short} is damaged or cut short: its digest is not that of its bytes"
        raise KnowledgeError(what, advice=form.again)
    if room > min(_HEADER, len(view) - before - DIGEST):
        raise form.misfit("header")
    try:
        return msgspec.json.decode(view[before : before + room], type=kind), digest.hex()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"the {form.short} is damaged: its header: {error}", advice=form.again) from None


def arrays_in(form: Form, view: memoryview, header: Header, dtypes: Mapping[str, str]) -> Arrays:
    """The arrays of a file whose header was read; those of one that is not packed lie in it.

    Raises:
        KnowledgeError: they are others than those of `dtypes`, in that order, or do not lie in the file.
    """
    if [section.name for section in header.sections] != list(dtypes):
        raise form.misfit("sections")
    if sum(section.count * np.dtype(dtypes[section.name]).itemsize for section in header.sections) > _LARGEST:
        raise form.misfit("sections")
    return {
        section.name: _array(form, view, section, dtypes[section.name], packed=header.packed)
        for section in header.sections
    }


def check_rows(form: Form, what: str, start: Array, count: int, total: int) -> None:
    """Refuse starts of rows that do not go from nothing to everything without turning back.

    Raises:
        KnowledgeError: they do not.
    """
    if (
        not len(start)
        or len(start) != count + 1
        or start[0] != 0
        or start[-1] != total
        or (start[1:] < start[:-1]).any()
    ):
        raise form.misfit(what)


def starts(form: Form, what: str, counts: Array, total: int) -> npt.NDArray[np.int64]:
    """Where rows of some lengths start, and the last one ends.

    Raises:
        KnowledgeError: they do not end at `total`.
    """
    made = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    if int(made[-1]) != total:
        raise form.misfit(what)
    return made


def _with(header: Header, sections: list[Section]) -> Any:
    """A header with its sections; every header is a frozen struct."""
    return msgspec.structs.replace(header, sections=tuple(sections))  # type: ignore[type-var]


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _bytes(array: Array, dtype: str, *, packed: bool) -> bytes:
    fixed = np.ascontiguousarray(array.astype(dtype))
    if not packed:
        return fixed.tobytes()
    planes = fixed.view(np.uint8).reshape(len(fixed), fixed.itemsize).T.tobytes()
    return bytes(deflate.deflate_compress(planes, _LEVEL)) if planes else b""


def _array(form: Form, view: memoryview, section: Section, dtype: str, *, packed: bool) -> Array:
    width = np.dtype(dtype).itemsize
    count, offset, size = section.count, section.offset, section.size
    whole = count * width
    if min(count, offset, size) < 0 or offset % _ALIGN or offset + size > len(view) - DIGEST:
        raise form.misfit(section.name)
    stored = view[offset : offset + size]
    if not packed:
        if size != whole:
            raise form.misfit(section.name)
        return np.frombuffer(stored, dtype)
    if not whole:
        return np.empty(0, dtype)
    if whole > size * _MAX_RATIO:
        raise form.misfit(section.name)
    try:
        planes = deflate.deflate_decompress(stored, whole)
    except deflate.DeflateError:
        raise form.misfit(section.name) from None
    if len(planes) != whole:
        raise form.misfit(section.name)
    return np.ascontiguousarray(np.frombuffer(planes, np.uint8).reshape(width, count).T).reshape(-1).view(dtype)
