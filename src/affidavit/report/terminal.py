"""The summary on a terminal or in a pipe: the questions people ask, in their order, what could not be seen first."""

import io
import shlex
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from affidavit.model.bundle import Affidavit
from affidavit.model.finding import Answer
from affidavit.model.library import Library
from affidavit.model.native import NativeLibrary
from affidavit.model.signing import Certificate, SigningBlock
from affidavit.report.answers import Statement, statements
from affidavit.report.overview import METHOD_LIMITS, Facts, code_in_words, file_names, folded, hosts, size_in_words
from affidavit.report.text import plural, visible

_COLOURS = {Answer.SHOWN: "bold yellow", Answer.UNDETERMINED: "magenta", Answer.NOT_SHOWN: "dim"}
_LABEL = 12
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
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None,
        no_color=not colour, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    facts = Facts(affidavit.facts)
    _head(console, affidavit, facts)
    _limits(console, affidavit)
    _answers(console, statements(affidavit))
    _section(console, "Whose code", _libraries(facts))
    _section(console, "Talks to", _hosts(facts))
    _section(console, "Native", _native(facts))
    console.print()
    for label, value in written or _how_to_check(affidavit):
        console.print(_text(f"{label:<{_LABEL}}  {value}"), soft_wrap=True)  # whole, so that it can be copied
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _text(text: str, style: str = "") -> Text:
    """The one way in which text reaches the terminal: hidden characters are escapes, markup is not read."""
    return Text(visible(text, 4_000), style=style)


def _line(label: str, value: str, style: str = "") -> Table:
    """A label in the left column and its text, wrapped under itself."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=_LABEL, style="bold")
    table.add_column(overflow="fold", style=style)
    table.add_row(_text(label), _text(value))
    return table


def _section(console: Console, label: str, value: str) -> None:
    """One labelled paragraph; nothing when there is nothing to say."""
    if value:
        console.print()
        console.print(_line(label, value))


def _head(console: Console, affidavit: Affidavit, facts: Facts) -> None:
    """What was reviewed."""
    artefact, package = affidavit.manifest.artefact, facts.package()
    if package:
        version = f"{package.version_name} ({package.version_code})"
        named = f"{package.label}  " if package.label else ""
        console.print(_text(f"{visible(named)}{visible(package.name)}  {visible(version)}", style="bold"))
    console.print(_line("File", f"{visible(artefact.name)}  {artefact.kind}  {size_in_words(artefact.size)}"))
    console.print(_line("SHA-256", artefact.sha256))
    code = code_in_words(facts)
    if code:
        console.print(_line("Contains", code))
    if package and package.target_sdk >= 0:
        console.print(_line("Made for", f"Android API {package.target_sdk}, runs from API {max(package.min_sdk, 1)}"))
    console.print(_line("Signed by", signers(facts)))


def signers(facts: Facts) -> str:
    """Who signed, by the certificates present, with the words that none of it was verified."""
    schemes = sorted({block.scheme for block in facts.about(SigningBlock) if block.scheme.startswith("v")})
    subjects = sorted({visible(item.subject, 120) for item in facts.about(Certificate)})
    if not schemes and not subjects:
        return "no signature found"
    who = "; ".join(subjects) or "no certificate read"
    return f"{who}  ({', '.join(schemes) or 'no scheme read'}; not verified)"


def _limits(console: Console, affidavit: Affidavit) -> None:
    """What could not be examined, ahead of every answer."""
    console.print()
    console.print(_text("Not examined", style="bold"))
    if affidavit.manifest.partial:
        console.print(
            Padding(_text("The budget ran out: this affidavit is partial.", style="bold magenta"), (0, 0, 0, 2))
        )
    kinds = folded(affidavit.limitations)
    for kind, count, detail in kinds[:_LISTED]:
        times = f" ({count:,} times)" if count > 1 else ""
        console.print(Padding(_text(f"{visible(detail)}{times} [{kind}]"), (0, 0, 0, 2)))
    if len(kinds) > _LISTED:
        console.print(
            Padding(_text(f"… and {plural(len(kinds) - _LISTED, 'further kind')} in the report"), (0, 0, 0, 2))
        )
    console.print(Padding(_text(" ".join(METHOD_LIMITS), style="dim"), (0, 0, 0, 2)))


def _answers(console: Console, asked: Sequence[Statement]) -> None:
    """One row for each question."""
    if not asked:
        return
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("What it touches", width=21, overflow="fold")
    table.add_column("Answer", width=12)
    table.add_column("Grade", width=9)
    table.add_column("Where, and whose code", overflow="fold")
    for item in asked:
        table.add_row(
            _text(visible(item.label)), _text(item.answer, style=_COLOURS[item.answer]),
            _text(item.grade or ""), _text(_where(item)),
        )  # fmt: skip
    console.print(table)


def _where(item: Statement) -> str:
    """Places and owners of what is shown, causes of what is undetermined, how many rules found nothing."""
    if item.answer == Answer.SHOWN:
        places = plural(item.places, "place") + (" or more" if item.more else "")
        if item.who:
            return f"{places}: {_named([visible(name, 40) for name in item.who], 3)}"
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


def _hosts(facts: Facts) -> str:
    """Hosts named in the bytes."""
    names, aside = hosts(facts)
    note = f"; {plural(aside, 'string')} set aside as schema, documentation or placeholder" if aside else ""
    if not names:
        return f"no host name found{note}"
    return f"{plural(len(names), 'host')} named in the bytes: {_named([visible(name, 80) for name in names])}{note}"


def _native(facts: Facts) -> str:
    """Native libraries by architecture."""
    found = facts.about(NativeLibrary)
    names = sorted({visible(item.name, 60) for item in found})
    abis = sorted({visible(item.abi, 20) for item in found})
    return f"{plural(len(names), 'library', 'libraries')} for {', '.join(abis)}: {_named(names)}" if found else ""


def _how_to_check(affidavit: Affidavit) -> list[tuple[str, str]]:
    """The last line when nothing was written."""
    bundle, _ = file_names(affidavit)
    return [("Check it", how_to_check(bundle, affidavit.manifest.artefact.name))]


def how_to_check(bundle: str, artefact: str) -> str:
    """The command that checks a bundle, quoted for a shell; hidden characters in names are escapes even there."""
    return f"affidavit verify {shlex.quote(visible(bundle))} --artefact {shlex.quote(visible(artefact))}"
