"""What a text looks like once everything hidden in it is an escape: character by character, by Unicode's own words."""

import unicodedata

DRAWN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
"""Format characters (Cf) with a sign of their own: marks of numbers and verses, joiners of hieroglyphs."""
BLANK = ("VARIATION SELECTOR", "BRAILLE PATTERN BLANK", "COMBINING GRAPHEME JOINER", "VOWEL INHERENT",
         "HANGUL FILLER", "HANGUL CHOSEONG FILLER", "HANGUL JUNGSEONG FILLER")  # fmt: skip
"""Parts of the names of letters and marks without ink."""


def hidden(character: str) -> bool:
    """Whether a reader cannot see it, or sees its neighbours differently for it."""
    code = ord(character)
    kind = unicodedata.category(character)
    if kind in {"Cc", "Cs", "Co", "Zl", "Zp"} or (kind == "Cf" and code not in DRAWN):
        return True
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    if code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF:
        return True  # reserved for characters of that kind
    return any(part in unicodedata.name(character, "") for part in BLANK)


def shown(text: str, limit: int = 400) -> str:
    """The visible form: escapes for what is hidden, and for marks that are on no letter or more than three deep."""
    made, marks, begun = "", 0, False
    for character in text[:limit]:
        if hidden(character):
            made += escape(character)
            marks, begun = 0, True
        elif unicodedata.category(character) in {"Mn", "Me"}:
            marks += 1
            made += character if begun and marks <= 3 else escape(character)
        else:
            made += character
            marks, begun = 0, True
    return made + (f"…(+{len(text) - limit})" if len(text) > limit else "")


def escape(character: str) -> str:
    """As Python writes it."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
