"""The schemes of a signing block: found as Android finds them, one level at a time."""

import csv
import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.issues import issue_texts
from affidavit.signing.outcome import SchemeResult
from tests.builders.block_signing import (
    EC,
    ROTATION_MIN,
    RSA,
    STRIPPING,
    VERITY_EC,
    Link,
    Signing,
    attribute,
    lineage,
    number,
    own_certificate,
    plain_apk,
    signed_apk,
    v3,
    value_of,
)
from tests.builders.signing import V2, V3, V31, apk, block, with_block
from tests.conftest import REPOSITORY

LEVELS = (1, 23, 24, 27, 28, 32, 33, 34, 40, 10_001)


def read(data: bytes, prefix: str = "") -> BlockSchemes:
    return BlockSchemes(memoryview(data), Budget(), prefix)


def relied_on(found: BlockSchemes, level: int) -> SchemeResult | None:
    """The scheme that a platform goes by, in the plainest way."""
    newest = found.v31(level)
    if newest is not None and newest != SchemeResult("v3.1"):
        return newest
    return found.v3(level) or found.v2(level)


def full_apk() -> bytes:
    """An APK with all three schemes, as apksigner writes them for a key that changes at API level 33."""
    return signed_apk(
        v2=[Signing(attributes=[attribute(STRIPPING, number(3))])],
        v3=[v3(28, 32, attributes=[attribute(ROTATION_MIN, number(33))])],
        v31=[v3(33, kind="rsa", algorithms=(RSA,), attributes=[lineage(Link("ec"), Link("rsa", RSA))])],
    )


def test_an_unsigned_apk_has_no_schemes():
    found = read(apk())
    assert (found.blocks, found.fault, found.schemes, found.levels) == ([], "", frozenset(), frozenset())
    assert [relied_on(found, level) for level in LEVELS] == [None] * len(LEVELS)


def test_each_level_goes_by_the_newest_scheme_that_it_knows():
    found = read(full_apk())
    assert found.schemes == {2, 3, 31}
    schemes = {level: result and result.scheme for level in LEVELS for result in [relied_on(found, level)]}
    expected = {1: None, 23: None, 24: "v2", 27: "v2", 28: "v3", 32: "v3", 33: "v3.1", 34: "v3.1"}
    assert schemes == expected | {40: "v3.1", 10_001: "v3.1"}
    assert all(result is None or result.holds for level in LEVELS for result in [relied_on(found, level)])


def test_older_levels_do_not_look_for_newer_schemes():
    found = read(full_apk())
    assert found.v2(23) is None
    assert found.v3(27) is None
    assert found.v31(32) is None


def test_taking_out_a_newer_block_is_noticed():
    plain = plain_apk()
    v2 = Signing(attributes=[attribute(STRIPPING, number(3))])
    announced = v3(28, attributes=[attribute(ROTATION_MIN, number(33))])
    without_v3 = read(with_block(plain, block((V2, value_of(plain, v2)))))
    result = relied_on(without_v3, 28)
    assert result is not None
    assert [issue.word for issue in result.every_issue] == ["v2-sig-missing-apk-sig-referenced"]
    without_v31 = read(with_block(plain, block((V2, value_of(plain, v2)), (V3, value_of(plain, announced)))))
    result = relied_on(without_v31, 33)
    assert result is not None
    assert [issue.word for issue in result.every_issue] == ["v31-block-missing"]


def test_of_two_blocks_the_first_counts_and_both_are_said():
    plain = plain_apk()
    good, other = value_of(plain, Signing()), value_of(plain, Signing(kind="rsa", algorithms=(RSA,)))
    for first, second, kind in ((good, other, "ec"), (other, good, "rsa")):
        data = with_block(plain, block((V2, first), (V2, second)))
        found = read(data)
        result = found.v2(28)
        assert result is not None
        assert result.holds
        assert result.signers[0].certificates[0].der == own_certificate(kind)
        assert [issue.word for issue in result.issues] == ["apk-sig-block-repeated-id"]
        assert [item.scheme for item in found.blocks] == ["v2", "v2"]


def test_a_bad_first_block_is_not_saved_by_a_good_second():
    plain = plain_apk()
    bad, good = value_of(plain, Signing(signatures={EC: b"x"})), value_of(plain, Signing())
    result = read(with_block(plain, block((V2, bad), (V2, good)))).v2(28)
    assert result is not None
    assert not result.holds


@pytest.mark.parametrize("scheme", [V3, V31])
def test_repeated_newer_blocks_are_said_too(scheme):
    plain = plain_apk()
    value = value_of(plain, v3(33))
    found = read(with_block(plain, block((V3, value), (V31, value), (scheme, value))))
    result = found.v3(33) if scheme == V3 else found.v31(33)
    assert result is not None
    assert "apk-sig-block-repeated-id" in [issue.word for issue in result.issues]


def test_a_block_after_a_broken_pair_is_not_there_for_android():
    plain = plain_apk()
    data = with_block(plain, block((0x1234, b"x"), (V2, value_of(plain, Signing()))))
    at = data.index(struct.pack("<I", 0x1234)) - 8
    broken = data[:at] + struct.pack("<Q", 1 << 40) + data[at + 8 :]
    found = read(broken)
    assert "pair 0 has the length" in found.fault
    assert (found.schemes, found.v2(28)) == (frozenset(), None)


def test_a_block_before_a_broken_pair_counts():
    plain = plain_apk()
    data = with_block(plain, block((V2, value_of(plain, Signing())), (0x1234, b"x")))
    at = data.index(struct.pack("<I", 0x1234)) - 8
    found = read(data[:at] + struct.pack("<Q", 3) + data[at + 8 :])
    result = found.v2(28)
    assert result is not None
    assert "pair 1 has the length 3" in found.fault
    assert result.holds


def test_schemes_are_found_behind_many_pairs():
    plain = plain_apk()
    pairs = [(number, b"") for number in range(300)]
    found = read(with_block(plain, block(*pairs, (V2, value_of(plain, Signing())))))
    result = found.v2(28)
    assert result is not None
    assert result.holds
    assert len(found.blocks) == 257


def test_more_pairs_than_are_read_leave_the_question_open(monkeypatch):
    monkeypatch.setattr("affidavit.signing.block._MAX_SCANNED", 20)
    plain = plain_apk()
    pairs = [(number, b"") for number in range(30)]
    found = read(with_block(plain, block((V3, value_of(plain, v3())), *pairs, (V2, value_of(plain, Signing())))))
    absent, there = found.v2(28), found.v3(28)
    assert absent is not None
    assert there is not None
    assert "more than 20 pairs" in absent.undetermined
    assert there.holds
    assert found.v2(23) is None
    assert found.levels >= {24, 28, 33}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data + b"tail", "no end record"),
        (lambda data: data[:-22] + b"garbage" + data[-22:], "the end record begins at"),
        (lambda data: b"prefix" + data, "the end record begins at"),
    ],
)
def test_a_block_that_android_does_not_find_is_listed_and_counts_as_absent(change, reason):
    found = read(change(signed_apk(v2=[Signing()])))
    assert found.fault.startswith("no Android version uses this block: ")
    assert reason in found.fault
    assert [item.scheme for item in found.blocks] == ["v2"]
    assert (found.schemes, found.levels, found.v2(28)) == (frozenset(), frozenset(), None)


def test_a_block_whose_sizes_differ_counts_as_absent():
    data = signed_apk(v2=[Signing()])
    start = data.index(struct.pack("<I", V2)) - 16
    found = read(data[:start] + bytes(8) + data[start + 8 :])
    assert "two size fields differ" in found.fault
    assert found.v2(28) is None


def test_places_name_the_container():
    result = read(signed_apk(v2=[Signing()]), "base.apk!/").v2(28)
    assert result is not None
    assert result.signers[0].certificates[0].entry == "base.apk"


def test_every_word_has_its_text():
    made = [
        signed_apk(v2=[Signing(attributes=[attribute(STRIPPING, number(9))], signatures={EC: b"x"})]),
        signed_apk(v2=[], v3=[v3(40)], v31=[v3(33, algorithms=(VERITY_EC,))]),
    ]
    for data in made:
        found = read(data)
        results = [result for level in LEVELS for result in (found.v2(level), found.v3(level), found.v31(level))]
        words = {issue.word for result in results if result for issue in result.every_issue}
        assert words
        assert words <= set(issue_texts())


def test_each_fault_of_a_signer_is_explained_for_both_schemes():
    folder = REPOSITORY / "src" / "affidavit" / "signing"
    words = set()
    for name in ("signer", "signer_check", "scheme"):
        text = (folder / f"{name}.py").read_text("utf-8")
        words |= set(
            re.findall(r'(?:FaultError\(|unusable_as\(|word = |_records\(\w+, |_listed\(\w+, )"([a-z-]+)"', text)
        )
    assert len(words) >= 15
    for scheme in ("v2-sig", "v3-sig"):
        assert {f"{scheme}-{word}" for word in words} <= set(issue_texts())


FULL = full_apk()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(FULL) - 1), st.integers(1, 255)), min_size=1, max_size=3))
def test_no_changed_byte_holds_and_none_breaks_the_reading(changes):
    data = bytearray(FULL)
    for at, bits in changes:
        data[at] ^= bits
    found = read(bytes(data))
    for level in LEVELS:
        result = relied_on(found, level)
        if result is not None and result.holds:
            # What stands in the block for other levels, or is not signed, may change; the signer stays the same.
            signer = result.signers[0]
            assert signer.certificates[0].der in (own_certificate("ec"), own_certificate("rsa"))
            assert (
                bytes(data[: FULL.index(struct.pack("<I", V2)) - 16]) == FULL[: FULL.index(struct.pack("<I", V2)) - 16]
            )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(FULL)), st.integers(0, 64), st.binary(max_size=64))
def test_cut_and_spliced_files_never_break_the_reading(at, skip, put):
    found = read(FULL[:at] + put + FULL[at + skip :])
    for level in LEVELS:
        relied_on(found, level)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([V2, V3, V31]))
def test_any_value_of_a_block_gives_an_outcome_that_does_not_hold(value, scheme):
    found = read(with_block(plain_apk(), block((scheme, value))))
    for level in (24, 28, 33):
        for result in (found.v2(level), found.v3(level), found.v31(level)):
            assert result is None or not result.holds


def table(corpus):
    with (corpus / "signing" / "apksig_oracle.tsv").open() as file:
        yield from csv.reader(file, delimiter="\t")


@pytest.mark.corpus
def test_the_outcome_is_apksigs_on_every_file_of_its_suite(corpus):
    """Errors of v2 and v3 are the same words; a scheme with which apksig verified a file holds here too."""
    checked = 0
    for name, verdict, schemes, errors, *_ in table(corpus):
        path = corpus / "signing" / "apksig" / name
        found = read(path.read_bytes())
        results = [result for level in LEVELS if (result := relied_on(found, level)) is not None]
        words = {issue.word for result in results for issue in result.every_issue if issue.error}
        theirs = {word.lower().replace("_", "-") for word in errors.split(",") if word.startswith(("V2_", "V3_"))}
        assert words == theirs or name == "v31-tgt-33-no-v3-block.apk", name
        if verdict == "EXC":
            continue
        held = {result.scheme for result in results if result.holds}
        expected = {{"2": "v2", "3": "v3", "+": "v3.1"}.get(sign, "v1") for sign in schemes} - {"v1"}
        assert held >= expected or name == "v31-tgt-33-no-v3-block.apk", name
        checked += bool(expected)
    assert checked > 90


@pytest.mark.corpus
@pytest.mark.parametrize("size", [1024, 2048, 3072, 4096, 8192])
def test_rsa_pss_is_really_checked(corpus, size):
    """The JVM that made the table has no RSA-PSS, so that these files are only known to be made as good ones."""
    found = read((corpus / "signing" / "apksig" / f"v2-only-with-rsa-pss-sha256-{size}.apk").read_bytes())
    result = found.v2(28)
    assert result is not None
    assert result.holds
    assert result.signers[0].algorithms == ("RSA-PSS with SHA-256",)
    whole = (corpus / "signing" / "apksig" / f"v2-only-with-rsa-pss-sha256-{size}.apk").read_bytes()
    broken = read(bytes([whole[0], whole[1] ^ 1]) + whole[2:]).v2(28)
    assert broken is not None
    assert [issue.word for issue in broken.every_issue] == ["v2-sig-apk-digest-did-not-verify"]


@pytest.mark.corpus
def test_a_block_for_later_versions_alone_is_taken_by_them_and_missed_by_earlier_ones(corpus):
    """apksig refuses the file as a whole; a platform of Android 13 never looks for the v3 block that is not there."""
    found = read((corpus / "signing" / "apksig" / "v31-tgt-33-no-v3-block.apk").read_bytes())
    old, new = relied_on(found, 28), relied_on(found, 33)
    assert old is not None
    assert new is not None
    assert [issue.word for issue in old.every_issue if issue.error] == ["v2-sig-missing-apk-sig-referenced"]
    assert new.holds
    assert [issue.word for issue in new.issues] == ["v31-block-found-without-v3-block"]
