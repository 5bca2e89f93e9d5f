"""``affidavit key``: the Ed25519 key that signs."""

import argparse
from pathlib import Path

from affidavit.cli import codes
from affidavit.cli.output import emit, note

EXAMPLES = """\
examples:
  affidavit key new
  affidavit key show
  affidavit key new --file work-key.pem

The key is in $AFFIDAVIT_KEY, else in affidavit/key.pem in your configuration folder. Hand the line that `key show`
prints to whoever is to check your bundles; they give it to `affidavit verify --key`.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("new", "show"), help="new: make a key; show: print its public half")
    parser.add_argument("--file", type=Path, metavar="FILE", help="the private key's file")


def run(options: argparse.Namespace) -> int:
    """Make or show; the public line goes to stdout. A key that exists is never replaced."""
    from affidavit.evidence import keys  # noqa: PLC0415 - costs time that --help should not pay

    path = options.file or keys.default_path()
    made = keys.create(path) if options.action == "new" else keys.load(path)
    if options.action == "new":
        note(f"made {path}; only you can read it, and nobody can replace it: keep a copy")
    emit(keys.public_line(made.public_key().public_bytes_raw()) + "\n")
    return codes.DONE
