"""Findings and facts as one table, to be opened in a spreadsheet that must not take any cell for a formula."""

import csv
import io
import re
from collections.abc import Iterator

import msgspec

from affidavit.model.bundle import Affidavit
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.report.answers import cited_places, names_of_code
from affidavit.report.text import visible

COLUMNS = (
    "row", "id", "category", "statement", "answer", "grade", "severity", "who", "searched", "limits",
    "entry", "offset", "class", "method", "pc", "source",
)  # fmt: skip
"""``row`` is ``limitation``, ``finding`` (one line for each cited place) or ``fact``; columns mean the same in all."""

_CELL = 4_000
_SPACES = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SIGNS = "=+@\u207a\u207c\u208a\u208c\ufe62\ufe63\ufe66\ufe6b\uff1d\uff0b\uff0d\uff20"
"""Signs that begin a formula, and those that Unicode's compatibility mapping (NFKC) takes for them."""

_FORMULA = re.compile(f'(\\A[{_SPACES}]*)(?=[{_SIGNS}\\t\\r\\n-])|(;[{_SPACES}"]*)(?=[{_SIGNS}]|-(?!>))')
"""Before a formula: at the beginning of a cell, or of what is a cell where semicolons separate cells."""

_encoder = msgspec.json.Encoder(order="sorted")


def render_csv(affidavit: Affidavit) -> str:
    """The table, RFC 4180 with CR LF, every cell neutralised by `neutral`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    names = names_of_code(affidavit.facts)
    facts = {fact.id: fact for fact in affidavit.facts}
    for limitation in affidavit.limitations:
        writer.writerow(map(neutral, _limitation(limitation)))
    for finding in affidavit.findings:
        writer.writerows(map(neutral, row) for row in _finding(finding, cited_places(finding, facts), names))
    for fact in affidavit.facts:
        writer.writerow(map(neutral, _fact(fact)))
    return out.getvalue()


def neutral(cell: str) -> str:
    """A cell that no spreadsheet evaluates: an apostrophe before a leading ``=``, ``+``, ``-``, ``@``, tab or CR.

    Some spreadsheets look through leading spaces and take full-width signs for the usual ones; so does this. Where the
    comma is the decimal sign, they split lines at semicolons, so what follows one is treated alike; ``;->`` between a
    class and its method is left, as no formula begins with it. Hidden characters become escapes (`visible`).
    """
    return visible(_FORMULA.sub(_apostrophe, cell), _CELL)


def _apostrophe(match: re.Match[str]) -> str:
    """An apostrophe at the beginning of the cell, or behind the semicolon."""
    return f"'{match[1]}" if match[2] is None else f"{match[2]}'"


def _place(place: Place | None) -> tuple[str, ...]:
    """The five columns of a place; numbers that say "none" stay empty."""
    if place is None:
        return ("", "", "", "", "")
    offset, pc = (str(number) if number >= 0 else "" for number in (place.offset, place.pc))
    return place.entry, offset, place.class_, place.method, pc


def _finding(finding: Finding, places: tuple[Place, ...], names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """One row for each cited place; one without a place when there is none."""
    who = "; ".join(f"{names.get(item.who, item.who)} ({item.places})" for item in finding.who)
    for place in places or (None,):
        yield (
            "finding", finding.rule, finding.category, finding.title, finding.answer, finding.grade or "",
            finding.severity, who, finding.searched, "; ".join(finding.limitations), *_place(place),
            f"rule {finding.rule}/{finding.version}",
        )  # fmt: skip


def _fact(fact: Fact) -> tuple[str, ...]:
    """A fact: its kind as the category, its content as compact JSON."""
    content = _encoder.encode(fact.what).decode()
    kind = str(fact.what.__struct_config__.tag)
    return ("fact", fact.id, kind, content, "", "", "", "", "", "", *_place(fact.place), fact.extractor)


def _limitation(item: Limitation) -> tuple[str, ...]:
    """A limitation: what could not be examined."""
    times = f"{item.detail} ({item.count} times)" if item.count > 1 else item.detail
    return ("limitation", "", item.kind, times, "", "", "", "", "", "", *_place(item.place), "")
