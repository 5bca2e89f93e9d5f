"""Facts about what can be reached, and about data that goes from a source to a sink; each with its path."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.explore import Verdict as Judged
from affidavit.dalvik.whole.chains import Chains
from affidavit.dalvik.whole.shapes import Candidate, Point
from affidavit.dalvik.whole.witness_steps import steps
from affidavit.facts.flow_beside import Neighbours
from affidavit.facts.flow_everywhere import SensitiveCall
from affidavit.facts.flow_knowledge import FlowKnowledge, flow_knowledge
from affidavit.facts.flow_search import Search
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.fact import Fact
from affidavit.model.flow import Call, Flow, FlowCoverage, Reached, Verdict
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "flows"
VERSION = 1

FLOWS = 400
"""Flows that are listed; their numbers are counted in any case."""
CALLS = 4_000
"""Sensitive calls that are listed with a chain; beyond it a limitation says how many there are."""
TEXT_LIMIT = 1_000
"""Characters of a name or of what is known of a target."""
_LABEL = f"{NAME}/{VERSION}"

Whose = Callable[[str], str]
"""Class descriptor -> library id, ``own`` or ``other``."""


class Facts:
    """Makes facts of a search.

    Args:
        found: the search.
        verdicts: of its candidates, in their order; refuted ones make no fact.
        whose: whose code a class is.
        known: what is sensitive.
    """

    def __init__(
        self, found: Search, verdicts: Sequence[Judged], whose: Whose, known: FlowKnowledge | None = None
    ) -> None:
        self._found, self._verdicts, self._whose = found, verdicts, whose
        self._known = known or flow_knowledge()
        self._linked, self._code = found.linked, found.calls.code
        self.chains = Chains(found.linked, found.calls)
        self._beside = Neighbours(found.values.sites, self._known, Models.load())

    def flows(self, limitations: list[Limitation]) -> Iterator[Fact]:
        """One for each pair of instructions that was not refuted, by its best candidate; the best of each kind first.

        Args:
            limitations: receives one when there are more than `FLOWS`.
        """
        chosen = _of_all_kinds(self._best())
        if len(chosen) > FLOWS:
            detail = f"{len(chosen)} paths were not refuted; {FLOWS} are listed, some of each kind of source and sink"
            limitations.append(Limitation("flows/listed", detail, count=len(chosen) - FLOWS))
        for candidate, judged in chosen[:FLOWS]:
            yield self._flow(candidate, judged.verdict, judged.why)

    def _best(self) -> list[tuple[Candidate, Judged]]:
        """The best candidate of each pair of instructions."""
        best: dict[tuple[int, str, int, str], tuple[Candidate, Judged]] = {}
        for candidate, judged in zip(self._found.found, self._verdicts, strict=True):
            source, sink = candidate.source, candidate.sink
            key = (source.node, source.what, sink.node, sink.what)
            if judged.verdict != "refuted" and (key not in best or _rank(candidate, judged) < _rank(*best[key])):
                best[key] = (candidate, judged)
        return list(best.values())

    def reached(self, limitations: list[Limitation]) -> Iterator[Fact]:
        """One for each sensitive call that an entry point leads to, in the order of the code."""
        calls = [call for call in self._found.points.calls if self.chains.methods[call.method]]
        if len(calls) > CALLS:
            detail = f"{len(calls)} sensitive calls are reached; the first {CALLS} are listed with a chain"
            limitations.append(Limitation("flows/calls-bounded", detail, count=len(calls) - CALLS))
        for call in calls[:CALLS]:
            fact = self._reached(call)
            if fact is not None:
                yield fact

    def coverage(self) -> Fact:
        """How much was looked at."""
        calls, points = self._found.calls, self._found.points
        verdicts = Counter(judged.verdict for judged in self._verdicts)
        sensitive = Counter(bool(calls.reached[call.method]) for call in points.calls)
        what = FlowCoverage(
            entries=len(calls.entries),
            methods=int(np.count_nonzero(self._linked.has_code & self._linked.is_active)),
            reached=int(np.count_nonzero(calls.reached)),
            analysed=int(np.count_nonzero(self._code.node_first >= 0)),
            sources=len(points.sources),
            sinks=len(points.sinks),
            calls=len(points.calls),
            unreached=sensitive[False],
            proved=verdicts["proved"],
            undecided=verdicts["undecided"],
            refuted=verdicts["refuted"],
            categories=tuple(sorted({self._known.category[point.what] for point in points.sources})),
        )
        return make_fact(what, Place(""), _LABEL)

    def place(self, point: Point) -> Place:
        """The instruction of a point, or the method whose parameter it is."""
        return self._linked.place(int(self._code.method[point.node]), int(self._code.pc[point.node]))

    def _flow(self, candidate: Candidate, verdict: Verdict, why: str) -> Fact:
        source, sink = candidate.source, candidate.sink
        place, sink_place = self.place(source), self.place(sink)
        way = self.chains.links(int(self._code.method[source.node]))
        what = Flow(
            source=source.what,
            category=self._known.category[source.what],
            source_api=self._api(source),
            sink=sink.what,
            sink_kind=self._known.kind[sink.what],
            sink_api=self._api(sink),
            sink_place=sink_place,
            verdict=verdict,
            why=why,
            steps=steps(self._linked, self._found.graph, self._found.calls, candidate),
            entry=way[0] if way else None,
            chain=(*way[1], Call(place, "target")) if way else (),
            implicit=candidate.implicit,
            who=self._whose(place.class_),
            sink_who=self._whose(sink_place.class_),
            value=self._target(sink),
            asked=self._beside.asked(source.node),
            sent=self._beside.sent(sink.node, self._found.points.sent.get(sink.node, ())),
        )
        return make_fact(what, place, _LABEL)

    def _reached(self, call: SensitiveCall) -> Fact | None:
        way = self.chains.links(call.method)
        if way is None:
            return None
        place = self._linked.place(call.method, call.pc)
        chain = (*way[1], Call(place, "target"))
        category = self._known.category[call.what]
        api = bounded(call.api, TEXT_LIMIT)
        what = Reached(call.what, category, api, way[0], chain, self._whose(place.class_))
        return make_fact(what, place, _LABEL)

    def _api(self, point: Point) -> str:
        return bounded(self._found.points.apis.get(point.node, ""), TEXT_LIMIT)

    def _target(self, sink: Point) -> str:
        """What is known of where the data goes."""
        node = self._found.points.targets.get(sink.node, -1)
        values = self._found.values
        return bounded(values.text(values.of(node)), TEXT_LIMIT) if node >= 0 else ""


def _rank(candidate: Candidate, judged: Judged) -> tuple[bool, bool, int]:
    """How good a candidate is as evidence, the best lowest: copied data, proved, few steps."""
    return candidate.implicit, judged.verdict != "proved", len(candidate.links)


def _of_all_kinds(found: list[tuple[Candidate, Judged]]) -> list[tuple[Candidate, Judged]]:
    """The same in an order in which the first are of many kinds: the best of each source and sink, then the next."""
    kinds: dict[tuple[str, str], list[tuple[Candidate, Judged]]] = {}
    for candidate, judged in sorted(found, key=lambda item: _rank(*item)):
        kinds.setdefault((candidate.source.what, candidate.sink.what), []).append((candidate, judged))
    turns = [(_rank(*item)[0], turn, kind, item) for kind, items in kinds.items() for turn, item in enumerate(items)]
    return [item for *_, item in sorted(turns, key=lambda turn: turn[:3])]
