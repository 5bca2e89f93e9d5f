"""Where data goes: stdout, or a file that appears whole or not at all."""

import sys
from collections.abc import Iterable
from pathlib import Path

from affidavit.model.errors import UsageError

_LINE = 10_000
"""Characters of one line; a path has at most 4,096, and a hidden one of them becomes ten at most."""


def emit(data: str | bytes, path: Path | None = None) -> None:
    """Write data to `path`, or to stdout.

    Text for a terminal that cannot show some character gets an escape for it; bytes go out as they are.

    Raises:
        BrokenPipeError: the reader of stdout has gone.
        UsageError: the file, or stdout, cannot be written.
    """
    if path is not None:
        from affidavit.evidence.writing import write_atomically  # noqa: PLC0415 - only when there is a file

        write_atomically(path, data.encode() if isinstance(data, str) else data)
        return
    if isinstance(data, str):
        encoding = sys.stdout.encoding or "utf-8"
        data = data.encode(encoding, "backslashreplace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write to stdout: {error.strerror}", advice="send it where there is room") from None


def note(text: str) -> None:
    """Narration, on stderr: one line, whatever names it holds."""
    from affidavit.report.text import visible  # noqa: PLC0415 - only when there is something to say

    sys.stderr.write(f"{visible(text, _LINE)}\n")


def columns(rows: Iterable[tuple[str, ...]], widest: int = 60) -> str:
    """Rows as text, columns aligned; the last column runs on, the others are cut at `widest`."""
    from affidavit.report.columns import cells_of  # noqa: PLC0415 - only when there is something to show
    from affidavit.report.text import visible  # noqa: PLC0415 - the same

    cells = [(*(visible(cell, widest) for cell in row[:-1]), visible(row[-1])) for row in rows]
    if not cells:
        return ""
    sizes = [[cells_of(cell) for cell in row[:-1]] for row in cells]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    padded = (
        [*(cell + " " * (width - size) for cell, size, width in zip(row, taken, widths, strict=False)), row[-1]]
        for row, taken in zip(cells, sizes, strict=True)
    )
    lines = map("  ".join, padded)
    return "".join(f"{line.rstrip()}\n" for line in lines)
