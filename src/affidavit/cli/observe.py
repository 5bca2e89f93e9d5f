"""``affidavit observe``: what captures of traffic show, without an app."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import (
    add_networks,
    add_output,
    add_traffic,
    add_walls_of_captures,
    apply_settings,
    budget,
    paper,
    watched,
)
from affidavit.cli.output import emit, note
from affidavit.cli.progress import Progress

if TYPE_CHECKING:
    from affidavit.report.observed import Observed

EXAMPLES = """\
examples:
  affidavit observe phone.pcapng --keys sslkeys.log
  affidavit observe session.har --profile device.yaml      is what the device holds in what was sent?
  affidavit observe *.pcap --format json -o seen.json
  affidavit observe conn.log dns.log --format csv

Read are packets (pcap, pcapng), HTTP archives (HAR), mitmproxy dumps, exports of PCAPdroid, logs of Zeek, flow and
DNS logs: what a file is, its content tells. Values are shown redacted, with their SHA-256. What was encrypted or in
no known encoding is counted: of that, nothing is said.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("captures", type=Path, nargs="*", metavar="FILE", help="a capture of traffic (repeatable)")
    add_traffic(parser, alone=True)
    add_networks(parser)
    add_output(parser, ("text", "json", "csv"), "text")
    add_walls_of_captures(parser)
    apply_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Read them; 3 under --strict when they could not be read to the end."""
    if not options.captures:
        note("affidavit observe: nothing to read; give files of captured traffic")
        return codes.NOTHING_GIVEN
    from affidavit.report.observed import as_csv, as_json, as_text  # noqa: PLC0415 - costs time --help should not pay

    found = _observed(options)
    if options.format == "text":
        width, colour = paper(options)
        emit(as_text(found, width=width, colour=colour), options.output)
    else:
        emit(as_json(found) if options.format == "json" else as_csv(found), options.output)
    return codes.UNDETERMINED if options.strict and found.partial else codes.DONE


def _observed(options: argparse.Namespace) -> "Observed":
    """Read the captures, and say who serves the hosts."""
    from affidavit.evidence.conclude import asked, folded  # noqa: PLC0415 - as above
    from affidavit.evidence.networks import network_of, with_shipped  # noqa: PLC0415 - as above
    from affidavit.evidence.review import observed  # noqa: PLC0415 - as above
    from affidavit.report.observed import SCHEMA, Observed  # noqa: PLC0415 - as above

    with Progress(quiet=options.quiet) as progress:
        found = observed(watched(options), budget(options.budget), progress, sandbox=options.sandbox)
    limitations = list(found.limitations)
    record, _ = network_of(found.facts, limitations, with_shipped(options.networks))
    return Observed(SCHEMA, found.artefact, found.facts, folded(limitations), found.partial, record, asked())
