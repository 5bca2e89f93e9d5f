"""The slow twin of `affidavit.signing.platform`: one level at a time, from the rules as AOSP states them."""

from affidavit.model.signing import PlatformVerdict
from affidavit.signing.outcome import SchemeResult

Scheme = dict[int, SchemeResult]
"""What a scheme answers at each level that knows it; a level that is absent finds no such block."""


def decide(level: int, v1: Scheme, v2: Scheme, v3: Scheme, v31: Scheme, target: int, sandbox: int) -> tuple[str, str]:  # noqa: PLR0917 - four schemes and what the app states
    """Outcome and scheme of one level."""
    used = v1[level]
    if level >= 24 and level in v2:
        used = v2[level]
    if level >= 28 and level in v3:
        used = v3[level]
    if level >= 33 and level in v31:
        mine = v31[level]
        faulty = any(issue.error for issue in mine.issues)
        if len(mine.signers) > 0 or faulty or mine.undetermined != "":
            used = mine
    errors = [issue for issue in used.issues if issue.error]
    errors += [issue for signer in used.signers for issue in signer.issues if issue.error]
    only_v1 = used.scheme == "v1"
    if level >= 26 and sandbox >= 2 and only_v1:
        return "refused", used.scheme
    if level >= 30 and target >= 30 and only_v1:
        return "refused", used.scheme
    if errors:
        return "refused", used.scheme
    if used.undetermined != "" or len(used.signers) == 0:
        return "undetermined", used.scheme
    return "accepted", used.scheme


def at(level: int, found: tuple[PlatformVerdict, ...]) -> PlatformVerdict:
    """The one verdict that holds for a level."""
    (only,) = [item for item in found if item.min_sdk <= level <= item.max_sdk]
    return only
