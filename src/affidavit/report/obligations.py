"""What roles must or must not do, on a terminal, and what a review has to say on it."""

from collections.abc import Iterable, Sequence

from affidavit.model.determination import ENDED
from affidavit.model.duty import Bearing, Ground, Item, Obligation
from affidavit.report.columns import Page
from affidavit.report.deadlines import add_deadline
from affidavit.report.expected import as_expected

_DAY = 10
_MARK = 12
_GRADE = 9
_FACTS = 3
"""Facts that a line names before it counts the rest."""


def render_obligations(
    obligations: Sequence[Obligation], bearings: Sequence[Bearing] = (), *, width: int = 80, colour: bool = False
) -> str:
    """The obligations as text, by role; roles to which nothing speaks come last, together.

    Args:
        obligations: as `law.obligations` gives them.
        bearings: as `case.bearing` gives them; each is shown below its obligation.
        width: columns.
        colour: whether to put in ANSI colours.
    """
    page = Page(width, colour=colour)
    role = ""
    about = {(item.actor, item.sentence): item for item in bearings}
    told: dict[tuple[object, ...], str] = {}
    for item in (one for one in obligations if one.kind != "none"):
        if item.role != role:
            page.line()
            page.paragraph(f"{item.role[0].upper()}{item.role[1:]}", "bold")
            role = item.role
        add_obligation(page, item)
        bearing = about.get((item.actor, item.sentence))
        if bearing is not None and bearing.items:
            _add_bearing(page, bearing, told)
    _silent(page, [item for item in obligations if item.kind == "none"])
    _open(page, dict.fromkeys(text for item in obligations for text in item.open_questions))
    _searched(page, bearings)
    return page.text().lstrip("\n")


def add_obligation(page: Page, item: Obligation) -> None:
    """Put one obligation and what it rests on on a page."""
    page.paragraph(_sentence(item), indent=2)
    told = 0 if item.outcome in ENDED else item.decisive
    for ground in item.grounds[:told]:
        page.paragraph(_ground(ground), "dim", indent=4)
    others = ", ".join(f"{one.standing.provision} ({_how(one)})" for one in item.grounds[told:])
    if others:
        page.paragraph(f"also: {others}" if told else others, "dim", indent=4)
    for text in item.unless:
        page.paragraph(f"except {text}", indent=4)
    if item.deadline is not None:
        add_deadline(page, item.deadline, indent=4, task=False)


def _sentence(item: Obligation) -> str:
    """What holds, told as expected where it was, with a mark when an event that it rests on is disputed."""
    text = item.sentence
    if any(ground.standing.contested for ground in item.grounds[: item.decisive]):
        text = f"{text.removesuffix('.')} (contested)."
    return as_expected(text, item.on, item.known)


def _ground(ground: Ground) -> str:
    """A provision, how it stands, since when and until when, and where it is written."""
    number = f" no. {ground.number}" if ground.number else ""
    cite = f", {ground.cite}" if ground.cite else ""
    return f"{ground.standing.provision}, {_how(ground)}: {ground.summary} ({ground.title}{number}{cite})"


def _how(ground: Ground) -> str:
    """How a provision stands, since when and until when, and whether that is disputed."""
    since = f" since {ground.since[:_DAY]}" if ground.since else ""
    until = f" until {ground.until[:_DAY]}" if ground.until else ""
    blocked = ", already covered by a court order" if ground.standing.blocked else ""
    contested = ", contested" if ground.standing.contested else ""
    return f"{ground.outcome}{since}{until}{blocked}{contested}"


def _silent(page: Page, silent: Sequence[Obligation]) -> None:
    """The roles to which nothing speaks, with what was searched."""
    if not silent:
        return
    page.line()
    page.paragraph("No provision in the register speaks to", "bold")
    page.paragraph(", ".join(item.role for item in silent), indent=2)
    page.paragraph(f"Searched: {silent[0].searched}.", indent=2)


def _open(page: Page, questions: Iterable[str]) -> None:
    """What the register does not know."""
    for place, text in enumerate(questions):
        if not place:
            page.line()
            page.paragraph("Open questions", "bold")
        page.paragraph(text, indent=2)


def _add_bearing(page: Page, bearing: Bearing, told: dict[tuple[object, ...], str]) -> None:
    """What the review says on the question of fact, and what is missing; what was told already is only named."""
    same = told.setdefault((bearing.asks, bearing.items, bearing.missing), bearing.sentence)
    if same != bearing.sentence:
        page.paragraph(f"In the review: as told above under: {same}", indent=4)
        return
    page.paragraph(f"In the review: {bearing.asks}", indent=4)
    rest = page.beside(2, _MARK, _GRADE)
    for item in bearing.items:
        page.row([("", 2, ""), (item.stance, _MARK, ""), (item.grade or "", _GRADE, ""), (_text(item), rest, "")])
    for text in bearing.missing:
        page.row([("", 2, ""), ("missing", _MARK, ""), ("", _GRADE, ""), (text, rest, "")])


def _searched(page: Page, bearings: Sequence[Bearing]) -> None:
    """Where was looked for what was not found, once, and on how many acts a file says nothing."""
    places = dict.fromkeys(item.searched for one in bearings for item in one.items if item.searched)
    if places:
        page.line()
        page.paragraph("What the review searched", "bold")
        for text in places:
            page.paragraph(f"{text[0].upper()}{text[1:]}.", indent=2)
    silent = [one for one in bearings if not one.items]
    if silent:
        page.line()
        page.paragraph(f"On the other obligations: {'; '.join(silent[0].missing)}.")


def _text(item: Item) -> str:
    """What was found or not, with the facts that carry it."""
    shown = ", ".join(item.facts[:_FACTS])
    more = f" and {len(item.facts) - _FACTS:,} more" if len(item.facts) > _FACTS else ""
    return f"{item.text} [{shown}{more}]" if shown else item.text
