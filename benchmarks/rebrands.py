"""Search for rebrands among very many apps: `python -m benchmarks.rebrands [--apps N]`.

The apps are simulated: keys are drawn so that most are in one app and some in thousands, as measured on real apps.
Each query is one of them with some of its keys lost and others gained, as by an update or another obfuscator. Measured
are the memory of the arrays, CPU time of a query, and whether the app is found first.
"""

import argparse
import time

import numpy as np

from affidavit.identity.code.sketch import SCALE, Sketches

QUERIES = 200
LOST = 0.15


def simulate(apps: int, each: int, seed: int) -> Sketches:
    """Sketches of apps with `each` keys: two thirds of their own, the others from a pool that many apps share."""
    random = np.random.default_rng(seed)
    own, shared = 2 * each // 3, each - 2 * each // 3
    pool = max(1_000, apps // 10)
    bound = (1 << 64) // SCALE
    every = np.concatenate(
        [
            # The pool's keys are used unevenly: the first ones by a large share of all apps.
            (random.random(apps * shared) ** 4 * pool).astype(np.uint64) * np.uint64(bound // pool),
            random.integers(0, bound, apps * own, dtype=np.uint64),
        ]
    )
    names = np.concatenate(
        [np.tile(np.arange(apps, dtype=np.int32), shared), np.tile(np.arange(apps, dtype=np.int32), own)]
    )
    order = np.argsort(every)
    every, names = every[order], names[order]
    del order
    fresh = np.ones(len(every), bool)
    fresh[1:] = np.diff(every) != 0
    first = np.flatnonzero(fresh)
    size, limit = np.full(apps, each, np.int32), np.full(apps, bound, np.uint64)
    return Sketches(every[first], np.append(first, len(every)), names, size, limit)


def keys_of(sketches: Sketches, wanted: np.ndarray) -> list[np.ndarray]:
    """The keys of some apps, by one walk over all postings."""
    rows = np.flatnonzero(np.isin(sketches.apps, wanted))
    keys = sketches.key[np.searchsorted(sketches.start, rows, side="right") - 1]
    names = sketches.apps[rows]
    return [np.unique(keys[names == app]) for app in wanted]


def measure(apps: int, each: int, seed: int) -> str:
    """One row of the table."""
    sketches = simulate(apps, each, seed)
    random = np.random.default_rng(seed + 1)
    wanted = random.choice(apps, QUERIES, replace=False)
    first, spent = 0, []
    for app, keys in zip(wanted, keys_of(sketches, wanted), strict=True):
        kept = keys[random.random(len(keys)) > LOST]
        gained = random.integers(0, (1 << 64) // SCALE, len(keys) - len(kept), dtype=np.uint64)
        asked = np.unique(np.concatenate([kept, gained]))
        before = time.process_time()
        found = sketches.nearest(asked)
        spent.append(time.process_time() - before)
        first += bool(found) and found[0].app == app
    arrays = (sketches.key, sketches.start, sketches.apps, sketches.size, sketches.bound)
    held, times = sum(item.nbytes for item in arrays) / 2**20, np.array(spent) * 1_000
    columns = f"{apps:,} | {len(sketches.apps):,} | {held:,.0f} | {np.median(times):.2f} | {times.max():.2f}"
    return f"| {columns} | {first} of {QUERIES} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--apps", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--each", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| apps | postings | MiB | median ms | largest ms | found first |")
    print("|---:|---:|---:|---:|---:|---:|")
    for apps in options.apps:
        print(measure(apps, options.each, options.seed), flush=True)


if __name__ == "__main__":
    main()
