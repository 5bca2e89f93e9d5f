"""The register in figures: `python -m benchmarks.register` (see README.md here for how to read them).

Each figure comes from a process of its own. Questions are random and distinct, most of the kind that people ask: an
act, an actor and dates that some measure names. The naive reading of the rules answers a tenth of them.
"""

import random
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

COUNT = 10_000
SEED = 14_034
RUNS = 5
FIRST, LAST = 1_577_836_800, 1_798_761_600
"""The years 2020 to 2026, in seconds since 1970."""
ROOT = Path(__file__).parents[1]
LOAD = "from affidavit.law.ask import Resolver; from affidavit.law.register import register; Resolver(register())"


def main() -> None:
    """Run every figure and print the table."""
    rows = [
        ("an empty interpreter", _process("pass")),
        ("load, imports included (whole process)", _process(LOAD)),
        ("load, imports not included", _part("load")),
        (f"{COUNT:,} questions, the resolver", _part("resolver")),
        (f"{COUNT:,} questions, the naive oracle", _part("naive")),
        (f"{COUNT:,} questions about TikTok in US stores", _part("tiktok")),
    ]
    print("| what | CPU s | peak MiB |\n|---|--:|--:|")
    for title, (seconds, memory) in rows:
        print(f"| {title} | {seconds:.3f} | {memory:.0f} |")
    print(f"\nnaive / resolver: {rows[4][1][0] / rows[3][1][0]:.0f}")


def _process(code: str) -> tuple[float, float]:
    """Median CPU seconds and highest peak MiB of whole processes."""
    child = (
        f"{code}\nimport resource\nuse = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)"
    )
    return _median([sys.executable, "-c", child])


def _part(name: str) -> tuple[float, float]:
    """The same for one part of a process, which says itself what it used."""
    return _median([sys.executable, "-m", "benchmarks.register", name])


def _median(command: list[str]) -> tuple[float, float]:
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout for _ in range(RUNS)]
    figures = [tuple(map(float, run.split())) for run in runs]
    return statistics.median(cpu for cpu, _ in figures), max(memory for _, memory in figures)


def measure(part: str) -> None:
    """Do one part and print its CPU seconds and the peak MiB of this process."""
    from affidavit.law.ask import Resolver
    from affidavit.law.register import register
    from tests.law.questions import questions
    from tests.oracles.register import Naive

    if part == "load":
        begun = time.process_time()
        Resolver(register())
        spent = time.process_time() - begun
    else:
        asked = _distinct(_tiktok() if part == "tiktok" else questions(register(), SEED, COUNT * 2))
        answer, share = (Naive.of_knowledge().ask, 10) if part == "naive" else (Resolver(register()).ask, 1)
        begun = time.process_time()
        for question in asked[: COUNT // share]:
            answer(question)
        spent = (time.process_time() - begun) * share
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _tiktok() -> list:  # type: ignore[type-arg]
    """Questions about the act on which most provisions and events bear, at any instants of seven years."""
    from affidavit.model.determination import Question

    draw = random.Random(SEED)  # noqa: S311 - the same questions each time

    def instant() -> str:
        return datetime.fromtimestamp(draw.randrange(FIRST, LAST), UTC).isoformat()

    return [Question("tiktok", "app_store_update", "app_store", instant(), instant()) for _ in range(COUNT)]


def _distinct(asked: list) -> list:  # type: ignore[type-arg]
    """The first so many that differ."""
    found = [*{repr(question): question for question in asked}.values()][:COUNT]
    if len(found) < COUNT:
        raise SystemExit(f"only {len(found)} distinct questions")
    return found


if __name__ == "__main__":
    measure(sys.argv[1]) if sys.argv[1:] else main()
