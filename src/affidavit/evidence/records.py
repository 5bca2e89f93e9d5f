"""Files of records read: each in a process of its own behind walls, or in this one where a person asks for that."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from affidavit.artefact.opening import held_open, sha256_of
from affidavit.evidence.quoting import plain
from affidavit.evidence.records_worker import Reading
from affidavit.evidence.request import REFUSAL, RESULT, WALLS
from affidavit.evidence.walled import Ended, Sandbox, Walled, behind_walls
from affidavit.model.errors import UnreadableError, UsageError
from affidavit.model.screening import Match, Records
from affidavit.network.capture.source import Source
from affidavit.network.screen.opening import compared
from affidavit.network.screen.selectors import Selectors
from affidavit.network.snapshot.view import shelf

SECONDS: Final = 3_600
"""Most time for one file: a log of 60 GB."""
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from affidavit.evidence.records_worker import main; main()"
_LONGEST: Final = {WALLS: 4 << 10, RESULT: 64 << 20, REFUSAL: 64 << 10}
_NO_WALLS: Final = "install bubblewrap, or use Linux with Landlock and seccomp; --no-sandbox reads without walls"

Found = tuple[Records, list[Match]]
_DECODER: Final = msgspec.json.Decoder(Found)


class Readings(NamedTuple):
    """Every file with what was found in it, and the names of the walls; empty for none."""

    found: list[Found]
    walls: str


class Setting(NamedTuple):
    """What every file is read with.

    Attributes:
        kind: what the files are, when a person says so.
        networks: snapshots, by which addresses in logs are told.
        day: the one asked about: of tables the nearest to it are asked, and days of records are counted beside it; None
            for none, so that the newest tables are asked and no day is counted.
    """

    kind: str = ""
    networks: tuple[Path, ...] = ()
    day: date | None = None


_PLAIN: Final = Setting()


def read_records(
    paths: Sequence[Path], selectors: Selectors, sandbox: Sandbox = "auto", setting: Setting = _PLAIN
) -> Readings:
    """Read every file, and compare it.

    Args:
        paths: regular files.
        selectors: what they are compared with, in this process; a process behind walls loads its own, the same.
        sandbox: which walls.
        setting: what they are read with.

    Raises:
        UsageError: there is no such file, the kind is unknown, or no walls can be raised.
        UnreadableError: nothing tells what a file is, or its reader did not end well.
    """
    if sandbox == "none":
        return Readings([_here(path, selectors, setting) for path in paths], "")
    made = behind_walls(sandbox, lambda wrapper: [_behind(path, wrapper, setting) for path in paths], _NO_WALLS)
    return Readings([found for found, _ in made], made[0][1] if made else "")


def _here(path: Path, selectors: Selectors, setting: Setting) -> Found:
    with held_open(path) as file:
        source = Source(file.handle, file.name, file.size)
        view = shelf(setting.networks).as_of(setting.day) if setting.networks else None
        return compared(source, selectors, sha256=sha256_of(file), kind=setting.kind, view=view, day=setting.day)


def _behind(path: Path, wrapper: str, setting: Setting) -> tuple[Found, str]:
    """One file in a process of its own, and the walls around that.

    Raises:
        WallsError: it could not raise its walls.
        UnreadableError, UsageError: what it refused, or that it did not answer.
    """
    with ExitStack() as held:
        file = held.enter_context(held_open(path))
        more = [held.enter_context(held_open(each)).handle for each in setting.networks]
        worker = held.enter_context(Walled(_CODE, wrapper, (file.handle, *more)))
        until = time.monotonic() + SECONDS
        records, *networks = worker.files
        request = Reading(
            name=file.name, size=file.size, sha256=sha256_of(file), file=records, answers=worker.answers,
            kind=setting.kind, seconds=SECONDS, confined=bool(wrapper), networks=tuple(networks), day=setting.day,
        )  # fmt: skip
        worker.ask(request)
        try:
            found = worker.answer(until, _DECODER.decode, longest=_LONGEST, refusals=(UnreadableError, UsageError))
        except Ended as ended:
            raise UnreadableError(
                f"{plain(file.name)}: the process that read it {ended.cause}",
                advice="cut the file into parts; --no-sandbox reads it here",
            ) from None
        return found, worker.walls
