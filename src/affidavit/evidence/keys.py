"""The signer's key: made once, kept private, and its public half as one line of text that can be handed around."""

import binascii
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.evidence.dsse import KEY_BYTES, decode_base64, encode_base64, key_id
from affidavit.evidence.writing import write_atomically
from affidavit.model.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LABEL = "affidavit-ed25519"
"""First word of a public key's line."""

PREFIX = 16
"""Hex digits of the key id in that line: for people to compare, and against slips in copying."""

_PEM_LIMIT = 16 << 10
_BEGIN, _END = b"-----BEGIN PRIVATE KEY-----\n", b"\n-----END PRIVATE KEY-----\n"
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")  # RFC 8410, section 7: all that precedes the key's 32 bytes
_OTHERS = 0o077


def default_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the key is: ``$AFFIDAVIT_KEY``, else ``affidavit/key.pem`` in the user's configuration folder.

    The folder is ``$XDG_CONFIG_HOME`` if that is an absolute path (XDG Base Directory Specification: relative ones are
    ignored), else ``~/.config``.
    """
    if environment.get("AFFIDAVIT_KEY"):
        return Path(environment["AFFIDAVIT_KEY"])
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():
        folder = Path(environment["HOME"] if environment.get("HOME") else Path.home()) / ".config"
    return folder / "affidavit" / "key.pem"


def create(path: Path) -> "Ed25519PrivateKey":
    """Make a new key and write it as PKCS#8 PEM that only its owner may read. An existing file is never replaced.

    Raises:
        UsageError: the file is there already, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - costly import, needed only here
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - the same

    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already", advice="keep it, or name another file in $AFFIDAVIT_KEY")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {path.parent}: {error.strerror}", advice="set $AFFIDAVIT_KEY") from error
    write_atomically(path, pem, 0o600, replace=False)
    return key


def load(path: Path) -> "Ed25519PrivateKey":
    """Read a private key.

    Raises:
        UsageError: there is none, others may read it, or it is not an unencrypted Ed25519 key in PEM.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - costly import

    pem = _private_bytes(path)
    seed = _seed(pem)
    return Ed25519PrivateKey.from_private_bytes(seed) if seed else _load_any(pem, path)


def _seed(pem: bytes) -> bytes:
    """The 32 bytes of a key in the one spelling that `create` writes; nothing for any other."""
    if not (pem.startswith(_BEGIN) and pem.endswith(_END)):
        return b""
    try:
        der = binascii.a2b_base64(pem[len(_BEGIN) : -len(_END)], strict_mode=True)
    except binascii.Error:
        return b""
    return der[len(_PKCS8) :] if der.startswith(_PKCS8) and len(der) == len(_PKCS8) + KEY_BYTES else b""


def _load_any(pem: bytes, path: Path) -> "Ed25519PrivateKey":
    """Read a private key in any spelling; this costs more to import than the rest of signing."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - costly import, needed only here
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - the same

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{path}: not an unencrypted private key in PEM ({type(error).__name__})",
            advice="make one with `affidavit key new`, and name its file in $AFFIDAVIT_KEY",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: a private key, but not an Ed25519 one", advice="make one with `affidavit key new`")
    return key


def load_or_create(path: Path, announce: Callable[[str], None]) -> "Ed25519PrivateKey":
    """Read the key, or make one if there is none; `announce` is told when a key is made.

    Raises:
        UsageError: see `load` and `create`.
    """
    if path.exists():
        return load(path)
    try:
        key = create(path)
    except UsageError:
        if path.exists():  # another process made it in the meantime
            return load(path)
        raise
    announce(
        f"made a new signing key in {path}; its public half is: {public_line(key.public_key().public_bytes_raw())}"
    )
    return key


def public_line(public: bytes) -> str:
    """The text form of a raw public key: ``affidavit-ed25519 <base64> <first digits of the key id>``."""
    return f"{LABEL} {encode_base64(public)} {key_id(public)[:PREFIX]}"


def parse_public(text: str) -> bytes:
    """The raw public key of a line made by `public_line`.

    Raises:
        UsageError: not such a line, or the key and its id disagree.
    """
    advice = f"give the whole line that `affidavit key show` prints: {LABEL} <base64> <{PREFIX} hex digits>"
    words = text.split()
    if len(words) != 3 or words[0] != LABEL:
        raise UsageError("not a public key of affidavit", advice=advice)
    try:
        public = decode_base64(words[1], "public key")
    except VerificationError as error:
        raise UsageError(str(error), advice=advice) from error
    if len(public) != KEY_BYTES:
        raise UsageError(f"a public key has {KEY_BYTES} bytes, this one {len(public)}", advice=advice)
    if words[2] != key_id(public)[:PREFIX]:
        raise UsageError("the public key and its id disagree: one of them was changed", advice=advice)
    return public


def expected_key(text: str) -> bytes:
    """The raw public key that a person names: the line itself, or the path of a file that holds it.

    Raises:
        UsageError: neither.
    """
    if text.startswith(LABEL):
        return parse_public(text)
    try:
        with Path(text).open(encoding="utf-8") as file:
            return parse_public(file.read(_PEM_LIMIT))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{text[:200]}: neither a public key nor a readable file that holds one",
            advice="give the line that `affidavit key show` prints, or the path of a file with it",
        ) from error


def _private_bytes(path: Path) -> bytes:
    """The bytes of a private key file that only its owner may read."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            pem = file.read(_PEM_LIMIT)
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", advice="make a key with `affidavit key new`, or set $AFFIDAVIT_KEY"
        ) from error
    if os.name == "posix" and mode & _OTHERS:
        raise UsageError(f"{path}: other users may read or change this private key", advice=f"run: chmod 600 {path}")
    return pem
