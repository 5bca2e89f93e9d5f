"""The bytes that we were given."""

from msgspec import Struct


class Artefact(Struct, frozen=True, omit_defaults=True):
    """One artefact under review.

    Attributes:
        name: file name as given, without its folder.
        kind: container kind: ``apk``, ``splits`` (XAPK, APKS, APKM), ``aar``, ``jar`` or ``dex``.
        size: bytes.
        sha256: lower-case hex digest of the whole file.
    """

    name: str
    kind: str
    size: int
    sha256: str
