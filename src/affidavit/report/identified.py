"""Whose code is in an app, for ``affidavit identify``: families, then the pairs of classes of one of them."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.beside import Beside
from affidavit.model.binding import Binding
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, NativeIdentity, NativeSearch
from affidavit.model.errors import UsageError
from affidavit.model.fact import Fact
from affidavit.model.library import Library, LibraryVersion
from affidavit.model.limitation import Limitation
from affidavit.model.source_name import NameMapping, SourceName
from affidavit.report import beside, natives, pairs
from affidavit.report.columns import Page
from affidavit.report.identity import agrees, columns, compared, ordered
from affidavit.report.json import as_json as encoded
from affidavit.report.overview import Facts, folded
from affidavit.report.source_names import SourceNames, mapping_in_words
from affidavit.report.text import visible
from affidavit.report.whose import LIBRARY

SCHEMA: Final = "affidavit/identify/1"
_CELL = 600
_ABOUT = (
    CodeSearch, CodeIdentity, ClassPair, Library, LibraryVersion, NameMapping, NativeIdentity, NativeSearch, SourceName,
)  # fmt: skip


class Account(Struct, frozen=True):
    """What was read: the artefact, the facts on its code, what could not be examined, pairs beside libraries,
    and what ties it to listed apps, which only a bundle has.
    """

    artefact: Artefact
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...]
    beside: Beside | None = None
    bindings: tuple[Binding, ...] = ()


class Document(Struct, frozen=True, omit_defaults=True):
    """The JSON form: `facts` are those of the kinds ``code-search``, ``code-identity``, ``class-pair``, ``library``,
    ``library-version``, ``native-search``, ``native-identity``, ``name-mapping`` and ``source-name``, as in a bundle;
    `beside` is there when files of libraries were given.
    """

    schema: str
    artefact: Artefact
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...]
    beside: Beside | None = None


def as_json(account: Account) -> bytes:
    """Every fact on whose code it is."""
    facts = tuple(fact for fact in account.facts if isinstance(fact.what, _ABOUT))
    return encoded(Document(SCHEMA, account.artefact, facts, account.limitations, account.beside))


def as_html(account: Account, advice: str = "") -> str:
    """A page that works offline: the families, the pairs that each rests on, and pairs side by side.

    Args:
        account: what was read.
        advice: as of `as_text`.
    """
    from affidavit.report.html import ROWS, environment, identity_context  # noqa: PLC0415 - only for this form

    laid = account.beside
    context = {
        "artefact": account.artefact, "rows": ROWS, "in_bundle": False, "advice": advice,
        "limits": folded(account.limitations), **identity_context(Facts(account.facts), {}),
        "beside_pairs": beside.shown(laid) if laid else [], "beside_files": beside.files(laid) if laid else [],
        "beside_numbers": {(pair.family, pair.rank): row for row, pair in enumerate(laid.pairs if laid else (), 1)},
        "beside_key": beside.key(LIBRARY), "beside_method": beside.method(LIBRARY), "whose": LIBRARY,
    }  # fmt: skip
    return environment().get_template("identified.html").render(context)


def as_text(account: Account, pairs_of: str = "", advice: str = "", *, width: int = 80, colour: bool = False) -> str:
    """The families, with what limits each statement; the pairs of one family if it is named.

    Args:
        account: what was read.
        pairs_of: id of a family; empty for none.
        advice: how to get the code that the pairs can be laid beside, as one sentence.
        width: columns.
        colour: whether to put in ANSI colours.

    Raises:
        UsageError: no such family was found.
    """
    page, facts = Page(width, colour=colour), Facts(account.facts)
    page.paragraph(visible(account.artefact.name, 200), "bold")
    page.line(f"SHA-256 {account.artefact.sha256}")
    if said := mapping_in_words(account.facts, account.artefact.mapping):
        page.paragraph(visible(f"Mapping file {said}", _CELL))
    page.paragraph(visible(compared(facts.about(CodeSearch)), 2_000), "dim")
    found = ordered(facts)
    for fact, what in found:
        said, grade, place, who, limits = columns(fact, what)
        page.line()
        page.paragraph(visible(f"{said} [{grade or 'undetermined'}]", _CELL), "bold")
        page.paragraph(visible(f"{what.family}{f' ({who})' if who else ''}, best seen at {place}", _CELL), indent=2)
        page.paragraph(visible(limits, _CELL), indent=2)
        for tried in what.tried:
            mark = "excluded" if tried.excluded else "NOT EXCLUDED"
            page.paragraph(visible(f"{tried.hypothesis}: {mark}, {tried.said}", _CELL), "dim", indent=4)
        for stated in what.stated:
            said = f"stated by {stated.entry}: {stated.coordinates} {stated.version}; {agrees(what, stated)}"
            page.paragraph(visible(said, _CELL), indent=4)
    _natives(page, facts)
    if not found and facts.about(CodeSearch):
        page.line()
        page.paragraph("No family of known code was found.", "bold")
    _limits(page, account.limitations)
    if pairs_of:
        _pairs(page, pairs_of, facts, SourceNames(account.facts))
    if account.beside is not None:
        beside.write(page, account.beside)
    elif advice:
        page.line()
        page.paragraph(visible(advice, 2_000), "dim")
    return page.text()


def _natives(page: Page, facts: Facts) -> None:
    """Native files."""
    if said := natives.searched(facts):
        page.line()
        page.paragraph(visible(said, 2_000), "dim")
    for entry, stated, who, like, shared in natives.rows(facts):
        page.line()
        page.paragraph(visible(f"{entry} {stated}", _CELL), "bold")
        page.paragraph(visible("; ".join(filter(None, (who, like))), _CELL), indent=2)
        if shared:
            page.paragraph(visible(f"both have {shared}", _CELL), "dim", indent=4)


def _limits(page: Page, limitations: Sequence[Limitation]) -> None:
    """What could not be compared."""
    kinds = folded(limitations)
    if not kinds:
        return
    page.line()
    page.paragraph("Not examined", "bold")
    for kind, count, detail in kinds:
        times = f" ({count:,} times)" if count > 1 else ""
        page.paragraph(f"{visible(detail)}{times} [{kind}]", indent=2)


def _pairs(page: Page, family: str, facts: Facts, names: SourceNames) -> None:
    """The pairs of one family, each with what it rests on."""
    found = sorted((item for item in facts.pairs(ClassPair) if item[1].family == family), key=lambda item: item[1].rank)
    if not found:
        known = ", ".join(sorted({pair.family for pair in facts.about(ClassPair)})) or "none"
        raise UsageError(f"no pairs of classes of {family[:60]!r}", advice=f"families with pairs: {known[:500]}")
    pairs.write(page, found, names)
