"""Fuzz every parser for some seconds each: `python -m tests.fuzz [TARGET...] --seconds 60`.

Seeds are built once into `.cache/fuzz/seeds`; what libFuzzer finds worth keeping goes into `.cache/fuzz/found`, and an
input that breaks a parser into `.cache/fuzz/crashes`.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.fuzz import seeds
from tests.fuzz.targets import TARGETS
from tests.mutation import pool

CACHE = Path(__file__).parents[2] / ".cache" / "fuzz"
_APPS = 4 << 20
"""Largest app that seeds are taken from."""
_OPTIONS = ("-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1")


class Result(NamedTuple):
    """What a run of one target gave."""

    target: str
    executions: int
    rate: int
    kept: int
    crashes: tuple[Path, ...]
    said: str


def main() -> int:
    """Build the seeds, run the targets, print the table; 1 when a parser broke."""
    options = _options()
    names = options.targets or list(TARGETS)
    if options.seeds or not (CACHE / "seeds").is_dir():
        _write_seeds()
    with ThreadPoolExecutor(options.jobs) as threads:
        results = list(threads.map(partial(fuzz, seconds=options.seconds), names))
    sys.stdout.write("\n".join(table(results)) + "\n")
    return int(any(result.crashes or result.said for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    parser.add_argument("--seeds", action="store_true", help="build the seeds anew")
    return parser.parse_args()


def _write_seeds() -> None:
    """Seeds out of made apps, samples and the corpus, by target."""
    found: seeds.Seeds = defaultdict(list)
    for name, items in seeds.made().items():
        found[name] += items
    groups = {**pool.own_names(), **pool.corpus_names()}
    for name in (name for sizes in groups.values() for name, size in sizes.items() if size <= _APPS):
        seeds.of_app(pool.read(name), found)
    for target, known in TARGETS.items():
        folder = CACHE / "seeds" / target
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        for item in seeds.few(found[target], known.largest):
            (folder / hashlib.sha256(item).hexdigest()[:16]).write_bytes(item)


def fuzz(target: str, seconds: int) -> Result:
    """Run one target in a process of its own."""
    kept, crashes = CACHE / "found" / target, CACHE / "crashes"
    kept.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.harness", target, f"-max_total_time={seconds}", *_OPTIONS]
    command += [
        f"-max_len={TARGETS[target].largest}",
        f"-artifact_prefix={crashes}/{target}-",
        str(kept),
        str(CACHE / "seeds" / target),
    ]
    before = set(crashes.iterdir())
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    text = done.stdout + done.stderr
    broken = tuple(sorted(set(crashes.iterdir()) - before))
    said = "" if not done.returncode or broken else text[-500:]
    executions = _number(r"stat::number_of_executed_units: +(\d+)", text)
    return Result(
        target,
        executions,
        _number(r"stat::average_exec_per_sec: +(\d+)", text),
        len(list(kept.iterdir())),
        broken,
        said,
    )


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def table(results: list[Result]) -> Iterator[str]:
    """One line for each target, then every input that broke one."""
    yield f"{'target':18}{'executions':>12}{'a second':>10}{'kept':>8}{'crashes':>9}"
    for item in results:
        yield f"{item.target:18}{item.executions:12,}{item.rate:10,}{item.kept:8,}{len(item.crashes):9}"
    for item in results:
        yield from (f"python -m tests.fuzz.harness {item.target} {path}" for path in item.crashes)
        if item.said:
            yield f"{item.target} ended badly: {item.said}"


if __name__ == "__main__":
    raise SystemExit(main())
