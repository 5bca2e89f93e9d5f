"""Files of records read: each in a process of its own behind walls, or in this one where a person asks for that."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from affidavit.artefact.opening import Given, given, sha256_of
from affidavit.evidence.process import above_streams, command_of, environment
from affidavit.evidence.quoting import plain
from affidavit.evidence.records_worker import Reading
from affidavit.evidence.request import REFUSAL, RESULT, SENTENCE, WALLS, Refusal
from affidavit.model.errors import UnreadableError, UsageError
from affidavit.model.screening import Match, Records
from affidavit.network.capture.source import Source
from affidavit.network.screen.opening import compared
from affidavit.network.screen.selectors import Selectors
from affidavit.network.snapshot.view import shelf
from affidavit.sandbox import bubblewrap
from affidavit.sandbox.channel import ChannelError, frames

Sandbox = Literal["auto", "bubblewrap", "none"]
"""As for a review: the kernel's walls or bubblewrap; both; this process."""
SECONDS: Final = 3_600
"""Most time for one file: a log of 60 GB."""
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from affidavit.evidence.records_worker import main; main()"
_LONGEST: Final = {WALLS: 4 << 10, RESULT: 64 << 20, REFUSAL: 64 << 10}
_NO_WALLS: Final = "install bubblewrap, or use Linux with Landlock and seccomp; --no-sandbox reads without walls"

Found = tuple[Records, list[Match]]


class Readings(NamedTuple):
    """Every file with what was found in it, and the names of the walls; empty for none."""

    found: list[Found]
    walls: str


class Tables(NamedTuple):
    """Snapshots of networks, and the day for which they are asked; None for the newest."""

    files: tuple[Path, ...]
    day: date | None = None


class _WallsError(Exception):
    """No walls can be raised."""


def read_records(
    paths: Sequence[Path], selectors: Selectors, sandbox: Sandbox = "auto", kind: str = "", tables: Tables | None = None
) -> Readings:
    """Read every file, and compare it.

    Args:
        paths: regular files.
        selectors: what they are compared with, in this process; a process behind walls loads its own, the same.
        sandbox: which walls.
        kind: what the files are, when a person says so.
        tables: of networks, by which addresses in logs are told.

    Raises:
        UsageError: there is no such file, the kind is unknown, or no walls can be raised.
        UnreadableError: nothing tells what a file is, or its reader did not end well.
    """
    if sandbox == "none":
        return Readings([_here(path, selectors, kind, tables) for path in paths], "")
    if sys.platform != "linux":
        raise UsageError(f"there are no walls for a process on {sys.platform!r}", advice=_NO_WALLS)
    wrapper = bubblewrap.found()
    if sandbox == "bubblewrap" and not wrapper:
        raise UsageError("bubblewrap was asked for, and there is no bwrap on the path", advice=_NO_WALLS)
    chosen = [wrapper] if sandbox == "bubblewrap" else list(dict.fromkeys(("", wrapper)))
    met = _WallsError()
    for each in chosen:
        try:
            made = [_behind(path, kind, each, tables) for path in paths]
        except _WallsError as error:
            met = error
            continue
        return Readings([found for found, _ in made], made[0][1] if made else "")
    raise UsageError(f"no process can be started behind walls: {met}", advice=_NO_WALLS)


@contextmanager
def _open(path: Path) -> Iterator[Given]:
    file = given(path)
    try:
        yield file
    finally:
        os.close(file.handle)


def _here(path: Path, selectors: Selectors, kind: str, tables: Tables | None) -> Found:
    with _open(path) as file:
        source = Source(file.handle, file.name, file.size)
        view = None if tables is None else shelf(tables.files).as_of(tables.day)
        return compared(source, selectors, sha256=sha256_of(file), kind=kind, view=view)


def _behind(path: Path, kind: str, wrapper: str, tables: Tables | None) -> tuple[Found, str]:
    """One file in a process of its own.

    Raises:
        _WallsError: it could not raise its walls.
        UnreadableError, UsageError: what it refused, or that it did not answer.
    """
    with ExitStack() as held:
        file = held.enter_context(_open(path))
        more = [held.enter_context(_open(each)).handle for each in (tables.files if tables else ())]
        answers, theirs = os.pipe()
        held.callback(os.close, answers)
        with ExitStack() as passed:
            passed.callback(os.close, theirs)
            handles = [above_streams(handle, passed) for handle in (file.handle, theirs, *more)]
            worker = _started(wrapper, handles)
        held.callback(worker.wait)
        held.callback(worker.kill)
        request = Reading(
            name=file.name, size=file.size, sha256=sha256_of(file), file=handles[0], answers=handles[1], kind=kind,
            seconds=SECONDS, confined=bool(wrapper), networks=tuple(handles[2:]),
            day=tables.day.isoformat() if tables and tables.day else "",
        )  # fmt: skip
        with suppress(OSError):  # it may have died already; then there is no answer either
            if worker.stdin is not None:
                worker.stdin.write(msgspec.json.encode(request))
                worker.stdin.close()
        found, walls = _listen(answers, file.name, time.monotonic() + SECONDS)
        return found, ", ".join((*(["bubblewrap"] if wrapper else []), *walls))


def _started(wrapper: str, handles: Sequence[int]) -> "subprocess.Popen[bytes]":
    """A worker that has nothing but the file and the pipe.

    Raises:
        _WallsError: it cannot be started.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no word from a record
            command_of(wrapper, _CODE),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("AFFIDAVIT_DEBUG") else subprocess.DEVNULL,
            pass_fds=handles,
            env=environment(),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise _WallsError(str(error)) from error


def _listen(answers: int, name: str, until: float) -> tuple[Found, tuple[str, ...]]:
    """What the worker says.

    Raises:
        _WallsError: it ended before its walls stood.
        UnreadableError, UsageError: what it refused, or that it gave no account.
    """
    walls: tuple[str, ...] = ()
    why = "ended without an answer"
    try:
        for kind, body in frames(answers, until, _LONGEST):
            if kind == WALLS and not walls:
                walls = msgspec.json.decode(body, type=tuple[str, ...])
            elif kind == RESULT and walls:
                return msgspec.json.decode(body, type=Found), walls
            elif kind == REFUSAL:
                raise _refused(msgspec.json.decode(body, type=Refusal), walls)
            else:
                break
    except TimeoutError:
        why = "did not end in time and was killed"
    except (ChannelError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        why = "answered in no form that is known here"
    if not walls:
        raise _WallsError(f"the process {why}")
    raise UnreadableError(
        f"{plain(name)}: the process that read it {why}", advice="cut the file into parts; --no-sandbox reads it here"
    )


def _refused(refusal: Refusal, walls: tuple[str, ...]) -> Exception:
    """The error that the worker met, in words that a terminal can show."""
    message, advice = plain(refusal.message, SENTENCE), plain(refusal.advice, SENTENCE)
    if refusal.error == UsageError.__name__:
        return UsageError(message, advice=advice)
    if walls:
        return UnreadableError(message, advice=advice or "cut the file into parts")
    return _WallsError(message)
