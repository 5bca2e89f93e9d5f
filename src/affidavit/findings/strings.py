"""Which strings a rule's string feature means."""

import re
from functools import cache

from affidavit.findings.schema import StringPattern
from affidavit.findings.texts import Loaded

TEXT_BOUND = 2_048
"""Characters of a string that a pattern is tried on; patterns have bounded width (linted), so time is bounded too."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def fits(text: str, pattern: StringPattern) -> bool:
    """Whether one string is what the pattern means: the definition, which the bulk search must agree with."""
    if pattern.exact:
        return text == pattern.exact
    if pattern.prefix:
        return text.startswith(pattern.prefix)
    if pattern.re:
        return pattern.contains in text and _compiled(pattern.re).search(text[:TEXT_BOUND]) is not None
    return pattern.contains in text


def matching(loaded: Loaded, pattern: StringPattern) -> list[int]:
    """Indices, ascending, of the strings that instructions load and that a pattern other than ``exact`` means."""
    if pattern.prefix:
        return loaded.containing(pattern.prefix.encode("ascii"), at_start=True)
    found = loaded.containing(pattern.contains.encode("ascii"))
    if not pattern.re:
        return found
    return [row for row in found if _compiled(pattern.re).search(loaded.strings[row][:TEXT_BOUND])]
