import pytest

from affidavit.network.capture import faults as faults_module
from affidavit.network.capture import merging
from affidavit.network.capture.csv_rows import names_of, rows
from affidavit.network.capture.events import Unread, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.merging import LARGEST, Merged, forward, moment, protocol_of
from tests.builders.captures import source_of

KEY = (b"192.0.2.7", 443, b"6", False)


def merged(*records: tuple[tuple[int, int], tuple[int, int]]) -> Merged:
    found = Merged(Faults())
    for at, (span, amounts) in enumerate(records):
        found.add(KEY, b"10.0.0.5", at, span, amounts)
    return found


@pytest.mark.parametrize(
    ("source", "target", "flags", "expected"),
    [
        (50_000, 443, 0, True),
        (443, 50_000, 0, False),
        (443, 443, 0, True),
        (0, 0, 0, True),
        (443, 50_000, 2, True),
        (443, 50_000, 3, True),
        (50_000, 443, 18, False),
        (50_000, 443, 19, False),
        (443, 50_000, 16, False),
        (50_000, 443, 4, True),
    ],
)
def test_who_began_is_told_by_flags_and_else_by_ports(source, target, flags, expected):
    assert forward(source, target, flags) is expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(5, 9)], (5, 9)),
        ([(5, 9), (3, 4)], (3, 9)),
        ([(5, 9), (6, 12)], (5, 12)),
        ([(-1, -1), (6, 12)], (6, 12)),
        ([(6, 12), (-1, -1)], (6, 12)),
        ([(-1, -1), (-1, -1)], (-1, -1)),
        ([(0, 0), (5, 5)], (0, 5)),
    ],
)
def test_the_span_is_that_of_all_records_whose_times_are_known(spans, expected):
    [flow] = merged(*((span, (1, 1)) for span in spans)).flows()
    assert (flow.begun, flow.ended, flow.records) == (*expected, len(spans))


def test_amounts_add_up_to_a_bound():
    [flow] = merged(*[((1, 2), (LARGEST - 1, 3))] * 3).flows()
    assert (flow.up, flow.down) == (LARGEST, 9)


def test_a_connection_stands_where_its_first_record_does():
    found = Merged(Faults())
    for at, server in ((7, b"192.0.2.8"), (9, b"192.0.2.7"), (11, b"192.0.2.8")):
        found.add((server, 443, b"17", False), b"10.0.0.5", at, (1, 1), (1, 1))
    assert [(flow.server, flow.where, flow.transport) for flow in found.flows()] == [
        ("192.0.2.8", Where(7, "line"), "udp"),
        ("192.0.2.7", Where(9, "line"), "udp"),
    ]
    assert not list(found.flows())


def test_records_without_an_address_are_counted_when_they_are_given_up():
    faults = Faults()
    found = Merged(faults)
    for at in range(3):
        found.add((b"nobody", 443, b"6", False), b"10.0.0.5", at, (1, 1), (1, 1))
    assert not list(found.flows())
    assert [(one.kind, one.records, one.where.offset) for one in faults.unread()] == [("capture/damaged", 3, 0)]


def test_the_table_says_when_it_is_full(monkeypatch):
    monkeypatch.setattr(merging, "MOST", 3)
    found = Merged(Faults())
    full = [found.add((b"192.0.2.%d" % at, 1, b"6", False), b"", at, (1, 1), (1, 1)) for at in (1, 2, 2, 3)]
    assert full == [False, False, False, True]
    assert len(list(found.flows())) == 3
    assert not found.add(KEY, b"", 9, (1, 1), (1, 1))


@pytest.mark.parametrize("port", [-1, 0, 65_536, 10**12])
def test_ports_that_cannot_be_are_unknown(port):
    found = Merged(Faults())
    found.add((b"192.0.2.7", port, b"6", False), b"x", 0, (-5, 10**30), (1, 0))
    [flow] = found.flows()
    assert (flow.port, flow.client, flow.begun, flow.ended, flow.marks) == (0, "", -1, -1, {"one-sided"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("6", "tcp"), ("TCP", "tcp"), ("T", "tcp"), ("17", "udp"), ("1", "icmp"), ("ICMP6", "icmp"), ("47", "47"),
     ("averylongname", "averylon"), ("", "")],
)  # fmt: skip
def test_protocols_have_one_word(text, expected):
    assert protocol_of(text) == expected


@pytest.mark.parametrize(("time", "expected"), [(-1, -1), (0, 0), (5, 5), (10**18, -1)])
def test_moments_beyond_the_calendar_are_unknown(time, expected):
    assert moment(time) == expected


def test_faults_are_counted_by_what_is_wrong_and_stand_where_they_first_did():
    faults = Faults()
    for at, reason in enumerate(["b", "a", "b", "b"]):
        faults.add("capture/damaged", reason, at)
    faults.add("capture/too-large", "a", 9, 5)
    assert list(faults.unread()) == [
        Unread("capture/damaged", "b", Where(0, "line"), 3),
        Unread("capture/damaged", "a", Where(1, "line"), 1),
        Unread("capture/too-large", "a", Where(9, "line"), 5),
    ]


def test_faults_of_very_many_kinds_are_put_together(monkeypatch):
    monkeypatch.setattr(faults_module, "_KINDS", 2)
    faults = Faults()
    for number in range(10):
        faults.add("capture/damaged", f"reason {number}", number)
    found = list(faults.unread())
    assert [one.records for one in found] == [1, 1, 8]
    assert (found[-1].detail, found[-1].where.offset) == ("other lines that could not be read", 2)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"A,b\n1,2\n", ("a", "b")),
        (b"\xef\xbb\xbfA, B \r\n1,2", ("a", "b")),
        (b'"x, y",Z\n', ("x, y", "z")),
        (b"alone\n", ()),
        (b"", ()),
        (b"a," * 200, ()),
        (b"a," * 5_000, ()),
        (b'"open,b\n', ()),
    ],
)
def test_names_of_a_table_are_its_first_line(head, expected):
    assert names_of(head) == expected


def test_rows_are_read_under_their_names():
    faults = Faults()
    table = b'\xef\xbb\xbfA,b\r\n1,2\n\n"x, ""y""",4\na,b\n5\n6,7,8\nEnd\n9,9\n'
    found = list(rows(source_of(table), faults, ends="End"))
    assert [row for _, row in found] == [{"a": "1", "b": "2"}, {"a": 'x, "y"', "b": "4"}]
    assert [table[at : at + 3] for at, _ in found] == [b"1,2", b'"x,']
    assert [(one.records, one.where.offset) for one in faults.unread()] == [(2, table.index(b"5\n"))]


def test_bytes_that_are_no_text_stay_in_their_row():
    faults = Faults()
    [(_, row)] = rows(source_of(b"a,b\n\xff\xfe,\0\n"), faults)
    assert row == {"a": "\ufffd\ufffd", "b": "\0"}
    assert not list(faults.unread())
