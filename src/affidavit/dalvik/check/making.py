"""Whether a text can be made of constants by what programs commonly do to put one together, or to hide it.

It shows that a name is no invention. It does not show that the program makes it at the place in question.
"""

import base64
import binascii
from collections.abc import Iterable

PIECES = 4
"""Most constants that one text is put together of."""
LONGEST = 4_096
"""Characters of a constant that is looked into."""
_SHORTEST = 3
_THINNED = 3
"""How many times as long as what is left of it a constant may be from which characters were taken."""


def made_of(word: str, constants: Iterable[str]) -> bool:
    """Whether constants hold a text in pieces, as a part, turned round, in base64, or with characters between its own.

    Args:
        word: the text.
        constants: what the code holds.
    """
    if not _SHORTEST <= len(word) <= LONGEST:
        return False
    known = [item for item in constants if item and len(item) <= LONGEST]
    return _joined(word, frozenset(known)) or any(_hides(word, item) for item in known)


def _joined(word: str, known: frozenset[str]) -> bool:
    """Whether a few constants, one after the other, are the text."""
    ends = {0}
    for _ in range(PIECES):
        ends = {end for start in ends for end in range(start + 1, len(word) + 1) if word[start:end] in known}
        if len(word) in ends:
            return True
    return False


def _hides(word: str, constant: str) -> bool:
    """Whether one constant holds the text in another form."""
    if word in constant or word[::-1] in constant:
        return True
    if _is_within(word, constant):
        return True
    return len(constant) * 3 >= len(word) * 4 and word in _decoded(constant)


def _is_within(word: str, constant: str) -> bool:
    """Whether the characters of the text stand in the constant in their order, with not many between them."""
    if not len(word) < len(constant) <= _THINNED * len(word):
        return False
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
