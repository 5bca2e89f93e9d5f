"""How a process behind walls takes its request and answers: once, with what it read or with why it read nothing."""

import os
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from affidavit.evidence.request import REFUSAL, SENTENCE, Refusal
from affidavit.model.errors import AffidavitError
from affidavit.sandbox.channel import Frame, send
from affidavit.sandbox.lifetime import expect_a_short_life


class _Request(Protocol):
    """What every request says."""

    @property
    def answers(self) -> int:
        """Descriptor where frames are written to."""


_Asked = TypeVar("_Asked", bound=_Request)


def answer_once(kind: type[_Asked], read: Callable[[_Asked], Frame]) -> None:
    """Read the request from standard input, answer, end the process.

    Nothing of Python's own ending runs: it would ask the kernel for too much.

    Args:
        kind: of the request.
        read: raises the walls, reads, and gives the last frame.
    """
    expect_a_short_life()
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=kind)
    try:
        last = read(request)
    except AffidavitError as error:
        last = _refusal(type(error).__name__, error, error.advice)
    except OSError as error:  # a wall, or a limit
        last = _refusal("WallError", error)
    send(request.answers, *last)
    os._exit(0)


def _refusal(name: str, error: Exception, advice: str = "") -> Frame:
    """What is said of an error: bounded, as it may quote what was read."""
    return REFUSAL, msgspec.json.encode(Refusal(name, str(error)[:SENTENCE], advice[:SENTENCE]))
