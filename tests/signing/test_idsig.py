"""Scheme v4: a file that fits its APK holds for each API level; each thing that can be wrong is said by its name."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.idsig import Idsig, verify_idsig
from affidavit.signing.issues import issue_texts
from affidavit.signing.outcome import SchemeResult
from tests.artefact.reading import read_zip
from tests.builders import axml
from tests.builders.block_signing import (
    EC,
    EC_512,
    ROTATION_MIN,
    RSA,
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
)
from tests.builders.idsig import V4, IdsigOf
from tests.builders.stamps import odd_key
from tests.oracles import apksigner, contents

DIGEST = contents.digest(plain_apk(), "chunked-sha256")
WIDE = contents.digest(plain_apk(), "chunked-sha512")
V2_ONLY = signed_apk(v2=[Signing()])
V3_APK = signed_apk(v2=[Signing()], v3=[v3()])
ROTATED = signed_apk(
    v2=[Signing()],
    v3=[v3(28, 32, attributes=[attribute(ROTATION_MIN, number(33))])],
    v31=[v3(33, kind="new", attributes=[lineage(Link("ec"), Link("new"))])],
)
NEW = V4(DIGEST, kind="new")


def scheme_of(apk: bytes, data: bytes, budget: Budget | None = None) -> Idsig:
    read = read_zip(apk)
    return Idsig(data, read.part, BlockSchemes(read.part.view, Budget()), budget or Budget(), "a.idsig")


def result_of(apk: bytes, data: bytes, level: int = 30) -> SchemeResult:
    """The result, whose issues must be explained."""
    result = scheme_of(apk, data).at(level)
    assert result.scheme == "v4"
    assert {issue.word for issue in result.every_issue} <= set(issue_texts())
    assert all(issue.detail.endswith(".") for issue in result.every_issue)
    assert bool(result.covers) == result.holds
    return result


def error_of(apk: bytes, data: bytes, level: int = 30) -> str:
    """The word of the one error."""
    result = result_of(apk, data, level)
    assert not result.holds
    (error,) = [issue for issue in result.every_issue if issue.error]
    return error.word


def warnings_of(result: SchemeResult) -> list[str]:
    assert result.holds
    return [issue.word for issue in result.every_issue]


@pytest.mark.parametrize("apk", [V2_ONLY, V3_APK])
@pytest.mark.parametrize("level", [1, 30, 33, 36])
def test_a_file_that_fits_holds_for_every_level(apk: bytes, level: int):
    data = IdsigOf(apk, V4(DIGEST)).make()
    result = result_of(apk, data, level)
    assert result.holds
    (signer,) = result.signers
    assert signer.algorithms == ("ECDSA with SHA-256",)
    (certificate,) = signer.certificates
    assert certificate.der == own_certificate("ec")
    assert certificate.entry == "a.idsig"
    assert data[certificate.offset :].startswith(certificate.der)
    assert result.covers == f"all {len(apk)} bytes of the file, by a hash tree over its 1 blocks of 4096 bytes."


def test_it_can_be_asked_at_once():
    read = read_zip(V3_APK)
    schemes = BlockSchemes(read.part.view, Budget())
    result = verify_idsig(IdsigOf(V3_APK, V4(DIGEST)).make(), read.part, schemes, 31, Budget())
    assert result.holds
    assert result.signers[0].certificates[0].offset == -1


def test_every_byte_of_the_apk_is_covered():
    changed = bytearray(V3_APK)
    changed[-1] ^= 0
    changed[0] ^= 1
    assert error_of(bytes(changed), IdsigOf(V3_APK, V4(DIGEST)).make()) == "v4-sig-apk-root-did-not-verify"


def test_a_file_for_a_longer_apk_is_refused():
    assert error_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST), size=len(V3_APK) + 1).make()) == "v4-sig-did-not-verify"


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"version": 3}, "v4-sig-version-not-current"),
        ({"log2": 16}, "v4-sig-unknown-hashing"),
        ({"tree": bytes(4096)}, "v4-sig-apk-tree-did-not-verify"),
        ({"root": bytes(32)}, "v4-sig-apk-root-did-not-verify"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(how: dict, word: str):
    assert error_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST), **how).make()) == word


def test_a_file_that_cannot_be_followed_has_no_signer():
    result = result_of(V3_APK, b"")
    assert [issue.word for issue in result.issues] == ["v4-sig-malformed-signers"]
    assert result.signers == ()


def test_a_file_without_certificate_has_a_signer_without_one():
    result = result_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST, certificate=b"")).make())
    assert [issue.word for issue in result.every_issue] == ["v4-sig-no-certificate"]
    assert result.signers[0].certificates == ()


def test_it_must_be_signed_by_the_apps_signer():
    other = V4(DIGEST, kind="other")
    assert error_of(V3_APK, IdsigOf(V3_APK, other).make()) == "v4-sig-v2-v3-signers-mismatch"


def test_it_must_be_about_the_contents_that_the_apps_signer_states():
    assert error_of(V3_APK, IdsigOf(V3_APK, V4(bytes(32))).make()) == "v4-sig-v2-v3-digests-mismatch"
    assert error_of(V3_APK, IdsigOf(V3_APK, V4(b"")).make()) == "v4-sig-v2-v3-digests-mismatch"


def test_another_digest_than_a_signer_would_pick_is_odd_and_no_more():
    apk = signed_apk(v3=[v3(algorithms=(EC, EC_512))])
    assert warnings_of(result_of(apk, IdsigOf(apk, V4(WIDE)).make())) == []
    assert warnings_of(result_of(apk, IdsigOf(apk, V4(DIGEST)).make())) == ["v4-sig-v2-v3-digests-mismatch"]


def test_the_tree_of_the_contents_is_picked_before_their_chunks():
    apk = signed_apk(v3=[v3(algorithms=(EC, VERITY_EC))], pages=True)
    view = memoryview(apk)
    (signer,) = BlockSchemes(view, Budget()).v3(30).signers
    assert signer.issues == ()
    from affidavit.signing.block import find_blocks
    from affidavit.signing.stated import stated

    (stating,) = stated(view, find_blocks(view)[0][0])
    assert warnings_of(result_of(apk, IdsigOf(apk, V4(stating.digests[3])).make())) == []
    assert warnings_of(result_of(apk, IdsigOf(apk, V4(stating.digests[1])).make())) == ["v4-sig-v2-v3-digests-mismatch"]


@pytest.mark.parametrize("first", [True, False])
def test_signers_for_other_levels_do_not_matter(first: bool):
    broken = v3(34, signed=b"\x09\0\0\0")
    signers = [broken, v3(28, 33)] if first else [v3(28, 33), broken]
    apk = signed_apk(v3=signers)
    assert warnings_of(result_of(apk, IdsigOf(apk, V4(DIGEST)).make())) == []


def test_it_goes_with_a_signature_of_v2_or_later():
    apk = plain_apk()
    assert error_of(apk, IdsigOf(apk, V4(DIGEST)).make()) == "v4-sig-no-v2-v3-signature"


def test_it_goes_with_a_signature_that_holds():
    apk = signed_apk(v3=[v3(digests={EC: bytes(32)})])
    assert error_of(apk, IdsigOf(apk, V4(bytes(32))).make()) == "v4-sig-no-v2-v3-signature"


def test_it_goes_with_one_signer():
    apk = signed_apk(v2=[Signing(), Signing(kind="two")])
    assert error_of(apk, IdsigOf(apk, V4(DIGEST)).make()) == "v4-sig-multiple-signers"


def test_a_signature_that_could_not_be_checked_leaves_it_open():
    read = read_zip(V3_APK)
    schemes = BlockSchemes(read.part.view, Budget(seconds=1, started=time.monotonic() - 2))
    result = verify_idsig(IdsigOf(V3_APK, V4(DIGEST)).make(), read.part, schemes, 30, Budget())
    assert not result.holds
    assert "the v3 signature that v4 goes with" in result.undetermined


def test_a_key_that_cannot_be_checked_here_leaves_it_open():
    certificate, key = odd_key()
    result = result_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST, certificate=certificate, key=key)).make())
    assert not result.holds
    assert "secp256k1" in result.undetermined


def test_a_used_up_budget_leaves_it_open():
    late = Budget(seconds=1, started=time.monotonic() - 2)
    result = scheme_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST)).make(), late).at(30)
    assert "time budget" in result.undetermined
    assert not result.holds


@pytest.mark.parametrize(("level", "kind"), [(30, "ec"), (32, "ec"), (33, "new"), (36, "new")])
def test_each_level_takes_the_signature_of_its_signer(level: int, kind: str):
    result = result_of(ROTATED, IdsigOf(ROTATED, V4(DIGEST), more=[NEW]).make(), level)
    assert result.holds
    assert result.signers[0].certificates[0].der == own_certificate(kind)
    assert result.issues == ()


def test_a_newer_signer_needs_a_signature_of_its_own():
    data = IdsigOf(ROTATED, V4(DIGEST)).make()
    assert result_of(ROTATED, data, 32).holds
    assert error_of(ROTATED, data, 33) == "v41-sig-needs-two-signers"


@pytest.mark.parametrize(
    ("apk", "more"), [(V3_APK, [NEW]), (ROTATED, [NEW, NEW]), (ROTATED, [NEW, V4(DIGEST, block=7)])]
)
def test_signatures_to_spare_are_odd_and_no_more(apk: bytes, more: Sequence[V4]):
    data = IdsigOf(apk, V4(DIGEST), more=more).make()
    assert warnings_of(result_of(apk, data)) == ["v4-sig-multiple-signers"]


def test_a_salt_and_bytes_at_the_end_are_odd_and_no_more():
    result = result_of(V3_APK, IdsigOf(V3_APK, V4(DIGEST), salt=b"salt", trailing=b"rest").make())
    assert warnings_of(result) == ["v4-sig-salt-not-used", "v4-sig-trailing-bytes"]


def test_an_answer_is_the_same_whenever_it_is_asked_for():
    scheme = scheme_of(ROTATED, IdsigOf(ROTATED, V4(DIGEST), more=[NEW]).make())
    first = [scheme.at(level) for level in (30, 33)]
    assert [scheme.at(level) for level in (33, 30)] == first[::-1]
    assert scheme.levels == {30, 33}


APP = plain_apk(**{"AndroidManifest.xml": axml.binary(axml.manifest())})
REAL = signed_apk(v3=[v3(kind="rsa", algorithms=(RSA,))], plain=APP)
OWN = contents.digest(APP, "chunked-sha256")


@pytest.mark.parametrize(
    ("how", "first"),
    [
        ({}, {}),
        ({"tree": None}, {}),
        ({"salt": b"salt"}, {}),
        ({"trailing": b"rest"}, {}),
        ({"tree": bytes(4096)}, {}),
        ({"root": bytes(32)}, {}),
        ({}, {"digest": bytes(32)}),
        ({}, {"kind": "other", "algorithm": EC}),
        ({"size": 1}, {}),
    ],
)
def test_aosps_own_verifier_agrees(tmp_path: Path, how: dict, first: dict):
    data = IdsigOf(REAL, V4(**({"digest": OWN, "kind": "rsa", "algorithm": RSA} | first)), **how).make()
    said = apksigner.verdicts(tmp_path, REAL, data)
    assert said.get("APK Signature Scheme v4", False) == result_of(REAL, data).holds


WHOLE = IdsigOf(V3_APK, V4(DIGEST)).make()


@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_a_changed_bit_never_holds_and_never_raises(place: int, bit: int):
    data = bytearray(WHOLE)
    data[place] ^= 1 << bit
    result = scheme_of(V3_APK, bytes(data)).at(30)
    assert not result.holds
    assert result.every_issue or result.undetermined


@given(data=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused(data: bytes):
    result = scheme_of(V3_APK, b"\2\0\0\0" + data).at(30)
    assert not result.holds


@pytest.mark.corpus
@pytest.mark.parametrize("level", [30, 33, 34, 10_000])
def test_the_v4_file_that_apksigner_made_holds(corpus: Path, level: int):
    path = corpus / "signing" / "apksig" / "v31-rsa-2048_2-tgt-10000-dev-release.apk"
    data = path.with_suffix(".apk.idsig").read_bytes()
    with open_artefact(path, Budget()) as opened:
        part = opened.parts[0]
        schemes = BlockSchemes(part.view, Budget(), part.prefix)
        result = verify_idsig(data, part, schemes, level, Budget())
        wrong = verify_idsig(data[:-1] + b"?", part, schemes, level, Budget())
        del schemes
    assert result.holds
    assert result.every_issue == ()
    assert not wrong.holds
