"""The sections of an APK that its signatures cover, found as Android's verifiers find them, and no other way.

Source: AOSP frameworks/base, ``ZipUtils`` and ``ApkSigningBlockUtils``. They are stricter than readers of zips: the end
record is the last whose comment ends with the file, the directory ends where that record begins, and an APK with a
ZIP64 locator has no signature for them. Where they find nothing, Android goes on with the JAR signature.
"""

import struct
from typing import Final

from msgspec import Struct

MAGIC: Final = b"APK Sig Block 42"
FOOTER: Final = struct.Struct("<Q16s")
"""Last bytes of the block: its size without this number's twin at its start, and the magic."""
_END: Final = struct.Struct("<4s4H2IH")
"""End of central directory record (PKWARE APPNOTE, 4.3.16)."""
_END_SIGNATURE: Final = b"PK\x05\x06"
_LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_LONGEST_COMMENT: Final = 0xFFFF
_LARGEST: Final = 0x7FFFFFFF - 8
"""Largest size of a block that Android takes."""
OFFSET_FIELD: Final = 16
"""Where in the end record the directory's offset is."""


class Sections(Struct, frozen=True):
    """Offsets in the container.

    Attributes:
        block: of the APK Signing Block, which the contents before it end at.
        directory: of the central directory, which the block ends at.
        record: of the end record. end: of the file.
    """

    block: int
    directory: int
    record: int
    end: int

    @property
    def covered(self) -> int:
        """Bytes that a signature covers: all but the block."""
        return self.end - (self.directory - self.block)


class NoSectionsError(ValueError):
    """Android finds no APK Signing Block; the message says at which step."""


def find_sections(view: memoryview) -> Sections:
    """The sections of a container that has an APK Signing Block.

    Raises:
        NoSectionsError: it has none, or none that Android finds.
    """
    record = _end_record(view)
    if record >= _LOCATOR_SIZE and bytes(view[record - _LOCATOR_SIZE :][:4]) == _LOCATOR_SIGNATURE:
        raise NoSectionsError("the file has a ZIP64 locator")
    _, _, _, _, _, size, directory, _ = _END.unpack_from(view, record)
    if directory + size != record:
        raise NoSectionsError(f"the central directory ends at {directory + size}, the end record begins at {record}")
    return Sections(_block_start(view, directory), directory, record, len(view))


def _end_record(view: memoryview) -> int:
    """Offset of the end record: searched backwards, its comment ends with the file."""
    window = bytes(view[-(_LONGEST_COMMENT + _END.size) :])
    base, at = len(view) - len(window), len(window)
    while (at := window.rfind(_END_SIGNATURE, 0, at + 3)) >= 0:
        comment = len(window) - at - _END.size
        if comment >= 0 and int.from_bytes(window[at + 20 : at + 22], "little") == comment:
            return base + at
    raise NoSectionsError("no end record has a comment that ends with the file")


def _block_start(view: memoryview, directory: int) -> int:
    """Offset of the block that ends at the directory."""
    if directory < FOOTER.size + 8 or bytes(view[directory - 16 : directory]) != MAGIC:
        raise NoSectionsError("no block ends where the central directory begins")
    size, _ = FOOTER.unpack_from(view, directory - FOOTER.size)
    start = directory - 8 - size
    if size < FOOTER.size or size > _LARGEST or start < 0:
        raise NoSectionsError(f"its size field says {size} bytes, which does not fit before the central directory")
    (twin,) = struct.unpack_from("<Q", view, start)
    if twin != size:
        raise NoSectionsError(f"its two size fields differ ({twin} and {size})")
    return int(start)
