"""Zone files: records as dnspython reads them, damage that costs itself alone, and no file that is opened."""

import dns.name
import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.screen import zones
from affidavit.network.screen.account import Account
from tests.builders.records import screened, selectors, source, told

HEAD = "$ORIGIN tiktokcdn.com.\n@ 300 IN SOA ns1 host ( 1 2 3 4 5 )\n@ IN NS ns1\n"
LABEL = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)


def owners(text: str, name: str = "zone") -> list[tuple[str, str]]:
    """(owner, type) of each record, as the reader under test tells them."""
    seen: list[tuple[str, str]] = []

    class Listening(zones._Zone):
        def _compare(self, _where, kind, _data):
            seen.append((self._owner, kind))

    with source(text.encode(), name) as opened:
        Listening(Account("zone", selectors()), zones_origin(name)).read(opened)
    return seen


def zones_origin(name: str) -> str:
    from affidavit.network.screen.opening import _origin

    return _origin(name)


def by_dnspython(text: str) -> list[tuple[str, str]]:
    zone = dns.zone.from_text(text, relativize=False, check_origin=False)
    return sorted(
        (name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(data.rdtype))
        for name, node in zone.nodes.items()
        for data in node
        for _ in data
    )


@st.composite
def zone_texts(draw):
    """A zone with names left out, remarks, brackets, times and classes in any order, other origins."""
    lines, count = [HEAD], draw(st.integers(1, 8))
    for number in range(count):
        owner = draw(st.sampled_from(["", "@", "a", "b.c", "www.tiktokcdn.com.", "*.w"])) or ("" if number else "@")
        times = draw(st.sampled_from(["", "300 ", "1h30m ", "IN ", "300 IN ", "IN 300 "]))
        record = draw(
            st.sampled_from(
                [
                    f"A 192.0.2.{number + 1}",
                    f"MX ( {number + 1} ; weight\n   mail )",
                    f'TXT "a;b({number}" "c d"',
                    f"AAAA 2001:db8::{number + 1}",
                    f"SRV 1 1 {number + 1} target.example.net.",
                ]
            )
        )
        remark = draw(st.sampled_from(["", " ; a remark ( with brackets"]))
        lines.append(f"{owner} {times}{record}{remark}\n" if owner else f"   {times}{record}{remark}\n")
        if draw(st.booleans()):
            lines.append(
                draw(st.sampled_from(["\n", "; all of a line\n", "$TTL 60\n", "$ORIGIN sub.tiktokcdn.com.\n"]))
            )
    return "".join(lines)


@given(zone_texts())
def test_owners_and_types_are_those_that_dnspython_reads(text):
    assert sorted(set(owners(text))) == sorted(set(by_dnspython(text)))


def test_every_name_of_a_listed_zone_is_told_and_counted():
    found, matches = screened(HEAD + "v16 IN A 192.0.2.1\nv16 IN A 192.0.2.2\n  IN AAAA 2001:db8::1\n")
    assert found.read == 5
    assert {(item.recorded, item.count) for item in matches} == {("tiktokcdn.com", 2), ("v16.tiktokcdn.com", 3)}


@pytest.mark.parametrize("name", ["tiktokcdn.com.zone", "db.tiktokcdn.com", "/srv/TIKTOKCDN.COM.db"])
def test_the_name_of_the_file_tells_the_origin_where_the_file_does_not(name):
    _, matches = screened("@ IN SOA a b ( 1 2 3 4 5 )\nv16 IN A 192.0.2.1\n", name)
    assert {item.recorded for item in matches} == {"tiktokcdn.com", "v16.tiktokcdn.com"}


def test_a_relative_name_that_looks_like_the_app_s_is_below_the_zone_s_own():
    text = "$ORIGIN evil.example.\n@ IN SOA a b ( 1 2 3 4 5 )\ntiktok.com IN A 192.0.2.1\n"
    assert screened(text)[1] == []


def test_no_other_file_is_opened_and_no_records_are_made(tmp_path):
    other = tmp_path / "other"
    other.write_text("v16.tiktokcdn.com. IN A 192.0.2.1\n")
    text = f"$INCLUDE {other}\n$GENERATE 1-1000000000 v$.tiktokcdn.com. A 192.0.2.$\na.example. IN A 192.0.2.1\n"
    found, matches = screened(text, kind="zone")
    assert (matches, found.read) == ([], 1)
    assert [(item.kind, item.count) for item in found.problems] == [("unsupported", 2)]


def test_a_damaged_record_costs_itself_alone():
    found, matches = screened(HEAD + "v1 IN A 192.0.2.1\n!!! ??? ***\nv2 IN A 192.0.2.2\n")
    assert [(item.kind, item.where) for item in found.problems] == [("damaged", "line 5")]
    assert {item.recorded for item in matches} == {"tiktokcdn.com", "v1.tiktokcdn.com", "v2.tiktokcdn.com"}


def test_a_bracket_that_is_never_closed_ends_after_some_lines():
    found, matches = screened(HEAD + "x IN TXT (\n" + "a\n" * 1_100 + "v2 IN A 192.0.2.2\n")
    assert "damaged" in {item.kind for item in found.problems}
    assert "v2.tiktokcdn.com" in {item.recorded for item in matches}


def test_a_file_that_ends_inside_a_record_says_so():
    found, _ = screened(HEAD + "x IN TXT ( a\n")
    assert [item.kind for item in found.problems] == ["truncated"]


def test_somebody_else_s_name_that_points_to_the_app_serves_nothing_of_it():
    text = "shop.example. 300 IN CNAME www.tiktok.com.\nshop.example. 300 IN MX 10 mail.tiktok.com.\n"
    assert told(screened(text)[1]) == ["tiktok names S0", "tiktok names S0"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(data):
    with source(HEAD.encode() + data) as opened:
        account = Account("zone", selectors())
        zones.read_zone(opened, account)
    assert account.read >= 2


def test_names_of_dnspython_and_this_reader_agree_on_what_is_absolute():
    assert owners("$ORIGIN a.example.\nx IN A 192.0.2.1\nx. IN A 192.0.2.1\n", "z") == [
        ("x.a.example", "A"),
        ("x", "A"),
    ]
    assert dns.name.from_text("x", dns.name.from_text("a.example.")).to_text() == "x.a.example."


OPEN = "$TTL 60\nv16.tiktokcdn.com IN A 192.0.2.1\nwww IN CNAME v16.tiktokcdn.com\nshop.example. IN A 192.0.2.2\n"


def test_a_name_below_an_origin_that_nothing_tells_is_doubted_and_counted():
    found, matches = screened(OPEN, "edge")
    assert [(item.recorded, item.tie, item.confidence) for item in matches] == [
        ("v16.tiktokcdn.com", "names", "L"), ("v16.tiktokcdn.com", "serves", "L"),
    ]  # fmt: skip
    assert all(any("no dot at its end" in text for text in item.caveats) for item in matches)
    assert [text.partition(" without")[0] for text in found.lacks] == ["the end of 3 names"]


def test_with_an_origin_a_name_without_a_dot_is_one_below_it():
    found, matches = screened(OPEN, "evil.example.zone")
    assert (found.lacks, matches) == ((), [])
    whole, (match,) = screened("v16.tiktokcdn.com. IN A 192.0.2.1\n", "edge")
    assert (whole.lacks, match.confidence) == ((), "M")
