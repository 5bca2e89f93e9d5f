"""Every form in which the program shows an account, with the rule that its output keeps."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from affidavit.cli import explain
from affidavit.cli.facts import encoded
from affidavit.cli.facts import text as facts_text
from affidavit.cli.findings import text as findings_text
from affidavit.model.bundle import Affidavit
from affidavit.report import render
from affidavit.report.bound import render_bindings
from affidavit.report.terminal import render_terminal
from tests.injection import rules

WIDTH = 80
EXPLAINED = 60
"""Facts that are explained one by one."""


class Output(NamedTuple):
    """A form: how an account is put into it, the faults of what comes out, and what was looked for."""

    make: Callable[[Affidavit], str | bytes]
    faults: Callable[..., Iterator[str]]
    looked_for: str


def _explained(account: Affidavit) -> str:
    names = [fact.id for fact in account.facts[:EXPLAINED]] + [finding.rule for finding in account.findings]
    return "".join(explain.text(account, name) for name in dict.fromkeys(names))


def _in_lines(account: Affidavit) -> bytes:
    return encoded(account.facts, "jsonl") + encoded(account.findings, "jsonl")


def _each_line(data: bytes) -> Iterator[str]:
    for line in data.splitlines():
        yield from rules.of_json(line)


def _terminal(account: Affidavit, *, colour: bool) -> str:
    return render_terminal(account, width=WIDTH, colour=colour)


OUTPUTS: Mapping[str, Output] = {
    "terminal": Output(
        lambda account: _terminal(account, colour=False),
        lambda text: rules.plain(text, width=WIDTH),
        "no hidden character, no piled marks, no line wider than the page",
    ),
    "terminal, colour": Output(
        lambda account: _terminal(account, colour=True),
        lambda text: rules.coloured(text, width=WIDTH),
        "the same, and no escape sequence but our colours, which end",
    ),
    "html": Output(
        lambda account: render(account, "html"),
        rules.of_html,
        "our elements and attributes, balanced, policy there, nothing hidden",
    ),
    "json": Output(lambda account: render(account, "json"), rules.of_json, "valid, no name twice, nothing hidden"),
    "jsonl": Output(_in_lines, _each_line, "one valid object a line, nothing hidden"),
    "sarif": Output(
        lambda account: render(account, "sarif"),
        rules.of_sarif,
        "schema, no placeholder, link or Markdown, addresses relative and below",
    ),
    "csv": Output(
        lambda account: render(account, "csv"), rules.of_csv, "no formula by comma or semicolon, columns kept"
    ),
    "markdown": Output(
        lambda account: render(account, "markdown"),
        rules.of_markdown,
        "CommonMark: no link, image, HTML, heading or block of its own",
    ),
    "explain": Output(_explained, rules.plain, "no hidden character, no piled marks"),
    "facts": Output(lambda account: facts_text(account.facts), rules.plain, "the same, one line a fact"),
    "findings": Output(lambda account: findings_text(account.findings), rules.plain, "the same, one line a finding"),
    "ask --bundle": Output(
        lambda account: render_bindings(account, width=WIDTH), rules.plain, "no hidden character, no piled marks"
    ),
}
"""Form -> how it is made and judged."""


def faults(form: str, account: Affidavit) -> list[str]:
    """What is wrong with an account in a form."""
    output = OUTPUTS[form]
    return list(output.faults(output.make(account)))
