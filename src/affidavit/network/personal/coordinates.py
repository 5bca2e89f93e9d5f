"""Whether a number in a text is a coordinate of the profile: to so many decimals, and beside the other one."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from affidavit.network.personal.decode import Node
from affidavit.network.personal.profile import Value

ALONE = 4
"""Decimals (some ten metres) from which one coordinate tells without the other one."""
_LEAST = 2
_FINEST = 6
_NUMBER = re.compile(rb"\d{1,10}(?:\.\d{0,20})?")
_LAST = re.compile(r"(?:[.:\[][^.:\[]*)$")


class Match(Protocol):
    """A value found in a content."""

    @property
    def node(self) -> int:
        """Number of the content."""

    @property
    def value(self) -> int:
        """Number of the value."""

    @property
    def decimals(self) -> int:
        """How many decimals agree."""


M = TypeVar("M", bound=Match)


def precision(data: bytes, at: int, places: int, value: Value) -> int:
    """How many decimals of a number that begins there agree with a coordinate.

    Args:
        data: the text.
        at: where the number begins.
        places: for an integer, the power of ten that it was multiplied with; 0 for one with a decimal point.
        value: the coordinate.

    Returns:
        2 to 6; -1 when the number is not the coordinate's, or stands inside another one.
    """
    before = data[at - 1 : at] if at else b""
    if before.isalnum() or before == b"." or (before == b"-") != value.text.startswith("-"):
        return -1
    found = _NUMBER.match(data, at)
    if not found or data[found.end() : found.end() + 1].isalpha():
        return -1
    whole, _, fraction = found[0].partition(b".")
    if places:
        number, given = int(whole) / 10**places, ALONE
    else:
        number, given = float(found[0]), len(fraction)
    decimals = min(given, len(value.text.partition(".")[2]), _FINEST)
    if given == 1 and number == round(abs(float(value.text)), _LEAST):
        return _LEAST  # a zero at the end is not written
    agrees = abs(number - abs(float(value.text))) < 10.0**-decimals * 1.000001
    return decimals if agrees and decimals >= _LEAST else -1


def near(matches: Sequence[M], nodes: Sequence[Node], values: Sequence[Value]) -> list[M]:
    """The matches without coarse coordinates that stand alone: two decimals turn up everywhere."""
    matches = [match for match in matches if match.decimals >= ALONE or not _coarse_in_many(match, nodes, values)]
    beside = {(_group(nodes, match.node), values[match.value].pair, values[match.value].property) for match in matches}
    kept = []
    for match in matches:
        value = values[match.value]
        other = "longitude" if value.property == "latitude" else "latitude"
        alone = value.pair < 0 or match.decimals >= ALONE
        if alone or (_group(nodes, match.node), value.pair, other) in beside:
            kept.append(match)
    return kept


def _coarse_in_many(match: M, nodes: Sequence[Node], values: Sequence[Value]) -> bool:
    """Whether a coordinate stands in a text that has been taken apart: what is beside it there is not its pair."""
    return values[match.value].pair >= 0 and nodes[match.node].parts


def _group(nodes: Sequence[Node], number: int) -> tuple[int, str]:
    """What holds a content together with its neighbours: the object of its field, or itself."""
    node = nodes[number]
    return (id(node.parent), _LAST.sub("", node.step)) if node.parent else (id(node), "")
