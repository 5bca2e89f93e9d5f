"""``affidavit review``: read an app, write its bundle and page, print the account."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import (
    add_mapping,
    add_networks,
    add_output,
    add_review,
    add_traffic,
    apply_settings,
    budget,
    paper,
)
from affidavit.cli.output import emit, note
from affidavit.cli.progress import Progress
from affidavit.cli.source import file_at
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.evidence.review import Review
    from affidavit.model.bundle import Affidavit
    from affidavit.model.finding import Finding

FORMATS = ("terminal", "json", "sarif", "csv", "markdown", "html")

EXAMPLES = """\
examples:
  affidavit review app.apk
  affidavit review app.apk --output-dir out --fail-on high
  affidavit review app.apk --no-files --format sarif -o app.sarif
  affidavit review app.apk --mapping mapping.txt       names of the source beside those of the app
  affidavit review app.apk --capture phone.pcapng --keys sslkeys.log --profile device.yaml
  affidavit review huge.xapk --budget 120s,3GB --strict

settings that stand for flags (a flag wins; --fail-on adds to them):
  affidavit.toml   budget = "60s,2GB"   fail-on = ["high"]   output-dir = "out"   strict = true   format = "json"
  environment      AFFIDAVIT_BUDGET   AFFIDAVIT_FAIL_ON=high,location   AFFIDAVIT_OUTPUT_DIR   AFFIDAVIT_STRICT=1
"""

_SEVERITIES = ("low", "medium", "high")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, nargs="?", help="APK, XAPK or APKS of splits, AAR, JAR, dex or IPA")
    add_output(parser, FORMATS, "terminal")
    parser.add_argument(
        "--output-dir", type=Path, default=Path(), metavar="DIR", help="where bundle and page go (default: here)"
    )
    parser.add_argument("--no-files", action="store_true", help="write no bundle and no page")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key that signs (default: see affidavit key)")
    parser.add_argument(
        "--fail-on", action="append", metavar="WHAT",
        help="exit with 1 when this is shown: low, medium or high (and above), a category or a rule id; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--strict", action="store_true", help="exit with 3 when an answer is undetermined or the affidavit partial"
    )
    add_mapping(parser)
    add_traffic(parser)
    add_networks(parser)
    add_review(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Review."""
    path: Path | None = options.path
    if path is None:
        note("affidavit review: nothing to review; give the path of an app")
        return codes.NOTHING_GIVEN
    path = file_at(
        path, "give the path of an APK, XAPK, APKS, AAR, JAR, dex or IPA file; verbs are in affidavit --help"
    )
    _refuse_unknown_words(options.fail_on or ())
    import affidavit as library  # noqa: PLC0415 - the library costs time that --help should not pay

    with Progress(quiet=options.quiet) as progress:
        review = library.review(
            path,
            budget=budget(options.budget),
            progress=progress,
            sandbox=options.sandbox,
            v4_signature=options.v4_signature,
            libraries=options.libraries,
            mapping=options.mapping,
            captures=options.captures or (),
            keys=options.keys,
            profile=options.profile,
            networks=options.networks,
            show_values=options.show_values,
        )
    account = review.affidavit
    written: list[tuple[str, str]] = []
    if not options.no_files:
        account, written = _write(review, options)
    _print(account, written, options)
    return exit_code(account, options)


def _refuse_unknown_words(words: Sequence[str]) -> None:
    """Refuse a word of ``--fail-on`` that can never match: a gate with a slip in it would pass for ever.

    Raises:
        UsageError: it is no severity, category or rule.
    """
    if all(word in _SEVERITIES for word in words):
        return
    from affidavit.findings import load  # noqa: PLC0415 - only when rules or categories are named

    known = {*_SEVERITIES, *(rule.id for rule in load.rules()), *(item.id for item in load.categories())}
    for word in words:
        if word not in known:
            raise UsageError(
                f"--fail-on {word!r} is no severity, category or rule",
                advice="give low, medium or high, or a word of affidavit knowledge show",
            )


def _write(review: "Review", options: argparse.Namespace) -> tuple["Affidavit", list[tuple[str, str]]]:
    """Write bundle and page; give the affidavit as signed, and what to say about the files."""
    from affidavit.report import render  # noqa: PLC0415 - only when something is written
    from affidavit.report.overview import file_names  # noqa: PLC0415 - the same
    from affidavit.report.paths import how_to_check  # noqa: PLC0415 - the same

    bundle_name, page_name = file_names(review.affidavit)
    try:
        options.output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {options.output_dir}: {error.strerror}", advice="choose --output-dir") from error
    bundle, page = options.output_dir / bundle_name, options.output_dir / page_name
    account = review.write(bundle, key=options.key, announce=note)
    emit(render(account, "html"), page)
    beside = [("--libraries", str(path)) for path in options.libraries or ()]
    beside += [
        (option, str(path))
        for option, path in (
            ("--mapping", options.mapping), ("--v4-signature", options.v4_signature),
            *(("--capture", path) for path in options.captures or ()),
            ("--keys", options.keys), ("--profile", options.profile),
            *(("--networks", path) for path in options.networks or ()),
        )
        if path is not None
    ]  # fmt: skip
    check = how_to_check(str(bundle), str(options.path), beside)
    return account, [("Report", str(page)), ("Bundle", str(bundle)), ("Check it", check)]


def _print(account: "Affidavit", written: list[tuple[str, str]], options: argparse.Namespace) -> None:
    """The account in the form that was asked for."""
    if options.format == "terminal":
        from affidavit.report.terminal import render_terminal  # noqa: PLC0415 - only for this form

        width, colour = paper(options)
        emit(render_terminal(account, width=width, colour=colour, written=written), options.output)
        return
    from affidavit.report import render  # noqa: PLC0415 - only for these forms
    from affidavit.report.text import visible  # noqa: PLC0415 - the same

    emit(render(account, options.format), options.output)
    if not options.quiet:
        for label, value in written:
            note(f"{label:<9} {visible(value, 4_000)}")


def exit_code(account: "Affidavit", options: argparse.Namespace) -> int:
    """1 before 3 before 0. In SARIF form 0: its consumers take any other code for a failure of the tool."""
    if options.format == "sarif":
        return codes.DONE
    if any(_fails(finding, wanted) for finding in account.findings for wanted in options.fail_on or ()):
        return codes.FAILED
    open_answers = account.manifest.partial or any(item.answer == "undetermined" for item in account.findings)
    return codes.UNDETERMINED if options.strict and open_answers else codes.DONE


def _fails(finding: "Finding", wanted: str) -> bool:
    """Whether a finding is shown and is what ``--fail-on`` names."""
    if finding.answer != "shown":
        return False
    if wanted in _SEVERITIES:
        return finding.severity in _SEVERITIES[_SEVERITIES.index(wanted) :]
    return wanted in {finding.rule, finding.category}
