"""One answer for each app and act, on one date, as known on another: many questions, told briefly."""

from msgspec import Struct

from affidavit.model.determination import Outcome


class CellStanding(Struct, frozen=True, omit_defaults=True):
    """How one provision or exception stands; of the roles asked about, for the one that it binds most.

    `contested`: an event relied on is disputed.
    """

    provision: str
    measure: str
    outcome: Outcome
    contested: bool = False


class Cell(Struct, frozen=True, omit_defaults=True):
    """The answer for one app and one act, over every role that a provision speaks to.

    Attributes:
        headline: by the same precedence as for one question, over `standings`.
        actors: the roles for which it is also the headline of the single question.
        decisive: ids of the standings that carry it.
        standings: everything that reaches the act in one of the roles; never empty.
        named: a provision or exception names this very act; otherwise only one over every dealing reaches it.
        confidence: the weakest of what the headline rests on.
        contested: a standing that carries it is contested.
    """

    app: str
    transaction: str
    headline: Outcome
    actors: tuple[str, ...]
    decisive: tuple[str, ...]
    standings: tuple[CellStanding, ...]
    confidence: str
    named: bool = False
    contested: bool = False


class Matrix(Struct, frozen=True, omit_defaults=True):
    """App by act.

    Attributes:
        on, known, recorded, jurisdiction: as in `Question`.
        cells: by app, then by act, in the register's order; a pair that has none is not covered.
        app_names, transaction_titles, actor_titles, outcome_titles: the words for what occurs.
        not_covered: apps that no measure searched reaches at all.
        silent: acts that no measure searched names for any app; a provision over every dealing may still reach them.
        searched: how many measures of the jurisdiction the register has.
        updated: date of the register's last record.
        notes: what the dates mean for the answers.
    """

    on: str
    known: str
    jurisdiction: str
    jurisdiction_name: str
    cells: tuple[Cell, ...]
    app_names: dict[str, str]
    transaction_titles: dict[str, str]
    actor_titles: dict[str, str]
    outcome_titles: dict[Outcome, str]
    not_covered: tuple[str, ...]
    silent: tuple[str, ...]
    searched: int
    updated: str
    notes: tuple[str, ...]
    recorded: str = ""
