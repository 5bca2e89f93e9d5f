"""The process that reads an artefact behind walls: what it is handed, what it is asked, how its answer is taken."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given
from affidavit.evidence import plausible
from affidavit.evidence.examined import Examined, Lost
from affidavit.evidence.quoting import plain
from affidavit.evidence.request import Only, Request
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic
from affidavit.evidence.walled import Ended, Walled
from affidavit.model.fact import Fact
from affidavit.model.progress import Progress

GRACE: Final = 30.0
"""Seconds after the budget's end in which a worker has to conclude before it is killed."""
_THREADS: Final = 2
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from affidavit.evidence.worker import main; main()"


class Task(NamedTuple):
    """What every worker of one review is asked."""

    file: Given
    budget: Budget
    progress: Progress
    v4_signature: bytes | None
    only: Only
    claims: tuple[Fact, ...] = ()
    libraries: tuple[tuple[int, str], ...] = ()
    mapping: bytes | None = None
    beside: tuple[Given, ...] = ()
    family: str = ""
    traffic: Traffic = NO_TRAFFIC

    @property
    def more(self) -> tuple[int, ...]:
        """Descriptors of all that is handed over beside the file: indexes, libraries, captures."""
        return (
            *(handle for handle, _ in self.libraries),
            *(each.handle for each in (*self.beside, *self.traffic.files)),
        )


class Worker(Walled):
    """One process that reads for a review."""

    def __init__(self, task: Task, wrapper: str) -> None:
        super().__init__(_CODE, wrapper, (task.file.handle, *task.more), spool=True)
        self._task = task

    def read(self, sha256: str, lost: Sequence[Lost]) -> Examined:
        """Have it read the file; give what it read.

        Raises:
            AffidavitError: what it refused, as it would have been raised here.
            Ended, WallsError: it gave no answer.
        """
        task = self._task
        artefact, *more = self.files
        handed = iter(more)
        left = max(0.0, task.budget.started + task.budget.seconds - time.monotonic())
        request = Request(
            name=task.file.name,
            size=task.file.size,
            sha256=sha256,
            artefact=artefact,
            answers=self.answers,
            spool=self.spool,
            budget=task.budget,
            seconds=int(_THREADS * (left + GRACE)) + 1,
            only=task.only,
            libraries=tuple((next(handed), name) for _, name in task.libraries),
            claims=task.claims,
            v4_signature=task.v4_signature,
            mapping=task.mapping,
            beside=tuple(each._replace(handle=next(handed)) for each in task.beside),
            family=task.family,
            traffic=replace(
                task.traffic, files=tuple(each._replace(handle=next(handed)) for each in task.traffic.files)
            ),
            lost=tuple(lost),
            confined=bool(self._wrapper),
        )
        self.ask(request)
        captures = task.traffic.digests
        try:
            return self.answer(
                time.monotonic() + left + GRACE, lambda body: plausible.read(body, captures), task.progress
            )
        except plausible.ImplausibleError as error:
            raise Ended(self.stage, f"answered with what cannot be an account: {plain(str(error))}") from None
