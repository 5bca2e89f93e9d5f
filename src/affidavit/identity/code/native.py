"""What a native library is recognised by: the same kind of tokens as classes have, one set for each file.

Symbols, strings, 64-bit constants, and windows of ten instructions without their registers and distances. Windows are
taken of 64-bit ARM alone and sampled (FracMinHash), since there are as many as instructions.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from affidavit.artefact.ar import MAGIC, members
from affidavit.artefact.elf import read_elf
from affidavit.artefact.macho import Slice, read_macho, slices
from affidavit.artefact.macho_symbols import passing, symbols
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.signatures import U64, Signatures
from affidavit.identity.code.sketch import mixed
from affidavit.identity.code.tokens import KIND_MASK, Kind, token
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_RUNS = re.compile(rb"[\x20-\x7e]{6,400}\0?")
"""Printable text, and the zero that compilers write after it: without one it is mostly code that looks like text."""
_MOST = 400_000
"""Tokens of one file: the largest real libraries have a tenth of it."""
KEPT = 1_024
"""Tokens of one file that an index keeps, beside that of its build id."""
_WINDOW = 10
_SAMPLE = 64
_ARM64 = 183
_HOLDERS = (MAGIC, b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
"""How files begin that hold others; in archives real ones do not lie, and a chain of them would have no end."""
_MIX = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)


@dataclass(frozen=True, slots=True, eq=False)
class NativeSignature:
    """One native file.

    Attributes:
        entry: its path. build: build id (ELF) or UUID (Mach-O), hex, or empty. size: bytes.
        tokens: sorted, distinct.
        limitations: what could not be read.
    """

    entry: str
    build: str
    size: int
    tokens: U64
    limitations: tuple[Limitation, ...] = ()


def of_native(entry: str, data: bytes) -> NativeSignature:
    """Read an ELF file, a Mach-O file or a static archive of such; one that is none has no tokens, and says why.

    Args:
        entry: path for places.
        data: the whole file.
    """
    if data.startswith(MAGIC):
        return _archive(entry, data)
    return _elf(entry, data) if data.startswith(b"\x7fELF") else _macho(entry, data)


def _elf(entry: str, data: bytes) -> NativeSignature:
    elf = read_elf(entry, data)
    if isinstance(elf, Limitation):
        return NativeSignature(entry, "", len(data), np.empty(0, np.uint64), (elf,))
    found = _of_symbols(elf.symbols.imports, elf.symbols.exports)
    known = {name.encode() for name in (*elf.symbols.imports, *elf.symbols.exports)}
    found |= _strings(data, known)
    order = ">" if elf.big_endian else "<"
    for start, size in elf.constants:
        found |= _constants(data[start : start + size], order)
    parts = [np.array(sorted(found), np.uint64)]
    if elf.machine == _ARM64:
        parts += [_windows(data[start : start + size]) for start, size in elf.code]
    tokens = np.concatenate([*parts, _of_build(elf.build_id)])
    return NativeSignature(entry, elf.build_id, len(data), _bounded(tokens), elf.limitations)


def _macho(entry: str, data: bytes) -> NativeSignature:
    """One image, or static archive, of those that a file has: the others are the same code for other processors."""
    faults: list[Limitation] = []
    chosen = max(slices(entry, memoryview(data), faults), key=_preferred, default=Slice(0, 0))
    part = data[chosen.offset : chosen.offset + chosen.size]
    if part.startswith(MAGIC):
        inside = _archive(entry, part)
        return replace(inside, size=len(data), limitations=(*faults, *inside.limitations))
    file = read_macho(entry, part)
    if isinstance(file, Limitation):
        return NativeSignature(entry, "", len(data), np.empty(0, np.uint64), (*faults, file))
    image = file.images[0]
    order = ">" if part[:1] == b"\xfe" else "<"
    taken, offered, left, names = symbols(memoryview(part), order, image.bits)
    # Names of local symbols are texts too, and so is what debuggers read: whoever links and strips takes them away.
    lasting = _without(part, [names, *passing(memoryview(part), order, image.bits)])
    found = _of_symbols(taken, offered) | _strings(lasting, set())
    build = image.commands.uuid
    tokens = np.concatenate([np.array(sorted(found), np.uint64), _of_build(build)])
    detail = f"{left:,} rows of the symbol table were not read: there are more than real files have, or their names are"
    unread = (Limitation("native/many-symbols", detail, Place(entry), count=left),) if left else ()
    return NativeSignature(entry, build, len(data), _bounded(tokens), (*faults, *file.limitations, *unread))


def _preferred(part: Slice) -> tuple[bool, bool, int]:
    """What most devices run comes first."""
    return part.cpu == "arm64", "64" in part.cpu, part.size


def _archive(entry: str, data: bytes) -> NativeSignature:
    """All members together."""
    limitations: list[Limitation] = []
    parts = [
        of_native(f"{entry}({name})", data[start : start + size])
        for name, start, size in members(entry, memoryview(data), limitations)
        if not data.startswith(_HOLDERS, start)
    ]
    tokens = np.concatenate([part.tokens for part in parts] or [np.empty(0, np.uint64)])
    stated = [item for part in parts for item in part.limitations]
    return NativeSignature(entry, "", len(data), _bounded(tokens), (*limitations, *stated))


def texts(data: bytes, wanted: Collection[int]) -> dict[int, str]:
    """The symbols and strings of a file that some of its tokens stand for; of very short ones nothing is told.

    Args:
        data: the whole file.
        wanted: tokens.
    """
    found: dict[int, str] = {}
    for run in sorted(_runs(data)):
        for made in (token(Kind.NATIVE_STRING, run), *(token(Kind.SYMBOL, sign + run) for sign in (b"<", b">"))):
            if made in wanted:
                found[made] = run.decode("ascii")
    return found


def build_token(build: str) -> int:
    """The token of a build id: whoever has it has this very file, or claims to."""
    return token(Kind.SYMBOL, b"#" + build.encode())


def _of_build(build: str) -> U64:
    return np.array([build_token(build)] if build else [], np.uint64)


def sampled(native: NativeSignature) -> NativeSignature:
    """A native file as an index keeps it: of a large one a sample, so that no library fills the index.

    The tokens with the smallest keys, as in sketches, and its build id's.
    """
    if len(native.tokens) <= KEPT:
        return native
    kept = native.tokens[np.argsort(mixed(native.tokens), kind="stable")[:KEPT]]
    left = native.tokens[np.isin(native.tokens, _of_build(native.build))]
    return replace(native, tokens=np.union1d(kept, left))


def rows_of(natives: Sequence[NativeSignature]) -> Signatures:
    """Native files in the shape of classes, for the index: no graph, the path as the name, samples of large ones."""
    natives = [sampled(item) for item in natives]
    count = len(natives)
    none = np.full(count, -1, np.int32)
    return Signatures(
        tuple(item.entry for item in natives),
        np.cumsum([0, *(len(item.tokens) for item in natives)]).astype(np.int64),
        np.concatenate([*(item.tokens for item in natives), np.empty(0, np.uint64)]),
        Csr(np.zeros(count + 1, np.int32), np.empty(0, np.int32)),
        np.array([min(item.size, 0x7FFFFFFF) for item in natives], np.int32),
        none,
        none,
    )


def _of_symbols(taken: tuple[str, ...] | list[str], offered: tuple[str, ...] | list[str]) -> set[int]:
    found = {token(Kind.SYMBOL, b"<" + name.encode("utf-8", "replace")) for name in taken}
    return found | {token(Kind.SYMBOL, b">" + name.encode("utf-8", "replace")) for name in offered}


def _strings(data: bytes, known: set[bytes]) -> set[int]:
    """Texts, symbols left out."""
    return {token(Kind.NATIVE_STRING, run) for run in _runs(data) - known}


def _runs(data: bytes) -> set[bytes]:
    """Runs of printable ASCII that end with a zero."""
    return {run[:-1] for run in _RUNS.findall(data) if run.endswith(b"\0")}


def _without(data: bytes, ranges: Sequence[tuple[int, int]]) -> bytes:
    """The bytes outside of some ranges (offset, size)."""
    kept, at = list[bytes](), 0
    for start, size in sorted(ranges):
        kept.append(data[at : max(at, start)])
        at = max(at, start + size)
    return b"".join([*kept, data[at:]])


def _constants(data: bytes, order: str) -> set[int]:
    """Aligned 64-bit words that are neither small, nor text, nor of few different bytes."""
    words = np.unique(np.frombuffer(data, f"{order}u8", len(data) // 8))
    octets = words.astype("<u8").view(np.uint8).reshape(-1, 8)
    ordered = np.sort(octets, axis=1)
    different = 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1)
    text = ((octets >= 0x20) & (octets < 0x7F)).all(axis=1)
    kept = words[(different >= 6) & ~text]
    return {token(Kind.CONSTANT, int(word).to_bytes(8, "little")) for word in kept[:_MOST].tolist()}


def _windows(code: bytes) -> U64:
    """Sampled hashes of ten instructions in a row (Arm A64: fixed 32 bits), by what tells the operation."""
    words = np.frombuffer(code, "<u4", len(code) // 4).astype(np.uint64)
    if len(words) < _WINDOW:
        return np.empty(0, np.uint64)
    # The top eleven bits name most operations; of branches with long distances only six do.
    kept = words >> np.uint64(21)
    far = (words >> np.uint64(26)) & np.uint64(0x1F) == 5
    kept[far] &= np.uint64(0x7E0)
    hashes: npt.NDArray[np.uint64] = np.zeros(len(words) - _WINDOW + 1, np.uint64)
    for step in range(_WINDOW):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + kept[step : len(kept) - _WINDOW + 1 + step]
    for factor in _MIX:
        hashes ^= hashes >> np.uint64(33)
        hashes *= np.uint64(factor)
    chosen = np.unique(hashes[hashes < np.uint64((1 << 64) // _SAMPLE)])
    return chosen & ~np.uint64(KIND_MASK) | np.uint64(Kind.WINDOW)


def _bounded(tokens: U64) -> U64:
    return np.unique(tokens)[:_MOST]
