"""Arrays that grow in place."""

from typing import Any

import numpy as np
import numpy.typing as npt


class Column:
    """One array that grows at its end. Nobody may hold a view of it while it grows."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._room: npt.NDArray[Any] = np.empty(1 << 10, dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Add values."""
        end = self._size + len(values)
        if end > len(self._room):
            self._room.resize(end + end // 4, refcheck=False)  # in place where the system can move pages
        self._room[self._size : end] = values
        self._size = end

    def view(self) -> npt.NDArray[Any]:
        """What is there now; only until the column grows."""
        return self._room[: self._size]
