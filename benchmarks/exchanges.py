"""Files of exchanges and logs: CPU seconds and memory of our readers beside the obvious ones, and memory as files grow.

`python -m benchmarks.exchanges [--mb 30] [--large 1000] [--dir DIR]`. HTTP archives and dumps are made of real ones
(`../shared/data/net`) by repetition; the flow log is made up: 20,000 servers, the n-th met as often as 1/n says. The
obvious readers: `json.load` of the whole archive, a loop over tagged netstrings in Python that decodes all (that of the
tests; mitmproxy's own reader is not among them), and `csv` with a space between columns.
"""

import argparse
import csv
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from affidavit.artefact.notes import Notes
from affidavit.network.capture.opening import opened
from affidavit.network.capture.source import Source
from benchmarks.captures import NET, ROOT, measured
from tests.oracles import tnetstring

NAMES = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)


def archives(target: Path, size: int) -> None:
    """An archive of the entries of all real ones, again and again."""
    texts = []
    for path in sorted(NET.rglob("*.har")):
        try:
            found = json.loads(path.read_text("utf-8-sig"))
        except ValueError:
            continue
        found = found if "log" in found else next(iter(found.values()))
        texts += [json.dumps(entry).encode() for entry in found["log"]["entries"]]
    _repeat(target, size, b",\n".join(texts), b'{"log": {"version": "1.2", "entries": [', (b",\n", b"]}}"))


def dumps(target: Path, size: int) -> None:
    """The flows of all real dumps, again and again."""
    flows = b"".join(path.read_bytes() for path in sorted((NET / "mitmproxy").glob("*.mitm")))
    _repeat(target, size, flows)


def _repeat(target: Path, size: int, body: bytes, head: bytes = b"", ends: tuple[bytes, bytes] = (b"", b"")) -> None:
    """A head, and a body so often that it is enough; between two of them and at the end stands what `ends` says."""
    with target.open("wb") as file:
        file.write(head + body)
        while file.tell() < size:
            file.write(ends[0] + body)
        file.write(ends[1])


def flows(target: Path, size: int) -> None:
    """A flow log of a VPC."""
    draw = random.Random(1)  # noqa: S311 - nothing secret
    clients = [f"10.0.{draw.randrange(4)}.{draw.randrange(256)}" for _ in range(200)]
    servers = [f"203.{draw.randrange(64)}.{draw.randrange(256)}.{draw.randrange(256)}" for _ in range(20_000)]
    weights = [1 / (number + 1) for number in range(len(servers))]
    lines = []
    for number, server in enumerate(draw.choices(servers, weights, k=100_000)):
        ends = (draw.choice(clients), server, draw.randrange(32_768, 61_000), 443)
        ends = ends if draw.random() < 0.5 else (ends[1], ends[0], ends[3], ends[2])
        amount, begun = draw.randrange(40, 100_000), 1_700_000_000 + number // 100
        place = " ".join(map(str, ends))
        lines.append(f"2 123456789012 eni-0a1b2c3d4e5f {place} 6 9 {amount} {begun} {begun + 60} ACCEPT OK\n")
    _repeat(target, size, "".join(lines).encode(), f"{NAMES}\n".encode())


KINDS: dict[str, Callable[[Path, int], None]] = {"har": archives, "mitm": dumps, "log": flows}


def ours(path: Path) -> Iterator[str]:
    """Read a file to its events and count them."""
    source = Source(os.open(path, os.O_RDONLY), path.name, path.stat().st_size)
    _, read = opened(source)
    found = Counter(type(event).__name__ for event in read(source, Notes([])))
    yield ", ".join(f"{count} {name}" for name, count in sorted(found.items()))


def obvious(path: Path) -> Iterator[str]:
    """Read a file the obvious way and count what is in it."""
    if path.suffix == ".har":
        yield f"{len(json.loads(path.read_bytes())['log']['entries'])} entries"
    elif path.suffix == ".mitm":
        yield f"{len(tnetstring.flows(path.read_bytes()))} flows"
    else:
        with path.open(newline="") as file:
            yield f"{sum(1 for _ in csv.reader(file, delimiter=' '))} lines"


def main() -> None:
    """Make the files, run both readers on each, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "affidavit-exchanges")
    parser.add_argument("--mb", type=int, default=30)
    parser.add_argument("--large", type=int, default=0, help="read files of so many MB as well, by ours alone")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(*{"ours": ours, "obvious": obvious}[options.read[0]](Path(options.read[1])))
        return
    options.dir.mkdir(parents=True, exist_ok=True)
    print("| file | MB | reader | CPU s | MB / CPU s | peak MiB | read |\n|---|--:|---|--:|--:|--:|---|")
    for kind, make in KINDS.items():
        for size in (options.mb, options.large) if options.large else (options.mb,):
            path = options.dir / f"made.{kind}"
            make(path, size * 1_000_000)
            megabytes = path.stat().st_size / 1e6
            for reader in ("ours", "obvious") if size == options.mb else ("ours",):
                took = measured([sys.executable, "-m", "benchmarks.exchanges", "--read", reader, str(path)], ROOT)
                rate = f"{took.cpu:.2f} | {megabytes / took.cpu:.0f} | {took.peak}"
                print(f"| {kind} | {megabytes:.0f} | {reader} | {rate} | {took.said} |", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
