"""How much of an artefact was examined, counted from what was read and not from what readers say of themselves.

The count does not trust the readers: an entry without a digest was not read, a method that was not decoded to its end
is not decoded, whether or not somebody stated a limitation. `shortfalls` gives the limitations that are then missing.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np

from affidavit.artefact.directory import find_directory
from affidavit.artefact.nested import NESTED
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.dalvik.unit import Unit
from affidavit.facts.nested import ARCHIVES, TOOL
from affidavit.facts.reading import bounded
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Gap, Reason
from affidavit.model.fact import Fact
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.signing.block import find_blocks

GAPS: Final = 10
"""Stretches that one container lists."""
_PARSED: Final = frozenset({"arsc", "class", "dex", "elf", "macho"})
"""Media whose format is read; the manifest is read too, other binary XML is searched."""
_PARSED_INSIDE: Final = {NESTED: frozenset({"class", "dex", "elf", "macho"}), TOOL: frozenset({"elf"})}
"""The same in a container that no installer opens: what its manifest and resources say means nothing to Android."""
_LOCAL: Final = struct.Struct("<18s2I2H")
"""Local file header (APPNOTE, section 4.3.7): sizes stored and inflated, lengths of name and extra field."""
_LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_DESCRIPTORS: Final = frozenset({12, 16, 20, 24})
"""Sizes of a data descriptor after an entry: with and without signature, 32 and 64 bits (APPNOTE, section 4.3.9)."""


def of_containers(parts: Sequence[Part], facts: Iterable[Fact]) -> tuple[ContainerCoverage, ...]:
    """Coverage of every container, from the entries that its directory lists and the facts about them."""
    about = {fact.place.entry: fact.what for fact in facts if isinstance(fact.what, EntryFact)}
    opened = {part.prefix.removesuffix("!/") for part in parts}
    return tuple(_of_container(part, about, opened) for part in parts)


def _of_container(part: Part, about: Mapping[str, EntryFact], opened: AbstractSet[str]) -> ContainerCoverage:
    counts = Counter(
        "parsed" if entry.path in opened else _treatment(part.role, entry.name, about.get(bounded(entry.path)))
        for entry in part.entries
    )
    claims = sorted(_claims(part))
    gaps = [gap for gap in _gaps(claims, len(part.view)) if not _is_padding(part.view, gap)]
    unclaimed = sum(gap.size for gap in gaps)
    return ContainerCoverage(
        entry=part.prefix.removesuffix("!/"),
        role=part.role,
        size=len(part.view),
        seen=len(part.entries),
        parsed=counts["parsed"],
        searched=counts["searched"],
        unknown=counts["unknown"],
        archives=counts["archives"],
        folders=counts["folders"],
        failed=counts["failed"],
        claimed=len(part.view) - unclaimed,
        gaps=tuple(gaps[:GAPS]),
        unclaimed=unclaimed,
    )


def _treatment(role: str, name: str, what: EntryFact | None) -> str:
    """What became of one entry; the words are fields of `ContainerCoverage`."""
    if name.endswith("/"):
        return "folders"
    if what is None or not what.sha256:
        return "failed"
    if what.media in _PARSED_INSIDE.get(role, _PARSED) or (
        role not in _PARSED_INSIDE and name == "AndroidManifest.xml"
    ):
        return "parsed"
    if what.media in ARCHIVES:
        return "archives"
    return "unknown" if what.media == "unknown" else "searched"


def _claims(part: Part) -> Iterator[tuple[int, int]]:
    """Start and end of every stretch that something claims."""
    for entry in part.entries:
        if entry.header < 0:  # a bare file is its own only entry
            yield 0, len(part.view)
        elif entry.data >= 0:
            yield entry.header, entry.data + entry.compressed
    directory = find_directory(part.view, Notes([]), "") if part.entries and part.entries[0].header >= 0 else None
    if directory is None:
        return
    yield directory.start, min(max(directory.stated_end, directory.start), len(part.view))
    yield directory.end, directory.tail
    blocks, _ = find_blocks(part.view)
    if blocks:
        yield blocks[0].offset - 20, directory.start  # the block's size, the first pair's length and id come before


def _gaps(claims: Sequence[tuple[int, int]], size: int) -> Iterator[Gap]:
    """What lies between the claims; data descriptors, whose size the directory does not tell, are not counted."""
    reach = 0
    for start, end in [*claims, (size, size)]:
        if start > reach and not (reach and start - reach in _DESCRIPTORS):
            yield Gap(reach, min(start, size) - reach)
        reach = max(reach, min(end, size))


def _is_padding(view: memoryview, gap: Gap) -> bool:
    """Whether a stretch holds nothing: zeros, or local headers without a name over zeros, as Android's own zip writer
    (zipflinger, "virtual entries") leaves them to align what follows.
    """
    at, end = gap.offset, gap.offset + gap.size
    while end - at >= _LOCAL.size and bytes(view[at : at + 4]) == _LOCAL_SIGNATURE:
        _, packed, size, name, extra = _LOCAL.unpack_from(view, at)
        if packed or size or name:
            return False
        if any(view[at + _LOCAL.size : min(end, at + _LOCAL.size + extra)]):
            return False
        at += _LOCAL.size + extra
    return not any(view[at:end])


def of_code(units: Iterable[Unit]) -> tuple[CodeCoverage, ...]:
    """Coverage of every unit of code."""
    return tuple(_of_unit(unit) for unit in units)


def _of_unit(unit: Unit) -> CodeCoverage:
    reasons: Counter[str] = Counter()
    for limitation in unit.limitations:
        reasons[limitation.kind] += limitation.count
    coded = int(np.count_nonzero(unit.def_code))
    return CodeCoverage(
        entry=unit.entry,
        classes=len(unit.class_type),
        methods=len(unit.def_method),
        coded=coded,
        decoded=max(0, coded - unit.undecoded),
        instructions=unit.instructions,
        reasons=tuple(Reason(kind, count) for kind, count in sorted(reasons.items())),
    )


def shortfalls(
    containers: Iterable[ContainerCoverage], code: Iterable[CodeCoverage], stated: Iterable[Limitation]
) -> Iterator[Limitation]:
    """What was not examined although no limitation says so, and bytes that nothing claims.

    Args:
        containers: what was counted of containers.
        code: what was counted of code.
        stated: every limitation so far.
    """
    said = {(item.kind.partition("/")[0], _container(item.place)) for item in stated}
    for part in containers:
        where = Place(part.entry)
        if part.failed and said.isdisjoint({("container", part.entry), ("budget", part.entry), ("budget", None)}):
            detail = f"{part.failed} entries were not read; what they hold is unknown"
            yield Limitation("container/entries-not-read", detail, where)
        if part.unclaimed:
            first = part.gaps[0]
            detail = (
                f"{part.unclaimed} bytes belong to no entry, header or signature, the first {first.size} of them at "
                f"{first.offset}; Android does not look at them and they were not examined"
            )
            yield Limitation("container/unclaimed-bytes", detail, where)
    for unit in code:
        if unit.decoded < unit.coded and not unit.reasons:
            detail = f"the code of {unit.coded - unit.decoded} methods was not decoded to its end"
            yield Limitation("code/undecoded", detail, Place(unit.entry))


def _container(place: Place | None) -> str | None:
    """The container in which a place lies; None for a limitation without a place."""
    return None if place is None else place.entry.rpartition("!/")[0]
