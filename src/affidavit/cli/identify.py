"""``affidavit identify``: whose code is in an app, by the code and not by names."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import PAGES, add_mapping, add_output, add_review, apply_settings, budget, paper
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
  affidavit identify app.apk --pairs okhttp --beside okhttp-3.12.1.jar   their code, side by side
  affidavit identify app.apk --beside okhttp-3.12.1.jar -o pairs.html
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
        "--beside", type=Path, action="append", metavar="FILE", default=[],
        help="lay the pairs beside the code of this library file, method by method (jar, aar, dex, apk; repeatable)",
    )  # fmt: skip
    add_mapping(parser)
    add_output(parser, ("text", "json", "html", "cyclonedx"), "text")
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Say whose code it is."""
    from affidavit.report.identified import as_html, as_json, as_text  # noqa: PLC0415 - costs time --help should not pay

    account = _account(options)
    page = options.output is not None and options.output.suffix in PAGES
    if options.format == "cyclonedx":
        from affidavit.identity.code.catalogue import known  # noqa: PLC0415 - the same
        from affidavit.report.cyclonedx import sbom  # noqa: PLC0415 - the same

        named = {family.id: family.coordinates for family in known().values()}
        emit(sbom(account.artefact, account.facts, coordinates=named, bindings=account.bindings), options.output)
    elif options.format == "json":
        emit(as_json(account), options.output)
    elif options.format == "html" or page:
        emit(as_html(account, _advice(options, account)), options.output)
    else:
        width, colour = paper(options)
        said = as_text(account, options.pairs or "", _advice(options, account), width=width, colour=colour)
        emit(said, options.output)
    return codes.DONE


def _advice(options: argparse.Namespace, account: "Account") -> str:
    """Which file to get, to see the pairs of one family side by side; empty when they are, or none was asked for."""
    if not options.pairs or options.beside:
        return ""
    from affidavit.identity.code.catalogue import sources  # noqa: PLC0415 - as above
    from affidavit.model.code_identity import CodeIdentity  # noqa: PLC0415 - as above

    known = (item.what for item in account.facts if isinstance(item.what, CodeIdentity))
    allowed = next((what.versions for what in known if what.family == options.pairs), ())
    order = {version: row for row, version in enumerate(allowed)}
    found = sorted(sources(options.pairs), key=lambda item: order.get(item.part.version, len(order)))
    if not found:
        return f"To see the code side by side, give a file of {options.pairs} with --beside."
    part, package, file = found[0]
    path = f"{file.path} in it (SHA-256 {file.sha256})" if file.path else "itself"
    return (
        f"To see the code side by side, get {part.family} {part.version or '(version unstated)'}, which is in the "
        f"{package.registry} package {package.name} {package.version} (SHA-256 {package.sha256}): {path}; give it with "
        "--beside. The index has no code, and affidavit asks no network: getting it is up to you; python -m "
        "benchmarks.libraries of the source tree gets all that the index is made of."
    )


def _account(options: argparse.Namespace) -> "Account":
    """What is known of the code of a bundle, or of an app of which only the code is read."""
    import affidavit  # noqa: PLC0415 - as above
    from affidavit.evidence.review import identified  # noqa: PLC0415 - as above
    from affidavit.report.identified import Account  # noqa: PLC0415 - as above

    path = file_at(options.path, "give the path of an app or of an .affidavit bundle")
    if path.suffix == BUNDLE:
        if options.mapping is not None:
            raise UsageError("--mapping is read with an app, and a bundle was given", advice="give the app")
        if options.beside:
            raise UsageError("--beside compares code, and a bundle holds none", advice="give the app")
        read = affidavit.read(path)
        return Account(read.manifest.artefact, read.facts, read.limitations, bindings=read.law.bindings)
    with Progress(quiet=options.quiet) as progress:
        found = identified(
            path,
            budget(options.budget),
            progress,
            sandbox=options.sandbox,
            libraries=options.libraries,
            mapping=options.mapping,
            beside=[file_at(each, "give the file of a library: a jar, aar, dex or apk") for each in options.beside],
            family=options.pairs or "",
        )
    return Account(found.artefact, found.facts, found.limitations, found.beside)
