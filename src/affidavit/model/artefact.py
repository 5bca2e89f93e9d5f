"""The bytes that we were given."""

from msgspec import Struct


class Artefact(Struct, frozen=True, omit_defaults=True):
    """One artefact under review.

    Attributes:
        name: file name as given, without its folder.
        kind: container kind: ``apk``, ``splits`` (XAPK, APKS, APKM), ``aar``, ``jar``, ``ipa`` or ``dex``.
        size: bytes.
        sha256: lower-case hex digest of the whole file.
        v4_signature: SHA-256 of the v4 signature file (``.idsig``) that was given beside it; empty when none was.
        mapping: SHA-256 of the mapping file that was given beside it; empty when none was.
    """

    name: str
    kind: str
    size: int
    sha256: str
    v4_signature: str = ""
    mapping: str = ""
