"""Mach-O files, for one architecture or several: where each image lies, and what its load commands say.

Sources: Apple's ``mach-o/loader.h`` (header and load commands) and ``mach-o/fat.h`` (files for several architectures).
Code is not decoded. Offsets are those of the file, for a fact needs them as its place; every count and size is checked.
"""

import struct
from typing import NamedTuple

import msgspec

from affidavit.artefact.macho_commands import Commands, ImageBytes, read_commands
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_FAT, _FAT64 = 0xCAFEBABE, 0xCAFEBABF
_ORDERS = {b"\xce\xfa\xed\xfe": ("<", 32), b"\xcf\xfa\xed\xfe": ("<", 64)}
_ORDERS |= {b"\xfe\xed\xfa\xce": (">", 32), b"\xfe\xed\xfa\xcf": (">", 64)}
_HEADER = {32: 28, 64: 32}
_MAX_IMAGES = 32
_MAX_COMMANDS = 10_000
_ABI64, _ABI64_32 = 0x01000000, 0x02000000
_CPUS = {7: "i386", 7 | _ABI64: "x86_64", 12: "arm", 12 | _ABI64: "arm64", 12 | _ABI64_32: "arm64_32"}
_SUBTYPES = {(12, 6): "armv6", (12, 9): "armv7", (12, 11): "armv7s", (12, 12): "armv7k", (12 | _ABI64, 2): "arm64e"}
"""Names as ``lipo`` has them, by cputype and cpusubtype without its capability bits (``mach/machine.h``)."""
_KINDS = {1: "object", 2: "execute", 6: "dylib", 7: "dylinker", 8: "bundle", 9: "stub", 10: "symbols", 11: "kext"}
_PIE = 0x200000


class Image(msgspec.Struct, frozen=True):
    """The image for one architecture.

    Attributes:
        offset, size: where it lies in the file, in bytes; the offsets in `commands` are counted from there.
        arch: ``arm64`` and so on, or ``cpu-N``. bits: 32 or 64. kind: ``execute``, ``dylib`` ..., or ``type-N``.
        pie: whether the program may be loaded at any address (MH_PIE).
        commands: what its load commands say.
    """

    offset: int
    size: int
    arch: str
    bits: int
    kind: str
    pie: bool
    commands: Commands


class Slice(NamedTuple):
    """Where one architecture's part of a file lies; `cpu` is its name, empty when the file is for one alone."""

    offset: int
    size: int
    cpu: str = ""


class MachO(msgspec.Struct, frozen=True):
    """A file: its images in the order of the file, and what could not be read."""

    images: tuple[Image, ...]
    limitations: tuple[Limitation, ...] = ()


def read_macho(entry: str, data: bytes | memoryview) -> MachO | Limitation:
    """Read a Mach-O file.

    Args:
        entry: path for the places of limitations.
        data: the whole file.

    Returns:
        The file, perhaps with limitations; or one limitation when it is no Mach-O file or even its header is cut off.
    """
    view = memoryview(data)
    images: list[Image] = []
    faults: list[Limitation] = []
    for offset, size, _ in slices(entry, view, faults):
        image = _image(entry, view, offset, size, faults)
        if image is not None:
            images.append(image)
    if not images:
        return faults[0] if faults else Limitation("native/macho-none", "no Mach-O image is in the file", Place(entry))
    return MachO(tuple(images), tuple(faults))


def slices(entry: str, view: memoryview, faults: list[Limitation]) -> list[Slice]:
    """The parts of a file, which may be images or static archives; those that do not lie in the file are said.

    Args:
        entry: path for the places of limitations.
        view: the whole file.
        faults: grows by what cannot be read.
    """
    magic = struct.unpack_from(">I", view)[0] if len(view) >= 8 else 0
    if magic not in (_FAT, _FAT64):
        return [Slice(0, len(view))]
    form = struct.Struct(">IIIII" if magic == _FAT else ">IIQQII")
    (count,) = struct.unpack_from(">I", view, 4)
    room = (len(view) - 8) // form.size
    if count > min(room, _MAX_IMAGES):
        detail = f"{count} architectures are stated; at most the first {min(room, _MAX_IMAGES)} were read"
        faults.append(Limitation("native/macho-many-images", detail, Place(entry, 4)))
    found: list[Slice] = []
    for number in range(min(count, room, _MAX_IMAGES)):
        at = 8 + number * form.size
        cpu, _, offset, size, *_ = form.unpack_from(view, at)
        if (
            offset < 8
            or offset + size > len(view)
            or any(offset < end and start < offset + size for start, end in _ends(found))
        ):
            detail = f"architecture {number} is said to lie outside of the file or over another one; it was not read"
            faults.append(Limitation("native/macho-bad-image", detail, Place(entry, at)))
            continue
        found.append(Slice(offset, size, _CPUS.get(cpu, f"cpu-{cpu}")))
    return found


def _ends(ranges: list[Slice]) -> list[tuple[int, int]]:
    """Start and end of each."""
    return [(offset, offset + size) for offset, size, _ in ranges]


def _image(entry: str, view: memoryview, offset: int, size: int, faults: list[Limitation]) -> Image | None:
    """One image; None, and a limitation, when it has no header."""
    order, bits = _ORDERS.get(bytes(view[offset : offset + 4]), ("", 0))
    if not order or size < _HEADER[bits]:
        detail = "an image has no whole Mach-O header; nothing in it was read"
        faults.append(Limitation("native/macho-bad-header", detail, Place(entry, offset)))
        return None
    cpu, subtype, kind, count, length, flags = struct.unpack_from(f"{order}6I", view, offset + 4)
    room = size - _HEADER[bits]
    if length > room or count > _MAX_COMMANDS:
        detail = f"{count} load commands of {length} bytes are stated, {room} bytes are there; what fits was read"
        faults.append(Limitation("native/macho-bad-header", detail, Place(entry, offset)))
    image = ImageBytes(entry, view[offset : offset + size], order, offset)
    commands = read_commands(image, _HEADER[bits], _HEADER[bits] + min(length, room), min(count, _MAX_COMMANDS), faults)
    arch = _SUBTYPES.get((cpu, subtype & 0xFFFFFF), _CPUS.get(cpu, f"cpu-{cpu}"))
    return Image(offset, size, arch, bits, _KINDS.get(kind, f"type-{kind}"), bool(flags & _PIE), commands)
