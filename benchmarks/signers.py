"""Our verdicts on real apps beside those of the installed apksigner: `python -m benchmarks.signers [FOLDER ...]`.

Each app is asked about as a whole (the levels that its manifest allows) and at single API levels. Every disagreement is
printed with its explanation from `signers.yaml`; one without is the run's failure.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from affidavit.model.errors import AffidavitError
from affidavit.signing.summary import summarise
from tests.conftest import CORPUS
from tests.samples import CACHE
from tests.signing.judging import schemes

LEVELS = (0, 23, 24, 28, 30)
"""API levels asked about; 0 stands for all that the app's manifest allows. Debian's apksigner knows none above 32."""
_DIGEST = re.compile(r"^Signer #\d+ certificate SHA-256 digest: ([0-9a-f]{64})", re.MULTILINE)
_ERROR = re.compile(r"^ERROR: (.*)$", re.MULTILINE)


class Answer(NamedTuple):
    """Whether it verifies, by whom, and why not: ``yes``, ``no``, ``cannot`` (an exception, or undetermined)."""

    verdict: str
    signers: tuple[str, ...] = ()
    why: str = ""


class Explained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the two disagree: on files whose path `file` (a pattern) matches, where their reasons match `why`."""

    file: str
    because: str
    why: str = ""


class Row(NamedTuple):
    """One question: the file, the level, both answers, and why they differ."""

    file: str
    level: int
    theirs: Answer
    ours: Answer
    because: str

    @property
    def agrees(self) -> bool:
        """Whether both give the same verdict, and the same signers where it is a yes."""
        return (self.theirs.verdict, self.theirs.signers) == (self.ours.verdict, self.ours.signers)


def apksigner(path: Path, level: int) -> Answer:
    """What the installed apksigner says."""
    bounds = ["--min-sdk-version", str(level), "--max-sdk-version", str(level)] if level else []
    command = ["apksigner", "verify", "--print-certs", *bounds, "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 0:
        return Answer("yes", tuple(sorted(set(_DIGEST.findall(done.stdout)))))
    said = done.stdout + done.stderr
    errors = _ERROR.findall(said)
    return (
        Answer("no", (), errors[0])
        if errors or "DOES NOT VERIFY" in said
        else Answer("cannot", (), said.strip().partition("\n")[0][:200])
    )


def affidavit(path: Path, level: int) -> Answer:
    """What we say."""
    try:
        with schemes(path) as (jar, blocks, declared):
            found = summarise(jar, blocks, declared, level, level) if level else summarise(jar, blocks, declared)
    except AffidavitError as error:
        return Answer("cannot", (), str(error))
    if found.outcome == "verified":
        return Answer("yes", tuple(sorted(set(found.signers))))
    why = found.issues[0].word + ": " + found.issues[0].detail if found.issues else ""
    return Answer("no" if found.outcome == "refused" else "cannot", (), why)


@cache
def explanations() -> tuple[Explained, ...]:
    """What is known of disagreements."""
    text = (Path(__file__).parent / "signers.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text)["explained"], tuple[Explained, ...])


def explain(file: str, theirs: Answer, ours: Answer) -> str:
    """Why two answers differ; empty when nobody has looked."""
    reasons = f"{theirs.why}\n{ours.why}"
    return next(
        (item.because for item in explanations() if re.search(item.file, file) and re.search(item.why, reasons)), ""
    )


def compare(path: Path, name: str, level: int) -> Row:
    """Ask both."""
    theirs, ours = apksigner(path, level), affidavit(path, level)
    return Row(name, level, theirs, ours, explain(name, theirs, ours))


def apps(folders: list[Path]) -> Iterator[tuple[Path, str]]:
    """Every APK below the folders, with the name that it has in the table."""
    for folder in folders:
        for path in sorted(folder.rglob("*.apk")):
            yield path, path.relative_to(folder.parent).as_posix()


def main() -> int:
    """Ask about every app at every level; 1 when a disagreement has no explanation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--levels", default=",".join(map(str, LEVELS)), help="API levels; 0 is all of the app's")
    options = parser.parse_args()
    folders = options.folders or [
        CACHE,
        *(CORPUS / name for name in ("realapps", "constituent", "vulnerable", "packers")),
    ]
    count: Counter[str] = Counter()
    for path, name in apps(folders):
        for level in map(int, options.levels.split(",")):
            row = compare(path, name, level)
            state = "agree" if row.agrees else "explained" if row.because else "UNEXPLAINED"
            count[state] += 1
            if not row.agrees:
                at = f"level {level}" if level else "all levels"
                lines = (f"{state}: {name}, {at}", f"  apksigner {row.theirs.verdict} {row.theirs.why}",
                         f"  affidavit {row.ours.verdict} {row.ours.why}", f"  {row.because}")  # fmt: skip
                sys.stdout.write("\n".join(lines) + "\n")
                sys.stdout.flush()
    sys.stdout.write(", ".join(f"{number:,} {state}" for state, number in sorted(count.items())) + "\n")
    return 1 if count["UNEXPLAINED"] else 0


if __name__ == "__main__":
    sys.exit(main())
