"""Text on a terminal: made visible, wrapped between words, side by side, in styles that every terminal has."""

import re
from collections.abc import Iterable, Sequence

from affidavit.report.text import visible

GAP = "  "
"""Between columns."""

NARROWEST = 20
"""Columns that the last cell of a row gets at least."""

LONGEST = 8_000
"""Characters of one text that a page shows; the JSON form has all of it."""

_WORD = re.compile(r"\s*\S+\s*")
_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold yellow": "1;33",
    "bold magenta": "1;35",
}
"""Style -> parameters of ECMA-48 SGR."""

Cell = tuple[str, int, str]
"""Text of a cell, the width of its column, and its style (empty for none)."""


class Page:
    """Lines of a fixed width, styled only if `colour`. Texts are made visible here, so that no caller forgets it."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self._colour = colour
        self._lines: list[str] = []

    def line(self, text: str = "") -> None:
        """One line as it is: not wrapped, so that it can be copied whole."""
        self._lines.append(visible(text, LONGEST).rstrip())

    def pieces(self, pieces: Iterable[tuple[str, str]]) -> None:
        """One line of texts one behind the other, each in its style; not wrapped."""
        self._lines.append("".join(self._styled(visible(text, LONGEST), style) for text, style in pieces).rstrip())

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Wrapped text."""
        lines = wrapped(visible(text, LONGEST), self.width - indent)
        self._lines += [" " * indent + self._styled(line, style) for line in lines]

    def row(self, cells: Sequence[Cell]) -> None:
        """Cells side by side, each wrapped in its column."""
        folded = [wrapped(visible(text, LONGEST), width) for text, width, _ in cells]
        for index in range(max(map(len, folded))):
            line, gap = "", 0
            for lines, (_, width, style) in zip(folded, cells, strict=True):
                text = lines[index] if index < len(lines) else ""
                if text:
                    line += " " * gap + self._styled(text, style)
                    gap = 0
                gap += width - cells_of(text) + len(GAP)
            self._lines.append(line)

    def beside(self, *taken: int) -> int:
        """Columns left for the last cell of a row, beside cells of those widths."""
        return max(self.width - sum(size + len(GAP) for size in taken), NARROWEST)

    def text(self) -> str:
        """The page."""
        return "\n".join(self._lines) + "\n"

    def _styled(self, text: str, style: str) -> str:
        """A piece of one line in its style."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style and self._colour and text else text


def cells_of(text: str) -> int:
    """How many character cells of a terminal `text` takes: two for a wide character, none for a combining mark."""
    return len(text) if text.isascii() else sum(_cells(text))


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken after white space; a word longer than that is cut."""
    if cells_of(text) <= width:
        return [text.rstrip()]
    lines, line, used = [], "", 0
    for word in _WORD.findall(text):
        size = cells_of(word.rstrip())
        if used + size <= width:
            line, used = line + word, used + cells_of(word)
            continue
        if line:
            lines.append(line.rstrip())
        *full, line = _cut(word, width) if size > width else [word]
        lines += full
        used = cells_of(line)
    return [*lines, line.rstrip()]


def _cut(word: str, width: int) -> list[str]:
    """A long word in pieces of at most `width` cells."""
    if word.isascii():
        return [word[start : start + width] for start in range(0, len(word), width)]
    pieces, piece, used = [], "", 0
    for character, size in zip(word, _cells(word), strict=True):
        if used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + character, used + size
    return [*pieces, piece]


def _cells(text: str) -> Iterable[int]:
    """Cells of each character (Unicode Standard Annex 11; general categories Mn and Me)."""
    import unicodedata  # noqa: PLC0415 - most text is ASCII

    for character in text:
        if unicodedata.category(character) in {"Mn", "Me"}:
            yield 0
        else:
            yield 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
