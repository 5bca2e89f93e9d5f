"""What a parent asks of a confined worker, and the kinds of frames in which the worker answers."""

from typing import Final

from msgspec import Struct

from affidavit.artefact.budget import Budget
from affidavit.evidence.examined import Lost

WALLS: Final = b"w"
"""The walls stand: their names, a list. Only now are hostile bytes read."""
PROGRESS: Final = b"p"
"""Stage, done and total."""
RESULT: Final = b"r"
"""`Examined`; the last frame."""
REFUSAL: Final = b"e"
"""`Refusal`; the last frame."""


class Request(Struct, frozen=True):
    """One reading of one artefact.

    Attributes:
        name: of the artefact.
        size: bytes. sha256: its digest, taken by the parent: a worker that was taken over could lie about it.
        artefact: descriptor of the open file. answers: where frames are written to.
        spool: descriptor of an empty file for bulky code; -1 where there is none.
        budget: what is left of it; clocks are the same in both processes.
        seconds: of CPU time that the process may take.
        v4_signature: bytes of the v4 signature file that was given beside the artefact.
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
    v4_signature: bytes | None = None
    lost: tuple[Lost, ...] = ()
    confined: bool = False


class Refusal(Struct, frozen=True):
    """Why nothing was read: the name of an error of `affidavit.model.errors` or of a wall, its message and advice."""

    error: str
    message: str
    advice: str = ""
