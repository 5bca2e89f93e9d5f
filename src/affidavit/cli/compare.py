"""``affidavit compare``: how much of their own code two apps share, and what else speaks for one origin."""

import argparse
from pathlib import Path

from affidavit.cli import codes
from affidavit.cli.options import add_output, add_review, apply_settings
from affidavit.cli.output import emit
from affidavit.cli.source import affidavit_of

EXAMPLES = """\
examples:
  affidavit compare app-1.0.apk app-2.0.apk
  affidavit compare listed.apk.affidavit other.apk     a bundle is enough: it keeps a sample of the app's own code
  affidavit compare a.apk b.apk --format json

Code of known libraries is left out first. Names do not matter: renamed, shrunk and optimised code is recognised.
Levels: same code, repackaged, derivative, large pieces, common template, not shown, undetermined.
Signer, resources, endpoints and identifiers are compared apart, and so is what both do, which is not common code.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("apps", type=Path, nargs=2, metavar="APP", help="an app, or an .affidavit bundle")
    add_output(parser, ("terminal", "json"), "terminal")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Compare."""
    from affidavit.identity.likeness import likeness  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.report.likeness import as_json, as_text  # noqa: PLC0415 - as above

    given = vars(options)
    first, second = (affidavit_of(argparse.Namespace(**given | {"path": path})) for path in options.apps)
    names = first.manifest.artefact.name, second.manifest.artefact.name
    shape = as_json if options.format == "json" else as_text
    emit(shape(*names, likeness(first.facts, second.facts)), options.output)
    return codes.DONE
