"""A timeline as text: for each measure its provisions as bars over legal time, then a table of their segments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from affidavit.model.history import Moment, Scope, Segment, Timeline, Track
from affidavit.report.chart_time import Run, became_public, bounds, events_at, own_moments, runs, takes_effect
from affidavit.report.chart_words import (
    CONTESTED_MEANING,
    NOT_DRAWN,
    NOT_TO_SCALE,
    in_legend,
    knowledge_of,
    left_out,
    looked_through,
    meaning,
    nothing_drawn,
)
from affidavit.report.columns import GAP, Page
from affidavit.report.dates import written
from affidavit.report.outcome_marks import CONTESTED, MARKS, TELLING, Look, look
from affidavit.report.text import visible

_NAME = 16
"""Widest name of a provision before its bar; a longer one is cut, the table has it whole."""

_BEFORE = 3
_AFTER = 17
"""Columns ahead of the first change, and behind the last, which has to hold a date with a time."""

_WIDEST = 14
_NARROWEST = 2
"""Columns between two changes."""

_DATE = 16
_STANDS, _STANDS_NARROW, _ROOMY = 24, 14, 76
_LEAST = 8
"""Columns of the table, narrower on a page that is not `_ROOMY`."""


def render_timeline(timeline: Timeline, *, width: int = 80, colour: bool = False) -> str:
    """The timeline as text.

    Args:
        timeline: what to draw.
        width: columns.
        colour: whether to put in ANSI colours; characters and words say the same without.
    """
    page = Page(width, colour=colour)
    scope = timeline.scope
    if not timeline.tracks:
        page.paragraph(nothing_drawn(scope))
        return page.text()
    page.paragraph(f"{scope.name}: its provisions over time", "bold")
    for text in (looked_through(scope), knowledge_of(scope), NOT_TO_SCALE, NOT_DRAWN, left_out(scope)):
        if text:
            page.paragraph(text)
    page.line()
    legend(page, scope, [run.look for track in timeline.tracks for run in runs(track.segments, scope)])
    for _, group in groupby(timeline.tracks, key=lambda track: track.measure):
        _measure(page, timeline, list(group))
    return page.text()


def legend(page: Page, scope: Scope, looks: Iterable[Look]) -> None:
    """What the characters of a chart mean."""
    listed = list(looks)
    for outcome in in_legend(listed):
        page.row([(MARKS[outcome].symbol * 3, 3, ""), (meaning(outcome, scope), page.width - 5, "")])
    if any(item.contested for item in listed):
        page.row([(CONTESTED.symbol * 3, 3, ""), (CONTESTED_MEANING, page.width - 5, "")])
    if any(len(item.marks) > 1 for item in listed):
        page.paragraph("Two characters in turn: both hold, the first being the outcome.")


def _measure(page: Page, timeline: Timeline, tracks: Sequence[Track]) -> None:
    """Heading, bars, axis and table of one measure."""
    first = tracks[0]
    page.line()
    page.paragraph(f"{first.measure} ({first.jurisdiction}): {first.title}", "bold")
    shown = {track.provision: runs(track.segments, timeline.scope) for track in tracks}
    breaks = sorted({item for bar in shown.values() for item in bounds(bar)})
    label = max(min(len(visible(name)), _NAME) for name in shown) + len(GAP)
    columns = _columns(len(breaks), page.width - label)
    if columns:
        for name, bar in shown.items():
            page.pieces([(f"{visible(name)[:_NAME]:<{label}}", ""), *_bar(bar, breaks, columns)])
        moments = own_moments(timeline.moments, shown)
        histories = [track.segments for track in tracks]
        for line in _dates(breaks, columns, page.width - label, moments, histories):
            page.line(" " * label + line)
    else:
        page.paragraph("More changes than fit into this width; see the table.")
    page.line()
    _table(page, timeline, tracks)


def _columns(count: int, room: int) -> list[int]:
    """Where each break stands, then where the bars end; empty when they do not fit."""
    between = max(count - 1, 0)
    step = min((room - _BEFORE - _AFTER) // between, _WIDEST) if between else 0
    if room < _BEFORE + _AFTER or (between and step < _NARROWEST):
        return []
    places = [_BEFORE + step * index for index in range(count)]
    return [*places, (places[-1] if places else 0) + _AFTER]


def _bar(bar: Sequence[Run], breaks: Sequence[datetime], columns: Sequence[int]) -> list[tuple[str, str]]:
    """Each run as text of its width, with its style."""
    found = []
    for run in bar:
        start = columns[breaks.index(run.start)] if run.start else 0
        end = columns[breaks.index(run.end)] if run.end else columns[-1]
        found.append((_filled(run, end - start), run.look.mark.style))
    return found


def _filled(run: Run, width: int) -> str:
    """A stretch filled with the characters of its looks in turn, its word in the middle where there is room."""
    symbols = "".join(mark.symbol for mark in run.look.marks)
    filled = (symbols * width)[:width]
    told = run.look.words[:TELLING] if len(run.look.marks) > 1 else run.look.words
    for word in told:
        if run.look.outcome is not None and len(word) + 4 <= width:
            start = (width - len(word)) // 2 - 1
            return f"{filled[:start]} {word} {filled[start + len(word) + 2 :]}"
    return filled


def _dates(
    breaks: Sequence[datetime], columns: Sequence[int], room: int, moments: Sequence[Moment],
    histories: Sequence[Sequence[Segment]],
) -> list[str]:  # fmt: skip
    """The dates of the breaks, each on a line of its own under its place, with what happens then where it fits."""
    lines = [_ticks(columns[: len(breaks)])] if breaks else []
    for index in reversed(range(len(breaks))):
        at, column = breaks[index], columns[index]
        line = _ticks(columns[:index]).ljust(column) + written(at.isoformat())
        effects, learnt = takes_effect(at, moments, histories), became_public(at, moments)
        spoken = [*effects, *learnt], effects or learnt, events_at(at, moments)
        choice = (visible("; ".join(said)) for said in spoken)
        words = next((text for text in choice if text and len(line) + len(GAP) + len(text) <= room), "")
        lines.append(line + GAP + words if words else line)
    return lines


def _ticks(columns: Sequence[int]) -> str:
    """A line with a mark at each place."""
    line = ""
    for column in columns:
        line = line.ljust(column) + "|"
    return line


def _table(page: Page, timeline: Timeline, tracks: Sequence[Track]) -> None:
    """The segments, in one list for the provisions that share them."""
    shared: dict[object, list[Track]] = {}
    for track in tracks:
        shared.setdefault(track.segments, []).append(track)
    for group in shared.values():
        page.paragraph(", ".join(track.provision for track in group), "bold")
        for track in group:
            page.paragraph(track.summary, "dim", indent=2)
        what = _STANDS if page.width >= _ROOMY else _STANDS_NARROW
        rest = max(page.width - 2 * (_DATE + len(GAP)) - what - len(GAP), _LEAST)
        widths = _DATE, _DATE, what, rest
        heads = "from", "up to", "stands as", "by"
        page.row([(text, size, "dim") for text, size in zip(heads, widths, strict=True)])
        for item in (part for run in runs(group[0].segments, timeline.scope) for part in run.segments):
            if item.outcome is None:
                continue
            cells = written(item.start), written(item.end) or "(open)", look(item).word, ", ".join(item.events)
            page.row([(text, size, "") for text, size in zip(cells, widths, strict=True)])
