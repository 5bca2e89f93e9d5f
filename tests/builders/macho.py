"""Assembles Mach-O images and files for several architectures, signed or not (layouts: mach-o/loader.h, fat.h)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.builders.apple import Sealing, super_blob

ARM64, ARMV7 = (0x0100000C, 0), (12, 9)
EXECUTE, DYLIB = 2, 6
ROOM = 24 << 10
"""Bytes kept for a signature, so that its size is known before it is made."""


@dataclass(frozen=True)
class Cpu:
    """Architecture and byte order of an image."""

    type: tuple[int, int] = ARM64
    bits: int = 64
    order: str = "<"


def command(kind: int, content: bytes, order: str = "<") -> bytes:
    """A load command; its size is a multiple of 8."""
    content += bytes(-len(content) % 8)
    return struct.pack(f"{order}II", kind, 8 + len(content)) + content


def library(name: str, kind: int = 0x0C, order: str = "<") -> bytes:
    """LC_LOAD_DYLIB."""
    return command(kind, struct.pack(f"{order}4I", 24, 2, 0x10000, 0x10000) + name.encode() + b"\0", order)


def rpath(name: str) -> bytes:
    """LC_RPATH."""
    return command(0x8000001C, struct.pack("<I", 12) + name.encode() + b"\0")


def uuid(value: bytes) -> bytes:
    """LC_UUID."""
    return command(0x1B, value)


def built_for(platform: int, minimum: int, sdk: int) -> bytes:
    """LC_BUILD_VERSION without tools; versions as 0xXXXXYYZZ."""
    return command(0x32, struct.pack("<4I", platform, minimum, sdk, 0))


def minimum_ios(minimum: int, sdk: int, order: str = "<") -> bytes:
    """LC_VERSION_MIN_IPHONEOS."""
    return command(0x25, struct.pack(f"{order}2I", minimum, sdk), order)


def encryption(offset: int, size: int, system: int, bits: int = 64) -> bytes:
    """LC_ENCRYPTION_INFO(_64)."""
    return command(0x2C if bits == 64 else 0x21, struct.pack("<3I", offset, size, system) + bytes(4 * (bits == 64)))


def section(name: bytes, offset: int, size: int) -> bytes:
    """LC_SEGMENT_64 with one section."""
    one = struct.pack("<16s16sQQIIIIIIII", name, b"__TEXT", 0, size, offset, 0, 0, 0, 0, 0, 0, 0)
    head = struct.pack("<16sQQQQIIII", b"__TEXT", 0, size, offset, size, 5, 5, 1, 0)
    return command(0x19, head + one)


def image(
    *commands: bytes, cpu: Cpu | None = None, kind: int = EXECUTE, flags: int = 0x200000, code: bytes = b""
) -> bytes:
    """An image: header, load commands, and code after them."""
    cpu = cpu or Cpu()
    magic = {("<", 64): "cffaedfe", ("<", 32): "cefaedfe", (">", 64): "feedfacf", (">", 32): "feedface"}
    joined = b"".join(commands)
    header = struct.pack(f"{cpu.order}6I", *cpu.type, kind, len(commands), len(joined), flags)
    return bytes.fromhex(magic[cpu.order, cpu.bits]) + header + bytes(4 * (cpu.bits == 64)) + joined + code


def signed_image(
    *commands: bytes, sealing: Sealing, cpu: Cpu | None = None, kind: int = EXECUTE, code: bytes = b"code" * 2_500
) -> bytes:
    """A signed image: the signature after the code, over all bytes before it."""
    empty = image(*commands, command(0x1D, bytes(8)), cpu=cpu, kind=kind, code=code)
    offset = -(-len(empty) // 16) * 16
    found = command(0x1D, struct.pack("<2I", offset, ROOM))
    whole = image(*commands, found, cpu=cpu, kind=kind, code=code).ljust(offset, b"\0")
    return whole + super_blob(whole, sealing).ljust(ROOM, b"\0")


def fat(images: Sequence[tuple[tuple[int, int], bytes]], *, wide: bool = False, align: int = 12) -> bytes:
    """A file for several architectures: (cputype, cpusubtype) and the image of each."""
    form = ">IIQQII" if wide else ">5I"
    at = 8 + struct.calcsize(form) * len(images)
    table, body = b"", b""
    for cpu, data in images:
        start = -(-(at + len(body)) // (1 << align)) * (1 << align)
        body = body.ljust(start - at, b"\0") + data
        table += struct.pack(form, *cpu, start, len(data), align, *([0] if wide else []))
    return struct.pack(">II", 0xCAFEBABF if wide else 0xCAFEBABE, len(images)) + table + body
