"""Where the app's hosts lead, as a picture: whose names, whose machines, in which country. The tables are its twin.

`templates/picture.html` draws it inside a page, whose style sheet has the colours.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from affidavit.model.network import Attributed, NetworkRecord
from affidavit.report.chart_scene import SIZE, Label, Rule, cut_text, fold_text
from affidavit.report.network import Words, name_of, words
from affidavit.wording import plural

MOST: Final = 9
"""Boxes in a column; what is left over shares the last one."""

_COLUMNS: Final = ("The app", "Whose name", "Who runs the machines", "Where they stand")
_WIDTH, _GAP, _HEIGHT, _STEP, _MARGIN = 174.0, 56.0, 34.0, 44.0, 16.0
_OTHERS, _UNKNOWN = "others", "not determined"


class Node(NamedTuple):
    """A box of one column; `statement` is what it says in exact words."""

    x: float
    y: float
    width: float
    height: float
    column: int
    statement: str


class Picture(NamedTuple):
    """What is drawn: lines first, then boxes, then texts. Lengths are in pixels."""

    width: float
    height: float
    title: str
    boxes: Sequence[Node]
    rules: Sequence[Rule]
    labels: Sequence[Label]


class _Way(NamedTuple):
    """What one endpoint is in each column, and whether traffic shows it."""

    stops: tuple[str, ...]
    name: str
    observed: bool


def picture(record: NetworkRecord, app: str) -> Picture | None:
    """Where everything of the picture lies; None when there is nothing to draw.

    Args:
        record: who serves the app.
        app: what to call it.
    """
    if not record.endpoints:
        return None
    ways = _ways(record.endpoints, words(record), app)
    columns = [_ranked(way.stops[at] for way in ways) for at in range(len(_COLUMNS))]
    ways = [way._replace(stops=tuple(_kept(stop, columns[at]) for at, stop in enumerate(way.stops))) for way in ways]
    columns = [_ranked(way.stops[at] for way in ways) for at in range(len(_COLUMNS))]
    width = 2 * _MARGIN + len(_COLUMNS) * _WIDTH + (len(_COLUMNS) - 1) * _GAP
    said = (
        f"{plural(len(ways), 'endpoint')}: whose name each is, who runs the machines, where they stand. "
        "A full line was seen in traffic, a broken one is named in code alone. Every number is in the tables below."
    )
    head = fold_text(said, width - 2 * _MARGIN)
    top = _MARGIN + 24 + len(head) * 17 + 22
    labels = [Label(_MARGIN, _MARGIN + 12, "Where the app's hosts lead", style="strong")]
    labels += [Label(_MARGIN, _MARGIN + 32 + row * 17, line, style="quiet") for row, line in enumerate(head)]
    height = top + max(map(len, columns)) * _STEP + _MARGIN
    places = [
        {name: (_left(at), top + row * _STEP) for row, name in enumerate(names)} for at, names in enumerate(columns)
    ]
    labels += [Label(_left(at), top - 8, title, style="strong") for at, title in enumerate(_COLUMNS)]
    boxes = []
    for at, column in enumerate(places):
        for name, (x, y) in column.items():
            here = sorted({way.name for way in ways if way.stops[at] == name})
            boxes.append(Node(x, y, _WIDTH, _HEIGHT, at, f"{name}: {', '.join(here)}"))
            labels += _named(name, plural(len(here), "endpoint"), x, y)
    title = f"Where the hosts of {app} lead"
    return Picture(width, height, title, boxes, _rules(ways, places), labels)


def _ways(endpoints: Iterable[Attributed], names: Words, app: str) -> list[_Way]:
    """Each endpoint's stops."""
    return [
        _Way(
            (
                app,
                names.entity(item.customer or item.owner) or _UNKNOWN,
                names.entity(item.operator) or _UNKNOWN,
                item.place or _UNKNOWN,
            ),
            name_of(item),
            item.seen != "declared",
        )
        for item in endpoints
    ]


def _ranked(stops: Iterable[str]) -> list[str]:
    """Names, those of most endpoints first; what is unknown or left over last."""
    counts: dict[str, int] = {}
    for stop in stops:
        counts[stop] = counts.get(stop, 0) + 1
    return sorted(counts, key=lambda stop: (stop in {_OTHERS, _UNKNOWN}, stop == _UNKNOWN, -counts[stop], stop))


def _kept(stop: str, ranked: Sequence[str]) -> str:
    """The name, or that of what is left over."""
    if len(ranked) <= MOST or stop == _UNKNOWN or stop in ranked[: MOST - 2]:
        return stop
    return _OTHERS


def _left(column: int) -> float:
    return _MARGIN + column * (_WIDTH + _GAP)


def _named(name: str, count: str, x: float, y: float) -> list[Label]:
    """A box's name, cut to its width, and how many endpoints it stands for."""
    return [
        Label(x + 8, y + 14, cut_text(name, _WIDTH - 16, 1)[0], whole=name),
        Label(x + 8, y + 28, count, size=SIZE - 2, style="quiet"),
    ]


def _rules(ways: Sequence[_Way], places: Sequence[Mapping[str, tuple[float, float]]]) -> list[Rule]:
    """One line for each pair of neighbouring stops; full when traffic shows one of its endpoints."""
    found: dict[tuple[int, str, str], bool] = {}
    for way in ways:
        for at, pair in enumerate(zip(way.stops, way.stops[1:], strict=False)):
            key = (at, *pair)
            found[key] = found.get(key, False) or way.observed
    rules = []
    for (at, one, two), seen in sorted(found.items()):
        (x1, y1), (x2, y2) = places[at][one], places[at + 1][two]
        rules.append(Rule(x1 + _WIDTH, y1 + _HEIGHT / 2, x2, y2 + _HEIGHT / 2, "seen" if seen else "said"))
    return rules
