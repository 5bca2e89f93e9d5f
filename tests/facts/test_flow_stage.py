"""The stage that follows data: what it says of small whole apps, and of files that it cannot follow."""

import pytest

from affidavit.evidence.derive import derive
from affidavit.facts.flow_stage import STEPS
from affidavit.model.flow import Edge, Entry
from tests.builders import axml
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, Method
from tests.builders.zip import zip_of
from tests.facts.flow_small import (
    CREATE,
    INIT,
    LOG,
    MAIN,
    READ,
    SEND,
    S,
    apk,
    create,
    dex,
    follow_files,
    leaking,
    main,
    manifest,
)

ENTRY = Entry("activity", MAIN, f"onCreate{CREATE}")


def a_class(name: str = "x/A") -> bytes:
    """A class file with one method."""
    return ClassBuilder(name).method("run", "()V", code=[("return",)]).build()


def test_the_device_id_that_is_logged_is_one_proved_flow_with_its_chain_and_path(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND)))
    (flow,) = found.flows
    assert (flow.source_api, flow.sink_api, flow.verdict, flow.implicit) == (READ, LOG, "proved", False)
    assert (flow.category, flow.sink_kind) == ("identifiers", "log")
    assert (flow.who, flow.sink_who) == ("own", "own")
    assert flow.entry == ENTRY
    assert [link.how for link in flow.chain] == ["target"]
    edges = [step.edge for step in flow.steps]
    assert (edges[0], edges[-1]) == (Edge.SOURCE, Edge.SINK)
    assert Edge.CALL in edges


def test_a_flow_s_place_is_its_source_and_its_path_begins_and_ends_at_both(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND)))
    (fact,) = [fact for fact in found.facts if fact.what in found.flows]
    assert fact.place == found.flows[0].steps[0].place
    assert fact.place.method == f"onCreate{CREATE}"
    assert found.flows[0].sink_place == found.flows[0].steps[-1].place
    assert found.flows[0].sink_place.method == f"send({S})V"


def test_the_sensitive_call_is_reached_from_the_activity(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND)))
    (reached,) = found.reached
    assert (reached.api, reached.entry, reached.category) == (READ, ENTRY, "identifiers")
    assert reached.source == found.flows[0].source
    assert found.chains is not None
    assert found.chains.entries == found.counts.entries


def test_what_was_looked_at_is_counted(tmp_path):
    counts = follow_files(tmp_path, apk(main(leaking(), SEND))).counts
    assert (counts.methods, counts.reached, counts.analysed) == (3, 3, 3)
    assert (counts.sources, counts.calls, counts.unreached) == (1, 1, 0)
    assert counts.sinks >= 1
    assert (counts.proved, counts.undecided, counts.refuted) == (1, 0, 0)


def test_data_that_is_only_read_is_reached_and_flows_nowhere(tmp_path):
    found = follow_files(tmp_path, apk(main(create(("invoke-virtual", [0], READ)))))
    assert found.flows == []
    assert len(found.reached) == 1
    assert found.counts.proved == found.counts.undecided == 0


def test_a_constant_that_is_sent_is_no_flow(tmp_path):
    code = [("invoke-virtual", [0], READ), ("const-string", 2, "none"), ("invoke-static", [2, 2], LOG)]
    found = follow_files(tmp_path, apk(main(create(*code))))
    assert found.flows == []


def test_code_that_nothing_enters_is_counted_and_not_followed(tmp_path):
    never = Method("never", CREATE, code=list(leaking().code or ()), access=0x2, registers=8)
    found = follow_files(tmp_path, apk(main(never, SEND)))
    assert found.flows == found.reached == []
    assert (found.counts.calls, found.counts.unreached) == (1, 1)
    assert found.counts.reached < found.counts.methods


def test_a_disabled_component_is_not_entered(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND), manifest=manifest(enabled=False)))
    assert (found.counts.entries, found.flows, found.reached) == (0, [], [])


def test_the_chain_names_each_call_on_the_way(tmp_path):
    start = Method("onCreate", CREATE, code=[("invoke-direct", [6, 7], f"{MAIN}->next{CREATE}"), ("return-void",)],
                   registers=8)  # fmt: skip
    onward = Method("next", CREATE, code=list(leaking().code or ()), access=0x2, registers=8)
    (flow,) = follow_files(tmp_path, apk(main(start, onward, SEND))).flows
    assert [link.how for link in flow.chain] == ["call", "target"]
    assert [link.place.method for link in flow.chain] == [f"onCreate{CREATE}", f"next{CREATE}"]


def test_whose_code_reads_and_sends_is_asked_of_the_caller(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND)), whose="okhttp")
    assert {(flow.who, flow.sink_who) for flow in found.flows} == {("okhttp", "okhttp")}
    assert {item.who for item in found.reached} == {"okhttp"}


def test_progress_is_told_part_by_part(tmp_path):
    found = follow_files(tmp_path, apk(main(leaking(), SEND)))
    assert found.steps == [("flows", number, STEPS) for number in range(len(found.steps))]
    assert len(found.steps) == STEPS + 1


def test_class_files_are_not_followed_and_a_limitation_counts_their_methods(tmp_path):
    found = follow_files(tmp_path, {"x/A.class": a_class(), "x/B.class": a_class("x/B")}, "a.jar")
    (limit,) = found.limitations
    assert (limit.kind, limit.count) == ("flows/not-analysed", 2)
    assert "2 methods" in limit.detail
    assert found.chains is None
    assert found.facts == []


def test_a_library_of_class_files_is_not_followed(tmp_path):
    inner = zip_of({"x/A.class": a_class()})
    files = {"AndroidManifest.xml": axml.text(axml.manifest()), "classes.jar": inner, "R.txt": b""}
    found = follow_files(tmp_path, files, "a.aar")
    assert found.kinds == ["flows/not-analysed"]
    assert found.chains is None


def test_a_file_without_any_code_says_nothing_of_flows(tmp_path):
    found = follow_files(tmp_path, {"AndroidManifest.xml": manifest()})
    assert (found.facts, found.limitations, found.chains) == ([], [], None)


def test_without_a_manifest_nothing_is_known_to_be_entered(tmp_path):
    found = follow_files(tmp_path, {"classes.dex": dex(main(leaking(), SEND))})
    assert found.counts.unreached == found.counts.calls - len(found.reached)
    assert all(flow.entry is not None for flow in found.flows)


@pytest.mark.parametrize("cut", [0x70, 0x100, 0x200, -40])
def test_a_damaged_dex_is_followed_as_far_as_it_goes(tmp_path, cut):
    files = apk(main(leaking(), SEND)) | {"classes.dex": dex(main(leaking(), SEND))[:cut]}
    found = follow_files(tmp_path, files)
    assert found.chains is None or found.counts.analysed <= 3


@pytest.mark.parametrize("at", range(0x70, 0x400, 0x4B))
def test_bytes_that_were_changed_break_nothing(tmp_path, at):
    data = bytearray(dex(main(leaking(), SEND)))
    at %= len(data)
    data[at] ^= 0xFF
    found = follow_files(tmp_path, apk(main()) | {"classes.dex": bytes(data)})
    assert found.chains is None or found.counts.reached <= found.counts.methods


def test_code_in_several_dex_files_is_one_program(tmp_path):
    out = Class("Lorg/example/app/Out;", methods=[Method("send", f"({S})V", SEND.code, 0x9, 8)])
    body = [*(leaking().code or ())][:-2]
    body += [("invoke-static", [2], f"Lorg/example/app/Out;->send({S})V"), ("return-void",)]
    files = apk(main(Method("onCreate", CREATE, code=body, registers=8))) | {"classes2.dex": dex(out)}
    (flow,) = follow_files(tmp_path, files).flows
    assert (flow.steps[0].place.entry, flow.sink_place.entry) == ("classes.dex", "classes2.dex")


def test_the_same_bytes_give_the_same_facts(tmp_path):
    files = apk(main(leaking(), SEND), Class("Lx/Other;", methods=[INIT]))
    assert follow_files(tmp_path, files).facts == follow_files(tmp_path, files, "b.apk").facts


def test_a_whole_review_states_the_flow_and_the_checker_has_accepted_it(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(zip_of(apk(main(leaking(), SEND))))
    account = derive(path)
    stated = [fact.what for fact in account.facts if fact.id.startswith("f")]
    assert [flow.verdict for flow in stated if hasattr(flow, "verdict") and hasattr(flow, "steps")] == ["proved"]
    assert [item for item in account.limitations if item.kind.startswith("flows/")] == []
    done = {stage.name: stage.outcome for stage in account.coverage.stages}
    assert (done["flows"], done["paths"]) == ("done", "done")
    (finding,) = [item for item in account.findings if item.rule == "identifiers/handed-on"]
    assert (finding.answer, finding.grade) == ("shown", "flows")
