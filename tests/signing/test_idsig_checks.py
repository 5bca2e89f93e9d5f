"""The parts of a v4 file's check: the kind of tree, the tree itself, and each signature with its key."""

import pytest

from affidavit.artefact.budget import Budget
from affidavit.signing.idsig_checks import check_hashing, check_signature, check_tree
from affidavit.signing.idsig_file import IdsigFile, read_idsig, signed_bytes
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.merkle import hash_tree
from affidavit.signing.signer import FaultError
from tests.builders.block_signing import DSA, EC, EC_512, RSA, RSA_PSS, UNKNOWN, own_certificate, public_key
from tests.builders.idsig import V4, IdsigOf
from tests.builders.stamps import odd_key

APK = bytes(range(256)) * 40


def file_of(first: V4 | None = None, **how: object) -> IdsigFile:
    return read_idsig(IdsigOf(APK, first or V4(b"digest"), **how).make(), "")


def signature_of(first: V4, size: int = len(APK)) -> str:
    file = file_of(first)
    return check_signature(file.signings[0], signed_bytes(size, file.hashing, file.signings[0]))


def tree_of(file: IdsigFile) -> None:
    check_tree(file, hash_tree(memoryview(APK), Budget()))


@pytest.mark.parametrize(
    ("kind", "algorithm", "title"),
    [
        ("ec", EC, "ECDSA with SHA-256"),
        ("ec", EC_512, "ECDSA with SHA-512"),
        ("rsa", RSA, "RSA PKCS#1 v1.5 with SHA-256"),
        ("rsa", RSA_PSS, "RSA-PSS with SHA-256"),
        ("dsa", DSA, "DSA with SHA-256"),
    ],
)
def test_a_signature_of_every_kind_holds(kind: str, algorithm: int, title: str):
    assert signature_of(V4(b"digest", kind=kind, algorithm=algorithm)) == title


@pytest.mark.parametrize(
    ("first", "word"),
    [
        (V4(b"", signature=b"none"), "did-not-verify"),
        (V4(b"", algorithm=UNKNOWN, signature=b"?"), "unknown-sig-algorithm"),
        (V4(b"", key=b"no key"), "malformed-public-key"),
        (V4(b"", algorithm=RSA, signature=b"?"), "malformed-public-key"),
        (V4(b"", certificate=b""), "no-certificate"),
        (V4(b"", certificate=b"none"), "malformed-certificate"),
        (
            V4(b"", certificate=own_certificate("other")),
            "public-key-mismatch-between-certificate-and-signatures-record",
        ),
    ],
)
def test_a_signature_that_does_not_hold_says_why(first: V4, word: str):
    with pytest.raises(FaultError) as raised:
        signature_of(first)
    assert raised.value.word == f"v4-sig-{word}"


def test_the_files_size_is_signed():
    with pytest.raises(FaultError, match="does not fit"):
        signature_of(V4(b""), size=len(APK) + 1)


def test_a_key_that_cannot_be_checked_here_is_no_fault():
    certificate, key = odd_key()
    with pytest.raises(UnsupportedKeyError):
        signature_of(V4(b"", certificate=certificate, key=key))


def test_the_key_must_be_the_certificates_own():
    assert signature_of(V4(b"", key=public_key("ec"))) == "ECDSA with SHA-256"


@pytest.mark.parametrize(("algorithm", "log2"), [(0, 12), (2, 12), (1, 13), (1, 0)])
def test_other_trees_are_not_known(algorithm: int, log2: int):
    with pytest.raises(FaultError, match="Android knows kind 1") as raised:
        check_hashing(file_of(algorithm=algorithm, log2=log2))
    assert raised.value.word == "v4-sig-unknown-hashing"


def test_the_one_known_tree_is_taken():
    check_hashing(file_of())


@pytest.mark.parametrize("how", [{}, {"tree": None}])
def test_the_tree_of_the_apk_holds(how: dict[str, object]):
    tree_of(file_of(**how))


@pytest.mark.parametrize("root", [bytes(32), b"", b"x" * 31, b"x" * 33])
def test_another_root_is_refused(root: bytes):
    with pytest.raises(FaultError) as raised:
        tree_of(file_of(root=root))
    assert raised.value.word == "v4-sig-apk-root-did-not-verify"


@pytest.mark.parametrize("tree", [b"", bytes(4096), bytes(8192)])
def test_another_tree_is_refused(tree: bytes):
    with pytest.raises(FaultError, match="is not that of the APK") as raised:
        tree_of(file_of(tree=tree))
    assert raised.value.word == "v4-sig-apk-tree-did-not-verify"


def test_a_tree_that_is_cut_is_refused():
    whole = IdsigOf(APK, V4(b"digest")).make()
    with pytest.raises(FaultError, match="ends within") as raised:
        tree_of(read_idsig(whole[:-1], ""))
    assert raised.value.word == "v4-sig-apk-tree-did-not-verify"
