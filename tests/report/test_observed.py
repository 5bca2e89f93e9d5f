"""What captures show without an app: one line for each fact, hosts in order, and nothing that a cell could do."""

import csv
import io
import json

import msgspec
import pytest

from affidavit.facts.reading import make_fact
from affidavit.model.artefact import Artefact
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord
from affidavit.model.place import Place
from affidavit.report.observed import COLUMNS, SCHEMA, SHOWN, Observed, as_csv, as_json, as_text, contact_rows
from affidavit.report.overview import Facts

DIGEST = "0123456789abcdef" * 4
ENTRY = f"capture/{DIGEST[:16]}"
GIVEN = Artefact("a.pcap", "captures", 9, DIGEST)
WHOLE = Capture("a.pcap", DIGEST, 9, "pcap", 12, 1, "2026-01-01T00:00:00.000000Z", "2026-01-01T00:01:00.000000Z")
FULL = Contact(
    "a.example", "tls-sni", "192.0.2.1", 443, "tcp", "tls", "org.a", 2, 1_500, 3, "2026-01-01T00:00:00.000000Z",
    "2026-01-01T00:00:01.000000Z", (Named("tls-sni", "a.example"), Named("url", "b.example")), ("edge.example",),
    ("3" * 32,), ("t13d",), (), ("ech", "fronting"), 4,
)  # fmt: skip


def fact(what, name="frame 3", offset=24):
    return make_fact(what, Place(f"{ENTRY}!/{name}", offset), "captures/1")


def observed(*whats, **more):
    return Observed(SCHEMA, GIVEN, tuple(map(fact, whats)), **{"limitations": (), **more})


def rows(found):
    return list(csv.DictReader(io.StringIO(as_csv(found), newline="")))


def one(what):
    """The columns of one fact that say something."""
    [row] = rows(observed(what))
    return {name: value for name, value in row.items() if value}


PLACE = {"entry": f"{ENTRY}!/frame 3", "offset": "24"}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            WHOLE,
            {
                "kind": "capture", "first": "2026-01-01T00:00:00.000000Z", "last": "2026-01-01T00:01:00.000000Z",
                "said": f"a.pcap (pcap), SHA-256 {DIGEST}", "count": "12",
            },
        ),
        (
            FULL,
            {
                "kind": "contact", "host": "a.example", "address": "192.0.2.1", "port": "443", "transport": "tcp",
                "protocol": "tls", "app": "org.a", "first": "2026-01-01T00:00:00.000000Z",
                "last": "2026-01-01T00:00:01.000000Z", "count": "2", "up": "1500", "down": "3",
                "said": f"tls-sni a.example; url b.example; edge.example; {'3' * 32}; t13d", "marks": "ech fronting",
            },
        ),
        (Contact("", "none", connections=0), {"kind": "contact", "count": "0"}),
        (Lookup("a.example"), {"kind": "lookup", "host": "a.example", "count": "1"}),
        (
            Lookup("a.example", 3, "org.a", ("b.example",), ("192.0.2.1", "::1"), 60),
            {
                "kind": "lookup", "host": "a.example", "app": "org.a", "count": "3",
                "said": "b.example; 192.0.2.1; ::1",
            },
        ),
        (
            Disclosure(
                "a.example", "location", "latitude", "known-value", ("body", "gzip", "json:$.lat"), "ab" * 32, "52…"
            ),
            {
                "kind": "disclosure", "host": "a.example", "count": "1", "marks": "sent",
                "said": "location: latitude (known-value) 52… at body > gzip > json:$.lat, SHA-256 " + "ab" * 32,
            },
        ),
        (
            Disclosure("", "contacts", "email", "pattern", (), "ab" * 32, "s…", "192.0.2.1", count=9, sent=False),
            {
                "kind": "disclosure", "address": "192.0.2.1", "count": "9", "marks": "received",
                "said": "contacts: email (pattern) s… at , SHA-256 " + "ab" * 32,
            },
        ),
        (
            Undecoded("a.example", "encrypted", 3, 4_000, "192.0.2.1", "org.a"),
            {
                "kind": "undecoded", "host": "a.example", "address": "192.0.2.1", "app": "org.a", "count": "3",
                "up": "4000", "said": "not read: encrypted",
            },
        ),
    ],
)  # fmt: skip
def test_a_fact_is_one_line_of_what_it_says(what, said):
    assert one(what) == said | PLACE


@pytest.mark.parametrize(
    ("place", "entry"), [(None, ""), (Place(ENTRY), ENTRY), (Place(f"{ENTRY}!/frame 9", 7), f"{ENTRY}!/frame 9")]
)
def test_a_limitation_is_a_line_before_all_facts(place, entry):
    limit = Limitation("capture/damaged", "the length lies", place, 4)
    first, second = rows(observed(WHOLE, limitations=(limit,)))
    assert (first["kind"], first["said"], first["count"]) == ("limitation", "capture/damaged: the length lies", "4")
    assert (first["entry"], first["offset"], second["kind"]) == (entry, "", "capture")


def test_a_place_without_an_offset_has_none():
    found = Observed(SCHEMA, GIVEN, (fact(WHOLE, offset=-1), fact(FULL, offset=0)), ())
    assert [row["offset"] for row in rows(found)] == ["", "0"]


def test_an_empty_table_has_its_heads_alone_and_lines_end_as_the_standard_says():
    assert as_csv(observed()) == ",".join(COLUMNS) + "\r\n"
    assert as_csv(observed(WHOLE)).count("\r\n") == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " ="])
@pytest.mark.parametrize("column", ["host", "address", "app", "protocol"])
def test_no_cell_is_a_formula_whatever_a_host_is_called(start, column):
    hostile = f"{start}cmd|' /C calc'!A0"
    [row] = rows(observed(Contact(**{"host": "a", "basis": "url", column: hostile})))
    assert not row[column].lstrip().startswith(("=", "+", "-", "@"))
    assert "cmd" in row[column]


def test_quotes_and_ends_of_lines_stay_in_their_cell():
    [row] = rows(observed(Contact('a","b', "url", app="x\r\ny")))
    assert row["kind"] == "contact"
    assert '"' in row["host"]
    assert len(row) == len(COLUMNS)


# Connections in words


@pytest.mark.parametrize(
    ("what", "row"),
    [
        (
            FULL,
            ("a.example", "192.0.2.1 port 443 tcp", "2 connections", "1.5 kB and 3 bytes", "tls-sni",
             "ech, fronting, app org.a"),
        ),
        (
            Contact("a.example", "url", connections=0, requests=1),
            ("a.example", "", "1 request", "0 bytes and 0 bytes", "url", ""),
        ),
        (
            Contact("", "none", "192.0.2.1", marks=("no-name",)),
            ("192.0.2.1", "192.0.2.1", "1 connection", "0 bytes and 0 bytes", "", "no-name"),
        ),
        (
            Contact("a.example", "log", port=53, transport="udp"),
            ("a.example", "port 53 udp", "1 connection", "0 bytes and 0 bytes", "log", ""),
        ),
    ],
)  # fmt: skip
def test_a_connection_in_words(what, row):
    assert contact_rows(Facts((fact(what),))) == [row]


def test_connections_are_by_host_and_what_has_no_name_comes_last():
    hosts = [("b.example", ""), ("", "192.0.2.9"), ("a.example", "192.0.2.2"), ("", "192.0.2.1"), ("a.example", "")]
    found = contact_rows(Facts(tuple(fact(Contact(host, "url", address)) for host, address in hosts)))
    assert [row[0] for row in found] == ["a.example", "a.example", "b.example", "192.0.2.1", "192.0.2.9"]
    assert [row[1] for row in found][:2] == ["", "192.0.2.2"]


# Text and JSON


@pytest.mark.parametrize(("count", "said"), [(SHOWN, False), (SHOWN + 1, True)])
def test_text_shows_the_first_rows_and_says_where_the_others_are(count, said):
    text = as_text(observed(WHOLE, *(Contact(f"h{at:03}.example", "url") for at in range(count))), width=200)
    assert f"h{SHOWN - 1:03}.example" in text
    assert f"h{SHOWN:03}.example" not in text
    assert ("--format json or csv" in text) == said


def test_what_could_not_be_read_is_said_once_a_kind_with_its_number():
    limits = tuple(Limitation("capture/damaged", "the length lies", Place(ENTRY, at), 2) for at in range(3))
    text = as_text(observed(WHOLE, limitations=limits), width=200)
    assert text.count("capture/damaged") == 1
    assert "capture/damaged (6 times): the length lies" in text
    assert "What could not be read" not in as_text(observed(WHOLE))


def test_captures_that_show_nothing_make_a_text_all_the_same():
    assert as_text(observed(), width=20)
    assert "a.pcap" in as_text(observed(WHOLE), width=20)


@pytest.mark.parametrize("width", [20, 80, 300])
def test_text_has_no_sign_that_a_terminal_obeys(width):
    hostile = "\x1b[2J\u202ea\x07\x9b1m"
    limit = Limitation("capture/damaged", hostile)
    found = observed(Contact(hostile, "url", hostile, app=hostile), Lookup(hostile), WHOLE, limitations=(limit,))
    text = as_text(found, width=width)
    assert not set(text) & set("\x1b\u202e\x07\x9b")


def test_json_has_all_that_was_found_and_leaves_out_what_is_empty():
    told = json.loads(as_json(observed(WHOLE, FULL)))
    assert (told["schema"], [item["what"]["kind"] for item in told["facts"]]) == (SCHEMA, ["capture", "contact"])
    assert told["facts"][1]["what"]["names"] == [
        {"basis": "tls-sni", "value": "a.example"}, {"basis": "url", "value": "b.example"},
    ]  # fmt: skip
    assert "partial" not in told
    assert json.loads(as_json(observed(partial=True)))["partial"] is True


@pytest.mark.parametrize(
    ("profile", "said"), [("", "No profile of a device was given"), ("ab", "the values of the device's profile")]
)
def test_text_says_what_was_looked_for_and_compared(profile, said):
    record = NetworkRecord(searched="7 endpoints were compared with 2 tables of networks.")
    given = msgspec.structs.replace(GIVEN, profile=profile)
    page = as_text(msgspec.structs.replace(observed(WHOLE, network=record), artefact=given))
    assert said in " ".join(page.split())
    assert record.searched in page


def test_messages_without_connections_are_counted_in_the_table():
    assert one(Contact("a.example", "url", connections=0, requests=3))["count"] == "3"
