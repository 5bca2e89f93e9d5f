"""Whether the signature in a v4 file holds, and whether its hash tree is that of the APK.

Source: AOSP frameworks/base, ``ApkSignatureSchemeV4Verifier`` (``verifySigner``); apksig, ``V4SchemeVerifier``.
"""

from typing import Final

from affidavit.signing.algorithms import algorithms
from affidavit.signing.idsig_file import IdsigFile, Signing
from affidavit.signing.keys import holds, key_of, same_key
from affidavit.signing.merkle import root_of
from affidavit.signing.signer import FaultError, unusable_as

_SHA256: Final = 1
_LOG2: Final = 12


def check_hashing(file: IdsigFile) -> None:
    """Whether the tree is of a kind that Android knows.

    Raises:
        FaultError: ``v4-sig-unknown-hashing``.
    """
    kind = (file.hashing.algorithm, file.hashing.log2)
    if kind != (_SHA256, _LOG2):
        detail = f"the tree is of the kind {kind[0]} with blocks of 2^{kind[1]} bytes"
        raise FaultError("v4-sig-unknown-hashing", f"{detail}; Android knows kind {_SHA256} and 2^{_LOG2}")


def check_tree(file: IdsigFile, tree: bytes) -> None:
    """Whether the root, and the tree if the file has one, are those of the APK.

    Args:
        file: the v4 file.
        tree: of the APK, from `affidavit.signing.merkle.hash_tree`.

    Raises:
        FaultError: ``v4-sig-apk-root-did-not-verify``, ``v4-sig-apk-tree-did-not-verify``.
    """
    root, stated = root_of(tree), file.hashing.root
    if stated != root:
        detail = f"the v4 file states the root {stated[:64].hex()}, the APK's is {root.hex()}"
        raise FaultError("v4-sig-apk-root-did-not-verify", detail)
    if file.cut:
        raise FaultError("v4-sig-apk-tree-did-not-verify", "the v4 file ends within its hash tree")
    if file.tree is not None and file.tree != tree:
        detail = f"the hash tree of {len(file.tree)} bytes in the v4 file is not that of the APK"
        raise FaultError("v4-sig-apk-tree-did-not-verify", detail)


def check_signature(signing: Signing, signed: bytes) -> str:
    """Check one signature and that its key is the certificate's.

    Args:
        signing: from the file.
        signed: what it is over, from `affidavit.signing.idsig_file.signed_bytes`.

    Returns:
        The algorithm in words.

    Raises:
        FaultError: it does not hold.
        UnsupportedKeyError: its key cannot be checked here.
    """
    algorithm = algorithms().get(signing.algorithm)
    if algorithm is None:
        raise FaultError("v4-sig-unknown-sig-algorithm", f"the algorithm {signing.algorithm:#06x} is unknown")
    with unusable_as("v4-sig-malformed-public-key", "the key in the v4 file: "):
        fits = holds(signing.key, algorithm.family, algorithm.digest, signing.signature, signed)
    if not fits:
        raise FaultError("v4-sig-did-not-verify", f"the {algorithm.title} signature does not fit the signed data")
    if not signing.certificate.der:
        raise FaultError("v4-sig-no-certificate", "the v4 file has no certificate")
    with unusable_as("v4-sig-malformed-certificate", "the certificate in the v4 file: "):
        own = key_of(signing.certificate.der)
    if not same_key(own, signing.key):
        word = "v4-sig-public-key-mismatch-between-certificate-and-signatures-record"
        raise FaultError(word, "the key that signed the v4 file is not that of its certificate")
    return algorithm.title
