"""What of a value is shown when nobody asked to see it: enough to tell two values apart, too little to use one."""

import re

from affidavit.network.personal.patterns import candidates

_COORDINATE = re.compile(r"[-+]?\d{1,3}\.\d+(?:[,;| ]+[-+]?\d{1,3}\.\d+)?")
_LEAST = 6
"""Characters of an address of which one of each side is no more than half."""


def redacted(text: str) -> str:
    """The value made unreadable: its first characters, of coordinates whole degrees, of an address neither side."""
    if _COORDINATE.fullmatch(text):
        return text.partition(".")[0] + ".…"
    name, at, host = text.partition("@")
    if at and name and host and len(text) >= _LEAST:
        return f"{name[0]}…@{host[0]}…"
    kept = 8 if len(text) >= 32 else 4 if len(text) >= 15 else 1
    return f"{text[: min(kept, len(text) // 2)]}…"


def without_candidates(text: str) -> str:
    """A path or a name without what looks personal in it: names of fields can be values."""
    for found in candidates(text.encode("utf-8", "replace")):
        text = text.replace(found.text, redacted(found.text))
    return text
