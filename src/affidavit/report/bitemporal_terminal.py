"""The bitemporal picture as text: for each group of provisions a field, days asked about across, knowledge upwards."""

import string
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from affidavit.model.history import Bitemporal, Moment, Plane
from affidavit.report.bitemporal_rows import Row, breaks_of, rows, subtitle
from affidavit.report.chart_time import Run, became_public, own_moments, takes_effect
from affidavit.report.chart_words import NOT_DRAWN, NOT_TO_SCALE, left_out, looked_through, nothing_drawn
from affidavit.report.columns import GAP, Page
from affidavit.report.dates import written
from affidavit.report.outcome_marks import MARKS
from affidavit.report.timeline_terminal import legend

_Part = TypeVar("_Part", Row, Run)

_NAMES = string.ascii_letters
_DATE = 16
_LEFT = 1 + 1 + _DATE + len(GAP)
"""Columns ahead of the field: the letter and the date of a row; more where a time has seconds."""

_NARROWEST, _WIDEST = 3, 8
"""Columns of one stretch of legal time."""

_HOW = (
    "Across: the day asked about. Upwards: what was public by then. A letter is one date on both sides. "
    "[ ] is the answer as then known, where both are the same stretch of time."
)


def render_bitemporal(bitemporal: Bitemporal, *, width: int = 80, colour: bool = False) -> str:
    """The picture as text.

    Args:
        bitemporal: what to draw.
        width: columns.
        colour: whether to put in ANSI colours; characters say the same without.
    """
    page = Page(width, colour=colour)
    scope = bitemporal.scope
    if not bitemporal.planes:
        page.paragraph(nothing_drawn(scope))
        return page.text()
    page.paragraph(f"{scope.name}: what the answer was, and what was known", "bold")
    for text in (_HOW, looked_through(scope), NOT_TO_SCALE, NOT_DRAWN, left_out(scope)):
        if text:
            page.paragraph(text)
    planes = [(plane, rows(plane, scope)) for plane in bitemporal.planes]
    page.line()
    legend(page, scope, [run.look for _, seen in planes for row in seen for run in row.runs])
    for plane, seen in planes:
        _panel(page, plane, seen, own_moments(bitemporal.moments, plane.provisions))
    return page.text()


def _panel(page: Page, plane: Plane, seen: Sequence[Row], moments: Sequence[Moment]) -> None:
    """Heading, field and key of one group."""
    breaks = breaks_of(seen)
    page.line()
    page.paragraph(", ".join(plane.provisions), "bold")
    if about := subtitle(plane):
        page.paragraph(about, indent=2)
    page.paragraph(f"{plane.measure} ({plane.jurisdiction}): {plane.title}", "dim")
    dates = [written(at.isoformat()) for at in breaks]
    left = max([_LEFT, *(2 + len(text) + len(GAP) for text in dates)])
    cell = min((page.width - left) // (len(breaks) + 1), _WIDEST)
    if cell < _NARROWEST or len(breaks) > len(_NAMES):
        page.paragraph("More changes than fit into this width; the dates alone:")
    else:
        for pieces in _field(breaks, seen, cell, left):
            page.pieces(pieces)
    page.line()
    latest = [plane.layers[-1].segments]
    for name, at, text in zip(_NAMES, breaks, dates, strict=False):
        said = "; ".join([*became_public(at, moments), *takes_effect(at, moments, latest)])
        page.row([(name, 1, ""), (text, _DATE, ""), (said, page.beside(1, _DATE), "")])


def _field(breaks: Sequence[datetime], seen: Sequence[Row], cell: int, left: int) -> list[list[tuple[str, str]]]:
    """A line of styled texts for each stretch of knowledge, the latest first, and a line of letters below.

    `cell` and `left` are the columns of a stretch of legal time and of what stands ahead of the field.
    """
    lines = []
    for level in reversed(range(len(breaks) + 1)):
        row = _holding(seen, breaks, level)
        name = f"{_NAMES[level - 1]} {written(breaks[level - 1].isoformat())}" if level else "  before"
        line = [(f"{name:<{left}}", "")]
        for place in range(len(breaks) + 1):
            run = _holding(row.runs, breaks, place) if row else None
            symbols = "".join(mark.symbol for mark in run.look.marks) if run else MARKS[None].symbol
            style = run.look.mark.style if run else ""
            if place == level:
                line += [("[", ""), ((symbols * cell)[: cell - 2], style), ("]", "")]
            else:
                line.append(((symbols * cell)[:cell], style))
        lines.append(line)
    letters = "".join(f"{name:<{cell}}" for name in _NAMES[: len(breaks)])
    return [*lines, [(" " * (left + cell) + letters, "")]]


def _holding(parts: Sequence[_Part], breaks: Sequence[datetime], place: int) -> _Part | None:
    """The part that covers a stretch, counted from the one ahead of the first break; None when none does."""
    for part in parts:
        start = breaks.index(part.start) + 1 if part.start else 0
        end = breaks.index(part.end) + 1 if part.end else len(breaks) + 1
        if start <= place < end:
            return part
    return None
