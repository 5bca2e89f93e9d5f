"""``affidavit report``: a bundle in another form. What it shows is what the bundle says; nothing is derived anew."""

import argparse
from pathlib import Path

from affidavit.cli import codes
from affidavit.cli.options import add_output, apply_settings, paper
from affidavit.cli.output import emit
from affidavit.cli.source import file_at

FORMATS = ("terminal", "html", "json", "sarif", "csv", "markdown", "taf")

EXAMPLES = """\
examples:
  affidavit report app.apk.affidavit
  affidavit report app.apk.affidavit --format html -o app.html
  affidavit report app.apk.affidavit --format csv -o app.csv
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, help="an .affidavit bundle")
    add_output(parser, FORMATS, "terminal")
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Render."""
    path = file_at(options.path, "make a bundle with affidavit review, and give its path")
    import affidavit as library  # noqa: PLC0415 - the library costs time that --help should not pay

    account = library.read(path)
    if options.format == "terminal":
        from affidavit.report.terminal import render_terminal  # noqa: PLC0415 - only for this form

        width, colour = paper(options)
        emit(render_terminal(account, width=width, colour=colour), options.output)
    else:
        from affidavit.report import render  # noqa: PLC0415 - only for these forms

        emit(render(account, options.format), options.output)
    return codes.DONE
