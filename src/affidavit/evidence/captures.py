"""What captures show, read behind the walls: a stage of a review, or all that is asked for."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.artefact.notes import Notes
from affidavit.evidence.examined import Examined, Lost, Outcome, canonical, lost_stage
from affidavit.evidence.traffic import KIND, Traffic, noted
from affidavit.model.artefact import Artefact
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress
from affidavit.network.capture.fold import About, Fold
from affidavit.network.capture.opening import Read, opened
from affidavit.network.capture.source import Source
from affidavit.network.personal.known import category
from affidavit.network.personal.profile import read_profile
from affidavit.network.personal.seek import Seeker

_EVERY: Final = 256
"""Events between two reports of progress."""
Take = Callable[[Iterable[Fact]], None]
"""Takes facts as they come; it may raise `BudgetError`."""


class Captures:
    """Captures that are known to be of a format that is read.

    Args:
        traffic: what was given.
        check: raises when time or memory has run out.

    Raises:
        UnreadableError: one of them is no capture.
        UsageError: the profile is none.
    """

    def __init__(self, traffic: Traffic, check: Callable[[], None]) -> None:
        self._traffic = traffic
        self._budget, self._reading = check, False
        self._profile = None if traffic.profile is None else read_profile(traffic.profile)
        self._open: list[tuple[Source, str, Read]] = []
        for file in traffic.files:
            source = Source(file.handle, file.name, file.size, self._check, keys=traffic.keys or b"")
            self._open.append((source, *opened(source)))

    def _check(self) -> None:
        """Look at the budget; what a file is, is seen before it counts."""
        if self._reading:
            self._budget()

    @property
    def sought(self) -> frozenset[str]:
        """Categories of which the profile has values."""
        return frozenset(category(value.property) for value in self._profile.values) if self._profile else frozenset()

    def read(self, take: Take, limitations: list[Limitation], progress: Progress) -> None:
        """Read all of them.

        Args:
            take: is handed the facts of each, also of one that the budget cuts short.
            limitations: grows by what could not be read.
            progress: called with bytes.

        Raises:
            BudgetError: time or memory has run out; what was read until then is handed over.
        """
        before, total = 0, self._traffic.size
        seeker = Seeker(self._profile, reveal=self._traffic.reveal)
        self._reading = True
        for (source, form, read), digest in zip(self._open, self._traffic.digests, strict=True):
            about = About(source.name, digest, source.size, form, _sha256(self._traffic.keys))
            fold = Fold(about, seeker)
            try:
                for count, event in enumerate(read(source, Notes(limitations))):
                    fold.take(event)
                    if count % _EVERY == 0:
                        self._check()
                        progress("captures", before + max(0, min(event.where.offset, source.size)), total)
            finally:
                facts, unread = fold.finished()
                limitations += unread
                take(facts)
            before += source.size


def _sha256(keys: bytes | None) -> str:
    return "" if keys is None else hashlib.sha256(keys).hexdigest()


def captures_of(traffic: Traffic, budget: Budget, progress: Progress, lost: Sequence[Lost] = ()) -> Examined:
    """Read captures without an app.

    Raises:
        UnreadableError: one of them is no capture.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    captures = Captures(traffic, budget.check)
    facts: dict[str, Fact] = {}
    limitations = [lost_stage(item) for item in lost]

    def take(more: Iterable[Fact]) -> None:
        facts.update((fact.id, fact) for fact in more)

    outcome: Outcome = "skipped" if lost else "done"
    if not lost:
        progress("captures", 0, traffic.size)
        try:
            captures.read(take, limitations, progress)
        except BudgetError as error:
            limitations.append(Limitation("budget/captures", f"the captures were not all read: {error}"))
            outcome = "cut"
    first = traffic.files[0]
    return Examined(
        noted(Artefact(first.name, KIND, first.size, traffic.digests[0]), traffic),
        canonical(tuple(facts.values())),
        limitations=tuple(limitations),
        coverage=Coverage(stages=(StageCoverage("captures", outcome),)),
        partial=outcome == "cut",
    )
