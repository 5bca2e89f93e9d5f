"""Review every app below some folders and print what it cost and gave: `python -m benchmarks.corpus FOLDER ...`.

One process per app. CPU seconds are user + system, memory is the peak resident set of the process.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import affidavit
from affidavit.model.code import CodeUnit
from benchmarks.run import measure

SUFFIXES = frozenset({".apk", ".xapk", ".apks", ".aar", ".jar", ".dex"})


def row(app: Path, root: Path, out: Path) -> str:
    """The table row of one app; exit status 4 is an artefact that cannot be opened, said by the tool itself."""
    command = [str(Path(sys.executable).parent / "affidavit"), "review", str(app), "--output-dir", str(out)]
    cpu, memory, status = measure(command, 600)
    size = app.stat().st_size / 1e6
    if status != 0:
        return f"| {app.relative_to(root)} | {size:.2f} | | {cpu:.2f} | {memory:.0f} | exit status {status} | | |"
    found = affidavit.read(out / f"{app.name}.affidavit")
    classes = sum(fact.what.classes for fact in found.facts if isinstance(fact.what, CodeUnit))
    answers = Counter(finding.answer.value for finding in found.findings)
    told = ", ".join(f"{answers[word]} {word}" for word in ("shown", "not shown", "undetermined"))
    limits = len(found.limitations)
    name = app.relative_to(root)
    return f"| {name} | {size:.2f} | {classes} | {cpu:.2f} | {memory:.0f} | {len(found.facts)} | {told} | {limits} |"


def main() -> None:
    """Print the table."""
    print(
        "| app | MB | classes | CPU s | peak MiB | facts | findings | limitations |\n|---|--:|--:|--:|--:|--:|---|--:|"
    )
    with tempfile.TemporaryDirectory() as out:
        for folder in map(Path, sys.argv[1:]):
            for app in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
                print(row(app, folder.parent, Path(out)), flush=True)


if __name__ == "__main__":
    main()
