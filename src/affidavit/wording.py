"""How sentences are put together: counts, articles, and what to say of a name that does not exist."""

import difflib
from collections.abc import Iterable

from affidavit.model.errors import UsageError

LONGEST = 60
"""Characters of an unknown name that are looked at, and that an error repeats."""

_NEAREST = 3
_ALIKE = 0.5
"""How alike names must be to be offered (0 to 1, as difflib counts it)."""


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun (``1 place``, ``1,204 places``)."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def from_to(first: str, last: str) -> str:
    """A span of days (``2020-09-20 to 2020-11-13``), or the one day that it is."""
    return first if first == last else f"{first} to {last}"


def with_article(role: str) -> str:
    """A role with its article (``an app store``, ``a user``, ``any person``)."""
    if role.startswith(("any ", "the ")):
        return role
    return f"{'an' if role[:1].lower() in set('aeio') else 'a'} {role}"


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The names most like one that does not exist, letter case aside, the most alike first; at most three."""
    folded = {each.casefold(): each for each in sorted(known)}
    return [folded[each] for each in difflib.get_close_matches(name[:LONGEST].casefold(), folded, _NEAREST, _ALIKE)]


def unknown(what: str, name: str, known: Iterable[str], otherwise: str = "") -> UsageError:
    """The error for a name that does not exist, with the nearest that do.

    Args:
        what: kind of name, in words.
        name: as written.
        known: every name that exists.
        otherwise: what to advise when none is near; empty means to list all that are known.
    """
    names = sorted(known)
    near = nearest(name, names)
    advice = f"did you mean {' or '.join(near)}?" if near else otherwise or f"known are {', '.join(names)}"
    return UsageError(f"unknown {what} {name[:LONGEST]!r}", advice=advice)
