"""Large native files are kept as samples, files for several processors are read once, and runtimes tell nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.macho import slices
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.native import KEPT, NativeSignature, build_token, of_native, rows_of, sampled
from affidavit.identity.code.native_match import NativeIndex, NativeMatch, cuts
from affidavit.identity.code.tokens import Kind, token
from tests.builders.ar import archive
from tests.builders.elf import ElfBuilder
from tests.builders.macho import ARM64, ARMV7, fat, image, section


def tokens(first: int, count: int, kind: Kind = Kind.NATIVE_STRING) -> np.ndarray:
    return (np.arange(first, first + count, dtype=np.uint64) << np.uint64(4)) | np.uint64(kind)


def native(*parts: np.ndarray, build: str = "") -> NativeSignature:
    own = np.array([build_token(build)] if build else [], np.uint64)
    return NativeSignature("lib.so", build, 1_000, np.unique(np.concatenate([*parts, own])))


def index_of(*files: NativeSignature) -> NativeIndex:
    """Each file a family of its own, beside six others."""
    others = [native(tokens(1_000_000 + 1_000 * number, 300)) for number in range(6)]
    rows = [(Version(number, "1"), rows_of([item])) for number, item in enumerate([*files, *others])]
    return NativeIndex(build([Family(f"family{number}") for number in range(len(rows))], rows))


def only(index: NativeIndex, asked: NativeSignature) -> NativeMatch:
    (found,) = index.match([asked])
    return found


def test_small_files_are_kept_whole_and_of_large_ones_a_sample_with_the_build() -> None:
    small, large = native(tokens(0, 500), build="aa"), native(tokens(0, 50_000), build="bb")
    assert sampled(small).tokens.tolist() == small.tokens.tolist()
    kept = sampled(large).tokens
    assert KEPT <= len(kept) <= KEPT + 1
    assert build_token("bb") in kept
    assert np.isin(kept, large.tokens).all()
    assert kept.tolist() == sampled(native(tokens(0, 50_000)[::-1], build="bb")).tokens.tolist()


@pytest.mark.parametrize(("own", "both"), [(2_000, 18_000), (3_000, 17_000), (200, 1_500)])
def test_a_sample_tells_what_the_whole_files_share(own: int, both: int) -> None:
    common = tokens(0, both)
    index = index_of(native(common, tokens(100_000, own)))
    found = only(index, native(common, tokens(200_000, own)))
    # The slow, obvious twin: every token counts alike, since none is in more files than one.
    true = both / (own + both)
    assert found.around == pytest.approx(true, abs=0.05)
    assert found.inside == pytest.approx(true, abs=0.1)


@given(st.integers(1, 2_000), st.integers(0, 40_000))
def test_a_file_is_always_itself(count: int, more: int) -> None:
    own = native(tokens(0, 50 + count + more))
    found = only(index_of(own), own)
    assert (found.relation, found.family, found.inside, found.around) == ("is", 0, 1.0, 1.0)


def test_what_more_families_have_than_a_runtime_may_counts_for_none() -> None:
    runtime = tokens(0, 800)
    files = [native(runtime, tokens(10_000 + 1_000 * number, 100)) for number in range(cuts().common + 1)]
    assert index_of(*files).match([native(runtime, tokens(90_000, 100))]) == []
    found = only(index_of(*files), files[2])
    assert (found.family, found.relation) == (2, "is")


def test_a_file_is_of_the_family_that_it_is_most_like_alone() -> None:
    shared = tokens(0, 600)
    index = index_of(native(shared, tokens(10_000, 100)), native(shared, tokens(20_000, 300)))
    found = index.match([native(shared, tokens(10_000, 90))])
    assert [(item.family, item.relation) for item in found] == [(0, "is")]


def test_symbols_of_what_was_linked_in_need_not_be_left() -> None:
    symbols, texts = tokens(0, 600, Kind.SYMBOL), tokens(0, 300)
    index = index_of(native(symbols, texts))
    found = only(index, native(texts, tokens(50_000, 4_000)))
    assert (found.relation, found.around) == ("holds", 1.0)
    assert index.match([native(symbols, tokens(50_000, 4_000))]) == [], "names alone are no code"


def part(word: str) -> bytes:
    return ElfBuilder(imports=["malloc"], exports=[f"{word}_run"]).build() + f"\0the text of {word}\0".encode()


def test_of_several_archives_that_for_64_bit_arm_is_read() -> None:
    data = fat([(ARMV7, archive([("a.o", part("thirty-two") * 3)])), (ARM64, archive([("a.o", part("sixty-four"))]))])
    found = of_native("libx.a", data)
    assert found.limitations == ()
    assert found.size == len(data)
    assert found.tokens.tolist() == of_native("a.o", part("sixty-four")).tokens.tolist()
    assert [item.cpu for item in slices("libx.a", memoryview(data), [])] == ["arm", "arm64"]


def test_archives_in_files_for_several_processors_in_archives_are_not_opened() -> None:
    deep = part("deep")
    for _ in range(1_500):
        deep = archive([("a.o", fat([(ARM64, deep)], align=2))])
    found = of_native("libx.a", fat([(ARM64, deep)], align=2))
    assert not len(found.tokens)


@pytest.mark.parametrize(("segment", "there"), [(b"__DWARF", False), (b"__LLVM", False), (b"__TEXT", True)])
def test_what_debuggers_and_other_compilers_read_is_no_text_of_an_image(segment: bytes, there: bool) -> None:
    text = b"\0a text of ours\0"
    size = len(image(section(b"__any", 0, len(text))))
    head = section(b"__any", size, len(text))
    head = head[: 8 + 64 + 16] + segment.ljust(16, b"\0") + head[8 + 64 + 32 :]
    found = of_native("x", image(head, code=text + b"\0another\0"))
    assert (token(Kind.NATIVE_STRING, b"a text of ours") in found.tokens) == there
    assert token(Kind.NATIVE_STRING, b"another") in found.tokens


@pytest.mark.parametrize(("raw", "there"), [(b"\0some text here\0", True), (b"\0some text here\x01", False)])
def test_a_text_ends_with_a_zero(raw: bytes, there: bool) -> None:
    found = of_native("lib.so", ElfBuilder(exports=["run"]).build() + raw)
    assert (token(Kind.NATIVE_STRING, b"some text here") in found.tokens) == there
