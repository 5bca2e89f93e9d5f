"""``affidavit screen``: own records of a provider or an enterprise against listed apps, and what the law asks of it."""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_networks, add_output, add_sandbox, apply_settings, paper
from affidavit.cli.output import emit, note
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.law.register import Register
    from affidavit.model.screening import Screening

DESCRIPTION = """\
Compares records of your own with the marks of listed apps: zone files, tables of names (CNAME exports, CDN properties),
logs of requests, of traffic and of DNS, certificates, customers, sessions with other networks, payments, apps on
devices, listings of a store. Says what touches which app, how strongly (S0 to S5), and what each measure in force on
--on says to your role (--as). Addresses of users are never shown. A match is a place in a record; it is no finding that
a law was broken.
"""

EXAMPLES = """\
examples:
  affidavit screen edge.zone access.log --as cdn --on 2020-09-20 --known 2020-09-19
  affidavit screen customers.csv --as hosting --on 2020-09-27
  affidavit screen members.json peers.csv --as "internet exchange" --on 2020-09-21 --format csv -o matches.csv
  affidavit screen listings.csv --as "app store" --on 2025-01-19 --fail-on barred
  affidavit screen devices.csv --as agency --on 2023-03-01 --format json
  affidavit screen export.csv --kind customers --as payment --on 2020-09-20

Records are told by their content; --kind says it where that fails. Columns are known by their names, and those that are
not are listed. Step by step: docs/how-to/screen-your-own-records.md; words for roles: affidavit knowledge show actors
"""

KINDS = (
    "zone", "names", "access-log", "flow-log", "dns-log", "certificates", "customers", "peers", "merchants",
    "installed", "listings",
)  # fmt: skip
_DAY = 10
_BARRED = ("PROHIBITED", "PROHIBITED_NOT_ENFORCED")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    parser.add_argument("paths", type=Path, nargs="*", metavar="RECORDS", help="files of records, packed or not")
    parser.add_argument(
        "--as", dest="actor", metavar="ROLE", help="your role: cdn, hosting, transit, app store, payment …"
    )
    parser.add_argument("--on", metavar="DATE", help="the date asked about (default: today)")
    parser.add_argument("--known", metavar="DATE", help="only what was public by then counts (default: today)")
    parser.add_argument("--in", dest="jurisdiction", metavar="CODE", help="the place (default: US)")
    parser.add_argument("--kind", choices=KINDS, help="what the records are, where their content does not tell")
    add_networks(parser)
    parser.add_argument(
        "--fail-on", action="append", metavar="WHAT",
        help="exit with 1 on this: touched (a listed app is), barred (an act on which records bear is), or an outcome",
    )  # fmt: skip
    parser.add_argument(
        "--strict", action="store_true", help="exit with 3 when some records could not be read or compared"
    )
    add_sandbox(parser, "the records", "account")
    add_output(parser, ("terminal", "json", "csv"), "terminal")
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Screen."""
    if not options.paths:
        note("affidavit screen: nothing to screen; give files of records")
        return codes.NOTHING_GIVEN
    from affidavit.cli.ask_words import asked  # noqa: PLC0415 - --help should not pay
    from affidavit.evidence import records  # noqa: PLC0415 - as above
    from affidavit.evidence.networks import with_shipped  # noqa: PLC0415 - as above
    from affidavit.evidence.screened import Setting, concluded  # noqa: PLC0415 - as above
    from affidavit.law.ask import Resolver  # noqa: PLC0415 - as above
    from affidavit.network.screen.selectors import known_selectors  # noqa: PLC0415 - as above

    if not options.actor:
        raise UsageError(
            "--as is missing", advice="say your role, as --as cdn; affidavit knowledge show actors has all"
        )
    put = vars(options) | dict.fromkeys(("app", "transaction", "measure", "recorded", "context"))
    asking = asked(argparse.Namespace(**put | {"actor": _role(options.actor)}))
    _refuse_unknown_words(options.fail_on or (), asking.register)
    selectors = known_selectors()
    reading = records.Setting(
        options.kind or "", with_shipped(options.networks), date.fromisoformat(asking.question.on[:_DAY])
    )
    readings = records.read_records(options.paths, selectors, options.sandbox, reading)
    setting = Setting(
        Resolver(asking.register), asking.question, selectors.counted(), selectors.apps, readings.walls, asking.assumed
    )
    made = concluded(setting, readings.found)
    _print(made, options)
    return exit_code(made, options)


def _role(text: str) -> str:
    """An everyday word for a role as its id; other words are left to the register."""
    from affidavit.network.screen.knowledge import ties  # noqa: PLC0415 - --help should not pay

    return ties().roles.get(" ".join(text.lower().replace("-", " ").replace("_", " ").split()), text)


def _refuse_unknown_words(words: Iterable[str], register: "Register") -> None:
    """Refuse a word of ``--fail-on`` that can never match.

    Raises:
        UsageError: it is no outcome.
    """
    for word in words:
        if word not in {"touched", "barred", *register.vocabulary.outcomes}:
            raise UsageError(
                f"--fail-on {word!r} is none of touched, barred and the outcomes",
                advice="affidavit knowledge show outcomes lists them",
            )


def _print(made: "Screening", options: argparse.Namespace) -> None:
    """The account in the form that was asked for."""
    if options.format == "json":
        from affidavit.report.json import as_json  # noqa: PLC0415 - only for this form

        emit(as_json(made), options.output)
        return
    from affidavit.report.screened import render_screening, screening_csv  # noqa: PLC0415 - only for these

    if options.format == "csv":
        emit(screening_csv(made), options.output)
        return
    width, colour = paper(options)
    emit(render_screening(made, width=width, colour=colour), options.output)


def exit_code(made: "Screening", options: argparse.Namespace) -> int:
    """1 before 3 before 0."""
    outcomes = {item.obligation.outcome for item in made.asks if item.matches}
    for word in options.fail_on or ():
        wanted = _BARRED if word == "barred" else (word,)
        if (word == "touched" and made.touched) or outcomes.intersection(wanted):
            return codes.FAILED
    unread = any(item.unread or item.lacks for item in made.files)
    return codes.UNDETERMINED if options.strict and unread else codes.DONE
