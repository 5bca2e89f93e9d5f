"""Globs over names, without a regular expression for each: most rules' globs fit nothing in most apps."""

from fnmatch import fnmatchcase

_WILD = "*?["


def literal_start(pattern: str) -> str:
    """What every name that fits begins with."""
    return pattern[: min((at for at in map(pattern.find, _WILD) if at >= 0), default=len(pattern))]


def fits(name: str, pattern: str) -> bool:
    """Whether a name is what a glob means, as `fnmatch.fnmatchcase` has it (``*`` crosses slashes)."""
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(name, pattern)
    first, *middle = pattern.split("*")
    if not middle:
        return name == first
    if not name.startswith(first):
        return False
    at, last = len(first), middle.pop()
    for part in middle:
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(name) - len(last) >= at and name.endswith(last)
