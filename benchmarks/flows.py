"""Flows on the suites of micro apps, app by app, at one setting: `python -m benchmarks.flows [--wrong] [FILE ...]`.

An app is right when as many pairs of source and sink are reported as its authors state. Sources and sinks that suites
do not count (`flows.yaml`) are left out. With files, their flows are printed one by one.
"""

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from affidavit.facts.extract import Extraction
from affidavit.facts.flow_stage import follow
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow
from affidavit.model.progress import silent
from tests.conftest import CORPUS
from tests.reading import read

NEEDED = frozenset({"entries", "manifest", "code"})
"""Stages that following data needs."""


class Suites(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``flows.yaml``."""

    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    published: str
    apart: tuple[str, ...]
    icc: dict[str, int]
    ubc: dict[str, int]


class Asked(NamedTuple):
    """One app: its suite, the kind of its flows, how many its authors state."""

    suite: str
    kind: str
    path: Path
    expected: int


class Answered(NamedTuple):
    """What came out: pairs counted, explicit and implicit, pairs refuted, other flows, CPU seconds of following."""

    explicit: int
    implicit: int
    refuted: int
    others: int
    seconds: float
    verdicts: str


def known() -> Suites:
    """``flows.yaml``."""
    return msgspec.convert(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")), Suites)


def asked(suites: Suites) -> Iterator[Asked]:
    """Every app of the corpus whose flows are known."""
    home = CORPUS / "taint" / "droidbench"
    with (home / "truth.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kind = row["kind"] if row["kind"] in suites.apart else "explicit"
            yield Asked("DroidBench", kind, home / row["apk"], int(row["expected_leaks"]))
    for suite, folder, table in (("ICC-Bench", "icc-bench", suites.icc), ("UBCBench", "ubcbench", suites.ubc)):
        for path in sorted((CORPUS / "taint" / folder).rglob("*.apk")):
            if path.stem in table:
                yield Asked(suite, "explicit", path, table[path.stem])


def followed(path: Path) -> tuple[Extraction, float]:
    """The facts of one app, and the CPU seconds that following its data took."""
    with read(path, NEEDED) as state:
        began = time.process_time()
        follow(state, lambda _: "own", silent)
        return state, time.process_time() - began


def answered(suites: Suites, path: Path) -> Answered:
    """One app."""
    state, seconds = followed(path)
    flows = [fact for fact in state.facts if isinstance(fact.what, Flow)]
    counted = {pair(fact): fact.what for fact in flows if counts(suites, fact)}
    explicit = {where for where, what in counted.items() if not what.implicit}
    verdicts = "".join(what.verdict[0] for what in counted.values())
    refuted = sum(getattr(fact.what, "refuted", 0) for fact in state.facts)
    others = len(flows) - len(counted)
    return Answered(len(explicit), len(counted) - len(explicit), refuted, others, seconds, verdicts)


def counts(suites: Suites, fact: Fact) -> bool:
    """Whether the suites count such a flow."""
    what = fact.what
    return isinstance(what, Flow) and what.source in suites.sources and what.sink_kind in suites.sinks


def pair(fact: Fact) -> tuple[object, object]:
    """Source and sink: two sinks of one call are one."""
    return fact.place, getattr(fact.what, "sink_place", None)


def show(path: Path) -> None:
    """Every flow of a file."""
    state, seconds = followed(path)
    for fact in state.facts:
        if isinstance(fact.what, Flow):
            what = fact.what
            print(f"{what.verdict}{' implicit' if what.implicit else ''}: {what.source} -> {what.sink}: {what.why}")
            for step in what.steps:
                effect = f" [{step.effect}]" if step.effect else ""
                where = f"{step.place.class_}->{step.place.method} +{step.place.pc:#x}"
                print(f"    {step.edge:<14} {where} {step.role}{effect}")
    print(f"{seconds:.2f} s", *state.limitations, sep="\n")


def main() -> int:
    """Run the suites, or show files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wrong", action="store_true", help="only apps with another answer than stated")
    options = parser.parse_args()
    for path in options.files:
        show(path)
    if options.files:
        return 0
    suites = known()
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    times = []
    print("| suite | kind | app | stated | reported | implicit | refuted | others | verdicts | CPU s |")
    for item in asked(suites):
        found = answered(suites, item.path)
        times.append(found.seconds)
        said = found.explicit + (found.implicit if item.kind == "implicit" else 0)
        row = totals[item.suite, item.kind]
        for at, more in enumerate(
            (min(said, item.expected), max(0, said - item.expected), max(0, item.expected - said), 1)
        ):
            row[at] += more
        if said != item.expected or not options.wrong:
            print(_row(item, found, wrong=said != item.expected))
    for (suite, kind), (right, extra, missed, apps) in sorted(totals.items()):
        precision, recall = right / max(1, right + extra), right / max(1, right + missed)
        score = f"P {precision:.2f} R {recall:.2f}"
        print(f"{suite} {kind}: {apps} apps, {right} right, {extra} extra, {missed} missed: {score}")
    print(f"CPU s: median {sorted(times)[len(times) // 2]:.2f}, largest {max(times):.2f}")
    print(suites.published)
    return 0


def _row(item: Asked, found: Answered, *, wrong: bool) -> str:
    """One line of the table."""
    name = f"{item.path.stem} !" if wrong else item.path.stem
    counts = (item.expected, found.explicit, found.implicit, found.refuted, found.others, found.verdicts)
    return f"| {item.suite} | {item.kind} | {name} | {' | '.join(map(str, counts))} | {found.seconds:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
