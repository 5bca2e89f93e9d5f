"""Tables of collectors and records of clouds add up as a slow and obvious reading of them does."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.events import Flow, Unread
from tests.builders.captures import events_of, form_of
from tests.oracles import logs as slow

ENDS = st.sampled_from(["10.0.0.5", "10.0.0.6", "192.0.2.7", "2001:db8::7"])
PORTS = st.sampled_from([53, 80, 443, 40_000, 65_535])
RECORDS = st.lists(
    st.tuples(ENDS, PORTS, ENDS, PORTS, st.sampled_from([6, 17]), st.integers(0, 10**6), st.integers(0, 10**6)),
    min_size=1,
    max_size=12,
)
TIME = "2026-01-01 10:00:00"
OLD = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt"
NEW = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows"


def totals(events: list) -> slow.Totals:
    """What the reader found, in the form of the oracle; a client that is not named is all that the oracle has."""
    flows = [event for event in events if isinstance(event, Flow)]
    assert len(flows) == len(events)
    return {
        (flow.server, flow.port, flow.transport): slow.Total(
            flow.up, flow.down, flow.records, frozenset({flow.client} - {""})
        )
        for flow in flows
    }


def named(found: slow.Totals) -> slow.Totals:
    """Several clients are named by none."""
    return {
        key: total._replace(clients=total.clients if len(total.clients) == 1 else frozenset())
        for key, total in found.items()
    }


def word(protocol: int) -> str:
    return {6: "TCP", 17: "UDP"}[protocol]


@settings(max_examples=25, deadline=None)
@given(RECORDS)
def test_the_old_table_of_nfdump_adds_up(records):
    rows = [
        f"{TIME},{TIME},0.000,{source},{target},{one},{two},{word(protocol)},.AP.SF,0,0,1,{size},1,{back}"
        for source, one, target, two, protocol, size, back in records
    ]
    text = "\n".join([OLD, *rows, "Summary", "flows,bytes", "1,2", ""])
    assert form_of(text.encode()) == "nfdump"
    assert totals(events_of(text.encode())) == named(slow.nfdump(text))


@settings(max_examples=25, deadline=None)
@given(RECORDS)
def test_the_new_table_of_nfdump_adds_up(records):
    rows = [
        f"{TIME},1.5,{word(protocol)},{source},{one},{target},{two},1,{size},1"
        for source, one, target, two, protocol, size, _ in records
    ]
    text = "\n".join([NEW, *rows, ""])
    assert totals(events_of(text.encode())) == named(slow.nfdump(text))


@settings(max_examples=25, deadline=None)
@given(RECORDS)
def test_records_of_google_add_up(records):
    rows = [
        json.dumps({
            "jsonPayload": {
                "connection": {
                    "src_ip": source, "src_port": one, "dest_ip": target, "dest_port": two, "protocol": protocol,
                },
                "bytes_sent": str(size),
            }
        })
        for source, one, target, two, protocol, size, _ in records
    ]  # fmt: skip
    text = "\n".join([*rows, ""])
    assert form_of(text.encode()) == "gcp-flow"
    assert totals(events_of(text.encode())) == named(slow.google(text))


AZURE = "1542110377,10.0.0.4,192.0.2.7,44931,443,T,O,A,E,25,1050,30,9000"


def azure(*tuples: object) -> bytes:
    flows = [{"rule": "r", "flows": [{"mac": "0", "flowTuples": list(tuples)}]}]
    return json.dumps({"records": [{"properties": {"Version": 2, "flows": flows}}]}).encode()


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        (0, "0", {"begun": -1}),
        (0, "", {"begun": -1}),
        (0, "-5", {"begun": -1}),
        (0, "253402300799", {"begun": 253_402_300_799_000_000}),
        (0, "253402300800", {"begun": -1}),
        (1, "", {"client": ""}),
        (4, "0", {"port": 0}),
        (4, "65536", {"port": 0}),
        (5, "U", {"transport": "udp"}),
        (5, "6", {"transport": "tcp", "begun": 1_542_110_377_000}),
        (5, "17", {"transport": "udp", "begun": 1_542_110_377_000}),
        (5, "132", {"transport": "132", "begun": 1_542_110_377_000}),
        (7, "D", {"marks": {"one-sided"}}),
        (10, "", {"up": 0}),
        (10, "x", {"up": 0}),
        (12, "0", {"down": 0, "marks": {"one-sided"}}),
        (12, "9" * 18, {"down": 10**18 - 1}),
    ],
)
def test_each_column_of_azure_says_what_it_says(at, value, expected):
    fields = AZURE.split(",")
    fields[at] = value
    [flow] = events_of(azure(",".join(fields)))
    told = {"begun": 1_542_110_377_000_000, "client": "10.0.0.4", "server": "192.0.2.7", "port": 443, "up": 1_050}
    told |= {"transport": "tcp", "down": 9_000, "marks": set()} | expected
    assert {key: getattr(flow, key) for key in told} == told


@pytest.mark.parametrize("count", range(1, 14))
def test_a_text_of_azure_that_ends_early_is_a_flow_without_amounts_or_counted(count):
    event = events_of(azure(",".join(AZURE.split(",")[:count])))[-1]
    if count < 8:
        assert (event.kind, event.records) == ("capture/damaged", 1)
    else:
        assert (event.up, event.down) == (1_050 if count > 10 else 0, 9_000 if count > 12 else 0)


GOOGLE = {
    "connection": {"src_ip": "10.0.0.5", "src_port": 50_000, "dest_ip": "192.0.2.7", "dest_port": 443, "protocol": 6},
    "bytes_sent": "10",
}


@pytest.mark.parametrize("key", ["jsonPayload", "json_payload", ""])
def test_the_record_of_google_may_stand_in_either_envelope_or_none(key):
    row = {key: GOOGLE} if key else GOOGLE
    [flow] = events_of(json.dumps(row).encode())
    assert (flow.client, flow.server, flow.port, flow.up) == ("10.0.0.5", "192.0.2.7", 443, 10)


@pytest.mark.parametrize("missing", ["src_ip", "dest_ip", "src_port", "dest_port", "protocol"])
def test_a_field_that_google_leaves_out_costs_no_more_than_it_says(missing):
    ends = {key: value for key, value in GOOGLE["connection"].items() if key != missing}
    other = {**ends, "more": {"src_ip": 1, "dest_ip": 2}}
    [event] = events_of(json.dumps(GOOGLE | {"connection": other}).encode())
    if missing.endswith("_ip"):
        assert isinstance(event, Unread)
        return
    assert {event.client, event.server} == {"10.0.0.5", "192.0.2.7"}
    assert event.server == ("10.0.0.5" if missing == "src_port" else "192.0.2.7")
    assert event.transport == ("" if missing == "protocol" else "tcp")


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (OLD, f"{TIME},{TIME},0.000,10.0.0.5,192.0.2.7,51514,443,TCP,.AP.SF,0,0,10,1200,8,300"),
        (NEW, f"{TIME},2.5,TCP,10.0.0.5,51514,192.0.2.7,443,1,60,1"),
    ],
)
def test_a_row_of_nfdump_that_lacks_or_has_a_column_is_counted(names, line):
    fields = line.split(",")
    for count in range(1, len(fields)):
        flow, unread = events_of("\n".join([names, line, ",".join(fields[:count]), ""]).encode())
        assert (flow.records, unread.kind, unread.records) == (1, "capture/damaged", 1)
    flow, unread = events_of("\n".join([names, line, f"{line},0", line, ""]).encode())
    assert (flow.records, unread.records) == (2, 1)
