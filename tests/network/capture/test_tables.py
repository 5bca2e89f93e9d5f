"""What a fold keeps while it reads: so much and no more, in the order in which it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.capture import Named
from affidavit.network.capture.events import Where
from affidavit.network.capture.tables import FEW, MANY, TEXT, ContactRow, CountRow, LookupRow, Span, Table, clean, taken

HERE, THERE = Where(10, "frame 1"), Where(20, "frame 2")


@pytest.mark.parametrize(
    ("most", "asked", "rows", "passed_over"),
    [
        (0, "a", 0, 1),
        (1, "a", 1, 0),
        (1, "aaa", 1, 0),
        (1, "ab", 1, 1),
        (2, "ab", 2, 0),
        (2, "abc", 2, 1),
        (2, "abcabc", 2, 2),
        (3, "", 0, 0),
    ],
)
def test_a_table_has_its_first_rows_and_counts_what_found_no_place(most, asked, rows, passed_over):
    table = Table(most, CountRow)
    for key in asked:
        table.at(key, HERE)
    assert (len(table), table.passed_over) == (rows, passed_over)
    assert [key for key, _ in table.items()] == list(dict.fromkeys(asked))[:most]


def test_a_row_is_made_once_where_it_was_met_first():
    table = Table(2, CountRow)
    row = table.at("a", HERE)
    row.count += 5
    assert table.at("a", THERE) is row
    assert table.get("a") == CountRow(HERE, 5)
    assert table.get("b") is None
    assert len(table) == 1


def test_a_full_table_still_gives_the_rows_that_it_has():
    table = Table(1, CountRow)
    row = table.at("a", HERE)
    assert table.at("b", HERE) is None
    assert table.at("a", HERE) is row


@pytest.mark.parametrize(
    ("more", "most", "kept"),
    [
        ([], 2, []),
        (["a"], 0, []),
        (["a", "a", "b"], 2, ["a", "b"]),
        (["b", "a", "c"], 2, ["b", "a"]),
        (["", "a", ""], 2, ["a"]),
        (["\ud800"], 2, ["\\ud800"]),
        (["x" * (TEXT + 1), "x" * TEXT], 2, ["x" * TEXT]),
    ],
)
def test_texts_are_taken_in_order_once_and_up_to_the_bound(more, most, kept):
    found = {}
    taken(found, more, most)
    assert list(found) == kept


def test_a_full_set_asks_its_source_for_no_more_than_one_text():
    given_up = iter(["a", "b", "c", "d"])
    taken({"x": None}, given_up, 1)
    assert list(given_up) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 5, ""),
        ("abc", 0, ""),
        ("abcdef", 5, "abcde"),
        ("grüße", 5, "grüße"),
        ("\U0001f600x", 1, "\U0001f600"),
        ("a\ud83d", 5, "a\\ud83d"),
        ("\udcff", 5, "\\udcff"),
        ("a\x00\n", 5, "a\x00\n"),
    ],
)
def test_clean_text_is_bounded_and_has_whole_characters_alone(text, most, expected):
    assert clean(text, most) == expected


@given(st.text(st.characters(), max_size=300), st.integers(0, 300))
def test_clean_text_stays_as_it_is_and_can_be_written(text, most):
    found = clean(text, most)
    found.encode()
    assert clean(found, len(found)) == found
    assert len(found) <= 6 * most  # a half of a character is written as \udXXX


@given(st.lists(st.integers(-5, 1_000)))
def test_a_span_is_the_first_and_the_last_of_the_times_that_there_are(times):
    span = Span()
    for at in times:
        span.see(at)
    there = [at for at in times if at >= 0]
    assert (span.first, span.last) == ((min(there), max(there)) if there else (-1, -1))


@pytest.mark.parametrize(
    ("lives", "ttl"),
    [([], -1), ([-1], -1), ([0], 0), ([60, 20, 300], 20), ([20, -1], 20), ([300, 0], 0)],
)
def test_the_shortest_life_of_an_answer_counts(lives, ttl):
    row = LookupRow(HERE)
    row.lives(iter(lives))
    assert row.ttl == ttl
    row.lives(iter(()))
    assert row.ttl == ttl


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1])
def test_a_contact_keeps_few_names(count):
    row = ContactRow(HERE)
    row.name(Named("tls-sni", f"h{number}.example") for number in range(count))
    row.name([Named("tls-sni", "h0.example")])
    assert len(row.names) == min(max(count, 1), FEW)


def test_one_name_by_two_ways_is_two_names():
    row = ContactRow(HERE)
    row.name([Named("tls-sni", "a.example"), Named("http-host", "a.example"), Named("tls-sni", "a.example")])
    assert list(row.names) == [Named("tls-sni", "a.example"), Named("http-host", "a.example")]


def test_what_messages_tell_is_added_to_the_connection_and_its_bytes_are_not():
    row = ContactRow(HERE, "tls-sni", "tls", 1, 100, 200, marks={"decrypted"})
    spoken = ContactRow(THERE, "url", "http", up=7, down=8, requests=3, marks={"cleartext"})
    spoken.name([Named("url", "a.example")])
    taken(spoken.headers, ["server: a"], FEW)
    row.speak(spoken)
    row.speak(spoken)
    assert (row.requests, row.up, row.down, row.connections) == (6, 100, 200, 1)
    assert (row.where, row.basis, row.protocol) == (HERE, "tls-sni", "tls")
    assert list(row.names) == [Named("url", "a.example")]
    assert list(row.headers) == ["server: a"]
    assert row.marks == {"decrypted", "cleartext"}


def test_the_bounds_are_those_that_a_reader_of_facts_may_rely_on():
    assert (TEXT, FEW, MANY) == (255, 8, 32)
