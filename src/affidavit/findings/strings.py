"""Which strings a rule's string feature means."""

import re
from functools import cache

from affidavit.findings.schema import StringPattern
from affidavit.findings.units import UnitIndex

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


def matching(index: UnitIndex, arg: str | StringPattern) -> list[int]:
    """Indices of the strings of one unit that the feature means, ascending."""
    pattern = StringPattern(exact=arg) if isinstance(arg, str) else arg
    if pattern.exact:
        return sorted(index.string_indices(pattern.exact.encode()))
    if pattern.prefix:
        return index.loaded.containing(pattern.prefix.encode("ascii"), at_start=True)
    found = index.loaded.containing(pattern.contains.encode("ascii"))
    if not pattern.re:
        return found
    strings = index.unit.strings
    return [row for row in found if _compiled(pattern.re).search(strings[row][:TEXT_BOUND])]
