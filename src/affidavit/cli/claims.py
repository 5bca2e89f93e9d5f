"""``affidavit claims``: who says what about a measure or an app, and which of it cannot hold together."""

import argparse
import os

from affidavit.cli import codes
from affidavit.cli.options import add_output, width_and_colour
from affidavit.cli.output import emit

EXAMPLES = """\
examples:
  affidavit claims                                  every statement, with who says it
  affidavit claims S3-7                             one of them, and what it conflicts with
  affidavit claims C01                              one conflict
  affidavit claims --conflicts                      every conflict, how it was decided and why
  affidavit claims --about wechat --conflicts --known 2020-09-18
  affidavit claims --source S003 --tag register --format json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("id", nargs="?", default="", help="a claim (S3-7), or the decision of a conflict (C01)")
    parser.add_argument("--about", default="", metavar="SUBJECT", help="an app, or a subject such as tt-2 or act:cdn")
    parser.add_argument("--source", default="", metavar="ID", help="only what this source says (S003)")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="only this tag (repeatable)")
    parser.add_argument("--known", default="", metavar="DATE", help="only what was said by the end of this day")
    parser.add_argument(
        "--conflicts", action="store_true", help="show what cannot hold together, and how it was decided"
    )
    add_output(parser, ("terminal", "json"), "terminal")


def run(options: argparse.Namespace) -> int:
    """List claims, or their conflicts."""
    from affidavit.case.answer import Choice, answer  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.case.claims import docket  # noqa: PLC0415 - the same
    from affidavit.report.claims import render_claims, render_claims_json  # noqa: PLC0415 - the same

    choice = Choice(options.id, options.about, options.source, tuple(options.tag), options.known)
    made = answer(docket(), choice)
    if options.format == "json":
        emit(render_claims_json(made), options.output)
        return codes.DONE
    width, colour = (80, False) if options.output else width_and_colour(os.environ)
    only = options.conflicts or options.id in made.resolutions
    emit(render_claims(made, width=width, colour=colour, only_conflicts=only), options.output)
    return codes.DONE
