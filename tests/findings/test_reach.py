"""From present to reachable to flows: only by code that an entry point leads to, with the shortest chain."""

import msgspec
import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.findings import judge
from affidavit.findings.schema import Rule
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry
from tests.builders.rule_app import PACKAGE, build_app, build_dex, built_flow

READ = "android.location.LocationManager.getLastKnownLocation"
ENTRY = Entry("activity", "Lcom/example/app/Main;", "onCreate(Landroid/os/Bundle;)V")
RULE = {
    "id": "location/x", "version": 1, "title": "Reads it", "category": "location", "grade": "present",
    "severity": "low", "absence": "no call", "source": {"kind": "x", "ref": "x"}, "examples": {},
}  # fmt: skip


class Reach:
    """Entry points lead to some methods, in as many links as given."""

    def __init__(self, links):
        self.methods = np.array([count >= 0 for count in links])
        self.entries = 7
        self._links = {f"m{row}()V": count for row, count in enumerate(links)}

    def chain(self, place):
        count = self._links.get(place.method, -1)
        return None if count < 0 else (ENTRY, (*[Call(place, "call")] * count, Call(place, "target")))


def judged(match, spec, links, facts=()):
    rule = msgspec.convert({**RULE, "match": match}, Rule)
    app = build_app(spec)
    reach = None if links is None else Reach(links)
    return judge.judge((*app.facts, *facts), app.program, None, [], [rule], reach=reach).findings[0]


CALLS = {"methods": [{"calls": [READ]}, {"calls": [READ]}, {"strings": ["text"]}]}


def test_without_a_search_it_stays_present_and_says_so():
    found = judged({"call": READ}, CALLS, None)
    assert (found.grade, found.entry, found.chain) == (Grade.PRESENT, None, ())
    assert "was not examined" in found.why_not_higher


def test_code_that_no_entry_point_leads_to_stays_present_with_the_number_searched_from():
    found = judged({"call": READ}, CALLS, [-1, -1, 0])
    assert (found.grade, found.chain) == (Grade.PRESENT, ())
    assert "none of the 7 entry points" in found.why_not_higher


def test_the_shortest_chain_is_given():
    found = judged({"call": READ}, CALLS, [5, 2, 0])
    assert (found.grade, found.entry, len(found.chain)) == (Grade.REACHABLE, ENTRY, 3)
    assert found.chain[-1].place.method == "m1()V"


@pytest.mark.parametrize(("links", "grade"), [([0, -1, -1], Grade.PRESENT), ([0, -1, 0], Grade.REACHABLE)])
def test_all_of_a_statement_must_be_reached(links, grade):
    assert judged({"all": [{"call": READ}, {"string": "text"}]}, CALLS, links).grade is grade


def test_a_declaration_is_not_raised_by_code():
    spec = {**CALLS, "permissions": ["android.permission.CAMERA"]}
    found = judged({"permission": "android.permission.CAMERA"}, spec, [0, 0, 0])
    assert found.grade is Grade.DECLARED


def flow(place, **more):
    return make_fact(built_flow("location", "log", **more), place, "flows/1")


def place_of(method):
    program = Program([read_dex("classes.dex", build_dex(CALLS))])
    unit = program.units[0]
    places = [unit.site(row) for row in range(len(unit.refs))]
    return next(place for place in places if place.method == method and place.class_.endswith("/Main;"))


def test_data_that_is_followed_from_the_place_makes_it_flow():
    fact = flow(place_of("m0()V"))
    found = judged({"call": READ}, CALLS, [1, 0, -1], [fact])
    assert (found.grade, found.flows) == (Grade.FLOWS, (fact.id,))
    assert PACKAGE.replace(".", "/") in found.chain[-1].place.class_


@pytest.mark.parametrize("more", [{"implicit": True}])
def test_a_branch_is_no_flow(more):
    found = judged({"call": READ}, CALLS, [1, 0, -1], [flow(place_of("m0()V"), **more)])
    assert (found.grade, found.flows) == (Grade.REACHABLE, ())


def test_a_flow_from_elsewhere_does_not_count():
    found = judged({"call": READ}, CALLS, [1, 0, -1], [flow(place_of("m2()V"))])
    assert found.grade is Grade.REACHABLE


FLOW_RULE = {"flow": {"category": "location", "sinks": ["network", "log"]}}


def test_a_rule_about_flows_asks_for_category_and_sink():
    assert judged(FLOW_RULE, {"flows": [{"category": "location", "sink_kind": "log"}]}, None).answer == "shown"
    for other in ({"category": "contacts", "sink_kind": "log"}, {"category": "location", "sink_kind": "file"}):
        assert judged(FLOW_RULE, {"flows": [other]}, None).answer == "not shown"


@pytest.mark.parametrize("more", [{"implicit": True}, {"verdict": "refuted"}])
def test_neither_guesses_nor_refuted_paths_carry_a_rule_about_flows(more):
    spec = {"flows": [{"category": "location", "sink_kind": "log", **more}]}
    assert judged(FLOW_RULE, spec, None).answer == "not shown"
