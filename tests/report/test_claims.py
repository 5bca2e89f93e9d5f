"""Claims on paper: everything attributed, nothing hidden, hostile text harmless."""

import json

import pytest

from affidavit.case.answer import Choice, answer
from affidavit.case.claims import docket
from affidavit.model.claim import Claim, ClaimsAnswer, Told
from affidavit.report.claims import KINDS, according, render_claims
from affidavit.report.json import as_json
from tests.case.dockets import claim, small, source


def page(only_conflicts=False, width=80, **choice) -> str:
    return render_claims(answer(docket(), Choice(**choice)), width=width, only_conflicts=only_conflicts)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_claim_says_who_where_and_when():
    assert according(docket().told["S3-8"]) == "according to Commerce (S003, L40, L42-45, as of 2020-09-18)"
    assert according(docket().told["TH1002-1"]) == "according to a law firm (TH1002, as of 2020-10-02)"
    assert "According to the paper (S003, L38, as of 2020-09-18): The further list" in flat(page(id="S3-7"))


def test_every_claim_is_on_the_page_with_what_became_of_it():
    shown = flat(page(source="S003"))
    assert "16 claims" in shown
    for item in docket().told.values():
        if item.source == "S003":
            assert item.claim.id in shown
            assert flat(item.claim.text) in shown
    assert "Disputed (C01, 12 or 15 November): rejected" in shown


def test_every_conflict_has_its_voices_its_decision_and_its_grounds():
    shown = flat(page(only_conflicts=True))
    for item in docket().resolutions.values():
        assert f"{item.id} {item.title}" in shown
        assert flat(item.decision) in shown
        assert flat(item.why) in shown
        assert f"{', '.join(item.sources)};" in shown
    assert "23 conflicts" in shown


def test_one_conflict_reads_as_a_lawyer_would_check_it():
    shown = flat(page(only_conflicts=True, id="C01"))
    assert "starts to apply: tt-2, tt-3, tt-4, tt-5 (Commerce identification" in shown
    assert "S3-7 2020-11-15: according to the paper (S003, L38, as of 2020-09-18); rejected" in shown
    assert "register 2020-11-12 00:00 (UTC-05:00) to 2020-11-12 23:59 (UTC-05:00): what the register holds" in shown
    assert "as known on 2020-09-18" in shown
    assert "decided 12 November 2020." in shown


def test_numbers_stand_with_their_unit():
    shown = flat(page(only_conflicts=True, id="C12"))
    assert "19,000,000 to 20,000,000 users:" in shown
    assert "19,000,000 daily users:" in shown
    assert "19,000,000 downloads:" in shown
    assert "100,000,000 or more users:" in flat(page(only_conflicts=True, id="C11"))


@pytest.mark.parametrize(
    ("what", "value", "unit", "shown"),
    [
        ("installed_copies", "?", "", "= unclear:"),
        ("amount", "..5", "euro", "= 5 or less euro:"),
        ("amount", "9999", "euro", "= 9999 euro:"),
        ("start", "2020-09-20", "", "= 2020-09-20:"),
        ("role", "keeps 2020-12345", "", "= keeps 2020-12345:"),
        ("role", "certifies against ISO 27001", "", "= certifies against ISO 27001:"),
        ("amount", "27001", "euro", "= 27,001 euro:"),
        ("amount", "27001..30000", "euro", "= 27,001 to 30,000 euro:"),
    ],
)
def test_values_are_written_as_one_would(what, value, unit, shown):
    made = small(source("A", claim("A-1", "proposal:x", what, value, unit)))
    assert shown in flat(render_claims(answer(made, Choice())))


def test_an_undecided_conflict_says_so_and_names_the_date_when_one_was_asked_for():
    made = small(source("A", claim("A-1", "app:lark", "role", "x")), source("B", claim("B-1", "app:lark", "role", "y")))
    assert "Nobody has decided it yet." in flat(render_claims(answer(made, Choice()), only_conflicts=True))
    known = flat(render_claims(answer(made, Choice(known="2020-09-30")), only_conflicts=True))
    assert "No decision rests on what was public by 2020-09-30." in known
    assert f"({KINDS['claims']}): not decided" in flat(render_claims(answer(made, Choice())))


def test_what_was_said_later_is_not_on_the_page():
    shown = page(only_conflicts=True, known="2020-09-18")
    assert "S4-" not in shown
    assert "2020-09-2" not in shown.replace("2020-09-20", "").replace("2020-09-21 00:00", "").partition("Sources")[0]


def test_nothing_found_says_what_was_searched():
    shown = page(known="2019-01-01")
    assert "0 claims" in shown
    assert "were public by 2019-01-01" in flat(shown)
    assert "Other sources were not searched." in shown


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_page_but_for_an_address_alone(width):
    wide = [line.strip() for line in page(width=width).splitlines() if len(line) > width]
    assert set(wide) <= {place for item in docket().documents.values() for place in (item.url, item.path)}


@pytest.mark.parametrize("width", [60, 80])
def test_addresses_stand_in_one_piece_so_that_they_can_be_copied(width):
    made = answer(docket(), Choice())
    lines = [line.strip() for line in page(width=width).splitlines()]
    places = [place for item in made.sources.values() for place in (item.url, item.path) if place]
    assert any(len(place) > width for place in places)
    assert [place for place in places if place not in lines] == []


def test_an_id_wider_than_its_column_stands_in_one_piece():
    told = Told(Claim("A-LAW-FIRM-OF-MANY-NAMES-1", "It says so.", "it"), "A-LAW-FIRM", "title", "2020-09-18")
    lines = render_claims(ClaimsAnswer("", "searched", (told,), (), {}, {}, {}, {})).splitlines()
    place = lines.index("A-LAW-FIRM-OF-MANY-NAMES-1")
    assert lines[place + 1].strip().startswith("According to it")
    assert lines[place + 1].startswith(" " * 16)


def test_hostile_text_is_shown_as_escapes():
    told = Told(Claim("X\x1b[2J", "turn \u202e round", "some\x07body"), "SRC", "title", "2020-09-18")
    made = ClaimsAnswer("", "searched", (told,), (), {}, {}, {}, {})
    shown = render_claims(made)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\u202e" in shown


def test_styles_come_only_when_asked_for():
    made = answer(docket(), Choice(id="S3-7"))
    assert "\x1b[" in render_claims(made, colour=True)
    assert "\x1b[" not in render_claims(made)


def test_the_json_form_has_everything_and_is_the_same_each_time():
    made = answer(docket(), Choice(id="S3-7"))
    document = json.loads(as_json(made))
    assert document["claims"][0]["claim"]["id"] == "S3-7"
    assert document["claims"][0]["asserted_at"] == "2020-09-18"
    assert {item["resolution"] for item in document["conflicts"]} == {"C01"}
    assert document["resolutions"]["C01"]["statuses"]["S3-7"] == "rejected"
    assert document["told"]["S1-2"]["claim"]["line"] == "L2"
    assert as_json(made) == as_json(answer(docket(), Choice(id="S3-7")))


def test_judging_words_are_not_ours():
    own = page().casefold()
    for item in docket().told.values():
        own = own.replace(item.claim.text.casefold(), "")
    assert not {"illegal", "safe", "clean"} & set(own.split())
