"""Who serves the app, in words: votes stay beside each other, absence says why, and what was not read is counted."""

from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.model.capture import Capture
from affidavit.model.network import Attributed, Claimed, NetworkRecord, Recipient
from affidavit.report import network
from affidavit.report.columns import Page
from affidavit.report.overview import Facts
from tests.builders.affidavits import CALL_SITE, CATEGORIES
from tests.builders.served import TRAFFIC, network_record

FACTS = Facts(make_fact(what, CALL_SITE, "test/1") for what in TRAFFIC)
NONE = Facts(())


def test_an_endpoint_says_whose_name_it_is_and_apart_from_it_who_can_reach_the_data() -> None:
    first = network.endpoint_rows(network_record())[0]
    assert first[:4] == (
        "vcs-va.tiktokv.com at 92.122.95.99", "in code and in traffic", "ByteDance Ltd.",
        "Akamai, cdn; last parent akamai-parent, seat US",
    )  # fmt: skip


def test_where_sources_disagree_no_country_is_given_but_the_reason() -> None:
    rows = network.endpoint_rows(network_record())
    assert [row[4] for row in rows] == [
        "undetermined: sources disagree", "US", "undetermined: no source that counts says",
    ]  # fmt: skip


def test_served_from_is_said_with_what_the_next_tier_takes() -> None:
    rows = network.endpoint_rows(network_record())
    assert rows[0][5] == "S2, served from: not shown; S3 takes an address in a published range"
    assert rows[1][5] == "S3, served from"
    assert rows[1][2] == "not known, used by ByteDance Ltd."


def test_each_vote_names_its_source_its_age_and_why_it_does_not_count() -> None:
    first, second, third, *_ = network.vote_rows(network_record())
    assert first[1:] == (
        "country (network's home): NL", "92.122.95.0/24", "npm example 1.0",
        "2026-06-17, 1,834 days younger than the observation: dated", "no: a network's home is no place of a machine",
    )  # fmt: skip
    assert second[1] == "country (feeds of use): EU"
    assert third[1:] == ("owner: ByteDance Ltd.", "tiktokv.com", "own", "", "yes")


def test_recipients_are_counted_by_each_kind_of_country_and_never_over_kinds() -> None:
    rows = {row[0]: row[2] for row in network.kind_rows(network_record())}
    assert rows == {
        "Registration": "no vote 2", "Network's home": "NL 1, no vote 1", "Feeds of use": "EU 1, US 1",
        "Provider's region": "US 1, no vote 1", "Where the machine stands": "US 1, undetermined 1",
        "Who can reach it": "US 1, undetermined 1",
    }  # fmt: skip
    assert network.kind_rows(NetworkRecord()) == []


def test_a_recipient_without_a_name_has_the_votes_on_its_address() -> None:
    vote = Claimed("country", "SG", kind="geo")
    alone = NetworkRecord(
        endpoints=(Attributed("", "43.156.1.1", "observed", claims=(vote,), place="SG"),),
        recipients=(Recipient("location", "43.156.1.1", "observed", place="SG"),),
    )
    rows = {row[0]: row[2] for row in network.kind_rows(alone)}
    assert (rows["Feeds of use"], rows["Where the machine stands"]) == ("SG 1", "SG 1")


def test_an_address_that_is_asked_about_is_named_once() -> None:
    assert network.name_of(Attributed("192.0.2.1", "192.0.2.1", "")) == "192.0.2.1"


def test_a_recipient_is_named_with_how_that_is_known() -> None:
    rows = network.recipient_rows(network_record(), {"location": "Location"})
    assert rows[0][:3] == ("Location", "vcs-va.tiktokv.com (ByteDance Ltd.)", "observed")
    assert rows[0][5] == "a known value of the device, 3 times"
    assert rows[1][5] == "a path in the code, 1 path"


def test_known_values_stand_before_candidates_and_values_are_shown_as_the_fact_has_them() -> None:
    known, candidate = network.disclosure_rows(FACTS, {"location": "Location"})
    assert known == (
        "Location: latitude", "vcs-va.tiktokv.com", "body → gzip → json:$.lat", "52.… (SHA-256 efefefefefef…)",
        "a known value of the device", "3",
    )  # fmt: skip
    assert candidate[1] == "received from logs.example.org"
    assert candidate[4] == "its form alone (a candidate)"


def test_a_clock_that_cannot_be_right_gives_no_times() -> None:
    good, bad = network.capture_rows(FACTS)
    assert good[3] == "2021-06-09T10:00:00.000000Z to 2021-06-09T10:01:00.000000Z"
    assert good[2] == "12 of 4.1 kB; 1 could not be read"
    assert bad[3] == "clock cannot be right: it begins in 1970"


def test_what_was_not_decoded_is_counted_and_nothing_is_said_without_captures() -> None:
    assert network.undecoded_in_words(FACTS) == (
        "5.7 kB to 2 hosts could not be decoded: nothing is known of what was in it."
    )
    assert network.undecoded_in_words(NONE) == ""
    whole = Facts([make_fact(Capture("a.har", "00" * 32, 1, "har", 1), CALL_SITE, "t/1")])
    assert network.undecoded_in_words(whole) == "All content that was read was decoded."
    cut = Facts([make_fact(Capture("a.har", "00" * 32, 1, "har", 1, unread=2), CALL_SITE, "t/1")])
    assert network.undecoded_in_words(cut) == (
        "All content that was read was decoded; 2 records could not be read, and what was in them is not known."
    )
    assert [row[0] for row in network.undecoded_rows(FACTS)] == ["vcs-va.tiktokv.com", "10.0.0.1"]


def test_only_tables_with_rows_are_given_and_every_row_fits_its_heads() -> None:
    found = network.tables(network_record(), FACTS, CATEGORIES)
    assert len(found) == 9
    assert all(len(row) == len(table.heads) for table in found for row in table.rows)
    assert network.tables(NetworkRecord(), NONE, CATEGORIES) == []


def test_a_table_is_written_as_paragraphs_and_says_where_the_rest_is():
    page = Page(200, colour=False)
    table = next(item for item in network.tables(network_record(), FACTS, CATEGORIES) if item.caption == "Endpoints")
    network.write(page, table, 1, "in the report")
    assert "vcs-va.tiktokv.com at 92.122.95.99" in page.text()
    assert "seen: in code and in traffic; whose name: ByteDance Ltd.;" in page.text()
    assert page.text().endswith("… and 2 more in the report\n")


def test_a_recipient_is_written_with_its_data():
    page = Page(200, colour=False)
    network.write(page, network.tables(network_record(), FACTS, CATEGORIES)[0], 9, "elsewhere")
    assert "to vcs-va.tiktokv.com (ByteDance Ltd.)\n    grade: observed;" in page.text()


def test_data_that_answers_no_question_is_called_other():
    other = Facts([make_fact(replace(TRAFFIC[4], category=""), CALL_SITE, "test/1")])
    assert network.disclosure_rows(other, {})[0][0] == "Other data on app and device: latitude"
