"""Native libraries: what their headers and dynamic symbols say. Their code is not decompiled."""

from collections.abc import Iterator
from functools import cache

import msgspec
import numpy as np

from affidavit.artefact.elf import Elf, read_elf
from affidavit.facts.reading import bounded, make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.identity import BuildTool
from affidavit.model.limitation import Limitation
from affidavit.model.native import NativeLibrary
from affidavit.model.place import Place

NAME = "native"
VERSION = 1

_JNI_SHOWN = 64
_NAME_LIMIT = 256
_NEEDED_SHOWN = 128
_SHORTEST_STRING = 6
_CHUNK = 256 << 10


class Group(msgspec.Struct, frozen=True):
    """Imports that are worth naming for the same reason."""

    id: str
    why: str
    names: tuple[str, ...]


class Imports(msgspec.Struct, frozen=True):
    """The document ``knowledge/native/imports``."""

    source: str
    licence: str
    date: str
    groups: tuple[Group, ...]


@cache
def notable_imports() -> dict[str, Group]:
    """Function name -> why its import is worth naming.

    Raises:
        KnowledgeError: compiled knowledge is missing or breaks its schema.
    """
    return {
        name: group
        for document in load("native", Imports).values()
        for group in document.groups
        for name in group.names
    }


def extract(entry_path: str, data: bytes, limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts about one native library.

    Args:
        entry_path: as `Place.entry` has it.
        data: the whole file.
        limitations: grows by what cannot be read.

    Yields:
        One `NativeLibrary`, and a `BuildTool` when a note names the NDK; nothing when the file is no readable ELF file
        (then there is a limitation).
    """
    elf = read_elf(entry_path, data)
    if isinstance(elf, Limitation):
        limitations.append(elf)
        return
    limitations.extend(elf.limitations)
    place = Place(entry_path, 0)
    yield make_fact(_library(entry_path, data, elf), place, f"{NAME}/{VERSION}")
    if elf.ndk:
        what = BuildTool("ndk", elf.ndk, f"ELF note Android: NDK {elf.ndk}, API level {elf.android_api}")
        yield make_fact(what, Place(entry_path), f"{NAME}/{VERSION}")


def _library(entry_path: str, data: bytes, elf: Elf) -> NativeLibrary:
    symbols = elf.symbols
    jni = sorted({name for name in symbols.exports if name.startswith("Java_")})
    notable = notable_imports()
    return NativeLibrary(
        name=bounded(entry_path.rpartition("/")[2], _NAME_LIMIT),
        format="elf-be" if elf.big_endian else "elf",
        abi=_abi(entry_path, elf),
        bits=elf.bits,
        soname=bounded(elf.soname, _NAME_LIMIT),
        needed=tuple(bounded(name, _NAME_LIMIT) for name in elf.needed[:_NEEDED_SHOWN]),
        hardening=_hardening(elf),
        jni=tuple(bounded(name, _NAME_LIMIT) for name in jni[:_JNI_SHOWN]),
        jni_count=len(jni),
        registers_natives="JNI_OnLoad" in symbols.exports,
        imports=len(symbols.imports),
        exports=len(symbols.exports),
        notable_imports=tuple(sorted({name for name in symbols.imports if name in notable})),
        build_id=elf.build_id,
        strings=count_strings(data),
    )


def _abi(entry_path: str, elf: Elf) -> str:
    """The machine's ABI; 32-bit ARM has two, which the headers do not tell apart, so that the folder decides."""
    if elf.abi == "armeabi-v7a" and "/armeabi/" in f"/{entry_path}":
        return "armeabi"
    return elf.abi


def _hardening(elf: Elf) -> tuple[str, ...]:
    """Vocabulary words of `NativeLibrary.hardening` that hold."""
    imports = set(elf.symbols.imports)
    checked = any(name.startswith("__") and name.endswith("_chk") for name in imports - {"__stack_chk_fail"})
    words = {
        "pie": elf.position_independent,
        "nx": elf.nx,
        f"relro-{elf.relro}": bool(elf.relro),
        "canary": "__stack_chk_fail" in imports,
        "fortify": checked,
        "stripped": elf.stripped,
        "rpath": bool(elf.rpath),
        "text-relocations": elf.textrel,
    }
    return tuple(sorted(word for word, holds in words.items() if holds))


def count_strings(data: bytes) -> int:
    """Runs of at least six printable ASCII bytes, in all of the file: the places where six follow each other, first."""
    raw = np.frombuffer(data, np.uint8)
    count, before = 0, False
    for start in range(0, len(raw), _CHUNK):
        printable = raw[start : start + _CHUNK + _SHORTEST_STRING - 1] - np.uint8(0x20) < 0x5F
        two = printable[:-1] & printable[1:]
        four = two[:-2] & two[2:]
        six = four[:-2] & two[4:]
        if len(six):
            count += int(np.count_nonzero(six[1:] > six[:-1])) + bool(six[0] and not before)
            before = bool(six[-1])
    return count
