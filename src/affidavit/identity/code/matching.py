"""The numbers that comparing code rests on: ``knowledge/code_matching``."""

from functools import cache
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit import knowledge
from affidavit.identity.code.tokens import Kind
from affidavit.model.errors import KnowledgeError

T = TypeVar("T")

F64 = npt.NDArray[np.float64]


class KindNumbers(Struct, frozen=True, forbid_unknown_fields=True):
    """What a token of one kind counts, and how often one survives, or is foreign, in a class that is left."""

    counts: float
    survives: float
    foreign: float


class Numbers(Struct, frozen=True, forbid_unknown_fields=True):
    """``weights.yaml``; see the comments there."""

    source: str
    licence: str
    kinds: dict[str, KindNumbers]
    ceiling: float
    together: float
    postings: int
    longest: int
    kept: int
    forms: int
    hopeless: float
    behind: float
    neighbours: int
    agreeing: float
    agreed: float
    believed: float

    def column(self, name: str) -> F64:
        """One number of every kind, by the number of the kind; kinds that classes never have get none."""
        column = np.zeros(16)
        for kind in Kind:
            if (numbers := self.kinds.get(kind.name.lower())) is not None:
                column[kind] = getattr(numbers, name)
        return column


@cache
def numbers() -> Numbers:
    """The numbers that this program was built with."""
    return document("weights", Numbers)


def document(name: str, shape: type[T]) -> T:
    """One document of the section.

    Args:
        name: of its file.
        shape: what it holds.

    Raises:
        KnowledgeError: it was not compiled, or is of another shape.
    """
    try:
        return msgspec.json.decode(knowledge.load("code_matching", msgspec.Raw)[name], type=shape)
    except msgspec.ValidationError as error:
        raise KnowledgeError(f"knowledge code_matching/{name}: {error}", advice="mend the document") from error
