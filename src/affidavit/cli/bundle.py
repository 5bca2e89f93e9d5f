"""``affidavit bundle``: what a bundle file holds."""

import argparse
import hashlib
from pathlib import Path

from affidavit.cli import codes
from affidavit.cli.output import columns, emit

EXAMPLES = """\
examples:
  affidavit bundle list app.apk.affidavit
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("list",), help="list: members with size and SHA-256")
    parser.add_argument("path", type=Path, help="an .affidavit bundle")


def run(options: argparse.Namespace) -> int:
    """List the members as they are in the file; whether they are right is for ``verify`` to say."""
    from affidavit.evidence.bundle import members  # noqa: PLC0415 - costs time that --help should not pay

    found = members(options.path)
    rows = ((hashlib.sha256(data).hexdigest(), f"{len(data):>12,}", name) for name, data in found.items())
    emit(columns(rows, widest=64))
    return codes.DONE
