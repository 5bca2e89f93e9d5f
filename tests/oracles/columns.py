"""Wrapping as rich, a library for terminals, does it: what `report.columns` is compared with."""

import io

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text


def cells_of(text: str) -> int:
    """Cells of a terminal."""
    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """The lines that rich prints, without white space at their ends."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, highlight=False, markup=False, emoji=False).print(Text(text))
    return [line.rstrip() for line in out.getvalue().split("\n")[:-1]]
