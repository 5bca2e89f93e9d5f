"""The bytes that we were given."""

from msgspec import Struct


class GivenCapture(Struct, frozen=True, order=True):
    """A capture of traffic that was given beside the artefact.

    Attributes:
        sha256: hex digest of the file. name: as given, without its folder. size: bytes.
    """

    sha256: str
    name: str
    size: int


class Artefact(Struct, frozen=True, omit_defaults=True):
    """One artefact under review.

    Attributes:
        name: file name as given, without its folder.
        kind: container kind: ``apk``, ``splits`` (XAPK, APKS, APKM), ``aar``, ``jar``, ``ipa`` or ``dex``.
        size: bytes.
        sha256: lower-case hex digest of the whole file.
        v4_signature: SHA-256 of the v4 signature file (``.idsig``) that was given beside it; empty when none was.
        mapping: SHA-256 of the mapping file that was given beside it; empty when none was.
        captures: captures that were given beside it, by SHA-256, each once.
        keys: SHA-256 of the key log that was given with them; empty when none was.
        profile: fingerprint of the device's profile that was given with them; empty when none was. It is made with
            scrypt and salted by the captures, as a profile can hold so little that a plain digest could be guessed.
        revealed: whether values found in the captures are in the facts as they are.
    """

    name: str
    kind: str
    size: int
    sha256: str
    v4_signature: str = ""
    mapping: str = ""
    captures: tuple[GivenCapture, ...] = ()
    keys: str = ""
    profile: str = ""
    revealed: bool = False
