"""The sentences that stand on every chart of a history, whatever draws it."""

from collections.abc import Iterable, Sequence

from affidavit.model.determination import Outcome
from affidavit.model.history import Scope
from affidavit.report.outcome_marks import MARKS, Look

NOT_TO_SCALE = "Time is not to scale: every change has a place of its own."
NOT_DRAWN = "Exceptions and limits on reach depend on the act and are not drawn."

CONTESTED_MEANING = "contested: an event that this rests on is disputed"


def knowledge_of(scope: Scope) -> str:
    """As of when the chart knows, in a sentence."""
    known = f"As known {scope.known}: only what was public by the end of then." if scope.known else (
        f"With everything that the register holds (last recorded {scope.updated})."
    )  # fmt: skip
    return known + (f" Only what the register had recorded by {scope.recorded}." if scope.recorded else "")


def looked_through(scope: Scope) -> str:
    """Where was looked, and in which window, in a sentence."""
    since, until = scope.since.partition("T")[0], scope.until.partition("T")[0]
    window = f" Window: {since or 'the beginning'} to {until or 'the end'}." if since or until else ""
    where = ", ".join(scope.jurisdictions)
    looked = (
        f"Measures of {where}." if where else "The measures of every jurisdiction in the register were looked through."
    )
    return looked + window


def left_out(scope: Scope) -> str:
    """Which provisions are not drawn because of the window; empty when there are none."""
    if not scope.left_out:
        return ""
    return f"Left out, not announced or already ended during the whole window: {', '.join(scope.left_out)}."


def nothing_drawn(scope: Scope) -> str:
    """What is said instead of an empty chart."""
    said = f"No provision about {scope.name} that bars or empowers was found to draw. {looked_through(scope)}"
    return " ".join(item for item in (said, knowledge_of(scope), left_out(scope)) if item)


def acts_of(transactions: Sequence[str], summary: str) -> str:
    """The acts that a provision is about, or its summary where it names none."""
    return ", ".join(item.replace("_", " ") for item in transactions) or summary


def in_legend(looks: Iterable[Look]) -> list[Outcome | None]:
    """The outcomes that a legend explains, each once, in the order of the table of marks."""
    present = {mark for look in looks for mark in look.marks}
    return [item for item, mark in MARKS.items() if mark in present]


def meaning(outcome: Outcome | None, scope: Scope) -> str:
    """What an outcome is called in full."""
    return scope.words.get(outcome, MARKS[outcome].word) if outcome else "not announced yet"
