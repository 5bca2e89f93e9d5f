"""Which versions of a family marks in the app state: files that the build left, which are no evidence of code."""

from collections.abc import Iterable

from affidavit.model.code_identity import StatedVersion
from affidavit.model.fact import Fact
from affidavit.model.library import LibraryVersion

LISTED = 8
"""Stated versions that one fact lists."""


def stated_versions(
    family: str, allowed: Iterable[str], known: Iterable[str], marks: Iterable[Fact]
) -> tuple[StatedVersion, ...]:
    """What marks state of a family's version.

    Args:
        family: id, as in the index.
        allowed: versions that the code allows.
        known: versions that it was compared with.
        marks: facts; those about `LibraryVersion` whose coordinates name the family are taken.
    """
    fits, compared = set(allowed), set(known)
    found = {
        StatedVersion(what.version, what.coordinates, fact.place.entry, what.version in fits, what.version in compared)
        for fact in marks
        if isinstance(what := fact.what, LibraryVersion) and family in family_ids(what.coordinates)
    }
    return tuple(sorted(found, key=lambda item: (item.coordinates, item.version, item.entry))[:LISTED])


def family_ids(coordinates: str) -> frozenset[str]:
    """The ids that a family with these coordinates can have: ``androidx.core:core`` is ``androidx-core``.

    Args:
        coordinates: group and artefact, as builds write them.
    """
    group, _, artifact = coordinates.rpartition(":")
    above, _, last = group.rpartition(".")
    groups = (last, group.replace(".", "-"), above.replace(".", "-"))
    return frozenset({coordinates, artifact, *(f"{name}-{artifact}" for name in groups if name)})
