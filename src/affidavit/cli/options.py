"""Arguments that several verbs share, and what their values mean."""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli.settings import settings
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.artefact.budget import Budget
    from affidavit.evidence.traffic import Watched

_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([A-Za-z]{1,3})\Z")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600}
_BYTES = {"MB": 10**6, "GB": 10**9, "MiB": 1 << 20, "GiB": 1 << 30}
_COPIES = 4
"""How many times an inflated entry may be in memory at once: as it comes out, as it is kept, and what is read of it."""


PAGES = (".html", ".htm")
"""Ends of names of files that are pages, whatever the format."""


def add_output(parser: argparse.ArgumentParser, formats: tuple[str, ...], default: str) -> None:
    """``--format`` and ``-o``."""
    parser.add_argument("--format", choices=formats, default=default, help=f"form of the output (default: {default})")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write there instead of to stdout: whole or not at all"
    )


def add_review(parser: argparse.ArgumentParser) -> None:
    """What bounds a review and what it says while it works."""
    parser.add_argument(
        "--budget", metavar="TIME,MEMORY",
        help="bounds such as 60s,2GB; what does not fit becomes a limitation on a partial affidavit",
    )  # fmt: skip
    add_walls(parser)
    add_libraries(parser)
    parser.add_argument(
        "--offline", action="store_true", default=True, help="ask nothing of any network (always so in this version)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def add_walls(parser: argparse.ArgumentParser) -> None:
    """Around the process that reads the app, and what is given with it."""
    add_sandbox(parser, "the app", "bundle")
    parser.add_argument(
        "--v4-signature", type=Path, metavar="FILE", help="the v4 signature file (.idsig) that came with the app"
    )


def add_sandbox(parser: argparse.ArgumentParser, read: str, said: str = "") -> None:
    """Walls around what reads. No file and no variable can set these: a flag is a person's decision.

    Args:
        parser: of the verb.
        read: what is read.
        said: what says so where there were none.
    """
    parser.add_argument(
        "--sandbox", choices=("auto", "bubblewrap", "none"), default="auto",
        help=f"walls around each process that reads {read}: the kernel's (auto), or bubblewrap as well",
    )  # fmt: skip
    parser.add_argument(
        "--no-sandbox", dest="sandbox", action="store_const", const="none",
        help=f"read {read} in this process{f'; the {said} says so' if said else ''}",
    )  # fmt: skip


def add_mapping(parser: argparse.ArgumentParser) -> None:
    """What names of the source are taken from."""
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="the mapping file that R8 or ProGuard wrote: names of the source"
    )


def add_traffic(parser: argparse.ArgumentParser, *, alone: bool = False, reveal: bool = True) -> None:
    """Captures of what an app sent, and what is given with them; `alone` takes captures as the verb's own words."""
    if not alone:
        parser.add_argument(
            "--capture", type=Path, action="append", dest="captures", metavar="FILE", default=None,
            help="traffic that was captured while this app ran: pcap, HAR, mitmproxy, logs (repeatable)",
        )  # fmt: skip
    parser.add_argument("--keys", type=Path, metavar="FILE", help="key log (SSLKEYLOGFILE) that opens captured TLS")
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="values of the device to look for in what was sent"
    )
    if reveal:
        parser.add_argument(
            "--show-values", action="store_true", help="show values that are found as they are, not redacted"
        )


def add_networks(parser: argparse.ArgumentParser) -> None:
    """What is asked who serves hosts."""
    parser.add_argument(
        "--networks", type=Path, action="append", metavar="SNAPSHOT",
        help="ask this snapshot of networks too (affidavit knowledge build networks; repeatable)",
    )  # fmt: skip


def watched(options: argparse.Namespace) -> "Watched":
    """What was given by `add_traffic`."""
    from affidavit.cli.source import file_at  # noqa: PLC0415 - which imports this module
    from affidavit.evidence.traffic import Watched  # noqa: PLC0415 - only a review needs it

    advice = "give a file of captured traffic: pcap, pcapng, HAR, a mitmproxy dump or a log"
    captures = tuple(file_at(path, advice) for path in options.captures or ())
    return Watched(captures, options.keys, options.profile, getattr(options, "show_values", False))


def add_walls_of_captures(parser: argparse.ArgumentParser) -> None:
    """What bounds the reading of captures without an app, and what it says while it works."""
    parser.add_argument("--budget", metavar="TIME,MEMORY", help="bounds such as 60s,2GB; what does not fit is said")
    add_sandbox(parser, "the captures")
    parser.add_argument("--strict", action="store_true", help="exit with 3 when they could not be read to the end")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def add_libraries(parser: argparse.ArgumentParser) -> None:
    """What code is compared with."""
    parser.add_argument(
        "--libraries", type=Path, action="append", metavar="INDEX",
        help="compare the code with this index of known code too (repeatable)",
    )  # fmt: skip


def apply_settings(parser: argparse.ArgumentParser) -> None:
    """Let ``affidavit.toml`` and ``AFFIDAVIT_*`` change this verb's defaults; flags still win.

    Raises:
        UsageError: a setting has no meaning, or a value that its option does not take.
    """
    known = {action.dest: action for action in parser._actions}  # noqa: SLF001 - argparse offers no other way to ask
    for name, value in settings(os.environ, Path("affidavit.toml")).items():
        action = known.get(name)
        if action is None:
            continue
        if action.choices is not None and value not in action.choices:
            if name == "format":  # another verb's format is not a mistake
                continue
            raise UsageError(f"setting {name}: {value!r} is not one of {', '.join(action.choices)}", advice="change it")
        parser.set_defaults(**{name: Path(str(value)) if action.type is Path else value})


def budget(text: str | None) -> "Budget":
    """The bounds that a person wrote, others by default.

    Raises:
        UsageError: not a list of amounts with units.
    """
    from affidavit.artefact.budget import Budget  # noqa: PLC0415 - only a review needs it

    made = Budget()
    for part in (text or "").split(",") if text else ():
        found = _AMOUNT.match(part.strip())
        amount, unit = (float(found[1]), found[2]) if found else (0.0, "")
        if unit in _SECONDS and amount > 0:
            made.seconds = amount * _SECONDS[unit]
        elif unit in _BYTES and amount > 0:
            made.memory = int(amount * _BYTES[unit])
            made.entry_bytes = min(made.entry_bytes, made.memory // _COPIES)
        else:
            raise UsageError(
                f"--budget: {part.strip()!r} is no amount of time or memory", advice="write it like 60s,2GB or 5min"
            )
    return made


def paper(options: argparse.Namespace) -> tuple[int, bool]:
    """Columns and colour of the output: 80 and none in a file, so that its bytes depend on no terminal."""
    return (80, False) if options.output else width_and_colour(os.environ)


def width_and_colour(environ: Mapping[str, str]) -> tuple[int, bool]:
    """Columns and colour for stdout: 80 and none in a pipe; NO_COLOR (no-color.org) and a dumb terminal are heeded."""
    if not sys.stdout.isatty():
        return 80, False
    columns = os.get_terminal_size(sys.stdout.fileno()).columns or 80
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    return max(60, min(columns, 120)), not plain
