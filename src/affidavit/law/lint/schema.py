"""Turns a document into its type, and what the type says against it into a sentence that tells where and what to do."""

import re
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from affidavit.law.lint.draft import near

T = TypeVar("T")

_STEP = re.compile(r"\.(?P<field>\w+)|\[(?P<item>\d+|\.\.\.)\]")
_KINDS = {
    "str": "text",
    "object": "an object (key: value)",
    "array": "a list ([...])",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
_QUOTED = frozenset({"int", "float", "bool"})


def convert(raw: Any, form: type[T]) -> tuple[T | None, str]:
    """A document as its type, or None and what is wrong with it: the first thing that is."""
    try:
        return msgspec.convert(raw, form, strict=True), ""
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        return None, _sentence(text, path.removesuffix("`"), raw, form)


def _sentence(text: str, path: str, raw: Any, form: type) -> str:
    """What msgspec says, in words."""
    where, expected, got = _follow(path, raw, _info(form))
    name = (re.findall(r"`([^`]+)`", text) or [""])[0]
    if "missing required field" in text:
        return f"{where}has no {name!r}; every object of this kind needs one"
    if "unknown field" in text:
        return f"{where}{near('key', name, _fields(expected))}"
    if found := re.match(r"Expected `([^`]+)`, got `(\w+)`", text):
        wanted = " or ".join(_KINDS.get(part.strip(), part.strip()) for part in found[1].split("|"))
        example = f': "{got}"' if got is not None else ""
        quotes = f"; write it in quotes{example}" if wanted == "text" and found[2] in _QUOTED else ""
        return f"{where}is {_KINDS.get(found[2], found[2])}, should be {wanted}{quotes}"
    if text.startswith("Invalid"):
        return f"{where}{near('word', str(got), _words(expected))}"
    return f"{where}{text}"


@cache
def _info(form: type) -> inspect.Type:
    """What msgspec knows of a type, which is slow to find out."""
    return inspect.type_info(form)


def _follow(path: str, raw: Any, info: inspect.Type) -> tuple[str, inspect.Type, Any]:
    """Where a path leads: a label by the nearest id, the type that is expected there, and what is there."""
    label, trail = "", ""
    for step in _STEP.finditer(path):
        field, item = step["field"], step["item"]
        info = _inner(info, field, raw)
        if field is not None:
            raw = raw.get(field) if isinstance(raw, dict) else None
            trail += f".{field}" if trail else field
        elif item == "...":
            trail += " (one of its values)"
            raw = None
        else:
            raw = raw[int(item)] if isinstance(raw, list) else None
            trail += f"[{item}]"
        if isinstance(raw, dict) and isinstance(raw.get("id"), str):
            label, trail = raw["id"], ""
    where = ", ".join(part for part in (label, trail) if part)
    return (f"{where}: " if where else ""), _plain(info, raw), raw


def _plain(info: inspect.Type, raw: Any) -> inspect.Type:
    """The type without its wrapping; of several objects that which the document's ``op`` names."""
    if isinstance(info, inspect.UnionType):
        tag = raw.get("op") if isinstance(raw, dict) else None
        for option in info.types:
            if isinstance(option, inspect.StructType) and option.tag == tag:
                return option
    return info


def _inner(info: inspect.Type, field: str | None, raw: Any) -> inspect.Type:
    """The type one step further."""
    info = _plain(info, raw)
    if isinstance(info, inspect.UnionType):
        if field is None:
            info = next((option for option in info.types if hasattr(option, "item_type")), info)
        else:
            return inspect.UnionType(types=tuple(t for t in info.types if isinstance(t, inspect.StructType)))
    if isinstance(info, inspect.StructType):
        return next((item.type for item in info.fields if item.encode_name == field), info)
    if isinstance(info, inspect.DictType):
        return info.value_type
    inner: inspect.Type = getattr(info, "item_type", info)
    return inner


def _fields(info: inspect.Type) -> list[str]:
    """The keys that an object may have."""
    return [item.encode_name for item in info.fields] if isinstance(info, inspect.StructType) else []


def _words(info: inspect.Type) -> list[str]:
    """The words that may stand at a place."""
    if isinstance(info, inspect.LiteralType):
        return [str(value) for value in info.values]
    if isinstance(info, inspect.UnionType):
        tags = [option.tag for option in info.types if isinstance(option, inspect.StructType)]
        words = [word for option in info.types for word in _words(option)]
        return [str(tag) for tag in tags] + words
    return []
