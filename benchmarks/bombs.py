"""What each bomb costs: `python -m benchmarks.bombs` reviews every one in a process of its own.

The bombs are those of `tests.builders.bombs`. A row has the bytes of the artefact, the peak memory and the CPU seconds
(user + system) of the whole process, its exit status, and the kinds of limitations and oddities that the review gave.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.builders.bombs import BOMBS, Bomb

LAUNCHER = """
import os, resource, signal, sys
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.dup2(os.open(sys.argv[2], os.O_CREAT | os.O_TRUNC | os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.execv(sys.argv[3], sys.argv[3:])
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""
"""A process as small as can be starts the review: what its parent has of memory counts as a process's own at first."""
SHOWN = 6
"""Words of one row; further ones are counted."""


class Row(NamedTuple):
    """What one review cost and gave; `status` is negative when the process was ended by a signal."""

    name: str
    size: int
    memory: float
    seconds: float
    status: int
    words: tuple[str, ...]


def measure(name: str, bomb: Bomb, folder: Path, limit: float) -> Row:
    """Build one bomb and review it; ended after `limit` seconds of wall time."""
    path, output = folder / bomb.name, folder / "account.json"
    # Not in this process: what it ever had of memory would count as the memory of every process that it starts.
    subprocess.run([sys.executable, "-m", "benchmarks.bombs", "--write", str(path), name], check=True)
    size = path.stat().st_size
    program = Path(sys.executable).parent / "affidavit"
    command = [str(program), "review", str(path), "--no-files", "--format", "json"]
    status, memory, seconds = spent(command, output, limit)
    words = words_of(output.read_bytes())
    path.unlink()
    return Row(name, size, memory, seconds, status, words)


def spent(command: list[str], output: Path, limit: float) -> tuple[int, float, float]:
    """Exit status, peak MiB and CPU seconds of a command and all processes that it starts."""
    launch = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(limit), str(output), *command]
    done = subprocess.run(launch, check=True, capture_output=True, text=True)
    status, memory, seconds = done.stdout.split()
    return int(status), int(memory) / 1024, float(seconds)


def words_of(account: bytes) -> tuple[str, ...]:
    """Kinds of limitations, then oddities of entries, each once."""
    if not account:
        return ()
    found = msgspec.json.decode(account)
    kinds = {item["kind"] for item in found.get("limitations", ())}
    oddities = {word for fact in found.get("facts", ()) for word in fact["what"].get("oddities", ())}
    return (*sorted(kinds), *sorted(oddities))


def line(row: Row) -> str:
    """One line of the table."""
    words = ", ".join(row.words[:SHOWN]) + (f" and {len(row.words) - SHOWN} more" if len(row.words) > SHOWN else "")
    return f"| {row.name} | {row.size:,} | {row.memory:.0f} | {row.seconds:.2f} | {row.status} | {words} |"


def main() -> None:
    """Measure the bombs that are named, or all, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="wall time after which a review is ended")
    parser.add_argument("--write", type=Path, metavar="PATH", help="build the bomb that is named, and no more")
    parser.add_argument("names", nargs="*", metavar="BOMB", help="those to measure; all by default")
    args = parser.parse_args()
    if args.write:
        args.write.write_bytes(BOMBS[args.names[0]].build())
        return
    print("| bomb | bytes | peak MiB | CPU s | exit | said |\n|---|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names or BOMBS:
            print(line(measure(name, BOMBS[name], Path(folder), args.seconds)), flush=True)


if __name__ == "__main__":
    main()
