"""How provisions stood over time: along legal time for one state of knowledge, or over both axes.

Instants are ISO 8601 text on the clock of the measure's jurisdiction. Stretches join without gaps; an end is not
included; an empty start or end is open.
"""

from msgspec import Struct

from affidavit.model.determination import Outcome


class Segment(Struct, frozen=True, omit_defaults=True):
    """A stretch of legal time with one answer.

    Attributes:
        outcome: None while the provision was not announced; NOT_COVERED while the app's operator was not one that
            the measure names.
        start, end: instants, `end` not included; empty means open.
        events: ids of the events relied on, in the order in which they became public.
        ends: how the provision has ended by then, earliest first; the first of them is the outcome.
        blocked, contested: as in `Standing`.
    """

    outcome: Outcome | None
    start: str = ""
    end: str = ""
    events: tuple[str, ...] = ()
    ends: tuple[Outcome, ...] = ()
    blocked: bool = False
    contested: bool = False


class Track(Struct, frozen=True, omit_defaults=True):
    """The history of one provision for one app, as known at one time. Segments join without gaps, earliest first."""

    provision: str
    measure: str
    jurisdiction: str
    title: str
    summary: str
    transactions: tuple[str, ...]
    segments: tuple[Segment, ...]


class Moment(Struct, frozen=True, omit_defaults=True):
    """An event to name beside a chart.

    Attributes:
        event: its id.
        measure: id of the measure that it happened to.
        op: the tag of its effect (``block``).
        text: what happened, in a few words.
        public_at: when the public could know it.
        provisions: ids of the provisions in the history that it concerns.
        first, last: bounds of its effect in legal time, the second not included; empty means none or open.
    """

    event: str
    measure: str
    op: str
    text: str
    public_at: str
    provisions: tuple[str, ...]
    first: str = ""
    last: str = ""


class Scope(Struct, frozen=True, omit_defaults=True):
    """What a history is about.

    Attributes:
        app, name: the app's id and its first name.
        jurisdictions: codes asked for; without any, those whose measures about the app were public as known.
        known, recorded: the state of knowledge, as asked for; empty means everything.
        updated: latest date at which the register recorded anything.
        since, until: the window, as instants; empty means open.
        words: outcome -> what the vocabulary calls it.
        left_out: ids of provisions that had ended, or were not announced yet, during the whole window.
    """

    app: str
    name: str
    jurisdictions: tuple[str, ...]
    updated: str
    words: dict[str, str]
    known: str = ""
    recorded: str = ""
    since: str = ""
    until: str = ""
    left_out: tuple[str, ...] = ()


class Timeline(Struct, frozen=True, omit_defaults=True):
    """Every provision that ever reached an app, over legal time."""

    scope: Scope
    tracks: tuple[Track, ...]
    moments: tuple[Moment, ...]


class Layer(Struct, frozen=True, omit_defaults=True):
    """The answers over legal time as known from an instant on, until the next layer."""

    known: str
    segments: tuple[Segment, ...]


class Plane(Struct, frozen=True, omit_defaults=True):
    """The answers for provisions that share them, over both axes. Layers are in the order of their instants.

    `summaries` and `acts` say what each provision is about, in the order of `provisions`.
    """

    provisions: tuple[str, ...]
    measure: str
    jurisdiction: str
    title: str
    layers: tuple[Layer, ...]
    summaries: tuple[str, ...] = ()
    acts: tuple[tuple[str, ...], ...] = ()


class Bitemporal(Struct, frozen=True, omit_defaults=True):
    """The planes of every provision that ever reached an app."""

    scope: Scope
    planes: tuple[Plane, ...]
    moments: tuple[Moment, ...]
