"""Manifests and resource tables that are larger, deeper or more crooked than any build tool makes them."""

import struct

from tests.builders import axml
from tests.builders.arsc import Kind, Table, config
from tests.builders.axml import NONE, E, Lies, Ref, e, manifest
from tests.builders.bombs_zip import app_with, packed, repeated
from tests.builders.zip import Item

MANIFEST, RESOURCES = "AndroidManifest.xml", "resources.arsc"


def node(kind: int, body: bytes) -> bytes:
    """A node of binary XML."""
    return struct.pack("<HHIII", kind, 16, 16 + len(body), 1, NONE) + body


def start(attributes: bytes = b"", count: int = 0, size: int = 20) -> bytes:
    """The start of an element whose name is the first string."""
    return node(0x0102, struct.pack("<IIHHHHHH", NONE, 0, 20, size, count, 0, 0, 0) + attributes)


END = node(0x0103, struct.pack("<II", NONE, 0))
NAMESPACE = node(0x0100, struct.pack("<II", NONE, NONE))


def with_manifest(data: bytes) -> bytes:
    """The small app with another manifest."""
    return app_with(Item(MANIFEST, data), without=(MANIFEST,))


def with_table(data: bytes) -> bytes:
    """The small app with a resource table."""
    return app_with(Item(RESOURCES, data))


def repeated_nodes(nodes: bytes, times: int) -> bytes:
    """A manifest in which some nodes are repeated; far larger than the entry that holds it."""
    honest = opened(manifest(e("activity", {"android:name": ".Main"})))
    piece = nodes * (65_536 // len(nodes))
    count = times // (65_536 // len(nodes))
    size = len(honest) + count * len(piece)
    head = honest[:4] + struct.pack("<I", size) + honest[8:]
    return app_with(packed(MANIFEST, repeated(piece, count, head=head), size), without=(MANIFEST,))


def opened(root: E) -> bytes:
    """Binary XML whose last two elements, the application and the root, are not closed."""
    return axml.binary(root)[: -2 * len(END)]


def deep(depth: int) -> bytes:
    """Elements in elements."""
    body = opened(manifest())[8:] + start() * depth + END * depth
    return with_manifest(struct.pack("<HHI", 3, 8, 8 + len(body)) + body)


def wide(elements: int) -> bytes:
    """Elements of 65,535 attributes that share their bytes: each states that attributes are no bytes apart."""
    honest = opened(manifest())
    one = struct.pack("<IIIHBBI", NONE, 0, 0, 8, 0, 3, 0)
    body = honest[8:] + (start(one, 0xFFFF, 0) + END) * elements
    return with_manifest(struct.pack("<HHI", 3, 8, 8 + len(body)) + body)


def lying_pool() -> bytes:
    """A pool that claims four billion strings, with offsets and lengths that lead out of it."""
    honest = bytearray(axml.binary(manifest(label="x" * 300), Lies(utf8=True, claimed_strings=0xFFFFFFFF)))
    for at in range(8 + 28 + 8, 8 + 28 + 40, 4):
        struct.pack_into("<I", honest, at, 0xFFFFFFF0)
    return with_manifest(bytes(honest))


def overlapping_strings(count: int, length: int) -> bytes:
    """A pool whose strings are all the same long bytes."""
    size = struct.pack(">H", 0x8000 | length)
    data = size + size + b"A" * length + b"\0"
    data += b"\0" * (-len(data) % 4)
    header = struct.pack("<HHIIIIII", 1, 28, 28 + 4 * count + len(data), count, 0, 0x100, 28 + 4 * count, 0)
    pool = header + bytes(4 * count) + data
    return with_table(struct.pack("<HHII", 2, 12, 12 + len(pool), 1) + pool)


def cyclic_resources() -> bytes:
    """Resources that refer to each other in a circle, and a manifest that asks for them."""
    table = Table([Kind("string", {0: Ref(0x7F010001), 1: Ref(0x7F010002), 2: Ref(0x7F010000)})])
    root = manifest(label=Ref(0x7F010000), debuggable=Ref(0x7F010001), name=Ref(0x7F010002))
    files = Item(MANIFEST, axml.binary(root)), Item(RESOURCES, table.build())
    return app_with(*files, without=(MANIFEST,))


def cyclic_styles(count: int) -> bytes:
    """Styles whose parents lead in a circle, and a theme that names them."""
    number, size = 1, 16
    entries = b"".join(
        struct.pack("<HHIII", size, 1, 0, 0x7F010000 | (index + 1) % count, 0xFFFF) for index in range(count)
    )
    offsets = struct.pack(f"<{count}I", *range(0, size * count, size))
    head = 20 + len(config())
    chunk = struct.pack("<HHIBBHII", 0x0201, head, head + len(offsets) + len(entries), number, 0, 0, count, 0)
    chunk = chunk[:-4] + struct.pack("<I", head + len(offsets)) + config() + offsets + entries
    table = _package(chunk)
    root = manifest(e("activity", {"android:name": ".A", "android:label": Ref(0x7F010000)}), label=Ref(0x7F010001))
    return app_with(Item(MANIFEST, axml.binary(root)), Item(RESOURCES, table), without=(MANIFEST,))


def _package(chunks: bytes) -> bytes:
    """A table of one package with these chunks."""
    pool = axml.string_pool(["x"], utf8=True)
    size = 288 + 2 * len(pool) + len(chunks)
    head = struct.pack("<HHII", 0x0200, 288, size, 0x7F) + bytes(256)
    head += struct.pack("<IIIII", 288, 1, 288 + len(pool), 1, 0)
    body = pool + head + pool + pool + chunks
    return struct.pack("<HHII", 0x0002, 12, 12 + len(body), 1) + body


def many_configurations(chunks: int, asked: int) -> bytes:
    """One resource in very many configurations, and a manifest that asks for it in every element."""
    head = 20 + 4
    chunk = struct.pack("<HHIBBHII", 0x0201, head, head + 4, 1, 0, 0, 1, head + 4) + struct.pack("<I", 4)
    chunk += struct.pack("<I", NONE)
    named = [e("activity", {"android:name": Ref(0x7F010000), "android:exported": Ref(0x7F010000)})] * asked
    root = manifest(*named, label=Ref(0x7F010000))
    files = Item(MANIFEST, axml.binary(root)), Item(RESOURCES, _package(chunk * chunks))
    return app_with(*files, without=(MANIFEST,))


def four_billion() -> bytes:
    """A resource table in which every count is 0xFFFFFFFF."""
    data = bytearray(Table([Kind("string", {0: "a"}, claimed=NONE)]).build())
    struct.pack_into("<I", data, 8, NONE)
    struct.pack_into("<I", data, 12 + 8, NONE)
    return with_table(bytes(data))


def many_elements(count: int) -> bytes:
    """A manifest with very many components, each exported and each with a link."""
    link = e(
        "intent-filter", {},
        e("action", {"android:name": "android.intent.action.VIEW"}),
        e("category", {"android:name": "android.intent.category.BROWSABLE"}),
        e("data", {"android:scheme": "https", "android:host": "example.org"}),
    )  # fmt: skip
    made = [E("activity", {"android:name": f".A{row}", "android:exported": True}, (link,)) for row in range(count)]
    return with_manifest(axml.binary(manifest(*made)))
