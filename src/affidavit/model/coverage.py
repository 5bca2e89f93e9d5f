"""What was examined of an artefact, in numbers: the record on which every "not shown" rests."""

from typing import Literal

from msgspec import Struct


class Gap(Struct, frozen=True, order=True):
    """Bytes of a container that belong to nothing: no entry, header, directory or signing block claims them."""

    offset: int
    size: int


class ContainerCoverage(Struct, frozen=True, omit_defaults=True):
    """One container of the artefact: its own file, a split, a library inside it; or a bare file.

    Attributes:
        entry: path of the container inside the artefact; empty for the artefact itself.
        role: ``base``, ``split``, ``library``, ``container``, ``dex``, ``nested`` (an archive in an entry) or ``tool``
            (one that only build tools read).
        size: bytes.
        seen: entries that its directory lists.
        parsed: entries that a reader of their format read (code, manifest, resources, native libraries, text).
        searched: entries of another known format, read whole and searched for addresses only.
        unknown: entries of no known format, read whole and searched for addresses only.
        archives: archives inside that were listed and not opened.
        folders: entries that stand for folders, which have no bytes.
        failed: entries whose bytes could not be read; limitations say why.
        claimed: bytes that entries, headers, directories and signing blocks take up.
        gaps: the first of the stretches that nothing claims, by offset. unclaimed: bytes in all of them.
    """

    entry: str
    role: str
    size: int
    seen: int
    parsed: int = 0
    searched: int = 0
    unknown: int = 0
    archives: int = 0
    folders: int = 0
    failed: int = 0
    claimed: int = 0
    gaps: tuple[Gap, ...] = ()
    unclaimed: int = 0


class Reason(Struct, frozen=True, order=True):
    """A kind of limitation, and how often it was met."""

    kind: str
    count: int


class CodeCoverage(Struct, frozen=True, omit_defaults=True):
    """One dex file, or the .class files of one jar.

    Attributes:
        entry: its path.
        classes: class definitions that were read. methods: methods that they define.
        coded: methods that have code. decoded: those whose code was decoded to its end.
        instructions: how many were decoded.
        reasons: why anything was not, by kind of limitation.
    """

    entry: str
    classes: int
    methods: int
    coded: int
    decoded: int
    instructions: int
    reasons: tuple[Reason, ...] = ()


class StageCoverage(Struct, frozen=True, omit_defaults=True):
    """One stage of the review.

    Attributes:
        name: ``entries``, ``manifest``, ``signing``, ``code``, ``calls``, ``endpoints``, ``libraries``, ``findings`` or
            ``excerpts``.
        outcome: *done*; *cut*, when the budget ended it; *failed*, when it broke; *skipped*, when it was left out.
    """

    name: str
    outcome: Literal["done", "cut", "failed", "skipped"]


class Coverage(Struct, frozen=True, omit_defaults=True):
    """The bundle's member about what was examined.

    Attributes:
        containers: in the order in which they were read.
        code: in the order in which Android looks classes up.
        stages: in the order in which they ran; those that are not listed were not reached.
    """

    containers: tuple[ContainerCoverage, ...] = ()
    code: tuple[CodeCoverage, ...] = ()
    stages: tuple[StageCoverage, ...] = ()
