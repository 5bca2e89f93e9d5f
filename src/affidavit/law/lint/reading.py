"""Reads a YAML file that nobody has checked yet: bounded, and with the traps of YAML named line by line."""

from collections.abc import Iterator
from typing import Any

import yaml

from affidavit.knowledge.shape import shape_problem

SIZE = 1 << 20
"""Bytes that a file of the register may have; the largest has about a hundredth of it."""

CHECKS = ("size", "yaml", "aliases", "duplicate-key", "quoting")
"""The checks made here."""

_STRING = "tag:yaml.org,2002:str"
_READ_AS = {
    "tag:yaml.org,2002:bool": "a truth value",
    "tag:yaml.org,2002:timestamp": "a date object",
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:null": "nothing",
}
_BOOLEANS = frozenset({"true", "false"})

Found = tuple[str, str]
"""A check, and what it found."""


def read(data: bytes) -> tuple[Any, list[Found]]:
    """The document in the bytes of a file, and what is wrong with them.

    Nothing is built from bytes that are too many, too deep, or use one part twice (aliases), so hostile files cost no
    more than reading them once.

    Returns:
        The document (None when something is wrong) and the problems.
    """
    if len(data) > SIZE:
        return None, [
            ("size", f"has more than {SIZE:,} bytes, which no file of the register needs; split it by measure")
        ]
    try:
        if wrong := shape_problem(data):
            return None, [wrong]
        loader = yaml.CSafeLoader(data)
        try:
            node = loader.get_single_node()
            found = list(_traps(node)) if node is not None else []
            return (None, found) if found or node is None else (loader.construct_document(node), [])
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:
        return None, [("yaml", f"cannot be read: {' '.join(str(error).split())}")]


def _traps(node: yaml.Node) -> Iterator[Found]:
    """Keys written twice, and text that YAML reads as something else."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            yield from _key(key, seen)
            yield from _traps(value)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _traps(child)
    elif node.tag == "tag:yaml.org,2002:timestamp" or (
        node.tag == "tag:yaml.org,2002:bool" and node.value not in _BOOLEANS
    ):
        yield _unquoted(node, "the value")


def _key(key: yaml.Node, seen: set[str]) -> Iterator[Found]:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode):
        yield "yaml", f"line {line}: a list or an object stands where a key belongs; a colon or a bracket is wrong"
    elif key.tag != _STRING:
        yield _unquoted(key, "the key")
    elif key.value in seen:
        yield "duplicate-key", f"line {line}: has the key {key.value!r} twice in one object; only one would be read"
    else:
        seen.add(key.value)


def _unquoted(node: yaml.Node, what: str) -> Found:
    """The problem of text without quotes."""
    line, text = node.start_mark.line + 1, str(node.value)
    meant = _READ_AS.get(node.tag, "no text")
    return "quoting", f'line {line}: YAML reads {what} {text} as {meant}, not as text; write it in quotes: "{text}"'
