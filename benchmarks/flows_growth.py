"""What following data costs as apps grow: `python -m benchmarks.flows_growth [--svg OUT.svg] [FILE or FOLDER ...]`.

Without files: the pinned samples that were fetched, the real apps of the corpus, and one app of more than 180,000
classes that is put together from the samples (see `large.py`). Each app is followed in a process of its own.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from affidavit.evidence.flows_checked import drop_refused
from affidavit.facts.flow_stage import follow
from affidavit.model.flow import Flow
from benchmarks import large
from benchmarks.corpus import SUFFIXES
from benchmarks.flows import NEEDED
from tests.conftest import CORPUS
from tests.reading import read
from tests.samples import CACHE

PARTS = ("link", "calls", "search", "replay", "facts", "checker")
"""Parts of the stage, in their order."""
_WIDTH, _HEIGHT, _EDGE = 720, 420, 60
_INK, _COLOURS = "#333", ("#0b6", "#06c")


class Cost(msgspec.Struct, frozen=True):
    """What one app cost.

    Attributes:
        name, megabytes, classes, instructions, flows: of the app. read: CPU seconds before the stage.
        parts: CPU seconds of `PARTS`. memory: peak of the process in MiB, 0 until it has ended.
    """

    name: str
    megabytes: float
    classes: int
    instructions: int
    flows: int
    read: float
    parts: tuple[float, ...]
    memory: float = 0

    @property
    def seconds(self) -> float:
        """CPU seconds of the whole stage."""
        return sum(self.parts)


def cost(path: Path) -> Cost:
    """Follow the data of one app in this process."""
    marks, began = list[float](), time.process_time()
    with read(path, NEEDED) as state:
        taken = time.process_time() - began
        marks.append(time.process_time())
        follow(state, lambda _: "own", lambda _word, done, _of: marks.append(time.process_time()) if done else None)
        marks.append(time.process_time())
        drop_refused(state)
        marks.append(time.process_time())
        units = state.program.units
        classes, instructions = sum(len(unit.class_type) for unit in units), sum(unit.instructions for unit in units)
        flows = sum(isinstance(fact.what, Flow) for fact in state.facts)
    parts = tuple(after - before for before, after in pairwise(marks))
    return Cost(path.stem, path.stat().st_size / 1e6, classes, instructions, flows, taken, parts)


def measured(path: Path) -> Cost | None:
    """The same in a process of its own; None when it fails."""
    command = [sys.executable, "-m", "benchmarks.flows_growth", "--one", str(path)]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            return None
        out.seek(0)
        found = msgspec.json.decode(out.read(), type=Cost)
    return msgspec.structs.replace(found, memory=usage.ru_maxrss / 1024)


def apps(named: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The apps to measure; the assembled one is made in `folder`."""
    samples = sorted(CACHE.glob("*.apk"))
    for path in named or [*samples, CORPUS / "realapps"]:
        yield from sorted(item for item in path.rglob("*") if item.suffix in SUFFIXES) if path.is_dir() else (path,)
    if not named and samples:
        large.build(folder / "large.apk", samples)
        yield folder / "large.apk"


def row(item: Cost) -> str:
    """One line of the table."""
    size = f"{item.name} | {item.megabytes:.1f} | {item.classes:,} | {item.instructions:,} | {item.flows}"
    parts = " | ".join(f"{seconds:.2f}" for seconds in item.parts)
    return f"| {size} | {item.read:.2f} | {parts} | {item.seconds:.2f} | {item.memory:.0f} |"


def plot(items: Sequence[Cost]) -> str:
    """CPU seconds of the stage and peak memory against instructions, both axes logarithmic, as SVG."""
    known = [item for item in items if item.instructions and item.seconds > 0]
    left = math.floor(math.log10(min(item.instructions for item in known)))
    right = math.ceil(math.log10(max(item.instructions for item in known)))
    series = [[item.seconds for item in known], [item.memory for item in known]]
    low = math.floor(math.log10(min(min(values) for values in series)))
    high = math.ceil(math.log10(max(max(values) for values in series)))

    def across(value: float) -> float:
        return _EDGE + (math.log10(value) - left) / (right - left) * (_WIDTH - 2 * _EDGE)

    def upward(value: float) -> float:
        return _HEIGHT - _EDGE - (math.log10(value) - low) / (high - low) * (_HEIGHT - 2 * _EDGE)

    frame = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12" fill="{_INK}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
    ]
    for power in range(left, right + 1):
        x = across(10**power)
        lines.append(f'<path d="M{x:.1f} {_EDGE}V{_HEIGHT - _EDGE}" stroke="#ddd"/>')
        lines.append(f'<text x="{x:.1f}" y="{_HEIGHT - _EDGE + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low, high + 1):
        y = upward(10**power)
        lines.append(f'<path d="M{_EDGE} {y:.1f}H{_WIDTH - _EDGE}" stroke="#ddd"/>')
        lines.append(f'<text x="{_EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    words = ("CPU seconds of following data", "peak MiB of the process")
    for number, (word, colour, values) in enumerate(zip(words, _COLOURS, series, strict=True)):
        lines.append(f'<text x="{_EDGE + 260 * number}" y="{_EDGE - 20}" fill="{colour}">{word}</text>')
        lines += (
            f'<circle cx="{across(item.instructions):.1f}" cy="{upward(value):.1f}" r="4" fill="{colour}">'
            f"<title>{item.instructions:,} instructions: {value:.2f}</title></circle>"
            for item, value in zip(known, values, strict=True)
        )
    lines.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 14}" text-anchor="middle">instructions in the app</text></svg>')
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print the table, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--svg", type=Path, help="where to draw CPU seconds and memory against instructions")
    parser.add_argument("--one", action="store_true", help="follow one file in this process and print what it cost")
    options = parser.parse_args()
    if options.one:
        sys.stdout.buffer.write(msgspec.json.encode(cost(options.files[0])))
        return 0
    print(f"| app | MB | classes | instructions | flows | reading | {' | '.join(PARTS)} | stage CPU s | peak MiB |")
    print("|---" * 1 + "|--:" * (len(PARTS) + 7) + "|")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in apps(options.files, Path(folder)):
            item = measured(path)
            if item is None:
                print(f"| {path.name} failed |", flush=True)
            elif len(item.parts) == len(PARTS):
                found.append(item)
                print(row(item), flush=True)
    if options.svg and found:
        options.svg.write_text(plot(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
