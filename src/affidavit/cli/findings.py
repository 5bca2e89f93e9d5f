"""``affidavit findings``: what the rules concluded, one line for each."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.facts import encoded, refuse_unknown
from affidavit.cli.options import add_output, add_review, apply_settings
from affidavit.cli.output import columns, emit
from affidavit.cli.source import affidavit_of

if TYPE_CHECKING:
    from affidavit.model.finding import Finding

EXAMPLES = """\
examples:
  affidavit findings app.apk
  affidavit findings app.apk.affidavit --answer undetermined
  affidavit findings app.apk.affidavit --category location --format json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, help="an app, or an .affidavit bundle")
    parser.add_argument("--answer", choices=("shown", "not shown", "undetermined"), help="only this answer")
    parser.add_argument("--category", action="append", metavar="ID", help="only this question (repeatable)")
    add_output(parser, ("text", "jsonl", "json"), "text")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """List the findings."""
    wanted = set(options.category or ())
    account = affidavit_of(options)
    known = {item.id for item in account.categories} | {finding.category for finding in account.findings}
    refuse_unknown("--category", wanted, known)
    found = [
        finding
        for finding in account.findings
        if (not wanted or finding.category in wanted) and options.answer in {None, str(finding.answer)}
    ]
    emit(text(found) if options.format == "text" else encoded(found, options.format), options.output)
    return codes.DONE


def text(findings: "Iterable[Finding]") -> str:
    """Answer, grade, severity, rule and statement."""
    return columns((str(f.answer), f.grade or "-", f.severity, f.rule, f.title) for f in findings)
