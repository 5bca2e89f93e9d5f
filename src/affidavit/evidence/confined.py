"""A review whose reading happens in other processes, behind walls: start one, outlive it, start another.

The parent never reads the artefact's format: it takes the digest of the bytes, hands the open file over, checks the
shape of what comes back, adds the law and signs. A worker that dies is started again without the stage that it died in.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import held_open, sha256_of
from affidavit.evidence.conclude import conclude
from affidavit.evidence.examined import Examined, Lost
from affidavit.evidence.indexes import named, opened_index
from affidavit.evidence.nothing import nothing
from affidavit.evidence.process import Task, Worker
from affidavit.evidence.quoting import plain
from affidavit.evidence.request import Only
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic, noted
from affidavit.evidence.walled import Ended, Sandbox, WallsError, behind_walls
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit
from affidavit.model.fact import Fact
from affidavit.model.progress import Progress

ATTEMPTS: Final = 3
"""How many workers one review may use up."""
_NO_WALLS: Final = (
    "install bubblewrap, or use Linux with Landlock and seccomp on x86-64 or ARM; --no-sandbox reads the app without "
    "walls and says so in the bundle"
)


def review_confined(
    path: Path,
    budget: Budget,
    progress: Progress,
    sandbox: Sandbox,
    v4_signature: bytes | None = None,
    *,
    libraries: Sequence[Path] = (),
    mapping: bytes | None = None,
    traffic: Traffic = NO_TRAFFIC,
    networks: Sequence[Path] = (),
) -> Affidavit:
    """Review one artefact behind walls: the unsigned affidavit.

    Args, and what it raises: as `read_confined`, and `conclude` for networks.
    """
    read = read_confined(
        path, budget, progress, sandbox, v4_signature, libraries=libraries, mapping=mapping, traffic=traffic
    )
    return conclude(*read, networks)


def read_confined(
    path: Path,
    budget: Budget,
    progress: Progress,
    sandbox: Sandbox,
    v4_signature: bytes | None = None,
    *,
    only: Only = "",
    claims: tuple[Fact, ...] = (),
    libraries: Sequence[Path] = (),
    mapping: bytes | None = None,
    beside: Sequence[Path] = (),
    family: str = "",
    traffic: Traffic = NO_TRAFFIC,
) -> tuple[Examined, str]:
    """Read one artefact behind walls.

    Args:
        path: the artefact; captures without one are in `traffic` alone.
        budget: what the review may cost; it bounds all workers together.
        progress: called with stage, done and total.
        sandbox: *auto* or *bubblewrap*.
        v4_signature: bytes of the v4 signature file that was given beside the artefact.
        only: what alone is asked for; empty for a review.
        claims: facts with paths that are to be checked, and nothing else.
        libraries: indexes of known code to compare with.
        mapping: bytes of the mapping file that was given beside it.
        beside: files of libraries, beside which pairs of classes are laid.
        family: the one that is asked for.
        traffic: open captures of what the app sent; the caller closes them.

    Returns:
        What was read, and the names of the walls.

    Raises:
        UsageError: there is no such file, or no walls can be raised here.
        UnreadableError: it, or a capture, cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    with ExitStack() as held:
        file = traffic.files[0] if only == "captures" else held.enter_context(held_open(path))
        others = [held.enter_context(held_open(each)) for each in beside]
        handles = tuple((held.enter_context(opened_index(index)).fileno(), named(index)) for index in libraries)
        task = Task(
            file, budget, progress, v4_signature, only, claims, handles, mapping, tuple(others), family, traffic
        )  # fmt: skip
        return behind_walls(sandbox, lambda wrapper: _by_workers(task, wrapper), _NO_WALLS)


def _by_workers(task: Task, wrapper: str) -> tuple[Examined, str]:
    """Workers until one answers or too many have died."""
    lost: list[Lost] = []
    sha256, walls = task.traffic.digests[0] if task.only == "captures" else "", ""
    v4_signature, mapping = (
        "" if data is None else hash_of(data).hexdigest() for data in (task.v4_signature, task.mapping)
    )
    unread = noted(Artefact(task.file.name, "unread", task.file.size, "", v4_signature, mapping), task.traffic)
    for _ in range(ATTEMPTS):
        with Worker(task, wrapper) as worker:
            sha256 = sha256 or sha256_of(task.file)
            unread = replace(unread, sha256=sha256)
            try:
                examined = worker.read(sha256, lost)
            except Ended as ended:
                walls = worker.walls or walls
                lost.append(Lost(ended.stage, ended.cause))
                if ended.stage == "opening":
                    break
            except WallsError as error:
                if not lost:
                    raise
                lost.append(Lost("opening", f"could not raise its walls again: {plain(str(error))}"))
                break
            else:
                return replace(examined, artefact=replace(unread, kind=examined.artefact.kind)), worker.walls
    return nothing(unread, lost), walls
