"""One byte sequence for each value: JSON in the canonical form of RFC 8785, written and read by msgspec.

RFC 8785 orders object members by UTF-16 code units and prints numbers as ECMAScript does. Sorted msgspec output is the
same bytes as long as every member name is ASCII and every number an integer of at most 53 bits, which holds for the
model: the only texts from an app that index anything are the keys of excerpts, and those are stored as a list of pairs.
Larger integers (a 64-bit version code, a size that a ZIP64 record lies about) are written in full, where RFC 8785 would
round them to a double: evidence is not rounded. That is the one departure, and the tests pin it.
"""

import json
from typing import Any, TypeVar

import msgspec

from affidavit.evidence.quoting import plain
from affidavit.model.errors import VerificationError

T = TypeVar("T")

_ADVICE = "the file was changed, or was not written by affidavit; ask for it again from whoever made it"
_EXPLAINED = 4 << 20  # bytes; larger texts are not parsed a second time only to explain what is wrong with them
_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Canonical JSON of a model value (UTF-8, no white space, members sorted).

    Raises:
        UnicodeEncodeError: a text holds a lone surrogate, which no reader lets through.
    """
    return _encoder.encode(value)


def decode_strict(data: bytes, form: type[T], name: str) -> T:
    """Read canonical JSON as `form`; `name` is what messages call it.

    A value is accepted only if encoding it again gives the same bytes, so each value has one spelling: white space,
    members in another order, twice or unknown, defaults written out, other number or text forms are all refused.

    Raises:
        VerificationError: not JSON, not of this form, or not canonical; the message says where it first differs.
    """
    try:
        value = msgspec.json.decode(data, type=form)
        again = encode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise VerificationError(f"{name}: {plain(str(error))}", advice=_ADVICE) from error
    if again != data:
        raise VerificationError(f"{name}: not in canonical form: {_departure(data, again)}", advice=_ADVICE)
    return value


def first_difference(left: bytes, right: bytes) -> int:
    """Offset of the first byte in which two byte strings differ; the shorter length when one begins the other."""
    low, high = 0, min(len(left), len(right))
    while low < high:  # halving compares whole slices in C instead of bytes in Python
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _departure(data: bytes, canonical: bytes) -> str:
    """Why `data` is not the canonical form of the value that it holds."""
    twice = _repeated_member(data) if len(data) <= _EXPLAINED else None
    if twice is not None:
        return f"member {plain(twice)!r} occurs twice in one object"
    return f"first differs from it at byte {first_difference(data, canonical)}"


def _repeated_member(data: bytes) -> str | None:
    """The first member name that occurs twice in one object; None if there is none, or it cannot be told cheaply."""
    found: list[str] = []

    def check(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                found.append(name)
            seen.add(name)

    try:
        json.loads(data, object_pairs_hook=check)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None
