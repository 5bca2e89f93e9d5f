"""``affidavit verify``: the numbered argument why a bundle may be believed."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli import codes
from affidavit.cli.options import add_libraries, add_mapping, add_networks, add_traffic, add_walls
from affidavit.cli.output import emit
from affidavit.cli.source import file_at
from affidavit.report.text import visible

if TYPE_CHECKING:
    from affidavit.evidence.verify import Verification

EXAMPLES = """\
examples:
  affidavit verify app.apk.affidavit
  affidavit verify app.apk.affidavit --artefact app.apk
  affidavit verify app.apk.affidavit --artefact app.apk --capture phone.pcapng --keys sslkeys.log
  affidavit verify app.apk.affidavit --key "affidavit-ed25519 BASE64 0123456789abcdef"

exit codes:
  0 every step that was asked for holds   1 a step failed
  3 a step that was asked for gave no answer, e.g. because another version made the bundle
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
    add_mapping(parser)
    add_traffic(parser, reveal=False)
    add_networks(parser)
    add_walls(parser)
    add_libraries(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (default: text)")


def run(options: argparse.Namespace) -> int:
    """Verify; 1 when a step failed, 3 when one that was asked for could not be settled."""
    import affidavit as library  # noqa: PLC0415 - the library costs time that --help should not pay

    for path in (options.path, options.artefact):
        if path is not None:
            file_at(path, "give the path of a bundle, and of the app that it is about after --artefact")
    result = library.verify(
        options.path,
        options.artefact,
        options.key,
        sandbox=options.sandbox,
        v4_signature=options.v4_signature,
        libraries=options.libraries,
        mapping=options.mapping,
        captures=options.captures or (),
        keys=options.keys,
        profile=options.profile,
        networks=options.networks,
    )
    unsettled = _unsettled(result, options)
    emit(_json(result) if options.format == "json" else text(result, unsettled))
    if not result.passed:
        return codes.FAILED
    return codes.UNDETERMINED if unsettled else codes.DONE


def _unsettled(result: "Verification", options: argparse.Namespace) -> list[str]:
    """Steps that the artefact or the key was given for and that gave no answer.

    Whoever makes a bundle chooses the version and the budget that it names, and either may explain a difference: to
    let such a difference pass as success would leave the choice to them.
    """
    asked = {6: options.key is not None, 8: options.artefact is not None, 9: options.artefact is not None}
    asked[10] = asked[9]
    return [str(step.number) for step in result.steps if step.passed is None and asked.get(step.number)]


def text(result: "Verification", unsettled: Sequence[str] = ()) -> str:
    """The steps, and what they come to; `unsettled` are the steps that were asked for and gave no answer."""
    lines = [
        visible(f"{step.number}  {_MARKS[step.passed]:<11}  {step.name}: {step.detail}", 2_000) for step in result.steps
    ]
    failed = [str(step.number) for step in result.steps if step.passed is False]
    open_steps = [str(step.number) for step in result.steps if step.passed is None]
    if failed:
        lines.append(f"\nDoes not hold: step {', '.join(failed)} failed.")
    elif open_steps:
        lines.append(f"\nEvery step that was checked holds; not checked: {', '.join(open_steps)}.")
        if unsettled:
            lines.append(f"Undetermined: no answer from a step that was asked for: {', '.join(unsettled)}.")
    else:
        lines.append("\nEvery step holds.")
    return "\n".join(lines) + "\n"


def _json(result: "Verification") -> bytes:
    """The steps as JSON."""
    from affidavit.report.json import as_json  # noqa: PLC0415 - only when asked for

    return as_json(result)
