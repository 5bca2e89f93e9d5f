"""A picture as boxes, rules and labels at places worked out beforehand, and its drawing as SVG.

The drawing is self-contained and the same for the same scene: no script, no font or image from elsewhere. Every text
passes `visible` and XML escaping, which are the environment's and not the template author's.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from affidavit.report.outcome_marks import Look
from affidavit.report.template_cache import TemplateCache
from affidavit.report.text import visible

SIZE = 12
"""Of ordinary text, in pixels."""

TURN = -50
"""Degrees by which dates under an axis are turned."""

_LETTER = 0.56
"""Width of an average letter of a common sans-serif font, by its size; wide fonts are a little wider."""

_TEMPLATES = Path(__file__).parent / "templates"
_TEXT = 1_000


class Box(NamedTuple):
    """A rectangle in the looks of an outcome; `statement` is what it says in exact words."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    statement: str

    @property
    def fills(self) -> list[str]:
        """The colour, then the patterns over it, the second for what else holds."""
        patterns = [mark.pattern for mark in self.look.marks if mark.pattern]
        return [self.look.mark.fill, *(f"url(#{name})" for name in dict.fromkeys(patterns))]


class Rule(NamedTuple):
    """A line; `style` is a class of the template."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str = "tick"


class Label(NamedTuple):
    """A line of text.

    `y` is its base line; `anchor` is start, middle or end; `style` is a class of the template; `whole` is the text of
    which a cut line is the beginning.
    """

    x: float
    y: float
    text: str
    anchor: str = "start"
    size: float = SIZE
    turn: int = 0
    style: str = "plain"
    whole: str = ""

    @property
    def width(self) -> float:
        """Its estimated length."""
        return text_width(self.text, self.size)

    @property
    def left(self) -> float:
        """Where it begins, before it is turned."""
        return self.x - self.width * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]


class Scene(NamedTuple):
    """A picture. Boxes are drawn first, then rules, then labels."""

    width: float
    height: float
    title: str
    description: str
    boxes: Sequence[Box]
    rules: Sequence[Rule]
    labels: Sequence[Label]


def text_width(text: str, size: float = SIZE) -> float:
    """The estimated length of a text."""
    return len(visible(text, _TEXT)) * size * _LETTER


def in_box(box: Box, words: Sequence[str] = ()) -> Label | None:
    """The first words that fit into a box, upright in a narrow one; None when none do.

    Args:
        box: where they shall stand.
        words: what to try; empty means the words of its looks, ever shorter.
    """
    size = SIZE - 1
    middle, centre = box.x + box.width / 2, box.y + box.height / 2
    for word in (words or box.look.words) if box.look.outcome is not None else ():
        long, thick = text_width(word, size) + 8, size + 4
        if long <= box.width and thick <= box.height:
            return Label(middle, centre + size * 0.35, word, "middle", size, 0, "inside")
        if box.height > 2 * box.width and long <= box.height and thick <= box.width:
            return Label(middle + size * 0.35, centre, word, "middle", size, -90, "inside")
    return None


def dates(places: Iterable[tuple[float, str]], y: float) -> list[Label]:
    """Dates under an axis, turned so that neighbours do not touch, each ending under its place."""
    return [Label(x + 3, y + 10, text, "end", SIZE - 1, TURN) for x, text in places]


def depth(texts: Iterable[str]) -> float:
    """How much room turned dates take below their axis."""
    longest = max((text_width(item, SIZE - 1) for item in texts), default=0)
    return longest * math.sin(math.radians(-TURN)) + SIZE + 6


def fold_text(text: str, width: float, size: float = SIZE) -> list[str]:
    """A text in lines of at most a width, broken between words; a longer word is cut."""
    room = max(int(width / (size * _LETTER)), 1)
    lines = [""]
    for word in visible(text, _TEXT).split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) <= room:
            lines[-1] = joined
            continue
        pieces = [word[start : start + room] for start in range(0, len(word), room)]
        lines = lines + pieces if lines[-1] else pieces
    return lines


def cut_text(text: str, width: float, most: int, size: float = SIZE) -> list[str]:
    """The same in no more lines than `most`; what is left out shows as an ellipsis."""
    lines = fold_text(text, width, size)
    if len(lines) <= most:
        return lines
    last = fold_text(lines[most - 1], width - text_width(" …", size), size)[0]
    return [*lines[: most - 1], f"{last} …"]


def draw(scene: Scene) -> str:
    """The picture as an SVG document."""
    return _environment().get_template("chart.svg").render(scene=scene)


@cache
def _environment() -> Environment:
    """Templates that escape everything and fail on a name that does not exist."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, keep_trailing_newline=True,
        bytecode_cache=TemplateCache(_TEMPLATES),
    )  # fmt: skip
    made.filters["px"] = pixels
    return made


def _shown(value: Any) -> Any:
    """What every expression of a template passes before it is escaped."""
    return visible(value, _TEXT) if type(value) is str else value


def pixels(value: float) -> str:
    """A length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
