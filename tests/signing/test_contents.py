"""Digests of the contents: streamed, they are those of the plain definition."""

import mmap
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.model.errors import BudgetError
from affidavit.signing.contents import CHUNK, PAGE, Contents, MisalignedError, _pages
from affidavit.signing.sections import Sections, find_sections
from tests.builders.block_signing import Signing, signed_apk
from tests.builders.zip import Item, build_zip
from tests.oracles import contents as oracle

KINDS = ("chunked-sha256", "chunked-sha512", "verity-sha256")


def contents_of(data: bytes, budget: Budget | None = None) -> Contents:
    view = memoryview(data)
    return Contents(view, find_sections(view), budget or Budget())


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


def expected(data: bytes, kind: str) -> bytes:
    found = find_sections(memoryview(data))
    return oracle.digest(oracle.without_block(data, found.block, found.directory, found.record), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 1, PAGE, CHUNK - 1, 2 * CHUNK + 7])
def test_digests_are_those_of_the_definition(kind, size):
    stored = Item("assets/big", (bytes(range(251)) * (size // 251 + 1))[:size], method=0)
    data = signed_apk(v2=[Signing()], plain=build_zip([stored]), pages=True)
    assert len(data) > size
    assert contents_of(data).digest(kind) == expected(data, kind)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3).map(lambda pages: pages * PAGE), st.integers(0, 3 * PAGE), st.binary(max_size=40), st.data())
def test_any_sections_give_what_the_definition_gives(block, directory, comment, draw):
    seed = draw.draw(st.binary(min_size=1, max_size=9))
    record = b"PK\x05\x06" + bytes(12) + struct.pack("<IH", 0, len(comment)) + comment.replace(b"PK\x05\x06", b"")
    body = (seed * (block + directory + 1))[: block + directory]
    data = body[:block] + bytes(PAGE) + body[block:] + record
    sections = Sections(block, block + PAGE, block + PAGE + directory, len(data))
    found = Contents(memoryview(data), sections, Budget())
    plain = oracle.without_block(data, sections.block, sections.directory, sections.record)
    assert found.digest("verity-sha256") == oracle.tree(plain)


@pytest.mark.parametrize("pages", [1, 128, 129, 128 * 128 + 1])
def test_the_tree_grows_a_level_when_its_hashes_fill_more_than_a_page(pages):
    data = signed_apk(v2=[Signing()], pages=True)
    head = bytes(PAGE * (pages - 1))
    sections = find_sections(memoryview(data))
    whole = head + data
    moved = Sections(*(getattr(sections, name) + len(head) for name in ("block", "directory", "record", "end")))
    found = Contents(memoryview(whole), moved, Budget())
    plain_bytes = oracle.without_block(whole, moved.block, moved.directory, moved.record)
    assert found.digest("verity-sha256") == oracle.tree(plain_bytes)


def test_the_tree_needs_whole_pages():
    with pytest.raises(MisalignedError, match="not whole pages of 4096 bytes"):
        contents_of(signed_apk(v2=[Signing()])).digest("verity-sha256")


def test_the_block_counts_as_absent():
    one, other = signed_apk(v2=[Signing()]), signed_apk(v2=[Signing(), Signing(kind="rsa")])
    assert contents_of(one).digest("chunked-sha256") == contents_of(other).digest("chunked-sha256")


@pytest.mark.parametrize("where", ["entries", "directory", "comment length"])
def test_every_other_byte_counts(where):
    data = bytearray(signed_apk(v2=[Signing()]))
    sections = find_sections(memoryview(data))
    before = contents_of(bytes(data)).digest("chunked-sha256")
    at = {"entries": 30, "directory": sections.directory + 8, "comment length": sections.record + 8}[where]
    data[at] ^= 1
    assert contents_of(bytes(data)).digest("chunked-sha256") != before


def test_digests_are_made_once():
    found = contents_of(signed_apk(v2=[Signing()]))
    first = found.digest("chunked-sha256")
    assert found.digest("chunked-sha256") is first


@pytest.mark.parametrize("kind", ["chunked-sha256", "verity-sha256"])
def test_the_budget_is_asked(kind):
    head = bytes(PAGE * 8191)
    data = head + signed_apk(v2=[Signing()], pages=True)
    sections = find_sections(memoryview(data[len(head) :]))
    moved = Sections(*(getattr(sections, name) + len(head) for name in ("block", "directory", "record", "end")))
    with pytest.raises(BudgetError):
        Contents(memoryview(data), moved, Budget(seconds=-1)).digest(kind)


@pytest.mark.parametrize("kind", ["chunked-sha256", "verity-sha256"])
def test_a_mapped_file_does_not_stay_in_memory(tmp_path, kind):
    path, tail = tmp_path / "large.apk", signed_apk(v2=[Signing()], pages=True)
    size = 256 << 20
    with path.open("wb") as file:
        file.seek(size)
        file.write(tail)
    sections = find_sections(memoryview(tail))
    moved = Sections(*(getattr(sections, name) + size for name in ("block", "directory", "record", "end")))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        before = resident()
        found = Contents(memoryview(mapped), moved, Budget())
        assert len(found.digest(kind)) in (32, 40)
        assert resident() - before < 128 << 20
        found.view.release()


@pytest.mark.parametrize(("kind", "words"), [*zip(KINDS, ["SHA-256 in chunks", "SHA-512", "pages"], strict=True)])
def test_what_is_covered_is_said_with_counts(kind, words):
    data = signed_apk(v2=[Signing()])
    sentence = contents_of(data).covers(kind)
    assert words in sentence
    assert f"all {find_sections(memoryview(data)).covered} bytes" in sentence


@settings(deadline=None)
@given(st.lists(st.integers(0, 3 * PAGE), max_size=5))
def test_pages_are_those_of_the_parts_end_to_end(sizes):
    parts = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    whole = b"".join(parts)
    pages = [bytes(page) for page in _pages(tuple(map(memoryview, parts)))]
    assert all(len(page) == PAGE for page in pages)
    assert b"".join(pages) == whole + bytes(-len(whole) % PAGE)
