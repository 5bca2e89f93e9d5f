"""Which methods a replay executes."""

from dataclasses import replace

import numpy as np

from affidavit.dalvik.models import Models
from affidavit.dalvik.replay.relevant import leading
from affidavit.dalvik.replay.touching import touching
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, EntryPoint, Point
from tests.dalvik.replay.play import MAIN, graph_of, linked_of, main, put, secret, static
from tests.dalvik.replay.test_explore import with_nodes


def program() -> tuple[Linked, CallGraph, dict[str, int]]:
    """``main`` calls ``helper``, which holds source and sink and calls ``small``; nothing calls ``other``."""
    names = ("helper", "main", "other", "small")
    helper = static("helper", "()V", *secret(0), put(0), ("return-void",))
    rest = [static(name, "()V", ("return-void",)) for name in ("other", "small")]
    linked = linked_of([main(("invoke-static", [], f"{MAIN}->helper()V"), methods=[helper, *rest])])
    at = {name: linked.find_method(linked.type_of(MAIN), name) for name in names}
    graph = with_nodes(graph_of(linked), [(at["helper"], 0), (at["helper"], 4), (at["main"], 0), (at["other"], 0)])
    code = replace(graph.code, opcode=np.zeros(4, np.uint8), data=np.full(4, -1, np.int32))
    edges = {"site": np.array([2, 0], np.int32), "target": np.array([at["helper"], at["small"]], np.int32)}
    return linked, replace(graph, **edges, how=np.zeros(2, np.uint8), code=code), at


CANDIDATE = Candidate(Point(0, "result", "a"), Point(1, "operand 0", "b"), ())


def test_what_leads_to_a_candidate_and_small_helpers_are_executed():
    linked, graph, at = program()
    assert leading(linked, graph, [CANDIDATE]) == {at["helper"], at["main"], at["small"]}


def test_nothing_is_executed_for_no_candidates():
    linked, graph, _ = program()
    assert not leading(linked, graph, [])


def test_entry_points_are_executed_with_what_the_platform_is_told():
    linked, graph, at = program()
    entries = (EntryPoint(at["other"], "activity", linked.type_of(MAIN), "manifest"),)
    found = touching(linked, replace(graph, entries=entries), Models.load())
    assert np.flatnonzero(found).tolist() == [at["other"]]
    assert at["other"] in leading(linked, replace(graph, entries=entries), [CANDIDATE], found)
