"""Cases one after the other: made in one child, reviewed in another, judged here."""

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.mutation import pool
from tests.mutation.apps import MADE
from tests.mutation.cases import make
from tests.mutation.child import Ended, in_child
from tests.mutation.review import TWICE, review

SECONDS = 20.0
"""Longest review: of processor time always, by the clock on a machine that has nothing else to do."""
MEMORY = 1 << 30
"""Most resident bytes of a review."""
_MAKING = 60.0
_ROOM = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it


@dataclass(frozen=True)
class Outcome:
    """What became of a case; `faults` are what must not be."""

    seed: int
    app: str
    mutator: str
    outcome: str
    seconds: float = 0.0
    processor: float = 0.0
    memory: int = 0
    size: int = 0
    faults: list[str] = field(default_factory=list)
    other: str = ""

    @property
    def command(self) -> str:
        """What reproduces the case."""
        other = f" --other '{self.other}'" if self.mutator == "splice" else ""
        return f"python -m tests.mutation --only {self.seed} --app '{self.app}'{other}"


def run_case(seed: int, app: str, other: str, folder: Path, seconds: float = SECONDS) -> Outcome:
    """One case of an app that is known by its name, ended after `seconds`; the changed app is left in `folder`."""
    path = folder / f"case-{seed}{pool.suffix(app)}"
    made = in_child(partial(_make, seed, app, other, path), _MAKING)
    if made.value is None:
        return Outcome(seed, app, "?", "not made", faults=[f"the case could not be made: {made.cause}"])
    mutator, size = made.value
    ended = in_child(partial(review, path, twice=seed % TWICE == 0), seconds)
    outcome, faults = _judged(ended)
    return Outcome(seed, app, mutator, outcome, ended.seconds, ended.processor, ended.memory, size, faults, other)


def _make(seed: int, app: str, other: str, path: Path) -> tuple[str, int]:
    case = make(seed, pool.read(app), lambda: pool.read(other))
    path.write_bytes(case.data or b"\0")
    return case.mutator, len(case.data)


def _judged(ended: Ended) -> tuple[str, list[str]]:
    """The outcome in a word, and what is wrong with it."""
    if ended.cause:
        return ended.cause.partition(" ")[0], [
            f"the review ended by {ended.cause} after {ended.seconds:.1f} s, {ended.processor:.1f} s of processor time"
        ]
    faults = list(ended.value["faults"])
    if ended.processor > SECONDS:
        faults.append(f"{ended.processor:.1f} s of processor time")
    if ended.memory > MEMORY:
        faults.append(f"{ended.memory >> 20} MiB of memory")
    return ended.value["outcome"], faults


def warm() -> None:
    """Load what every review needs, so that each child has it already."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("signed.apk", "library.aar"):
            path = Path(folder) / name
            path.write_bytes(MADE[name]())
            review(path, twice=True)


def run(
    seeds: Iterable[int], apps: pool.Pool, jobs: int = 1, keep: Path | None = None, seconds: float = SECONDS
) -> Iterator[Outcome]:
    """The outcome of each seed, in any order; cases that failed are kept in `keep`."""
    work = partial(_job, apps, keep, seconds)
    if jobs == 1:
        yield from map(work, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as workers:
        yield from workers.imap_unordered(work, seeds, chunksize=4)


def _job(apps: pool.Pool, keep: Path | None, seconds: float, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="affidavit-", dir=_ROOM if os.access(_ROOM, os.W_OK) else None) as folder:
        outcome = run_case(seed, apps.name(seed), apps.name(seed, "other"), Path(folder), seconds)
        if keep and outcome.faults:
            for path in Path(folder).iterdir():
                (keep / path.name).write_bytes(path.read_bytes())
    return outcome
