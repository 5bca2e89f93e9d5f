"""The record of what was examined, in words and as rows."""

from collections.abc import Sequence

from affidavit.model.bundle import Affidavit
from affidavit.model.coverage import ContainerCoverage, Coverage
from affidavit.wording import plural

CONTAINER_HEADS = (
    "Container", "Bytes", "Belong to nothing", "Entries", "Parsed", "Searched", "Unknown format",
    "Archives, not opened", "Folders", "Not read",
)  # fmt: skip
CODE_HEADS = ("Code", "Classes", "Methods", "With code", "Decoded", "Instructions")


def examined(affidavit: Affidavit) -> str:
    """One sentence: entries, code, stages that did not end, and behind which walls it was read."""
    coverage = affidavit.coverage
    parts = [_entries(coverage.containers), _code(coverage), _stages(coverage)]
    walls = affidavit.manifest.protection
    behind = "read without a sandbox" if walls == "none" else f"read in a process behind walls ({walls})"
    return "; ".join([*filter(None, parts), behind])


def _entries(containers: Sequence[ContainerCoverage]) -> str:
    if not containers:
        return "nothing was read"
    seen = sum(item.seen - item.folders for item in containers)
    read = seen - sum(item.failed for item in containers)
    archives = sum(item.archives for item in containers)
    unclaimed = sum(item.unclaimed for item in containers)
    text = f"{read:,} of {plural(seen, 'entry', 'entries')} read"
    text += f", {plural(archives, 'archive')} among them not opened" if archives else ""
    return text + (f", {plural(unclaimed, 'byte')} that belong to none" if unclaimed else "")


def _code(coverage: Coverage) -> str:
    coded = sum(item.coded for item in coverage.code)
    decoded = sum(item.decoded for item in coverage.code)
    return f"{decoded:,} of {plural(coded, 'method')} with code decoded" if coverage.code else ""


def _stages(coverage: Coverage) -> str:
    short = [f"{item.name} {item.outcome}" for item in coverage.stages if item.outcome != "done"]
    return f"stages not done: {', '.join(short)}" if short else ""


def container_rows(coverage: Coverage) -> list[tuple[object, ...]]:
    """One row for each container, under `CONTAINER_HEADS`."""
    return [
        (
            item.entry or "the file itself",
            *_counts(item.size, item.unclaimed, item.seen, item.parsed, item.searched, item.unknown, item.archives),
            *_counts(item.folders, item.failed),
        )
        for item in coverage.containers
    ]


def code_rows(coverage: Coverage) -> list[tuple[object, ...]]:
    """One row for each unit of code, under `CODE_HEADS`."""
    return [
        (
            item.entry or "loose class files",
            *_counts(item.classes, item.methods, item.coded, item.decoded, item.instructions),
        )
        for item in coverage.code
    ]


def _counts(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in numbers)
