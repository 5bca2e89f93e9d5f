"""Where data goes: stdout, or a file that appears whole or not at all."""

import sys
from collections.abc import Iterable
from pathlib import Path

from affidavit.model.errors import UsageError


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
    """Narration, on stderr."""
    sys.stderr.write(f"{text}\n")


def columns(rows: Iterable[tuple[str, ...]], widest: int = 60) -> str:
    """Rows as text, columns aligned; the last column runs on, the others are cut at `widest`."""
    from affidavit.report.text import visible  # noqa: PLC0415 - only when there is something to show

    cells = [(*(visible(cell, widest) for cell in row[:-1]), visible(row[-1])) for row in rows]
    if not cells:
        return ""
    widths = [max(len(row[index]) for row in cells) for index in range(len(cells[0]) - 1)]
    lines = ("  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=False)), row[-1]]) for row in cells)
    return "".join(f"{line.rstrip()}\n" for line in lines)
