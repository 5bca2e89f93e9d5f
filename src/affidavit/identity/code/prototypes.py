"""Prototypes of the methods of a program, each once for all its units, as they are and with names blurred."""

from itertools import pairwise
from typing import Final

import numpy as np

from affidavit.dalvik.signatures import Signatures
from affidavit.identity.code.tokens import I64
from affidavit.identity.kernels import rows

OWN: Final = "X"
"""What stands for a type that is not the platform's."""
_PARAMETER, _RANK = 1 << 63, 32


class Prototypes:
    """Prototypes by the numbers that `Program.resolution` gives them.

    Args:
        signatures: names and prototypes, numbered.
        types: descriptors in the program's common space.
        blurred: the same with what is not the platform's blurred.

    Attributes:
        arity: parameters of each; -1 for what could not be read.
        word: of each, its place in `words`.
        words: the distinct prototypes with types blurred and their parameters sorted.
    """

    def __init__(self, signatures: Signatures, types: list[str], blurred: list[str]) -> None:
        self._types, self._texts, keys = types, dict[int, str](), list(signatures.protos)
        self._flat = np.frombuffer(b"".join(keys), np.int32)
        self._start: I64 = np.zeros(len(keys) + 1, np.int64)
        np.cumsum(np.array([len(key) for key in keys], np.int64) // self._flat.itemsize, out=self._start[1:])
        self.arity: I64 = np.diff(self._start) - 1
        words: dict[str, int] = {}
        self.word: I64 = self._blurred(blurred, words)
        self.words = list(words)

    def text(self, number: int) -> str:
        """The descriptor of a prototype; empty for what could not be read."""
        if number not in self._texts:
            items = self._flat[self._start[number] : self._start[number + 1]].tolist()
            names = [self._types[item] if item >= 0 else "" for item in items]
            self._texts[number] = f"({''.join(names[1:])}){names[0]}" if names else ""
        return self._texts[number]

    def _blurred(self, blurred: list[str], words: dict[str, int]) -> I64:
        """The number in `words` of each prototype, which are put into words once each."""
        ordered = sorted({*blurred, OWN})
        ranks = {word: rank for rank, word in enumerate(ordered)}
        rank = np.array([ranks[word] for word in (*blurred, OWN)], np.uint64)[self._flat]
        # Each row is sorted by its ranks, the result before the parameters; places keep equal ones apart.
        items = (rank << np.uint64(_RANK)) | np.arange(len(rank), dtype=np.uint64) | np.uint64(_PARAMETER)
        start = self._start.copy()
        items[start[:-1][np.diff(start) > 0]] &= np.uint64(_PARAMETER - 1)
        rows.distinct(start, items)
        inside = ((items & np.uint64(_PARAMETER - 1)) >> np.uint64(_RANK)).astype(np.int32)
        packed, ends = inside.tobytes(), (start * inside.itemsize).tolist()
        made: dict[bytes, int] = {}
        found = np.array([made.setdefault(packed[begin:end], len(made)) for begin, end in pairwise(ends)], np.int64)
        numbers = []
        for key in made:
            names = [ordered[item] for item in np.frombuffer(key, np.int32).tolist()]
            text = f"({','.join(names[1:])}){names[0]}" if names else ""
            numbers.append(words.setdefault(text, len(words)))
        return np.array(numbers, np.int64)[found]
