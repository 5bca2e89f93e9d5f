"""Two apps compared: as text and as JSON."""

from collections.abc import Iterator

from affidavit.model.likeness import Likeness, Line
from affidavit.report.json import as_json as encoded
from affidavit.report.text import visible

_WIDE = 200
_MEANS = {
    "same code": "the code is the same, whatever its names",
    "repackaged": "nearly all own code of each is in the other: the same app packed anew",
    "derivative": "most own code of one is in the other, and much of the other in it: a derived or renamed app",
    "large pieces": "large pieces of the own code of one are in the other",
    "common template": "both come from one template, and there is too little own code to compare: compare the assets",
    "not shown": "no common own code beyond what unrelated apps share was found; that is not proof that there is none",
    "undetermined": "it cannot be told from what was read",
}


def as_text(first: str, second: str, what: Likeness) -> str:
    """The statement, its numbers, and every further line of evidence apart."""
    return "\n".join(_lines(first, second, what)) + "\n"


def as_json(first: str, second: str, what: Likeness) -> bytes:
    """One object: the names of the two, and all fields of `Likeness`."""
    shown = {"first": first, "second": second, "means": _MEANS[what.level], "likeness": what}
    return encoded(shown)


def _lines(first: str, second: str, what: Likeness) -> Iterator[str]:
    yield f"{visible(first, _WIDE)}  and  {visible(second, _WIDE)}"
    yield f"  Own code     {what.level}: {_MEANS[what.level]}"
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
