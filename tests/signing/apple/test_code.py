"""A code signature is checked whole: each thing that was changed after signing is found, and nothing else is."""

import plistlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.macho import read_macho
from affidavit.model.errors import BudgetError
from affidavit.model.signing import Issue
from affidavit.signing.apple.code import Beside, check_code, outcome_of
from tests.builders.apple import Sealing, der_entitlements, identity, joined
from tests.builders.macho import DYLIB, ROOM, command, encryption, image, library, section, signed_image
from tests.oracles.apple import changed_pages
from tests.signing.apple.checking import HELD, check, quiet, sealed, words

RIGHTS = {"application-identifier": "TEAM123456.org.example.app", "get-task-allow": True, "groups": ["a", "b"], "n": -7}
FULL = Sealing(info=b"info", resources=b"list", entitlements=RIGHTS, der=der_entitlements(RIGHTS))


@pytest.mark.parametrize("digests", [("sha256",), ("sha1",), ("sha1", "sha256"), ("sha384",), ("sha256", "sha512")])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_what_is_as_it_was_signed_holds(digests, kind):
    made = sealed(Sealing(**{**vars(FULL), "digests": digests, "signer": identity(kind)}))
    assert words(made) == ["apple-weak-digest"] * (digests == ("sha1",)) + HELD
    assert made.entitlements == made.entitlements_der == RIGHTS
    assert made.cms.algorithm == f"{'RSA PKCS#1 v1.5' if kind == 'rsa' else 'ECDSA'} with SHA-256"
    assert made.cms.signed_at == "2020-01-02T03:04:05Z"


def test_the_outcome_follows_from_the_issues():
    warning, error = Issue("apple-file-weak", "", error=False), Issue("apple-page-differs", "")
    left = Issue("apple-ad-hoc", "", error=False)
    assert outcome_of([]) == outcome_of([warning]) == "verified"
    assert outcome_of([warning, left]) == "undetermined"
    assert outcome_of([left, error]) == "refused"


def test_code_that_was_changed_is_found_with_its_place():
    data = bytearray(signed_image(sealing=FULL, code=b"x" * 20_000))
    for at in (9_000, 9_001, 17_000):
        data[at] ^= 1
    made = check(bytes(data), Beside(b"info", b"list"))
    assert words(made) == ["apple-page-differs", *HELD]
    assert "2 pages have another sha256 digest, the first at 8192" in made.issues[0].detail
    assert made.outcome == "refused"


@cache
def paged_image(page: int) -> bytes:
    return signed_image(sealing=Sealing(page=page, digests=("sha256", "sha1")), code=b"y" * 9_500)


@settings(max_examples=60, deadline=None)
@given(at=st.lists(st.integers(200, 9_000), max_size=6), page=st.sampled_from([12, 14, 0]))
def test_changed_pages_are_those_that_a_slow_reading_finds(at, page):
    data = bytearray(paged_image(page))
    for place in at:
        data[place] ^= 0xFF
    slow = changed_pages(bytes(data))
    found = [issue.detail for issue in check(bytes(data)).issues if issue.word == "apple-page-differs"]
    assert [int(detail.split()[0]) for detail in found] == [len(pages) for pages in slow if pages]
    assert [int(detail.rpartition("at ")[2].split()[0]) for detail in found] == [pages[0] for pages in slow if pages]


@pytest.mark.parametrize(
    ("beside", "name"),
    [(Beside(b"other", b"list"), "info"), (Beside(b"info", b"other"), "resources")],
)
def test_what_lies_beside_and_was_changed_is_found(beside, name):
    made = sealed(FULL, beside)
    assert words(made) == ["apple-seal-differs", *HELD]
    assert made.issues[0].detail.startswith(name)


def test_what_is_sealed_and_not_there_leaves_the_outcome_open():
    made = sealed(FULL, Beside(None, b"list"))
    assert words(made) == ["apple-not-checked", *HELD]
    assert made.outcome == "undetermined"


@pytest.mark.parametrize(("slot", "name"), [(2, "requirements"), (5, "entitlements"), (7, "entitlements-der")])
def test_a_blob_that_was_changed_or_added_after_sealing_is_refused(slot, name):
    made = sealed(Sealing(**{**vars(FULL), "spoil": slot}))
    assert made.outcome == "refused"
    assert (words(made)[0], made.issues[0].detail.startswith(name)) == ("apple-seal-differs", True)
    added = sealed(Sealing(**{**vars(FULL), "unsealed": (slot,)}))
    assert (words(added)[0], added.outcome) == ("apple-not-sealed", "refused")
    assert added.issues[0].detail.endswith(f"no digest of {name}")


@pytest.mark.parametrize("slot", [1, 3])
def test_files_that_the_signature_does_not_seal_leave_the_outcome_open(slot):
    made = sealed(Sealing(**{**vars(FULL), "unsealed": (slot,)}))
    assert (words(made), made.outcome) == (["apple-not-sealed", *HELD], "undetermined")
    assert outcome_of(made.issues[:1]) == "undetermined"


def test_bytes_that_are_not_covered_are_found():
    made = sealed(Sealing(limit=4_096))
    assert words(made)[:1] == ["apple-not-covered"]
    assert made.outcome == "refused"


def test_an_ad_hoc_signature_shows_no_signer():
    made = sealed(Sealing(signer=None, entitlements=RIGHTS, flags=2))
    assert (words(made), made.outcome, made.cms) == (["apple-ad-hoc"], "undetermined", None)
    assert made.entitlements == RIGHTS
    data = bytearray(signed_image(sealing=Sealing(signer=None)))
    data[300] ^= 1
    assert check(bytes(data)).outcome == "refused"


def test_an_image_without_a_signature_is_said():
    assert words(check(image(library("a"), code=bytes(100)))) == ["apple-unsigned"]


@pytest.mark.parametrize("content", [command(0x1D, bytes(8)), command(0x1D, b"\xff" * 8)])
def test_a_signature_that_does_not_lie_in_the_image_is_refused(content):
    assert words(check(image(content, code=bytes(100)))) == ["apple-malformed"]


def test_a_directory_that_the_signer_does_not_name_is_refused():
    digests = ("sha1", "sha256")
    assert words(sealed(Sealing(digests=digests))) == HELD
    made = sealed(Sealing(digests=digests, names=False))
    assert (words(made), made.outcome) == ([*HELD, "apple-directory-unbound"], "refused")
    assert "sha256" in made.issues[-1].detail


def test_a_signature_of_another_file_is_refused():
    one, other = (signed_image(sealing=Sealing(), code=code * 10_000) for code in (b"1", b"2"))
    start = len(one) - ROOM
    moved = other[:start] + one[start:]
    assert "apple-page-differs" in words(check(moved))
    assert check(moved).outcome == "refused"


def test_the_signers_block_of_another_directory_is_refused():
    data = bytearray(signed_image(sealing=Sealing(identifier="org.example.one")))
    at = data.rindex(b"org.example.one\0TEAM")
    data[at : at + 15] = b"org.example.two"
    made = check(bytes(data))
    assert (words(made), made.outcome) == (["apple-cms-digest", *HELD], "refused")


def test_encrypted_pages_that_differ_are_left_open_and_others_are_not():
    lines = (encryption(4096, 4096, 1),)
    data = bytearray(signed_image(*lines, sealing=Sealing(), code=b"z" * 15_000))
    data[5_000] ^= 1
    made = check(bytes(data))
    assert (words(made), made.outcome) == (["apple-not-checked", *HELD], "undetermined")
    data[9_000] ^= 1
    assert check(bytes(data)).outcome == "refused"
    plain = bytearray(signed_image(encryption(4096, 4096, 0), sealing=Sealing(), code=b"z" * 15_000))
    plain[5_000] ^= 1
    assert check(bytes(plain)).outcome == "refused"


def test_tiny_pages_are_not_compared_for_they_would_only_cost_time():
    made = sealed(Sealing(page=9))
    assert (words(made), made.outcome) == (["apple-not-checked", *HELD], "undetermined")


def test_a_property_list_inside_the_image_is_what_is_sealed():
    content = plistlib.dumps({"CFBundleIdentifier": "org.example.swift"})
    line = section(b"__info_plist", 32 + 152 + 16, len(content))
    made = check(signed_image(line, sealing=Sealing(info=content), kind=DYLIB, code=content))
    assert words(made) == HELD


def test_two_forms_of_entitlements_that_differ_are_refused():
    made = sealed(Sealing(entitlements=RIGHTS, der=der_entitlements({**RIGHTS, "get-task-allow": False})))
    assert (words(made), made.outcome) == ([*HELD, "apple-entitlements-differ"], "refused")


@pytest.mark.parametrize("der", [b"", b"\x70\x80", b"junk"])
def test_entitlements_that_cannot_be_read_are_said(der):
    assert words(sealed(Sealing(entitlements=RIGHTS, der=der))) == [*HELD, "apple-malformed"]


def test_the_budget_ends_the_comparison_of_pages():
    data = signed_image(sealing=Sealing())
    (only,) = read_macho("My", data).images

    def stop() -> None:
        raise BudgetError("time is up", advice="more")

    with pytest.raises(BudgetError):
        check_code(only, memoryview(data), Beside(), stop)


@cache
def full_image() -> bytes:
    """One signed image for all examples: to make it costs more than to check it."""
    return signed_image(sealing=FULL, code=b"w" * 5_000)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_change_of_a_signed_image_is_refused_or_leaves_the_covered_bytes_alone(data):
    whole = full_image()
    changed = bytearray(whole)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    file = read_macho("My", bytes(changed))
    if not hasattr(file, "images"):
        return
    (only,) = file.images
    made = check_code(only, memoryview(bytes(changed)), Beside(b"info", b"list"), quiet)
    covered = len(whole) - ROOM
    assert made.outcome != "verified"
    assert at >= covered or made.outcome == "refused"


def test_an_empty_super_blob_has_no_directory():
    data = signed_image(sealing=Sealing())
    start = len(data) - ROOM
    assert words(check(data[:start] + joined({}).ljust(ROOM, b"\0"))) == ["apple-malformed"]


@pytest.mark.corpus
def test_real_signatures_hold_and_lead_to_apple(corpus):
    import zipfile

    seen = []
    for path in sorted((corpus / "ios").glob("m*/*.ipa")):
        with zipfile.ZipFile(path) as archive:
            (name,) = [item for item in archive.namelist() if archive.read(item)[:4] in MAGICS]
            folder = name.rpartition("/")[0]
            beside = Beside(
                archive.read(f"{folder}/Info.plist"), archive.read(f"{folder}/_CodeSignature/CodeResources")
            )
            data = archive.read(name)
        file = read_macho(name, data)
        for number in range(len(file.images)):
            made = check(data, beside, number)
            old = ["apple-weak-digest"] if path.name == "ios.ipa" else []
            assert (words(made), made.outcome, made.cms.chain.root) == (old, "verified", "Apple Root CA")
            assert not any(changed_pages(data, number))
            seen.append(path.name)
    assert len(set(seen)) >= 4


MAGICS = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


@pytest.mark.corpus
def test_every_changed_page_of_a_real_file_is_found(corpus):
    data = bytearray((corpus / "ios" / "mobsf" / "macho.dylib").read_bytes())
    assert check(bytes(data)).outcome == "verified"
    for place in range(16_384 + 100, 16_384 + 55_000, 4_096):
        data[place] ^= 1
    made = check(bytes(data))
    assert made.outcome == "refused"
    assert [issue.detail.split()[0] for issue in made.issues if issue.word == "apple-page-differs"] == ["14", "14"]
    assert [len(pages) for pages in changed_pages(bytes(data))] == [14, 14]


def test_a_directory_with_too_few_digests_does_not_cover_the_code():
    data = bytearray(signed_image(sealing=Sealing(), code=b"v" * 20_000))
    at = data.index(b"\xfa\xde\x0c\x02") + 28  # magic, length, version, flags, two places, special slots
    pages = int.from_bytes(data[at : at + 4], "big")
    data[at : at + 4] = (pages - 1).to_bytes(4, "big")
    made = check(bytes(data))
    assert made.outcome == "refused"
    assert f"{pages} pages have {pages - 1} sha256 digests" in [issue.detail for issue in made.issues]
