"""Versions of libraries, as the files that their builds leave in an app state them."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from affidavit.facts.marks import EntryNames, read_fields
from affidavit.facts.reading import bounded, make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.library import LibraryVersion
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "library-versions"
VERSION = 1

_FILES_READ = 2_000
_LIMIT = 256
_META, _SUFFIX = "META-INF/", ".version"
_POM = "/pom.properties"


class Document(msgspec.Struct, frozen=True):
    """The document ``knowledge/library_versions/files``."""

    source: str
    licence: str
    date: str
    groups: dict[str, str]
    artifacts: dict[str, str]


_Reading = Callable[[str, bytes, Document], tuple[str, str]]
"""Gives coordinates and version from a file's name and bytes; empty texts when it states none."""


def extract(names: Sequence[str], read: Callable[[str], bytes | None], limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts about library versions.

    Args:
        names: entry paths, as `Place.entry` has them.
        read: gives an entry's bytes by its path, or None.
        limitations: grows by what was not read.

    Yields:
        `LibraryVersion` from ``META-INF/<group>_<artifact>.version``, ``META-INF/maven/**/pom.properties`` and
        ``<artifact>.properties`` files that name a ``client`` (Google Play services and Firebase).
    """
    entries = EntryNames(names)
    document = load("library_versions", Document)["files"]
    wanted: list[tuple[str, _Reading, str]] = []
    wanted += [(path, _from_version_file, name) for name, path in entries.ending(_META, _SUFFIX)]
    wanted += [(path, _from_client_file, name) for name, path in entries.ending("", ".properties")]
    wanted += [(path, _from_pom, path) for path in sorted(names) if path.endswith(_POM) and "META-INF/maven/" in path]
    if len(wanted) > _FILES_READ:
        detail = f"{len(wanted)} files may state a library's version; the first {_FILES_READ} were read"
        limitations.append(Limitation("container/many-version-files", detail))
    for path, reading, name in wanted[:_FILES_READ]:
        data = read(path)
        if data is None:
            detail = "a file that may state a library's version could not be read"
            limitations.append(Limitation("container/unread-version", detail, Place(path)))
            continue
        coordinates, version = reading(name, data, document)
        if coordinates and version[:1].isdigit():
            what = LibraryVersion(bounded(coordinates, _LIMIT), bounded(version, _LIMIT))
            yield make_fact(what, Place(path), f"{NAME}/{VERSION}")


def _from_version_file(name: str, data: bytes, document: Document) -> tuple[str, str]:
    """``META-INF/androidx.core_core-ktx.version``: the version alone; some builds write the name of a task instead."""
    stem = name[len(_META) : -len(_SUFFIX)]
    group, _, artifact = stem.partition("_")
    coordinates = document.artifacts.get(stem) or (f"{group}:{artifact}" if artifact else group)
    return coordinates, data[: 2 * _LIMIT].decode("utf-8", "backslashreplace").strip().split("\n")[0]


def _from_client_file(_: str, data: bytes, document: Document) -> tuple[str, str]:
    """``play-services-base.properties``: lines ``version=`` and ``client=``."""
    fields = read_fields(data)
    artifact = fields.get("client", "")
    group = max((prefix for prefix in document.groups if artifact.startswith(prefix)), key=len, default="")
    coordinates = f"{document.groups[group]}:{artifact}" if group else artifact
    return coordinates, fields.get("version", "")


def _from_pom(_: str, data: bytes, __: Document) -> tuple[str, str]:
    """``pom.properties``: lines ``groupId=``, ``artifactId=`` and ``version=``."""
    fields = read_fields(data)
    group, artifact = fields.get("groupId", ""), fields.get("artifactId", "")
    return (f"{group}:{artifact}" if group and artifact else "", fields.get("version", ""))
