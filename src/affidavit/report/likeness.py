"""Two apps compared: as text and as JSON."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from affidavit import knowledge
from affidavit.model.likeness import Level, Likeness, Line
from affidavit.report.json import as_json as encoded
from affidavit.report.text import visible

_WIDE = 200


class _Words(Struct, frozen=True):
    """What a reader takes from ``knowledge/likeness/levels``."""

    means: dict[Level, str]


@cache
def _means() -> dict[Level, str]:
    return knowledge.load("likeness", _Words)["levels"].means


def as_text(first: str, second: str, what: Likeness) -> str:
    """The statement, its numbers, and every further line of evidence apart."""
    return "\n".join(_lines(first, second, what)) + "\n"


def as_json(first: str, second: str, what: Likeness) -> bytes:
    """One object: the names of the two, and all fields of `Likeness`."""
    return encoded(document(first, second, what))


def document(first: str, second: str, what: Likeness) -> dict[str, object]:
    """What `as_json` has, before it is text."""
    return {"first": first, "second": second, "means": _means()[what.level], "likeness": what}


def _lines(first: str, second: str, what: Likeness) -> Iterator[str]:
    yield f"{visible(first, _WIDE)}  and  {visible(second, _WIDE)}"
    yield f"  Own code     {what.level}: {_means()[what.level]}"
    yield f"               {what.why}"
    both = f"{what.inside:6.1%} of the first is in the second, {what.around:6.1%} of the second in the first"
    yield f"    all kinds        {both}"
    yield f"    without strings  {what.plain_inside:6.1%} and {what.plain_around:6.1%}"
    yield "  Other lines of evidence, each by itself"
    yield from (line for item in what.lines for line in _line(item))
    yield "  What both do: likeness of function, which is not common code"
    yield from (line for item in what.function for line in _line(item))


def _line(item: Line) -> Iterator[str]:
    yield f"    {item.about:<16} {item.says}: {visible(item.note, _WIDE)}"
    if item.share is not None:
        yield from (f"      {visible(example, _WIDE)}" for example in item.share.examples)
