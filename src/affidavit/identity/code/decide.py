"""Whether a family is there: evidence turned into a calibrated probability."""

import math
from dataclasses import dataclass

from affidavit.identity.code.result import Decision


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on one family, see `FamilyMatch`."""

    decision: Decision
    probability: float
    log_ratio: float
    p_value: float


def decide(features: dict[int, dict[str, float]]) -> dict[int, Decided]:
    """Decide on every family with evidence.

    Args:
        features: by family.
    """
    return {number: _decided(item) for number, item in sorted(features.items())}


def _decided(item: dict[str, float]) -> Decided:
    ratio = (
        -11
        + 0.8 * math.log1p(item["nats"])
        + 6 * (item["explained"] - 0.5)
        + 4 * item["led"]
        + 1.5 * math.log1p(max(item["excess"], 0))
    )
    probability = 1 / (1 + math.exp(-ratio))
    decision: Decision = "found" if probability > 0.5 and item["strong"] > 1 else "not-shown"
    return Decided(decision, probability, ratio, 1.0)
