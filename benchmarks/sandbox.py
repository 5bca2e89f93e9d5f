"""What each wall stops, and what the walls cost: ``python -m benchmarks.sandbox``.

Every attack of the tests is tried without walls, with limits alone, with Landlock as well, with the filter of system
calls as well, and inside bubblewrap with limits; as root where possible, and as a user without rights. Then a review of
a small app is timed with and without walls.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from affidavit.sandbox import bubblewrap
from tests import samples
from tests.sandbox.attacking import NOBODY, Victim, victim
from tests.sandbox.attacks import ATTACKS, LEVELS

ROUNDS = 9
CODE = "import sys; from affidavit.cli.main import main; sys.exit(main())"
REVIEW = [sys.executable, "-c", CODE, "review", "--no-files", "-q"]


def main() -> None:
    """Print both tables."""
    with victim() as target:
        for line in _attacks(target):
            print(line, flush=True)
    for line in _costs():
        print(line, flush=True)


def _attacks(target: Victim) -> Iterator[str]:
    """How many attacks succeed at each level, and which."""
    users = [("root", 0), ("nobody", NOBODY)] if os.geteuid() == 0 else [("this user", os.geteuid())]
    yield f"{len(ATTACKS)} attacks\n"
    yield "| user | walls | succeed | which |"
    yield "|---|---|---|---|"
    for name, user in users:
        for level in LEVELS:
            yield f"| {name} | {level} | {_succeeding(target, level, user)} |"
    if bubblewrap.found():
        yield f"| {users[0][0]} | limits, in bubblewrap | {_succeeding(target, 'limits', 0, bubblewrap.found())} |"


def _succeeding(target: Victim, level: str, user: int, wrapper: str = "") -> str:
    """How many attacks succeed, and which, as two cells."""
    done = []
    for attack in ATTACKS:
        target.put_back(user)
        if target.attack(attack, level, user, wrapper).startswith("succeeded"):
            done.append(attack)
    others = sorted(ATTACKS.keys() - set(done))
    return f"{len(done)} | {', '.join(done) if len(done) < len(others) else 'all but ' + ', '.join(others)}"


def _costs() -> Iterator[str]:
    """Wall-clock and CPU seconds of one review, medians."""
    app = samples.fetch("uiautomator2")
    walls = ["auto", "none", *(["bubblewrap"] if bubblewrap.found() else [])]
    rows = {name: [_review(app, name) for _ in range(ROUNDS)] for name in walls}
    load = os.getloadavg()[0]
    yield f"\nA review of {app.name} ({app.stat().st_size:,} bytes), medians of {ROUNDS}, load average {load:.1f}\n"
    yield "| --sandbox | wall-clock s | CPU s, all processes |"
    yield "|---|---|---|"
    for name, runs in rows.items():
        clock, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        yield f"| {name} | {clock:.3f} | {'not counted' if name == 'bubblewrap' else f'{cpu:.3f}'} |"


def _review(app: Path, walls: str) -> tuple[float, float]:
    """Wall-clock and CPU seconds of one review as a process; bubblewrap's own children are not waited for by us."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([*REVIEW, "--sandbox", walls, str(app)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
