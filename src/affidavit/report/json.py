"""How JSON is written here; the whole affidavit as one document, and the schema that it keeps to."""

from typing import Any

import msgspec

from affidavit.model.bundle import Affidavit

SCHEMA_ID = "affidavit.schema.json"


def as_json(value: Any) -> bytes:
    """A value as JSON: keys sorted, two spaces of indentation, one line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


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
