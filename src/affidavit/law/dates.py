"""What a written date means: the reading rules of the register.

A time is text of one of three forms: a day (``2020-09-18``), a month (``2021-11``) or an instant with its offset
(``2020-09-27T20:30:00-04:00``; without an offset it is local). An instant is held as whole seconds since 1970 UTC.

A day means, in the jurisdiction of the measure concerned: for the time an event became public and for legal times, its
start; for *known at* and *recorded by*, its end; for *on*, its noon. A month stands for its last day: a fact is not
used before it was surely public.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from affidavit.model.errors import UsageError
from affidavit.model.measure import Days

Edge = Literal["start", "noon", "end"]
"""Which moment of a day is meant."""

FOREVER = 1 << 62
"""After every instant."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""By `datetime.date.weekday`."""

_SHAPE = re.compile(r"\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?\Z", re.ASCII)
_ADVICE = "write a day as 2020-09-21, or an instant as 2020-09-21T12:00:00-04:00"
_DAY = 10
_MONTH = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 40
"""How much of what is no date an error repeats."""


@lru_cache(maxsize=1 << 16)
def instant(text: str, zone: str, edge: Edge) -> int:
    """The instant that `text` means in a time zone, in seconds since 1970 UTC.

    Args:
        text: a day, a month or an instant.
        zone: name in the IANA time zone database.
        edge: which moment of a day is meant.

    Raises:
        UsageError: `text` is no date.
    """
    try:
        if len(text) <= _DAY:
            day = day_of(text)
            if edge == "end":
                return _seconds(datetime.combine(day + timedelta(days=1), time(), _clock(zone))) - 1
            return _seconds(datetime.combine(day, time(12 if edge == "noon" else 0), _clock(zone)))
        _check_shape(text)
        made = datetime.fromisoformat(text)
        return _seconds(made if made.tzinfo else made.replace(tzinfo=_clock(zone)))
    except (ValueError, OverflowError):
        raise _no_date(text) from None


def until(text: str, zone: str) -> int:
    """The last instant of what *known at* or *recorded by* a date takes in; `FOREVER` for no date, which takes in all.

    Raises:
        UsageError: `text` is no date.
    """
    return instant(text, zone, "end") if text else FOREVER


def begun(text: str, zone: str, moment: int) -> bool:
    """Whether what began at a date (became public, took effect) had begun at an instant; without a date, always.

    Raises:
        UsageError: `text` is no date.
    """
    return not text or instant(text, zone, "start") <= moment


def day_of(text: str) -> date:
    """The calendar day of a date as written; the last day of a month.

    Raises:
        UsageError: `text` is no date.
    """
    _check_shape(text)
    try:
        if len(text) == _MONTH:
            year, month = int(text[:4]), int(text[5:])
            return date(year, month, monthrange(year, month)[1])
        return date.fromisoformat(text[:_DAY])
    except (ValueError, OverflowError):
        raise _no_date(text) from None


def counted(days: Days) -> date:
    """The calendar day that lies so many days after the base; a weekend or holiday is not skipped.

    Raises:
        UsageError: the base is no date, or the count leaves the calendar.
    """
    try:
        return day_of(days.base) + timedelta(days=days.days)
    except OverflowError:
        raise UsageError(f"{days.days} days after {days.base} is beyond the calendar", advice="check it") from None


def local(moment: int, zone: str) -> datetime:
    """An instant on the clock of a time zone.

    Raises:
        UsageError: the instant lies beyond the calendar there.
    """
    try:
        return datetime.fromtimestamp(moment, UTC).astimezone(_clock(zone))
    except (ValueError, OverflowError, OSError):
        raise UsageError("a date lies beyond the calendar", advice=_ADVICE) from None


def _check_shape(text: str) -> None:
    if not _SHAPE.match(text):
        raise _no_date(text)


def _no_date(text: str) -> UsageError:
    return UsageError(f"{text[:_SHOWN]!r} is no date", advice=_ADVICE)


@cache
def _clock(zone: str) -> ZoneInfo:
    """A time zone, kept: the library's own cache holds only the last few."""
    return ZoneInfo(zone)


def _seconds(moment: datetime) -> int:
    """Seconds since 1970 UTC, also for years that the platform's clock does not know."""
    return int((moment - _EPOCH).total_seconds())
