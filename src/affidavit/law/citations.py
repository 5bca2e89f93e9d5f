"""Official citations, which a document has only once it is printed."""

from affidavit.law.dates import begun
from affidavit.model.measure import Measure


def citation(measure: Measure, zone: str, known: int) -> str:
    """The official citation of a measure, so far as it could be known; empty before it was printed.

    Args:
        measure: the measure.
        zone: its jurisdiction's time zone.
        known: what was public by then counts, in seconds since 1970 UTC.
    """
    return measure.cite if begun(measure.dates.get("published", ""), zone, known) else ""
