"""The command line: find the verb, hand over, turn errors into advice and exit codes.

Verbs are modules with `configure(parser)` and `run(options) -> int`; only the one asked for is imported, and none of
them imports anything heavy before it runs.
"""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from affidavit import __version__
from affidavit.cli import codes
from affidavit.model.errors import AffidavitError, UnreadableError, UsageError, VerificationError
from affidavit.sandbox.lifetime import expect_a_short_life

VERBS = {
    "review": "read an app and write its affidavit",
    "facts": "list what was read, from an app or a bundle",
    "findings": "list what the rules concluded, from an app or a bundle",
    "observe": "list what captures of traffic show: who was talked to, and with which personal data",
    "signers": "say who signed apps, what Android makes of it, and whether one updates another",
    "compare": "say how much of their own code two apps share, and what else speaks for one origin",
    "identify": "say whose code is in an app, whatever its names, class by class",
    "attribute": "say whose a host is, who runs the machines behind it, and where they stand",
    "explain": "show the proof and the bytes behind a finding or a fact",
    "ask": "say what the law says about a listed app, on a date, as known on a date",
    "screen": "compare a provider's or an enterprise's own records with listed apps, and say what the law asks of it",
    "verify": "check a bundle, and derive it again from the app",
    "report": "show a bundle in another format",
    "bundle": "list the members of a bundle with their digests",
    "key": "make or show the key that signs",
    "knowledge": "check or show the rules, measures and lists that answers rest on",
    "claims": "list who said what about an app or a measure, and where reports contradict each other",
}
"""Verb -> what it does, in the order of the help."""

EXAMPLES = """\
examples:
  affidavit app.apk                                    review it: summary here, bundle and page beside you
  affidavit review app.apk --format sarif -o app.sarif  for a code host
  affidavit explain app.apk.affidavit location/last-known
  affidavit verify app.apk.affidavit --artefact app.apk
  affidavit report app.apk.affidavit --format html -o app.html
  affidavit ask --app wechat --transaction app_store_update --actor app_store --on 2020-09-21 --known 2020-09-18
  affidavit claims --about wechat --conflicts          what newspapers said, and which of it cannot all be true

exit codes:
  0 done   1 --fail-on met, or verification failed   2 usage   3 undetermined under --strict
  4 artefact unreadable   5 nothing given   70 internal error

Settings come from affidavit.toml, then AFFIDAVIT_* variables, then flags. Nothing is asked of any network.
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read more."""

    def error(self, message: str) -> NoReturn:
        """Turn argparse's complaint into our own error."""
        raise UsageError(message, advice=f"see {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. Never raises, except `SystemExit` for nothing at all."""
    words = list(sys.argv[1:] if argv is None else argv)
    _suit_a_short_life()
    _open_streams()
    try:
        return _run(words)
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except AffidavitError as error:
        return _explain(error)
    except BrokenPipeError:
        return _pipe_closed()
    except KeyboardInterrupt:
        sys.stderr.write("\naffidavit: stopped\n")
        return codes.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets advice, not a traceback
        return _internal(error)


def with_verb(words: list[str]) -> list[str]:
    """The words with ``review`` put in front when they begin with a file or an option of it instead of a verb."""
    first = words[0]
    return words if first in VERBS or first in {"-h", "--help", "--version"} else ["review", *words]


def _suit_a_short_life() -> None:
    """What serves a process that builds one large value and ends.

    Cycles are looked for seldom, and not once more at the very end, when the system takes the memory anyway. numpy's
    linear algebra, which is not used, starts no threads.
    """
    expect_a_short_life()
    atexit.register(gc.freeze)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _open_streams() -> None:
    """Let whoever closed stdout or stderr (``>&-``) have what they ask for: the output goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open for as long as the process


def _run(words: list[str]) -> int:
    """Parse, apply settings, and call the verb."""
    if not words:
        _parser("").print_help(sys.stderr)
        return codes.NOTHING_GIVEN
    words = with_verb(words)
    verb = words[0] if words[0] in VERBS else ""
    options, unknown = _parser(verb).parse_known_args(words)
    if unknown:
        raise UsageError(f"unrecognized arguments: {' '.join(unknown)}", advice=f"see affidavit {verb} --help")
    return int(import_module(f"affidavit.cli.{verb}").run(options))


def _parser(verb: str) -> argparse.ArgumentParser:
    """The whole grammar, with the arguments of one verb only; the others need no more than their line of help."""
    parser = Parser(
        prog="affidavit",
        description="Evidence-based review of mobile apps: every statement traceable to bytes, signed, and checkable.\n"
        "And a register of what the law says of listed apps, on a date, as known on a date.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs", parser_class=Parser)
    for name, does in VERBS.items():
        known = {"description": does, "formatter_class": argparse.RawDescriptionHelpFormatter}
        child = verbs.add_parser(name, help=does, **known)  # type: ignore[arg-type]
        if name == verb:
            import_module(f"affidavit.cli.{name}").configure(child)
    return parser


class _Version(argparse.Action):
    """Prints the version to stdout: it is data."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print and stop."""
        sys.stdout.write(f"affidavit {__version__}\n")
        parser.exit()


def _explain(error: AffidavitError) -> int:
    """Print an error with its advice; give its exit code."""
    from affidavit.report.text import visible  # noqa: PLC0415 - only when something went wrong

    sys.stderr.write(f"affidavit: {visible(str(error), 1_000)}\n  what you can do: {visible(error.advice, 1_000)}\n")
    _traceback()
    unreadable = isinstance(error, (UnreadableError, VerificationError))
    return codes.UNREADABLE if unreadable else codes.USAGE if isinstance(error, UsageError) else codes.INTERNAL


def _internal(error: Exception) -> int:
    """Say that it is our fault."""
    from affidavit.report.text import visible  # noqa: PLC0415 - only when something went wrong

    sys.stderr.write(
        f"affidavit: internal error: {type(error).__name__}: {visible(str(error))}\n"
        "  what you can do: report it, with what AFFIDAVIT_DEBUG=1 prints\n"
    )
    _traceback()
    return codes.INTERNAL


def _traceback() -> None:
    """Print where the current exception came from, for those who asked."""
    if os.environ.get("AFFIDAVIT_DEBUG"):
        import traceback  # noqa: PLC0415 - only for those who asked

        traceback.print_exc()


def _pipe_closed() -> int:
    """The reader has seen enough (``| head``): leave quietly, and keep Python from flushing into the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return codes.DONE


if __name__ == "__main__":
    sys.exit(main())
