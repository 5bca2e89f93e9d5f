"""How JSON is written here; the whole affidavit as one document, and the schema that it keeps to."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from affidavit.model.bundle import Affidavit
from affidavit.report.text import HIDDEN

SCHEMA_ID = "affidavit.schema.json"

_ALL_SEEN = re.compile(rb"[\n\x20-\x7e]*\Z")


def as_json(value: Any) -> bytes:
    """A value as JSON: keys sorted, two spaces of indentation, one line feed at the end; see `inert`."""
    return inert(msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2)) + b"\n"


def as_lines(items: Iterable[Any]) -> bytes:
    """Values as JSON, one on each line, keys sorted; see `inert`."""
    encoder = msgspec.json.Encoder(order="sorted")
    return inert(b"".join(encoder.encode(item) + b"\n" for item in items))


def inert(document: bytes) -> bytes:
    """The same values, hidden characters as JSON's own escapes: JSON is also read on terminals and put into scripts.

    RFC 8259 leaves DEL, C1 controls, bidirectional controls and line separators as they are.
    """
    if _ALL_SEEN.match(document):
        return document
    lines = document.decode("utf-8").split("\n")  # a line feed outside of texts is the layout; inside it is an escape
    return "\n".join(HIDDEN.sub(_escape, line) for line in lines).encode("utf-8")


def _escape(match: re.Match[str]) -> str:
    r"""A character as ``\\uXXXX``, in two halves above the basic plane (RFC 8259, section 7)."""
    units = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def render_json(affidavit: Affidavit) -> bytes:
    """Every field."""
    return as_json(affidavit)


def parse_json(document: bytes) -> Affidavit:
    """The affidavit that `render_json` wrote.

    Raises:
        msgspec.ValidationError: the document breaks the schema.
        msgspec.DecodeError: it is not JSON.
    """
    return msgspec.json.decode(document, type=Affidavit)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document; a test compares it with the published file."""
    made = msgspec.json.schema(Affidavit)
    title = {"title": "Affidavit", "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return title | made


def schema_document() -> bytes:
    """The schema as the bytes of the published file."""
    return as_json(schema())
