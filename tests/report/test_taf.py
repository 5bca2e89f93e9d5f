"""The benchmark format: what its schema asks for, names in Java form, nothing invented."""

import json

import jsonschema
import msgspec
import pytest

from affidavit.facts.reading import make_fact
from affidavit.model.flow import Beside, Edge, Step
from affidavit.model.place import Place
from affidavit.report import render
from tests.builders.affidavits import small_affidavit
from tests.builders.flows import END, FLOW, START, flow_excerpts, with_flows

ACCOUNT = with_flows(small_affidavit())


def document(account=ACCOUNT):
    return json.loads(render(account, "taf"))


def test_a_flow_has_source_sink_and_what_lies_between():
    (found,) = document()["findings"]
    assert found["source"]["className"] == "com.example.tracker.Here"
    assert found["source"]["methodName"] == "void find(android.content.Context)"
    assert (found["source"]["targetName"], found["sink"]["targetName"]) == ("getDeviceId", "i")
    assert found["sink"]["statement"].startswith("invoke-static")
    assert [step["ID"] for step in found["intermediateFlows"]] == [1]
    assert not found["isNegative"]


def test_without_flows_there_are_no_findings():
    assert document(small_affidavit())["findings"] == []


def test_the_same_affidavit_gives_the_same_bytes():
    assert render(ACCOUNT, "taf") == render(ACCOUNT, "taf")


@pytest.mark.corpus
def test_it_fits_the_published_schema(corpus):
    schema = json.loads((corpus / "taint/taintbench/TAF-schema.json").read_text())
    jsonschema.validate(document(), schema)


def variants(flow, excerpts=()):
    """Source, sink and kind of every finding of a flow."""
    account = small_affidavit()
    facts = (make_fact(flow, START, "flows/1"),)
    shown = {**flow_excerpts(), **dict(excerpts)}
    findings = document(msgspec.structs.replace(account, facts=facts, excerpts=shown))["findings"]
    ends = [(one["source"]["targetName"], one["sink"]["targetName"], one["attributes"]) for one in findings]
    return [(*names, next((word for word in ("variant", "partialFlow") if word in said), "")) for *names, said in ends]


def test_calls_beside_a_flow_make_variants_of_it():
    asked = Beside("Landroid/telephony/SmsMessage;->createFromPdu([B)Landroid/telephony/SmsMessage;", START)
    sent = Beside("Ljava/net/URLConnection;->connect()V", END)
    assert variants(msgspec.structs.replace(FLOW, asked=(asked,), sent=(sent,))) == [
        ("getDeviceId", "i", ""),
        ("getDeviceId", "connect", "variant"),
        ("createFromPdu", "i", "variant"),
        ("createFromPdu", "connect", "variant"),
    ]


def at(offset, line):
    """A place, and the excerpt of it."""
    place = Place("classes.dex", offset, START.class_, START.method, offset)
    return place, (
        f"classes.dex@{offset}",
        msgspec.structs.replace(flow_excerpts()[f"classes.dex@{END.offset}"], lines=(line,), cited=0, line=7),
    )


def test_a_flow_through_a_store_or_another_component_is_told_in_parts_too():
    put, put_line = at(10, "invoke-virtual {v0, v1}, Lx/Base;->insert(Lx/V;)V")
    taken, taken_line = at(20, "invoke-virtual {v0}, Lx/Base;->query()Lx/C;")
    send, send_line = at(30, "invoke-virtual {v0, v1}, Lx/A;->startService(Lx/I;)V")
    got, got_line = at(40, "invoke-virtual {v0}, Lx/I;->getExtra()Lx/S;")
    steps = (
        Step(Edge.SOURCE, START, "result"), Step(Edge.USE, put, "operand 1"), Step(Edge.MODEL, put, "@files['a']", "x"),
        Step(Edge.MODEL, taken, "result", "x"), Step(Edge.USE, send, "operand 1"), Step(Edge.CHANNEL, got, "result"),
        Step(Edge.MODEL, got, "result", "x"), Step(Edge.SINK, END, "operand 1"),
    )  # fmt: skip
    shown = [put_line, taken_line, send_line, got_line]
    assert variants(msgspec.structs.replace(FLOW, steps=steps), shown) == [
        ("getDeviceId", "i", ""),
        ("getDeviceId", "insert", "partialFlow"),
        ("query", "i", "partialFlow"),
        ("getDeviceId", "startService", "partialFlow"),
        ("getExtra", "i", "partialFlow"),
    ]


def test_the_value_that_is_taken_out_of_what_the_source_gave_is_a_source_too_but_no_text():
    cursor, cursor_line = at(10, "invoke-interface {v0, v1}, Landroid/database/Cursor;->getString(I)Ljava/lang/String;")
    text, text_line = at(20, "invoke-virtual {v0}, Ljava/lang/String;->trim()Ljava/lang/String;")
    ends = Step(Edge.SOURCE, START, "result"), Step(Edge.SINK, END, "operand 1")
    for place, expected in ((cursor, [("getString", "i", "variant")]), (text, [])):
        middle = Step(Edge.USE, place, "operand 0"), Step(Edge.MODEL, place, "result", "this -> return")
        flow = msgspec.structs.replace(FLOW, steps=(ends[0], *middle, ends[1]))
        assert variants(flow, [cursor_line, text_line])[1:] == expected


def test_lines_of_the_source_are_given_where_they_are_known():
    _, line = at(END.offset, "invoke-static {v0, v1}, Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I")
    account = msgspec.structs.replace(ACCOUNT, excerpts=dict([line]))
    (found,) = document(account)["findings"]
    assert (found["source"]["lineNo"], found["sink"]["lineNo"]) == (-1, 7)
    assert found["sink"]["IRs"][0]["IRstatement"].startswith("staticinvoke <android.util.Log: int i(")
