"""Containers that cost more than they weigh, or that say one thing to one reader and another to the next."""

import struct
import zlib
from collections.abc import Mapping

from tests.builders.apps import app_files
from tests.builders.dex import DexBuilder
from tests.builders.zip import Item, build_zip, deflated, zip_of

MB = 1 << 20
GB = 1 << 30


def repeated(piece: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    """A raw deflate stream of ``head + piece * times + tail``, made without writing all of it down."""
    return _block(head) + _block(piece) * times + deflated(tail, 9)


def _block(data: bytes) -> bytes:
    """Deflate blocks that end on a byte and look back at nothing, so that they can be repeated."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(data) + machine.flush(zlib.Z_FULL_FLUSH) if data else b""


def zeros(size: int) -> bytes:
    """A raw deflate stream of `size` zeros, a multiple of a mebibyte."""
    return repeated(bytes(MB), size // MB)


def packed(name: str, stream: bytes, size: int, crc: int = 0) -> Item:
    """An entry that is a deflate stream, with the size that both headers state."""
    said = {"size": size, "crc": crc}
    return Item(name, stream=stream, central=said, local=said)


def app_with(*items: Item, without: tuple[str, ...] = (), **more: object) -> bytes:
    """The small app and further entries."""
    own = [Item(name, data) for name, data in app_files().items() if name not in without]
    return build_zip([*own, *items], **more)  # type: ignore[arg-type]


def high_ratio(size: int) -> bytes:
    """One entry of zeros."""
    return app_with(packed("assets/zeros.bin", zeros(size), size))


def many_high_ratio(count: int, size: int) -> bytes:
    """Many entries of zeros, none of them remarkable."""
    return app_with(*(packed(f"assets/{number}.bin", zeros(size), size) for number in range(count)))


def overlap(count: int, size: int) -> bytes:
    """One compressed stretch that many entries claim."""
    stream = zeros(size)
    first = packed("0", stream, size)
    rest = [Item(str(number), stream=stream, central=first.central, at=0, hidden=True) for number in range(1, count)]
    files = [Item(name, data) for name, data in app_files().items()]
    return build_zip([first, *rest, *files])


def quoted_overlap(count: int, size: int) -> bytes:
    """Local headers quoted by stored blocks, each entry holding all that follow (Fifield, "A better zip bomb")."""
    body, inflated = zeros(size), size
    sizes = []
    for number in range(count - 1, -1, -1):
        name = f"{number:05d}".encode()
        head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, 0, len(body), inflated, len(name), 0) + name
        sizes.append((number, len(body), inflated, len(head)))
        if number:
            quote = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
            body, inflated = quote + head + body, inflated + len(head)
    at, items = 0, []
    for number, stored, size_, length in reversed(sizes):
        said = {"compressed": stored, "size": size_, "crc": 0}
        items.append(Item(f"{number:05d}", central=said, at=at, hidden=True))
        at += length + 5
    return build_zip([*(Item(n, d) for n, d in app_files().items()), *_moved(items, head + body)])


def _moved(items: list[Item], raw: bytes) -> list[Item]:
    """The entries of `raw` that is itself put into the container, as an entry that is not listed."""
    offset = len(build_zip([Item(name, data) for name, data in app_files().items()]).split(b"PK\x01\x02")[0])
    carrier = Item("x", unlisted=True, stream=raw)
    for item in items:
        item.at = (item.at or 0) + offset + 31
    return [carrier, *items]


def dense_text(piece: bytes) -> bytes:
    """Text that is nothing but the beginnings of addresses."""
    block = (piece * (MB // len(piece) + 1))[:MB]
    url = "://".encode("utf-16-le")
    stream, size = repeated(block, 28, tail=url), 28 * MB + len(url)
    return app_with(*(packed(f"assets/{row}.txt", stream, size) for row in range(2)))


def nested(depth: int) -> bytes:
    """Archives in archives."""
    data = b"the innermost"
    for _ in range(depth):
        data = zip_of({"inner.zip": data}, 0)
    return app_with(Item("assets/outer.zip", data))


def branching(width: int, depth: int, size: int) -> bytes:
    """Archives of archives, each with many of the next kind; the innermost are bombs."""
    data = zip_of({"zeros": bytes(size)})
    for _ in range(depth):
        data = zip_of({f"{row}.zip": data for row in range(width)})
    return app_with(Item("assets/outer.zip", data))


def nested_splits(count: int, size: int) -> bytes:
    """An archive of splits, each of them a bomb that is itself compressed a thousand times."""
    inner = zip_of({"AndroidManifest.xml": app_files()["AndroidManifest.xml"]})
    stream, total = repeated(bytes(MB), size // MB, tail=inner), size + len(inner)
    splits = [packed(f"config.{number}.apk", stream, total) for number in range(count)]
    return build_zip([Item("base.apk", build_zip([Item(n, d) for n, d in app_files().items()])), *splits])


def self_containing(levels: int) -> bytes:
    """A stored entry whose bytes are the rest of the very file, which is a zip again: local headers in a row."""
    name = b"base.apk"
    step = 30 + len(name)
    start = step * levels
    said = struct.pack("<5H3I2H", 20, 0, 0, 0, 0x21, 0, start, start, len(name), 0)
    heads = (b"PK\x03\x04" + said + name) * levels
    size = start - step + 46 + len(name) + 22
    fields = (20, 20, 0, 0, 0, 0x21, 0, size, size, len(name), 0, 0, 0, 0, 0, 0)
    central = b"PK\x01\x02" + struct.pack("<6H3I5H2I", *fields) + name
    return heads + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), start - step, 0)


def many_entries(count: int, data: bytes = b"") -> bytes:
    """Very many small entries; past 65,535 with the ZIP64 end record."""
    return app_with(*(Item(f"res/raw/{number}", data, 0) for number in range(count)), zip64=count > 0xFFFF)


def many_duplicates(count: int) -> bytes:
    """One name very many times."""
    return app_with(*(Item("assets/same.txt", b"%d" % number, 0) for number in range(count)))


def zip64_lies() -> bytes:
    """Sizes and offsets of 64 bits that lead nowhere, and a directory that counts to 2^62."""
    far = struct.pack("<2H3Q", 1, 24, 1 << 63, 1 << 62, (1 << 64) - 1)
    full = {"size": 0xFFFFFFFF, "compressed": 0xFFFFFFFF, "header": 0xFFFFFFFF}
    return app_with(Item("assets/far.bin", b"abc", central=full, extra=far), zip64=True, count=1 << 62)


def named(names: Mapping[str, bytes]) -> bytes:
    """Entries with names that are meant to do harm."""
    return app_with(*(Item(name, data, 0) for name, data in names.items()))


def symlinks() -> bytes:
    """Entries that an unpacker would make links of, and a file that would be written through one."""
    link = {"made_by": 3 << 8 | 20, "external": 0o120777 << 16}
    return app_with(Item("assets/link", b"/etc", 0, central=link), Item("assets/link/passwd", b"root::0:0", 0))


def with_zip_in_comment() -> bytes:
    """A second zip in the comment of the first."""
    return app_with(comment=zip_of({"AndroidManifest.xml": b"<manifest/>"}))


def two_ends() -> bytes:
    """Two end records, each with a directory of its own."""
    other = zip_of({"AndroidManifest.xml": b"<manifest/>", "classes.dex": b"other"})
    return app_with(prefix=other)


def with_prefix(prefix: bytes, *, counted: bool = False) -> bytes:
    """Bytes of another format before the first entry."""
    return app_with(prefix=prefix, counted=counted)


def dex_and_zip() -> bytes:
    """A dex file that is a zip as well (the Janus flaw, CVE-2017-13156)."""
    return with_prefix(DexBuilder().add_class("Lorg/example/Hidden;").build(), counted=True)


def odd_method() -> bytes:
    """Code with a compression method that does not exist, behind the flag for encryption."""
    odd = {"method": 0x1234, "flags": 1}
    return app_with(Item("classes.dex", app_files()["classes.dex"], 0, central=odd), without=("classes.dex",))


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
