"""Where bytes hold URLs, hosts, addresses and e-mail addresses.

Every search is anchored on a literal (``://``, ``@``, a dot before a terminator, a colon before a terminator), found at
memory speed; only the few hits are looked at one by one, over bounded stretches. So the cost is linear in the bytes,
whatever they are.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from affidavit.facts.anchors import LITTLE, Anchored, matches

LONGEST = 2_048
"""Bytes of a URL that are read; what is longer is cut."""
_SCHEME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."
_LOCAL = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
_ALNUM = _LOCAL[:-5]
_HOST = b"abcdefghijklmnopqrstuvwxyz0123456789.-"
_SIX = b"0123456789abcdefABCDEF:."
_TAIL = re.compile(rb"[^\x00-\x20\"'<>\\^`|\x7f]{0,2048}+")
_ESCAPED_TAIL = re.compile(rb"(?:[^\x00-\x20\"'<>\\^`|\x7f]|\\/){0,2048}+")
_ANCHORED = (
    Anchored(re.compile(rb"://"), b":", b"/"),
    Anchored(re.compile(rb":\\/\\/"), b":", b"\\"),
    Anchored(re.compile(rb"@[A-Za-z0-9][A-Za-z0-9.-]{2,252}"), b"@", _ALNUM, _LOCAL),
    Anchored(re.compile(rb"\.(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}|\d{1,3})(:\d{1,5})?(?=[\x00\"'])"), b".", _HOST[:-2]),
    Anchored(re.compile(rb":[0-9A-Fa-f]{1,4}(?=[\x00\"'])"), b":", _SIX[:-2]),
)
_WIDE_URL = (Anchored(re.compile(rb":\0/\0/\0"), b":", b"\0"),)
_WIDE = re.compile(rb"[:@.]\0[/\\0-9A-Za-z]\0")
"""What every mark has in UTF-16: its sign, and the letter that follows."""
_FOREIGN = "[\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff65]"
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Mark(NamedTuple):
    """Text read at a byte offset; `form` is ``url``, ``host``, ``ip`` or ``email`` by its look, not yet judged.

    An empty form stands for a place that was looked at and held none of them: the caller bounds how many it bears.
    """

    form: str
    offset: int
    text: str


Bounds = Callable[[int], tuple[int, int] | None]
"""Start and end of the string that holds a byte offset; None for an offset in no string."""


def find_marks(data: bytes, schemes: frozenset[str], bounds: Bounds | None = None) -> Iterator[Mark]:
    """Everything in `data` that looks like an endpoint, kind by kind.

    Args:
        data: the bytes to search.
        schemes: lower-case URI schemes that count.
        bounds: where strings start and end, if that is known; without it the bytes are one text.
    """
    within = bounds or _unbounded(len(data))
    exact = bounds is not None
    plain, escaped, ats, dots, colons = matches(data, _ANCHORED)
    yield from _urls(data, schemes, within, plain, _TAIL)
    yield from _urls(data, schemes, within, escaped, _ESCAPED_TAIL)
    yield from _emails(data, within, ats)
    yield from _whole(data, dots, _HOST, within, exact=exact)
    yield from _whole(data, colons, _SIX, within, exact=exact)


def find_wide_marks(data: bytes, schemes: frozenset[str]) -> Iterator[Mark]:
    """The same for UTF-16 little-endian text at any alignment; offsets are those of `data`."""
    for shift in _shifts(data):
        high = data[1 + shift :: 2]
        for mark in find_marks(data[shift::2], schemes):
            zeros = high[mark.offset : mark.offset + len(mark.text)]
            plain = len(zeros) - len(zeros.lstrip(b"\0"))
            whole = plain >= len(mark.text)
            if whole or (mark.form == "url" and plain > mark.text.find("://") + 3):
                yield Mark(mark.form, 2 * mark.offset + shift, mark.text[:plain])
            else:
                yield Mark("", 2 * mark.offset + shift, "")


def has_wide_url(data: bytes) -> bool:
    """Whether ``://`` stands somewhere in UTF-16."""
    [found] = matches(data, _WIDE_URL)
    return next(found, None) is not None


def _shifts(data: bytes) -> Iterable[int]:
    """Alignments at which a mark can be; in much data it is cheaper to look at both than to ask."""
    return sorted({found.start() & 1 for found in _WIDE.finditer(data)}) if len(data) < LITTLE else (0, 1)


def _unbounded(size: int) -> Bounds:
    whole = (0, size)
    return lambda _offset: whole


def _urls(
    data: bytes, schemes: frozenset[str], within: Bounds, signs: Iterable[re.Match[bytes]], tail: re.Pattern[bytes]
) -> Iterator[Mark]:
    for sign in signs:
        at = sign.start()
        string = within(at)
        if string is None:
            continue
        scheme = _scheme(data[max(string[0], at - 12) : at], schemes)
        if not scheme:
            yield Mark("", at, "")
            continue
        found = tail.match(data, sign.end(), string[1])
        rest = found.group().replace(b"\\/", b"/") if found else b""
        yield Mark("url", at - len(scheme), f"{scheme}://{trim(decode(rest))}")


def _scheme(before: bytes, schemes: frozenset[str]) -> str:
    """The scheme that ends `before`; letters glued in front of ``http`` (lengths, wrappers) are not part of it."""
    name = before[len(before.rstrip(_SCHEME)) :].decode("ascii").lower()
    if name in schemes:
        return name
    return next((known for known in ("https", "http") if name.endswith(known)), "")


def _emails(data: bytes, within: Bounds, ats: Iterable[re.Match[bytes]]) -> Iterator[Mark]:
    for found in ats:
        at = found.start()
        string = within(at)
        if string is None:
            continue
        before = data[max(string[0], at - 65) : at]
        local = before[len(before.rstrip(_LOCAL)) :]
        edge = before[: len(before) - len(local)][-1:]
        domain = found.group()[1 : string[1] - at].rstrip(b".-")
        after = data[at + 1 + len(domain) : min(at + 2 + len(domain), string[1])]
        if 0 < len(local) <= 64 and edge not in (b"/", b":", b"@") and after != b":":
            yield Mark("email", at - len(local), f"{local.decode('ascii')}@{domain.decode('ascii')}")
        else:
            yield Mark("", at, "")


def _whole(
    data: bytes, ends: Iterable[re.Match[bytes]], alphabet: bytes, within: Bounds, *, exact: bool
) -> Iterator[Mark]:
    """Strings that consist of a host or an address (and a port): known bounds, or the delimiters, must agree."""
    form = "host" if alphabet is _HOST else "ip"
    for found in ends:
        end = found.end()
        name_end = found.start(1) if found.re.groups and found.start(1) >= 0 else end
        string = within(found.start())
        if string is None or (exact and string[1] != end):
            continue
        before = data[max(string[0], name_end - 260) : name_end]
        run = before[len(before.rstrip(alphabet)) :]
        start = name_end - len(run)
        if exact:
            if start != string[0]:
                continue
        else:
            start += _pool_prefix(run)
            if not _delimited(data, start, end):
                yield Mark("", start, "")
                continue
        text = data[start:end].decode("ascii")
        yield Mark("ip" if form == "ip" or text[name_end - start - 1].isdigit() else "host", start, text)


def _pool_prefix(run: bytes) -> int:
    """2 when `run` starts with the two equal length bytes that UTF-8 string pools put before a string, else 0."""
    return 2 if len(run) > 2 and run[0] == run[1] == len(run) - 2 else 0


def _delimited(data: bytes, start: int, end: int) -> bool:
    """Whether the bytes before `start` fit the terminator at `end`: the same quote, or for NUL no printable text."""
    if start == 0:
        return True
    before, after = data[start - 1], data[end]
    if after:
        return before == after
    length = end - start
    return before < 0x20 or before >= 0x7F or (start > 1 and before == data[start - 2] == length)


def decode(raw: bytes) -> str:
    r"""UTF-8 (or MUTF-8) as text, cut at spaces and punctuation beyond ASCII; other bytes show as ``\xNN``."""
    text = raw.decode("utf-8", "backslashreplace")
    if text.isascii():
        return text
    cut = re.search(_FOREIGN, text)
    return text[: cut.start()] if cut else text


def trim(text: str) -> str:
    """`text` without trailing punctuation and without closing brackets that nothing in it opened."""
    end = len(text)
    spare = {last: text.count(last) - text.count(first) for last, first in _PAIRS.items() if last in text}
    while end:
        last = text[end - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in ".,;:!?*'\"":
            break
        end -= 1
    return text[:end]
