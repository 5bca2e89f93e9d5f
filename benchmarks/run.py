"""Compare whole processes with peers in one run: `make bench` (see README.md here for how to read the figures).

Each app is given to each tool in turn, A B C A B C ..., so that a machine which drifts drifts for all. A row has the
median CPU seconds (user + system, of the process and all its children) and the peak memory of the largest process.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks import large
from tests import samples

HERE = Path(__file__).parent
ROOT = HERE.parent
APPS = ["settings-3.0.0", "uiautomator2", "apidemos", "pocoui", "airtest", "large"]
CACHE = ROOT / ".cache" / "bench"
SIGNATURES = "lib/python3.11/site-packages/mobsf/signatures/exodus_trackers"


@dataclass
class Figures:
    """One tool on one app: CPU seconds of each run, and the peak memory in MiB over all runs."""

    cpu: list[float]
    memory: float

    @property
    def median(self) -> float:
        """Median CPU seconds; not a number when no run finished."""
        return statistics.median(self.cpu) if self.cpu else float("nan")


def commands(app: Path, out: Path) -> dict[str, list[str]]:
    """What is measured; a peer whose environment is absent is left out, and the table says so."""
    python = sys.executable
    signatures = str(CACHE / "mobsf" / SIGNATURES)
    every = {
        "affidavit review": [str(Path(python).parent / "affidavit"), "review", str(app), "--output-dir", str(out)],
        "androguard": [python, str(HERE / "peers/androguard_analyze.py"), str(app)],
        "exodus-core": [
            str(CACHE / "exodus/bin/python"), str(HERE / "peers/exodus_trackers.py"), str(app), signatures
        ],
        "MobSF": [str(CACHE / "mobsf/bin/python"), str(HERE / "peers/mobsf_scan.py"), str(app)],
    }  # fmt: skip
    return {name: command for name, command in every.items() if Path(command[0]).exists()}


def measure(command: list[str], seconds: float) -> tuple[float, float, int]:
    """CPU seconds, peak MiB and exit status of one run; a run over `seconds` of wall time is ended and gives -1."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def compare(app: Path, runs: int, seconds: float) -> dict[str, Figures]:
    """All tools on one app, in turn, `runs` times. A tool that fails or runs out of time keeps no figure."""
    rows: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as out:
        table = commands(app, Path(out))
        for _ in range(runs):
            for name, command in table.items():
                cpu, memory, status = measure(command, seconds)
                row = rows.setdefault(name, Figures([], 0.0))
                sys.stderr.write(f"{app.name}  {name}: {cpu:.2f} s, {memory:.0f} MiB, status {status}\n")
                if status in (0, 3):
                    row.cpu.append(cpu)
                    row.memory = max(row.memory, memory)
    return rows


def table(results: dict[str, dict[str, Figures]]) -> str:
    """A Markdown table: per app and tool CPU, memory, and the ratio of its CPU to ours."""
    lines = ["| app | tool | CPU s (median) | peak MiB | CPU / ours |", "|---|---|--:|--:|--:|"]
    for app, rows in results.items():
        ours = rows["affidavit review"].median
        for name, row in rows.items():
            figures = (
                f"{row.median:.2f} | {row.memory:.0f} | {row.median / ours:.1f}" if row.cpu else "did not finish | |"
            )
            lines.append(f"| {app} | {name} | {figures} |")
    return "\n".join(lines) + "\n"


def apps(names: list[str]) -> list[Path]:
    """Paths of the apps: pinned samples by name, or paths as given; `large` assembles the 180,000-class app."""
    found = []
    for name in names:
        if name == "large":
            path = CACHE / "large.apk"
            CACHE.mkdir(parents=True, exist_ok=True)
            parts = [samples.fetch(part) for part in ("airtest", "settings-8.0.10", "settings-3.0.0")]
            large.build(path, parts)
            found.append(path)
        else:
            found.append(Path(name) if Path(name).exists() else samples.fetch(name))
    return found


def main() -> None:
    """Run, print the table, and keep the raw figures in `.cache/bench/results.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=900, help="wall time after which a tool is ended")
    parser.add_argument("apps", nargs="*", default=APPS)
    args = parser.parse_args()
    results = {path.name: compare(path, args.runs, args.seconds) for path in apps(args.apps)}
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "results.json").write_bytes(msgspec.json.encode(results))
    print(table(results))


if __name__ == "__main__":
    main()
