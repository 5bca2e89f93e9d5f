"""What is said ahead of an answer about a day that lay in the future of what was known."""

from datetime import datetime, timedelta

LEAD = "Expected, as known then:"

_DAY = timedelta(days=1)
_NOON = timedelta(hours=12)
_WRITTEN = len("2020-09-18")


def as_expected(sentence: str, on: str, known: str) -> str:
    """A sentence about a date, led by the word that it was an expectation where it was one.

    Args:
        sentence: what holds on the date.
        on: the date asked about; a day means its noon.
        known: the state of knowledge; a day means its end, empty means everything.
    """
    return f"{LEAD} {sentence[:1].lower()}{sentence[1:]}" if is_expected(on, known) else sentence


def is_expected(on: str, known: str) -> bool:
    """Whether a date asked about lies more than a day after the state of knowledge; False for what is no date."""
    try:
        asked, knew = _moment(on, _NOON), _moment(known, _DAY)
    except ValueError:
        return False
    if asked.tzinfo is None or knew.tzinfo is None:  # a day is one of the same place as the instant beside it
        asked, knew = asked.replace(tzinfo=None), knew.replace(tzinfo=None)
    return knew < asked - _DAY


def _moment(text: str, into: timedelta) -> datetime:
    """An instant, or one so far into a day.

    Raises:
        ValueError: the text is neither.
    """
    made = datetime.fromisoformat(text)
    return made + into if len(text) == _WRITTEN else made
