"""A timeline as a picture: one bar for each provision, by measure, over one axis of legal time."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from affidavit.model.history import Timeline, Track
from affidavit.report.chart_head import MARGIN, Head, head
from affidavit.report.chart_key import key
from affidavit.report.chart_scene import (
    SIZE,
    Box,
    Label,
    Rule,
    Scene,
    cut_text,
    dates,
    depth,
    draw,
    fold_text,
    in_box,
    text_width,
)
from affidavit.report.chart_time import Axis, Run, axis, bounds, length, runs, statement
from affidavit.report.chart_words import (
    NOT_DRAWN,
    NOT_TO_SCALE,
    acts_of,
    knowledge_of,
    left_out,
    looked_through,
    nothing_drawn,
)
from affidavit.report.dates import written

_NAMES = 250.0
"""Width of the column of names."""

_LEAST = 640.0
"""Least length of the axis."""

_BAR = 24.0
_ROW = 34.0
_HEADING = 24.0
_BEFORE, _STEP, _GROWTH, _AFTER = 26.0, 34.0, 18.0, 110.0


def render_timeline_svg(timeline: Timeline) -> str:
    """The timeline as an SVG document."""
    return draw(timeline_scene(timeline))


def timeline_scene(timeline: Timeline) -> Scene:
    """Where everything of a timeline lies."""
    scope = timeline.scope
    shown = {track.provision: runs(track.segments, scope) for track in timeline.tracks}
    breaks = {item for bar in shown.values() for item in bounds(bar)}
    line = axis(
        breaks, MARGIN + _NAMES, before=_BEFORE, step=_STEP, growth=_GROWTH, after=_AFTER,
        least=_LEAST,
    )  # fmt: skip
    width = line.edges[-1] + MARGIN
    title = f"{scope.name}: its provisions over time"
    said = [nothing_drawn(scope)]
    if timeline.tracks:
        how = f"Legal time runs to the right. {NOT_TO_SCALE} {NOT_DRAWN}"
        said = [looked_through(scope), knowledge_of(scope), how, left_out(scope)]
    said = [text for text in said if text]
    top = head(title, said, [run.look for bar in shown.values() for run in bar], scope, width)
    return _body(timeline, shown, line, top, Scene(width, 0, title, " ".join(said), [], [], []))


def _body(timeline: Timeline, shown: Mapping[str, Sequence[Run]], line: Axis, top: Head, blank: Scene) -> Scene:
    """The rows, and the axis above and below them."""
    boxes, labels, rules = list(top.boxes), list(top.labels), []
    texts = [written(item.isoformat()) for item in line.breaks]
    y = start = top.bottom + 10
    for _, group in groupby(timeline.tracks, key=lambda track: track.measure):
        tracks = list(group)
        y += _HEADING
        heading = fold_text(_heading(tracks[0]), blank.width - 2 * MARGIN)[0]
        labels.append(Label(MARGIN, y - 7, heading, style="strong"))
        for track in tracks:
            labels += _named(track, y)
            for run in shown[track.provision]:
                box = _box(track, run, line, y, timeline)
                boxes.append(box)
                labels += [found for found in [in_box(box)] if found]
            y += _ROW
        rules.append(Rule(MARGIN, y - 2, line.edges[-1], y - 2, "section"))
    if line.breaks:
        rules += [Rule(x, start + _HEADING, x, y + 18, "grid") for x in line.edges[1:-1]]
        rules.append(Rule(line.edges[0], y + 18, line.edges[-1], y + 18))
        labels += _lengths(line, y + 13)
        labels += dates(zip(line.edges[1:-1], texts, strict=True), y + 20)
    histories = [track.segments for track in timeline.tracks]
    table = key(line.breaks, timeline.moments, y + 20 + depth(texts), blank.width, histories)
    return blank._replace(
        height=table.bottom + MARGIN, boxes=boxes, rules=rules + table.rules, labels=labels + table.labels
    )


def _heading(track: Track) -> str:
    return f"{track.measure} ({track.jurisdiction}): {track.title}"


def _named(track: Track, y: float) -> list[Label]:
    """The provision's name, and below it what acts it is about, with its summary."""
    acts = cut_text(acts_of(track.transactions, track.summary), _NAMES - 10, 1, SIZE - 2)[0]
    return [
        Label(MARGIN, y + 10, fold_text(track.provision, _NAMES - 10)[0]),
        Label(MARGIN, y + 23, acts, size=SIZE - 2, style="quiet", whole=track.summary),
    ]


def _box(track: Track, run: Run, line: Axis, y: float, timeline: Timeline) -> Box:
    start, end = line.span(run.start, run.end)
    said = f"{track.provision}: {statement(run, timeline.scope.words)}"
    return Box(start, y, round(end - start, 1), _BAR, run.look, said)


def _lengths(line: Axis, y: float) -> list[Label]:
    """How long each stretch between two breaks really is, where there is room for it."""
    found = [Label(line.edges[-1], y, "and on →", "end", SIZE - 3, 0, "quiet")]
    for index, (one, two) in enumerate(zip(line.breaks, line.breaks[1:], strict=False), start=1):
        left, right = line.edges[index], line.edges[index + 1]
        label = Label((left + right) / 2, y, length(one, two), "middle", SIZE - 3, 0, "quiet")
        if text_width(label.text, label.size) <= right - left - 4:
            found.append(label)
    return found
