"""Who signed, in words: the verified signer first, what each Android version makes of it, and what is wrong."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.apple import AppleBundle
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.signing import (
    ANY_LEVEL,
    Certificate,
    Issue,
    KnownSigner,
    PlatformVerdict,
    Signature,
    SigningBlock,
    SigningLineage,
)
from affidavit.report.overview import Facts
from affidavit.signing.issues import title_of

_SHOWN = 3
_KEYS = {
    "public-key": "a key that everybody has",
    "sample": "signs samples",
    "store": "signs apps of others",
    "maker": "",
}


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/platforms``: names of versions by API level."""

    source: str
    licence: str
    versions: dict[int, str]


@cache
def _versions() -> dict[int, str]:
    return {level: name for file in load("platforms", Versions).values() for level, name in file.versions.items()}


def android(level: int) -> str:
    """The name of an Android version, or its API level where it has none yet."""
    return f"Android {name}" if (name := _versions().get(level)) else f"API level {level}"


def levels(first: int, last: int) -> str:
    """A range of API levels in words (``Android 7.0 to 8.1``, ``Android 9 and later``)."""
    if last >= ANY_LEVEL:
        return f"{android(first)} and later"
    if first == last:
        return android(first)
    return f"{android(first)} to {android(last).removeprefix('Android ')}"


class Row(NamedTuple):
    """What a range of Android versions decides: the versions, the decision, the scheme, and the signers or reasons."""

    versions: str
    decision: str
    scheme: str
    why: str


def signed_by(facts: Facts) -> str:
    """One sentence: who signed, by which schemes that hold; what does not hold; and that nothing is signed.

    Names are as certificates have them: whoever shows the sentence has to make it harmless.
    """
    main = main_container(facts)
    signatures = [item for fact, item in facts.pairs(Signature) if _of_app(fact, item, main)]
    held = [item.scheme for item in signatures if item.outcome == "verified"]
    names = _names(facts, main)
    bad = _not_holding(signatures)
    if held and names:
        said = (f"verified by {_listed(sorted(held))}", *bad, _known(facts))
        return f"{'; '.join(names)} ({', '.join(part for part in said if part)})"
    if not facts.about(SigningBlock) and not signatures:
        return "no signature found"
    named = list(dict.fromkeys(item.subject for item in facts.about(Certificate) if not item.chain))[:_SHOWN]
    said = (*bad, f"the file names {'; '.join(named)}, not verified" if named else "")
    return f"nobody whose signature was verified ({', '.join(part for part in said if part) or 'none was checked'})"


def accepted(facts: Facts) -> str:
    """Which Android versions would accept the app's own signatures, in a sentence; empty when none was asked."""
    verdicts = _verdicts(facts)
    if not verdicts:
        return ""
    good, bad = (_ranges(verdicts, outcome) for outcome in ("accepted", "refused"))
    said = [f"accepted by {_listed(good)}"] if good else []
    said += [f"refused by {_listed(bad)}"] if bad else []
    return "; ".join(said or ["no version's decision could be determined"])


def _ranges(verdicts: Sequence[PlatformVerdict], outcome: str) -> list[str]:
    """The versions with one outcome, neighbouring ranges as one."""
    found: list[tuple[int, int]] = []
    for item in verdicts:
        if item.outcome == outcome and found and found[-1][1] + 1 == item.min_sdk:
            found[-1] = (found[-1][0], item.max_sdk)
        elif item.outcome == outcome:
            found.append((item.min_sdk, item.max_sdk))
    return [levels(low, high) for low, high in found]


def platform_rows(facts: Facts) -> list[Row]:
    """What Android versions decide of the app itself, and of splits that they would not take."""
    main = main_container(facts)
    pairs = facts.pairs(PlatformVerdict)
    rows = [_row(item, "") for item in _verdicts(facts)]
    others = [(fact.place.entry, item) for fact, item in pairs if fact.place.entry != main]
    return [*rows, *(_row(item, entry) for entry, item in others if item.outcome != "accepted")]


def signature_rows(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Container, scheme, outcome with what it covers, and issues in words, of every signature."""
    return [
        (
            fact.place.entry or "the file itself",
            item.scheme,
            item.outcome,
            "; ".join((item.covers, *issues_in_words(_all_issues(item)))).strip("; "),
        )
        for fact, item in sorted(facts.pairs(Signature), key=lambda pair: (pair[0].place.entry, pair[1].scheme))
    ]


def lineage_rows(facts: Facts) -> list[tuple[str, str, str]]:
    """The keys of each lineage, oldest first: scheme and whether it holds, certificate, what the newer key grants."""
    return [
        (
            f"{item.scheme}, {'verified' if item.verified else 'not verified'}",
            key.certificate,
            _listed(key.capabilities),
        )
        for item in facts.about(SigningLineage)
        for key in item.keys
    ]


def certificates_first(facts: Facts) -> list[Certificate]:
    """Certificates, those of verified signers before all others."""
    return sorted(facts.about(Certificate), key=lambda item: not item.verified)


def issues_in_words(issues: Sequence[Issue]) -> list[str]:
    """Each issue by its title and its own detail; those that are no more than warnings say so."""
    return [f"{title_of(item.word)}{'' if item.error else ' (a note)'}: {item.detail}" for item in issues]


def _row(item: PlatformVerdict, entry: str) -> Row:
    place = f"{entry}: " if entry else ""
    why = "; ".join(issues_in_words(item.issues)) or ", ".join(item.signers)
    return Row(place + levels(item.min_sdk, item.max_sdk), item.outcome, item.scheme, why)


def main_container(facts: Facts) -> str:
    """The path of what carries the app's own signatures: the container of its package, or an iOS app's executable."""
    for fact, bundle in facts.pairs(AppleBundle):
        if bundle.form == "app":
            return f"{fact.place.entry.rpartition('/')[0]}/{bundle.executable}"
    package = facts.package()
    places = [fact.place.entry for fact, item in facts.pairs(Package) if item == package]
    return places[0].rpartition("!/")[0] if places else ""


def _of_app(fact: Fact, item: Signature, main: str) -> bool:
    return fact.place.entry == main and item.scheme != "source-stamp"


def _verdicts(facts: Facts) -> list[PlatformVerdict]:
    main = main_container(facts)
    found = [item for fact, item in facts.pairs(PlatformVerdict) if fact.place.entry == main]
    return sorted(found, key=lambda item: item.min_sdk)


def _names(facts: Facts, main: str) -> list[str]:
    """Subjects of the verified signers of the app itself, those that the newest Android takes first."""
    newest = next((item.signers for item in reversed(_verdicts(facts)) if item.signers), ())
    found = [
        (item.sha256 not in newest, item.subject)
        for fact, item in facts.pairs(Certificate)
        if item.verified and item.scheme != "source-stamp" and _within(fact.place.entry, main)
    ]
    names = list(dict.fromkeys(name for _, name in sorted(found, key=lambda pair: pair[0])))
    return [*names[:_SHOWN], f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else names


def _within(entry: str, main: str) -> bool:
    """Whether a place is the container itself or lies directly inside it."""
    return entry == main or entry.rpartition("!/")[0] == main


def _not_holding(signatures: Sequence[Signature]) -> list[str]:
    """What of the signatures does not hold, or was not checked to the end."""
    refused = sorted(item.scheme for item in signatures if item.outcome == "refused")
    left = sorted(item.scheme for item in signatures if item.outcome == "undetermined")
    said = [f"{_listed(refused)} {'does' if len(refused) == 1 else 'do'} not hold"] if refused else []
    return [*said, f"{_listed(left)} not checked to the end"] if left else said


def _known(facts: Facts) -> str:
    """Whose certificate it is by the registry."""
    known = [
        f"known as {item.holder}'s, {item.what}" + (f": {note}" if (note := _KEYS.get(item.key, "")) else "")
        for item in facts.about(KnownSigner)
    ]
    return "; ".join(dict.fromkeys(known))


def _listed(words: Sequence[str]) -> str:
    """Words as a sentence has them (``v1, v2 and v3``)."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _all_issues(item: Signature) -> tuple[Issue, ...]:
    return (*item.issues, *(issue for signer in item.signers for issue in signer.issues))
