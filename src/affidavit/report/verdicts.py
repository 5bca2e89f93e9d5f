"""What Android versions make of an app's signatures, in words: of the app itself, and of the set of its splits."""

from collections.abc import Sequence
from typing import NamedTuple

from affidavit.model.apple import AppleBundle
from affidavit.model.identity import Package
from affidavit.model.signing import Issue, PlatformVerdict
from affidavit.report.android_versions import levels, ranges
from affidavit.report.overview import Facts
from affidavit.signing.issues import title_of
from affidavit.wording import plural

_SHOWN = 3
_SAID = {"refused": "the set is refused by {}", "undetermined": "whether the set is accepted is not known for {}"}


class Row(NamedTuple):
    """What a range of Android versions decides: the versions, the decision, the scheme, and the signers or reasons."""

    versions: str
    decision: str
    scheme: str
    why: str


def main_container(facts: Facts) -> str:
    """The path of what carries the app's own signatures: the container of its package, or an iOS app's executable."""
    for fact, bundle in facts.pairs(AppleBundle):
        if bundle.form == "app":
            return f"{fact.place.entry.rpartition('/')[0]}/{bundle.executable}"
    package = facts.package()
    places = [fact.place.entry for fact, item in facts.pairs(Package) if item == package]
    return places[0].rpartition("!/")[0] if places else ""


def verdicts(facts: Facts) -> list[PlatformVerdict]:
    """The verdicts on the app itself (of a set: on its base), by level."""
    main = main_container(facts)
    found = [item for fact, item in facts.pairs(PlatformVerdict) if fact.place.entry == main]
    return sorted(found, key=lambda item: item.min_sdk)


def split_verdicts(facts: Facts) -> list[tuple[str, PlatformVerdict]]:
    """The splits that some version does not accept, each with the verdict."""
    main = main_container(facts)
    pairs = facts.pairs(PlatformVerdict)
    return [(fact.place.entry, item) for fact, item in pairs if fact.place.entry != main and item.outcome != "accepted"]


def accepted(facts: Facts) -> str:
    """Which Android versions would accept the app's own signatures, in a sentence; empty when none was asked.

    A set with a split that is refused is refused, whatever becomes of its base: that is said first. Names of splits are
    as the file has them: whoever shows the sentence has to make it harmless.
    """
    own = verdicts(facts)
    if not own:
        return ""
    said = [
        f"{outcome} by {words}"
        for outcome in ("accepted", "refused")
        if (words := ranges((item.min_sdk, item.max_sdk) for item in own if item.outcome == outcome))
    ]
    alone = "; ".join(said or ["no version's decision could be determined"])
    spoilt = _spoilt(facts)
    return f"{'; '.join(spoilt)}; its base alone: {alone}" if spoilt else alone


def _spoilt(facts: Facts) -> list[str]:
    """What splits make of the set, by decision and reason, refusals first; each with a split that shows it."""
    groups: dict[tuple[str, str], list[tuple[str, PlatformVerdict]]] = {}
    for entry, item in split_verdicts(facts):
        word = item.issues[0].word if item.issues else ""
        groups.setdefault((item.outcome, word), []).append((entry, item))
    said = []
    for (outcome, word), found in sorted(groups.items()):
        where = ranges((item.min_sdk, item.max_sdk) for _, item in found)
        names = sorted({entry for entry, _ in found})
        more = f" and {plural(len(names) - 1, 'further split')}" if len(names) > 1 else ""
        why = f": {title_of(word)}" if word else ""
        said.append(f"{_SAID[outcome].format(where)} ({names[0]}{more}{why})")
    return [*said[:_SHOWN], "further splits are not accepted"] if len(said) > _SHOWN else said


def platform_rows(facts: Facts) -> list[Row]:
    """What Android versions decide of the app itself, and of splits that they would not take."""
    own = [row_of(item) for item in verdicts(facts)]
    return [*own, *(row_of(item, entry) for entry, item in split_verdicts(facts))]


def row_of(item: PlatformVerdict, entry: str = "") -> Row:
    """One verdict in words; of a split, whose path is given, with its path."""
    place = f"{entry}: " if entry else ""
    why = "; ".join(issues_in_words(item.issues)) or ", ".join(item.signers)
    return Row(place + levels(item.min_sdk, item.max_sdk), item.outcome, item.scheme, why)


def issues_in_words(issues: Sequence[Issue]) -> list[str]:
    """Each issue by its title and its own detail; those that are no more than warnings say so."""
    return [f"{title_of(item.word)}{'' if item.error else ' (a note)'}: {item.detail}" for item in issues]
