"""What a review was given beside the artefact, what a check has of that, and what cannot be checked without it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from affidavit.evidence.bundle import COVERAGE, FACTS
from affidavit.evidence.canonical import encode
from affidavit.evidence.comparison import differences
from affidavit.evidence.indexes import digests
from affidavit.evidence.networks import snapshots
from affidavit.evidence.traffic import MOST_PROFILE, UNWATCHED, Watched, content, fingerprint
from affidavit.model.artefact import Artefact
from affidavit.model.code_identity import CodeSearch, NativeSearch
from affidavit.model.errors import UsageError
from affidavit.model.fact import Fact
from affidavit.wording import plural

What = Literal["capture", "index", "keys", "mapping", "networks", "profile", "v4-signature"]

_OPTIONS: Final[Mapping[What, str]] = {
    "capture": "--capture",
    "index": "--libraries",
    "keys": "--keys",
    "mapping": "--mapping",
    "networks": "--networks",
    "profile": "--profile",
    "v4-signature": "--v4-signature",
}
_TITLES: Final[Mapping[What, str]] = {
    "capture": "capture of traffic",
    "index": "index of known code",
    "keys": "key log",
    "mapping": "mapping file",
    "networks": "snapshot of networks",
    "profile": "profile of the device",
    "v4-signature": "v4 signature file",
}
_OF_TRAFFIC: Final = frozenset({"capture", "contact", "disclosure", "lookup", "undecoded"})
TRAFFIC: Final[frozenset[What]] = frozenset({"capture", "keys", "profile"})
"""What says what was sent. Without one of them no capture is read again."""
_RESTS_ON: Final[Mapping[What, frozenset[str]]] = {
    "index": frozenset(
        {
            "class-pair", "code-identity", "code-search", "code-sketch", "flow", "native-identity", "native-search",
            "reached",
        }
    ),
    "mapping": frozenset({"name-mapping", "source-name"}),
    "networks": frozenset(),
    "capture": _OF_TRAFFIC,
    "keys": _OF_TRAFFIC,
    "profile": _OF_TRAFFIC,
}  # fmt: skip
"""Kinds of facts that such a file changes. Flows and calls say whose code they are in; their paths are step 10's."""
_LOST: Final[Mapping[What, str]] = {
    "index": "whose code it is, and in whose code calls, flows and findings lie",
    "mapping": "names in the source",
    "networks": "who serves hosts",
    "capture": "what was sent",
    "keys": "what was sent",
    "profile": "what was sent",
}


class Need(Struct, frozen=True):
    """A file that the review was given beside the artefact and this check was not, or the other way round.

    Attributes:
        what: kind of file. option: of the command line that names it.
        sha256: of the file that the review was given, of a profile its fingerprint; empty when it was given none, and
            this check was.
    """

    what: What
    sha256: str
    option: str


@dataclass(frozen=True, slots=True)
class Companions:
    """What a check was given beside the artefact.

    Attributes:
        v4_signature, mapping: SHA-256 of the file; empty when there is none.
        indexes: a file for each index of known code, by SHA-256.
        captures: a file for each capture, by SHA-256. keys: SHA-256 of the key log.
        networks: a file for each snapshot of networks, by digest.
        watched: the files themselves. profile: content of the device's profile; None when there is none.
    """

    v4_signature: str = ""
    mapping: str = ""
    indexes: Mapping[str, Path] = field(default_factory=dict)
    captures: Mapping[str, Path] = field(default_factory=dict)
    keys: str = ""
    profile: bytes | None = None
    watched: Watched = UNWATCHED
    networks: Mapping[str, Path] = field(default_factory=dict)

    def watched_as(self, artefact: Artefact) -> Watched:
        """The captures that the review was given, under the names that they had then."""
        paths = tuple(self.captures[item.sha256] for item in artefact.captures if item.sha256 in self.captures)
        names = {item.sha256: item.name for item in artefact.captures}
        return replace(self.watched, captures=paths, reveal=artefact.revealed, names=names)


def at_hand(
    v4_signature: Path | None,
    mapping: Path | None,
    libraries: Iterable[Path],
    watched: Watched,
    networks: Iterable[Path],
) -> Companions:
    """What a check was given beside the artefact, digested.

    Raises:
        UsageError: a file that was named is not there, or is none of its kind.
    """
    profile = watched.profile
    return Companions(
        "" if v4_signature is None else file_sha256(v4_signature),
        "" if mapping is None else file_sha256(mapping),
        digests(libraries),
        {file_sha256(path): path for path in watched.captures},
        "" if watched.keys is None else file_sha256(watched.keys),
        None if profile is None else content(profile, MOST_PROFILE, "a device's profile"),
        watched,
        snapshots(networks),
    )


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file of any size.

    Raises:
        UsageError: there is no such file.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice="give the path of a file that is there") from error


def compared_with(facts: Iterable[Fact]) -> tuple[str, ...]:
    """SHA-256 of the indexes of known code that the code was compared with, in their order."""
    found = (fact.what.indexes for fact in facts if isinstance(fact.what, CodeSearch | NativeSearch))
    return tuple(dict.fromkeys(index for indexes in found for index in indexes))


def needs(artefact: Artefact, compared: Sequence[str], asked: Sequence[str], here: Companions) -> tuple[Need, ...]:
    """What this check would have to be given, or not, to have what the review had.

    Args:
        artefact: what was reviewed.
        compared: SHA-256 of the indexes that it was compared with.
        asked: digests of the snapshots that were asked.
        here: what there is.
    """
    pairs: tuple[tuple[What, str, str], ...] = (
        ("v4-signature", artefact.v4_signature, here.v4_signature),
        ("mapping", artefact.mapping, here.mapping),
    )
    found = [Need(what, wanted, _OPTIONS[what]) for what, wanted, had in pairs if wanted != had]
    digests = [item.sha256 for item in artefact.captures]
    found += [Need("capture", digest, _OPTIONS["capture"]) for digest in digests if digest not in here.captures]
    if here.captures and not digests:
        found.append(Need("capture", "", _OPTIONS["capture"]))
    had_profile = "" if here.profile is None else fingerprint(here.profile, digests)
    given: tuple[tuple[What, str, str], ...] = (
        ("keys", artefact.keys, here.keys), ("profile", artefact.profile, had_profile),
    )  # fmt: skip
    found += [Need(what, wanted, _OPTIONS[what]) for what, wanted, had in given if wanted != had]
    found += [Need("networks", digest, _OPTIONS["networks"]) for digest in asked if digest not in here.networks]
    return (*found, *(Need("index", index, _OPTIONS["index"]) for index in compared if index not in here.indexes))


def sentences(missing: Sequence[Need], here: Companions) -> str:
    """What is missing, in words."""
    said = [_sentence(item) for item in missing if item.what != "index"]
    indexes = [item.sha256[:16] for item in missing if item.what == "index"]
    if indexes:
        ours = ", ".join(index[:16] for index in sorted(here.indexes))
        many = plural(len(indexes), "index", "indexes")
        said.append(
            f"the review compared the code with {many} of known code missing here ({', '.join(indexes)}; here is "
            f"{ours or 'none'}): give {'it' if len(indexes) == 1 else 'them'} with --libraries"
        )
    return "; ".join(said)


def _sentence(item: Need) -> str:
    title = _TITLES[item.what]
    if not item.sha256:
        return f"the review was given no {title}, and this check one: leave {item.option} away"
    told = "the fingerprint" if item.what == "profile" else "SHA-256"
    given = f"was given a {title} with {told} {item.sha256}"
    return f"the review {given}, and this check another or none: give the same with {item.option}"


def the_rest(
    missing: Sequence[Need], stated: Mapping[str, bytes], facts: Sequence[Fact], derived: Mapping[str, bytes]
) -> tuple[list[str], str]:
    """Compare what does not rest on what is missing.

    Returns:
        What differs, and what the comparison took in and left out, in words.
    """
    kinds = frozenset[str]().union(*(_RESTS_ON[item.what] for item in missing))
    again = msgspec.json.decode(derived[FACTS], type=tuple[Fact, ...])
    kept = tuple(fact for fact in facts if _kind(fact) not in kinds)
    members = {FACTS: encode(kept)}
    others = {FACTS: encode(tuple(fact for fact in again if _kind(fact) not in kinds))}
    if all(item.what in {"index", "networks"} for item in missing):
        members[COVERAGE], others[COVERAGE] = stated[COVERAGE], derived[COVERAGE]
    lost = " and ".join(_LOST[what] for what in dict.fromkeys(item.what for item in missing))
    said = (
        f"without it these cannot be checked again: {lost} ({plural(len(facts) - len(kept), 'fact')}); "
        f"the other {plural(len(kept), 'fact')} were derived again"
    )
    return list(differences(members, others, tuple(members))), said


def _kind(fact: Fact) -> str:
    return str(fact.what.__struct_config__.tag)
