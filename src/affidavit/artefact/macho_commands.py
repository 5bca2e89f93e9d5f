"""Load commands of one Mach-O image: libraries, versions, identity, encryption, and where the code signature lies.

Source: Apple's ``mach-o/loader.h``. Commands that say nothing about these are stepped over.
"""

import struct

import msgspec

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_REQUIRED = 0x80000000
"""LC_REQ_DYLD: the loader must know the command; it is no part of what the command is."""
_LIBRARIES = {0x0C, 0x18, 0x1F, 0x20, 0x23}
"""LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB, LC_LAZY_LOAD_DYLIB, LC_LOAD_UPWARD_DYLIB."""
_SECTIONS = {0x01: (48, 56, 68, "II", 36), 0x19: (64, 72, 80, "QI", 40)}
"""LC_SEGMENT, LC_SEGMENT_64: where the number of sections stands, where the first one, bytes of each; how its size and
offset are written, and where in it."""
_MAX_SECTIONS = 256
_UUID, _RPATH, _SIGNATURE, _BUILD = 0x1B, 0x1C, 0x1D, 0x32
_ENCRYPTION = {0x21, 0x2C}
_MINIMA = {0x24: "macos", 0x25: "ios", 0x2F: "tvos", 0x30: "watchos"}
_PLATFORMS = (
    "", "macos", "ios", "tvos", "watchos", "bridgeos", "mac-catalyst", "ios-simulator", "tvos-simulator",
    "watchos-simulator", "driverkit", "visionos", "visionos-simulator",
)  # fmt: skip
_SMALLEST = {_UUID: 24, _SIGNATURE: 16, _BUILD: 24} | dict.fromkeys(_ENCRYPTION, 20) | dict.fromkeys(_MINIMA, 16)
_MAX_LIBRARIES = 1_024
_MAX_NAME = 1_024
_MAX_FAULTS = 8
"""How many faults of one kind are said of one file; what they mean does not change with their number."""


class Range(msgspec.Struct, frozen=True):
    """Bytes of an image: `offset` counts from its start."""

    offset: int
    size: int


class Encryption(msgspec.Struct, frozen=True):
    """Bytes that are encrypted: `system` (cryptid) is 0 where they were meant to be and are not."""

    offset: int
    size: int
    system: int


class Commands(msgspec.Struct):
    """What the load commands say; empty or None where they say nothing.

    Attributes:
        libraries: install names of the libraries that are loaded with it. rpaths: where they are looked for.
        uuid: hex. platform: ``ios`` and so on. minimum, sdk: versions (``15.0``).
        signature: the code signature. encryption: bytes that FairPlay encrypts.
        info: a property list inside the image (section ``__info_plist``), as libraries without a folder have it.
    """

    libraries: list[str] = []
    rpaths: list[str] = []
    uuid: str = ""
    platform: str = ""
    minimum: str = ""
    sdk: str = ""
    signature: Range | None = None
    encryption: Encryption | None = None
    info: Range | None = None


class ImageBytes(msgspec.Struct, frozen=True):
    """One image's bytes while they are read.

    Attributes:
        entry: path for places. view: the bytes. order: ``<`` or ``>``. base: offset of the image in the file.
    """

    entry: str
    view: memoryview
    order: str
    base: int


def read_commands(image: ImageBytes, start: int, end: int, count: int, faults: list[Limitation]) -> Commands:
    """Read the load commands of one image.

    Args:
        image: where they are.
        start: offset of the first in the image.
        end: offset after the last.
        count: how many there are.
        faults: grows by what cannot be read.
    """
    found = Commands()
    at = start
    for number in range(count):
        command, size = struct.unpack_from(f"{image.order}II", image.view, at) if at + 8 <= end else (0, 0)
        if size < 8 or at + size > end:
            detail = f"load command {number} of {count} has {size} of {end - at} bytes; it and later ones are unknown"
            _fault(faults, image, "bad", detail, at)
            break
        kind = command & ~_REQUIRED
        if size < _SMALLEST.get(kind, 0):
            _fault(faults, image, "bad", f"load command {number} is shorter than its kind needs; it is unknown", at)
        elif not _take(found, kind, image.view[at : at + size], image.order):
            detail = "a load command that should be there once occurs again, or one kind too often: the first count"
            _fault(faults, image, "repeated", detail, at)
        at += size
    return found


_KINDS = {"bad": "native/macho-bad-command", "repeated": "native/macho-repeated-command"}


def _fault(faults: list[Limitation], image: ImageBytes, cause: str, detail: str, at: int) -> None:
    if sum(known.kind == _KINDS[cause] for known in faults) < _MAX_FAULTS:
        faults.append(Limitation(_KINDS[cause], detail, Place(image.entry, image.base + at)))


def _take(found: Commands, kind: int, raw: memoryview, order: str) -> bool:
    """Keep what one command says; whether there was room for it."""
    if kind in _LIBRARIES or kind == _RPATH:
        return _named(found.rpaths if kind == _RPATH else found.libraries, raw, order)
    if kind in _MINIMA:
        return _versions(found, _MINIMA[kind], *struct.unpack_from(f"{order}II", raw, 8))
    if kind == _BUILD:
        platform, minimum, sdk = struct.unpack_from(f"{order}III", raw, 8)
        name = _PLATFORMS[platform] if 0 < platform < len(_PLATFORMS) else f"platform-{platform}"
        return _versions(found, name, minimum, sdk)
    if kind in _SECTIONS:
        return _section(found, kind, raw, order)
    return _single(found, kind, raw, order)


def _single(found: Commands, kind: int, raw: memoryview, order: str) -> bool:
    """Keep a command that an image has once."""
    if kind == _UUID:
        return _once(found, "uuid", bytes(raw[8:24]).hex())
    if kind == _SIGNATURE:
        return _once(found, "signature", Range(*struct.unpack_from(f"{order}II", raw, 8)))
    if kind in _ENCRYPTION:
        return _once(found, "encryption", Encryption(*struct.unpack_from(f"{order}III", raw, 8)))
    return True


def _section(found: Commands, kind: int, raw: memoryview, order: str) -> bool:
    """Keep where the property list inside the image lies."""
    count_at, start, width, form, size_at = _SECTIONS[kind]
    count = struct.unpack_from(f"{order}I", raw, count_at)[0] if len(raw) >= start else 0
    for at in range(start, min(start + min(count, _MAX_SECTIONS) * width, len(raw) - width + 1), width):
        if bytes(raw[at : at + 16]).rstrip(b"\0") == b"__info_plist":
            size, offset = struct.unpack_from(f"{order}{form}", raw, at + size_at)
            return _once(found, "info", Range(offset, size))
    return True


def _once(found: Commands, field: str, value: object) -> bool:
    if getattr(found, field):
        return False
    setattr(found, field, value)
    return True


def _named(names: list[str], raw: memoryview, order: str) -> bool:
    """Keep a name: its offset in the command stands first, it ends with NUL or with the command."""
    if len(names) >= _MAX_LIBRARIES or len(raw) < 12:
        return False
    start = struct.unpack_from(f"{order}I", raw, 8)[0]
    text = bytes(raw[start : start + _MAX_NAME]).partition(b"\0")[0]
    names.append(text.decode("utf-8", "backslashreplace"))
    return True


def _versions(found: Commands, platform: str, minimum: int, sdk: int) -> bool:
    """Keep platform and versions, which are packed as 16 bits and two of 8; a later command for another one is not."""
    if found.platform:
        return platform != found.platform  # zippered files state a second platform; that is no fault
    found.platform, found.minimum, found.sdk = platform, _version(minimum), _version(sdk)
    return True


def _version(packed: int) -> str:
    """``15.0`` or ``15.0.1``; empty for 0."""
    major, minor, patch = packed >> 16, packed >> 8 & 0xFF, packed & 0xFF
    return f"{major}.{minor}" + (f".{patch}" if patch else "") if packed else ""
