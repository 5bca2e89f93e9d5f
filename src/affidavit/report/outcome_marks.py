"""How each outcome looks: short words, a character and styles for terminals, a colour and a pattern for pictures.

Colours are of a palette that readers with any colour vision can tell apart (Okabe and Ito); characters and patterns
say the same without colour.
"""

from typing import NamedTuple

from affidavit.model.determination import Outcome
from affidavit.model.history import Segment


class Mark(NamedTuple):
    """The looks of one outcome.

    Attributes:
        word: what it is called on a chart.
        brief: the same for a narrow bar.
        cell: one word or two for a cell of a table of ten columns; the legend gives the title.
        symbol: one ASCII character that fills a bar on a terminal.
        style: of that bar, for `columns.Page`; empty for none.
        emphasis: how its name is styled in running text; only what binds, or may, stands out.
        fill: colour in a picture.
        pattern: name of a pattern of ``templates/chart.svg``; empty for a plain area.
    """

    word: str
    brief: str
    cell: str
    symbol: str
    style: str
    emphasis: str
    fill: str
    pattern: str


MARKS: dict[Outcome | None, Mark] = {
    Outcome.PROHIBITED: Mark("barred", "barred", "barred", "#", "red", "bold magenta", "#e8703a", ""),
    Outcome.PROHIBITED_NOT_ENFORCED: Mark(
        "barred, not enforced", "not enforced", "unenforced", "%", "yellow", "bold yellow", "#e69f00", "rising"
    ),
    Outcome.UNCERTAIN: Mark("open start", "open", "uncertain", "?", "bold yellow", "bold yellow", "#f0e442", "dots"),
    Outcome.ENJOINED: Mark("blocked by a court", "blocked", "enjoined", "=", "blue", "", "#4fa3d8", "level"),
    Outcome.ANNOUNCED_NOT_EFFECTIVE: Mark("announced", "not yet", "announced", "~", "cyan", "", "#cfe8f7", "falling"),
    Outcome.AUTHORITY_ONLY: Mark("a power only", "power", "power", "+", "green", "", "#8fd3bd", "upright"),
    Outcome.EXCEPTED: Mark("left out", "left out", "excepted", "x", "dim", "", "#ffffff", "cross"),
    Outcome.REVOKED: Mark("revoked", "revoked", "revoked", "r", "dim", "", "#c4c4c4", ""),
    Outcome.RESCINDED: Mark("rescinded", "rescinded", "rescinded", "s", "dim", "", "#c4c4c4", "rising"),
    Outcome.LIFTED: Mark("lifted", "lifted", "lifted", "l", "magenta", "", "#e3b5d0", ""),
    Outcome.SET_ASIDE: Mark("set aside", "set aside", "set aside", "a", "magenta", "", "#cc79a7", "cross"),
    Outcome.EXPIRED: Mark("expired", "expired", "expired", "e", "dim", "", "#c4c4c4", "dots"),
    Outcome.NOT_COVERED: Mark("not covered", "none", "-", "o", "dim", "dim", "#f4f4f4", "cross"),
    None: Mark("not announced", "-", "", ".", "dim", "", "#ffffff", ""),
}


CONTESTED = Mark("contested", "contested", "contested", "!", "", "", "", "rings")
"""Beside an outcome that rests on a disputed event."""


TELLING = 3
"""How many of `Look.words` still say all that holds."""


class Look(NamedTuple):
    """What of a segment a reader sees: its outcome, further ends, a court order ahead of its start, a dispute."""

    outcome: Outcome | None
    ends: tuple[Outcome, ...]
    blocked: bool
    contested: bool = False

    @property
    def mark(self) -> Mark:
        """The looks of the outcome."""
        return MARKS[self.outcome]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The looks of the outcome, then those of what else holds."""
        more = [Outcome.ENJOINED] if self.blocked else []
        both = tuple(MARKS[item] for item in dict.fromkeys((self.outcome, *more, *self.ends)))
        return (*both, CONTESTED) if self.contested else both

    @property
    def word(self) -> str:
        """The outcome in short words, with what else holds."""
        later = [MARKS[item].word for item in dict.fromkeys(self.ends) if item is not self.outcome]
        more = ["already blocked"] * self.blocked + [f"also {item}" for item in later] + ["contested"] * self.contested
        return ", ".join([self.mark.word, *more])

    @property
    def words(self) -> tuple[str, ...]:
        """The same at most five times, ever shorter, for a place of unknown width."""
        briefs = " + ".join(item.brief for item in self.marks)
        return self.word, " + ".join(item.word for item in self.marks), briefs, self.mark.word, self.mark.brief


def look(segment: Segment) -> Look:
    """What a reader sees of a segment."""
    return Look(segment.outcome, segment.ends, segment.blocked, segment.contested)
