"""Small apps that take data in the ways in which apps that steal do: each with the pairs of source and sink in it.

Written from what such apps are known to do (messages that are passed on, contacts that are uploaded, identifiers in
addresses), with the libraries that they use. The apps are in ``thefts.txt``: ``app NAME: WHAT``, then its components by
kind, what flows, its classes, and parts that it shares with others. The code is as `tests.builders.terse` reads it.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.builders import axml
from tests.builders.dex import Class, DexBuilder
from tests.builders.terse import SHORT, class_

ACTIVITY = "Landroid/app/Activity;"
_ACTIONS = {"receiver": "android.provider.Telephony.SMS_RECEIVED", "activity": "android.intent.action.MAIN"}
_METHOD = re.compile(r"method (static )?([\w<>]+)(\(.*)")


@dataclass(frozen=True)
class Theft:
    """An app: what it does, its components as ``kind:Name``, classes, and what flows there."""

    about: str
    components: str
    classes: tuple[Class, ...]
    flows: frozenset[tuple[str, ...]]

    @property
    def files(self) -> dict[str, bytes]:
        """The entries of the app."""
        parts = (item.split(":") for item in self.components.split())
        named = ((kind, {"android:name": f"p.{name}", "android:exported": True}) for kind, name in parts)
        shown = [axml.e(kind, attributes, *_filter(kind)) for kind, attributes in named]
        manifest = axml.binary(axml.manifest(*shown))
        return {"AndroidManifest.xml": manifest, "classes.dex": DexBuilder(list(self.classes)).build()}


def _filter(kind: str) -> list[axml.E]:
    action = axml.e("action", {"android:name": _ACTIONS.get(kind, "")})
    return [axml.e("intent-filter", {}, action)] if kind in _ACTIONS else []


@cache
def thefts() -> dict[str, Theft]:
    """All apps by name."""
    text = Path(__file__).with_suffix(".txt").read_text("utf-8")
    blocks = [block.splitlines() for block in text.split("\n\n")]
    parts = {lines[0].removeprefix("part "): lines for lines in blocks if lines[0].startswith("part ")}
    apps = [lines for lines in blocks if lines[0].startswith("app ")]
    return {lines[0][4:].partition(":")[0]: _theft(lines, parts) for lines in apps}


def _theft(lines: list[str], parts: dict[str, list[str]]) -> Theft:
    words = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines[:3]}
    shared = [parts[line.removeprefix("uses ")] for line in lines if line.startswith("uses ")]
    classes = [made for block in (lines, *shared) for made in _classes(block)]
    pairs = frozenset(tuple(item.split(">")) for item in words["flows"].split())
    return Theft(words["app"].partition(": ")[2], words["has"], tuple(classes), pairs)


def _classes(lines: list[str]) -> list[Class]:
    starts = [row for row, line in enumerate(lines) if line.startswith("class ")]
    return [_class(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _class(lines: list[str]) -> Class:
    _, name, super_, *interfaces = lines[0].split()
    fields = next((line.removeprefix("fields ") for line in lines if line.startswith("fields ")), "")
    methods: dict[str, str] = {}
    last = ""
    for line in lines[1:]:
        if found := _METHOD.fullmatch(line):
            last = f"{'static_' if found[1] else ''}{found[2]}"
            methods[last] = found[3]
        elif line.startswith((" ", ":")):
            methods[last] += f"\n{line}"
    above = SHORT.get(super_.removeprefix("%"), super_)
    return class_(name, above, fields=fields, implements=interfaces, **methods)
