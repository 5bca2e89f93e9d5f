"""What a reader must know of sources that may be younger than the date that an answer speaks of."""

_DATE = 10


def younger_sources(known: str, updated: str) -> str:
    """That sources may be younger than the date known, in sentences; empty when they cannot be.

    Args:
        known: date or instant by which things had to be public; empty means that all counts.
        updated: date of the register.
    """
    if not known or known[:_DATE] >= updated:
        return ""
    return (
        "The sources named are where the register read it; some may be younger than the date known. "
        "They never decide an answer: only what was public by then does."
    )
