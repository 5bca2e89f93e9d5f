"""How provisions stood over time: along legal time for one state of knowledge, or over both axes."""

from msgspec import Struct

from affidavit.model.determination import Outcome


class Segment(Struct, frozen=True, omit_defaults=True):
    """A stretch of legal time with one answer.

    Attributes:
        outcome: None while the provision was not announced.
        start, end: ISO 8601 instants on the clock of the measure's jurisdiction, `end` not included; empty means open.
        events: ids of the events relied on.
        blocked, contested: as in `Standing`.
    """

    outcome: Outcome | None
    start: str = ""
    end: str = ""
    events: tuple[str, ...] = ()
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
    """A dated event to mark on a chart: when it became public, and from when it has effect (empty: none)."""

    event: str
    public_at: str
    text: str
    effective: str = ""


class Timeline(Struct, frozen=True, omit_defaults=True):
    """Every provision that ever reached an app, over legal time; `known` empty means everything recorded."""

    app: str
    jurisdictions: tuple[str, ...]
    known: str
    updated: str
    tracks: tuple[Track, ...]
    moments: tuple[Moment, ...]


class Plane(Struct, frozen=True, omit_defaults=True):
    """The answers for one provision over both axes.

    Attributes:
        legal, known: breakpoints as ISO 8601 instants, ascending: cell (k, l) holds from ``legal[l]`` to ``legal[l+1]``
            as known from ``known[k]`` to ``known[k+1]``; the last stretches on.
        cells: one row for each of `known`, one outcome (None: nothing announced) for each of `legal`.
    """

    provision: str
    measure: str
    title: str
    summary: str
    legal: tuple[str, ...]
    known: tuple[str, ...]
    cells: tuple[tuple[Outcome | None, ...], ...]


class Bitemporal(Struct, frozen=True, omit_defaults=True):
    """The planes of every provision that ever reached an app."""

    app: str
    jurisdictions: tuple[str, ...]
    updated: str
    planes: tuple[Plane, ...]
    moments: tuple[Moment, ...]
