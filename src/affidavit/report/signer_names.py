"""Names of the verified signers of an app, for which Android versions each stands, and what is known of each key."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from affidavit.model.signing import DEBUG_SUBJECT, Certificate, KnownSigner, PlatformVerdict
from affidavit.report.android_versions import levels, ranges
from affidavit.report.overview import Facts
from affidavit.report.verdicts import main_container, verdicts

DEBUG_KEY = "a debug key: anybody may have it"
_SHOWN = 3
_DIGITS = 8
_KEYS = {
    "public-key": "a key that everybody has",
    "sample": "signs samples",
    "store": "signs apps of others",
    "maker": "",
}


class Named(NamedTuple):
    """A verified signer: SHA-256 of its certificate, the name in it, and for which versions it stands.

    `when` is empty where all versions that accept the app have the same signers.
    """

    sha256: str
    name: str
    when: str = ""


def named_signers(facts: Facts) -> list[Named]:
    """The verified signers of the app itself, those that the newest Android takes first.

    The source stamp's signer is none: it vouches for where a file comes from, and no version takes it for the app's.
    """
    main = main_container(facts)
    subjects = {
        item.sha256: item.subject
        for fact, item in facts.pairs(Certificate)
        if item.verified and item.scheme != "source-stamp" and _within(fact.place.entry, main)
    }
    good = [item for item in verdicts(facts) if item.outcome == "accepted" and item.signers]
    when = _when(good)
    relied = [Named(each, subjects.get(each, "a certificate that was not read"), said) for each, said in when.items()]
    left = "on whom no version relies" if good else ""
    return _told_apart([*relied, *(Named(each, name, left) for each, name in subjects.items() if each not in when)])


def in_words(found: Sequence[Named]) -> str:
    """The first signers and how many more (``CN=New for Android 14 and later; CN=Old before``)."""
    names = [f"{item.name} {item.when}".rstrip() for item in found[:_SHOWN]]
    return "; ".join([*names, f"{len(found) - _SHOWN} more"] if len(found) > _SHOWN else names)


def known_as(found: Sequence[Named], facts: Facts) -> Iterator[str]:
    """Whose certificates these are by the registry; with several signers, each by its name."""
    names = {item.sha256: f"{item.name} " if len(found) > 1 else "" for item in found}
    known = {item.certificate: item for item in facts.about(KnownSigner)}
    for digest, name in names.items():
        if digest in known:
            yield f"{name}known as {_holder(known[digest])}"


def debug_keys(found: Sequence[Named]) -> Iterator[str]:
    """Which of the signers name themselves as development tools name the key that they make by themselves."""
    for item in found:
        if is_debug(item.name):
            yield f"{item.name} is {DEBUG_KEY}" if len(found) > 1 else DEBUG_KEY


def notes_on(certificate: Certificate, facts: Facts) -> list[str]:
    """What is known of the key of one verified certificate, in half sentences; nothing of one that is not verified."""
    if not certificate.verified:
        return []
    alone = [Named(certificate.sha256, certificate.subject)]
    return [*debug_keys(alone), *known_as(alone, facts)]


def is_debug(subject: str) -> bool:
    """Whether a name is the one that development tools give to the key that they make by themselves."""
    return DEBUG_SUBJECT.search(subject) is not None


def _holder(item: KnownSigner) -> str:
    note = _KEYS.get(item.key, "")
    return f"{item.holder}'s, {item.what}" + (f": {note}" if note else "")


def _when(good: Sequence[PlatformVerdict]) -> dict[str, str]:
    """For which versions each signer stands, the newest version's first; empty words where all versions agree."""
    runs: list[tuple[frozenset[str], int, int]] = []
    for item in good:
        signers = frozenset(item.signers)
        if runs and runs[-1][0] == signers and runs[-1][2] + 1 == item.min_sdk:
            runs[-1] = (signers, runs[-1][1], item.max_sdk)
        else:
            runs.append((signers, item.min_sdk, item.max_sdk))
    order = list(dict.fromkeys(digest for item in reversed(good) for digest in item.signers))
    if len({signers for signers, _, _ in runs}) <= 1:
        return dict.fromkeys(order, "")
    match runs:
        case [(older, _, end), (newer, start, last)] if not older & newer and end + 1 == start:
            after = f"for {levels(start, last)}"
            return {digest: after if digest in newer else "before" for digest in order}
    spans = {digest: [(low, high) for signers, low, high in runs if digest in signers] for digest in order}
    return {digest: f"for {ranges(spans[digest])}" for digest in order}


def _told_apart(found: Sequence[Named]) -> list[Named]:
    """Two certificates with one name get the beginning of their digests; names are what certificates say."""
    names = [item.name for item in found]
    return [
        item._replace(name=f"{item.name} [{item.sha256[:_DIGITS]}…]") if names.count(item.name) > 1 else item
        for item in found
    ]


def _within(entry: str, main: str) -> bool:
    """Whether a place is the container itself or lies directly inside it."""
    return entry == main or entry.rpartition("!/")[0] == main
