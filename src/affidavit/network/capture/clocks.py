"""Whether a time can be right, as far as a capture itself can tell."""

from typing import Final

EARLIEST: Final = 946_684_800_000_000
"""2000-01-01: phones that do not know the time begin in 1970; no app of a store is older."""
LATEST: Final = 4_102_444_800_000_000
"""2100-01-01."""


def is_plausible(time: int) -> bool:
    """Whether microseconds since 1970 may be the time of an observation."""
    return EARLIEST <= time < LATEST
