"""``affidavit claims``: who says what about a measure or an app, and which of it cannot hold together."""

import argparse

from affidavit.cli import codes
from affidavit.cli.options import add_output, paper
from affidavit.cli.output import emit
from affidavit.model.errors import UsageError

DESCRIPTION = """\
A claim is what a source said, with who said it and when; it is not what the register holds. Claims that cannot all be
true, or that differ from the register as known on their day, are found by comparison and shown as conflicts, each with
what was decided and why. A rejected claim stays on record: that it was said is a fact.
"""

EXAMPLES = """\
examples:
  affidavit claims                                  every statement, with who says it
  affidavit claims --about wechat --tag review      what was said of its data and users
  affidavit claims --about tt-2 --conflicts         from which day was it to apply, and who said otherwise?
  affidavit claims --conflicts --known 2020-09-18   every conflict that could be seen on that day
  affidavit claims S3-7                             one claim, and what it conflicts with
  affidavit claims C01                              one conflict by the id of its decision
  affidavit claims --source S003 --tag register --format json

To record a claim or a decision: docs/how-to/record-a-claim.md
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    parser.add_argument("id", nargs="?", default="", help="a claim (S3-7), or the decision of a conflict (C01)")
    parser.add_argument(
        "--about", metavar="SUBJECT", help="an app, or a provision, event, measure or act (tt-2, act:cdn)"
    )
    parser.add_argument("--source", metavar="ID", help="only what this source says (S003)")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="TAG",
        help="only this: register, review, deadlines, mitigation, continuity, context, opinion (repeatable)",
    )  # fmt: skip
    parser.add_argument("--known", metavar="DATE", help="only what was said by the end of this day")
    parser.add_argument(
        "--conflicts", action="store_true", help="only what cannot hold together, how it was decided and why"
    )
    add_output(parser, ("terminal", "json"), "terminal")


def run(options: argparse.Namespace) -> int:
    """List claims, or their conflicts."""
    from affidavit.case.answer import Choice, answer  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.case.claims import docket  # noqa: PLC0415 - the same
    from affidavit.report.claims import render_claims  # noqa: PLC0415 - the same
    from affidavit.report.json import as_json  # noqa: PLC0415 - the same

    for name in ("about", "source", "known"):
        if getattr(options, name) == "":
            raise UsageError(f"--{name} is empty", advice=f"say what, or leave --{name} out to have all")
    choice = Choice(options.id, options.about or "", options.source or "", tuple(options.tag), options.known or "")
    made = answer(docket(), choice)
    if options.format == "json":
        emit(as_json(made), options.output)
        return codes.DONE
    width, colour = paper(options)
    only = options.conflicts or options.id in made.resolutions
    emit(render_claims(made, width=width, colour=colour, only_conflicts=only), options.output)
    return codes.DONE
