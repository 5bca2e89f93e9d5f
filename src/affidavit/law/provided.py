"""A provision with how it stands at the register's last update: how sure that is, what is disputed and what is open."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from affidavit.law.confidence import event_marks, weakest
from affidavit.law.dates import FOREVER, instant
from affidavit.law.event_words import event_brief
from affidavit.law.fold import View, fold
from affidavit.law.history import track
from affidavit.law.open_questions import bearing
from affidavit.law.register import Register
from affidavit.law.steps import Path, reaches
from affidavit.model.binding import Provided
from affidavit.model.determination import Standing
from affidavit.model.history import Segment
from affidavit.model.measure import Event, OpenQuestion

_DISPUTED = "disputed"
"""The type of event by which somebody disputes another."""


def provided(register: Register, path: Path, app: str) -> Provided | None:
    """A provision's history for an app, and how it stands at noon of the day of the register's last update.

    Args:
        register: the register.
        path: one of its paths.
        app: id of a listed app.

    Returns:
        None when the register has no standing of the provision at any time.
    """
    made = track(register, path, app)
    if not any(part.outcome for part in made.segments):
        return None
    view = View(instant(register.updated, path.zone, "noon"), FOREVER, FOREVER, app)
    standing = _standing(made.segments, view.on)
    events = [register.events[name][0] for name in standing.events]
    asked = tuple(_asked(register, path, standing, view))
    told = [(path.provision.id, path.provision.unverified), *((item.id, item.unverified) for item in events)]
    return Provided(
        track=made,
        standing=standing,
        confidence=weakest(
            path.provision.confidence,
            *event_marks(events, standing.outcome),
            *(item.confidence for item in asked),
        ),
        contested=tuple(_disputes(register, path, app, events)),
        open_questions=tuple(dict.fromkeys(item.text for item in asked)),
        unverified=tuple(f"{name}: {text}" for name, texts in told for text in texts),
    )


def _standing(segments: Sequence[Segment], moment: int) -> Segment:
    """The segment at an instant, begun when the outcome did."""
    begun = [item for item in segments if not item.start or instant(item.start, "UTC", "start") <= moment]
    here = begun[-1]
    start = here.start
    for item in reversed(begun):
        if (item.outcome, item.blocked) != (here.outcome, here.blocked):
            break
        start = item.start
    return replace(here, start=start)


def _asked(register: Register, path: Path, standing: Segment, view: View) -> Iterator[OpenQuestion]:
    """The open questions that bear on a standing."""
    folded = fold(path, view)
    if standing.outcome is None or folded is None:
        return
    ended_at = folded.ends[0][0] if folded.ends else None
    made = Standing(path.provision.id, path.measure.id, standing.outcome, standing.events, ended_at=ended_at)
    yield from bearing(register, made, view)


def _disputes(register: Register, path: Path, app: str, events: Sequence[Event]) -> Iterator[str]:
    """The events relied on that are disputed, each with the register's remark, and then who disputes."""
    contested = [item for item in events if item.contested]
    if contested:
        about = [item for item in path.measure.events if reaches(item, path.provision.id)]
        contested += [item for item in about if item.type == _DISPUTED and (not item.apps or app in item.apps)]
    for item in contested:
        text = event_brief(register, item.id, (), relied=True).text
        yield f"{text}. {item.note}" if item.note else text
