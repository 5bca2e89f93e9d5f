"""Rows that kernels of packet captures share, as numpy has them: `kernels/rows.pxd` has the same, in this order."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]
"""An array of rows of one of these types."""

_PLACE: Final = [("source_high", "u8"), ("source_low", "u8"), ("target_high", "u8"), ("target_low", "u8")]

FRAME: Final = np.dtype(
    [(name, "i8") for name in ("at", "begin", "size", "whole", "time", "app", "label")]
    + [("link", "i4"), ("seen", "i4")],
    align=True,
)
INTERFACE: Final = np.dtype(
    [("link", "i4"), ("binary", "i4"), ("power", "i4"), ("unused", "i4"), ("offset", "i8"), ("snap", "i8")], align=True
)
PACKET: Final = np.dtype(
    [*_PLACE, ("begin", "i8"), ("size", "i8"), ("whole", "i8"), ("sequence", "u4")]
    + [(name, "i4") for name in ("source", "target", "version", "protocol", "flags", "row", "side")],
    align=True,
)
FLOW: Final = np.dtype(
    [*_PLACE, ("mark", "u8")]
    + [(name, "i8") for name in ("number", "at", "frame", "first", "last", "app")]
    + [(name, "i4") for name in ("source", "target", "version", "protocol", "used", "recent", "client", "sure")]
    + [(name, "i4") for name in ("ended", "kind", "odd", "unused")],
    align=True,
)
HALF: Final = np.dtype(
    [(name, "i8") for name in ("bytes", "packets", "window", "next")]
    + [("base", "u4"), ("opened", "u4")]
    + [(name, "i4") for name in ("known", "mode", "asked", "unused")],
    align=True,
)
ASK: Final = np.dtype(
    [(name, "i8") for name in ("begin", "size", "whole", "place", "time", "at", "frame", "number")]
    + [(name, "i4") for name in ("row", "half", "kind", "unused")],
    align=True,
)
