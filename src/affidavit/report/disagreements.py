"""Where those who reported on a measure disagree, as far as an answer is touched."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from affidavit.model.claim import Dispute, Resolution


class Disagreement(NamedTuple):
    """One point: what it is about, what is said of it and by which claims, and how it was decided, in words."""

    point: str
    told: str
    decision: str


def disagreements(disputes: Iterable[Dispute], decisions: Mapping[str, Resolution]) -> tuple[Disagreement, ...]:
    """Disputes in words, in their order.

    Args:
        disputes: those that bear on an answer.
        decisions: by id.
    """
    return tuple(
        Disagreement(_point(item), "; ".join(_told(item)), _decision(decisions.get(item.resolution)))
        for item in disputes
    )


def _point(dispute: Dispute) -> str:
    """The property and its subjects."""
    names = (subject.partition(":")[2] for subject in dispute.about)
    return f"{dispute.property.replace('_', ' ')} of {', '.join(names)}"


def _told(dispute: Dispute) -> Iterator[str]:
    """Each value with the claims that give it, earliest first."""
    found: dict[str, dict[str, None]] = {}
    for voice in sorted(dispute.voices, key=lambda one: (one.asserted_at, one.claim)):
        speaker = voice.claim or f"the register, as known on {voice.asserted_at}"
        found.setdefault(f"{voice.value} {voice.unit}".strip(), {})[speaker] = None
    return (f"{value} ({'; '.join(speakers)})" for value, speakers in found.items())


def left_open(decided: Resolution) -> bool:
    """Whether a decision leaves open which of the claims holds."""
    return bool(decided.statuses) and all(status == "open" for status in decided.statuses.values())


def _decision(decided: Resolution | None) -> str:
    """How it was decided, and where to read why."""
    if decided is None:
        return "Not decided by what was known then."
    how = "Left open" if left_open(decided) else "Decided"
    return f"{how} ({decided.title}): {decided.decision.rstrip('.')}. Why: affidavit claims {decided.id}"
