"""Whether a text can be made of constants by what programs commonly do to put one together, or to hide it.

It shows that a name is no invention. It does not show that the program makes it at the place in question.
"""

import base64
import binascii
from collections.abc import Iterable

PIECES = 4
"""Most constants that one text is put together of."""
LONGEST = 400
"""Characters of a constant that is looked into, and of a text that is asked for."""
_SHORTEST = 3
_THINNED = 3
"""How many times as long as what is left of it a constant may be from which characters were taken."""


class Making:
    """Answers what can be made of the constants of an app.

    Args:
        constants: what the code and the resources hold.
    """

    def __init__(self, constants: Iterable[str]) -> None:
        self._held = frozenset(item for item in constants if item and len(item) <= LONGEST)
        self._text = "\0".join(sorted(self._held))
        self._by_length: dict[int, list[str]] = {}
        for item in self._held:
            self._by_length.setdefault(len(item), []).append(item)

    def makes(self, word: str) -> bool:
        """Whether constants hold a text in pieces, as a part, turned round, in base64, or with more between."""
        if not _SHORTEST <= len(word) <= LONGEST or "\0" in word:
            return False
        return word in self._text or word[::-1] in self._text or self._joined(word) or self._hidden(word)

    def _joined(self, word: str) -> bool:
        """Whether a few constants, one after the other, are the text."""
        ends = {0}
        for _ in range(PIECES):
            ends = {end for start in ends for end in range(start + 1, len(word) + 1) if word[start:end] in self._held}
            if len(word) in ends:
                return True
        return False

    def _hidden(self, word: str) -> bool:
        """Whether one constant that is not much longer holds the text in another form."""
        lengths = range(len(word) + 1, _THINNED * len(word) + 1)
        return any(
            _is_within(word, item) or word in _decoded(item)
            for length in lengths
            for item in self._by_length.get(length, ())
        )


def _is_within(word: str, constant: str) -> bool:
    """Whether the characters of the text stand in the constant in their order."""
    rest = iter(constant)
    return all(character in rest for character in word)


def _decoded(constant: str) -> str:
    """What a constant means as base64; empty when it is none."""
    try:
        return base64.b64decode(
            constant, altchars=b"-_" if {"-", "_"} & set(constant) else None, validate=True
        ).decode()
    except (ValueError, binascii.Error):
        return ""
