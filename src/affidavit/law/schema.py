"""The JSON Schema of a measure's file, against which editors and other tools can check it."""

import inspect
import re
from typing import Any

import msgspec

from affidavit.law.lint.sources import FACTS
from affidavit.model.measure import Measure

SCHEMA_ID = "measure.schema.json"

_ATTRIBUTE = re.compile(r"^ {4}(\w[\w, ]*): (.*?)(?=^ {4}\w|\Z)", re.DOTALL | re.MULTILINE)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a measure; a test compares it with the published file.

    What the docstring of a type says of its fields becomes their description, so that an editor can show it.
    """
    made = msgspec.json.schema(Measure)
    for form in made["$defs"].values():
        _describe(form)
    for fact in FACTS:
        made["$defs"][fact.__name__]["properties"]["sources"]["minItems"] = 1
    title = {"title": "Measure", "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return title | made


def schema_document() -> bytes:
    """The schema as the bytes of the published file."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n"


def _describe(form: dict[str, Any]) -> None:
    """Give each field its own part of the description."""
    whole, _, attributes = inspect.cleandoc(form.get("description", "")).partition("\n\nAttributes:\n")
    form["description"] = " ".join(whole.split())
    for names, text in _ATTRIBUTE.findall(attributes):
        for name in names.split(", "):
            if (key := name.rstrip("_")) in form["properties"]:
                form["properties"][key]["description"] = " ".join(text.split())
