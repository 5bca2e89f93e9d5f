"""Times of a capture: as text, and whether they can be right. The machine's own clock plays no part."""

from datetime import UTC, datetime, timedelta
from typing import Final

_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
EARLIEST: Final = 788_918_400 * _SECOND
"""The year 1995: no file that is read here was made before, and clocks that were never set begin in 1970 or 1980."""
LATEST: Final = 4_102_444_800 * _SECOND
"""The year 2100."""
WIDEST: Final = 366 * _DAY
"""Longest time between the first and the last record of one recording; logs may be as long as they like."""
RECORDINGS: Final = frozenset({"har", "mitmproxy", "pcap", "pcapng"})
"""Forms that record one session, so that years between their records mean a wrong clock or a merged file."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def plausible(at: int) -> bool:
    """Whether a time (microseconds since 1970) can be one at which a capture was made."""
    return EARLIEST <= at < LATEST


def instant(at: int) -> str:
    """RFC 3339 in UTC with microseconds; empty for a time that cannot be right."""
    if not plausible(at):
        return ""
    return (_EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Clock:
    """Sees every time of one capture, and judges at the end.

    Args:
        form: of the capture (see `Capture.form`).
    """

    def __init__(self, form: str) -> None:
        self._recording = form in RECORDINGS
        self._first, self._last = LATEST, -1
        self._wrong, self._earliest = 0, LATEST

    def see(self, at: int) -> None:
        """Take one time; -1 is none."""
        if at < 0:
            return
        if plausible(at):
            self._first, self._last = min(self._first, at), max(self._last, at)
        else:
            self._wrong, self._earliest = self._wrong + 1, min(self._earliest, at)

    @property
    def fault(self) -> str:
        """Why the times cannot be right; empty when nothing speaks against them."""
        if self._wrong:
            when = "before 1995" if self._earliest < EARLIEST else "after 2099"
            return f"of the times of its records, {self._wrong:,} cannot be right, the earliest of them {when}"
        if self.jumped:
            return (
                f"its records span {(self._last - self._first) // _DAY:,} days: the clock jumped, or files were joined"
            )
        return ""

    @property
    def jumped(self) -> bool:
        """Whether no time can be trusted, as recordings do not last for years."""
        return self._recording and self._last - self._first > WIDEST

    @property
    def span(self) -> tuple[str, str]:
        """First and last time as text; empty when they cannot be right, or there is none."""
        return ("", "") if self.fault or self._last < 0 else (instant(self._first), instant(self._last))
