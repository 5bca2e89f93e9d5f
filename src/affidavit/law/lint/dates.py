"""Checks of dates: that they are dates, that they are in order, and that counted ones are counted right."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from affidavit.law.dates import counted
from affidavit.law.lint.draft import Draft, at, filled, moment, parts
from affidavit.model.errors import UsageError
from affidavit.model.measure import Block, Days, Forbear, Provision, Start

DUE_WORDS = frozenset({"promptly", "continuing"})
"""What a provision may state instead of a due date."""

_DATES = frozenset(
    {"recorded_at", "public_at", "published", "earliest", "latest", "base", "from", "until", "at", "due", "start",
     "outcome_public_at", "formed"}
)  # fmt: skip
_DATED = ("measures", "entities")
_ADVICE = 'write a day as "2020-09-18", a month as "2021-11" or an instant as "2020-09-27T20:30:00-04:00", in quotes'

Messages = Iterator[tuple[str, str]]
"""Path of a file, and what was found in it."""


class Written(NamedTuple):
    """A date as a file has it: where, under which name, and its text."""

    where: str
    name: str
    text: str


def dates(draft: Draft) -> Messages:
    """Every date in every file is one."""
    for section in _DATED:
        for path, document in draft.files.get(section, {}).items():
            for where, name, text in written(document):
                if moment(text, "UTC") is None:
                    words = (
                        f", or one of {', '.join(sorted(DUE_WORDS))}"
                        if name == "due" and where.startswith("provision")
                        else ""
                    )
                    yield path, f"{at(where, name)}{text!r} is no date; {_ADVICE}{words}"


def written(document: Struct) -> Iterator[Written]:
    """The dates of a file; fields left empty have none."""
    for where, item in parts(document):
        for name, value in filled(item):
            if name == "dates":
                yield from (Written(where, f"dates, {key}", text) for key, text in value.items())
            elif name in _DATES and isinstance(value, str) and value and not _in_words(item, value):
                yield Written(where, name, value)


def _in_words(item: Struct, text: str) -> bool:
    """Whether a due date is one of the words that may stand for it."""
    return isinstance(item, Provision) and text in DUE_WORDS


def order(draft: Draft) -> Messages:
    """Starts do not end before they begin, nor do orders and undertakings."""
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            if isinstance(item, Start):
                first, last = draft.moment(measure, item.earliest), draft.moment(measure, item.latest)
                names, texts = ("earliest", "latest"), (item.earliest, item.latest)
            elif isinstance(item, Block | Forbear) and item.until is not None:
                first, last = draft.moment(measure, item.from_), draft.moment(measure, item.until, "end")
                names, texts = ("from", "until"), (item.from_, item.until)
            else:
                continue
            if first is not None and last is not None and first > last:
                yield (
                    path,
                    f"{at(where)}{names[0]} ({texts[0]}) lies after {names[1]} ({texts[1]}); exchange or mend them",
                )


def clocks(draft: Draft) -> Messages:
    """Nothing is recorded before it was public."""
    for path, measure in draft.measures.items():
        for event in measure.events:
            recorded = event.recorded_at or measure.recorded_at
            public, noted = draft.moment(measure, event.public_at), draft.moment(measure, recorded, "end")
            if public is not None and noted is not None and public > noted:
                yield (
                    path,
                    (
                        f"event {event.id}: became public ({event.public_at}) after it was recorded ({recorded}); "
                        "give the event a recorded_at of its own, the day on which you add it"
                    ),
                )


def counts(draft: Draft) -> Messages:
    """A date that an instrument counts is what the count gives."""
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            if isinstance(item, Provision) and item.computed_from is not None:
                stated, name = item.due, "due"
            elif isinstance(item, Start) and item.computed_from is not None:
                stated, name = item.latest, "latest"
            elif isinstance(item, Forbear) and item.computed_from is not None:
                stated, name = item.until or "", "until"
            else:
                continue
            yield from ((path, f"{at(where, name)}{text}") for text in _count(item.computed_from, stated))


def _count(days: Days, stated: str) -> Iterator[str]:
    """What is wrong with a counted date; nothing when a date in it is none, which `dates` says."""
    try:
        day = counted(days).isoformat()
    except UsageError as error:
        if moment(days.base, "UTC") is not None:
            yield f"{error}; {error.advice}"
        return
    if moment(stated, "UTC") is not None or not stated or stated in DUE_WORDS:
        full = stated if len(stated) != len("2021-11") else ""
        if full[: len(day)] != day:
            yield (
                f"{stated!r} is not {days.days} days after {days.base}, which is {day}; "
                "write that date, or mend computed_from"
            )
