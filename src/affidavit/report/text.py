"""Untrusted text made visible: what cannot be seen, or would change how its neighbours are read, becomes an escape.

Text from an app is data about the app. A title that turns the line around (bidirectional controls), hides letters
(zero width), clears the terminal (control characters) or covers the line above (piled-up combining marks) would let
the app write its own report. The sets are fixed here and not asked of `unicodedata`, so that every Python version
prints the same bytes.
"""

import re
from typing import Final

LIMIT: Final = 400
"""Longest text, in characters, that a page shows in one piece; the JSON form has all of it."""

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls, with escape, tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, fillers, Arabic letter mark
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidirectional controls, isolates
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # blanks, variation selectors, byte order mark
    "\ud800-\udfff\ue000-\uf8ff"  # lone surrogates, private use
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"  # format, tags, private
    "]"
    f"|(?<=[{_MARKS}]{{3}})[{_MARKS}]"  # the fourth and later combining mark in a row
)


def _escape(match: re.Match[str]) -> str:
    r"""One hidden character as ``\\uXXXX`` (or ``\\UXXXXXXXX`` above the basic plane)."""
    code = ord(match.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str, limit: int = LIMIT) -> str:
    """`text` on one line, every hidden character as an escape, cut to `limit` characters with a mark of what is left.

    The cut is made before the escapes are put in, so that the result is at most ten times `limit` and a short mark.
    A backslash stays as it is: an escape can be told from the same six letters in the app only in the JSON form.
    """
    cut = f"…(+{len(text) - limit})" if len(text) > limit else ""
    shown = text[:limit] if cut else text
    if not (shown.isascii() and shown.isprintable()):
        shown = _HIDDEN.sub(_escape, shown)
    return shown + cut
