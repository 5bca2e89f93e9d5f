"""Text from outside in messages."""

LONGEST = 160
"""Characters that a message takes over from outside, unless it says otherwise."""


def plain(text: str, limit: int = LONGEST) -> str:
    """`text` cut to `limit` characters, with everything unprintable (controls, bidi marks, surrogates) as escapes."""
    shown = text if len(text) <= limit else text[:limit] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in shown)
