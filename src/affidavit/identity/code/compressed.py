"""Compressed rows: items of all rows end to end, and where each row begins."""

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import I32
from affidavit.identity.code.tokens import I64


def ranges(begins: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]) -> I64:
    """The numbers of many ranges, one range after the other: so many each, from where it begins."""
    ends = np.cumsum(counts)
    return np.repeat(begins - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


def flat(start: npt.NDArray[np.integer], items: I32, rows: npt.NDArray[np.integer]) -> tuple[I64, I32]:
    """(position in `rows`, item) of all items of some compressed rows."""
    begins = start[rows].astype(np.int64)
    counts = start[rows + 1] - begins
    return np.repeat(np.arange(len(rows)), counts), items[ranges(begins, counts)]
