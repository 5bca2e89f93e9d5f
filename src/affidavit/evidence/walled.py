"""One process behind walls: started with open files, asked once, listened to, killed when it does not answer.

What it reads and what it is asked is its starter's: `evidence.process` for an artefact, `evidence.records` for records.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, Final, Literal, Self, TypeVar

import msgspec

import affidavit
from affidavit.artefact.spool import spool_file
from affidavit.evidence.quoting import plain
from affidavit.evidence.request import LONGEST, PROGRESS, REFUSAL, RESULT, SENTENCE, WALLS, Refusal, Stage
from affidavit.model import errors
from affidavit.model.errors import AffidavitError, UnreadableError, UsageError
from affidavit.model.progress import Progress, silent
from affidavit.sandbox import bubblewrap
from affidavit.sandbox.channel import ChannelError, frames

Sandbox = Literal["auto", "bubblewrap", "none"]
"""*auto*: the kernel's walls, or bubblewrap where the kernel offers none; *bubblewrap*: both; *none*: this process."""

_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_COMPLAINT: Final = 1 << 16
"""Bytes that are read of what a process wrote before its walls stood: the last line says what is wrong."""
_NO_FORM: Final = "answered in no form that is known here"

_Made = TypeVar("_Made")


class Ended(Exception):  # noqa: N818 - no error of the program: what became of a process
    """A process ended without an answer: in which stage, and how, continuing "the process ..."."""

    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(stage, cause)
        self.stage, self.cause = stage, cause


class WallsError(Exception):
    """A process could not raise its walls, and read nothing."""


def behind_walls(sandbox: Sandbox, read: Callable[[str], _Made], advice: str) -> _Made:
    """What `read` makes behind the first walls that can be raised.

    Args:
        sandbox: *auto* or *bubblewrap*.
        read: given the path of bubblewrap, or nothing for the kernel's own walls.
        advice: for who has none.

    Raises:
        UsageError: no walls can be raised here.
    """
    if sys.platform != "linux":
        raise UsageError(f"there are no walls for a process on {sys.platform!r}", advice=advice)
    wrapper = bubblewrap.found()
    if sandbox == "bubblewrap" and not wrapper:
        raise UsageError("bubblewrap was asked for, and there is no bwrap on the path", advice=advice)
    met = WallsError()
    for chosen in [wrapper] if sandbox == "bubblewrap" else dict.fromkeys(("", wrapper)):
        try:
            return read(chosen)
        except WallsError as error:
            met = error
    raise UsageError(f"no process can be started behind walls: {met}", advice=advice) from met


class Walled:
    """One process behind walls.

    Attributes:
        walls: names of those that stand, once it said so; empty before.
        stage: the one that it was in when it was heard last.
        files: the numbers under which it has the files; `answers`: under which it answers; `spool`: under which it has
            an empty file to fill, -1 for none.
    """

    def __init__(self, code: str, wrapper: str, files: Sequence[int], *, spool: bool = False) -> None:
        """Start it.

        Args:
            code: what it runs.
            wrapper: path of bubblewrap; empty for none.
            files: descriptors of what it is handed.
            spool: whether it gets a file to fill, where there is a folder for such.

        Raises:
            WallsError: it cannot be started.
        """
        self.walls, self.stage = "", "opening"
        self._wrapper = wrapper
        try:
            with ExitStack() as held:
                with _uninterrupted():
                    self._start(code, files, held, spool=spool)
                self._held = held.pop_all()
        except OSError as error:
            raise WallsError(f"{error.strerror or error}") from error

    def _start(self, code: str, files: Sequence[int], held: ExitStack, *, spool: bool) -> None:
        """Start the process; what it takes is let go with `held`.

        Raises:
            OSError: there are too many processes or open files, or there is no interpreter.
        """
        bulky = _nameless(held) if spool else None
        self._complaints = _nameless(held)
        self._answers, answers = os.pipe()
        held.callback(os.close, self._answers)
        with ExitStack() as passed:
            passed.callback(os.close, answers)
            self.answers, *numbers = [
                _above_streams(handle, passed)
                for handle in (answers, *files, *([] if bulky is None else [bulky.fileno()]))
            ]
            self.files = tuple(numbers[: len(files)])
            self.spool = -1 if bulky is None else numbers[-1]
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no word from a file
                _command_of(self._wrapper, code),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("AFFIDAVIT_DEBUG") else self._complaints or subprocess.DEVNULL,
                pass_fds=(self.answers, *numbers),
                env=environment(),
                cwd="/",
                start_new_session=True,  # without the caller's terminal
            )
        held.callback(self._end)

    def _end(self) -> None:
        """Kill the process, if it still runs, and wait for it: none is left behind."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def ask(self, request: msgspec.Struct) -> None:
        """Say what it is to do, once."""
        stdin = self._process.stdin
        with suppress(OSError):  # it may have died already; then there is no answer either
            if stdin is not None:
                stdin.write(msgspec.json.encode(request))
                stdin.close()

    def answer(
        self,
        until: float,
        read: Callable[[bytes], _Made],
        progress: Progress = silent,
        *,
        longest: Mapping[bytes, int] = LONGEST,
        refusals: tuple[type[AffidavitError], ...] = (UnreadableError,),
    ) -> _Made:
        """Take frames until the answer.

        Args:
            until: when it is given up, on the clock of `time.monotonic`.
            read: makes what is wanted of the answer; it raises what msgspec raises where that has another form.
            progress: told what it says of its progress.
            longest: the kinds of frames that it may send, and how many bytes each may have.
            refusals: what it may be unable to read behind its walls.

        Raises:
            Ended: it gave no answer.
            WallsError: nor did its walls stand.
            AffidavitError: what it refused, as it would have been raised here.
        """
        try:
            for kind, body in frames(self._answers, until, longest):
                if kind == PROGRESS:
                    self.stage, done, total = msgspec.json.decode(body, type=tuple[Stage, _Count, _Count])
                    progress(self.stage, done, total)
                elif kind == WALLS and not self.walls:
                    names = msgspec.json.decode(body, type=tuple[str, ...])
                    self.walls = ", ".join((*(["bubblewrap"] if self._wrapper else []), *names))
                elif kind == RESULT and self.walls:
                    return read(body)
                elif kind == REFUSAL:
                    raise self._refused(msgspec.json.decode(body, type=Refusal), refusals)
                else:  # walls twice, or a result without walls
                    raise self._early(_NO_FORM)
        except TimeoutError:
            raise self._early("did not end in time and was killed") from None
        except (ChannelError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._early(_NO_FORM) from None
        raise self._ended()

    def _refused(self, refusal: Refusal, refusals: tuple[type[AffidavitError], ...]) -> Exception:
        """The error that the process met. Behind its walls, only some can be: it may have been taken over."""
        if self.walls:
            for kind in refusals:
                if refusal.error == kind.__name__:
                    return kind(plain(refusal.message, SENTENCE), advice=plain(refusal.advice, SENTENCE))
            return Ended("opening", f"gave up: {plain(refusal.message)}")
        known = getattr(errors, refusal.error, None)
        if isinstance(known, type) and issubclass(known, AffidavitError):
            return known(refusal.message, advice=refusal.advice)
        return WallsError(refusal.message)

    def _ended(self) -> Exception:
        """What became of a process that closed its end."""
        code = self._process.wait()
        if not code:  # also what is said of it where the caller lets the system forget the processes that it starts
            return self._early("ended without an answer")
        return self._early(f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with code {code}")

    def _early(self, cause: str) -> Exception:
        """Before the walls stood, no hostile byte was read: then what failed is the raising of the walls."""
        if self.walls:
            return Ended(self.stage, cause)
        said = b""
        if self._complaints is not None:
            self._complaints.seek(0)
            said = self._complaints.read(_COMPLAINT).strip().rpartition(b"\n")[2]
        return WallsError(said.decode("utf-8", "replace") or f"the process {cause}")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let ^C wait: one that comes while a process is being started would leave it behind.

    To block the signal in this thread is not enough: another one takes it then, and Python still stops this one.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _signal_name(number: int) -> str:
    """``signal 11 (SIGSEGV)``, with what it means where the kernel sends it for a wall."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    meaning = {"SIGSYS": ", for a system call that no reading needs", "SIGXCPU": ", for its CPU time"}.get(name, "")
    return f"signal {number} ({name}{meaning})"


def _nameless(held: ExitStack) -> IO[bytes] | None:
    """An empty file that is gone when it is closed; None where there is no folder for such."""
    with suppress(OSError):
        return held.enter_context(spool_file())
    return None


def _above_streams(handle: int, held: ExitStack) -> int:
    """The same open file under a number above those of the standard streams, which a caller may have closed.

    Raises:
        OSError: too many files are open.
    """
    from fcntl import F_DUPFD_CLOEXEC, fcntl  # noqa: PLC0415 - not there on Windows, which is refused later

    number = fcntl(handle, F_DUPFD_CLOEXEC, 3)
    held.callback(os.close, number)
    return number


def _folders() -> list[str]:
    """Where the worker imports from: where this process does, in the same order, and where this package is."""
    here = str(Path(affidavit.__file__).resolve().parents[1])
    return [*dict.fromkeys(str(Path(path).resolve()) for path in (*sys.path, here) if path and Path(path).exists())]


def _command_of(wrapper: str, code: str) -> list[str]:
    """A worker's command line: an interpreter that heeds no environment and no user's own packages."""
    folders = _folders()
    command = [sys.executable, "-I", "-S", "-c", code, *folders]
    return bubblewrap.wrapped(wrapper, command, map(Path, folders)) if wrapper else command


def environment() -> dict[str, str]:
    """A worker's environment: nothing of the caller's, which may hold secrets, but whether errors are to be raised."""
    debug = os.environ.get("AFFIDAVIT_DEBUG")
    return {"OPENBLAS_NUM_THREADS": "1"} | ({"AFFIDAVIT_DEBUG": debug} if debug else {})
