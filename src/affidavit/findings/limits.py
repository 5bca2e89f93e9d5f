"""Which limitations can hide which features."""

from collections.abc import Iterable, Mapping, Sequence

from affidavit.findings.globs import fits
from affidavit.findings.schema import Hiding
from affidavit.model.limitation import Limitation

NO_MANIFEST = "manifest/absent"
"""Kind that bears on questions about a manifest when the artefact has none (a bare dex, a jar)."""


def hides(limitation: Limitation, table: Sequence[Hiding], *, sources: bool = True) -> tuple[str, ...]:
    """Areas that a limitation hides something of, by the first row of the table that fits it.

    Args:
        limitation: what was not examined.
        table: of hidings.
        sources: whether the data in question is read anywhere; else nothing is hidden of where it could go.
    """
    entry = (limitation.place.entry if limitation.place else "").rpartition("!/")[2]
    for row in table:
        kind_fits = any(fits(limitation.kind, kind) for kind in row.kinds)
        if kind_fits and (not row.entry or fits(entry, row.entry)):
            return row.hides if sources or not row.of_sources else ()
    return ()


def hidden_areas(
    limitations: Iterable[Limitation], table: Sequence[Hiding], *, sources: bool = True
) -> dict[str, tuple[str, ...]]:
    """Kinds of limitations, sorted, by the area that they hide something of; `sources` as for `hides`."""
    found: dict[str, set[str]] = {}
    for kind, area in {(item.kind, area) for item in limitations for area in hides(item, table, sources=sources)}:
        found.setdefault(area, set()).add(kind)
    return {area: tuple(sorted(kinds)) for area, kinds in found.items()}


def bearing(areas: Iterable[str], hidden: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Kinds of limitations, sorted, that bear on a statement about some areas."""
    return tuple(sorted({kind for area in areas for kind in hidden.get(area, ())}))
