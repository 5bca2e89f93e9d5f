"""From artefact to the content of an affidavit in this process, without walls: what tests and `--no-sandbox` use."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import held_open
from affidavit.evidence.conclude import conclude
from affidavit.evidence.examine import examine
from affidavit.evidence.indexes import named, opened_index
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic
from affidavit.identity.code.handed import Known, handed
from affidavit.model.bundle import Affidavit
from affidavit.model.progress import Progress, silent


def derive(
    path: Path,
    budget: Budget | None = None,
    progress: Progress = silent,
    v4_signature: bytes | None = None,
    *,
    libraries: Sequence[Path] = (),
    mapping: bytes | None = None,
    traffic: Traffic = NO_TRAFFIC,
    networks: Sequence[Path] = (),
) -> Affidavit:
    """Review one artefact: the unsigned affidavit.

    Args:
        path: the artefact.
        budget: what the review may cost; the default is generous (see `Budget`).
        progress: called with stage, done and total.
        v4_signature: bytes of the v4 signature file that was given beside it.
        libraries: indexes of known code to compare with.
        mapping: bytes of the mapping file that was given beside it.
        traffic: open captures of what it sent; the caller closes them.
        networks: snapshots of tables of networks.

    Raises:
        UnreadableError: it, or a capture, cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file.
        KnowledgeError: compiled knowledge is missing.
    """
    known = known_here(libraries)
    with held_open(path) as file:
        examined = examine(
            file,
            budget or Budget(),
            progress,
            v4_signature=v4_signature,
            mapping=mapping,
            known=known,
            traffic=traffic,
        )
        return conclude(examined, "none", networks)


def known_here(libraries: Sequence[Path]) -> Known | None:
    """Indexes opened in this process.

    Raises:
        UsageError: there is no such file, or it is no index.
        KnowledgeError: the one that comes along is none.
    """
    with ExitStack() as held:
        return handed([(held.enter_context(opened_index(path)).fileno(), named(path)) for path in libraries])
