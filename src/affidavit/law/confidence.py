"""How sure a conclusion is: as sure as the weakest thing that it rests on."""

from typing import TypeVar

Mark = TypeVar("Mark", bound=str)

_ORDER = ("", "H", "M", "L")
"""Marks of confidence, the surest first; nothing said takes nothing away."""


def weakest(*marks: Mark) -> Mark:
    """The least sure of at least one mark: H, M, L, or empty for what says nothing of it."""
    return max(marks, key=_ORDER.index)
