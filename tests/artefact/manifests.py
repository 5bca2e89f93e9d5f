"""What tests of binary XML, resource tables and manifests share: real files, comparison with the slow twin, damage."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from affidavit.artefact.xmltree import Element
from tests.oracles.axml import Node

MEMBERS = ("AndroidManifest.xml", "resources.arsc")
CONTAINERS = (".apk", ".xapk", ".apks", ".apkm")


def all_members(folder: Path, member: str) -> Iterator[tuple[str, bytes]]:
    """One member of every APK below `folder` that the standard library can open, by path, sorted."""
    for path in sorted(folder.rglob("*.apk")):
        try:
            with zipfile.ZipFile(path) as archive:
                yield str(path), archive.read(member)
        except (KeyError, zipfile.BadZipFile, OSError, NotImplementedError):
            continue


def all_manifests(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every real binary manifest."""
    return all_members(folder, MEMBERS[0])


def shown(text: str | None) -> str | None:
    """Text as the reader shows it: surrogate pairs joined, lone surrogates escaped."""
    if text is None:
        return None
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return joined.encode("utf-8", "backslashreplace").decode()


def assert_equal(element: Element | None, node: Node | None) -> None:
    """Compare a whole tree with the oracle's."""
    assert (element is None) == (node is None)
    pairs = [(element, node)]
    while pairs:
        fast, slow = pairs.pop()
        assert (fast.name, fast.namespace, fast.offset) == (shown(slow.name), shown(slow.namespace), slow.offset)
        assert fast.text == shown(slow.text)
        got = [
            (item.name, item.namespace, item.resource_id, item.type, item.data, item.raw, item.offset)
            for item in fast.attributes
        ]
        expected = [
            (shown(name), shown(space), identity, kind, data, shown(raw), place)
            for name, space, identity, kind, data, raw, place in slow.attributes
        ]
        assert got == expected
        assert len(fast.children) == len(slow.children)
        pairs += zip(fast.children, slow.children, strict=True)


def damaged(data: bytes, chance: Random) -> bytes:
    """A few bytes changed, cut or repeated."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(out)) if chance.random() < 0.6 else chance.randrange(min(len(out), 120))
        action = chance.random()
        if action < 0.7:
            out[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        elif action < 0.85:
            del out[at : at + chance.randrange(1, 40)]
        else:
            out[at:at] = out[at : at + chance.randrange(1, 40)]
        out = out or bytearray(b"\0")
    return bytes(out)
