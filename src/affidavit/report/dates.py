"""Dates as a reader wants them: figures in tables and charts, words in sentences.

Text that is no date is given as it is: a bundle or a file of the register may hold anything.
"""

import re
from datetime import datetime

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_DAY_WITHIN = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\dT-])", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:+-]{5,14}", re.ASCII)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def written(text: str, *, offset: bool = False) -> str:
    """An instant of ISO 8601 in figures: the day, and the time unless the day begins there.

    Args:
        text: with hours, minutes and seconds, as histories have it; or a day, or empty.
        offset: whether to add the offset to a time (``2020-09-19 08:30 (UTC-04:00)``).
    """
    day, _, clock = text.partition("T")
    if not clock or clock.startswith("00:00:00"):
        return day
    zone = f" (UTC{clock[8:]})" if offset and clock[8:] else ""
    return f"{day} {clock[: 5 if clock[6:8] == '00' else 8]}{zone}"


def day_in_words(text: str) -> str:
    """A day or an instant as people write it (``21 September 2020``)."""
    if not _DAY.match(text) and not _INSTANT.fullmatch(text):
        return text
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return text
    day = f"{made.day} {_MONTHS[made.month - 1]} {made.year}"
    if len(text) == len("2020-09-18"):
        return day
    offset = f" (UTC{text[-6:]})" if text[-6] in "+-" else ""
    return f"{day}, {made:%H:%M}{offset}"


def in_words(sentence: str) -> str:
    """A sentence with its days and instants as people write them."""
    made = _INSTANT.sub(lambda found: day_in_words(found.group()), sentence)
    return _DAY_WITHIN.sub(lambda found: day_in_words(found.group()), made)
