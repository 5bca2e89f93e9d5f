"""A signature block file against its signature file: which SignerInfo counts, what signed attributes must say."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from affidavit.signing.jar import JarScheme
from affidavit.signing.jar_algorithms import JAVA
from affidavit.signing.jar_signer import folded, shown
from affidavit.signing.outcome import SchemeResult
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import APP, Info, Jar, attributes_of, block, manifest, signature, signature_file
from tests.builders.signing import certificate, key, name
from tests.builders.zip import Item, build_zip
from tests.signing.test_signed_data import issued, usage

TEXT = Jar().own_text()
GOOD = attributes_of(TEXT)
WRONG = attributes_of(b"other")


def at(made: bytes, level: int = 24) -> SchemeResult:
    read = read_zip(Jar(block=made).build())
    return JarScheme(read.part, read.budget, java=level == JAVA).at(level, frozenset())


def words(result: SchemeResult) -> list[str]:
    return sorted({issue.word for issue in result.every_issue if issue.error})


def outcomes(made: bytes, *levels: int) -> list[list[str]]:
    return [words(at(made, level)) for level in levels]


LEVELS = (18, 19, 23, 24, JAVA)
HOLDS: list[str] = []
NOT = ["jar-sig-did-not-verify"]
GIVES_UP = ["jar-sig-verify-exception"]
CONTENT = "1.2.840.113549.1.7.1"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (GOOD, [GIVES_UP, HOLDS, HOLDS, HOLDS, HOLDS]),
        (list(reversed(GOOD)), [GIVES_UP, HOLDS, HOLDS, HOLDS, HOLDS]),
        (WRONG, [GIVES_UP, NOT, NOT, NOT, NOT]),
        (GOOD[1:], [GIVES_UP, HOLDS, HOLDS, GIVES_UP, GIVES_UP]),
        (GOOD[:1], [GIVES_UP, GIVES_UP, GIVES_UP, GIVES_UP, GIVES_UP]),
        ([], [GIVES_UP, GIVES_UP, GIVES_UP, GIVES_UP, GIVES_UP]),
        (attributes_of(TEXT, content="1.2.3"), [GIVES_UP, HOLDS, HOLDS, NOT, NOT]),
        (GOOD * 2, [["jar-sig-parse-exception"]] * 5),
        ([*GOOD, ("1.2.3.4", [core.Null()])], [GIVES_UP, HOLDS, HOLDS, HOLDS, HOLDS]),
    ],
)
def test_signed_attributes(attributes, expected: list[list[str]]):
    assert outcomes(block(Info(TEXT, attributes=attributes)), *LEVELS) == expected


def test_attributes_whose_signature_is_over_the_file_do_not_hold():
    odd = Info(TEXT, attributes=GOOD, signature=signature("ec", "sha256", TEXT))
    assert outcomes(block(odd), 24) == [NOT]


BAD = Info(b"other")
FINE = Info(TEXT)
GIVING_UP = Info(TEXT, attributes=GOOD[:1])


@pytest.mark.parametrize(
    ("infos", "old", "new"),
    [
        ([FINE], HOLDS, HOLDS),
        ([BAD], NOT, NOT),
        ([BAD, FINE], NOT, HOLDS),
        ([FINE, BAD], HOLDS, HOLDS),
        ([FINE, GIVING_UP], HOLDS, GIVES_UP),
        ([GIVING_UP, FINE], GIVES_UP, GIVES_UP),
        ([], ["jar-sig-no-signers"], ["jar-sig-no-signers"]),
    ],
)
def test_levels_below_24_look_at_the_first_signer_info_only(infos: list[Info], old: list[str], new: list[str]):
    made = block(*infos, certificates=[certificate()])
    assert outcomes(made, 23, 24, JAVA) == [old, new, new]


def test_identity_is_that_of_the_first_that_holds():
    other = certificate(name(CN="Other"), kind="rsa")
    made = block(Info(b"x", other, "rsa"), Info(TEXT), Info(TEXT, other, "rsa"))
    (signer,) = at(made).signers
    assert signer.certificates[0].der == certificate()
    assert signer.algorithms == ("ECDSA with SHA-256",)
    refused = at(made, 23)
    assert refused.signers[0].certificates[0].der == other
    assert refused.signers[0].algorithms == ()


@pytest.mark.parametrize(
    "made",
    [
        block(Info(TEXT), certificates=[]),
        block(Info(TEXT, serial=99)),
        block(Info(TEXT, by_key_identifier=True)),
        block(Info(TEXT, der=issued(name(CN="A"), name(CN="A"), (usage("key_encipherment"), False)))),
        block(
            Info(
                TEXT,
                der=issued(
                    name(CN="A"),
                    name(CN="A"),
                    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True),
                ),
            )
        ),
        block(Info(TEXT, algorithm="rsa-sha256")),
    ],
)
def test_a_certificate_that_cannot_have_signed_makes_platforms_give_up(made: bytes):
    assert outcomes(made, 24) == [GIVES_UP]


def test_a_certificate_that_may_sign_is_taken():
    der = issued(
        name(CN="A"), name(CN="A"), (usage("digital_signature"), True), (x509.BasicConstraints(True, None), True)
    )
    assert outcomes(block(Info(TEXT, der=der)), 24) == [HOLDS]


@pytest.mark.parametrize(
    ("digest", "algorithm", "expected"),
    [
        ("sha256", "ec", [["jar-sig-unsupported-sig-alg"], HOLDS, HOLDS]),
        ("sha256", "ec-sha256", [["jar-sig-unsupported-sig-alg"], ["jar-sig-unsupported-sig-alg"], HOLDS]),
        ("sha512", "ec", [["jar-sig-unsupported-sig-alg"], HOLDS, HOLDS]),
        ("sha256", "1.3.101.112", [["jar-sig-unsupported-sig-alg"]] * 3),
        ("1.2.3.4", "ec", [["jar-sig-unsupported-sig-alg"]] * 3),
    ],
)
def test_algorithms_by_level(digest: str, algorithm: str, expected: list[list[str]]):
    signed = digest if digest.startswith("sha") else "sha256"
    made = block(Info(TEXT, digest=digest, algorithm=algorithm, signed_digest=signed))
    assert outcomes(made, 17, 18, 21) == expected


def test_an_algorithm_that_names_another_digest_than_the_signer_info():
    made = block(Info(TEXT, digest="sha512", algorithm="ec-sha256", signed_digest="sha256"))
    assert outcomes(made, 20, 21, 23, 24) == [
        ["jar-sig-unsupported-sig-alg"],
        HOLDS,
        HOLDS,
        ["jar-sig-unsupported-sig-alg"],
    ]


def test_a_key_that_cannot_be_checked_here_leaves_it_open():
    der = bytearray(certificate())
    curve = core.ObjectIdentifier("1.2.840.10045.3.1.7").dump()
    at_curve = bytes(der).index(curve)
    der[at_curve + len(curve) - 1] = 6  # another curve, which is not among Android's
    result = at(block(Info(TEXT), certificates=[bytes(der)]))
    assert (words(result), result.holds) == ([], False)
    assert "META-INF/CERT.EC" in result.undetermined


def test_more_signers_than_are_read_leave_it_open():
    made = block(*[Info(TEXT, signature=b"x")] * 65, certificates=[certificate()])
    assert "more certificates or signers" in at(made).undetermined
    assert words(at(made)) == []


def test_what_one_signer_leaves_open_does_not_hide_that_another_is_broken():
    curve = core.ObjectIdentifier("1.2.840.10045.3.1.7").dump()
    odd = certificate().replace(curve, curve[:-1] + b"\x06")
    more = [Item("META-INF/B.SF", TEXT), Item("META-INF/B.EC", block(Info(b"other")))]
    read = read_zip(Jar(block=block(Info(TEXT), certificates=[odd]), more=more).build())
    result = JarScheme(read.part, read.budget).at(24, frozenset())
    assert (words(result), result.undetermined) == (NOT, "")


def test_the_chain_comes_after_the_signers_own_certificate():
    leaf, root = issued(name(CN="Leaf"), name(CN="Root"), serial=1), issued(name(CN="Root"), name(CN="Root"), serial=2)
    (signer,) = at(block(Info(TEXT, der=leaf), certificates=[root, leaf])).signers
    assert [item.der for item in signer.certificates] == [leaf, root]


def test_folding_keeps_the_first_and_counts_the_rest():
    assert folded("jar-sig-janus", []) == ()
    assert [issue.detail for issue in folded("jar-sig-janus", list("abcdefg"), most=5)][-1] == "and 2 more like these"
    assert len(folded("jar-sig-janus", list("abcde"), most=5)) == 5


def test_names_are_quoted_and_cut():
    assert shown(b"a") == "'a'"
    assert shown(b"\xff\0") == "'\\\\xff\\\\x00'"
    assert shown(b"x" * 200) == f"'{'x' * 100}'…"


# --- against other verifiers ----------------------------------------------------------------------------------------


def jarsigner(path: Path) -> str:
    if shutil.which("jarsigner") is None:
        pytest.skip("needs jarsigner")
    done = subprocess.run(["jarsigner", "-verify", path], check=False, capture_output=True, timeout=120)
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ({}, True),
        ({"files": {**APP, "META-INF/services/x": b"y"}}, True),
        ({"block": block(Info(b"other", kind="rsa"))}, False),
    ],
)
def test_jarsigner_agrees_on_jars(tmp_path: Path, change: dict, holds: bool):
    jar = Jar(**{"kind": "rsa", **change})
    (tmp_path / "a.jar").write_bytes(jar.build())
    read = read_zip(jar.build())
    assert JarScheme(read.part, read.budget, java=True).at(0, frozenset()).holds is holds
    assert ("jar verified." in jarsigner(tmp_path / "a.jar")) is holds


def test_jars_that_jarsigner_signs_hold_and_break(tmp_path: Path):
    if shutil.which("jarsigner") is None:
        pytest.skip("needs jarsigner")
    path = tmp_path / "a.jar"
    path.write_bytes(build_zip([Item(f"d{number}/{'n' * number}", b"x" * number) for number in range(90)]))
    store = pkcs12.serialize_key_and_certificates(
        b"a", key("rsa"), x509.load_der_x509_certificate(certificate(kind="rsa")), None,
        serialization.BestAvailableEncryption(b"secret"),
    )  # fmt: skip
    (tmp_path / "a.p12").write_bytes(store)
    command = "jarsigner -keystore a.p12 -storepass secret -storetype pkcs12 -signedjar b.jar a.jar a"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True, timeout=120)
    data = (tmp_path / "b.jar").read_bytes()
    for java in (True, False):
        read = read_zip(data)
        result = JarScheme(read.part, read.budget, java=java).at(24, frozenset())
        assert result.holds
        assert (
            hashlib.sha256(result.signers[0].certificates[0].der).digest()
            == hashlib.sha256(certificate(kind="rsa")).digest()
        )


def test_a_signature_file_of_another_jar_does_not_fit():
    other = manifest({"a": b""})
    assert words(at(block(Info(signature_file(other))))) == NOT
