"""What own records have of listed apps, and what the law asks of the role: as text and as a table."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from affidavit.model.screening import Asked, Match, Records, Screening, Touched
from affidavit.report.columns import Page
from affidavit.report.csv import neutral
from affidavit.report.obligations import add_obligation
from affidavit.wording import from_to, plural, with_article

_MOST = 12
"""Matches of one app that the page lists; the JSON and CSV forms have all of them."""
_NAMES = 8
"""Columns and asides that a line lists."""
_ID = 5
_TIER = 4
_SHOWN = 9
_COLUMNS = (
    "id", "app", "operator", "tier", "tie", "by", "selector", "recorded", "file", "kind", "column", "where", "count",
    "bytes", "arranged", "first", "last", "confidence", "caveats", "source",
)  # fmt: skip


def render_screening(made: Screening, *, width: int = 80, colour: bool = False) -> str:
    """The account as text.

    Args:
        made: as `evidence.screened` gives it.
        width: columns.
        colour: whether to put in ANSI colours.
    """
    page = Page(width, colour=colour)
    known = f", as known on {made.known}" if made.known else ""
    page.paragraph(f"Asked as {with_article(made.role)} in {made.jurisdiction}, on {made.on}{known}", "bold")
    walls = f"behind walls ({made.walls})" if made.walls else "in this process, without walls"
    page.paragraph(f"The records were read {walls}.", "dim")
    for text in made.notes:
        page.paragraph(text, "dim")
    _files(page, made.files)
    by_id = {item.id: item for item in made.matches}
    _touched(page, made, by_id)
    _asks(page, made)
    _searched(page, made)
    return page.text()


def _files(page: Page, files: Iterable[Records]) -> None:
    """What was read, and what not."""
    page.line()
    page.paragraph("Records", "bold")
    for item in files:
        how = "as was said" if item.asked else "told by its content"
        page.paragraph(
            f"{item.name}: {item.kind} ({item.form}, {how}), {plural(item.read, 'record')} read, {item.unread:,} not",
            indent=2,
        )
        for problem in item.problems:
            page.paragraph(
                f"not read, {plural(problem.count, 'record')}: {problem.detail} (first: {problem.where})", indent=4
            )
        for text in item.lacks:
            page.paragraph(f"not compared: {text}", indent=4)
        if item.days is not None and (item.days.before or item.days.after):
            page.paragraph(
                f"of other days than asked about, {plural(item.days.before + item.days.after, 'record')}: "
                f"{item.days.before:,} earlier, {item.days.after:,} later ({from_to(item.days.first, item.days.last)})",
                indent=4,
            )
        if item.columns:
            said = ", ".join(f"{column} = {role}" for column, role in item.columns[:_NAMES])
            page.paragraph(f"columns: {said}{_more(item.columns)}", "dim", indent=4)
        if item.ignored:
            page.paragraph(f"not understood: {', '.join(item.ignored[:_NAMES])}{_more(item.ignored)}", "dim", indent=4)
        for aside in item.asides[:_NAMES]:
            example = f", such as {aside.example}" if aside.example else ""
            page.paragraph(f"set aside, {plural(aside.count, 'record')}: {aside.why}{example}", "dim", indent=4)


def _more(items: Sequence[object]) -> str:
    return f" and {len(items) - _NAMES:,} more" if len(items) > _NAMES else ""


def _touched(page: Page, made: Screening, by_id: Mapping[str, Match]) -> None:
    """What touches which app."""
    titles = dict(made.ties)
    page.line()
    if not made.touched:
        page.paragraph("Nothing that was read touches a listed app", "bold")
    for _, items in groupby(made.touched, key=lambda item: item.matches if item.through else item.app):
        group = list(items)
        page.paragraph(f"{_names(group)}: {_how(group[0])}", "bold")
        _matches(page, [by_id[name] for name in group[0].matches], titles)
    used = {name for item in made.touched for name in item.matches}
    rest = [item for item in made.matches if item.id not in used]
    if rest:
        page.line()
        page.paragraph("Named, and nothing more shown", "bold")
        _matches(page, rest, titles)


def _names(group: Iterable[Touched]) -> str:
    return ", ".join(item.names[0] for item in group)


def _how(item: Touched) -> str:
    """How strong what touches an app is, and whether it is told itself."""
    if item.through:
        return "told by their operator alone; which of its apps is meant is not shown"
    return f"touched, at the most {item.tier}"


def _matches(page: Page, matches: Sequence[Match], titles: Mapping[str, str]) -> None:
    """Matches with their places; what has to be said of them once each."""
    rest = page.beside(2, _ID, _TIER)
    for item in matches[:_MOST]:
        size = f", {item.size:,} bytes" if item.size else ""
        how = f", {item.arranged}" if item.arranged else ""
        text = (
            f"{titles[item.tie]}: {item.recorded or 'other values'} ({item.by} {item.selector}, sure: "
            f"{item.confidence}{how}); {item.records} {item.where}, {item.column}; "
            f"{plural(item.count, 'record')}{size}"
        )
        page.row([("", 0, ""), (item.id, _ID, ""), (item.tier, _TIER, ""), (text, rest, "")])
    if len(matches) > _MOST:
        page.paragraph(f"and {len(matches) - _MOST:,} more (--format json or csv has them)", indent=4)
    for text in dict.fromkeys(text for item in matches for text in item.caveats):
        page.paragraph(f"note: {text}", "dim", indent=4)


def _asks(page: Page, made: Screening) -> None:
    """What the law says, with what the records show of it."""
    names = {item.app: item.names[0] for item in made.touched}
    shown = [item for item in made.asks if item.matches]
    rest = [item for item in made.asks if not item.matches and item.obligation.kind != "none"]
    silent = [item for item in made.asks if item.obligation.kind == "none"]
    if shown:
        page.line()
        page.paragraph("What the law says of acts on which these records bear", "bold")
    for item in shown:
        _ask(page, item, names)
    if rest:
        page.line()
        page.paragraph("What it says to this role besides", "bold")
        for item in rest:
            page.paragraph(f"{', '.join(names[app] for app in item.apps)}: {item.obligation.sentence}", indent=2)
    for item in silent:
        page.line()
        page.paragraph(f"{', '.join(names[app] for app in item.apps)}: {item.obligation.sentence}", indent=2)
        page.paragraph(f"Searched: {item.obligation.searched}.", indent=4)
    for text in made.unasked:
        page.paragraph(text, indent=2)
    questions = dict.fromkeys(text for item in made.asks for text in item.obligation.open_questions)
    if questions:
        page.line()
        page.paragraph("Open questions", "bold")
        for text in questions:
            page.paragraph(text, indent=2)


def _ask(page: Page, item: Asked, names: Mapping[str, str]) -> None:
    """One act: the law, the matches that bear on it, and its elements."""
    page.paragraph(", ".join(names[app] for app in item.apps), "bold", indent=2)
    add_obligation(page, item.obligation)
    page.paragraph(f"Records: {', '.join(item.matches[:_MOST])}", indent=4)
    rest = page.beside(2, _SHOWN)
    for element in item.elements:
        by = f" ({', '.join(element.by[:_MOST])})" if element.by else ""
        needs = f"; it takes: {element.needs}" if element.needs else ""
        page.row([("", 2, ""), (element.shown, _SHOWN, ""), (f"{element.text}{by}{needs}", rest, "")])


def _searched(page: Page, made: Screening) -> None:
    page.line()
    page.paragraph("What was searched", "bold")
    for text in made.searched:
        page.paragraph(f"{text[0].upper()}{text[1:]}.", indent=2)
    page.paragraph(
        f"The register was last updated on {made.updated}. A match is a place in a record, and no finding that a law "
        "was broken.",
        indent=2,
    )


def screening_csv(made: Screening) -> str:
    """Every match as a row (RFC 4180), every cell neutralised."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for item in made.matches:
        row = (
            item.id, item.app, item.operator, item.tier, item.tie, item.by, item.selector, item.recorded, item.records,
            item.kind, item.column, item.where, item.count, item.size, item.arranged, item.first, item.last,
            item.confidence, " | ".join(item.caveats), item.source,
        )  # fmt: skip
        writer.writerow([neutral(str(cell)) for cell in row])
    return out.getvalue()
