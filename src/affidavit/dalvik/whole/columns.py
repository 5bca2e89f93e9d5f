"""Arrays that grow in place."""

from typing import Any

import numpy as np
import numpy.typing as npt


class Column:
    """One array that grows at its end. Views of it stay as they are."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._room: npt.NDArray[Any] = np.empty(1 << 10, dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Add values."""
        end = self._size + len(values)
        if end > len(self._room):
            self._widen(end + end // 4)
        self._room[self._size : end] = values
        self._size = end

    def view(self) -> npt.NDArray[Any]:
        """What is there now."""
        return self._room[: self._size]

    def _widen(self, size: int) -> None:
        """Make room: in place, where the system can move pages, unless somebody holds a view."""
        try:
            self._room.resize(size)
        except ValueError:
            wider: npt.NDArray[Any] = np.empty(size, self._room.dtype)
            wider[: self._size] = self._room[: self._size]
            self._room = wider
