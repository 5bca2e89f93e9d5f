"""What a parent asks of a confined worker, and the kinds of frames in which the worker answers."""

from typing import Final, Literal, get_args

from msgspec import Struct

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given
from affidavit.evidence.examined import Lost
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic
from affidavit.model.fact import Fact

WALLS: Final = b"w"
"""The walls stand: their names, a list. Only now are hostile bytes read."""
PROGRESS: Final = b"p"
"""Stage, done and total."""
RESULT: Final = b"r"
"""`Examined`; the last frame."""
REFUSAL: Final = b"e"
"""`Refusal`; the last frame."""
LONGEST: Final = {WALLS: 4 << 10, PROGRESS: 4 << 10, RESULT: 192 << 20, REFUSAL: 64 << 10}
"""Most bytes of a frame. The result of an app of 182,000 classes has 14 MB, 20,000 facts; a budget allows 200,000."""
SENTENCE: Final = 4_000
"""Most characters of a refusal's message."""

Only = Literal["", "signatures", "identity", "own", "captures"]
"""What of an artefact is read: all of it, or what one question takes."""

Stage = Literal[
    "opening", "entries", "manifest", "signing", "code", "calls", "endpoints", "libraries", "identity", "flows",
    "paths", "captures", "coverage", "findings", "names", "excerpts",
]  # fmt: skip
"""Every stage of a reading; names only where a mapping file was given, captures only where some were."""
STAGES: Final[tuple[str, ...]] = get_args(Stage)
"""The same, in their order."""


class Request(Struct, frozen=True):
    """One reading of one artefact.

    Attributes:
        name: of the artefact.
        size: bytes. sha256: its digest, taken by the parent: a worker that was taken over could lie about it.
        artefact: descriptor of the open file. answers: where frames are written to.
        spool: descriptor of an empty file for bulky code; -1 where there is none.
        budget: what is left of it; clocks are the same in both processes.
        seconds: of CPU time that the process may take.
        only: what alone is asked for: the signatures, whose code it is, its own code beside that of another app, which
            is the one file in `beside`, or what captures show, the first of which is the artefact; empty for a review.
        libraries: descriptors of open indexes of known code, with the names under which a person gave them.
        claims: facts with paths that are to be checked, and nothing else; none for a review.
        v4_signature: bytes of the v4 signature file that was given beside the artefact.
        mapping: bytes of the mapping file that was given beside it.
        beside: open files of libraries, beside which pairs of classes are laid. family: the one that is asked for.
        traffic: open captures of what the app sent, and what was given with them.
        lost: stages to leave out.
        confined: whether a wall stands around the whole process already.
    """

    name: str
    size: int
    sha256: str
    artefact: int
    answers: int
    spool: int
    budget: Budget
    seconds: int
    only: Only = ""
    libraries: tuple[tuple[int, str], ...] = ()
    claims: tuple[Fact, ...] = ()
    v4_signature: bytes | None = None
    mapping: bytes | None = None
    beside: tuple[Given, ...] = ()
    family: str = ""
    traffic: Traffic = NO_TRAFFIC
    lost: tuple[Lost, ...] = ()
    confined: bool = False


class Refusal(Struct, frozen=True):
    """Why nothing was read: the name of an error of `affidavit.model.errors` or of a wall, its message and advice."""

    error: str
    message: str
    advice: str = ""
