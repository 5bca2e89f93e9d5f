"""What serves a process that builds one large value and ends."""

import gc
from typing import Final

_YOUNG: Final = 100_000


def expect_a_short_life() -> None:
    """Look for cycles after 100,000 new objects instead of 700: almost nothing here is in a cycle."""
    gc.set_threshold(_YOUNG, 50, 100)
