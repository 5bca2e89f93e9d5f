"""Untrusted text made visible: what cannot be seen, or would change how its neighbours are read, becomes an escape.

Text from an app is data about the app. A title that turns the line around (bidirectional controls), hides letters
(zero width), clears the terminal (control characters) or covers the line above (piled-up combining marks) would let
the app write its own report. The set of hidden characters is fixed here and not asked of `unicodedata`, so that every
Python version prints the same bytes. Which letters pile up is asked: each version of Unicode has marks in more scripts.
"""

import re
from typing import Final

LIMIT: Final = 400
"""Longest text, in characters, that a page shows in one piece; the JSON form has all of it."""

_PILE: Final = 3
"""Combining marks in a row that are letters of some language; those after them are escapes."""

_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
HIDDEN: Final = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls, with escape, tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, fillers, Arabic letter mark
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidirectional controls, isolates
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # blanks, variation selectors, byte order mark
    f"\ufdd0-\ufdef{_NO_CHARACTERS}"  # code points that are no characters
    "\ud800-\udfff\ue000-\uf8ff"  # lone surrogates, private use
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"  # format, tags, private
    "]"
)
"""One character that cannot be seen, or that changes how its neighbours are shown."""

_NO_LETTER = "[^\\w\\s\x00-\u02ff]"  # Python's \w has letters and digits, but no mark
_PERHAPS_MARKS = re.compile(f"\\A{_NO_LETTER}+|{_NO_LETTER}{{{_PILE + 1},}}")


def _escape(match: re.Match[str]) -> str:
    """A hidden character as an escape."""
    return _escaped(match.group())


def _escaped(character: str) -> str:
    r"""One character as ``\\uXXXX`` (or ``\\UXXXXXXXX`` above the basic plane)."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _thin(match: re.Match[str]) -> str:
    """A stretch without letters, marks past `_PILE` in a row as escapes (general categories Mn and Me).

    So are those at the beginning of a text, which would be drawn over what a page has before it.
    """
    import unicodedata  # noqa: PLC0415 - most text has no such stretch

    made, piled = [], 0 if match.start() else _PILE
    for character in match.group():
        piled = piled + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        made.append(_escaped(character) if piled > _PILE else character)
    return "".join(made)


def visible(text: str, limit: int = LIMIT) -> str:
    """`text` on one line, every hidden character as an escape, cut to `limit` characters with a mark of what is left.

    The cut is made before the escapes are put in, so that the result is at most ten times `limit` and a short mark.
    A backslash stays as it is: an escape can be told from the same six letters in the app only in the JSON form.
    """
    cut = f"…(+{len(text) - limit})" if len(text) > limit else ""
    shown = text[:limit] if cut else text
    if not (shown.isascii() and shown.isprintable()):
        shown = _PERHAPS_MARKS.sub(_thin, HIDDEN.sub(_escape, shown))
    return shown + cut
