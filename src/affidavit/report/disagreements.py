"""Where those who reported on a measure disagree, as far as an answer is touched."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from affidavit.model.claim import Conflict, Resolution

_REGISTER = "the register"


class Disagreement(NamedTuple):
    """One point: what it is about, what is said of it and by which claims, and how it was decided, in words."""

    point: str
    told: str
    decision: str


def disagreements(conflicts: Iterable[Conflict], decisions: Mapping[str, Resolution]) -> tuple[Disagreement, ...]:
    """The points, those decided together as one, in the order of the conflicts.

    Args:
        conflicts: those that bear on an answer.
        decisions: by id.
    """
    return tuple(
        Disagreement(_point(group), "; ".join(_told(group)), _decision(decisions.get(name)))
        for name, group in _grouped(conflicts)
    )


def _grouped(conflicts: Iterable[Conflict]) -> Iterator[tuple[str, list[Conflict]]]:
    """Conflicts about one property of one subject together, and these together if one decision settles them."""
    points: dict[tuple[str, str], list[Conflict]] = {}
    for item in conflicts:
        points.setdefault((item.subject, item.property), []).append(item)
    settled: dict[tuple[str, ...], list[Conflict]] = {}
    for key, group in points.items():
        decided = next((item.resolution for item in group if item.resolution), "")
        settled.setdefault((decided,) if decided else key, []).extend(group)
    for name, group in settled.items():
        yield name[0], group


def _point(group: Iterable[Conflict]) -> str:
    """The property and its subjects."""
    properties = dict.fromkeys(item.property.replace("_", " ") for item in group)
    return f"{', '.join(properties)} of {', '.join(dict.fromkeys(item.subject.partition(':')[2] for item in group))}"


def _told(group: Iterable[Conflict]) -> Iterator[str]:
    """Each value with the claims that give it, earliest first."""
    found: dict[str, dict[str, None]] = {}
    voices = sorted({voice for item in group for voice in item.voices}, key=lambda one: (one.asserted_at, one.claim))
    for voice in voices:
        found.setdefault(f"{voice.value} {voice.unit}".strip(), {})[voice.claim or _REGISTER] = None
    return (f"{value} ({', '.join(claims)})" for value, claims in found.items())


def _decision(decided: Resolution | None) -> str:
    """How it was decided, and where to read why."""
    if decided is None:
        return "Not decided by what was known then."
    return f"Decided ({decided.title}): {decided.decision.rstrip('.')}. Why: affidavit claims {decided.id}"
