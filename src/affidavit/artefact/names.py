"""Entry names are untrusted text: made printable for people, never used as file paths."""

import unicodedata
from typing import Final

_ESCAPED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode general categories shown as escapes: controls, format characters (bidi, zero width), separators of lines."""
_BIDI: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def read_name(raw: bytes) -> tuple[str, tuple[str, ...]]:
    r"""Text of a name and what is odd about it.

    The text is UTF-8 as Android requires; other bytes, controls and bidi marks come out as visible escapes.

    Returns:
        Printable text, and vocabulary words (``knowledge/oddities`` has their meaning), unsorted.
    """
    words: list[str] = []
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "backslashreplace")
        words.append("name-not-utf8")
    if not raw:
        words.append("name-empty")
    if raw.startswith((b"/", b"\\")) or (b".." in raw and b".." in raw.replace(b"\\", b"/").split(b"/")):
        words.append("name-traversal")
    if text.isprintable():
        return text, tuple(words)
    shown = {ord(char): _shown(char) for char in set(text)}  # once for each letter: a name has up to 65,535
    return text.translate(shown), (*words, *_invisible(text))


def _invisible(text: str) -> list[str]:
    """Words for invisible characters in a decoded name."""
    words, letters = [], set(text)
    if "\0" in letters:
        words.append("name-nul")
    if any(unicodedata.category(char) == "Cc" and char != "\0" for char in letters):
        words.append("name-control")
    if any(unicodedata.bidirectional(char) in _BIDI for char in letters):
        words.append("name-bidi")
    return words


def _shown(char: str) -> str:
    r"""One character, as ``\xNN`` or ``\uNNNN`` if it must not reach a terminal or page as it is."""
    if unicodedata.category(char) not in _ESCAPED:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
