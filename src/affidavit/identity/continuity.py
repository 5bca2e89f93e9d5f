"""Whether Android would take one file as an update of another, by their signatures alone.

Source: AOSP, ``SigningDetails.checkCapability`` and ``PackageManagerServiceUtils.verifySignatures``: the same signers;
or, since Android 9 and for a single signer, an older key that the newer file's lineage names and to which it still
grants its data (``installed-data``); or a newer key whose lineage lets the older one come back (``rollback``). Package
names and version numbers, which decide too, are not looked at here.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from affidavit.model.fact import Fact
from affidavit.model.signing import Acceptance, LineageKey, PlatformVerdict, SigningLineage, Update

ROTATION_LEVEL = 28
"""First API level that knows rotation."""


class Signed(Struct, frozen=True):
    """What facts say of one app's own signatures.

    Attributes:
        verdicts: of its base, by level.
        lineages: those that hold, each by its newest key.
    """

    verdicts: tuple[PlatformVerdict, ...]
    lineages: dict[str, tuple[LineageKey, ...]]


def signed(facts: Iterable[Fact], entry: str = "") -> Signed:
    """What facts say of the signatures of the container at a path."""
    own = [fact.what for fact in facts if fact.place.entry == entry]
    verdicts = sorted((what for what in own if isinstance(what, PlatformVerdict)), key=lambda item: item.min_sdk)
    held = [what for what in own if isinstance(what, SigningLineage) and what.verified and what.keys]
    lineages = {what.keys[-1].certificate: what.keys for what in held}
    return Signed(tuple(verdicts), lineages)


def updates(old: Signed, new: Signed) -> tuple[Update, ...]:
    """What every level that runs both files would make of `new` where `old` is installed; alike neighbours are one.

    Empty when no level runs both, or nothing is known of one of them.
    """
    made: list[Update] = []
    for low, high, before, after in _overlaps(old.verdicts, new.verdicts):
        outcome, why = _decide(low, before, after, old, new)
        if made and (made[-1].outcome, made[-1].why) == (outcome, why):
            made[-1] = replace(made[-1], max_sdk=high)
        else:
            made.append(Update(low, high, outcome, why))
    return tuple(made)


def _overlaps(
    old: Sequence[PlatformVerdict], new: Sequence[PlatformVerdict]
) -> Iterator[tuple[int, int, PlatformVerdict, PlatformVerdict]]:
    """Ranges of levels within which both verdicts, and what is known of rotation, are the same."""
    for after in new:
        for before in old:
            low, high = max(before.min_sdk, after.min_sdk), min(before.max_sdk, after.max_sdk)
            if low < ROTATION_LEVEL <= high:
                yield low, ROTATION_LEVEL - 1, before, after
                low = ROTATION_LEVEL
            if low <= high:
                yield low, high, before, after


def _decide(
    level: int, before: PlatformVerdict, after: PlatformVerdict, old: Signed, new: Signed
) -> tuple[Acceptance, str]:
    """What one level decides."""
    for verdict, which in ((after, "newer"), (before, "older")):
        if verdict.outcome != "accepted":
            outcome: Acceptance = "refused" if verdict.outcome == "refused" and verdict is after else "undetermined"
            return outcome, f"the {which} file's own signatures are {verdict.outcome}"
    if set(before.signers) == set(after.signers):
        return "accepted", "both have the same signers"
    if len(before.signers) != 1 or len(after.signers) != 1:
        return "refused", "the signers differ, and only a single signer can change its key"
    if level < ROTATION_LEVEL:
        return "refused", "the signers differ, and these versions know no change of keys"
    return _rotated(before.signers[0], after.signers[0], old, new)


def _rotated(before: str, after: str, old: Signed, new: Signed) -> tuple[Acceptance, str]:
    """Whether one key is in the other's lineage, with the capability that it takes."""
    granted = _granted(new.lineages.get(after, ()), before)
    if granted is not None and "installed-data" in granted:
        return "accepted", "the newer signer's lineage names the older key and grants it its data"
    back = _granted(old.lineages.get(before, ()), after)
    if back is not None and "rollback" in back:
        return "accepted", "the older file's lineage lets its earlier key come back (rollback)"
    if granted is not None:
        return "refused", "the newer signer's lineage names the older key and no longer grants it its data"
    if back is not None:
        return "refused", "the newer file goes back to an earlier key, to which its lineage does not grant rollback"
    return "refused", "the signers differ, and no lineage joins them"


def _granted(lineage: Sequence[LineageKey], certificate: str) -> tuple[str, ...] | None:
    """What a lineage still grants to one of its older keys; None when it is none of them."""
    return next((key.capabilities for key in lineage[:-1] if key.certificate == certificate), None)
