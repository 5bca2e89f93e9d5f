"""What the register does not know, as far as it bears on an answer."""

from collections.abc import Iterator

from affidavit.law.dates import begun
from affidavit.law.fold import View
from affidavit.law.register import Register
from affidavit.model.determination import Standing
from affidavit.model.measure import Measure, OpenQuestion


def bearing(register: Register, standing: Standing, view: View) -> Iterator[OpenQuestion]:
    """The open questions about a standing: its measure's, and those of the measures on which that depends."""
    for asked, zone in register.asked[standing.measure]:
        about = not asked.provisions or standing.provision in asked.provisions
        moot = asked.while_it_stands and standing.ended_at is not None
        if about and not moot and not asked.transactions and _matters(asked, zone, view):
            yield asked


def about_act(register: Register, measure: Measure, transaction: str, view: View) -> Iterator[OpenQuestion]:
    """The open questions whether a measure reaches an act at all."""
    for asked, zone in register.asked[measure.id]:
        if transaction in asked.transactions and _matters(asked, zone, view):
            yield asked


def _matters(asked: OpenQuestion, zone: str, view: View) -> bool:
    """Whether a question concerns the app, at the date, and could be asked by then."""
    return (
        (not asked.apps or view.app in asked.apps)
        and begun(asked.from_, zone, view.on)
        and begun(asked.public_at, zone, view.known)
    )
