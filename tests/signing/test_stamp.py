"""Source stamps: one that is right holds, and each thing that can be wrong with one is said by its name."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.signing.block import find_blocks
from affidavit.signing.issues import issue_texts
from affidavit.signing.outcome import SchemeResult
from affidavit.signing.stamp import verify_stamp
from tests.artefact.reading import Read, read_zip
from tests.builders import axml
from tests.builders.block_signing import DSA, EC, EC_512, RSA, UNKNOWN, Link, Signing, own_certificate, v3
from tests.builders.signing import V2, block, prefixed, with_block
from tests.builders.stamps import V2_STAMP, Stamp, Stamped, odd_key, stamp_lineage, stamp_time
from tests.builders.zip import Item, build_zip
from tests.oracles import apksigner

HELD = {1: "verified", 2: "verified", 3: "verified", 31: "verified"}
TABLE = Path(__file__).with_name("apksig_stamps.tsv")


def checked(apk: bytes | Read, outcomes: dict[int, str] | None = None) -> SchemeResult | None:
    read = read_zip(apk) if isinstance(apk, bytes) else apk
    return verify_stamp(read.part, find_blocks(read.part.view)[0], HELD if outcomes is None else outcomes)


def result_of(apk: bytes | Read, outcomes: dict[int, str] | None = None) -> SchemeResult:
    """The result, which must be there and whose issues must be explained."""
    result = checked(apk, outcomes)
    assert result is not None
    assert result.scheme == "source-stamp"
    assert {issue.word for issue in result.every_issue} <= set(issue_texts())
    assert all(issue.detail.endswith(".") for issue in result.every_issue)
    assert bool(result.covers) == result.holds
    return result


def error_of(apk: bytes | Read, outcomes: dict[int, str] | None = None) -> tuple[str, str]:
    """Word and detail of the one error, without the word's prefix."""
    result = result_of(apk, outcomes)
    assert not result.holds
    (error,) = [issue for issue in result.every_issue if issue.error]
    return error.word.removeprefix("source-stamp-"), error.detail


def warnings_of(result: SchemeResult) -> list[str]:
    return [issue.word.removeprefix("source-stamp-") for issue in result.every_issue if not issue.error]


def test_without_stamp_and_announcement_there_is_nothing_to_check():
    assert checked(Stamped(announced=False).apk()) is None


def test_a_stamp_over_every_scheme_holds():
    apk = Stamped().apk(Stamp())
    result = result_of(apk)
    assert result.holds
    assert result.issues == ()
    (signer,) = result.signers
    (certificate,) = signer.certificates
    assert certificate.der == own_certificate("stamp")
    assert apk[certificate.offset :].startswith(certificate.der)
    assert signer.algorithms == ("ECDSA with SHA-256",)
    assert result.covers == "the digests of the file that its signatures of v1, v2 and v3 state, not its bytes."


@pytest.mark.parametrize(
    ("schemes", "named"),
    [
        ({"v2": None, "v3": None}, "v1"),
        ({"v3": None, "manifest": None}, "v2"),
        ({"v2": None, "manifest": None}, "v3"),
        ({"v2": [Signing(algorithms=(EC, EC_512))]}, "v1, v2 and v3"),
        ({"v2": None}, "v1 and v3"),
    ],
)
def test_a_stamp_covers_the_schemes_that_there_are(schemes: dict, named: str):
    result = result_of(Stamped(**schemes).apk(Stamp()))
    assert result.holds
    assert f"its signatures of {named} state" in result.covers


@pytest.mark.parametrize(("kind", "algorithm"), [("rsa", RSA), ("dsa", DSA), ("stamp", EC_512)])
def test_a_stamp_may_be_of_any_algorithm_of_scheme_v2(kind: str, algorithm: int):
    assert result_of(Stamped().apk(Stamp(kind=kind, algorithms=(algorithm,)))).holds


def test_the_strongest_signature_decides():
    wrong = {EC: b"no signature"}
    assert result_of(Stamped().apk(Stamp(algorithms=(EC, EC_512), signatures=wrong))).holds
    wrong = {EC_512: b"no signature"}
    assert error_of(Stamped().apk(Stamp(algorithms=(EC, EC_512), signatures=wrong)))[0] == "did-not-verify"


def test_v31_is_not_stamped_and_that_is_said():
    result = result_of(Stamped(v31=[v3(33, kind="new")]).apk(Stamp()))
    assert result.holds
    assert warnings_of(result) == ["signature-scheme-not-available"]


def test_an_unknown_algorithm_is_passed_over_and_said():
    result = result_of(Stamped().apk(Stamp(algorithms=(UNKNOWN, EC), signatures={UNKNOWN: b"?"})))
    assert result.holds
    assert set(warnings_of(result)) == {"unknown-sig-algorithm"}


def test_only_unknown_algorithms_are_no_signature():
    word, detail = error_of(Stamped().apk(Stamp(algorithms=(UNKNOWN,), signatures={UNKNOWN: b"?"})))
    assert (word, detail) == ("no-signature", "no signature of a known algorithm over the digests of v1.")


def test_an_announced_stamp_must_be_there():
    assert error_of(Stamped().apk())[0] == "sig-missing"
    assert result_of(Stamped().apk()).signers == ()


def test_a_stamp_must_be_announced():
    word, _ = error_of(Stamped(announced=False).apk(Stamp()))
    assert word == "signature-block-without-cert-digest"


@pytest.mark.parametrize("entry", [b"", bytes(32), bytes(31), b"x" * 500])
def test_the_announced_certificate_must_be_the_stamps(entry: bytes):
    word, detail = error_of(Stamped(entry=entry).apk(Stamp()))
    assert word == "certificate-mismatch-between-signature-block-and-apk"
    assert len(detail) < 400


def test_a_stamp_by_anybody_else_does_not_fit_the_announcement():
    honest = Stamped(manifest=None)
    plain = honest.plain(own_certificate("stamp"))
    blocks = [(V2, prefixed(Signing().make(plain))), (V2_STAMP, Stamp(kind="other").make(honest.digests(plain)))]
    assert error_of(with_block(plain, block(*blocks)))[0] == "certificate-mismatch-between-signature-block-and-apk"


def test_a_certificate_that_cannot_be_read_is_said():
    result = result_of(Stamped().apk(Stamp(certificate=b"no certificate")))
    assert [issue.word for issue in result.issues] == ["source-stamp-malformed-certificate"]
    assert result.signers == ()


@pytest.mark.parametrize("scheme", [1, 2, 3])
def test_each_schemes_digests_must_be_those_that_were_stamped(scheme: int):
    word, detail = error_of(Stamped().apk(Stamp(data={scheme: b"other"})))
    assert word == "did-not-verify"
    assert f"the digests of v{scheme}" in detail


@pytest.mark.parametrize("scheme", [1, 2, 3])
def test_each_scheme_in_the_file_must_be_stamped(scheme: int):
    word, detail = error_of(Stamped().apk(Stamp(left_out=[scheme])))
    assert word == "no-signature"
    assert f"v{scheme}" in detail


def test_a_manifest_changed_after_the_stamp_breaks_it():
    stamped = Stamped()
    apk = Stamped(manifest=b"Manifest-Version: 2.0\r\n\r\n").apk(
        Stamp(data={1: stamped.digests(stamped.plain(own_certificate("stamp")))[1]})
    )
    assert error_of(apk)[0] == "did-not-verify"


def test_a_key_of_another_kind_than_the_algorithm_is_said():
    assert error_of(Stamped().apk(Stamp(algorithms=(RSA,), signatures={RSA: b"?"})))[0] == "verify-exception"


def test_a_key_that_cannot_be_checked_here_leaves_it_open():
    result = result_of(Stamped().apk(Stamp(certificate=odd_key()[0])))
    assert not result.holds
    assert "secp256k1" in result.undetermined
    assert result.issues == ()


def test_without_any_other_signature_a_stamp_signs_nothing():
    stamped = Stamped(v2=None, v3=None, v31=[v3(33)], manifest=None)
    assert not result_of(stamped.apk(Stamp())).holds
    nothing = Stamped(v2=None, v3=None, manifest=None)
    assert error_of(nothing.apk(Stamp()))[0] == "nothing-signed"


def test_a_scheme_without_digest_has_nothing_to_sign():
    stamped = Stamped(v2=[Signing(names=(UNKNOWN,), digests={UNKNOWN: b"?"})], v3=None, manifest=None)
    word, detail = error_of(stamped.apk(Stamp(data={2: b""})))
    assert (word, detail) == ("nothing-signed", "v2 states no digest that the stamp could sign.")


def test_digests_that_cannot_be_followed_are_said():
    plain = Stamped(manifest=None).plain(own_certificate("stamp"))
    apk = with_block(plain, block((V2, b"\x09"), (V2_STAMP, Stamp().make({2: b"x"}))))
    assert error_of(apk)[0] == "malformed-digests"


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ({1: "refused", 2: "refused", 3: "refused"}, "digests-do-not-hold"),
        ({1: "refused", 2: "refused", 3: "verified"}, ""),
        ({1: "verified", 2: "refused", 3: "refused"}, ""),
    ],
)
def test_a_stamp_is_worth_what_the_signatures_are_worth_whose_digests_it_signs(outcomes: dict[int, str], word: str):
    apk = Stamped().apk(Stamp())
    if word:
        assert error_of(apk, outcomes)[0] == word
    else:
        assert result_of(apk, outcomes).holds


@pytest.mark.parametrize("outcomes", [{}, {1: "refused", 2: "undetermined", 3: "refused"}])
def test_signatures_that_were_not_checked_to_the_end_leave_the_stamp_open(outcomes: dict[int, str]):
    result = result_of(Stamped().apk(Stamp()), outcomes)
    assert not result.holds
    assert result.undetermined
    assert result.issues == ()


def test_an_older_stamp_signs_the_digests_of_the_newest_scheme():
    assert result_of(Stamped().apk(Stamp(old=True))).holds
    assert "signatures of v3 state" in result_of(Stamped().apk(Stamp(old=True))).covers
    assert "signatures of v1 state" in result_of(Stamped(v2=None, v3=None).apk(Stamp(old=True))).covers
    assert error_of(Stamped().apk(Stamp(old=True, data={3: b"other"})))[0] == "did-not-verify"
    assert (
        error_of(Stamped(v2=None, v3=None, manifest=None).apk(Stamp(old=True, data={3: b"other"})))[0]
        == "nothing-signed"
    )


def test_of_two_stamps_the_newer_kind_is_checked_and_of_two_alike_the_first():
    good, wrong = Stamp(), Stamp(data={1: b"other"})
    assert result_of(Stamped().apk(Stamp(old=True, data={3: b"other"}), good)).holds
    assert result_of(Stamped().apk(good, wrong)).holds
    assert error_of(Stamped().apk(wrong, good))[0] == "did-not-verify"


def test_attributes_are_signed_too():
    good = Stamp(attributes=[stamp_time(1_644_886_584)])
    assert result_of(Stamped().apk(good)).covers.endswith("its signer dates it 2022-02-15T00:56:24Z.")
    changed = Stamp(attributes=[stamp_time(1_644_886_584)], shown=prefixed(stamp_time(1_644_886_585)))
    word, detail = error_of(Stamped().apk(changed))
    assert word == "did-not-verify"
    assert "the stamp's attributes" in detail


def test_the_keys_of_the_stamps_signer_are_given_oldest_first():
    lineage = stamp_lineage(Link("older", flags=7), Link("stamp"))
    (signer,) = result_of(Stamped().apk(Stamp(attributes=[lineage]))).signers
    assert [node.certificate.der for node in signer.lineage] == [own_certificate("older"), own_certificate("stamp")]
    assert [node.flags for node in signer.lineage] == [7, 31]


def test_places_name_the_container_that_holds_the_stamp():
    read = read_zip(Stamped().apk(Stamp()))
    read.part.prefix = "base.apk!/"
    assert result_of(read).signers[0].certificates[0].entry == "base.apk"


def with_entries(*items: Item) -> bytes:
    """The blocks of a stamped APK in a container with other entries."""
    apk = Stamped().apk(Stamp())
    blocks = [(item.block_id, apk[item.offset : item.offset + item.size]) for item in find_blocks(memoryview(apk))[0]]
    return build_zip(items, before_directory=block(*blocks))


@pytest.mark.parametrize("name", ["stamp-cert-sha256", "META-INF/MANIFEST.MF"])
def test_an_entry_that_cannot_be_read_leaves_it_open(name: str):
    other = {"stamp-cert-sha256": bytes(32), "META-INF/MANIFEST.MF": b"x"}
    items = [Item(key, data, stream=b"\xff\xff" if key == name else None) for key, data in other.items()]
    assert name in result_of(with_entries(*items)).undetermined


def test_an_announcement_that_is_far_too_long_is_not_read():
    result = result_of(Stamped(entry=bytes(2000)).apk(Stamp()))
    assert "stamp-cert-sha256" in result.undetermined


def test_too_many_stamped_schemes_are_not_read_on():
    many = Stamp(data=dict.fromkeys(range(100, 200), b"x"))
    assert "64 stamped schemes" in result_of(Stamped().apk(many)).undetermined


def test_a_used_up_budget_leaves_it_open():
    lying = Item("META-INF/MANIFEST.MF", bytes(20 << 20), central={"size": 10})
    read = read_zip(with_entries(Item("stamp-cert-sha256", bytes(32)), lying))
    read.budget.seconds = 0
    assert "time budget" in result_of(read).undetermined


@given(cut=st.integers(0, 2000), data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_changed_stamp_never_holds_and_never_raises(cut: int, data: st.DataObject):
    apk = bytearray(STAMPED)
    (stamp,) = [item for item in find_blocks(memoryview(STAMPED))[0] if item.block_id == V2_STAMP]
    place = stamp.offset + cut % stamp.size
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != apk[place]))
    apk[place] = value
    result = checked(bytes(apk))
    assert result is not None
    assert not result.holds
    assert result.undetermined or any(issue.error for issue in result.every_issue)


STAMPED = Stamped(manifest=None, v2=None).apk(Stamp(attributes=[stamp_time(1)]))


@given(value=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_as_a_stamp_are_refused(value: bytes):
    stamped = Stamped(v3=None)
    result = checked(stamped.apk(more=[(V2_STAMP, value)]))
    assert result is not None
    assert not result.holds
    assert result.every_issue or result.undetermined


@pytest.mark.parametrize(
    ("stamp", "good"),
    [
        (Stamp(attributes=[stamp_lineage(Link("older"), Link("stamp"))]), True),
        (Stamp(attributes=[stamp_lineage(Link("stamp"), Link("other"))]), False),
        (Stamp(kind="rsa", algorithms=(RSA,)), True),
        (Stamp(algorithms=(EC, EC_512), signatures={EC_512: b"no"}), False),
        (Stamp(data={3: b"other"}), False),
        (Stamp(left_out=[3]), False),
    ],
)
def test_aosps_own_verifier_agrees(tmp_path: Path, stamp: Stamp, good: bool):
    app = axml.binary(axml.manifest())
    apk = Stamped(v2=None, v3=[v3(kind="rsa", algorithms=(RSA,))], manifest=None, app=app).apk(stamp)
    said = apksigner.verdicts(tmp_path, apk)
    assert said["APK Signature Scheme v3"]
    assert said["SourceStamp"] == good
    assert result_of(apk).holds == good


def expectations() -> Iterator[list[str]]:
    with TABLE.open(encoding="utf-8") as file:
        yield from csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "word", "lineage", "time"), list(expectations()))
def test_the_stamps_of_apksigs_suite_are_judged_as_apksig_judges_them(
    corpus: Path, name: str, word: str, lineage: str, time: str
):
    import hashlib

    with open_artefact(corpus / "signing" / "apksig" / name, Budget()) as opened:
        part = opened.parts[0]
        result = verify_stamp(part, find_blocks(part.view)[0], HELD)
    if word == "source-stamp-cert-digest-and-sig-block-missing":
        assert result is None
        return
    assert result is not None
    assert [issue.word for issue in result.every_issue if issue.error] == ([word] if word else [])
    assert result.holds == (not word)
    assert time in result.covers
    if result.holds:
        found = [hashlib.sha256(node.certificate.der).hexdigest()[:8] for node in result.signers[0].lineage]
        assert " ".join(found) == lineage


@pytest.mark.corpus
def test_every_stamped_file_of_apksigs_suite_is_in_the_table(corpus: Path):
    listed = {row[0] for row in expectations()}
    there = {path.name for path in (corpus / "signing" / "apksig").glob("*stamp*.apk")}
    assert there <= listed
