"""A function run in a forked child: what became of it, how long it took, how much memory it had."""

import contextlib
import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from typing import Any, NamedTuple

_ADDRESS_SPACE = 8 << 30
"""Past this a child gets MemoryError, so that a bug does not take the machine down."""
_LONGEST = 1 << 20


class Ended(NamedTuple):
    """How a child ended.

    Attributes:
        value: what the function gave, through JSON; None when it gave nothing.
        cause: empty, ``hang`` or ``signal N`` or ``exit N``.
        seconds: wall clock. processor: seconds of processor time.
        memory: most resident bytes, those of the parent at the fork among them.
    """

    value: Any
    cause: str
    seconds: float
    processor: float
    memory: int


def in_child(function: Callable[[], Any], seconds: float) -> Ended:
    """Run a function whose result is JSON in a child that is ended after `seconds`."""
    read_end, write_end = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        _run(function, read_end, write_end)
    os.close(write_end)
    answer, hung = _listen(read_end, child, started + seconds)
    _, status, usage = os.wait4(child, 0)
    cause = "hang" if hung else _cause(status)
    value = json.loads(answer) if answer and not cause else None
    processor = usage.ru_utime + usage.ru_stime
    return Ended(value, cause, time.monotonic() - started, processor, usage.ru_maxrss * 1024)


def _run(function: Callable[[], Any], read_end: int, write_end: int) -> None:
    """The child: it never returns, so that nothing of the parent runs twice."""
    code = 1
    try:
        os.close(read_end)
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(json.dumps(function()).encode())
        code = 0
    finally:
        os._exit(code)


def _listen(pipe: int, child: int, until: float) -> tuple[bytes, bool]:
    """What the child wrote, and whether it had to be ended."""
    parts: list[bytes] = []
    with os.fdopen(pipe, "rb", buffering=0) as opened:
        while (left := until - time.monotonic()) > 0 and sum(map(len, parts)) < _LONGEST:
            if select.select([opened], [], [], left)[0]:
                part = opened.read(1 << 16)
                if not part:
                    return b"".join(parts), not _ends(child, until)
                parts.append(part)
    _end(child)
    return b"".join(parts), True


def _ends(child: int, until: float) -> bool:
    """Whether a child that has closed its pipe ends in time; it is ended if not."""
    handle = os.pidfd_open(child)
    try:
        if select.select([handle], [], [], max(until - time.monotonic(), 1))[0]:
            return True
    finally:
        os.close(handle)
    _end(child)
    return False


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    code = os.waitstatus_to_exitcode(status)
    return f"exit {code}" if code else ""
