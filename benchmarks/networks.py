"""Tables of networks: speed of look-ups, accuracy of countries, and how tables age.

`python -m benchmarks.networks speed --mmdb FILE` puts the same addresses to maxminddb's C reader and to a snapshot that
is made of the same file. `... accuracy SNAPSHOT ... [--truth FILE ...]` compares each table of countries with the
regions that providers publish (of the snapshots, or of a provider's own files). `... ageing OLD NEW` compares tables
of two snapshots of different days. Addresses are drawn by a fixed seed; CPU seconds are those of this process.
"""

import argparse
import random
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import maxminddb
import numpy as np

from affidavit.network.attribute.knowledge import known
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.reading import Wanted, parts
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.table import Open
from affidavit.network.snapshot.view import Snapshot, opened_file

SEED = 20_261_122
COUNTRIES = ("country-geo", "country-as", "country-registration")


def speed(options: argparse.Namespace) -> None:
    """Ratio of CPU seconds for one attribution of many addresses."""
    shot = Snapshot(written(built(parts([options.mmdb], Wanted("country-geo", "2026-01-01")), "speed"), packed=False))
    (table,) = shot.tables
    print(f"{table.said.source.name}: {table.ranges[0]:,} ranges of version 4, {table.rows:,} answers")
    for name, numbers in _orders(table, options.addresses).items():
        texts = [socket.inet_ntoa(int(number).to_bytes(4, "big")) for number in numbers]
        with maxminddb.open_database(options.mmdb) as reader:
            theirs = _cost(lambda reader=reader, texts=texts: [reader.get(text) for text in texts])
        ours = min(_cost(lambda numbers=numbers: shot.batch(numbers)) for _ in range(3))
        parsed = min(_cost(lambda texts=texts: shot.batch_text(texts)) for _ in range(3))
        count = len(numbers) / 1e6
        print(
            f"{name}: maxminddb {count / theirs:.2f} M/s, batch {count / ours:.1f} M/s ({theirs / ours:.0f} times), "
            f"batch from text {count / parsed:.1f} M/s ({theirs / parsed:.1f} times)"
        )


def _orders(table: Open, count: int) -> dict[str, np.ndarray]:
    """Addresses of the table's ranges: at random, ascending, and drawn again and again from five thousand."""
    chance = np.random.default_rng(SEED)
    held = np.flatnonzero(table.arrays["v4.row"][:-1] >= 0)
    starts = table.arrays["v4.start"].astype(np.int64)
    drawn = chance.choice(held, count)
    inside = starts[drawn] + (chance.random(count) * (starts[drawn + 1] - starts[drawn])).astype(np.int64)
    mixed = inside.astype(np.uint32)
    hot = mixed[:5_000][np.minimum(chance.zipf(1.2, count), 5_000) - 1]
    return {"random": mixed, "sorted": np.sort(mixed), "hot": hot}


def _cost(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def accuracy(options: argparse.Namespace) -> None:
    """Share of addresses whose country is that of the region which the provider publishes."""
    snapshots = [opened_file(path) for path in options.snapshots]
    truths = snapshots
    if options.truth:
        made = written(built(parts(options.truth, Wanted(date=options.date)), "truth"), packed=False)
        truths = [Snapshot(made)]
    drawn = {name: found for name, found in _truth(truths, options.per).items() if len(found) >= 100}
    tables = [table for shot in snapshots for table in shot.tables if table.said.source.table in COUNTRIES]
    print("| table | of | " + " | ".join(f"{name} ({len(found):,})" for name, found in drawn.items()) + " |")
    print("|---|---|" + "--:|" * len(drawn))
    for table in sorted(tables, key=lambda table: (COUNTRIES.index(table.said.source.table), table.said.series)):
        cells = [_share(table, found) for found in drawn.values()]
        source = table.said.source
        print(f"| {source.table}, {source.name} | {source.date} | " + " | ".join(cells) + " |")


def _truth(snapshots: Iterable[Snapshot], per: int) -> dict[str, list[tuple[int, str]]]:
    """Addresses of version 4 with the country of their region, for each provider that publishes regions."""
    ranges: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for shot in snapshots:
        for table in shot.tables:
            if table.said.source.table != "prefix":
                continue
            starts = [*table.arrays["v4.start"].tolist(), 1 << 32]
            for at, row in enumerate(table.arrays["v4.row"].tolist()):
                if row >= 0 and (place := _place(shot, table, row)):
                    ranges[table.said.series].append((starts[at], starts[at + 1] - starts[at], place))
    chance = random.Random(SEED)  # noqa: S311
    found = {}
    for name, held in sorted(ranges.items()):
        chosen = chance.choices(held, [size for _, size, _ in held], k=per)
        found[name] = sorted((first + chance.randrange(size), place) for first, size, place in chosen)
    return found


def _place(shot: Snapshot, table: Open, row: int) -> str:
    """The country of a prefix's region; empty when no list tells it, or what answers there answers everywhere."""
    hit = table.hit(row)
    provider = known().providers.get(hit.value)
    if provider and provider.anycast and set(hit.title.split()) & set(provider.anycast):
        return ""
    regions = known().regions.get(provider.regions) if provider else None
    if regions and hit.region in regions.codes:
        return regions.codes[hit.region]
    return next((said.value for said in shot.region(hit.value, hit.region)), "")


def _share(table: Open, found: Sequence[tuple[int, str]]) -> str:
    rows = table.batch4(np.array([number for number, _ in found], np.uint32)).tolist()
    values = {row: table.hit(row).value for row in set(rows) if row >= 0}
    right = sum(values.get(row) == place for row, (_, place) in zip(rows, found, strict=True))
    return f"{100 * right / len(found):.1f}"


def ageing(options: argparse.Namespace) -> None:
    """What changed between tables of one kind, in shares of the addresses that both have."""
    old, new = (opened_file(path) for path in (options.old, options.new))
    for before in old.tables:
        for after in new.tables:
            if before.said.source.table != after.said.source.table or "v4.row" not in before.arrays:
                continue
            if before.said.source.table == "prefix" and before.said.series != after.said.series:
                continue
            _compared(before, after)


def _compared(before: Open, after: Open) -> None:
    """One line on two tables, by all addresses of version 4."""
    cuts = np.unique(np.concatenate([before.arrays["v4.start"], after.arrays["v4.start"]]))
    sizes = np.diff(np.append(cuts.astype(np.int64), 1 << 32))
    rows = [table.batch4(cuts) for table in (before, after)]
    values = [_values(table, row) for table, row in zip((before, after), rows, strict=True)]
    counted: Counter[str] = Counter()
    for old, new, size in zip(*values, sizes.tolist(), strict=True):
        what = "both" if old and new else "gone" if old else "came" if new else ""
        counted[what] += size
        counted["changed"] += size if what == "both" and old != new else 0
    days = (date.fromisoformat(after.said.source.date) - date.fromisoformat(before.said.source.date)).days
    both = max(counted["both"], 1)
    one, other = before.said.source, after.said.source
    print(
        f"{one.table}: {one.name} ({one.date}) -> {other.name} "
        f"({other.date}), {days} days: changed {100 * counted['changed'] / both:.2f} %, "
        f"gone {100 * counted['gone'] / both:.2f} %, came {100 * counted['came'] / both:.2f} %"
    )


def _values(table: Open, rows: np.ndarray) -> list[str]:
    text: Mapping[int, str] = {row: table.hit(row).value for row in set(rows.tolist()) if row >= 0}
    return [text.get(row, "") for row in rows.tolist()]


def main() -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("speed")
    one.add_argument("--mmdb", type=Path, required=True)
    one.add_argument("--addresses", type=int, default=1_000_000)
    one.set_defaults(run=speed)
    one = verbs.add_parser("accuracy")
    one.add_argument("snapshots", type=Path, nargs="+")
    one.add_argument("--truth", type=Path, nargs="+", default=[])
    one.add_argument("--date", default="2026-01-01", help="of truth files that do not say it; it changes nothing here")
    one.add_argument("--per", type=int, default=8_000)
    one.set_defaults(run=accuracy)
    one = verbs.add_parser("ageing")
    one.add_argument("old", type=Path)
    one.add_argument("new", type=Path)
    one.set_defaults(run=ageing)
    options = parser.parse_args()
    options.run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
