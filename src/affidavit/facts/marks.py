"""Looking for names that tools leave behind: entries, native libraries, class prefixes, fields of small text files."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from affidavit.dalvik.unit import Unit

_NATIVE_FOLDERS = ("lib/", "jni/")
_TEXT_BYTES = 64 << 10
_LINES = 1_000
_KEY_WIDTH = 16


class Code(Protocol):
    """What is read of `affidavit.dalvik.program.Program`."""

    @property
    def units(self) -> Sequence[Unit]:
        """The tables of code, in the order in which Android looks classes up."""
        ...


class EntryNames:
    """Entry paths of an artefact, to be asked by the names inside their own container; the outermost answers first."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._full: dict[str, str] = {}
        self._native: dict[str, str] = {}
        for path in sorted(paths, key=lambda path: (path.count("!/"), path), reverse=True):
            name = path.rpartition("!/")[2]
            self._full[name] = path
            if name.endswith(".so") and name.startswith(_NATIVE_FOLDERS):
                self._native[name.rpartition("/")[2]] = path
        self._names = sorted(self._full)
        self._libraries = sorted(self._native)

    def entry(self, pattern: str) -> str | None:
        """Path of the entry of this name, or of the first that begins so when `pattern` ends in ``/`` or ``*``."""
        if not pattern.endswith(("/", "*")):
            return self._full.get(pattern)
        found = _first(self._names, pattern.removesuffix("*"))
        return self._full[found] if found is not None else None

    def library(self, pattern: str) -> str | None:
        """Path of the first native library of this file name; a trailing ``*`` stands for any rest."""
        if not pattern.endswith("*"):
            return self._native.get(pattern)
        found = _first(self._libraries, pattern[:-1])
        return self._native[found] if found is not None else None

    def ending(self, folder: str, suffix: str) -> list[tuple[str, str]]:
        """Name and path of entries directly in `folder` (empty or ending in ``/``) that end with `suffix`, sorted."""
        at = bisect_left(self._names, folder)
        found = []
        for name in self._names[at:]:
            if not name.startswith(folder):
                break
            if name.endswith(suffix) and "/" not in name[len(folder) :]:
                found.append((name, self._full[name]))
        return found


def _first(names: list[str], prefix: str) -> str | None:
    """The first of sorted names that starts with `prefix`."""
    at = bisect_left(names, prefix)
    return names[at] if at < len(names) and names[at].startswith(prefix) else None


def first_classes(unit: Unit, prefixes: Sequence[str]) -> dict[str, int]:
    """Per prefix of a descriptor, the first defined class (row) that has it; prefixes without one are absent.

    All descriptors are compared at once by their first 16 bytes; what passes is compared whole.
    """
    rows = np.flatnonzero(unit.class_type >= 0)
    strings = unit.type_string[unit.class_type[rows]]
    rows, strings = rows[strings >= 0], strings[strings >= 0]
    blob, start, end = unit.strings.blob()
    raw = np.frombuffer(blob, np.uint8)
    if not len(rows) or not len(raw):
        return {}
    at = start[strings][:, None] + np.arange(_KEY_WIDTH)
    keys = np.where(at < end[strings][:, None], raw[np.minimum(at, len(raw) - 1)], 0).astype(np.uint8)
    words = np.ascontiguousarray(keys.view(np.uint64).T)
    found: dict[str, int] = {}
    for prefix in prefixes:
        wanted, mask = _key(prefix.encode())
        hits = np.flatnonzero((words[0] & mask[0]) == wanted[0])
        hits = hits[(words[1][hits] & mask[1]) == wanted[1]]
        row = next((int(rows[hit]) for hit in hits.tolist() if _has(unit, int(strings[hit]), prefix)), -1)
        if row >= 0:
            found[prefix] = row
    return found


def _key(
    prefix: bytes,
) -> tuple["np.ndarray[tuple[int], np.dtype[np.uint64]]", "np.ndarray[tuple[int], np.dtype[np.uint64]]"]:
    """The first bytes of a prefix as two words, and the mask of the bytes that count."""
    cut = prefix[:_KEY_WIDTH]
    mask = np.frombuffer((b"\xff" * len(cut)).ljust(_KEY_WIDTH, b"\0"), np.uint64)
    return np.frombuffer(cut.ljust(_KEY_WIDTH, b"\0"), np.uint64), mask


def _has(unit: Unit, string: int, prefix: str) -> bool:
    return unit.strings.raw(string).startswith(prefix.encode())


def read_fields(data: bytes, *, as_json: bool = False) -> dict[str, str]:
    """Keys and values of a small text file: ``key=value`` or ``key: value`` lines, or the scalars of a JSON object.

    Bytes past 64 KiB and lines past 1,000 are not read; what cannot be read gives no keys.
    """
    text = data[:_TEXT_BYTES].decode("utf-8", "backslashreplace")
    if as_json:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        items = document.items() if isinstance(document, dict) else ()
        return {
            encodable(str(key)): encodable(str(value)) for key, value in items if isinstance(value, str | int | float)
        }
    fields: dict[str, str] = {}
    for line in text.splitlines()[:_LINES]:
        cuts = [at for at in (line.find("="), line.find(":")) if at > 0]
        if cuts and not line.startswith(("#", "!")):
            at = min(cuts)
            fields.setdefault(line[:at].strip(), line[at + 1 :].strip().strip('"'))
    return fields


def encodable(text: str) -> str:
    """`text` with lone surrogates, which JSON escapes can bring in, as visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
