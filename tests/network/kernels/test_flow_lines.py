import numpy as np
import pytest

from affidavit.network.kernels import flow_lines
from affidavit.network.kernels.flow_lines import (
    ACTION,
    AMOUNT,
    AT,
    BEGIN,
    BEGUN,
    CLIENT,
    COLUMNS,
    DOWN,
    END,
    ENDED,
    FLAGS,
    KEY,
    PROTOCOL,
    RECORDS,
    SOURCE,
    SOURCE_PORT,
    TARGET,
    TARGET_PORT,
    UP,
)

ROLES = (SOURCE, TARGET, SOURCE_PORT, TARGET_PORT, PROTOCOL, AMOUNT, BEGIN, END, ACTION, FLAGS, 0)
LINE = b"10.0.0.5 192.0.2.7 50000 443 6 1000 100 160 ACCEPT 0 x\n"


class Table:
    """A table that lines are added to."""

    def __init__(self, most: int = 8, slots: int = 16) -> None:
        self.rows, self.count = np.zeros((most, COLUMNS), np.int64), 0
        self.slots = np.zeros(slots, np.intc)

    def add(self, data: bytes, begin: int = 0, base: int = 0) -> int:
        roles = np.array(ROLES, np.int64)
        at, self.count = flow_lines.add(
            data, begin, base, roles=roles, table=self.rows, slots=self.slots, rows=self.count
        )
        return at

    def said(self) -> list[tuple[str, int, int, bool]]:
        """(server, port, protocol, whether it was refused) of each row."""
        keys = [row & (1 << 64) - 1 for row in self.rows[: self.count, KEY].tolist()]
        return [
            (".".join(map(str, (key >> 32).to_bytes(4, "big"))), key >> 16 & 65_535, key >> 8 & 255, bool(key & 255))
            for key in keys
        ]


def test_lines_of_one_server_are_one_row():
    table, back = Table(), b"192.0.2.7 10.0.0.6 443 40000 6 50 90 120 ACCEPT 0 x\n"
    data = LINE + back + LINE
    assert table.add(data, base=1_000) == len(data)
    assert table.said() == [("192.0.2.7", 443, 6, False)]
    row = table.rows[0].tolist()
    assert (row[UP], row[DOWN], row[RECORDS], row[BEGUN], row[ENDED]) == (2_000, 50, 3, 90, 160)
    assert (row[AT], row[CLIENT]) == (1_000, -1)


@pytest.mark.parametrize(
    "change",
    [
        (b"192.0.2.7", b"192.0.2.8"), (b" 443 ", b" 444 "), (b" 6 ", b" 17 "), (b"ACCEPT", b"REJECT"),
        (b"192.0.2.7", b"0.0.0.0"), (b"192.0.2.7", b"255.255.255.255"), (b" 443 ", b" 0 "),
    ],
)  # fmt: skip
def test_lines_that_differ_in_what_makes_a_connection_are_two_rows(change):
    table = Table()
    table.add(LINE + LINE.replace(*change))
    assert table.count == 2
    assert table.rows[:2, RECORDS].tolist() == [1, 1]
    assert table.rows[0, CLIENT] == int.from_bytes((10, 0, 0, 5))


@pytest.mark.parametrize(("flags", "server"), [(0, "192.0.2.7"), (2, "192.0.2.7"), (18, "10.0.0.5"), (19, "10.0.0.5")])
def test_flags_say_who_began(flags, server):
    table = Table()
    table.add(LINE.replace(b" 0 x", b" %d x" % flags))
    assert table.said()[0][0] == server


@pytest.mark.parametrize(
    "change",
    [
        (b"10.0.0.5", b"10.0.0"), (b"10.0.0.5", b"10.0.0.5.6"), (b"10.0.0.5", b"10.0.0.256"),
        (b"10.0.0.5", b"10..0.5"), (b"10.0.0.5", b".10.0.0"), (b"10.0.0.5", b"10.0.0."), (b"10.0.0.5", b"2001:db8::1"),
        (b"10.0.0.5", b"-"), (b"10.0.0.5", b""), (b"10.0.0.5", b"10.0.0.1000"), (b"10.0.0.5", b"10.0.0.5a"),
        (b"50000", b"65536"), (b"50000", b"-1"), (b"50000", b""), (b"50000", b"5e4"), (b" 6 ", b" 256 "),
        (b"1000", b"9" * 16), (b"1000", b"1_0"), (b"ACCEPT", b"-"), (b"ACCEPT", b"accept"), (b"ACCEPT", b"ACCEPTED"),
        (b" x\n", b"\n"), (b" x\n", b" x y\n"), (b" x\n", b" x"), (LINE, b"\n"), (b"160", b"160\t"),
    ],
)  # fmt: skip
def test_lines_that_are_not_plain_are_left_to_the_caller(change):
    table, odd = Table(), LINE.replace(*change)
    assert table.add(LINE + odd + LINE) == len(LINE)
    assert (table.count, table.rows[0, RECORDS]) == (1, 1)


@pytest.mark.parametrize("end", range(1, len(LINE)))
def test_a_line_without_its_end_is_not_taken(end):
    table = Table()
    assert table.add(LINE[:end]) == 0
    assert table.count == 0


def test_largest_numbers_are_taken_and_sums_are_bounded():
    table, line = Table(), LINE.replace(b"1000", b"9" * 15)
    for _ in range(4):
        table.add(line * 1_000)
    assert table.rows[0, UP] == min(4_000 * (10**15 - 1), 1 << 61)
    assert table.rows[0, RECORDS] == 4_000


def test_a_full_table_takes_no_more_and_loses_nothing():
    table = Table(most=3, slots=8)
    data = b"".join(LINE.replace(b"2.7", b"2.%d" % number) for number in range(10, 20))
    at = table.add(data)
    assert (table.count, data.count(b"\n", 0, at)) == (3, 3)
    assert table.add(data, at) == at


def test_rows_that_fall_on_one_slot_stay_apart():
    table, servers = Table(most=128, slots=256), [f"192.0.{high}.{low}" for high in range(4) for low in range(30)]
    for _ in range(2):
        table.add(b"".join(LINE.replace(b"192.0.2.7", server.encode()) for server in servers))
    assert [server for server, *_ in table.said()] == servers
    assert set(table.rows[: table.count, RECORDS].tolist()) == {2}


def test_a_table_of_slots_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match="8"):
        Table(most=8, slots=8).add(LINE)
