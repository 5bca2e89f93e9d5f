"""App by act on a terminal and as a table: one word in each cell, and below the provisions that it rests on."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from affidavit.model.determination import Outcome
from affidavit.model.matrix import Cell, Matrix
from affidavit.report.chart_words import CONTESTED_MEANING
from affidavit.report.columns import GAP, Page
from affidavit.report.csv import neutral
from affidavit.report.outcome_marks import CONTESTED, MARKS
from affidavit.report.text import visible
from affidavit.wording import plural

COLUMNS = (
    "app", "app_name", "transaction", "transaction_title", "headline", "headline_title", "actors", "decisive",
    "standings", "confidence", "contested", "named", "on", "known", "jurisdiction",
)  # fmt: skip
"""Of the CSV. ``standings``: every provision with its outcome; ``actors``: the roles for which the headline holds."""

_ACT = 28
_CELL = 10


def render_matrix(found: Matrix, *, width: int = 80, colour: bool = False, assumed: Sequence[str] = ()) -> str:
    """The matrix as text: apps that have the same answers share a column; columns that do not fit follow below."""
    page = Page(width, colour=colour)
    page.paragraph(f"App by act, {found.jurisdiction_name}, {_when(found)}", "bold")
    _paragraphs(page, (*assumed, *found.notes))
    groups = _groups(found)
    page.line()
    names = _headings(page, groups, found)
    fits = max(1, (width - _ACT) // (_CELL + len(GAP)))
    each = -(-len(groups) // max(1, -(-len(groups) // fits))) or 1
    for start in range(0, len(groups), each):
        _block(page, groups[start : start + each], names[start : start + each], found)
    if groups:
        _behind(page, groups, names, found)
    _legend(page, {**found.outcome_titles, Outcome.NOT_COVERED: "no measure searched reaches it"}, found)
    _rest(page, found)
    return page.text()


def render_app(found: Matrix, *, width: int = 80, colour: bool = False, assumed: Sequence[str] = ()) -> str:
    """Every act for one app: the answer and at once the provisions with their state."""
    page = Page(width, colour=colour)
    (app,) = found.app_names
    page.paragraph(f"{found.app_names[app]}: every act, {found.jurisdiction_name}, {_when(found)}", "bold")
    _paragraphs(page, (*assumed, *found.notes))
    cells = [cell for cell in found.cells if cell.named] or list(found.cells)
    if cells:
        page.line()
        widths = (_ACT, _CELL, page.beside(_ACT, _CELL))
        page.row([(head, size, "bold") for head, size in zip(("Act", "Answer", "Rests on"), widths, strict=True)])
        for cell in cells:
            _act(page, cell, widths, found)
        _legend(page, found.outcome_titles, found)
    _others(page, found, cells)
    _rest(page, found)
    return page.text()


def render_matrix_csv(found: Matrix) -> str:
    """Every cell as one row, RFC 4180 with CR LF; no cell that a spreadsheet would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for cell in found.cells:
        states = "; ".join(f"{item.provision}={item.outcome}" for item in cell.standings)
        row = (
            cell.app, found.app_names[cell.app], cell.transaction, found.transaction_titles[cell.transaction],
            cell.headline, found.outcome_titles[cell.headline], "; ".join(cell.actors), "; ".join(cell.decisive),
            states, cell.confidence, _yes(cell.contested), _yes(cell.named), found.on, found.known, found.jurisdiction,
        )  # fmt: skip
        writer.writerow(map(neutral, row))
    return out.getvalue()


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _when(found: Matrix) -> str:
    recorded = f", as recorded by {found.recorded}" if found.recorded else ""
    return f"on {found.on}, as known on {found.known or found.updated}{recorded}"


def _paragraphs(page: Page, texts: Iterable[str]) -> None:
    for text in texts:
        page.paragraph(text, "dim", indent=2)


Group = tuple[tuple[str, ...], Mapping[str, Cell]]
"""Apps that have the same answers, and the answers by act."""


def _groups(found: Matrix) -> list[Group]:
    """Columns: apps with the same cells together."""
    columns: dict[str, dict[str, Cell]] = {}
    for cell in found.cells:
        columns.setdefault(cell.app, {})[cell.transaction] = cell
    alike: dict[tuple[object, ...], list[str]] = {}
    for app, cells in columns.items():
        key = tuple((name, cell.headline, cell.standings) for name, cell in cells.items())
        alike.setdefault(key, []).append(app)
    return [(tuple(apps), columns[apps[0]]) for apps in alike.values()]


def _headings(page: Page, groups: Sequence[Group], found: Matrix) -> list[str]:
    """The head of each column: the app's name, or a letter for several, which is explained."""
    heads: list[str] = []
    for number, (apps, _) in enumerate(groups):
        names = [visible(found.app_names[app], 60) for app in apps]
        if len(names) == 1 and len(names[0]) <= _CELL:
            heads.append(names[0])
            continue
        letter = f"[{number + 1}]"
        heads.append(letter)
        page.row([(letter, 4, "bold"), (", ".join(names), page.beside(4), "")])
    return heads


def _block(page: Page, groups: Sequence[Group], names: Sequence[str], found: Matrix) -> None:
    """As many columns as fit, with the acts that some provision names for one of their apps."""
    page.line()
    page.row([("", _ACT, ""), *((name, _CELL, "bold") for name in names)])
    for transaction in found.transaction_titles:
        row = [cells.get(transaction) for _, cells in groups]
        if any(cell is not None and cell.named for cell in row):
            page.row([(transaction, _ACT, ""), *((_answer(cell), _CELL, _emphasis(cell)) for cell in row)])


def _answer(cell: Cell | None) -> str:
    """The answer in a word, marked when it is contested."""
    return _marked(MARKS[cell.headline].cell, contested=cell.contested) if cell else MARKS[Outcome.NOT_COVERED].cell


def _emphasis(cell: Cell | None) -> str:
    return MARKS[cell.headline if cell else Outcome.NOT_COVERED].emphasis


def _marked(text: str, *, contested: bool) -> str:
    return f"{text} {CONTESTED.symbol}" if contested else text


def _behind(page: Page, groups: Sequence[Group], names: Sequence[str], found: Matrix) -> None:
    """The provisions that the answers rest on, with their state."""
    page.line()
    page.paragraph("Every provision that reaches them, with its state", "bold")
    for (_, cells), name in zip(groups, names, strict=True):
        by_state: dict[Outcome, dict[str, None]] = {}
        for cell in cells.values():
            for item in cell.standings:
                by_state.setdefault(item.outcome, {})[_marked(item.provision, contested=item.contested)] = None
        told = [
            f"{MARKS[state].cell}: {', '.join(by_state[state])}" for state in found.outcome_titles if state in by_state
        ]
        page.row([(name, _CELL, "bold"), ("; ".join(told), page.beside(_CELL), "")])


def _act(page: Page, cell: Cell, widths: Sequence[int], found: Matrix) -> None:
    """One act: the answer, the provisions with their state, and for which roles it holds."""
    states = "; ".join(
        _marked(f"{item.provision} {MARKS[item.outcome].cell}", contested=item.contested) for item in cell.standings
    )
    roles = ", ".join(found.actor_titles[name] for name in cell.actors)
    contested = "; contested" if cell.contested else ""
    head = (
        cell.transaction,
        _answer(cell),
        f"{states}  (confidence {cell.confidence}{contested})",
    )
    styles = ("", MARKS[cell.headline].emphasis, "")
    page.row([(text, size, style) for text, size, style in zip(head, widths, styles, strict=True)])
    title = found.transaction_titles[cell.transaction]
    page.row([("", _ACT, ""), ("", _CELL, ""), (f"{title}: for {roles}", widths[-1], "dim")])


def _legend(page: Page, titles: Mapping[Outcome, str], found: Matrix) -> None:
    """What the words of the cells mean, and the mark beside one."""
    page.line()
    for outcome, title in titles.items():
        page.row(
            [(MARKS[outcome].cell, _CELL, MARKS[outcome].emphasis), (f"{outcome}: {title}", page.beside(_CELL), "")]
        )
    if any(item.contested for cell in found.cells for item in cell.standings):
        page.row([(CONTESTED.symbol, _CELL, ""), (CONTESTED_MEANING, page.beside(_CELL), "")])


def _others(page: Page, found: Matrix, shown: Sequence[Cell]) -> None:
    """What holds for the acts that the table does not show."""
    rest = [cell.transaction for cell in found.cells if cell not in shown]
    if rest:
        page.line()
        text = f"Named by no measure on it, hence answered as any_with_operator: {', '.join(rest)}."
        page.paragraph(text, indent=2)


def _rest(page: Page, found: Matrix) -> None:
    """What nothing reaches, and where it was looked for."""
    page.line()
    searched = f"{plural(found.searched, 'measure')} of the register searched (last record {found.updated})"
    if found.not_covered:
        names = ", ".join(found.app_names[app] for app in found.not_covered)
        page.paragraph(f"NOT_COVERED for every act: {names}. {searched}; other law was not.")
    else:
        page.paragraph(f"{searched}; other law was not.")
    page.paragraph(
        "A cell puts together the answers for every role that a provision speaks to: the gravest counts.", "dim"
    )
