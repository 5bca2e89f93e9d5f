"""Reading code against inflating it, in one process: `python -m benchmarks.sweep APP ...`.

The goal is that tables and the whole sweep cost at most 1.5 times what libdeflate needs for the same dex files.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.dalvik.dex import read_dex


def best(action: Callable[[], object], runs: int = 5) -> float:
    """Least CPU seconds of `runs` runs."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """One line per app: MB of dex, inflate and read seconds, ratio."""
    for name in sys.argv[1:]:
        with open_artefact(Path(name), Budget(total_bytes=1 << 40)) as opened:
            part = opened.parts[0]
            entries = [entry for entry in part.entries if entry.name.endswith(".dex")]
            blobs = [(entry.path, part.read(entry) or b"") for entry in entries]
            inflate = best(lambda part=part, entries=entries: [part.read(entry) for entry in entries])
            read = best(lambda blobs=blobs: [read_dex(path, data) for path, data in blobs])
        size = sum(len(data) for _, data in blobs) / 1e6
        figures = f"inflate {inflate:.3f} s, read {read:.3f} s, ratio {read / inflate:.2f}"
        print(f"{Path(name).name}: {size:.1f} MB dex, {figures}")


if __name__ == "__main__":
    main()
