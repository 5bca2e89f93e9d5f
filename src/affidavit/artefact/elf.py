"""ELF files as the dynamic linker sees them: segments, the dynamic section, dynamic symbols, notes.

Sources: System V ABI (gABI), chapters "Object Files" and "Program Loading and Dynamic Linking"; the GNU hash table as
binutils writes it; Android's ELF notes (``.note.android.ident``). The linker does not need section headers, nor does
this reader; they only tell whether a static symbol table was left in. Every count and offset is checked.
"""

import re
import struct

import msgspec

from affidavit.artefact.elf_reader import Reader, Records
from affidavit.artefact.elf_symbols import Symbols, read_symbols
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
PT_GNU_STACK, PT_GNU_RELRO = 0x6474E551, 0x6474E552
_PF_X, _PF_W = 1, 2
_ET_DYN = 3
_SHT_SYMTAB = 2

_DT_NULL, _DT_NEEDED, _DT_SONAME, _DT_RPATH = 0, 1, 14, 15
_DT_TEXTREL, _DT_BIND_NOW, _DT_RUNPATH, _DT_FLAGS, _DT_FLAGS_1 = 22, 24, 29, 30, 0x6FFFFFFB
_DF_TEXTREL, _DF_BIND_NOW, _DF_1_NOW = 4, 8, 1

_MAX_DYNAMIC = 65_536
_MAX_NEEDED = 1_024
_MAX_NOTES = 1_024
_MAX_SEGMENTS = 1_024

_ABIS = {(3, 32): "x86", (40, 32): "armeabi-v7a", (62, 64): "x86_64", (183, 64): "arm64-v8a", (243, 64): "riscv64"}
_ABIS |= {(8, 32): "mips", (8, 64): "mips64"}
"""Android ABI by e_machine and class (NDK guide "Android ABIs"; e_machine values from the gABI)."""


class Elf(msgspec.Struct, frozen=True):
    """What an ELF file's headers say.

    Attributes:
        bits: 32 or 64. big_endian: byte order. machine: e_machine. kind: e_type (3 is a shared object or PIE).
        abi: Android ABI, or ``machine-N``.
        needed, soname, rpath (DT_RPATH or DT_RUNPATH): as written; empty when absent.
        symbols: dynamic symbols.
        nx: PT_GNU_STACK is there without the execute flag. relro: ``""``, ``"partial"`` or ``"full"``.
        textrel: relocations in the code segments. stripped: no static symbol table is listed.
        build_id: hex. code, constants: file offset and size of loaded segments that can be executed, and of those that
            can only be read. android_api, ndk: from the Android note; -1 and empty when absent.
        limitations: what could not be read.
    """

    bits: int
    big_endian: bool
    machine: int
    kind: int
    abi: str
    needed: tuple[str, ...]
    soname: str
    rpath: str
    symbols: Symbols
    nx: bool
    relro: str
    textrel: bool
    stripped: bool
    build_id: str
    code: tuple[tuple[int, int], ...]
    constants: tuple[tuple[int, int], ...]
    android_api: int
    ndk: str
    limitations: tuple[Limitation, ...]

    @property
    def position_independent(self) -> bool:
        """Whether it can be loaded at any address."""
        return self.kind == _ET_DYN


def read_elf(entry: str, data: bytes | memoryview) -> Elf | Limitation:
    """Read an ELF file.

    Args:
        entry: path for the places of limitations.
        data: the whole file.

    Returns:
        The file, perhaps with limitations; or one limitation when it is not ELF or even its header cannot be read.
    """
    raw = bytes(data)
    if raw[:4] != b"\x7fELF":
        return Limitation(
            "native/not-elf", "named as a native library, but it does not start as an ELF file", Place(entry)
        )
    if len(raw) < 52 or raw[4] not in (1, 2) or raw[5] not in (1, 2) or (raw[4] == 2 and len(raw) < 64):
        detail = "the ELF header is too short, or names a class or byte order that does not exist"
        return Limitation("native/bad-header", detail, Place(entry, 0))
    return _read(Reader(entry, raw, 64 if raw[4] == 2 else 32, ">" if raw[5] == 2 else "<"))


def _read(reader: Reader) -> Elf:
    kind, machine = struct.unpack_from(reader.order + "HH", reader.data, 16)
    form = "QQI6H" if reader.bits == 64 else "III6H"
    header = struct.unpack_from(reader.order + form, reader.data, 32 if reader.bits == 64 else 28)
    phoff, shoff, _, _, phentsize, phnum, shentsize, shnum, _ = header
    segments = _records(reader, "segment", phoff, phentsize, phnum)
    sections = _records(reader, "section", shoff, shentsize, shnum)
    if len(segments) > _MAX_SEGMENTS:
        reader.fault(
            "many-segments", f"{len(segments)} segments are stated; the first {_MAX_SEGMENTS} were read", phoff
        )
        segments = segments[:_MAX_SEGMENTS]
    loads = segments[segments["type"] == PT_LOAD]
    reader.loads = [(int(row["vaddr"]), int(row["offset"]), int(row["filesz"])) for row in loads]
    tags = _dynamic(reader, segments)
    values = dict(tags)  # of tags that repeat the last one counts, as in Android's linker
    symbols = read_symbols(reader, values, sections)
    stack = [row for row in segments if row["type"] == PT_GNU_STACK]
    flags, flags_1 = values.get(_DT_FLAGS, 0), values.get(_DT_FLAGS_1, 0)
    now = _DT_BIND_NOW in values or bool(flags & _DF_BIND_NOW) or bool(flags_1 & _DF_1_NOW)
    relro = bool((segments["type"] == PT_GNU_RELRO).any())
    notes = _notes(reader, segments)
    android = notes.get((b"Android", 1), b"")
    return Elf(
        bits=reader.bits,
        big_endian=reader.order == ">",
        machine=machine,
        kind=kind,
        abi=_ABIS.get((machine, reader.bits), f"machine-{machine}"),
        needed=tuple(reader.name(values, value) for tag, value in tags if tag == _DT_NEEDED),
        soname=reader.name(values, values[_DT_SONAME]) if _DT_SONAME in values else "",
        rpath=next((reader.name(values, values[tag]) for tag in (_DT_RUNPATH, _DT_RPATH) if tag in values), ""),
        symbols=symbols,
        nx=bool(stack) and not any(int(row["flags"]) & _PF_X for row in stack),
        relro=("full" if now else "partial") if relro else "",
        textrel=_DT_TEXTREL in values or bool(flags & _DF_TEXTREL),
        stripped=not bool((sections["type"] == _SHT_SYMTAB).any()),
        build_id=notes.get((b"GNU", 3), b"")[:64].hex(),
        code=_ranges(loads, _PF_X, _PF_X),
        constants=_ranges(loads, _PF_X | _PF_W, 0),
        android_api=struct.unpack_from(reader.order + "I", android)[0] if len(android) >= 4 else -1,
        ndk=_ndk(android),
        limitations=tuple(sorted(reader.limitations)),
    )


def _ranges(loads: Records, mask: int, wanted: int) -> tuple[tuple[int, int], ...]:
    """File offset and size of loaded segments, by their flags."""
    return tuple((int(row["offset"]), int(row["filesz"])) for row in loads if int(row["flags"]) & mask == wanted)


def _records(reader: Reader, what: str, offset: int, size: int, count: int) -> Records:
    """Program or section headers; none, with a limitation, when the stated record size is not the format's."""
    expected = reader.record(what).itemsize
    if count and size != expected:
        reader.fault(
            f"bad-{what}-size", f"{what} headers of {size} bytes are stated, the format has {expected}: none was read"
        )
        count = 0
    return reader.table(what, offset, count)


def _dynamic(reader: Reader, segments: Records) -> list[tuple[int, int]]:
    """Tags and values of the dynamic section up to DT_NULL, found by its address as the linker does."""
    for row in segments[segments["type"] == PT_DYNAMIC][:1]:
        size = reader.record("dynamic").itemsize
        address, room = int(row["vaddr"]), int(row["memsz"]) // size
        offset, loaded = reader.loaded(address)
        if offset < 0:
            reader.fault("bad-dynamic", "the dynamic section is not in a loaded segment: needed libraries are unknown")
            return []
        room = min(room, loaded // size)
        if room > _MAX_DYNAMIC:
            reader.fault("many-dynamic", f"the dynamic section has {room} records; the first {_MAX_DYNAMIC} were read")
        table = reader.table("dynamic", offset, min(room, _MAX_DYNAMIC))
        return _until_null(list(zip(table["tag"].tolist(), table["value"].tolist(), strict=True)), reader)
    return []


def _until_null(tags: list[tuple[int, int]], reader: Reader) -> list[tuple[int, int]]:
    """The records before DT_NULL, those of DT_NEEDED bounded in number."""
    end = next((index for index, (tag, _) in enumerate(tags) if tag == _DT_NULL), len(tags))
    needed = [index for index, (tag, _) in enumerate(tags[:end]) if tag == _DT_NEEDED]
    if len(needed) > _MAX_NEEDED:
        reader.fault("many-needed", f"{len(needed)} needed libraries are listed; the first {_MAX_NEEDED} were read")
        end = needed[_MAX_NEEDED]
    return tags[:end]


def _notes(reader: Reader, segments: Records) -> dict[tuple[bytes, int], bytes]:
    """Notes of all PT_NOTE segments: (owner, type) -> content; the first of each."""
    notes: dict[tuple[bytes, int], bytes] = {}
    count = 0
    for row in segments[segments["type"] == PT_NOTE]:
        at = int(row["offset"])
        end = min(at + int(row["filesz"]), len(reader.data))
        while at + 12 <= end:
            count += 1
            if count > _MAX_NOTES:
                reader.fault("many-notes", f"there are more than {_MAX_NOTES} notes; the rest was not read", at)
                return notes
            name_size, size, kind = struct.unpack_from(reader.order + "III", reader.data, at)
            content = at + 12 + (name_size + 3 & ~3)
            if content + size > end:
                reader.fault("bad-note", "a note passes the end of its segment", at)
                break
            owner = reader.data[at + 12 : at + 12 + min(name_size, 64)].rstrip(b"\0")
            notes.setdefault((owner, kind), reader.data[content : content + size])
            at = content + (size + 3 & ~3)
    return notes


def _ndk(note: bytes) -> str:
    """NDK release in an Android note (API level, then 64 bytes of NDK version, then 64 of build number)."""
    found = re.match(rb"r[0-9]{1,3}[a-z]?(?:-[a-z0-9]{1,16})?", note[4:68])
    return found[0].decode() if found else ""
