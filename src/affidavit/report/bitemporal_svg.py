"""The bitemporal picture: for each group of provisions, its answer for each day asked about and each day of knowledge.

Both axes of a panel have the same breaks, so that the line on which the day asked about is also the day of knowledge
is straight.
"""

from collections.abc import Iterator, Sequence

from affidavit.model.history import Bitemporal, Moment, Plane, Scope
from affidavit.report.bitemporal_rows import Row, breaks_of, rows, subtitle
from affidavit.report.chart_head import LINE, MARGIN, head
from affidavit.report.chart_key import key
from affidavit.report.chart_scene import SIZE, Box, Label, Rule, Scene, cut_text, dates, depth, draw, fold_text, in_box
from affidavit.report.chart_time import Axis, Run, axis, became_public, own_moments, statement
from affidavit.report.chart_words import NOT_DRAWN, NOT_TO_SCALE, left_out, looked_through, nothing_drawn
from affidavit.report.dates import written
from affidavit.report.outcome_marks import TELLING

_LEFT = MARGIN + 158.0
"""Where a panel's field begins, behind the dates of its upright axis."""

_NOTES = 300.0
"""Room for what became public, beside the field."""

_LEAST, _FOR_EACH = 380.0, 150.0
"""Least length of an axis, and of one with few breaks for each of them."""

_ABOUT = 2
"""Lines for what a group of provisions is about."""

_BEFORE, _STEP, _GROWTH, _AFTER = 34.0, 42.0, 14.0, 104.0
_HOW = (
    "Each field answers: from left to right the day asked about, upwards what was public by then. "
    "On the dashed line both are the same day: the answer as it could be given on the day itself. "
    "Right of it lies the future as then foreseen; left of it the past as seen later."
)


def render_bitemporal_svg(bitemporal: Bitemporal) -> str:
    """The picture as an SVG document."""
    return draw(bitemporal_scene(bitemporal))


def bitemporal_scene(bitemporal: Bitemporal) -> Scene:
    """Where everything of a bitemporal picture lies."""
    scope = bitemporal.scope
    planes = bitemporal.planes
    seen = [rows(plane, scope) for plane in planes]
    lines = [_axis(item) for item in seen]
    width = max([line.edges[-1] for line in lines] or [_LEFT + _LEAST]) + _NOTES + MARGIN
    title = f"{scope.name}: what the answer was, and what was known"
    said = [_HOW, looked_through(scope), f"{NOT_TO_SCALE} {NOT_DRAWN}", left_out(scope)]
    said = [text for text in said if text] if planes else [nothing_drawn(scope)]
    looks = [run.look for item in seen for row in item for run in row.runs]
    top = head(title, said, looks, scope, width)
    scene = Scene(width, top.bottom, title, " ".join(said), top.boxes, [], top.labels)
    for plane, item, line in zip(planes, seen, lines, strict=True):
        scene = _panel(scene, plane, item, line, bitemporal)
    return scene._replace(height=scene.height + MARGIN)


def _axis(seen: Sequence[Row]) -> Axis:
    """The axis of a panel, for both directions."""
    breaks = breaks_of(seen)
    least = min(_LEAST, _FOR_EACH * len(breaks))
    return axis(breaks, _LEFT, before=_BEFORE, step=_STEP, growth=_GROWTH, after=_AFTER, least=least)


def _panel(scene: Scene, plane: Plane, seen: list[Row], line: Axis, bitemporal: Bitemporal) -> Scene:
    """A scene with one more panel below it."""
    labels = _headings(plane, scene.height + 30, scene.width - 2 * MARGIN)
    top = labels[-1].y + 24
    bottom = top + line.edges[-1] - line.edges[0]
    moments = own_moments(bitemporal.moments, plane.provisions)
    boxes = list(_boxes(plane, seen, line, bottom, bitemporal.scope))
    texts = [written(item.isoformat()) for item in line.breaks]
    table = key(line.breaks, moments, bottom + 6 + depth(texts), scene.width, [plane.layers[-1].segments])
    labels += [label for box in boxes for label in [_words(box, line, bottom)] if label]
    labels += _axes(line, texts, bottom) + list(_notes(line, bottom, moments, scene.width))
    return scene._replace(
        height=table.bottom + 10,
        boxes=[*scene.boxes, *boxes],
        rules=[*scene.rules, *_rules(line, top, bottom), *table.rules],
        labels=[*scene.labels, *labels, *table.labels],
    )


def _headings(plane: Plane, y: float, width: float) -> list[Label]:
    """The names of the provisions, what they are about and their measure, from the base line `y` down."""
    about = subtitle(plane)
    heading = f"{plane.measure} ({plane.jurisdiction}): {plane.title}"
    labels = [
        *(Label(MARGIN, y, text, size=SIZE + 2, style="strong")
          for text in fold_text(", ".join(plane.provisions), width, SIZE + 2)),
        *(Label(MARGIN, y, text, whole=about) for text in (cut_text(about, width, _ABOUT) if about else ())),
        Label(MARGIN, y, fold_text(heading, width)[0], style="quiet"),
    ]  # fmt: skip
    return [label._replace(y=y + LINE * index) for index, label in enumerate(labels)]


def _boxes(plane: Plane, seen: Sequence[Row], line: Axis, bottom: float, scope: Scope) -> Iterator[Box]:
    """The answers, those of neighbouring rows taken together where they look the same."""
    waiting: dict[tuple[object, ...], tuple[Run, float, float, list[str]]] = {}
    for row in seen:
        low, high = line.span(row.start, row.end)
        here: dict[tuple[object, ...], tuple[Run, float, float, list[str]]] = {}
        for run in row.runs:
            same = run.look, run.start, run.end
            _, first, _, said = waiting.pop(same, (run, low, high, []))
            here[same] = run, first, high, [*said, _as_known(row, statement(run, scope.words))]
        yield from (_box(plane, item, line, bottom) for item in waiting.values())
        waiting = here
    yield from (_box(plane, item, line, bottom) for item in waiting.values())


def _as_known(row: Row, said: str) -> str:
    start = f"from {written(row.start.isoformat())}" if row.start else "from the beginning of the window"
    return f"as known {start}{f' up to {written(row.end.isoformat())}' if row.end else ' on'}: {said}"


def _box(plane: Plane, item: tuple[Run, float, float, list[str]], line: Axis, bottom: float) -> Box:
    run, low, high, said = item
    left, right = line.span(run.start, run.end)
    y = bottom - (high - line.edges[0])
    names = ", ".join(plane.provisions)
    return Box(left, round(y, 1), round(right - left, 1), round(high - low, 1), run.look, f"{names}; {'; '.join(said)}")


def _words(box: Box, line: Axis, bottom: float) -> Label | None:
    """The label of a box, moved into a corner if that keeps it off the diagonal."""
    first = in_box(box)
    if first is None or first.turn:
        return first
    for word in box.look.words[:TELLING]:
        label = in_box(box, (word,))
        for place in _places(label, box) if label else ():
            if _off_diagonal(place, line, bottom):
                return place
    return first


def _places(label: Label, box: Box) -> Iterator[Label]:
    """A label in the middle of its box, in the lower right and in the upper left corner."""
    half = label.width / 2 + 5
    yield label
    yield label._replace(x=round(box.x + box.width - half, 1), y=round(box.y + box.height - 8, 1))
    yield label._replace(x=round(box.x + half, 1), y=round(box.y + label.size + 4, 1))


def _off_diagonal(label: Label, line: Axis, bottom: float) -> bool:
    """Whether the diagonal passes above or below a label."""
    ends = label.left - 2, label.left + label.width + 2
    heights = [bottom - (x - line.edges[0]) - (label.y - 4) for x in ends]
    return min(heights) > label.size or max(heights) < -label.size


def _rules(line: Axis, top: float, bottom: float) -> list[Rule]:
    """The grid, the frame and the diagonal."""
    left, right = line.edges[0], line.edges[-1]
    found = []
    for x in line.edges[1:-1]:
        y = bottom - (x - left)
        found += [Rule(x, top, x, bottom + 4, "grid"), Rule(left - 4, y, right + 6, y, "grid")]
    frame = [Rule(left, top, left, bottom), Rule(left, bottom, right, bottom)]
    return [*found, *frame, Rule(left, bottom, right, top, "halo"), Rule(left, bottom, right, top, "diagonal")]


def _axes(line: Axis, texts: Sequence[str], bottom: float) -> list[Label]:
    """The dates of both axes and their names."""
    left, right = line.edges[0], line.edges[-1]
    top = bottom - (right - left) - 8
    places = list(zip(line.edges[1:-1], texts, strict=True))
    upright = [Label(left - 8, bottom - (x - left) + 4, text, "end", SIZE - 1) for x, text in places]
    return [
        *upright,
        *dates(places, bottom + 4),
        Label(right + 12, bottom + 4, "the day asked about →", style="strong"),
        Label(left - 8, top, "what was public by ↑", "end", SIZE, 0, "strong"),
        Label(right, top, "dashed: as then known", "end", SIZE - 1),
        Label(right + 12, top, "what became public", size=SIZE - 1, style="strong"),
    ]


def _notes(line: Axis, bottom: float, moments: Sequence[Moment], width: float) -> Iterator[Label]:
    """What became public, beside each break of the upright axis."""
    left, right = line.edges[0], line.edges[-1]
    for at, edge, after in zip(line.breaks, line.edges[1:], line.edges[2:], strict=False):
        room = max(int((after - edge) / (LINE - 3)), 1)
        lines = fold_text("; ".join(became_public(at, moments)), width - right - MARGIN - 24, SIZE - 1)
        if len(lines) > room:
            lines = [*lines[: room - 1], f"{lines[room - 1]} …"]
        y = bottom - (edge - left)
        for index, text in enumerate(lines):
            drawn = y + 4 - (len(lines) - 1 - index) * (LINE - 3)
            if text:
                yield Label(right + 12, drawn, text, size=SIZE - 1, style="quiet")
