"""The table below a picture: for each date on an axis, what became public then and what changes in law then."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from affidavit.model.history import Moment, Segment
from affidavit.report.chart_head import LINE, MARGIN
from affidavit.report.chart_scene import SIZE, Label, Rule, fold_text
from affidavit.report.chart_time import became_public, takes_effect
from affidavit.report.dates import written

_DATE = 120.0
_GAP = 20.0


class Key(NamedTuple):
    """The labels and rules of the table, and where it ends."""

    labels: list[Label]
    rules: list[Rule]
    bottom: float


def key(
    breaks: Iterable[datetime], moments: Sequence[Moment], top: float, width: float,
    histories: Sequence[Sequence[Segment]] = (),
) -> Key:  # fmt: skip
    """The table, from `top` down, between the margins of a picture of that width; `histories` as in `takes_effect`."""
    column = (width - 2 * MARGIN - _DATE - _GAP) / 2
    places = MARGIN, MARGIN + _DATE, MARGIN + _DATE + column + _GAP
    heads = "date", "became public then", "changes in law then"
    y = top + LINE
    labels = [Label(x, y, text, size=SIZE - 1, style="strong") for x, text in zip(places, heads, strict=True)]
    rules = []
    for at in breaks:
        rules.append(Rule(MARGIN, y + 5, width - MARGIN, y + 5, "section"))
        cells = (
            [written(at.isoformat())],
            _cell(became_public(at, moments), column),
            _cell(takes_effect(at, moments, histories), column),
        )
        labels += [
            Label(x, y + LINE * (index + 1), text, size=SIZE - 1)
            for x, lines in zip(places, cells, strict=True)
            for index, text in enumerate(lines)
        ]
        y += LINE * max(map(len, cells)) + 1
    return Key(labels, rules, y)


def _cell(said: Sequence[str], width: float) -> list[str]:
    """Statements in lines of a column."""
    return fold_text("; ".join(said), width, SIZE - 1)
