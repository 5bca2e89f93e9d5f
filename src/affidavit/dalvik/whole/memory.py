"""Answers about a call graph that outlive its growth: what nothing changed of need not be found again.

While a question is answered, everything asked of the graph that can change as it grows is noted, one after the other,
and so is every earlier answer that is used. An answer rests on the part of the notes that was written meanwhile.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from affidavit.dalvik.whole.shapes import I64

CALLERS, TARGETS, WRITERS, READERS = range(4)
"""What can change: who calls a method, what an invoke calls, who writes a field, who reads it."""

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Seen:
    """The graph that was asked last.

    Attributes:
        pairs: invoke and method of every plain call, as one number each, sorted. others: methods called otherwise.
        nodes: how many there were.
    """

    pairs: I64
    others: AbstractSet[int]
    nodes: int


def fact(kind: int, number: int) -> int:
    """Something that can change, as a number."""
    return 4 * number + kind


class Memory:
    """What is kept while a call graph grows.

    Attributes:
        seen: the graph that was asked last. notes: facts, and answers as negative numbers.
    """

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.notes: list[int] = []
        self._answered: list[tuple[int, int]] = []
        self._answers: dict[str, dict[Any, Any]] = {}
        self._made: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """Something that does not depend on the graph, made when it is first asked for."""
        if name not in self._made:
            self._made[name] = make()
        made: _Made = self._made[name]
        return made

    def answers(self, name: str) -> dict[Any, Any]:
        """The answers of one kind: tuples, the last item of each its number."""
        return self._answers.setdefault(name, {})

    def answered(self, begin: int) -> int:
        """Number an answer that rests on everything noted since there were `begin` notes."""
        self._answered.append((begin, len(self.notes)))
        return len(self._answered) - 1

    def used(self, answer: int) -> None:
        """Note that an earlier answer is used."""
        self.notes.append(~answer)

    def grown(self, seen: Seen, changed: AbstractSet[int]) -> None:
        """Forget the answers that rest on something that changed."""
        self.seen = seen
        if not changed:
            return
        lasting = self._lasting(changed)
        for name, answers in self._answers.items():
            self._answers[name] = {key: answer for key, answer in answers.items() if lasting[answer[-1]]}

    def _lasting(self, changed: AbstractSet[int]) -> list[bool]:
        """By answer, whether it rests on nothing that changed."""
        found: list[bool] = []
        changes = [0]
        for begin, end in self._answered:
            for note in self.notes[len(changes) - 1 : end]:
                changes.append(changes[-1] + (note in changed if note >= 0 else not found[~note]))
            found.append(changes[begin] == changes[end])
        return found
