"""``affidavit identify``: whose code is in an app, by the code and not by names."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_output, add_review, apply_settings, budget, paper
from affidavit.cli.output import emit
from affidavit.cli.progress import Progress
from affidavit.cli.source import BUNDLE, file_at
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.report.identified import Account

EXAMPLES = """\
examples:
  affidavit identify app.apk
  affidavit identify app.apk --pairs okhttp            the pairs of classes that one family rests on
  affidavit identify app.apk --libraries my.index      compare with your own index (affidavit knowledge build libraries)
  affidavit identify app.apk --format cyclonedx -o app.cdx.json
  affidavit identify app.apk.affidavit --format json

Names play no part. Each statement has its probability, what else could explain it, and the classes that it rests on.
That a family is not listed means that it was not found in what was compared.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, metavar="APP", help="an app, or an .affidavit bundle")
    parser.add_argument("--pairs", metavar="FAMILY", help="show the pairs of classes of one family")
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="the mapping file that R8 or ProGuard wrote: names of the source"
    )
    add_output(parser, ("text", "json", "cyclonedx"), "text")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Say whose code it is."""
    from affidavit.report.identified import as_json, as_text  # noqa: PLC0415 - costs time that --help should not pay

    account = _account(options)
    if options.format == "cyclonedx":
        from affidavit.report.cyclonedx import sbom  # noqa: PLC0415 - the same

        emit(sbom(account.artefact, account.facts), options.output)
    elif options.format == "json":
        emit(as_json(account), options.output)
    else:
        width, colour = paper(options)
        emit(as_text(account, options.pairs or "", width=width, colour=colour), options.output)
    return codes.DONE


def _account(options: argparse.Namespace) -> "Account":
    """What is known of the code of a bundle, or of an app of which only the code is read."""
    import affidavit  # noqa: PLC0415 - as above
    from affidavit.evidence.review import identified  # noqa: PLC0415 - as above
    from affidavit.report.identified import Account  # noqa: PLC0415 - as above

    path = file_at(options.path, "give the path of an app or of an .affidavit bundle")
    if path.suffix == BUNDLE:
        if options.mapping is not None:
            raise UsageError("--mapping is read with an app, and a bundle was given", advice="give the app")
        read = affidavit.read(path)
        return Account(read.manifest.artefact, read.facts, read.limitations)
    with Progress(quiet=options.quiet) as progress:
        found = identified(
            path,
            budget(options.budget),
            progress,
            sandbox=options.sandbox,
            libraries=options.libraries,
            mapping=options.mapping,
        )
    return Account(found.artefact, found.facts, found.limitations)
