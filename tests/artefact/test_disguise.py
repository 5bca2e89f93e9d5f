"""Dex files inside other bytes are found at every place and under every mask, and nothing else is."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.disguise import holds_dex, open_disguised
from affidavit.artefact.notes import Notes
from tests.builders.dex import DexBuilder

DEX = DexBuilder().add_class("La/B;").build()
OTHER = DexBuilder().add_class("La/Other;").build()
JUNK = st.lists(st.sampled_from([b"dex\n", b"035\0", b"\x70\0\0\0", b"\x78\x56\x34\x12", b"x", b"\0" * 9]), max_size=20)


def inside(data: bytes, media: str = "unknown") -> list[tuple[str, bytes | None]]:
    """Names and bytes of what is found; `holds_dex` must agree."""
    part = open_disguised(data, "a", media, Budget(), Notes([]))
    assert (part is not None) == holds_dex(data, media)
    return [(entry.name, part.read(entry)) for entry in part.entries] if part else []


def twin(data: bytes) -> list[tuple[str, bytes]]:
    """Looks at one place after the other."""
    found, at = [], 0
    while at < len(data):
        head = data[at : at + 44]
        fits = (
            len(head) == 44
            and re.fullmatch(rb"dex\n0[34][0-9]\0", head[:8])
            and head[36:40] in (b"p\0\0\0", b"x\0\0\0")
        )
        if fits and head[40:] == b"\x78\x56\x34\x12":
            size = int.from_bytes(head[32:36], "little")
            found.append((f"at-{at}.dex", data[at : at + size]))
            at += max(size, 44)
        else:
            at += 1
    return found


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=50), st.binary(max_size=50))
def test_a_dex_file_is_found_whole_wherever_it_lies(before: bytes, between: bytes, behind: bytes):
    data = before + DEX + between + OTHER + behind
    second = len(before) + len(DEX) + len(between)
    assert inside(data) == [(f"at-{len(before)}.dex", DEX), (f"at-{second}.dex", OTHER)] == twin(data)


@given(JUNK, st.booleans())
def test_pieces_of_headers_are_read_as_the_slow_twin_reads_them(pieces: list[bytes], real: bool):
    data = b"x" + b"".join(pieces) + DEX * real + b"".join(pieces)
    assert inside(data) == twin(data)


@pytest.mark.parametrize("key", [1, 0x0A, 0x5A, 0x7F, 0x80, 0xFF])
def test_every_mask_is_taken_off(key: int):
    masked = bytes(byte ^ key for byte in DEX)
    assert inside(masked) == [(f"mask-{key:02x}.dex", DEX)]


@given(st.integers(1, 255), st.integers(0, 43), st.integers(1, 255))
def test_a_masked_header_with_one_wrong_byte_counts_only_where_the_byte_does(key: int, at: int, change: int):
    assume(at not in {5, 6, 36})  # where more than one value is a header's
    plain = bytearray(DEX)
    plain[at] ^= change
    masked = bytes(byte ^ key for byte in plain)
    free = 8 <= at < 36
    assert [name for name, _ in inside(masked)] == ([f"mask-{key:02x}.dex"] if free else [])


def test_a_dex_file_itself_is_no_disguise_and_what_lies_behind_it_is_one():
    assert inside(DEX, "dex") == []
    assert inside(DEX + OTHER, "dex") == [(f"at-{len(DEX)}.dex", OTHER)]


def test_what_lies_in_a_file_for_several_dex_files_is_left_to_their_reader():
    several = DEX[:4] + b"041\0" + DEX[8:]
    assert inside(several + OTHER, "dex") == []
    assert [name for name, _ in inside(b"x" + several + OTHER)] == ["at-1.dex", f"at-{1 + len(several)}.dex"]


@pytest.mark.parametrize(("size", "kept"), [(0, 0), (0x70, 0x70), (0xFFFFFFFF, len(DEX))])
def test_a_size_that_lies_never_leads_past_the_end(size: int, kept: int):
    lying = DEX[:32] + size.to_bytes(4, "little") + DEX[36:]
    assert [len(data or b"") for _, data in inside(b"x" + lying)] == [kept]


def test_a_header_inside_another_files_bytes_is_part_of_that_file():
    whole = DEX[:32] + (len(DEX) + len(OTHER)).to_bytes(4, "little") + DEX[36:]
    assert inside(b"x" + whole + OTHER) == [("at-1.dex", whole + OTHER)]


@given(st.binary(max_size=300))
def test_bytes_without_a_header_hold_nothing(data: bytes):
    assert inside(data) == []
