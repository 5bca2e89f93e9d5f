"""Packets as connections: whose they are, when they are over, and a table that is full; beside dictionaries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.layout import FRAME
from tests.builders.kernel_rows import Table, packet_rows
from tests.oracles import flow_table as slow

FIN, SYN, RST, ACK = 1, 2, 4, 16
HERE, THERE = ("10.0.0.2", 40_000), ("198.51.100.7", 443)
UP, DOWN = (HERE, THERE), (THERE, HERE)
YEAR = 31_557_600_000_000


def up(**more: Any) -> dict[str, Any]:
    return {"ends": UP, **more}


def down(**more: Any) -> dict[str, Any]:
    return {"ends": DOWN, **more}


def put(table: Table, *packets: dict[str, Any], times: tuple[int, ...] = (), first: int = 0) -> list[tuple[int, int]]:
    """The rows and sides of packets, of which all found room."""
    frames = np.zeros(len(packets), FRAME)
    frames["time"] = times or range(len(packets))
    frames["at"], frames["app"] = range(100, 100 + len(packets)), [packet.pop("app", -1) for packet in packets]
    rows = packet_rows(*packets)
    table.state[6] = first
    assert table.update(frames, rows) == len(packets)
    table.check()
    return list(zip(rows["row"].tolist(), rows["side"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("packet", "client", "sure"),
    [
        # A SYN comes from who asks, one with ACK from who answers, whatever the ports.
        (up(flags=SYN), 0, 1),
        (down(flags=SYN), 0, 1),
        (up(flags=SYN | ACK), 1, 1),
        (down(flags=SYN | ACK), 1, 1),
        # Without one the ports tell: below 1024 is a service, if the other is not.
        (up(flags=ACK), 0, 0),
        (down(flags=ACK), 1, 0),
        ({"ends": (("10.0.0.2", 1_023), ("10.0.0.3", 1_024))}, 1, 0),
        ({"ends": (("10.0.0.2", 1_024), ("10.0.0.3", 1_024))}, 0, 0),
        ({"ends": (("10.0.0.2", 1_023), ("10.0.0.3", 1_023))}, 0, 0),
        # Flags are those of TCP only.
        (down(protocol=17, flags=SYN), 1, 0),
    ],
)
def test_who_asks_is_told_by_the_first_packet(packet, client, sure):
    table = Table()
    assert put(table, packet) == [(0, 0)]
    assert (table.flows["client"][0], table.flows["sure"][0]) == (client, sure)


def test_both_directions_are_one_connection_and_counted_apart():
    table = Table()
    assert put(table, up(flags=SYN), down(size=5, whole=9), up(size=3), down(size=1)) == [
        (0, 0),
        (0, 1),
        (0, 0),
        (0, 1),
    ]
    assert table.halves["bytes"][:2].tolist() == [3, 10]
    assert table.halves["packets"][:2].tolist() == [2, 2]


@pytest.mark.parametrize(
    "other",
    [
        {"ends": (HERE, ("198.51.100.7", 444))},
        {"ends": (("10.0.0.2", 40_001), THERE)},
        {"ends": (HERE, ("198.51.100.8", 443))},
        {"ends": (("10.0.0.2", 443), ("198.51.100.7", 40_000))},
        up(protocol=17),
        # The same 128 bits, but of the other family.
        {"ends": (("::a00:2", 40_000), ("::c633:6407", 443))},
    ],
)
def test_whatever_differs_makes_another_connection(other):
    assert put(Table(), up(), other, up()) == [(0, 0), (1, 0), (0, 0)]


def test_a_connection_with_itself_has_one_side():
    same = ("127.0.0.1", 5_000)
    assert put(Table(), {"ends": (same, same)}, {"ends": (same, same)}) == [(0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("then", "again"),
    [
        ([up(flags=SYN, sequence=7)], False),
        ([up(flags=SYN, sequence=8)], True),
        ([up(flags=SYN | ACK, sequence=8)], False),
        ([down(flags=SYN, sequence=99)], False),
        ([down(flags=SYN | ACK, sequence=3), down(flags=SYN, sequence=4)], True),
        ([up(flags=FIN | ACK), up(flags=SYN, sequence=7)], True),
        ([down(flags=RST), up(flags=SYN, sequence=7)], True),
        ([down(flags=FIN | ACK), up(flags=ACK)], False),
        ([up(flags=FIN), down(flags=SYN | ACK, sequence=9)], False),
    ],
)
def test_the_same_ports_are_another_connection_when_it_begins_anew(then, again):
    table = Table()
    rows = put(table, up(flags=SYN, sequence=7), *then)
    assert (rows[-1][0] == 1) == again
    assert table.over == ([0] if again else [])
    assert table.flows["used"][0] == (2 if again else 1)


def test_numbers_of_sequence_pass_zero():
    table = Table()
    put(table, up(flags=SYN, sequence=0xFFFFFFFF), up(flags=SYN, sequence=0xFFFFFFFF))
    assert table.over == []
    assert (table.halves["base"][0], table.halves["opened"][0], table.halves["known"][0]) == (0, 0, 1)


def test_a_syn_takes_a_place_so_that_what_it_carries_stands_behind_it():
    table, rows = Table(), packet_rows(up(flags=SYN, sequence=41, size=5), up(flags=ACK, sequence=42))
    table.update(np.zeros(2, FRAME), rows)
    assert rows["sequence"].tolist() == [42, 42]
    assert table.halves["base"][0] == 42


@pytest.mark.parametrize(
    ("times", "odd"),
    [
        ((2 * YEAR, YEAR), 0),
        ((2 * YEAR, YEAR - 1), 1),
        ((2 * YEAR, 0), 1),
        ((2 * YEAR, -1), 0),
        ((0, 3 * YEAR), 0),
    ],
)
def test_a_clock_that_goes_back_by_more_than_a_year_is_odd(times, odd):
    table = Table()
    put(table, up(), {"ends": (HERE, ("192.0.2.1", 1))}, times=times)
    assert table.flows["odd"][:2].tolist() == [0, odd]


def test_a_connection_has_its_first_place_its_widest_times_and_the_first_app_that_is_told():
    table = Table()
    packets = (up(), down(app=10_123), up(app=10_200))
    put(table, *packets, times=(50, 90, 70), first=8_000)
    row = table.flows[0]
    assert [row[name] for name in ("at", "frame", "first", "last", "app")] == [100, 8_000, 50, 90, 10_123]


def test_frames_that_carry_nothing_are_passed_over():
    table = Table()
    rows = packet_rows(up(protocol=0), up(), up(protocol=0))
    assert table.update(np.zeros(3, FRAME), rows) == 3
    assert (table.state[0], table.halves["packets"][0]) == (1, 1)


def ports(*numbers: int) -> list[dict[str, Any]]:
    return [{"ends": (("10.0.0.2", port), THERE)} for port in numbers]


def test_a_full_table_stops_at_the_first_packet_that_needs_a_row():
    table, frames = Table(2), np.zeros(4, FRAME)
    rows = packet_rows(*ports(1, 2, 1, 3))
    assert table.update(frames, rows) == 3
    assert table.push_out(1) == [1]
    table.check()
    assert table.update(frames, rows, 3) == 3
    table.release()
    assert table.update(frames, rows, 3) == 4
    assert rows["row"].tolist() == [0, 1, 0, 1]
    assert table.flows["number"].tolist() == [0, 2]


def test_a_connection_that_begins_anew_waits_too_when_no_row_is_free():
    table = Table(1)
    rows = packet_rows(up(flags=SYN, sequence=1), up(flags=SYN, sequence=5))
    assert table.update(np.zeros(2, FRAME), rows) == 1
    assert table.over == []
    table.check()


@pytest.mark.parametrize(
    ("packets", "wanted", "gone"),
    [
        # One packet is one chance, more are two; rows are gone round in order.
        ([1, 2, 3], 1, [0]),
        ([1, 1, 1, 2, 3], 1, [1]),
        ([1, 1, 2, 2, 3], 2, [2, 0]),
        ([1] * 50, 1, [0]),
        ([1, 2], 0, []),
        ([1, 2], 9, [0, 1]),
        ([], 3, []),
    ],
)
def test_connections_with_one_packet_give_way_before_those_with_more(packets, wanted, gone):
    table = Table(4)
    put(table, *ports(*packets))
    assert table.push_out(wanted) == gone
    table.check()


def test_a_sweep_goes_on_where_the_last_one_ended():
    table = Table(4)
    put(table, *ports(1, 2, 3, 4))
    assert table.push_out(1) == [0]
    table.release()
    assert table.push_out(2) == [1, 2]


@pytest.mark.parametrize("seed", [0, 1, -(1 << 63), (1 << 63) - 1])
def test_a_secret_number_changes_places_and_nothing_else(seed):
    table = Table(64)
    table.state[7] = seed
    rows = put(table, *ports(*range(1, 61), *range(1, 61)))
    assert rows == [(row, 0) for row in [*range(60), *range(60)]]


HOSTS = st.sampled_from(["10.0.0.2", "10.0.0.3", "::a00:2"])
PACKETS = st.fixed_dictionaries(
    {
        "ends": HOSTS.flatmap(
            lambda one: st.tuples(
                st.tuples(st.just(one), st.sampled_from([80, 5_000])),
                st.tuples(st.sampled_from(["10.0.0.2", "10.0.0.3"] if "." in one else ["::a00:2"]), st.just(5_000)),
            )
        ),
        "protocol": st.sampled_from([6, 6, 6, 17]),
        "flags": st.sampled_from([SYN, SYN | ACK, ACK, FIN | ACK, RST]),
        "sequence": st.sampled_from([0, 1, 0xFFFFFFFF]),
        "size": st.integers(0, 3),
    }
)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(PACKETS, st.sampled_from([5, 6, YEAR, 3 * YEAR])), max_size=40),
    st.integers(1, 6),
    st.integers(1, 3),
    st.sampled_from([0, 12345]),
)
def test_any_packets_are_put_where_dictionaries_put_them(made, most, wanted, seed):
    table, obvious = Table(most), slow.Table(most)
    table.state[7] = seed
    rows, frames = packet_rows(*(packet for packet, _ in made)), np.zeros(len(made), FRAME)
    frames["time"] = [time for _, time in made]
    at = 0
    while at < len(made):
        until = table.update(frames, rows, at)
        for index in range(at, until):
            assert obvious.put(*made[index], index) == (rows["row"][index], rows["side"][index])
        table.check()
        assert table.over == obvious.over
        if until < len(made):
            assert obvious.put(*made[until], until) is None
            if not table.over:
                assert table.push_out(wanted) == obvious.push_out(wanted)
        table.release()
        obvious.release()
        at = until
    assert set(np.flatnonzero(table.flows["used"] == 1).tolist()) == set(obvious.open)
    for row, flow in obvious.open.items():
        kept, halves = table.flows[row], table.halves[2 * row : 2 * row + 2]
        names = ("number", "protocol", "client", "sure", "first", "last", "frame", "odd", "ended", "recent")
        assert [kept[name] for name in names] == [getattr(flow, name) for name in names]
        assert halves["packets"].tolist() == flow.packets
        assert halves["bytes"].tolist() == flow.bytes
