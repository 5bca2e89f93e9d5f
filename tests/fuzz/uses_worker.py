"""As `uses`, for what a worker says, which hostile bytes may have taken over: frames, and an affidavit made of them."""

import os
import tempfile
import time
from functools import cache
from pathlib import Path

import msgspec

from affidavit.evidence import plausible
from affidavit.evidence.bundle import members_of
from affidavit.evidence.conclude import conclude
from affidavit.evidence.derive import derive
from affidavit.evidence.examined import Examined
from affidavit.evidence.request import LONGEST, PROGRESS, REFUSAL, RESULT, WALLS, Refusal
from affidavit.sandbox.channel import frames, send
from tests.builders.apps import write_app

FORMS = {PROGRESS: tuple[str, int, int], WALLS: tuple[str, ...], REFUSAL: Refusal}


def worker(data: bytes) -> None:
    """Every frame, and what is concluded from a result."""
    handle = os.memfd_create("worker")
    try:
        os.pwrite(handle, data, 0)
        for kind, body in frames(handle, time.monotonic() + 60, LONGEST):
            if kind == RESULT:
                members_of(conclude(plausible.read(body), "none"))
            else:
                msgspec.json.decode(body, type=FORMS[kind])
    finally:
        os.close(handle)


@cache
def answer() -> bytes:
    """The frames of a worker that read the small app; findings are left out to make it small."""
    with tempfile.TemporaryDirectory() as folder:
        account = derive(write_app(Path(folder)))
    found = Examined(
        account.manifest.artefact,
        account.facts,
        (),
        account.limitations,
        account.excerpts,
        account.coverage,
    )
    handle = os.memfd_create("answer")
    try:
        for kind, said in ((WALLS, ("a", "b")), (PROGRESS, ("code", 1, 2)), (RESULT, found)):
            send(handle, kind, msgspec.json.encode(said))
        return os.pread(handle, 1 << 20, 0)
    finally:
        os.close(handle)
