"""Of which day records are, beside the day that is asked about: a record shows what was so on its own day alone."""

import re
from datetime import date
from typing import Final

from affidavit.model.screening import Days
from affidavit.network.capture.clock import EARLIEST, LATEST

Span = tuple[int, int]
"""First and last day of a record, as `date.toordinal` counts; both 0 when it says none."""
UNDATED: Final[Span] = (0, 0)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MICROSECONDS: Final = 86_400_000_000
_SECONDS: Final = 86_400
_FIRST: Final = EARLIEST // _MICROSECONDS + _EPOCH
_END: Final = LATEST // _MICROSECONDS + _EPOCH
_LONGEST: Final = 40
_ISO: Final = re.compile(r"(\d{4})([-/]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)
_LOG: Final = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4})(?!\d)", re.ASCII)
_SINCE: Final = re.compile(r"(\d{10})(?:\d{3}|\d{6}|\d{9})?(?:\.\d*)?\Z", re.ASCII)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in(text: str) -> Span:
    """The day of a time: ``2020-09-20T10:00:00Z``, ``20200920``, ``20/Sep/2020:10:00:00``, or seconds since 1970 in UTC
    and thousandths, millionths or billionths of them; none for what is none of these, or cannot be right.
    """
    text = text[:_LONGEST].strip().strip("\"'[")
    if since := _SINCE.match(text):
        return _plausible(int(since[1]) // _SECONDS + _EPOCH)
    try:
        if found := _ISO.match(text):
            return _plausible(date(int(found[1]), int(found[3]), int(found[4])).toordinal())
        if found := _LOG.match(text):
            return _plausible(date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])).toordinal())
    except ValueError:
        pass
    return UNDATED


def span_of(begun: int, ended: int = -1) -> Span:
    """The days from one time to another, in microseconds since 1970 in UTC; -1 where there is none."""
    first = _plausible(begun // _MICROSECONDS + _EPOCH)[0] or _plausible(ended // _MICROSECONDS + _EPOCH)[0]
    last = _plausible(ended // _MICROSECONDS + _EPOCH)[1]
    return first, max(first, last)


def _plausible(day: int) -> Span:
    return (day, day) if _FIRST <= day < _END else UNDATED


def iso(day: int) -> str:
    """A day as text; empty for none."""
    return date.fromordinal(day).isoformat() if day else ""


class Calendar:
    """Counts the records of a file by day."""

    def __init__(self, asked: date | None) -> None:
        """Take the day asked about; without one nothing is told."""
        self._asked = asked.toordinal() if asked else 0
        self._first = self._last = 0
        self._before = self._on = self._after = self._undated = 0

    def see(self, span: Span, count: int = 1) -> None:
        """Take records of a span of days."""
        first, last = span
        if not first:
            self._undated += count
            return
        self._first, self._last = min(self._first or first, first), max(self._last, last)
        if last < self._asked:
            self._before += count
        elif first > self._asked:
            self._after += count
        elif self._asked:
            self._on += count

    def is_asked(self, span: Span) -> bool:
        """Whether a span of days holds the day asked about."""
        return bool(self._asked) and span[0] <= self._asked <= span[1]

    def told(self) -> Days | None:
        """What was counted; None when no record was seen that could have a day, or none is asked about."""
        if not self._asked or not (self._first or self._undated):
            return None
        return Days(iso(self._first), iso(self._last), self._before, self._on, self._after, self._undated)
