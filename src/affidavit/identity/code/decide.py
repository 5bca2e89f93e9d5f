"""Whether a family is there: evidence turned into a calibrated likelihood ratio.

The coefficients are knowledge, fitted on apps whose content is known: generated ones, and real ones whose classes kept
their names (``benchmarks/identity.py``). None of them is negative, none speaks of a family or of the size of an index.
"""

import math
from dataclasses import dataclass
from functools import cache

from msgspec import Struct

from affidavit.identity.code.matching import document
from affidavit.model.code_identity import Decision


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """``decision.yaml``; see the comments there."""

    source: str
    licence: str
    date: str
    base: float
    prior: float
    certain: float
    coefficients: dict[str, float]
    classes: int
    strong: int
    found: float
    hinted: float


@cache
def calibration() -> Calibration:
    """The calibration that this program was built with."""
    return document("decision", Calibration)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on one family, see `FamilyMatch`."""

    decision: Decision
    probability: float
    log_ratio: float
    p_value: float


def scaled(features: dict[str, float]) -> dict[str, float]:
    """The features as the coefficients take them: sums by their logarithm, shares as they are.

    Args:
        features: of one family.
    """
    sums, shares = ("special", "rest"), ("own", "edge", "similarity")
    made = {name: math.log1p(max(features[name], 0.0)) for name in sums}
    return (
        made
        | {name: features[name] for name in shares}
        | {
            "plain": -math.log1p(features["foreign"]),
            "chance": -math.log(features["chances"]),
        }
    )


def decide(features: dict[int, dict[str, float]]) -> dict[int, Decided]:
    """Decide on every family with evidence.

    Args:
        features: by family.
    """
    numbers = calibration()
    ratios = {family: _ratio(item, numbers) for family, item in sorted(features.items())}
    likely = {family: 1 / (1 + math.exp(-ratio - numbers.prior)) for family, ratio in ratios.items()}
    absent = [family for family in ratios if likely[family] < numbers.hinted]
    made = {}
    for family, ratio in ratios.items():
        like = [ratios[other] for other in absent if other != family and _like(features[other], features[family])]
        value = (1 + sum(other >= ratio for other in like)) / (1 + len(like))
        made[family] = Decided(_decision(features[family], likely[family], numbers), likely[family], ratio, value)
    return made


def _ratio(item: dict[str, float], numbers: Calibration) -> float:
    """Natural logarithm of the likelihood ratio, no larger than the apps seen can support."""
    of = scaled(item)
    ratio = numbers.base + sum(weight * of[name] for name, weight in numbers.coefficients.items())
    return max(-numbers.certain, min(numbers.certain, ratio))


def _like(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two families are of like size: neither has more than four times the classes of the other."""
    return one["size"] <= 4 * other["size"] and other["size"] <= 4 * one["size"]


def _decision(item: dict[str, float], probability: float, numbers: Calibration) -> Decision:
    enough = item["classes"] >= numbers.classes and item["strong"] >= numbers.strong
    if probability >= numbers.found and enough:
        return "found"
    return "too-little" if probability >= numbers.hinted else "not-shown"
