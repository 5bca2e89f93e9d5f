"""What looking an app up costs as the index grows: `python -m benchmarks.index_growth INDEX APP [VERSIONS ...]`.

A larger index is simulated with copies of a real one. In a copy every token that a publisher makes up is another: those
of strings, numbers, arrays, switches and methods. Tokens of the platform (calls, types, fields, members, super types,
overrides) are those of every copy, as all code calls one platform. So lists of the platform's tokens grow with the
index until they are longer than what is read of any list; those of made-up tokens stay as they are, and there are more.

Only the lists of tokens that the app has are laid out in memory; the others are counted, as nothing reads them. The
table of tokens is whole up to `WHOLE` tokens. Above `DENSE` signatures the scratch of the kernel, which has a place for
each signature, is laid out for those signatures alone that are in a list that is read.
"""

import argparse
import dataclasses
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.candidates import candidates, query
from affidavit.identity.code.declared import Declared
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.index import Index, arranged
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.match import match
from affidavit.identity.code.matching import numbers
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.store import opened
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.identity.likeness import sketch
from affidavit.model.place import Place

MADE_UP = (Kind.STRING, Kind.LITERAL, Kind.ARRAY, Kind.METHOD, Kind.SWITCH)
WHOLE = 100_000_000
DENSE = 40_000_000
Rows = npt.NDArray[np.int64]


def touched(index: Index, app: Signatures) -> Rows:
    """Rows of the tokens that the app has."""
    rows = index.rows_of(np.unique(app.tokens))
    found: Rows = rows[rows >= 0]
    return found


def grown(index: Index, rows: Rows, copies: int, longest: int) -> tuple[Index, int]:
    """The lists of some tokens in an index of copies; and how many numbers all lists have."""
    own = np.isin((index.token & np.uint64(KIND_MASK)).astype(np.int64), [int(kind) for kind in MADE_UP])
    lengths = np.diff(index.posting.start).astype(np.int64)
    total = int(lengths.sum()) * copies
    parts, starts = [], [0]
    step = len(index.node) * np.arange(copies, dtype=np.int64)
    for row in rows.tolist():
        items = index.posting.row(row).astype(np.int64)
        if not own[row] and len(items) * copies > longest:
            parts.append(np.zeros(longest + 1, np.int64))  # never read: too long
        else:
            parts.append(items if own[row] else (step[:, None] + items[None, :]).ravel())
        starts.append(starts[-1] + len(parts[-1]))
    items = np.concatenate(parts)
    node, nodes = index.node.astype(np.int64), len(index.node_name)
    if len(node) * copies > DENSE:
        kept, items = np.unique(items, return_inverse=True)
        node, back = np.unique(node[kept % len(index.node)] + kept // len(index.node) * nodes, return_inverse=True)
        node, nodes = back.astype(np.int64), len(node)
    else:
        node, nodes = (nodes * np.arange(copies)[:, None] + node[None, :]).ravel(), nodes * copies
    times = np.where(own[rows], 1, copies)
    made = dataclasses.replace(
        index,
        node_name=("",) * nodes,
        node_family=np.zeros(nodes, np.int32),
        graph=Csr(np.zeros(nodes + 1, np.int32), np.zeros(0, np.int32)),
        node=node.astype(np.int32),
        token=index.token[rows],
        posting=Csr(np.array(starts, np.int32), items.astype(np.int32)),
        in_families=(index.in_families[rows] * times).astype(np.int32),
        in_nodes=(index.in_nodes[rows] * times).astype(np.int32),
        in_background=index.in_background[rows],
    )
    return made, total


def table(index: Index, copies: int) -> npt.NDArray[np.uint64]:
    """A table of as many sorted tokens as the copies have, or as fit."""
    own = np.isin((index.token & np.uint64(KIND_MASK)).astype(np.int64), [int(kind) for kind in MADE_UP])
    count = min(int(own.sum()) * copies + int((~own).sum()), WHOLE)
    made = np.random.default_rng(1).integers(0, 1 << 63, count, np.uint64)
    made.sort()
    return made


def timed(act: Any, times: int = 3) -> tuple[float, Any]:
    """CPU seconds of the fastest run, and what it gave."""
    best, result = float("inf"), None
    for _ in range(times):
        at = time.process_time()
        result = act()
        best = min(best, time.process_time() - at)
    return best, result


def stage(app: Path, index: Index) -> str:
    """CPU seconds of each part of comparing one app with an index as it is, one after the other."""
    at, said = [time.process_time()], []

    def over(what: str) -> None:
        at.append(time.process_time())
        said.append(f"{what} {at[-1] - at[-2]:.2f}")

    program = program_of(app)
    over("read")
    program.resolution()
    over("methods resolved")
    declared = Declared(Vocabulary(program))
    signatures = of_program(program, declared)
    over("signatures")
    matched = match(signatures, index)
    over("matched")
    facts = list(facts_of(Compared(program, signatures, index, (), matched, declared)))
    over("evidence")
    sketch(signatures, matched.origin < 0, Place(""), index)
    over("sketch")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{len(signatures)} classes, {len(facts)} facts: {', '.join(said)} s CPU; peak {peak} MiB"


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("app", type=Path)
    parser.add_argument("versions", type=int, nargs="*", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--stage", action="store_true", help="say instead what comparing with the index as it is costs")
    options = parser.parse_args()
    data = options.index.read_bytes()
    opening, (index, _) = timed(lambda: opened(data))
    if options.stage:
        print(f"{options.app.name}: {stage(options.app, index)}")
        return
    app = of_program(program_of(options.app))
    rows, longest = touched(index, app), numbers().longest
    print(f"{len(index.versions)} versions, {len(index.node)} signatures, opened in {opening:.2f} s CPU")
    print(f"{options.app.name}: {len(app)} classes, {len(app.tokens)} tokens, {len(rows)} of them in the index")
    print("versions | signatures | posted | tokens | found s | arranged s | candidates s | peak MiB | on disk, GB")
    tokens = np.unique(app.tokens)
    for versions in options.versions:
        copies = max(1, round(versions / len(index.versions)))
        whole = table(index, copies)
        found, _ = timed(lambda whole=whole: np.searchsorted(whole, tokens))
        known = len(whole)
        del whole
        made, total = grown(index, rows, copies, longest)
        arranging, _ = timed(lambda made=made: arranged(made), 1)
        seconds, (classes, _, cut) = timed(lambda made=made: candidates(query(app, made, numbers())))
        arranged.cache_clear()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        disk = (8 * total + 8 * known * copies / max(copies, 1)) / 1e9
        print(
            f"{copies * len(index.versions):,} | {copies * len(index.node):,} | {total:,} | {known:,} | {found:.3f} | "
            f"{arranging:.3f} | {seconds:.3f} | {peak:.0f} | {disk:.2f}  ({len(classes):,} pairs, {cut} classes cut)"
        )


if __name__ == "__main__":
    main()
