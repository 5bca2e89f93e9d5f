"""Paths in words: every step has its place, its instruction if the bundle has it, and what follows from what."""

import json

import msgspec
import pytest

from affidavit.cli.explain import text
from affidavit.model.flow import Edge, Flow
from affidavit.report.answers import names_of_code
from affidavit.report.flows import api_name, coverage_of, entry_words, flows_of, path
from affidavit.report.html import render_html
from affidavit.report.sarif import render_sarif
from tests.builders.affidavits import small_affidavit
from tests.builders.flows import CHAIN, COUNTS, END, ENTRY, FLOW, STEPS, flow_facts, with_flows

ACCOUNT = with_flows(small_affidavit())
FACTS = {fact.id: fact for fact in ACCOUNT.facts}
FACT = flow_facts()[0]


@pytest.mark.parametrize("edge", list(Edge))
def test_every_kind_of_edge_has_words(edge):
    steps = (msgspec.structs.replace(STEPS[0], edge=edge),)
    fact = msgspec.structs.replace(FACT, what=msgspec.structs.replace(FLOW, steps=steps))
    assert path(fact, {}, {}).steps[0].words


def test_a_path_has_a_title_names_and_every_step_in_order():
    found = path(FACT, ACCOUNT.excerpts, names_of_code(ACCOUNT.facts))
    assert found.title == "TelephonyManager.getDeviceId → Log.i"
    assert (found.who, found.sink_who) == ("Example Tracker", "the app's own code")
    assert [step.place for step in found.steps] == [step.place for step in STEPS]
    assert found.verdict.startswith("proved")


def test_the_effect_of_a_model_and_the_instruction_are_shown():
    model = path(FACT, ACCOUNT.excerpts, {}).steps[3]
    assert "0 -> return" in model.words
    assert model.line.startswith("invoke-static {v0, v1}")
    assert path(FACT, {}, {}).steps[3].line == ""


def test_an_implicit_flow_says_that_it_decides_a_branch():
    fact = msgspec.structs.replace(FACT, what=msgspec.structs.replace(FLOW, implicit=True))
    assert path(fact, {}, {}).title.endswith("(decides a branch)")


def test_a_finding_names_its_flows_and_those_that_its_rule_asked_for():
    first = ACCOUNT.findings[0]
    assert [fact.id for fact in flows_of(first, FACTS)] == [FACT.id]
    asked = msgspec.structs.replace(first, flows=(), proof=msgspec.structs.replace(first.proof, facts=(FACT.id,)))
    assert [fact.id for fact in flows_of(asked, FACTS)] == [FACT.id]
    assert flows_of(ACCOUNT.findings[1], FACTS) == ()


def test_counts_are_found():
    assert coverage_of(ACCOUNT) == COUNTS
    assert coverage_of(small_affidavit()) is None


def test_an_entry_in_words():
    assert entry_words(ENTRY) == "activity com.example.app.Main, onCreate(Landroid/os/Bundle;)V (manifest)"


@pytest.mark.parametrize(
    ("api", "name"),
    [("La/b/C;->run(I)V", "C.run"), ("La/b/C;->F:I", "C.F"), ("LC;->f:I", "LC.f"), ("", ""), ("La/B;", "B")],
)
def test_short_names_of_methods_and_fields(api, name):
    assert api_name(api) == name


def test_explaining_a_finding_walks_the_chain_and_the_flow():
    said = text(ACCOUNT, ACCOUNT.findings[0].rule)
    assert "reached from activity com.example.app.Main" in said
    assert f"flow {FACT.id}: TelephonyManager.getDeviceId" in said
    for step in STEPS:
        assert step.place.method in said
    assert "> invoke-static {v0, v1}" in said


def test_explaining_the_fact_of_a_flow_walks_it_too():
    said = text(ACCOUNT, FACT.id)
    assert said.count("+0x0006") == 2
    assert "target    TAG {a preference}" in said


def test_explaining_a_reached_call_shows_its_chain():
    assert "the call in question" in text(ACCOUNT, flow_facts()[1].id)


def test_sarif_has_a_code_flow_for_the_chain_and_for_each_flow():
    run = json.loads(render_sarif(ACCOUNT))["runs"][0]
    (result,) = [item for item in run["results"] if item["ruleId"] == ACCOUNT.findings[0].rule]
    chain, flow = result["codeFlows"]
    points = flow["threadFlows"][0]["locations"]
    assert len(chain["threadFlows"][0]["locations"]) == len(CHAIN)
    assert len(points) == len(CHAIN) + len(STEPS)
    last = points[-1]["location"]
    assert last["physicalLocation"]["region"]["byteOffset"] == END.offset
    assert "goes out [operand 1]" in last["message"]["text"]


def test_a_result_without_a_path_has_no_code_flows():
    run = json.loads(render_sarif(small_affidavit()))["runs"][0]
    assert not any("codeFlows" in item for item in run["results"])


def test_the_page_shows_chain_verdict_and_steps():
    page = render_html(ACCOUNT)
    assert "How it is reached: 2 steps" in page
    assert "Where the data goes: <bdi>TelephonyManager.getDeviceId → Log.i</bdi>" in page
    assert page.count('class="path"') == 2
    assert "How it is reached" not in render_html(small_affidavit())


def test_only_the_first_flows_of_a_finding_are_opened():
    first = ACCOUNT.findings[0]
    many = []
    for number in range(9):
        what = msgspec.structs.replace(FLOW, why=f"reason {number}")
        many.append(msgspec.structs.replace(FACT, id=f"f{number:016x}", what=what))
    raised = msgspec.structs.replace(first, flows=tuple(fact.id for fact in many))
    account = msgspec.structs.replace(ACCOUNT, facts=(*ACCOUNT.facts, *many), findings=(raised,))
    assert "5 paths of 9 opened here" in render_html(account)
    assert text(account, first.rule).count("another flow: affidavit explain") == 4
    assert isinstance(many[0].what, Flow)
