"""Which app is changed in which way: one seed, one case."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.mutation import binaries, blocks, chunks, dexes, machos, raw, texts, zips
from tests.mutation.fields import dice

Change = Callable[[Random, bytes], bytes]
Other = Callable[[], bytes]
"""Gives the bytes of another app, for a splice."""


@dataclass(frozen=True)
class Mutator:
    """One way to change an app.

    `entries` matches the names of the entries that `change` is for; without it the whole file is changed.
    """

    name: str
    weight: float
    change: Change
    entries: str = ""


MUTATORS = (
    Mutator("zip structure", 3, zips.structure),
    Mutator("zip fields", 2, zips.fields),
    Mutator("signing block", 3, blocks.mutate),
    Mutator("bytes", 1.5, raw.scribble),
    Mutator("truncation", 0.7, raw.truncate),
    Mutator("axml", 4, chunks.mutate, r"AndroidManifest\.xml|res/.*\.xml"),
    Mutator("arsc", 3, chunks.mutate, r"resources\.arsc"),
    Mutator("dex", 5, dexes.mutate, r".*\.dex"),
    Mutator("manifest of a jar", 1.5, texts.rewrite, r"(?i)META-INF/.*\.(?:MF|SF)"),
    Mutator("pkcs7", 1.5, binaries.der, r"(?i)META-INF/.*\.(?:RSA|DSA|EC)"),
    Mutator("elf", 6, binaries.elf, r".*\.so"),
    Mutator("class file", 6, binaries.class_file, r".*\.class"),
    Mutator("program", 3, machos.mutate, r"Payload/[^/]+\.app/(?:[^/]+\.framework/|Frameworks/[^/]+/)?[^./]+"),
    Mutator("profile", 1, binaries.der, r".*\.mobileprovision"),
    Mutator("plist", 1.5, raw.scribble, r".*(?:\.plist|\.xcprivacy|\.strings|/CodeResources)"),
    Mutator("text", 0.7, texts.rewrite, r".*\.(?:txt|json|properties|version|kotlin_module|html|js|xml|plist)"),
    Mutator("bytes of an entry", 1, raw.scribble, r".+[^/]"),
)
"""Every way, and how often it is taken where it can be."""
_NESTED = re.compile(r".*\.(?:apk|jar|zip)")
_FOREIGN = frozenset({"bytes", "truncation", "zip fields"})
"""What can be done to bytes that are no container that can be taken apart."""
_SPLICE = 0.04
_INSIDE = 0.5


@dataclass(frozen=True)
class Case:
    """A changed app, and the name of how it was changed."""

    mutator: str
    data: bytes


def make(seed: int, app: bytes, other: Other) -> Case:
    """The case of a seed: the app changed in one way, now and then in two."""
    draw = dice(seed)
    if draw.random() < _SPLICE:
        return Case("splice", raw.splice(draw, app, other()))
    case = _changed(draw, app)
    if draw.random() < 0.15:
        again = _changed(draw, case.data)
        return Case(case.mutator, again.data)
    return case


def _changed(draw: Random, app: bytes, depth: int = 0) -> Case:
    if app[:4] == b"dex\n":
        return Case("dex", dexes.mutate(draw, app)) if draw.random() < 0.8 else Case("bytes", raw.scribble(draw, app))
    zipped = zips.take_apart(app)
    if zipped is None:
        mutator = draw.choice([mutator for mutator in MUTATORS if mutator.name in _FOREIGN])
        return Case(mutator.name, mutator.change(draw, app))
    names = [item.raw.decode("utf-8", "replace") for item in zipped.items]
    inner = [at for at, name in enumerate(names) if _NESTED.fullmatch(name)]
    if inner and depth < 2 and draw.random() < _INSIDE:
        return _replaced(draw, zipped, draw.choice(inner), lambda draw, data: _changed(draw, data, depth + 1).data)
    found = {mutator: _matching(mutator, names) for mutator in MUTATORS}
    usable = [mutator for mutator in MUTATORS if not mutator.entries or found[mutator]]
    [mutator] = draw.choices(usable, [mutator.weight for mutator in usable])
    if not mutator.entries:
        return Case(mutator.name, mutator.change(draw, app))
    return _replaced(draw, zipped, draw.choice(found[mutator]), mutator.change, mutator.name)


def _matching(mutator: Mutator, names: list[str]) -> list[int]:
    """The entries that a mutator is for; the manifest as often as all others together."""
    pattern = re.compile(mutator.entries or "(?!)")
    found = [at for at, name in enumerate(names) if pattern.fullmatch(name)]
    first = [at for at in found if names[at] in ("AndroidManifest.xml", "classes.dex")]
    return found + first * (len(found) // 2)


def _replaced(draw: Random, zipped: zips.Zipped, at: int, change: Change, name: str = "nested") -> Case:
    """The container with one entry changed; all else, the signing block too, stays as it was."""
    item = zipped.items[at]
    zipped.items[at] = zips.with_content(item, change(draw, zips.content(item)))
    return Case(name, zipped.build())
