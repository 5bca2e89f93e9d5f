"""Facts about signatures: what is there, which certificate is verified, and the certificates that apksigner prints."""

import hashlib
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given, open_artefact
from affidavit.facts.signing import extract
from affidavit.facts.signing_checked import Terms
from affidavit.model.errors import UnreadableError
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.signing import Certificate, PlatformVerdict, Signature, SigningBlock
from affidavit.signing.platform import Declared
from tests.builders.block_signing import Signing, own_certificate, signed_apk
from tests.builders.signing import (
    PADDING,
    STAMP,
    V2,
    V3,
    apk,
    certificate,
    name,
    pkcs7_signature,
    signers,
    stamp,
)
from tests.builders.zip import zip_of


def facts_of(path: Path) -> tuple[list[Fact], list[Limitation]]:
    limitations: list[Limitation] = []
    terms, budget = Terms(Declared(24, 29)), Budget()
    with open_artefact(given(path), budget) as opened:
        return [fact for part in opened.parts for fact in extract(part, budget, terms, limitations)], limitations


def facts(tmp_path: Path, data: bytes, file: str = "app.apk") -> tuple[list[Fact], list[Limitation]]:
    (tmp_path / file).write_bytes(data)
    return facts_of(tmp_path / file)


def blocks(found: list[Fact]) -> list[tuple[str, int]]:
    return [(fact.what.scheme, fact.what.signers) for fact in found if isinstance(fact.what, SigningBlock)]


def certificates(found: list[Fact]) -> list[Certificate]:
    return [fact.what for fact in found if isinstance(fact.what, Certificate)]


def listed(found: list[Fact]) -> list[Fact]:
    """Facts about what lies in the file."""
    return [fact for fact in found if isinstance(fact.what, Certificate | SigningBlock)]


def test_an_unsigned_app_has_no_signature_and_every_version_refuses_it(tmp_path):
    found, limitations = facts(tmp_path, apk())
    assert limitations == []
    (verdict,) = [fact.what for fact in found]
    assert isinstance(verdict, PlatformVerdict)
    assert (verdict.outcome, verdict.scheme, verdict.signers) == ("refused", "", ())


def test_the_certificate_of_a_signature_that_holds_is_verified(tmp_path):
    found, limitations = facts(tmp_path, signed_apk(v2=[Signing()]))
    assert limitations == []
    (item,) = certificates(found)
    assert item.verified
    assert (item.sha256, item.sha1, item.md5) == tuple(
        hashlib.new(name, own_certificate("ec")).hexdigest() for name in ("sha256", "sha1", "md5")
    )
    (signature,) = [fact.what for fact in found if isinstance(fact.what, Signature)]
    assert (signature.scheme, signature.outcome) == ("v2", "verified")
    assert signature.signers[0].certificate == item.sha256


def test_a_certificate_put_beside_a_signature_of_another_key_is_not_verified(tmp_path):
    found, _ = facts(tmp_path, signed_apk(v2=[Signing(certificates=[own_certificate("ec384")])]))
    assert [item.verified for item in certificates(found)] == [False]


def test_an_issuers_certificate_is_not_the_signers(tmp_path):
    chain = [own_certificate("ec"), own_certificate("ec384")]
    found, _ = facts(tmp_path, signed_apk(v2=[Signing(certificates=chain)]))
    assert [(item.chain, item.verified) for item in certificates(found)] == [(False, True), (True, False)]


def test_a_second_block_of_the_same_scheme_is_not_verified(tmp_path):
    real = signed_apk(v2=[Signing()])
    both = with_second_v2(real, signers([own_certificate("ec384")]))
    found, _ = facts(tmp_path, both)
    held = {item.sha256: item.verified for item in certificates(found)}
    assert len(held) == 2
    assert held[hashlib.sha256(own_certificate("ec384")).hexdigest()] is False
    assert held[hashlib.sha256(own_certificate("ec")).hexdigest()] is True


def with_second_v2(signed: bytes, value: bytes) -> bytes:
    """The APK with a further v2 block behind its own, which no digest covers."""
    (directory,) = struct.unpack_from("<I", signed, len(signed) - 6)
    (size,) = struct.unpack_from("<Q", signed, directory - 24)
    start = directory - 8 - size
    pairs = signed[start + 8 : directory - 24] + struct.pack("<QI", len(value) + 4, V2) + value
    (plain, rest) = (signed[:start], signed[directory:])
    length = len(pairs) + 24
    made = struct.pack("<Q", length) + pairs + struct.pack("<Q", length) + b"APK Sig Block 42"
    end = bytearray(rest)
    struct.pack_into("<I", end, len(end) - 6, start + len(made))
    return plain + made + bytes(end)


def test_blocks_and_certificates_that_do_not_hold_are_facts_that_are_not_verified(tmp_path):
    der = certificate(name(CN="Test"))
    data = apk((V2, signers([der])), (V3, signers([der], levels=True)), (STAMP, stamp(der)), (PADDING, bytes(8)))
    found, limitations = facts(tmp_path, data)
    assert limitations == []
    assert blocks(found) == [("v2", 1), ("v3", 1), ("source-stamp", 1), ("padding", -1)]
    assert [item.scheme for item in certificates(found)] == ["v2", "v3", "source-stamp"]
    assert not any(item.verified for item in certificates(found))
    outcomes = {fact.what.scheme: fact.what.outcome for fact in found if isinstance(fact.what, Signature)}
    assert outcomes == {"v2": "refused", "v3": "refused", "source-stamp": "refused"}
    assert {item.subject for item in certificates(found)} == {"CN=Test"}


def test_places_lead_to_the_bytes(tmp_path):
    der = certificate()
    data = apk((V2, signers([der])))
    found, _ = facts(tmp_path, data)
    assert found[0].place.entry == ""
    assert data[found[0].place.offset :].startswith(signers([der]))
    assert data[found[1].place.offset :].startswith(der)


def test_block_ids_are_hex(tmp_path):
    found, _ = facts(tmp_path, apk((V2, signers([])), (0x99, b"")))
    assert [fact.what.block_id for fact in listed(found)] == ["0x7109871a", "0x00000099"]


def test_a_chain_is_told_from_the_signers_own_certificate(tmp_path):
    own, issuer = certificate(serial=1), certificate(serial=2)
    found, _ = facts(tmp_path, apk((V2, signers([own, issuer]))))
    assert [(item.serial, item.chain) for item in certificates(found)] == [("1", False), ("2", True)]


@pytest.mark.parametrize("suffix", ["RSA", "DSA", "EC", "rsa"])
def test_v1_signature_files_are_read(tmp_path, suffix):
    der = certificate()
    signature = pkcs7_signature(der)
    found, limitations = facts(tmp_path, apk(**{"META-INF/CERT.SF": b"x", f"META-INF/CERT.{suffix}": signature}))
    assert limitations == []
    assert blocks(found) == [("v1", 1)]
    assert found[0].place.entry == f"META-INF/CERT.{suffix}"
    assert signature[found[1].place.offset :].startswith(der)


def test_signature_files_outside_meta_inf_are_none(tmp_path):
    found, _ = facts(tmp_path, apk(**{"META-INF/x/CERT.RSA": b"", "assets/CERT.RSA": b""}))
    assert listed(found) == []


def test_half_of_a_v1_signature_is_said(tmp_path):
    found, limitations = facts(
        tmp_path, apk(**{"META-INF/A.SF": b"x", "META-INF/B.EC": pkcs7_signature(certificate())})
    )
    assert blocks(found) == [("v1", 1)]
    assert [item.kind for item in limitations] == ["signing/unpaired", "signing/unpaired"]


def test_an_unreadable_v1_signature_is_a_fact_without_signers_and_a_limitation(tmp_path):
    found, limitations = facts(tmp_path, apk(**{"META-INF/A.SF": b"x", "META-INF/A.RSA": b"junk"}))
    assert blocks(found) == [("v1", -1)]
    assert [item.kind for item in limitations] == ["signing/unreadable"]


def test_a_huge_v1_signature_is_not_read(tmp_path):
    data = apk(**{"META-INF/A.SF": b"x", "META-INF/A.RSA": bytes(2 << 20)})
    found, limitations = facts(tmp_path, data)
    assert blocks(found) == [("v1", -1)]
    assert "signing/unread-block" in [item.kind for item in limitations]


def test_an_unreadable_certificate_is_said_and_others_kept(tmp_path):
    der = certificate()
    found, limitations = facts(tmp_path, apk((V2, signers([b"junk", der]))))
    assert len(certificates(found)) == 1
    assert [item.kind for item in limitations] == ["signing/unreadable-certificate"]


def test_the_number_of_certificates_is_bounded_and_said(tmp_path):
    found, limitations = facts(tmp_path, apk(*[(V2, signers(*[[b"x"] * 60] * 60))] * 20))
    assert certificates(found) == []
    kinds = [item.kind for item in limitations]
    assert kinds.count("signing/unreadable-certificate") == 256
    assert "signing/many-certificates" in kinds


def test_a_malformed_block_is_said(tmp_path):
    found, limitations = facts(tmp_path, apk((V2, b"\xff" * 40)))
    assert blocks(found) == [("v2", -1)]
    assert "signing/malformed-block" in [item.kind for item in limitations]


def test_a_split_inside_a_container_names_the_split(tmp_path):
    inner = apk((V2, signers([certificate()])))
    data = zip_of({"base.apk": inner, "split_config.en.apk": apk()}, method=0)
    found, _ = facts(tmp_path, data, "app.apks")
    assert {fact.place.entry for fact in listed(found)} == {"base.apk"}
    assert inner[listed(found)[0].place.offset - 4 :].startswith(V2.to_bytes(4, "little"))


def oracle(corpus: Path) -> list[list[str]]:
    lines = (corpus / "signing" / "apksig_oracle.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.corpus
def test_every_signer_that_verifies_is_among_ours(corpus):
    count = 0
    for row in oracle(corpus):
        path = corpus / "signing" / "apksig" / row[0]
        if row[1] != "true" or not path.exists():
            continue
        found, limitations = facts_of(path)
        digests = {item.sha256 for item in certificates(found) if item.verified}
        assert set(row[4].replace(",", " ").split()) <= digests, row[0]
        said = [item for item in limitations if item.kind.startswith("signing/")]
        assert all("source-stamp" in item.detail for item in said), row[0]
        count += 1
    assert count >= 140


@pytest.mark.corpus
def test_apps_that_do_not_verify_never_raise(corpus):
    for folder in ("apksig", "avast", "fdroidserver"):
        files = sorted((corpus / "signing" / folder).rglob("*.apk"))
        assert files, folder
        for path in files:
            try:
                facts_of(path)
            except UnreadableError:
                continue


@pytest.mark.corpus
def test_a_real_lineage_ends_with_the_current_key(corpus):
    found = certificates(facts_of(corpus / "signing/apksig/v1v2v3-with-rsa-2048-lineage-3-signers.apk")[0])
    current = [item.sha256 for item in found if item.scheme == "v3"]
    past = [item.sha256 for item in found if item.scheme == "v3-lineage"]
    assert len(past) == len(set(past)) == 3
    assert past[-1] == current[0]
    assert all(item.chain for item in found if item.scheme == "v3-lineage")


@pytest.mark.corpus
@pytest.mark.skipif(shutil.which("apksigner") is None, reason="needs apksigner")
@pytest.mark.parametrize(
    "path", ["signing/apksig/golden-aligned-v1v2v3-out.apk", "realapps/8vim/fdroid__repo__8vim_rc_v0.14.0-rc.3.apk"]
)
def test_apksigner_prints_the_same_certificates(corpus, path):
    command = ["apksigner", "verify", "--print-certs", "-v", corpus / path]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = certificates(facts_of(corpus / path)[0])
    assert set(re.findall(r"certificate SHA-256 digest: ([0-9a-f]{64})", said)) <= {item.sha256 for item in found}
    assert set(re.findall(r"certificate SHA-1 digest: ([0-9a-f]{40})", said)) <= {item.sha1 for item in found}
    keys = zip(re.findall(r"key algorithm: (\w+)", said), re.findall(r"key size \(bits\): (\d+)", said), strict=True)
    assert {f"{algorithm} {size}" for algorithm, size in keys} <= {item.key for item in found}
    subjects = {frozenset(re.split(r", ?", line)) for line in re.findall(r"certificate DN: (.*)", said)}
    assert subjects <= {frozenset(item.subject.split(",")) for item in found}


def test_the_number_of_v1_signature_files_is_bounded_and_said(tmp_path):
    files = {f"META-INF/S{number:02}.{kind}": b"x" for number in range(18) for kind in ("SF", "RSA")}
    found, limitations = facts(tmp_path, apk(**files))
    assert blocks(found) == [("v1", -1)] * 16
    assert "signing/many-blocks" in [item.kind for item in limitations]
