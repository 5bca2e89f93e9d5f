"""How much an abstract execution may do."""

from collections.abc import Callable

STEPS = 400_000
"""Instructions of one replay."""
EACH = 20_000
"""Instructions of one call that the driver makes, so that one component cannot use up what the others need."""
_BETWEEN = 1 << 10


class Exhausted(Exception):  # noqa: N818 - it is an answer, not a failure
    """The budget is used up."""


class Budget:
    """Counts steps.

    Args:
        steps: all that may be done. each: most of one part.
        check: called now and then; it may raise to stop.

    Attributes:
        used: steps done.
    """

    __slots__ = ("_check", "_each", "_end", "_next", "_total", "used")

    def __init__(self, steps: int = STEPS, each: int = EACH, check: Callable[[], None] = lambda: None) -> None:
        self._total, self._each, self._check = steps, each, check
        self.used, self._next = 0, 0
        self._end = min(steps, each)

    def begin(self) -> None:
        """A new part begins."""
        self._end = min(self._total, self.used + self._each)
        self._next = self.used

    def step(self, count: int = 1) -> None:
        """Take steps.

        Raises:
            Exhausted: there are none left.
        """
        self.used += count
        if self.used >= self._next:
            self._check()
            if self.used >= self._end:
                raise Exhausted
            self._next = min(self.used + _BETWEEN, self._end)

    def stop(self) -> None:
        """Nothing more is to be done."""
        self._total = self._end = self._next = self.used

    @property
    def empty(self) -> bool:
        """Whether nothing is left in all."""
        return self.used >= self._total
