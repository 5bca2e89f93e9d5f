"""``affidavit verify``: the numbered argument why a bundle may be believed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.output import emit
from affidavit.cli.source import file_at
from affidavit.report.text import visible

if TYPE_CHECKING:
    from affidavit.evidence.verify import Verification

EXAMPLES = """\
examples:
  affidavit verify app.apk.affidavit
  affidavit verify app.apk.affidavit --artefact app.apk
  affidavit verify app.apk.affidavit --key "affidavit-ed25519 BASE64 0123456789abcdef"
"""

_MARKS = {True: "holds", False: "FAILED", None: "not checked"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("path", type=Path, help="an .affidavit bundle")
    parser.add_argument("--artefact", type=Path, metavar="APP", help="derive it again from this app and compare")
    parser.add_argument(
        "--key", metavar="KEY", help="the public key that you expect: its line, or a file that holds it"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (default: text)")


def run(options: argparse.Namespace) -> int:
    """Verify; 1 when a step failed."""
    import affidavit as library  # noqa: PLC0415 - the library costs time that --help should not pay

    for path in (options.path, options.artefact):
        if path is not None:
            file_at(path, "give the path of a bundle, and of the app that it is about after --artefact")
    result = library.verify(options.path, options.artefact, options.key)
    emit(_json(result) if options.format == "json" else text(result))
    return codes.DONE if result.passed else codes.FAILED


def text(result: "Verification") -> str:
    """The steps, and what they come to."""
    lines = [
        f"{step.number}  {_MARKS[step.passed]:<11}  {step.name}: {visible(step.detail, 2_000)}" for step in result.steps
    ]
    failed = [str(step.number) for step in result.steps if step.passed is False]
    open_steps = [str(step.number) for step in result.steps if step.passed is None]
    if failed:
        lines.append(f"\nDoes not hold: step {', '.join(failed)} failed.")
    elif open_steps:
        lines.append(f"\nEvery step that was checked holds; not checked: {', '.join(open_steps)}.")
    else:
        lines.append("\nEvery step holds.")
    return "\n".join(lines) + "\n"


def _json(result: "Verification") -> bytes:
    """The steps as JSON."""
    import msgspec  # noqa: PLC0415 - only when asked for

    return msgspec.json.format(msgspec.json.encode(result, order="sorted"), indent=2) + b"\n"
