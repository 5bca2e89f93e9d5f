import gzip
import json

import pytest

from affidavit.network.capture import merging, vpc_flow
from affidavit.network.capture.events import Flow, Unread
from affidavit.network.kernels import flow_lines
from tests.builders.captures import events_of, form_of
from tests.mutation.fields import dice
from tests.oracles.flow_logs import totals

NAMES = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
FORTH = "2 123456789012 eni-0a1b2c 10.0.0.5 192.0.2.7 50000 443 6 10 1000 1700000000 1700000060 ACCEPT OK"
BACK = "2 123456789012 eni-0a1b2c 192.0.2.7 10.0.0.5 443 50000 6 12 5000 1700000030 1700000090 ACCEPT OK"


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def amounts(events: list) -> list[tuple]:
    return [(flow.client, flow.server, flow.port, flow.up, flow.down, flow.records) for flow in events]


@pytest.mark.parametrize("head", [[], [NAMES]])
def test_both_directions_of_a_connection_are_put_together(head):
    data = text(*head, FORTH, BACK)
    assert form_of(data) == "vpc-flow"
    [flow] = events_of(data)
    assert amounts([flow]) == [("10.0.0.5", "192.0.2.7", 443, 1_000, 5_000, 2)]
    assert (flow.begun, flow.ended, flow.transport) == (1_700_000_000_000_000, 1_700_000_090_000_000, "tcp")
    assert (flow.marks, flow.where.offset) == (set(), len(text(*head)))
    assert amounts(events_of(gzip.compress(data))) == amounts([flow])


def test_the_client_is_named_where_there_is_one():
    other = FORTH.replace("10.0.0.5", "10.0.0.6")
    assert amounts(events_of(text(FORTH, other))) == [("", "192.0.2.7", 443, 2_000, 0, 2)]


def test_flags_tell_who_began_where_ports_do_not():
    names = f"{NAMES} tcp-flags"
    line = "5 1 eni-1 10.0.0.5 192.0.2.7 443 50000 6 1 100 1 2 ACCEPT OK"
    assert amounts(events_of(text(names, f"{line} 2"))) == [("10.0.0.5", "192.0.2.7", 50_000, 100, 0, 1)]
    assert amounts(events_of(text(names, f"{line} 18"))) == [("192.0.2.7", "10.0.0.5", 443, 0, 100, 1)]
    assert amounts(events_of(text(names, f"{line} 0"))) == [("192.0.2.7", "10.0.0.5", 443, 0, 100, 1)]


def test_columns_may_come_in_any_order_and_addresses_behind_a_gateway_count():
    names = "bytes dstport srcport pkt-dstaddr pkt-srcaddr dstaddr srcaddr protocol"
    [flow] = events_of(text(names, "7 53 4000 2001:DB8::7 10.0.0.5 10.0.0.1 10.0.0.5 17"))
    assert amounts([flow]) == [("10.0.0.5", "2001:db8::7", 53, 7, 0, 1)]
    assert (flow.begun, flow.transport) == (-1, "udp")


def test_exports_with_a_time_before_each_record_are_read():
    data = text(*(f"2026-01-01T00:00:00.000Z {line}" for line in (FORTH, BACK)))
    assert amounts(events_of(data)) == [("10.0.0.5", "192.0.2.7", 443, 1_000, 5_000, 2)]


@pytest.mark.parametrize("amount", ["-7", "+7", "7_0", "٧", "1" * 19, ""])
def test_an_amount_that_none_can_be_is_damage_and_nothing_is_counted(amount):
    """Of version 6, as plain lines of version 4 are read by a kernel of their own."""
    names = "srcaddr dstaddr srcport dstport protocol bytes"
    flow, unread = events_of(text(names, "2001:db8::5 ::1 50000 443 6 5", f"2001:db8::5 ::1 50000 443 6 {amount}"))
    assert amounts([flow]) == [("2001:db8::5", "::1", 443, 5, 0, 1)]
    assert (unread.kind, unread.records) == ("capture/damaged", 1)


def test_refused_connections_stand_apart():
    flows = events_of(text(FORTH, FORTH.replace("ACCEPT", "REJECT"), BACK))
    assert [(flow.up, flow.marks) for flow in flows] == [(1_000, set()), (1_000, {"one-sided"})]


def test_gaps_that_the_provider_states_are_said_and_quiet_minutes_are_not():
    empty = "2 123456789012 eni-0a1b2c - - - - - - - 1700000000 1700000060 - "
    events = events_of(text(FORTH, f"{empty}NODATA", f"{empty}SKIPDATA", "damage", f"{empty}OK", ""))
    assert [(event.kind, event.records) for event in events if isinstance(event, Unread)] == [
        ("capture/truncated", 1),
        ("capture/damaged", 2),
    ]


@pytest.mark.parametrize("old", ["192.0.2.7", "443", "1000", "1700000000"])
@pytest.mark.parametrize("new", ["9" * 5_000, "-5", "nobody", "\xff", "1_0"])
def test_hostile_fields_give_no_flow_or_a_bounded_one(old, new):
    for event in events_of(text(FORTH, FORTH.replace(old, new), BACK)):
        if isinstance(event, Flow):
            assert 0 <= event.port < 1 << 16
            assert event.up <= merging.LARGEST
            assert event.begun >= -1


def test_what_is_too_much_for_one_table_is_given_up_early_and_adds_up(monkeypatch):
    draw = dice("flows")
    ends = [f"10.0.0.{number}" for number in range(3)], [f"192.0.2.{number}" for number in range(40)]
    lines = []
    for _ in range(600):
        client, server, port = draw.choice(ends[0]), draw.choice(ends[1]), draw.choice((80, 443))
        source = (client, server, 40_000, port) if draw.random() < 0.5 else (server, client, port, 40_000)
        lines.append("2 1 eni-1 {} {} {} {} 6 1 {} 5 6 ACCEPT OK".format(*source, draw.randrange(1_000)))
    data = text(NAMES, *lines)
    whole = events_of(data)
    monkeypatch.setattr(vpc_flow, "MOST", 16)
    parts = events_of(data)
    assert len(parts) > len(whole)
    assert totals_of(parts) == totals_of(whole) == totals(data.decode())


ODD = (
    FORTH, BACK, FORTH.replace("10.0.0.5", "2001:db8::5").replace("192.0.2.7", "2001:db8::7"), NAMES, "",
    FORTH.replace("443", "-"), FORTH.replace("192.0.2.7", "192.0.2.007"), FORTH.replace("1000 ", f"{'9' * 15} "),
    FORTH.replace("1000 ", f"{'9' * 17} "), BACK.replace("ACCEPT", "REJECT"), FORTH.replace(" 6 ", " 58 "),
    FORTH.replace("443", "70000"), FORTH.replace("192.0.2.7", "192.0.2.7.1"), FORTH.replace("192.0.2.7", "192.0.2.256"),
    f"{FORTH} more", FORTH.replace(" OK", ""), f"{FORTH}\r",
)  # fmt: skip


@pytest.mark.parametrize("number", range(12))
def test_plain_lines_add_up_as_all_others_do(monkeypatch, number):
    draw = dice(f"lines {number}")
    pool = [
        draw.choice(ODD) if draw.random() < 0.5 else FORTH.replace("2.7", f"2.{draw.randrange(9)}") for _ in range(60)
    ]
    data = text(*pool)[: -draw.randrange(2) or None]
    fast = events_of(text(FORTH) + data)
    monkeypatch.setattr(flow_lines, "add", lambda _data, begin, _base, **more: (begin, more["rows"]))
    slow = events_of(text(FORTH) + data)
    assert totals_of(fast) == totals_of(slow)
    assert spans_of(fast) == spans_of(slow)
    assert [one for one in fast if isinstance(one, Unread)] == [one for one in slow if isinstance(one, Unread)]


def spans_of(events: list) -> dict[str, tuple[int, int]]:
    """First begin and last end by server."""
    flows = [event for event in events if isinstance(event, Flow)]
    return {
        server: (
            min(flow.begun for flow in flows if flow.server == server),
            max(flow.ended for flow in flows if flow.server == server),
        )
        for server in {flow.server for flow in flows}
    }


def totals_of(flows: list[Flow]) -> dict[tuple[str, int], tuple[int, int, int]]:
    found: dict[tuple[str, int], tuple[int, int, int]] = {}
    for flow in flows:
        if isinstance(flow, Unread):
            continue
        before = found.get((flow.server, flow.port), (0, 0, 0))
        found[flow.server, flow.port] = (before[0] + flow.up, before[1] + flow.down, before[2] + flow.records)
    return found


def gcp(source: tuple, target: tuple, sent: int, **more) -> dict:
    ends = {"src_ip": source[0], "src_port": source[1], "dest_ip": target[0], "dest_port": target[1], "protocol": 6}
    times = {"start_time": "2026-01-01T00:00:00.123456789Z", "end_time": "2026-01-01T00:00:05Z"}
    return {"jsonPayload": {"connection": ends, "bytes_sent": str(sent), **times}, "logName": "flows"} | more


@pytest.mark.parametrize("form", ["lines", "list"])
def test_records_of_google_cloud_are_put_together(form):
    records = [gcp(("10.0.0.5", 50_000), ("192.0.2.7", 443), 10), gcp(("192.0.2.7", 443), ("10.0.0.5", 50_000), 90)]
    lines = text(*map(json.dumps, [*records, {"jsonPayload": 5}]))
    data = lines if form == "lines" else json.dumps([*records, None]).encode()
    assert form_of(data) == "gcp-flow"
    flow, unread = events_of(data)
    assert amounts([flow]) == [("10.0.0.5", "192.0.2.7", 443, 10, 90, 2)]
    assert (flow.transport, unread.kind, unread.records) == ("tcp", "capture/damaged", 1)


def test_both_forms_of_azure_are_read():
    group = "1542110377,10.0.0.4,192.0.2.7,44931,443,T,O,A,E,25,1050,30,9000"
    refused = "1542110377,198.51.100.9,10.0.0.4,4000,22,T,I,D,B,,,,"
    network = "1663146003599,10.0.0.6,192.0.2.8,23956,443,6,O,E,NX,3,767,2,1580"
    old = {"properties": {"flows": [{"rule": "r", "flows": [{"mac": "0", "flowTuples": [group, refused]}]}]}}
    new = {"flowRecords": {"flows": [{"aclID": "0", "flowGroups": [{"rule": "r", "flowTuples": [network]}]}]}}
    broken = {"flowRecords": {"flows": [{"flowGroups": [{"flowTuples": [5, "1,2"]}]}]}}
    data = json.dumps({"records": [old, new, broken]}).encode()
    assert form_of(data) == "azure-flow"
    *flows, unread = events_of(data)
    assert amounts(flows) == [
        ("10.0.0.4", "192.0.2.7", 443, 1_050, 9_000, 1),
        ("198.51.100.9", "10.0.0.4", 22, 0, 0, 1),
        ("10.0.0.6", "192.0.2.8", 443, 767, 1_580, 1),
    ]
    assert [flow.marks for flow in flows] == [set(), {"one-sided"}, set()]
    assert [flow.begun for flow in flows][::2] == [1_542_110_377_000_000, 1_663_146_003_599_000]
    assert unread.kind == "capture/damaged"
    assert events_of(data[:-60])[-1].kind == "capture/truncated"


def test_flows_of_nfdump_end_with_its_summary():
    names = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt"
    forth = "2026-01-01 10:00:00,2026-01-01 10:00:05,5.000,10.0.0.5,192.0.2.7,51514,443,TCP,.AP.SF,0,0,10,1200,8,300"
    back = "2026-01-01 10:00:00,2026-01-01 10:00:06,5.000,192.0.2.7,10.0.0.5,443,51514,TCP,.AP.SF,0,0,8,64000,0,0"
    data = text(names, forth, back, "short", "Summary", "flows,bytes,packets", "2,65200,18")
    assert form_of(data) == "nfdump"
    flow, unread = events_of(data)
    assert amounts([flow]) == [("10.0.0.5", "192.0.2.7", 443, 1_200, 64_300, 2)]
    assert (flow.ended - flow.begun, unread.records) == (6_000_000, 1)


def test_the_new_names_of_nfdump_are_read():
    names = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows"
    [flow] = events_of(text(names, "2026-01-01 10:00:00.500,2.5,UDP,10.0.0.5,4000,192.0.2.7,53,1,60,1"))
    assert amounts([flow]) == [("10.0.0.5", "192.0.2.7", 53, 60, 0, 1)]
    assert (flow.transport, flow.ended - flow.begun) == ("udp", 2_500_000)
