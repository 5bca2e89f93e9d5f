"""What has to be said about a question itself: dates outside the register, hindsight, staleness, what was searched."""

from collections.abc import Iterator

from affidavit.law.dates import FOREVER, instant, local
from affidavit.law.fold import View
from affidavit.law.register import Register
from affidavit.model.determination import Determination, Outcome
from affidavit.wording import plural

_DAY = 86_400


def notes(register: Register, made: Determination, view: View) -> tuple[str, ...]:
    """Sentences about the question, in a fixed order."""
    return (*date_notes(register, view, made.question.jurisdiction), *_search(register, made))


def date_notes(register: Register, view: View, jurisdiction: str) -> Iterator[str]:
    """What the dates of a question mean for its answer."""
    zone = register.zone(jurisdiction)
    first = local(register.first, zone).date().isoformat()
    updated = instant(register.updated, zone, "end")
    if view.on < register.first:
        yield f"The date asked about lies before the first event in the register ({first})."
    if view.known < register.first:
        yield f"Nothing in the register was public by then: its first event is of {first}."
    if view.known == FOREVER:
        yield f"As known on {register.updated}, when the register was last updated."
    elif view.known > updated:
        days = -(-(view.known - updated) // _DAY)
        yield (
            f"The register was last updated on {register.updated}: what became public in the {plural(days, 'day')} "
            "from then to the date asked about as known is not in it."
        )
    if view.known != FOREVER and view.known < view.on - _DAY:
        yield "The date asked about lies after the state of knowledge: this is what was to be expected then."
    elif view.known != FOREVER and view.known > view.on + _DAY:
        yield "This is hindsight: it counts what became public only after the date asked about."
    if view.recorded != FOREVER:
        when = local(view.recorded, zone).date().isoformat()
        yield f"Only what this register had recorded by {when} counts; its first record is of {register.begun}."
    if view.on > updated:
        yield f"The date asked about lies after the register's last update ({register.updated})."


def _search(register: Register, made: Determination) -> Iterator[str]:
    """What was searched, when nothing reaches the act."""
    if made.headline is Outcome.NOT_COVERED:
        around = ", ".join(register.around(made.question.jurisdiction))
        yield (
            f"{plural(made.searched, 'measure')} of {around} searched, of {len(register.measures)} in the register; "
            "none that had been announced by then reaches this act by this actor. Other law was not searched."
        )
