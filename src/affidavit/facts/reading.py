"""How an extractor makes a fact."""

import hashlib

import msgspec

from affidavit.model.fact import Fact, Subject
from affidavit.model.place import Place

TEXT_LIMIT = 2_048
"""Longest text, in characters, that a fact carries; the place leads to the rest."""

_encoder = msgspec.json.Encoder(order="sorted")


def make_fact(what: Subject, place: Place, extractor: str) -> Fact:
    """A fact with its content-derived id (see `Fact.id`)."""
    digest = hashlib.sha256(_encoder.encode((what, place, extractor))).hexdigest()
    return Fact(id="f" + digest[:16], what=what, place=place, extractor=extractor)


def bounded(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text`, cut to `limit` characters with a mark that says how many were cut."""
    return text if len(text) <= limit else f"{text[:limit]}…(+{len(text) - limit})"
