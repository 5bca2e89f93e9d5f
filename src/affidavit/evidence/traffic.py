"""Captures that are given to a review: opened and digested here, read by whoever reads the artefact."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from affidavit.artefact.opening import Given, held_open, sha256_of
from affidavit.model.artefact import Artefact, GivenCapture
from affidavit.model.errors import UsageError

KIND: Final = "captures"
"""`Artefact.kind` of captures without an app."""
MOST_CAPTURES: Final = 64
"""Captures of one review: each is an open file, of which a worker may have 256."""
_MOST_KEYS: Final = 64 << 20
"""Bytes of a key log; a day of one device has some hundred thousand."""
MOST_PROFILE: Final = 1 << 20
"""Bytes of a device's profile."""
_COST: Final = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 64 << 20}
"""Of a profile's fingerprint: a tenth of a second and 32 MB for each guess."""


class Watched(Struct, frozen=True):
    """What a person gives to say what was sent.

    Attributes:
        captures: files of captured traffic. keys: a key log that opens them. profile: values of the device.
        reveal: put values that are found into facts as they are.
        names: what to call captures, by SHA-256, whatever their files are called now: a check again says what the
            review said.
    """

    captures: tuple[Path, ...] = ()
    keys: Path | None = None
    profile: Path | None = None
    reveal: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


UNWATCHED: Final = Watched()
"""Nothing was given."""


class Traffic(Struct, frozen=True):
    """The same, open: what a worker is handed.

    Attributes:
        files: by SHA-256, each once. digests: theirs. keys, profile: content of these files; None without.
        reveal: as in `Watched`.
    """

    files: tuple[Given, ...] = ()
    digests: tuple[str, ...] = ()
    keys: bytes | None = None
    profile: bytes | None = None
    reveal: bool = False

    @property
    def size(self) -> int:
        """Bytes of all captures."""
        return sum(file.size for file in self.files)


NO_TRAFFIC: Final = Traffic()
"""Of a review that was given no capture."""


@contextmanager
def opened(watched: Watched) -> Iterator[Traffic]:
    """Everything that was given, open and digested, until the context ends.

    Raises:
        UsageError: a file is not there or too large, the profile is none, or keys or a profile come without a capture.
        UnreadableError: a capture is empty.
    """
    if not watched.captures:
        if watched.keys is not None or watched.profile is not None:
            raise UsageError("a key log or a profile was given, and no capture", advice="give captures with --capture")
        yield NO_TRAFFIC
        return
    if len(watched.captures) > MOST_CAPTURES:
        advice = "join some of them, for example with mergecap"
        raise UsageError(f"more than {MOST_CAPTURES} captures are not read in one review", advice=advice)
    keys = None if watched.keys is None else content(watched.keys, _MOST_KEYS, "a key log (SSLKEYLOGFILE)")
    profile = None if watched.profile is None else content(watched.profile, MOST_PROFILE, "a device's profile")
    if profile is not None and watched.profile is not None:
        from affidavit.network.personal.profile import read_profile  # noqa: PLC0415 - only with a profile

        read_profile(profile, watched.profile.name)
    with ExitStack() as held:
        found: dict[str, Given] = {}
        for path in watched.captures:
            file = held.enter_context(held_open(path))
            digest = sha256_of(file)
            found.setdefault(digest, file._replace(name=watched.names.get(digest, file.name)))
        digests = tuple(sorted(found))
        yield Traffic(tuple(found[digest] for digest in digests), digests, keys, profile, watched.reveal)


def content(path: Path, most: int, what: str) -> bytes:
    """The bytes of a file that was given beside an artefact.

    Raises:
        UsageError: there is none, or it is larger than one can be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}", advice=f"give the path of {what}") from error
    if len(data) > most:
        raise UsageError(f"{str(path)!r} is larger than {most:,} bytes", advice=f"give {what} without other data")
    return data


def noted(artefact: Artefact, traffic: Traffic) -> Artefact:
    """The artefact with what was given beside it to say what was sent."""
    if not traffic.files:
        return artefact
    pairs = zip(traffic.digests, traffic.files, strict=True)
    return replace(
        artefact,
        captures=tuple(GivenCapture(digest, file.name, file.size) for digest, file in pairs),
        keys="" if traffic.keys is None else hashlib.sha256(traffic.keys).hexdigest(),
        profile="" if traffic.profile is None else fingerprint(traffic.profile, traffic.digests),
        revealed=traffic.reveal,
    )


def fingerprint(profile: bytes, digests: Sequence[str]) -> str:
    """What tells whether a profile is the one that was given, and nothing of what is in it.

    A profile may hold no more than a telephone number: its SHA-256 could be guessed in seconds. So each guess is made
    dear, and the captures are the salt: the same profile has another fingerprint in another review.
    """
    salt = hashlib.sha256("".join(digests).encode()).digest()
    return hashlib.scrypt(profile, salt=salt, dklen=32, **_COST).hex()
