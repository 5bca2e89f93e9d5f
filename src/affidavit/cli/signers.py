"""``affidavit signers``: who signed an app, what each Android version makes of it, and whether one updates another."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_output, add_walls, apply_settings, budget
from affidavit.cli.output import emit
from affidavit.cli.source import BUNDLE, file_at
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.model.artefact import Artefact
    from affidavit.model.fact import Fact
    from affidavit.model.limitation import Limitation
    from affidavit.report.signers import App

EXAMPLES = """\
examples:
  affidavit signers app.apk
  affidavit signers app-1.0.apk app-1.1.apk            would Android take the second as an update of the first?
  affidavit signers app.apk.affidavit --format json

Only signatures are compared. Names and version numbers, which Android compares too, are shown.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("paths", type=Path, nargs="+", metavar="APP", help="an app, or an .affidavit bundle")
    add_output(parser, ("terminal", "json"), "terminal")
    parser.add_argument("--budget", metavar="TIME,MEMORY", help="bounds such as 60s,2GB for each app")
    add_walls(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Show the signers."""
    if options.v4_signature is not None and len(options.paths) > 1:
        raise UsageError("--v4-signature is of one app, and several were given", advice="give that app alone")
    from affidavit.report.signers import as_json, as_text  # noqa: PLC0415 - costs time that --help should not pay

    apps = list(_apps(options))
    emit(as_json(apps) if options.format == "json" else as_text(apps), options.output)
    return codes.DONE


def _apps(options: argparse.Namespace) -> Iterator["App"]:
    """What is known of the signatures of each app, in the order given, compared with the one before."""
    from affidavit.identity.continuity import Signed, signed, updates  # noqa: PLC0415 - as above
    from affidavit.report.overview import Facts  # noqa: PLC0415 - as above
    from affidavit.report.signers import App  # noqa: PLC0415 - as above
    from affidavit.report.verdicts import main_container  # noqa: PLC0415 - as above

    before: Signed | None = None
    for path in options.paths:
        artefact, facts, limitations = _read(path, options)
        now = signed(facts, main_container(Facts(facts)))
        yield App(artefact, facts, limitations, updates(before, now) if before else ())
        before = now


def _read(path: Path, options: argparse.Namespace) -> "tuple[Artefact, tuple[Fact, ...], tuple[Limitation, ...]]":
    """Artefact, facts and limitations of a bundle, or of an app of which only the signatures are read."""
    import affidavit  # noqa: PLC0415 - as above
    from affidavit.evidence.review import signatures  # noqa: PLC0415 - as above
    from affidavit.evidence.signing_of import bears_on_signatures  # noqa: PLC0415 - as above

    file_at(path, "give the path of an app or of an .affidavit bundle")
    if path.suffix == BUNDLE:
        read = affidavit.read(path)
        artefact = read.manifest.artefact
        said = tuple(item for item in read.limitations if bears_on_signatures(item, artefact.kind))
        return artefact, read.facts, said
    found = signatures(path, budget(options.budget), sandbox=options.sandbox, v4_signature=options.v4_signature)
    return found.artefact, found.facts, found.limitations
