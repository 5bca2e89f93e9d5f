"""What Debian's aapt, which holds the platform's own resource code, reads from a manifest; rules apart from ours.

Its `xmltree` is parsed by hand and the exported rule is applied to that, so that nothing of our own is on both sides of
a comparison.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_LINE = re.compile(r"^( *)(N|E|A|C): (.*)$")
_ATTRIBUTE = re.compile(r"^(?P<name>[^=(]*)(?:\((?P<id>0x[0-9a-f]+)\))?=(?P<value>.*)$", re.DOTALL)
_TYPED = re.compile(r"\(type 0x(1[0-9a-f])\)(0x[0-9a-f]+)")
_BADGE = re.compile(r"(\w+)='((?:[^'\\]|\\.)*)'")
COMPONENTS = {"activity", "activity-alias", "service", "receiver", "provider"}


@dataclass
class Tag:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Tag"] = field(default_factory=list)


def run(*arguments: str | Path) -> str:
    if (aapt := shutil.which("aapt")) is None:
        pytest.skip("needs Debian's aapt")
    done = subprocess.run([aapt, *arguments], check=False, capture_output=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def tree(apk: Path) -> Tag | None:
    """The manifest; attribute keys are resource ids where there are any, names otherwise."""
    root = Tag("")
    stack = [(-1, root)]
    for line in run("dump", "xmltree", apk, "AndroidManifest.xml").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        indent, kind, rest = len(match[1]), match[2], match[3]
        while stack[-1][0] >= indent:
            stack.pop()
        if kind == "E":
            tag = Tag(rest.rpartition(" (line=")[0].rpartition(":")[2])
            stack[-1][1].children.append(tag)
            stack.append((indent, tag))
        elif kind == "A" and (found := _ATTRIBUTE.match(rest)):
            stack[-1][1].attributes[found["id"] or found["name"].rpartition(":")[2]] = value(found["value"])
    return next((child for child in root.children), None)


def value(text: str) -> str:
    """A value as aapt prints it, made plain."""
    if text.startswith('"'):
        return text.rpartition(' (Raw: "')[0][1:-1]
    if match := _TYPED.match(text):
        number = int(match[2], 16)
        return ("true" if number else "false") if match[1] == "12" else str(number)
    return text.partition(" ")[0] if text.startswith("@") else text


def badge(apk: Path) -> dict[str, str]:
    """Package, versions and levels after aapt resolved resources; levels as printed."""
    found: dict[str, str] = {}
    for line in run("dump", "badging", apk).splitlines():
        key, _, rest = line.partition(":")
        if key == "package":
            found |= {
                name: text for name, text in _BADGE.findall(rest) if name in {"name", "versionCode", "versionName"}
            }
        elif key in {"sdkVersion", "targetSdkVersion"}:
            found[key] = rest.strip("'")
        elif key == "application-label" and "label" not in found:
            found["label"] = rest.strip("'")
    return found


def permissions(apk: Path) -> list[str]:
    """Names that are asked for."""
    lines = run("dump", "permissions", apk).splitlines()
    asks = (line for line in lines if line.startswith("uses-permission"))
    return sorted(line.partition("name='")[2].partition("'")[0] for line in asks)


def exported(root: Tag, target: int) -> list[tuple[str, str, bool | str]]:
    """Element, class as written and exported flag of every component."""
    application = next((child for child in root.children if child.name == "application"), Tag(""))
    found = []
    for tag in application.children:
        if tag.name not in COMPONENTS:
            continue
        stated = tag.attributes.get("0x01010010")
        actions = [
            child
            for child in tag.children
            if child.name == "intent-filter" and any(item.name == "action" for item in child.children)
        ]
        guess = target < 17 if tag.name == "provider" else bool(actions)
        flag = {"true": True, "false": False, None: guess}.get(stated, stated)
        found.append((tag.name, tag.attributes.get("0x01010003", ""), flag))
    return found
