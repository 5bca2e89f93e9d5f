"""What came of checking signatures, as facts: bounded, in words, with every doubt said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.facts.signing_checked import CAPABILITIES, MAX_ISSUES, Checked, Terms, _issues, capabilities, check
from affidavit.model.limitation import Limitation
from affidavit.model.signing import Issue, PlatformVerdict, Signature, SigningLineage
from affidavit.signing.platform import Declared
from tests.builders.block_signing import Link, Signing, lineage, plain_apk, signed_apk, v3
from tests.builders.jar_signing import Jar
from tests.signing.judging import file, opened


def checked(tmp_path, data: bytes, terms: Terms) -> tuple[Checked, list[Limitation]]:
    limitations: list[Limitation] = []
    with opened(file(tmp_path, data)) as (part, _):
        return check(part, Budget(), terms, limitations), limitations


def about(found: Checked, kind: type) -> list:
    return [fact for fact in found.facts if isinstance(fact, kind)]


def test_signers_that_hold_are_named_by_scheme_and_certificate(tmp_path):
    found, limitations = checked(tmp_path, signed_apk(v2=[Signing()]), Terms(Declared(24, 29)))
    ((scheme, digest),) = found.signers
    (signature,) = about(found, Signature)
    assert (scheme, digest) == ("v2", signature.signers[0].certificate)
    assert signature.covers.startswith("all ")
    assert limitations == []


def test_a_v1_signature_that_is_not_there_is_no_refused_signature(tmp_path):
    found, _ = checked(tmp_path, plain_apk(), Terms(Declared(21, 29)))
    assert not about(found, Signature)
    assert [item.outcome for item in about(found, PlatformVerdict)] == ["refused"]


def test_half_a_v1_signature_is_a_refused_one(tmp_path):
    found, _ = checked(tmp_path, Jar(block=b"junk").build(), Terms(Declared(21, 29)))
    assert [(item.scheme, item.outcome) for item in about(found, Signature)] == [("v1", "refused")]


def test_a_manifest_that_says_nothing_is_said(tmp_path):
    found, limitations = checked(tmp_path, signed_apk(v2=[Signing()]), Terms(Declared(unknown="no manifest")))
    assert [item.kind for item in limitations] == ["signing/terms-unknown"]
    assert about(found, PlatformVerdict)[0].min_sdk == 1


def test_a_lineage_is_a_fact_with_its_keys_oldest_first(tmp_path):
    chain = lineage(Link("ec", flags=1), Link("ec384", flags=31))
    found, _ = checked(tmp_path, signed_apk(v3=[v3(28, kind="ec384", attributes=[chain])]), Terms(Declared(28, 29)))
    (what,) = about(found, SigningLineage)
    assert what.verified
    assert [key.capabilities for key in what.keys] == [("installed-data",), tuple(CAPABILITIES.values())]
    assert what.keys[-1].certificate == about(found, Signature)[0].signers[0].certificate


def test_a_split_is_compared_with_its_base(tmp_path):
    base, _ = checked(tmp_path, signed_apk(v2=[Signing()]), Terms(Declared(24, 29)))
    terms = Terms(Declared(24, 29), base=tuple(about(base, PlatformVerdict)))
    other, _ = checked(tmp_path, signed_apk(v2=[Signing(kind="ec384")]), terms)
    assert [item.issues[0].word for item in about(other, PlatformVerdict)] == ["split-signers-differ"]
    same, _ = checked(tmp_path, signed_apk(v2=[Signing()]), terms)
    assert [item.outcome for item in about(same, PlatformVerdict)] == ["accepted"]


def test_a_library_has_no_platform(tmp_path):
    found, _ = checked(tmp_path, Jar().build(), Terms(None))
    assert [type(fact) for fact in found.facts] == [Signature]


def test_many_issues_are_cut_and_counted():
    issues = [Issue("jar-sig-zip-entry-not-signed", "x" * 900, error=number > 40) for number in range(50)]
    shown = _issues(issues)
    assert len(shown) == MAX_ISSUES + 1
    assert shown[-1] == Issue("more-issues", f"{50 - MAX_ISSUES} more are not listed.", error=True)
    assert all(len(item.detail) < 450 for item in shown)
    assert _issues(issues[:MAX_ISSUES])[-1].word != "more-issues"


@pytest.mark.parametrize(
    ("flags", "names"),
    [(0, ()), (1, ("installed-data",)), (23, ("installed-data", "shared-uid", "permission", "auth")), (32, ("0x20",)),
     (41, ("installed-data", "rollback", "0x20"))],
)  # fmt: skip
def test_capabilities_have_names(flags: int, names: tuple[str, ...]):
    assert capabilities(flags) == names


@given(st.integers(0, (1 << 32) - 1))
def test_no_capability_is_lost(flags: int):
    values = {name: flag for flag, name in CAPABILITIES.items()}
    assert sum(values[name] if name in values else int(name, 16) for name in capabilities(flags)) == flags
