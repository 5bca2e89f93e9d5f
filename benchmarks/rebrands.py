"""Search for rebrands among very many apps: `python -m benchmarks.rebrands [--apps N]`.

A search keeps the smallest 128 keys of each app's sketch. The apps are simulated: keys are drawn so that most are in
one app and some in thousands, as measured on real apps. Each query is one of them with some of its keys lost and others
gained, as by an update or another obfuscator: of pairs of things in one class more are lost than of things. Measured
are the memory of the arrays and the peak of the process, CPU time of a query, and whether the app is found first.
"""

import argparse
import resource
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.signatures import U64
from affidavit.identity.code.sketch import SCALE, Sketches, buckets_for, placed

QUERIES = 200
LOST = 0.4
BOUND = (1 << 64) // SCALE
PARTS = 4_096
"""Into so many parts keys are dealt before each is put in order by itself: one order of all takes twice the memory."""


class Simulated(NamedTuple):
    """Apps, and the keys of some of them."""

    sketches: Sketches
    keys: list[U64]


class _Drawn:
    """Keys of all apps, one of each at a time, the same ones whenever they are drawn again."""

    def __init__(self, apps: int, each: int, seed: int) -> None:
        self.apps, self.each, self.seed = apps, each, seed
        pool = np.random.default_rng([seed, each]).integers(0, BOUND, max(1_000, apps // 10), dtype=np.uint64)
        self.pool, self.shared = pool, each - 2 * each // 3

    def column(self, number: int) -> U64:
        """One key of each app: some are from a pool, whose first keys a large share of all apps have."""
        random = np.random.default_rng([self.seed, number])
        if number >= self.shared:
            return random.integers(0, BOUND, self.apps, dtype=np.uint64)
        rows = (random.random(self.apps, np.float32) ** 4 * len(self.pool)).astype(np.int32)
        return self.pool[np.minimum(rows, len(self.pool) - 1)]


def simulate(apps: int, each: int, seed: int, wanted: npt.NDArray[np.int64]) -> Simulated:
    """Sketches of apps with `each` keys, two thirds of them their own; and the keys of the wanted apps."""
    drawn = _Drawn(apps, each, seed)
    buckets = buckets_for(apps * each)
    width = max(1, buckets // PARTS)
    counts, kept = np.zeros(buckets // width, np.int64), []
    for number in range(each):
        keys = drawn.column(number)
        kept.append(keys[wanted])
        counts += np.bincount(placed(keys, buckets)[0] // width, minlength=len(counts))
    dealt = _Dealt(counts, buckets, width)
    for number in range(each):
        dealt.add(drawn.column(number))
    # What stands for a key has half of its length and is written where keys were that have been read.
    low, start = dealt.keys.view(np.uint32)[: len(dealt.keys)], np.zeros(buckets + 1, np.int64)
    for part, (first, last) in enumerate(zip(dealt.starts.tolist(), dealt.ends.tolist(), strict=True)):
        place, own = placed(dealt.keys[first:last], buckets)
        order = np.lexsort((dealt.apps[first:last], own, place))
        low[first:last], dealt.apps[first:last] = own[order], dealt.apps[first:last][order]
        held = np.bincount(place - part * width, minlength=width)
        start[part * width + 1 : (part + 1) * width + 1] = first + np.cumsum(held)
    size, limit = np.full(apps, each, np.int32), np.full(apps, BOUND, np.uint64)
    return Simulated(Sketches(start, low, dealt.apps, size, limit), [np.unique(row) for row in np.array(kept).T])


class _Dealt:
    """All keys with their apps, by parts: `at` says where each part goes on."""

    def __init__(self, counts: npt.NDArray[np.int64], buckets: int, width: int) -> None:
        self.ends = np.cumsum(counts)
        self.starts, self.at = self.ends - counts, self.ends - counts
        self.keys, self.apps = np.empty(self.ends[-1], np.uint64), np.empty(self.ends[-1], np.int32)
        self._buckets, self._width = buckets, width

    def add(self, keys: U64) -> None:
        """Put one key of each app into its part."""
        part = (placed(keys, self._buckets)[0] // self._width).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        held = np.bincount(part, minlength=len(self.at))
        rows = np.arange(len(keys)) + np.repeat(self.at - (np.cumsum(held) - held), held)
        self.keys[rows], self.apps[rows] = keys[order], order
        self.at = self.at + held


def measure(apps: int, each: int, seed: int) -> str:
    """One row of the table."""
    random = np.random.default_rng(seed + 1)
    wanted = random.choice(apps, QUERIES, replace=False)
    before = time.process_time()
    sketches, every = simulate(apps, each, seed, wanted)
    made, first, spent = time.process_time() - before, 0, []
    for app, keys in zip(wanted, every, strict=True):
        kept = keys[random.random(len(keys)) > LOST]
        gained = random.integers(0, BOUND, len(keys) - len(kept), dtype=np.uint64)
        asked = np.unique(np.concatenate([kept, gained]))
        before = time.process_time()
        found = sketches.nearest(asked)
        spent.append(time.process_time() - before)
        first += bool(found) and found[0].app == app
    arrays = (sketches.start, sketches.low, sketches.apps, sketches.size, sketches.bound)
    held, times = sum(item.nbytes for item in arrays) / 2**20, np.array(spent) * 1_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    memory = f"{held:,.0f} | {peak:,.0f}"
    return (
        f"| {apps:,} | {len(sketches.apps):,} | {memory} | {made:,.0f} "
        f"| {np.median(times):.2f} | {times.max():.2f} | {first} of {QUERIES} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--apps", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--each", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| apps | postings | arrays MiB | peak MiB | made CPU s | median ms | largest ms | found first |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for apps in options.apps:
        print(measure(apps, options.each, options.seed), flush=True)


if __name__ == "__main__":
    main()
