"""Facts made of a search: what each verdict becomes, who reads and sends, what is bounded."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.dalvik.replay.explore import Verdict
from affidavit.dalvik.whole.entries import Declared
from affidavit.dalvik.whole.witness import Limits
from affidavit.facts import flows as subject
from affidavit.facts.flow_search import Inputs, Search, link, read_calls, search
from affidavit.facts.flows import Facts
from affidavit.model.flow import Entry, Flow, FlowCoverage, Reached
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.dex import Class, Method
from tests.facts.flow_small import CREATE, LOG, MAIN, READ, SEND, create, dex, leaking, main

USUAL = Inputs((Declared("activity", MAIN),))
URL = "Ljava/net/URL;"


def nothing() -> None:
    """The clock that never runs out."""


def searched(*classes: Class) -> Search:
    linked = link(Program([read_dex("classes.dex", dex(*classes))]), nothing)
    return search(linked, USUAL, read_calls(linked, USUAL, nothing), Limits(), nothing)


def made(found: Search, *verdicts: str, whose=lambda _: "own") -> Facts:
    """Facts of a search, with the verdicts given."""
    return Facts(found, [Verdict(word, f"because {word}") for word in verdicts], whose)  # type: ignore[arg-type]


def stated(facts: Facts) -> list[Flow]:
    return [fact.what for fact in facts.flows([]) if isinstance(fact.what, Flow)]


def reached(facts: Facts, limitations: list[Limitation] | None = None) -> list[Reached]:
    found = facts.reached([] if limitations is None else limitations)
    return [fact.what for fact in found if isinstance(fact.what, Reached)]


def counted(facts: Facts) -> FlowCoverage:
    what = facts.coverage().what
    assert isinstance(what, FlowCoverage)
    return what


@pytest.mark.parametrize("verdict", ["proved", "undecided"])
def test_a_flow_says_its_verdict_and_why(verdict):
    (flow,) = stated(made(searched(main(leaking(), SEND)), verdict))
    assert (flow.verdict, flow.why) == (verdict, f"because {verdict}")
    assert (flow.source_api, flow.sink_api) == (READ, LOG)


def test_a_refuted_candidate_is_counted_and_no_flow():
    facts = made(searched(main(leaking(), SEND)), "refuted")
    assert stated(facts) == []
    assert (counted(facts).proved, counted(facts).refuted) == (0, 1)


def test_each_candidate_needs_its_verdict():
    found = searched(main(leaking(), SEND))
    with pytest.raises(ValueError, match="zip"):
        list(made(found).flows([]))


def test_the_category_and_the_kind_of_sink_come_from_knowledge():
    (flow,) = stated(made(searched(main(leaking(), SEND)), "proved"))
    assert flow.source.startswith("identifiers/")
    assert (flow.category, flow.sink_kind, flow.sink.partition("/")[0]) == ("identifiers", "log", "log")


def test_whose_code_is_asked_by_the_class_of_each_end():
    asked = []

    def whose(name: str) -> str:
        asked.append(name)
        return "okhttp" if name == MAIN else "other"

    (flow,) = stated(made(searched(main(leaking(), SEND)), "proved", whose=whose))
    assert (flow.who, flow.sink_who) == ("okhttp", "okhttp")
    assert set(asked) == {MAIN}


def test_the_chain_ends_at_the_source():
    facts = made(searched(main(leaking(), SEND)), "proved")
    (fact,) = facts.flows([])
    assert isinstance(fact.what, Flow)
    assert fact.what.entry == Entry("activity", MAIN, f"onCreate{CREATE}")
    assert (fact.what.chain[-1].place, fact.what.chain[-1].how) == (fact.place, "target")


def test_the_reader_of_a_fact_is_named_with_its_version():
    facts = made(searched(main(leaking(), SEND)), "proved")
    labels = {fact.extractor for fact in (*facts.flows([]), *facts.reached([]), facts.coverage())}
    assert labels == {f"{subject.NAME}/{subject.VERSION}"}


def test_counts_are_about_the_whole_file():
    fact = made(searched(main(leaking(), SEND)), "proved").coverage()
    assert fact.place == Place("")


def test_a_source_that_is_read_twice_is_two_calls_and_one_entry():
    code = [("invoke-virtual", [0], READ), ("invoke-virtual", [0], READ)]
    facts = made(searched(main(create(*code))))
    found = reached(facts)
    assert [item.api for item in found] == [READ, READ]
    assert len({item.chain[-1].place for item in found}) == 2
    assert {item.entry.component for item in found} == {MAIN}
    assert counted(facts).calls == 2


def test_calls_in_code_that_nothing_leads_to_are_counted_and_not_listed():
    never = Method("never", CREATE, code=list(leaking().code or ()), access=0x2, registers=8)
    facts = made(searched(main(never, SEND)))
    assert reached(facts) == []
    assert (counted(facts).calls, counted(facts).unreached) == (1, 1)


def test_calls_beyond_the_bound_become_a_limitation(monkeypatch):
    monkeypatch.setattr(subject, "CALLS", 2)
    said: list[Limitation] = []
    facts = made(searched(main(create(*[("invoke-virtual", [0], READ)] * 5))))
    assert len(reached(facts, said)) == 2
    assert [(item.kind, item.count) for item in said] == [("flows/calls-bounded", 3)]
    assert "5 sensitive calls" in said[0].detail
    assert counted(facts).calls == 5


def test_flows_beyond_the_bound_become_a_limitation_and_some_of_each_kind_stay(monkeypatch):
    monkeypatch.setattr(subject, "FLOWS", 2)
    secure = "Ljava/io/PrintStream;->println(Ljava/lang/String;)V"
    code = [("invoke-virtual", [0], READ), ("move-result-object", 2), ("const-string", 4, "tag")]
    code += [("invoke-static", [4, 2], LOG)] * 4
    code += [("sget-object", 5, "Ljava/lang/System;->out:Ljava/io/PrintStream;"), ("invoke-virtual", [5, 2], secure)]
    found = searched(main(create(*code)))
    facts, said = made(found, *["proved"] * len(found.found)), []
    listed = [fact.what for fact in facts.flows(said)]
    kinds = {item.sink.what for item in found.found}
    assert len(listed) == 2
    assert {flow.sink for flow in listed} == (kinds if len(kinds) < 3 else {flow.sink for flow in listed})
    assert [(item.kind, item.count) for item in said] == [("flows/listed", len(found.found) - 2)]
    assert counted(facts).proved == len(found.found)


def test_of_two_verdicts_on_one_pair_of_instructions_the_better_is_told():
    twice = main(create(("invoke-virtual", [0], READ), ("move-result-object", 2), ("invoke-static", [2, 2], LOG)))
    found = searched(twice)
    assert len(found.found) == 2
    for verdicts in (("proved", "undecided"), ("undecided", "proved"), ("refuted", "proved")):
        (flow,) = stated(made(found, *verdicts))
        assert flow.verdict == "proved"


def test_within_the_bound_nothing_is_said():
    said: list[Limitation] = []
    assert len(reached(made(searched(main(create(("invoke-virtual", [0], READ))))), said)) == 1
    assert said == []


def test_the_text_of_a_target_is_told_where_it_is_known():
    code = [
        *(("invoke-virtual", [0], READ), ("move-result-object", 2)),
        *(("new-instance", 3, URL), ("const-string", 4, "https://x.example/?id=")),
        ("invoke-virtual", [4, 2], "Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;"),
        ("move-result-object", 4),
        ("invoke-direct", [3, 4], f"{URL}-><init>(Ljava/lang/String;)V"),
        ("invoke-virtual", [3], f"{URL}->openStream()Ljava/io/InputStream;"),
    ]
    found = searched(main(create(*code)))
    flows = stated(made(found, *["proved"] * len(found.found)))
    assert {flow.sink_kind for flow in flows} == {"network"}
    assert any("x.example" in flow.value for flow in flows)


def test_names_are_bounded(monkeypatch):
    monkeypatch.setattr(subject, "TEXT_LIMIT", 20)
    (flow,) = stated(made(searched(main(leaking(), SEND)), "proved"))
    assert len(flow.source_api) < 30
    assert flow.source_api[:10] == READ[:10]


def test_the_same_search_makes_the_same_facts():
    found = searched(main(leaking(), SEND))
    first, second = made(found, "proved"), made(found, "proved")
    assert list(first.flows([])) == list(second.flows([]))
    assert list(first.reached([])) == list(second.reached([]))
    assert first.coverage() == second.coverage()
