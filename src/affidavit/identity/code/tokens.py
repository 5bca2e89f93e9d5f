"""What a class is recognised by: tokens, which hold nothing that a renamer can change.

A token is a 64-bit number: a hash of what was read, whose lowest four bits are its kind. Weights of kinds, and how
often each survives an obfuscator, are knowledge (``knowledge/code_matching``).
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from affidavit.identity.kernels import hashing

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SCHEME = 2
"""Version of everything that decides which tokens a class gets. An index of another scheme is refused."""

KIND_BITS = 4
KIND_MASK = (1 << KIND_BITS) - 1


class Kind(IntEnum):
    """What a token stands for. "Platform" is what the device provides (``knowledge/apis/platform``)."""

    STRING = 0
    """A string constant of three characters or more."""
    CALL = 1
    """A method of the platform that is called: the class that defines it, name and prototype."""
    TYPE = 2
    """A class of the platform that an instruction names."""
    FIELD = 3
    """A field of the platform that is read or written."""
    LITERAL = 4
    """The magnitude of a number beyond 64 that is not the number of a resource."""
    ARRAY = 5
    """The contents of an array that the code carries."""
    MEMBER = 6
    """The descriptor of a field or method, types that are not the platform's blurred, and its number among its like."""
    SUPER = 7
    """A class or interface of the platform that the class inherits from, next above the app's own."""
    OVERRIDE = 8
    """A method of the platform that a method overrides or implements."""
    METHOD = 9
    """All calls, fields, types and literals of one method together."""
    SWITCH = 10
    """All keys of one switch together."""
    PAIR = 11
    """Two calls of the platform that follow each other in a method."""
    SYMBOL = 12
    """Of native code: a symbol, and whether it is taken or offered."""
    NATIVE_STRING = 13
    """Of native code: a run of six printable characters or more."""
    CONSTANT = 14
    """Of native code: a 64-bit constant."""
    WINDOW = 15
    """Of native code: ten instructions in a row, without registers and distances."""


def token(kind: Kind, content: bytes) -> int:
    """The token of something read.

    Args:
        kind: what it stands for.
        content: what was read, in the form that `signatures` gives it for this kind.
    """
    made: int = hashing.one(int(kind), content)
    return made


def tokens_of(kind: Kind, data: memoryview, begins: npt.NDArray[np.integer], ends: npt.NDArray[np.integer]) -> U64:
    """The tokens of many contents, which are pieces of `data`."""
    out = np.empty(len(begins), np.uint64)
    hashing.rows(int(kind), data, begins.astype(np.int64), ends.astype(np.int64), out)
    return out


def of_numbers(kind: Kind, values: npt.NDArray[np.integer]) -> U64:
    """The tokens of numbers: their content is eight bytes, the lowest first."""
    data = np.ascontiguousarray(values, "<i8").view(np.uint8)
    at = 8 * np.arange(len(values))
    return tokens_of(kind, data.data, at, at + 8)


def of_rows(kind: Kind, tokens: U64, begins: I64, ends: I64) -> U64:
    """The tokens of some tokens together: their content is eight bytes of each, the lowest first."""
    data = np.ascontiguousarray(tokens, "<u8").view(np.uint8)
    return tokens_of(kind, data.data, 8 * begins, 8 * ends)


def kind_of(number: int) -> Kind:
    """The kind of a token."""
    return Kind(number & KIND_MASK)
