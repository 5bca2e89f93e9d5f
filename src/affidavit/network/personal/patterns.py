"""Values that look personal by their form alone: candidates, which prove nothing."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from affidavit.network.personal.forms import imei, mac
from affidavit.network.personal.profile import meaningless
from affidavit.network.personal.runs import alphabet, runs

LONGEST = 64 << 10
"""Bytes of a text that is searched."""
MOST = 100
"""Candidates of one text."""


class Pattern(NamedTuple):
    """A form, the property that it may be of, what has to hold beside it, and bytes of which a text must hold one."""

    property: str
    form: re.Pattern[bytes]
    valid: Callable[[str], bool]
    needs: tuple[bytes, ...]


def _random(text: str) -> bool:
    """A UUID of version 4 (RFC 9562), as advertising identifiers are."""
    return text[14] == "4" and text[19].lower() in "89ab"


def _pair(text: str) -> bool:
    first, second = (abs(float(number)) for number in re.split(r"[,;| ]+", text))
    return 0 < first <= 90 and 0 < second <= 180


PATTERNS = (
    Pattern(
        "email",
        re.compile(rb"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"),
        lambda text: not re.search(r"@\d+x\.|\.(?:png|jpe?g|gif|webp|js|css)$", text.lower()),
        (b"@",),
    ),
    Pattern(
        "otherIdentifiers",
        re.compile(rb"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])"),
        _random,
        (b"-",),
    ),
    Pattern(
        "macAddress",
        re.compile(rb"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"),
        lambda text: mac(text, by_maker=True),
        (b":", b"-"),
    ),
    Pattern("phoneNumber", re.compile(rb"(?<![\w.+])\+[1-9]\d{9,14}(?![\w.])"), lambda _: True, (b"+",)),
    Pattern(
        "latitude",
        re.compile(rb"(?<![\w.-])-?\d{1,2}\.\d{4,15}[,;| ] ?-?\d{1,3}\.\d{4,15}(?![\w.])"),
        _pair,
        (b".",),
    ),
)
_SHORT, _SHORTEST = 256, 6
_IMEI = re.compile(rb"(?<![\w.-])\d{15}(?![\w.-])")
_MARKS = b"@-:+."
_DIGITS = alphabet(b"0123456789", 15)


class Candidate(NamedTuple):
    """A text that has the form of a property's values."""

    property: str
    text: str


def candidates(data: bytes) -> Iterable[Candidate]:
    """The distinct candidates in a text, by pattern."""
    return _short(data) if len(data) <= _SHORT else _found(data[:LONGEST])


@lru_cache(1 << 14)
def _short(data: bytes) -> tuple[Candidate, ...]:
    """Remembered, since apps send the same short texts over and over."""
    return tuple(_found(data)) if len(data) >= _SHORTEST else ()


def _found(data: bytes) -> Iterator[Candidate]:
    for begin, end in runs(data, _DIGITS, MOST) if len(data) >= _DIGITS.least else ():
        if (
            (match := _IMEI.match(data, begin))
            and match.end() == end
            and imei(text := match[0].decode())
            and not meaningless(text)
        ):
            yield Candidate("imei", text)
    if len(data.translate(None, _MARKS)) == len(data):
        return
    for pattern in PATTERNS:
        if not any(byte in data for byte in pattern.needs):
            continue
        seen: set[str] = set()
        for match in pattern.form.finditer(data):
            text = match[0].decode("utf-8", "replace")
            if text not in seen and len(seen) < MOST and pattern.valid(text) and not meaningless(text):
                seen.add(text)
                yield Candidate(pattern.property, text)
