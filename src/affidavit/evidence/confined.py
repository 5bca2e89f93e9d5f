"""A review whose reading happens in another process, behind walls: start it, listen to it, outlive it.

The parent never reads the artefact's format: it takes the digest of the bytes, hands the open file over, checks the
shape of what comes back, adds the law and signs. A worker that dies is started again without the stage that it died in.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Literal, NamedTuple, Self

import msgspec
from msgspec.structs import replace

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, given, sha256_of
from affidavit.artefact.spool import spool_file
from affidavit.evidence.conclude import conclude
from affidavit.evidence.examined import Examined, Lost
from affidavit.evidence.request import PROGRESS, REFUSAL, RESULT, WALLS, Refusal, Request
from affidavit.model import errors
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.errors import AffidavitError, UsageError
from affidavit.model.limitation import Limitation
from affidavit.sandbox import bubblewrap
from affidavit.sandbox.channel import ChannelError, frames

Sandbox = Literal["auto", "bubblewrap", "none"]
"""*auto*: the kernel's walls, or bubblewrap where the kernel offers none; *bubblewrap*: both; *none*: this process."""

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, how much is done, and how much there is."""

ATTEMPTS: Final = 3
"""How many workers one review may use up."""
GRACE: Final = 30.0
"""Seconds after the budget's end in which a worker has to conclude before it is killed."""
_THREADS: Final = 2
_CODE: Final = "import sys; sys.path[:] = sys.argv[1:]; from affidavit.evidence.worker import main; main()"
_NO_WALLS: Final = (
    "install bubblewrap, or use Linux with Landlock and seccomp on x86-64 or ARM; --no-sandbox reads the app without "
    "walls and says so in the bundle"
)


class _Ended(Exception):  # noqa: N818 - no error of the program: what became of a worker
    """A worker ended without an answer: in which stage, and how, continuing "the process ..."."""

    def __init__(self, stage: str, cause: str) -> None:
        super().__init__(stage, cause)
        self.stage, self.cause = stage, cause


class _Walls(Exception):  # noqa: N818 - the same
    """A worker could not raise its walls, and read nothing."""


class _Task(NamedTuple):
    """What every worker of one review is asked."""

    file: Given
    budget: Budget
    progress: Progress
    v4_signature: bytes | None


def review_confined(
    path: Path, budget: Budget, progress: Progress, sandbox: Sandbox, v4_signature: bytes | None = None
) -> Affidavit:
    """Review one artefact behind walls: the unsigned affidavit.

    Args:
        path: the artefact.
        budget: what the review may cost; it bounds all workers together.
        progress: called with stage, done and total.
        sandbox: *auto* or *bubblewrap*.
        v4_signature: bytes of the v4 signature file that was given beside the artefact.

    Raises:
        UsageError: there is no such file, or no walls can be raised here.
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    file = given(path)
    try:
        return conclude(*_examined(_Task(file, budget, progress, v4_signature), sandbox))
    finally:
        os.close(file.handle)


def _examined(task: _Task, sandbox: Sandbox) -> tuple[Examined, str]:
    """What was read, and the walls; by other walls if the first cannot be raised."""
    wrapper = bubblewrap.found()
    if sandbox == "bubblewrap" and not wrapper:
        raise UsageError("bubblewrap was asked for, and there is no bwrap on the path", advice=_NO_WALLS)
    try:
        return _by_workers(task, wrapper if sandbox == "bubblewrap" else "")
    except _Walls as error:
        if not wrapper or sandbox == "bubblewrap":
            raise UsageError(f"no process can be started behind walls: {error}", advice=_NO_WALLS) from error
    return _by_workers(task, wrapper)


def _by_workers(task: _Task, wrapper: str) -> tuple[Examined, str]:
    """Workers until one answers or too many have died."""
    lost: list[Lost] = []
    sha256, walls = "", ""
    for _ in range(ATTEMPTS):
        with _Worker(task.file, wrapper) as worker:
            sha256 = sha256 or sha256_of(task.file)
            try:
                examined = worker.ask(task, sha256, lost)
            except _Ended as ended:
                walls = worker.walls or walls
                lost.append(Lost(ended.stage, ended.cause))
                if ended.stage == "opening":
                    break
            else:
                artefact = replace(examined.artefact, name=task.file.name, size=task.file.size, sha256=sha256)
                return replace(examined, artefact=artefact), worker.walls
    return _nothing(Artefact(task.file.name, "unread", task.file.size, sha256), lost), walls


def _nothing(artefact: Artefact, lost: Sequence[Lost]) -> Examined:
    """What is known when every worker died: that nothing is."""
    from affidavit.findings import judge, load  # noqa: PLC0415 - seldom needed in this process

    limitations = tuple(
        Limitation("tool/worker-died", f"the process that reads the artefact {item.cause} in stage {item.stage!r}")
        for item in lost
    )
    judged = judge.judge((), None, None, limitations, load.rules())
    return Examined(
        artefact,
        findings=judged.findings,
        limitations=(*limitations, *judged.raised),
        coverage=Coverage(stages=tuple(StageCoverage(item.stage, "failed") for item in lost)),
        partial=True,
    )


class _Worker:
    """One process behind walls.

    Attributes:
        walls: names of those that stand, once it said so; empty before.
    """

    def __init__(self, file: Given, wrapper: str) -> None:
        self.walls = ""
        self._wrapper = wrapper
        self._spool = _spool()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._answers, answers = os.pipe()
        handles = [file.handle, answers, *([self._spool.fileno()] if self._spool else [])]
        self._handle = answers
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, no word from an app
                _command(wrapper),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("AFFIDAVIT_DEBUG") else self._complaints,
                pass_fds=handles,
                env=_environment(),
                cwd="/",
            )
        finally:
            os.close(answers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._answers)
        for file in (self._complaints, self._spool, self._process.stdin):
            if file is not None:
                with suppress(OSError):
                    file.close()

    def ask(self, task: _Task, sha256: str, lost: Sequence[Lost]) -> Examined:
        """Have it read the file; give what it read.

        Raises:
            AffidavitError: what it refused, as it would have been raised here.
        """
        left = max(0.0, task.budget.started + task.budget.seconds - time.monotonic())
        request = Request(
            name=task.file.name,
            size=task.file.size,
            sha256=sha256,
            artefact=task.file.handle,
            answers=self._handle,
            spool=self._spool.fileno() if self._spool else -1,
            budget=task.budget,
            seconds=int(_THREADS * (left + GRACE)) + 1,
            v4_signature=task.v4_signature,
            lost=tuple(lost),
            confined=bool(self._wrapper),
        )
        stdin = self._process.stdin
        with suppress(OSError):  # it may have died already; then there is no answer either
            if stdin is not None:
                stdin.write(msgspec.json.encode(request))
                stdin.close()
        return self._listen(time.monotonic() + left + GRACE, task.progress)

    def _listen(self, until: float, progress: Progress) -> Examined:
        """Take frames until the answer."""
        stage = "opening"
        try:
            for kind, body in frames(self._answers, until):
                if kind == PROGRESS:
                    stage, done, total = msgspec.json.decode(body, type=tuple[str, int, int])
                    progress(stage, done, total)
                elif kind == WALLS:
                    names = msgspec.json.decode(body, type=tuple[str, ...])
                    self.walls = ", ".join((*(["bubblewrap"] if self._wrapper else []), *names))
                elif kind == RESULT and self.walls:
                    return msgspec.json.decode(body, type=Examined)
                elif kind == REFUSAL:
                    raise self._refused(msgspec.json.decode(body, type=Refusal))
        except TimeoutError:
            raise self._early(stage, "did not end in time and was killed") from None
        except (ChannelError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._early(stage, "answered in no form that is known here") from None
        raise self._ended(stage)

    def _refused(self, refusal: Refusal) -> Exception:
        """The error that the worker met."""
        kind = getattr(errors, refusal.error, None)
        if isinstance(kind, type) and issubclass(kind, AffidavitError):
            return kind(refusal.message, advice=refusal.advice)
        return _Ended("opening", refusal.message) if self.walls else _Walls(refusal.message)

    def _ended(self, stage: str) -> Exception:
        """What became of a worker that closed its end."""
        code = self._process.wait()
        return self._early(stage, f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with code {code}")

    def _early(self, stage: str, cause: str) -> Exception:
        """Before the walls stood, no hostile byte was read: then what failed is the raising of the walls."""
        if self.walls:
            return _Ended(stage, cause)
        self._complaints.seek(0)
        said = self._complaints.read(2_000).decode("utf-8", "replace").strip().rpartition("\n")[2]
        return _Walls(said or f"the process {cause}")


def _signal_name(number: int) -> str:
    """``signal 11 (SIGSEGV)``, with what it means where the kernel sends it for a wall."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    meaning = {"SIGSYS": ", for a system call that no reading needs", "SIGXCPU": ", for its CPU time"}.get(name, "")
    return f"signal {number} ({name}{meaning})"


def _spool() -> IO[bytes] | None:
    with suppress(OSError):
        return spool_file()
    return None


def _folders() -> list[str]:
    """Where the worker imports from: where this process does, and this package."""
    here = str(Path(affidavit.__file__).resolve().parents[1])
    return [*dict.fromkeys(str(Path(path).resolve()) for path in (here, *sys.path) if path and Path(path).exists())]


def _command(wrapper: str) -> list[str]:
    """The worker's command line: an interpreter that heeds no environment and no user's own packages."""
    folders = _folders()
    command = [sys.executable, "-I", "-S", "-c", _CODE, *folders]
    return bubblewrap.wrapped(wrapper, command, map(Path, folders)) if wrapper else command


def _environment() -> dict[str, str]:
    """Nothing of the caller's environment, which may hold secrets, but whether errors are to be raised."""
    debug = os.environ.get("AFFIDAVIT_DEBUG")
    return {"OPENBLAS_NUM_THREADS": "1"} | ({"AFFIDAVIT_DEBUG": debug} if debug else {})
