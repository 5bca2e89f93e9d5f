"""Histories to draw: the real ones of the register, many provisions, and one in which every word is hostile."""

import math
import xml.etree.ElementTree as ET
from functools import cache
from itertools import combinations
from typing import Any

from affidavit.law.history import bitemporal, timeline
from affidavit.model.history import Bitemporal, Timeline
from affidavit.report.chart_scene import Label, Scene
from tests.builders.law import app, block, end, event, measure, provision, register_of, schedule, whole

WINDOW = {"since": "2020-01-01", "until": "2021-12-31"}
HOSTILE = "</title><script>alert(1)</script>\x1b[31m\x00\u202e\"'&<b onload=x> ]]> <!-- {{ 7 * 7 }}"


@cache
def real(name: str, shape: str = "timeline", known: str = "") -> Any:
    """The history of an app in the US over 2020 and 2021; `name` may end in ``*`` for everywhere and always."""
    ask = timeline if shape == "timeline" else bitemporal
    more = {"known": known} if known else {}
    if name.endswith("*"):
        return ask(whole(), name[:-1], **more)
    return ask(whole(), name, ["US"], **more, **WINDOW)


def nothing() -> tuple[Timeline, Bitemporal]:
    """Both histories of an app about which a jurisdiction has no measure."""
    return timeline(whole(), "marvel-snap", ["IN"]), bitemporal(whole(), "marvel-snap", ["IN"])


def hostile() -> tuple[Timeline, Bitemporal]:
    """Both histories of a measure whose texts try to leave their place."""
    made = register_of(
        measure(
            f"m{HOSTILE}",
            [
                event("e1", "2021-03-10", schedule("2021-03-12", "2021-03-13"), what=HOSTILE),
                event(f"e2{HOSTILE}", "2021-03-11", block("2021-03-12"), by=HOSTILE),
            ],
            title=HOSTILE,
            provisions=[provision(f"p{HOSTILE}", summary=HOSTILE, transactions=[HOSTILE])],
        )
    )
    return timeline(made, "alpha"), bitemporal(made, "alpha")


def crowded(count: int = 24) -> tuple[Timeline, Bitemporal]:
    """Both histories of many provisions, each with dates of its own."""
    names = [f"provision-{number}" for number in range(count)]
    events = [event("made", "2021-01-01", schedule("2021-01-02"))]
    for number, name in enumerate(names):
        day = f"2021-{number % 12 + 1:02}-{number + 1:02}"
        events.append(event(f"starts-{number}", "2021-01-01", schedule(f"{day}T10:30:00"), applies_to=[name]))
        events.append(event(f"ends-{number}", f"2022-{day[5:]}", end(f"2022-{day[5:]}", "EXPIRED"), applies_to=[name]))
    made = register_of(measure("many", events, provisions=[provision(name) for name in names]), apps={"alpha": app()})
    return timeline(made, "alpha"), bitemporal(made, "alpha")


def parsed(drawn: str) -> ET.Element:
    """A picture as a tree; what is not well formed fails."""
    return ET.fromstring(drawn)  # noqa: S314 - made by the code under test


def corners(label: Label) -> list[tuple[float, float]]:
    """The four corners of the place that a label takes, turned as it is drawn."""
    left, right, top, bottom = label.left, label.left + label.width, label.y - label.size * 0.75, label.y + 2
    turn = math.radians(label.turn)
    found = []
    for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
        dx, dy = x - label.x, y - label.y
        found.append((
            label.x + dx * math.cos(turn) - dy * math.sin(turn), label.y + dx * math.sin(turn) + dy * math.cos(turn)
        ))  # fmt: skip
    return found


def touching(scene: Scene) -> list[tuple[str, str]]:
    """Texts of labels that overlap: two rectangles are apart if some side of one separates them."""
    placed = [(label.text, corners(label)) for label in scene.labels]
    return [(one, two) for (one, first), (two, second) in combinations(placed, 2) if not _apart(first, second)]


def outside(scene: Scene) -> list[str]:
    """Texts of labels that leave the picture."""
    return [
        label.text
        for label in scene.labels
        if any(not (0 <= x <= scene.width and 0 <= y <= scene.height) for x, y in corners(label))
    ]


def _apart(one: list[tuple[float, float]], two: list[tuple[float, float]]) -> bool:
    for shape in (one, two):
        for (x1, y1), (x2, y2) in zip(shape, [*shape[1:], shape[0]], strict=True):
            across = [[(y2 - y1) * x - (x2 - x1) * y for x, y in each] for each in (one, two)]
            if max(across[0]) <= min(across[1]) or max(across[1]) <= min(across[0]):
                return True
    return False
