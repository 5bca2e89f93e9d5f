"""Reads a file of questions that nobody has checked: bounded, and no object of it may have a key twice."""

import json
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from affidavit.knowledge.shape import shape_problem
from affidavit.model.errors import UsageError

LARGEST = 16 << 20
"""Bytes of the largest file that is read."""

MOST = 50_000
"""Questions of the longest file that is answered."""

PARTS = 1_250_000
"""Values, lists and objects of the longest YAML file that is read."""

ADVICE = "write a list `questions:`; each has an `id` and a `query` with app, transaction, actor and as_of"
"""What a file of questions looks like."""

_SHOWN = 40


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a file of questions: YAML without anchors, or JSON when its name ends in ``.json``.

    Raises:
        UsageError: no such file, too large, neither YAML nor JSON, no list of questions, or an object in it has the
            same key twice.
    """
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice="name a file of questions") from None
    if len(data) > LARGEST:
        raise UsageError(f"{path}: larger than {LARGEST >> 20} MiB", advice="split it")
    try:
        found = _json(data) if path.suffix == ".json" else _yaml(data)
    except (yaml.YAMLError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}", advice=ADVICE) from None
    entries = found.get("questions") if isinstance(found, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path}: no list of questions", advice=ADVICE)
    if len(entries) > MOST:
        raise UsageError(f"{path}: more than {MOST:,} questions", advice="split it")
    return entries


def _check_once(keys: Iterable[Hashable]) -> None:
    """Refuse an object of which a reader and this program could see different values.

    Raises:
        ValueError: a key comes twice.
    """
    seen = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"an object has the key {str(key)[:_SHOWN]!r} twice")
        seen.add(key)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; raises as `_check_once`."""
    _check_once(key for key, _ in pairs)
    return dict(pairs)


def _json(data: bytes) -> Any:
    """A JSON document.

    Raises:
        msgspec.DecodeError: it is none; the standard library alone would accept values that JSON does not have.
        ValueError: an object has a key twice.
    """
    msgspec.json.decode(data)
    return json.loads(data, object_pairs_hook=_object)


class _Plain(yaml.CSafeLoader):
    """YAML in which dates stay text and no key comes twice in one object."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the base class; raises as `_check_once` too."""
        made = super().construct_mapping(node, deep)
        if len(made) < len(node.value):
            _check_once(key.value for key, _ in node.value)
        return made


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _yaml(data: bytes) -> Any:
    """A YAML document, nothing of which is built when it is too deep or too long, or uses a part twice.

    Raises:
        yaml.YAMLError: it is so, has a key twice in one object, or is no YAML.
    """
    if wrong := shape_problem(data, most=PARTS):
        raise yaml.YAMLError(wrong[1])
    return yaml.load(data, _Plain)  # noqa: S506 - a safe loader
