"""Plain lines are added up as a slow and obvious reading of them does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels import flow_lines
from tests.oracles import flow_lines as slow

ALL = tuple(range(1, 11))
ADDRESSES = st.sampled_from(["10.0.0.5", "10.0.0.6", "192.0.2.7", "0.0.0.1", "255.255.255.255"])
PORTS = st.sampled_from(["0", "1", "443", "50000", "65535"])
ODD = st.sampled_from(
    ["", "-", "-1", "65536", "256", "01", "1.2.3", "1.2.3.04", "300.1.1.1", "9" * 15, "9" * 16, "::1"]
)
ROLES = st.permutations((*ALL, 0, 0)).flatmap(lambda all_: st.integers(1, 12).map(lambda count: tuple(all_[:count])))


def field(role: int) -> st.SearchStrategy[str]:
    """What a column of this role says in a log."""
    return {
        0: st.sampled_from(["", "-", "eni-1", "OK"]),
        slow.SOURCE: ADDRESSES,
        slow.TARGET: ADDRESSES,
        slow.SOURCE_PORT: PORTS,
        slow.TARGET_PORT: PORTS,
        slow.PROTOCOL: st.sampled_from(["0", "6", "17", "255"]),
        slow.ACTION: st.sampled_from(["ACCEPT", "REJECT"]),
        slow.FLAGS: st.sampled_from(["0", "1", "2", "16", "18", "19"]),
    }.get(role, st.integers(0, 5_000).map(str))


@st.composite
def logs(draw: st.DrawFn) -> tuple[tuple[int, ...], list[str]]:
    """Columns, and lines of which few are odd."""
    roles = draw(ROLES)
    lines = []
    for _ in range(draw(st.integers(0, 12))):
        fields = [draw(field(role)) for role in roles]
        if draw(st.integers(0, 9)) == 0:
            fields[draw(st.integers(0, len(fields) - 1))] = draw(ODD)
        lines.append(" ".join(fields))
    return roles, lines


def added(roles: tuple[int, ...], data: bytes, most: int, cuts: tuple[int, ...] = ()) -> tuple[int, dict]:
    """As `slow.rows`, with the kernel; the data may come in several calls."""
    table, slots = np.zeros((most, flow_lines.COLUMNS), np.int64), np.zeros(64, np.intc)
    at = rows = 0
    for end in (*cuts, len(data)):
        at, rows = flow_lines.add(
            data[:end], at, 0, roles=np.array(roles, np.int64), table=table, slots=slots, rows=rows
        )
    found = {}
    for key, *values, client in table[:rows].tolist():
        whole = key & (1 << 64) - 1
        found[whole >> 32, whole >> 16 & 65_535, whole >> 8 & 255, whole & 255] = (*values, client)
    return data.count(b"\n", 0, at), found


def expected(roles: tuple[int, ...], lines: list[str], most: int) -> tuple[int, dict]:
    taken, rows = slow.rows(lines, roles, most)
    told = {key: (*row[:-1], next(iter(row.clients)) if len(row.clients) == 1 else -1) for key, row in rows.items()}
    return taken, told


@settings(max_examples=120, deadline=None)
@given(logs(), st.sampled_from([1, 2, 32]))
def test_lines_add_up_as_by_a_reading_field_by_field(log, most):
    roles, lines = log
    data = "".join(f"{line}\n" for line in lines).encode()
    taken, rows = added(roles, data, most)
    other, told = expected(roles, lines, most)
    assert (taken, list(rows.items())) == (other, list(told.items()))


@settings(max_examples=40, deadline=None)
@given(logs(), st.data())
def test_lines_that_come_in_pieces_add_up_the_same(log, draw):
    roles, lines = log
    data = "".join(f"{line}\n" for line in lines).encode()
    cuts = tuple(sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=3))))
    assert added(roles, data, 32, cuts) == added(roles, data, 32)


@pytest.mark.parametrize(
    ("role", "largest"),
    [
        (slow.SOURCE_PORT, 65_535),
        (slow.TARGET_PORT, 65_535),
        (slow.PROTOCOL, 255),
        (slow.AMOUNT, 10**15 - 1),
        (slow.BEGIN, 10**15 - 1),
        (slow.FLAGS, 10**15 - 1),
    ],
)
def test_each_number_has_a_largest(role, largest):
    roles = (role,)
    assert added(roles, b"%d\n" % largest, 4)[0] == 1
    assert added(roles, b"%d\n" % (largest + 1), 4)[0] == 0


@pytest.mark.parametrize("role", ALL)
def test_no_column_that_counts_may_be_empty(role):
    assert added((0, role), b"x \n", 4)[0] == 0
    assert added((0, role), b"x  \n", 4)[0] == 0


@pytest.mark.parametrize("data", [b"\n", b" \n", b"1", b"", b"1 2\n", b"1\n\n"])
def test_a_line_has_as_many_columns_as_the_log(data):
    taken, rows = added((slow.AMOUNT,), data, 4)
    assert (taken, len(rows)) == ((1, 1) if data == b"1\n\n" else (0, 0))
