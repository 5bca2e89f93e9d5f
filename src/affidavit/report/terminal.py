"""The summary on a terminal or in a pipe: the questions people ask, in their order, what could not be seen first."""

from collections.abc import Sequence

from affidavit.model.bundle import Affidavit
from affidavit.model.code_identity import CodeSearch
from affidavit.model.finding import Answer
from affidavit.model.library import Library
from affidavit.model.limitation import Limitation
from affidavit.model.native import NativeLibrary
from affidavit.report import natives, network
from affidavit.report.answers import Statement, statements
from affidavit.report.apple import declared_in_words
from affidavit.report.columns import GAP, Page
from affidavit.report.coverage import examined
from affidavit.report.identity import compared, rows
from affidavit.report.law import how_to_ask, summary
from affidavit.report.overview import METHOD_LIMITS, Facts, code_in_words, file_names, folded, hosts, size_in_words
from affidavit.report.paths import how_to_check
from affidavit.report.signed import signed_by
from affidavit.report.text import visible
from affidavit.report.verdicts import accepted
from affidavit.report.version import version_in_words
from affidavit.wording import plural

_COLOURS = {Answer.SHOWN: "bold yellow", Answer.UNDETERMINED: "magenta", Answer.NOT_SHOWN: "dim"}
_HEADS = (("What it touches", 21), ("Answer", 12), ("Grade", 9), ("Where, and whose code", 0))
_LABEL = 12
_NARROWEST = 12
_LISTED = 12
"""Libraries, hosts and kinds of limitation that the summary names before it counts the rest."""


def render_terminal(
    affidavit: Affidavit, *, width: int = 80, colour: bool = False, written: Sequence[tuple[str, str]] = ()
) -> str:
    """The summary as text.

    Args:
        affidavit: what to summarise.
        width: columns.
        colour: whether to put in ANSI colours (the caller knows whether it writes to a terminal and heeds NO_COLOR).
        written: label and path of the files made, for the last lines; by default only how to check a bundle is said.
    """
    page = Page(width, colour=colour)
    facts = Facts(affidavit.facts)
    _head(page, affidavit, facts)
    _limits(page, affidavit)
    _answers(page, statements(affidavit))
    _identity(page, facts)
    _section(page, "By name", _libraries(facts))
    _section(page, "Hosts named", _hosts(facts))
    _served(page, affidavit, facts)
    _section(page, "Native", _native(facts))
    _section(page, "Declares", visible(declared_in_words(facts)))
    _law(page, affidavit)
    page.line()
    for label, value in written or _how_to_check(affidavit):
        page.line(f"{label:<{_LABEL}}{GAP}{value}")
    return page.text()


def _line(page: Page, label: str, value: str) -> None:
    """A label in the left column and its text, wrapped under itself."""
    rest = max(page.width - _LABEL - len(GAP), _NARROWEST)
    page.row([(label, _LABEL, "bold"), (value, rest, "")])


def _section(page: Page, label: str, value: str) -> None:
    """One labelled paragraph; nothing when there is nothing to say."""
    if value:
        page.line()
        _line(page, label, value)


def _head(page: Page, affidavit: Affidavit, facts: Facts) -> None:
    """What was reviewed."""
    artefact, package = affidavit.manifest.artefact, facts.package()
    if package:
        version = version_in_words(package)
        named = f"{package.label}  " if package.label else ""
        page.paragraph(f"{visible(named)}{visible(package.name)}  {visible(version)}", "bold")
    _line(page, "File", f"{visible(artefact.name)}  {artefact.kind}  {size_in_words(artefact.size)}")
    _line(page, "SHA-256", artefact.sha256)
    code = code_in_words(facts)
    if code:
        _line(page, "Contains", code)
    if package and package.target_sdk >= 0:
        _line(page, "Made for", f"Android API {package.target_sdk}, runs from API {max(package.min_sdk, 1)}")
    _line(page, "Signed by", signers(facts, affidavit.limitations))
    _line(page, "Examined", visible(examined(affidavit)))


def signers(facts: Facts, limitations: Sequence[Limitation]) -> str:
    """Who signed, verified signers first, and which Android versions accept it."""
    said = visible(signed_by(facts, limitations), 400), visible(accepted(facts), 400)
    return "; ".join(filter(None, said))


def _limits(page: Page, affidavit: Affidavit) -> None:
    """What could not be examined, ahead of every answer."""
    page.line()
    page.paragraph("Not examined", "bold")
    if affidavit.manifest.partial:
        page.paragraph("The budget ran out: this affidavit is partial.", "bold magenta", indent=2)
    kinds = folded(affidavit.limitations)
    for kind, count, detail in kinds[:_LISTED]:
        times = f" ({count:,} times)" if count > 1 else ""
        page.paragraph(f"{visible(detail)}{times} [{kind}]", indent=2)
    if len(kinds) > _LISTED:
        page.paragraph(f"… and {plural(len(kinds) - _LISTED, 'further kind')} in the report", indent=2)
    page.paragraph(" ".join(METHOD_LIMITS), "dim", indent=2)


def _answers(page: Page, asked: Sequence[Statement]) -> None:
    """One row for each question."""
    if not asked:
        return
    page.line()
    fixed = sum(width + len(GAP) for _, width in _HEADS[:-1])
    widths = [*(width for _, width in _HEADS[:-1]), max(page.width - fixed, _NARROWEST)]
    page.row([(head, width, "bold") for (head, _), width in zip(_HEADS, widths, strict=True)])
    for item in asked:
        texts = visible(item.label), item.answer, item.grade or "", _where(item)
        styles = "", _COLOURS[item.answer], "", ""
        page.row([(text, width, style) for text, width, style in zip(texts, widths, styles, strict=True)])


def _where(item: Statement) -> str:
    """Places and owners of what is shown, causes of what is undetermined, how many rules found nothing."""
    if item.answer == Answer.SHOWN:
        places = plural(item.places, "place") + (" or more" if item.more else "")
        note = "; the manifest asks for no permission that this needs" if item.unasked else ""
        if item.who:
            return f"{places}: {_named([visible(name, 40) for name in item.who], 3)}{note}"
        if not item.places:
            return "rests on what is absent; see the proof"
        return f"{places} in {_named([visible(entry, 40) or 'the file' for entry in item.entries], 2)}"
    if item.answer == Answer.UNDETERMINED:
        causes = sorted({kind for finding in item.having(Answer.UNDETERMINED) for kind in finding.limitations})
        return "because of " + ", ".join(visible(kind, 40) for kind in causes[:3]) if causes else ""
    return plural(len(item.findings), "rule") + " searched, none matched"


def _named(names: Sequence[str], shown: int = _LISTED) -> str:
    """The first names and how many there are besides."""
    rest = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest


def _libraries(facts: Facts) -> str:
    """Known code, most classes first, trackers marked."""
    found = sorted(facts.about(Library), key=lambda item: (-item.classes, item.title))
    if not found:
        return "no library of the index recognised by name"
    names = [
        visible(item.title or item.id, 60) + (f" {visible(item.version, 20)}" if item.version else "")
        + (" (listed as tracker)" if item.tracker else "")
        for item in found
    ]  # fmt: skip
    return f"{plural(len(found), 'library', 'libraries')} recognised by name: {_named(names)}"


def _identity(page: Page, facts: Facts) -> None:
    """Known code by its code: the families, each with its grade, and what was compared."""
    page.line()
    page.paragraph("Whose code is in it", "bold")
    found = rows(facts)
    for said, grade, place, who, limits in found[:_LISTED]:
        page.paragraph(visible(f"{said} [{grade or 'undetermined'}]", 400), indent=2)
        page.paragraph(visible(f"{place}; {f'{who}; ' if who else ''}{limits}", 600), "dim", indent=4)
    if len(found) > _LISTED:
        page.paragraph(f"… and {plural(len(found) - _LISTED, 'further family', 'further families')}", indent=2)
    page.paragraph(visible(compared(facts.about(CodeSearch)), 800), "dim", indent=2)
    stated = natives.rows(facts)
    for entry, said, who, like, _ in stated[:_LISTED]:
        page.paragraph(visible(f"{entry} {said}", 400), indent=2)
        page.paragraph(visible("; ".join(filter(None, (who, like))), 600), "dim", indent=4)
    if len(stated) > _LISTED:
        page.paragraph(f"… and {plural(len(stated) - _LISTED, 'further native file')}", indent=2)
    if searched := natives.searched(facts):
        page.paragraph(visible(searched, 800), "dim", indent=2)


def _hosts(facts: Facts) -> str:
    """Hosts named in the bytes."""
    names, aside = hosts(facts)
    note = (
        f"; {plural(aside, 'string')} set aside as mail, app link, schema, documentation or placeholder"
        if aside
        else ""
    )
    if not names:
        return f"no host name found{note}"
    return f"{plural(len(names), 'host')} named in the bytes: {_named([visible(name, 80) for name in names])}{note}"


def _served(page: Page, affidavit: Affidavit, facts: Facts) -> None:
    """Who gets which data and who serves the hosts: the first of each, and what was not read."""
    for table in network.tables(affidavit.network, facts, affidavit.categories):
        if table.heads not in {network.RECIPIENT_HEADS, network.HEADS}:
            continue
        network.write(page, table, _LISTED, "in the report")
    if said := network.undecoded_in_words(facts):
        page.paragraph(visible(said), indent=2)


def _native(facts: Facts) -> str:
    """Native libraries by architecture."""
    found = facts.about(NativeLibrary)
    names = sorted({visible(item.name, 60) for item in found})
    abis = sorted({visible(item.abi, 20) for item in found})
    return f"{plural(len(names), 'library', 'libraries')} for {', '.join(abis)}: {_named(names)}" if found else ""


def _law(page: Page, affidavit: Affidavit) -> None:
    """Which listed apps the file is tied to, and how to ask about a date."""
    _section(page, "The law", summary(affidavit.law))
    if affidavit.law.applicable:
        page.line(f"{'Ask':<{_LABEL}}{GAP}{how_to_ask(affidavit)}")


def _how_to_check(affidavit: Affidavit) -> list[tuple[str, str]]:
    """The last line when nothing was written."""
    bundle, _ = file_names(affidavit)
    return [("Check it", how_to_check(bundle, affidavit.manifest.artefact.name))]
