"""One process that reads an artefact behind walls: started, asked once, listened to, killed when it does not answer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, Final, NamedTuple, Self

import msgspec
from msgspec.structs import replace

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given
from affidavit.artefact.spool import spool_file
from affidavit.evidence import plausible
from affidavit.evidence.examined import Examined, Lost
from affidavit.evidence.quoting import plain
from affidavit.evidence.request import (
    LONGEST,
    PROGRESS,
    REFUSAL,
    RESULT,
    SENTENCE,
    WALLS,
    Only,
    Refusal,
    Request,
    Stage,
)
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic
from affidavit.model import errors
from affidavit.model.errors import AffidavitError, UnreadableError
from affidavit.model.fact import Fact
from affidavit.model.progress import Progress
from affidavit.sandbox import bubblewrap
from affidavit.sandbox.channel import ChannelError, frames

GRACE: Final = 30.0
"""Seconds after the budget's end in which a worker has to conclude before it is killed."""
_THREADS: Final = 2
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
_COMPLAINT: Final = 1 << 16
"""Bytes that are read of what a worker wrote before its walls stood: the last line says what is wrong."""
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from affidavit.evidence.worker import main; main()"
_NO_FORM: Final = "answered in no form that is known here"


class Ended(Exception):  # noqa: N818 - no error of the program: what became of a worker
    """A worker ended without an answer: in which stage, and how, continuing "the process ..."."""

    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(stage, cause)
        self.stage, self.cause = stage, cause


class WallsError(Exception):
    """A worker could not raise its walls, and read nothing."""


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


class Worker:
    """One process behind walls.

    Attributes:
        walls: names of those that stand, once it said so; empty before.
    """

    def __init__(self, file: Given, wrapper: str, more: Sequence[int] = ()) -> None:
        self.walls = ""
        self._wrapper, self._more = wrapper, tuple(more)
        try:
            with ExitStack() as held:
                with _uninterrupted():
                    self._start(file, held)
                self._held = held.pop_all()
        except OSError as error:
            raise WallsError(f"{error.strerror or error}") from error

    def _start(self, file: Given, held: ExitStack) -> None:
        """Start the process; what it takes is let go with `held`.

        Raises:
            OSError: there are too many processes or open files, or there is no interpreter.
        """
        spool, self._complaints = _nameless(held), _nameless(held)
        self._answers, answers = os.pipe()
        held.callback(os.close, self._answers)
        with ExitStack() as passed:
            passed.callback(os.close, answers)
            self._passed = [
                above_streams(handle, passed)
                for handle in (file.handle, answers, *self._more, *([] if spool is None else [spool.fileno()]))
            ]
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no word from an app
                command_of(self._wrapper),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("AFFIDAVIT_DEBUG") else self._complaints or subprocess.DEVNULL,
                pass_fds=self._passed,
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

    def ask(self, task: Task, sha256: str, lost: Sequence[Lost]) -> Examined:
        """Have it read the file; give what it read.

        Raises:
            AffidavitError: what it refused, as it would have been raised here.
        """
        artefact, answers, *more = self._passed[: 2 + len(self._more)]
        spool = (*self._passed[2 + len(self._more) :], -1)[0]
        handed = iter(more)
        left = max(0.0, task.budget.started + task.budget.seconds - time.monotonic())
        request = Request(
            name=task.file.name,
            size=task.file.size,
            sha256=sha256,
            artefact=artefact,
            answers=answers,
            spool=spool,
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
        stdin = self._process.stdin
        with suppress(OSError):  # it may have died already; then there is no answer either
            if stdin is not None:
                stdin.write(msgspec.json.encode(request))
                stdin.close()
        return self._listen(time.monotonic() + left + GRACE, task.progress, task.traffic.digests)

    def _listen(self, until: float, progress: Progress, captures: tuple[str, ...]) -> Examined:
        """Take frames until the answer."""
        stage = "opening"
        try:
            for kind, body in frames(self._answers, until, LONGEST):
                if kind == PROGRESS:
                    stage, done, total = msgspec.json.decode(body, type=tuple[Stage, _Count, _Count])
                    progress(stage, done, total)
                elif kind == WALLS and not self.walls:
                    names = msgspec.json.decode(body, type=tuple[str, ...])
                    self.walls = ", ".join((*(["bubblewrap"] if self._wrapper else []), *names))
                elif kind == RESULT and self.walls:
                    return plausible.read(body, captures)
                elif kind == REFUSAL:
                    raise self._refused(msgspec.json.decode(body, type=Refusal))
                else:  # walls twice, or a result without walls
                    raise self._early(stage, _NO_FORM)
        except TimeoutError:
            raise self._early(stage, "did not end in time and was killed") from None
        except (ChannelError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._early(stage, _NO_FORM) from None
        except plausible.ImplausibleError as error:
            raise self._early(stage, f"answered with what cannot be an account: {plain(str(error))}") from None
        raise self._ended(stage)

    def _refused(self, refusal: Refusal) -> Exception:
        """The error that the worker met. Behind the walls, it can only be that the artefact is unreadable."""
        if self.walls:
            if refusal.error != UnreadableError.__name__:
                return Ended("opening", f"gave up: {plain(refusal.message)}")
            return UnreadableError(plain(refusal.message, SENTENCE), advice=plain(refusal.advice, SENTENCE))
        kind = getattr(errors, refusal.error, None)
        if isinstance(kind, type) and issubclass(kind, AffidavitError):
            return kind(refusal.message, advice=refusal.advice)
        return WallsError(refusal.message)

    def _ended(self, stage: str) -> Exception:
        """What became of a worker that closed its end."""
        code = self._process.wait()
        if not code:  # also what is said of it where the caller lets the system forget the processes that it starts
            return self._early(stage, "ended without an answer")
        return self._early(stage, f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with code {code}")

    def _early(self, stage: str, cause: str) -> Exception:
        """Before the walls stood, no hostile byte was read: then what failed is the raising of the walls."""
        if self.walls:
            return Ended(stage, cause)
        said = b""
        if self._complaints is not None:
            self._complaints.seek(0)
            said = self._complaints.read(_COMPLAINT).strip().rpartition(b"\n")[2]
        return WallsError(said.decode("utf-8", "replace") or f"the process {cause}")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let ^C wait: one that comes while a process is being started would leave it behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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


def above_streams(handle: int, held: ExitStack) -> int:
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


def command_of(wrapper: str, code: str = "") -> list[str]:
    """A worker's command line: an interpreter that heeds no environment and no user's own packages.

    Args:
        wrapper: path of bubblewrap; empty for none.
        code: what it runs; empty for the worker of a review.
    """
    folders = _folders()
    command = [sys.executable, "-I", "-S", "-c", code or _CODE, *folders]
    return bubblewrap.wrapped(wrapper, command, map(Path, folders)) if wrapper else command


def environment() -> dict[str, str]:
    """A worker's environment: nothing of the caller's, which may hold secrets, but whether errors are to be raised."""
    debug = os.environ.get("AFFIDAVIT_DEBUG")
    return {"OPENBLAS_NUM_THREADS": "1"} | ({"AFFIDAVIT_DEBUG": debug} if debug else {})
