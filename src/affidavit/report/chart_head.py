"""What stands over every picture: its title, what it is about, and the legend."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from affidavit.model.history import Scope
from affidavit.report.chart_scene import SIZE, Box, Label, fold_text, text_width
from affidavit.report.chart_words import meaning
from affidavit.report.outcome_marks import MARKS, Look

MARGIN = 24.0
LINE = 17.0
"""From one base line to the next."""

_SWATCH = 34.0
_GAP = 26.0


class Head(NamedTuple):
    """The boxes and labels at the top, and where the rest may begin."""

    boxes: list[Box]
    labels: list[Label]
    bottom: float


def head(title: str, sentences: Sequence[str], looks: Iterable[Look], scope: Scope, width: float) -> Head:
    """Title, sentences and legend, from the top of a picture of that width."""
    labels = [Label(MARGIN, 34, title, size=SIZE + 7, style="strong")]
    y = 40.0
    for sentence in sentences:
        for line in fold_text(sentence, width - 2 * MARGIN):
            y += LINE
            labels.append(Label(MARGIN, y, line, style="quiet"))
    x, y = MARGIN, y + 14
    boxes = []
    for shown in _distinct(looks):
        text = meaning(shown.outcome, scope) if len(shown.marks) == 1 else shown.word
        length = _SWATCH + 7 + text_width(text)
        if x > MARGIN and x + length > width - MARGIN:
            x, y = MARGIN, y + LINE + 6
        boxes.append(Box(x, y, _SWATCH, LINE - 1, shown, text))
        labels.append(Label(x + _SWATCH + 7, y + 12, text))
        x += length + _GAP
    return Head(boxes, labels, y + LINE + 8)


def _distinct(looks: Iterable[Look]) -> list[Look]:
    """Looks that differ, in the order of the table of marks."""
    order = list(MARKS)
    unlike = {tuple(item.marks): item for item in looks}
    return sorted(unlike.values(), key=lambda item: [order.index(item.outcome), len(item.marks), item.word])
