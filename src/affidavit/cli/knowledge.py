"""``affidavit knowledge``: the rules and lists that findings rest on."""

import argparse
from pathlib import Path

from affidavit.cli import codes
from affidavit.cli.output import columns, emit
from affidavit.model.errors import UsageError

EXAMPLES = """\
examples:
  affidavit knowledge lint
  affidavit knowledge show
  affidavit knowledge show location/last-known
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("lint", "show"), help="lint: check the sources; show: list or print rules")
    parser.add_argument("what", nargs="?", help="lint: the folder (default: knowledge); show: a rule id")


def run(options: argparse.Namespace) -> int:
    """Lint or show."""
    return _lint(Path(options.what or "knowledge")) if options.action == "lint" else _show(options.what)


def _lint(folder: Path) -> int:
    """Print every problem; 1 when there is one."""
    from affidavit.findings.lint import lint  # noqa: PLC0415 - costs time that --help should not pay

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", advice="run it in the repository, or name the folder")
    problems = lint(folder)
    emit("".join(f"{problem}\n" for problem in problems) or "no problem found\n")
    return codes.FAILED if problems else codes.DONE


def _show(rule_id: str | None) -> int:
    """List the rules, or print one."""
    import msgspec  # noqa: PLC0415 - costs time that --help should not pay

    from affidavit.findings.load import rules  # noqa: PLC0415 - the same

    known = rules()
    if rule_id is None:
        emit(columns((rule.id, rule.category, rule.title) for rule in known))
        return codes.DONE
    found = next((rule for rule in known if rule.id == rule_id), None)
    if found is None:
        raise UsageError(f"no rule {rule_id!r}", advice="list them with affidavit knowledge show")
    emit(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    return codes.DONE
