"""Days to watch on a terminal: what, by when, by whom, on which basis, and what is known of it."""

from collections.abc import Iterator, Sequence

from affidavit.model.duty import DeadlineState
from affidavit.model.measure import CONFIDENCE
from affidavit.report.chart_words import CONTESTED_MEANING
from affidavit.report.columns import GAP, NARROWEST, Page

_DATE = 10
_LABEL = 8
_NO_DAY = "no day"
_HOLDER, _APPS = "Holder", "Apps"
_STATUS = {
    "met": "met",
    "extended": "extended",
    "moved": "moved",
    "not publicly known": "not publicly known to be met: the register has no event that says so",
    "no confirmation found": "no public confirmation was found",
    "fell away": "fell away: what set it ended before that day",
}
_MOOT = {
    "forbearance-end": "moot: the bar had ended before",
    "condition": "moot: what it would lift had ended before",
}


def render_deadlines(states: Sequence[DeadlineState], *, width: int = 80, colour: bool = False) -> str:
    """The days as text, in the order given.

    Args:
        states: as `law.deadlines` gives them.
        width: columns.
        colour: whether to put in ANSI colours.
    """
    page = Page(width, colour=colour)
    if not states:
        page.paragraph("No deadline, start or condition in the register fits what was asked for.")
    for place, state in enumerate(states):
        if place:
            page.line()
        add_deadline(page, state)
    return page.text()


def add_deadline(page: Page, state: DeadlineState, *, indent: int = 0, task: bool = True) -> None:
    """Put one day on a page: the day and how it stands, then what it is, labelled line by line.

    Args:
        page: where to.
        state: the day.
        indent: columns to leave free on the left.
        task: whether to say what is to be done and by whom, too.
    """
    left = [("", indent - len(GAP), "")] if indent else []
    rest = max(page.beside(_DATE) - indent, NARROWEST)
    first, *second = _days(state)
    page.row([*left, (first, _DATE, "bold"), (headline(state), rest, "bold")])
    if task or second:
        page.row([*left, ("".join(second), _DATE, "bold"), (state.text if task else "", rest, "")])
    wide = max(page.beside(_DATE, _LABEL) - indent, NARROWEST)
    for label, text in _lines(state):
        if task or label not in {_HOLDER, _APPS}:
            page.row([*left, ("", _DATE, ""), (label, _LABEL, "dim"), (text, wide, "")])


def _days(state: DeadlineState) -> tuple[str, ...]:
    """The day as it stands in the first column: both days where the moment lies between two."""
    if not state.weekday:
        return (_NO_DAY,)
    return tuple(dict.fromkeys(item[:_DATE] for item in (state.earliest or state.due, state.due)))


def headline(state: DeadlineState) -> str:
    """The kind of day, its weekday, where it lies and what is known of it, on one line."""
    latest = " at the latest" if len(_days(state)) > 1 else ""
    weekday = f", {state.weekday}{latest}" if state.weekday else ""
    weekend = " (weekend; the next working day is not assumed)" if state.weekend and state.kind == "deadline" else ""
    status = _status(state)
    kind = state.kind.replace("-", " ").capitalize()
    return f"{kind}{weekday}{weekend}: {state.timing}{f'; {status}' if status else ''}"


def _status(state: DeadlineState) -> str:
    """What is known of a day, in words that fit its kind; empty when it is merely open."""
    if state.status == "outcome recorded":
        return f"what is recorded: {state.outcome}"
    if state.status == "not publicly known" and state.kind == "condition":
        return "no outcome publicly known"
    if state.status == "fell away":
        return _MOOT.get(state.kind, _STATUS["fell away"])
    return _STATUS.get(state.status, "")


def _late_news(state: DeadlineState) -> bool:
    """Whether that it was met became public only after the day, so that the act may have been late."""
    news = [item.public_at[:_DATE] for item in state.remarks if item.type == "deadline_met"]
    return state.status == "met" and not any(item <= state.due[:_DATE] for item in news)


def _lines(state: DeadlineState) -> Iterator[tuple[str, str]]:
    """What is known of a day: label and text."""
    if state.holder:
        yield {"condition": "Decides", "forbearance-end": "Basis"}.get(state.kind, _HOLDER), state.holder
    if state.apps:
        yield _APPS, ", ".join(state.apps)
    cite = f" ({state.cite})" if state.cite else ""
    yield "Measure", f"{state.title}{cite} [{state.measure}]"
    if state.provisions:
        yield "Parts", ", ".join(state.provisions)
    yield from _dates(state)
    for remark in state.remarks:
        said = f": {remark.text}" if remark.text else ""
        event = f"[{remark.event}, confidence {CONFIDENCE[remark.confidence]}]"
        yield "Known", f"{remark.public_at}, {remark.type.replace('_', ' ')}{said} {event}"
    if _late_news(state):
        yield "Gap", "the register dates the news that it was met, not the act itself"
    if state.test:
        yield "Test", state.test
    yield from _stands(state)
    yield from (("Unsure", text) for text in state.unverified)
    yield "Sources", f"{', '.join(state.sources)}; confidence {CONFIDENCE[state.confidence]}"


def _stands(state: DeadlineState) -> Iterator[tuple[str, str]]:
    """How it stands or has ended, and whether that is disputed."""
    if state.standing:
        contested = f"; {CONTESTED_MEANING}" if state.contested else ""
        yield "Stands", f"{state.standing} on the day asked about{contested}"
    if state.ended and state.ended_how:
        contested = "; contested: that event is disputed" if state.ended_contested else ""
        yield "Ended", f"{state.ended}, {state.ended_how.lower().replace('_', ' ')} [{state.ended_by}]{contested}"


def _dates(state: DeadlineState) -> Iterator[tuple[str, str]]:
    """How the day came about."""
    if state.base:
        yield "Counted", f"{state.base} + {state.days} days = {state.counted}"
    if state.earliest:
        yield "Instant", f"some moment between {state.earliest} and {state.due}"
    elif len(state.due) > _DATE and state.weekday:
        yield "Instant", state.due
    if state.moves:
        yield "First", state.stated or state.counted
    for move in state.moves:
        note = f" ({move.note})" if move.note else ""
        event = f"[{move.event}, confidence {CONFIDENCE[move.confidence]}]"
        yield "Moved", f"to {move.due}, public on {move.public_at}{note} {event}"
    if state.extendable_days and not state.moves:
        yield "Allowed", f"an extension of up to {state.extendable_days} days"
