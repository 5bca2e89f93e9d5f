"""Values of claims, read by the form of their property, and whether two of them can both hold."""

import re
from typing import NamedTuple

from affidavit.case.properties import Form
from affidavit.law.dates import FOREVER, WEEKDAYS, instant, local
from affidavit.model.errors import UsageError

UNCLEAR = "?"
"""The speaker says that it is unclear."""

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?\Z", re.ASCII)
_DAY_SECONDS = 86_400


class Span(NamedTuple):
    """From the first to the last moment or number that the words allow."""

    first: float
    last: float


class Weekday(NamedTuple):
    """A day of the week without a date; 0 is Monday."""

    number: int
    zone: str


class Names(NamedTuple):
    """Names affirmed and denied; `only` denies every name that is not affirmed."""

    yes: frozenset[str]
    no: frozenset[str] = frozenset()
    only: bool = False


class Wording(NamedTuple):
    """A text; letter case and spaces aside."""

    text: str


class Sentence(NamedTuple):
    """The register's sentence, which holds the phrases that are true."""

    text: str


class Unclear(NamedTuple):
    """Said to be unclear."""


Value = Span | Weekday | Names | Wording | Sentence | Unclear


def read(form: Form, text: str, zone: str) -> Value:
    """A value as written.

    Args:
        form: of its property.
        text: as in the claim.
        zone: time zone in which days are days.

    Raises:
        UsageError: it is none of that form.
    """
    if text.strip() == UNCLEAR:
        return Unclear()
    match form:
        case "time":
            return _time(text, zone)
        case "number":
            return _number(text)
        case "text":
            return Wording(" ".join(text.split()).casefold())
        case _:
            return _names(text)


def agree(one: Value, other: Value) -> bool:
    """Whether two values of one property can both hold; symmetric."""
    match one, other:
        case (Span(), Span()):
            both = one.first <= other.last and other.first <= one.last
        case (Weekday() as day, Span() as span) | (Span() as span, Weekday() as day):
            both = _falls(day, span)
        case (Names(), Names()):
            both = not (_denied(one, other) or _denied(other, one))
        case (Names() as names, Sentence() as sentence) | (Sentence() as sentence, Names() as names):
            both = _holds(sentence, names)
        case (Unclear(), _) | (_, Unclear()):
            both = True
        case _:
            both = one == other
    return both


def leaves_open(value: Value) -> bool:
    """Whether a value names no fact that could be looked up: a bare weekday, or what is called unclear."""
    return isinstance(value, Weekday | Unclear)


def _time(text: str, zone: str) -> Span | Weekday:
    if text in WEEKDAYS:
        return Weekday(WEEKDAYS.index(text), zone)
    first, dots, last = text.partition("..")
    span = Span(instant(first, zone, "start"), instant(last if dots else first, zone, "end"))
    if span.first > span.last:
        raise UsageError(f"{text!r} ends before it begins", advice="write the earlier time first")
    return span


def _number(text: str) -> Span:
    first, dots, last = text.partition("..")
    for part in (first, last):
        if part and not _NUMBER.match(part):
            raise UsageError(f"{part!r} is no number", advice="write digits only, a range as 19000000..20000000")
    if not first and not last:
        raise UsageError(f"{text!r} is no number", advice="write digits only, a range as 19000000..20000000")
    low = float(first or 0)
    return Span(low, float(last or FOREVER) if dots else low)


def _names(text: str) -> Names:
    only = text.startswith("only ")
    yes: set[str] = set()
    no: set[str] = set()
    for word in (text.removeprefix("only ") if only else text).split(","):
        name = word.strip().casefold()
        if name in {"", "not"}:
            raise UsageError(f"{text!r} has an empty name", advice="write names with commas: wechat, not tiktok")
        (no if name.startswith("not ") else yes).add(name.removeprefix("not ").strip())
    return Names(frozenset(yes), frozenset(no), only)


def _denied(one: Names, other: Names) -> bool:
    """Whether `one` denies what `other` affirms."""
    return bool(other.yes & one.no) or (one.only and bool(other.yes - one.yes))


def _holds(sentence: Sentence, names: Names) -> bool:
    """Whether the phrases affirmed are in a sentence, and those denied are not."""
    text = sentence.text.casefold()
    return all(name in text for name in names.yes) and not any(name in text for name in names.no)


def _falls(day: Weekday, span: Span) -> bool:
    """Whether a weekday lies in a span of time."""
    if span.last - span.first >= 7 * _DAY_SECONDS:
        return True
    moment = int(span.first)
    while moment <= span.last:
        if local(moment, day.zone).weekday() == day.number:
            return True
        moment += _DAY_SECONDS // 2
    return local(int(span.last), day.zone).weekday() == day.number
