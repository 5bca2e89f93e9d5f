"""``affidavit ask``: what the law says about an app, on a date, as known on a date."""

import argparse
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from affidavit.cli.options import add_output, apply_settings
from affidavit.model.errors import UsageError

DESCRIPTION = """\
Says whether somebody may do something with a listed app, in a place, on a date (--on), as known on a date (--known).
The answer is a headline such as PROHIBITED or ENJOINED, and below it every provision that reaches the act with its own
state, the events and the sources: never quote the one without the other. What became public later does not count.
"""

EXAMPLES = """\
examples:
  affidavit ask --app wechat --transaction app_store_update --actor app_store --on 2020-09-21 --known 2020-09-18
  affidavit ask --app wechat --transaction app_store_update --actor app_store --on 2020-09-21 --explain
  affidavit ask --app Weixin --on 2020-09-21            every act that provisions name
  affidavit ask --all --on 2025-06-01 --format csv -o matrix.csv
  affidavit ask --timeline --app tiktok --format svg -o tiktok.svg
  affidavit ask --timeline --app tiktok --known         what was known when, as a second axis
  affidavit ask --obligations --app tiktok --actor hosting_provider --on 2025-06-01
  affidavit ask --deadlines --app tiktok --on 2020-11-01 --known 2020-11-01
  affidavit ask --bundle app.apk.affidavit --on 2025-06-01
  affidavit ask --questions questions.yaml

The words: affidavit knowledge show apps, transactions, actors, jurisdictions, outcomes or measures lists them. One that
nobody knows is refused with the nearest that are known. An answer is what the register holds, not advice; other law was
not searched. Step by step: docs/how-to/ask-the-register.md; every form: docs/reference/cli.md
"""


class Mode(NamedTuple):
    """One kind of asking: the function that answers, the options it takes besides its own, and the forms it gives."""

    module: str
    function: str
    takes: frozenset[str]
    formats: tuple[str, ...]


_DATES = frozenset({"on", "known", "recorded"})
_PLACE = _DATES | {"jurisdiction"}

MODES: Mapping[str, Mode] = {
    "timeline": Mode(
        "affidavit.cli.ask_timeline",
        "timeline",
        frozenset({"app", "known", "recorded", "jurisdiction", "measure", "since", "until"}),
        ("terminal", "svg", "json"),
    ),
    "all": Mode("affidavit.cli.ask_modes", "everything", _PLACE | {"context"}, ("terminal", "json", "csv")),
    "deadlines": Mode("affidavit.cli.ask_modes", "deadlines", _DATES | {"app", "measure"}, ("terminal", "json")),
    "bundle": Mode(
        "affidavit.cli.ask_bundle",
        "bundle",
        _PLACE | {"context", "obligations", "transaction", "actor"},
        ("terminal", "json"),
    ),
    "obligations": Mode(
        "affidavit.cli.ask_modes", "obligations", _PLACE | {"app", "actor", "context"}, ("terminal", "json")
    ),
    "questions": Mode("affidavit.cli.ask_questions", "questions", frozenset(), ("terminal", "json")),
}
"""Mode by its option. ``bundle`` comes before ``obligations``, which may go with it."""

QUESTION = Mode(
    "affidavit.cli.ask_modes",
    "question",
    _PLACE | {"app", "transaction", "actor", "context", "explain"},
    ("terminal", "json"),
)
"""Without any of them."""

_FLAGS = {"jurisdiction": "in", "since": "from", "until": "to"}
_FORMATS = ("terminal", "json", "csv", "svg")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.description, parser.epilog = DESCRIPTION, EXAMPLES
    _configure_question(parser.add_argument_group("the question"))
    _configure_modes(parser.add_argument_group("other ways of asking (one at a time)"))
    add_output(parser, _FORMATS, "terminal")
    apply_settings(parser)


def _configure_question(group: "argparse._ArgumentGroup") -> None:
    """Who asks what, where and when."""
    group.add_argument("--app", metavar="NAME", help="a listed app: id, name in any case, alias or package name")
    group.add_argument("--transaction", metavar="ACT", help="the act, e.g. app_store_update (default: every act)")
    group.add_argument("--actor", metavar="ROLE", help="who acts, e.g. app_store (default: every role)")
    group.add_argument(
        "--on", metavar="DATE",
        help="the date asked about: a day, as 2020-09-21, means its noon; for a boundary within a day give an instant, "
        "as 2020-09-27T21:00:00-04:00 (default: today)",
    )  # fmt: skip
    group.add_argument(
        "--known", metavar="DATE", nargs="?", const="",
        help="only what was public by the end of this day counts (default: today). --timeline: everything; --known "
        "without a date draws what was known when as a second axis",
    )  # fmt: skip
    group.add_argument(
        "--in", dest="jurisdiction", metavar="CODE", help="the place, e.g. US-MT or Montana (default: US)"
    )
    group.add_argument(
        "--recorded", metavar="DATE", help="only what this register had recorded by then counts: our own earlier answer"
    )
    group.add_argument(
        "--context", action="append", metavar="NAME=VALUE",
        help="a circumstance that an exception asks for, e.g. purpose=security_research (repeatable)",
    )  # fmt: skip
    group.add_argument("--explain", action="store_true", help="answer one question in plain sentences")


def _configure_modes(group: "argparse._ArgumentGroup") -> None:
    """What is not one question."""
    group.add_argument("--timeline", action="store_true", help="the history of each provision that ever reached --app")
    group.add_argument("--measure", metavar="ID", help="--timeline, --deadlines: only this measure")
    group.add_argument("--from", dest="since", metavar="DATE", help="--timeline: not before")
    group.add_argument("--to", dest="until", metavar="DATE", help="--timeline: not after")
    group.add_argument("--all", action="store_true", help="every app by every act")
    group.add_argument("--deadlines", action="store_true", help="days to watch, and what is known of their being met")
    group.add_argument(
        "--obligations", action="store_true",
        help="what --actor must, must not or may do about --app; with --bundle also the evidence for and against",
    )  # fmt: skip
    group.add_argument(
        "--bundle",
        type=Path,
        metavar="FILE",
        help="what ties a reviewed app to listed ones, and the answers that follow",
    )
    group.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help="answer every question of a YAML or JSON file, and compare with what is expected",
    )


def run(options: argparse.Namespace) -> int:
    """Find the way of asking, refuse what does not go with it, and answer."""
    mode = _mode(options)
    return int(getattr(import_module(mode.module), mode.function)(options))


def _mode(options: argparse.Namespace) -> Mode:
    """The way of asking.

    Raises:
        UsageError: two at once, or an option or form that does not go with it.
    """
    given = [name for name in MODES if getattr(options, name)]
    name = given[0] if given else ""
    mode = MODES.get(name, QUESTION)
    what = f"--{name}" if name else "a single question"
    takes = mode.takes | {name}
    for other in (*QUESTION.takes, "measure", "since", "until", *MODES):
        if getattr(options, other) not in (None, False) and other not in takes:
            flag = _FLAGS.get(other, other)
            known = ", ".join(f"--{_FLAGS.get(item, item)}" for item in sorted(mode.takes)) or "no other"
            raise UsageError(f"--{flag} does not go with {what}", advice=f"{what} takes {known}")
    if options.format not in mode.formats:
        forms = ", ".join(mode.formats)
        raise UsageError(f"--format {options.format} does not go with {what}", advice=f"choose one of {forms}")
    if options.known == "" and name != "timeline":
        raise UsageError("--known: no date", advice="write a day, as --known 2020-09-18")
    return mode
