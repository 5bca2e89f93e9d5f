"""``affidavit attribute``: whose a host is, who runs the machines behind it, and where they stand."""

import argparse
import sys
from collections.abc import Iterator
from datetime import date

from affidavit.cli import codes
from affidavit.cli.options import add_networks, add_output, apply_settings, paper
from affidavit.cli.output import emit
from affidavit.model.errors import UsageError

EXAMPLES = """\
examples:
  affidavit attribute vcs-va.tiktokv.com=92.122.95.99 --on 2021-06-09
  affidavit attribute tiktokcdn.com.akamaized.net tiktokcdn.com.evil.example
  affidavit attribute 43.156.1.1 --networks old.nets   with tables of your own beside those that came along
  affidavit attribute - --format json                  hosts from stdin: one, or HOST=ADDRESS, a line

Every claim has its source and the age of its data. Claims on countries are never merged into one: a place is said only
where the provider's own region, or a feed of where addresses are used, tells it, and nothing that counts disagrees.
A name or an address alone is no evidence that anybody serves anything: that takes a capture (affidavit observe).
"""
_MOST = 100_000
"""Questions of one call."""
_LONGEST = 1_000
"""Characters of one question."""
_LINE = 4 * _LONGEST + 2
"""Bytes of the longest line of stdin, with its end."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "hosts", nargs="+", metavar="HOST|ADDRESS",
        help="a host name, an address, or HOST=ADDRESS for a name at an address; - reads them from stdin, one a line",
    )  # fmt: skip
    parser.add_argument(
        "--on", metavar="DAY", help="day of the observation, as 2021-06-09: tables nearest to it answer, with their age"
    )
    add_networks(parser)
    add_output(parser, ("text", "json"), "text")
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Say who serves each host."""
    from affidavit.evidence.networks import with_shipped  # noqa: PLC0415 - costs time that --help should not pay
    from affidavit.model.network import NetworkRecord  # noqa: PLC0415 - the same
    from affidavit.network.attribute.asked import Asked  # noqa: PLC0415 - the same
    from affidavit.network.attribute.attribution import attribute  # noqa: PLC0415 - the same
    from affidavit.network.attribute.recording import entities  # noqa: PLC0415 - the same
    from affidavit.network.snapshot.view import shelf  # noqa: PLC0415 - the same

    day = _day(options.on)
    pairs = list(_pairs(options.hosts))
    tables = shelf(with_shipped(options.networks))
    answers = attribute((Asked(host, address, day=day) for host, address in pairs), tables)
    record = NetworkRecord(answers.sources, entities(answers.hosts), answers.hosts)
    if options.format == "json":
        from affidavit.report.json import as_json  # noqa: PLC0415 - the same

        emit(as_json(record), options.output)
    else:
        from affidavit.report.attributed import as_text  # noqa: PLC0415 - the same

        emit(as_text(record, paper(options)[0]), options.output)
    return codes.DONE


def _day(text: str | None) -> date | None:
    """The day that was written.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--on: {text[:_LONGEST]!r} is no day", advice="write it like 2021-06-09") from None


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Host and address of each question.

    Raises:
        UsageError: too many, too long, no text, or an address that is none.
    """
    from affidavit.network.snapshot.numbers import parsed  # noqa: PLC0415 - costs time that --help should not pay

    for number, word in enumerate(_words(words)):
        if number >= _MOST:
            raise UsageError(f"more than {_MOST:,} hosts", advice="ask in several calls")
        if not word.isascii() and any(0xD800 <= ord(letter) <= 0xDFFF for letter in word[:_LONGEST]):
            raise UsageError(f"{word[:80]!r} is no text in UTF-8", advice="write names as they go over the wire")
        if len(word) > _LONGEST:
            raise UsageError(f"{word[:80]!r}… is no host", advice="a name has at most 253 characters")
        host, equals, address = word.partition("=")
        if equals and parsed(address) is None:
            raise UsageError(f"{address!r} is no address", advice="write HOST=ADDRESS, as www.example.org=192.0.2.1")
        yield host, address


def _words(words: list[str]) -> Iterator[str]:
    """The questions as written, those on stdin in the place of ``-``.

    Raises:
        UsageError: stdin is no text, or holds a line that is longer than any question.
    """
    for word in words:
        if word != "-":
            yield word
            continue
        try:
            while line := sys.stdin.buffer.readline(_LINE + 1):
                if len(line) > _LINE:
                    shown = line[:80].decode("utf-8", "replace")
                    raise UsageError(f"stdin: {shown!r}… is no host", advice="give one host a line")
                if text := line.decode("utf-8").strip():
                    yield text
        except UnicodeDecodeError:
            raise UsageError("stdin is no text in UTF-8", advice="give one host a line") from None
