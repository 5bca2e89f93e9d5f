"""What a person sees while a review works: one changing line on a terminal, a few lines in a log if it takes long."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

PATIENCE = 2.0
"""Seconds of silence in a log before the first line, and between lines."""

_REDRAW = 0.1
_STAGE = 60


class Progress:
    """An observer of a review: call it with stage, done and total. Leaving the context clears the line."""

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and self._stream.isatty()
        self._next = time.monotonic() + (0.0 if self._live else PATIENCE)
        self._drawn = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is, unless something was shown a moment ago."""
        now = time.monotonic()
        if self._quiet or now < self._next:
            return
        from affidavit.report.text import visible  # noqa: PLC0415 - only when something is shown

        said = visible(stage, _STAGE) + (f" {done:,} of {total:,}" if total > 0 else "")
        if self._live:
            self._stream.write(f"\r\x1b[2K{said}")
            self._next = now + _REDRAW
        else:
            self._stream.write(f"affidavit: {said}\n")
            self._next = now + PATIENCE
        self._drawn = True
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
