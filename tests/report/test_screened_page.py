"""The page of a screening from made accounts: what it lists, what it folds, and what it must always say."""

import csv
import io

import pytest
from msgspec.structs import replace

from affidavit.model.network import Strength
from affidavit.model.screening import Aside, Element, Match, Records, Screening, Touched, Unreadable
from affidavit.report.screened import render_screening, screening_csv
from tests.builders import records
from tests.builders.screenings import screening

FILE = Records(name="own.csv", sha256="00", size=9, kind="customers", form="csv", read=1_234, unread=0)


def match(number=1, **more):
    made = {
        "id": f"m{number}", "records": "own.csv", "kind": "customers", "app": "tiktok", "tie": "serves", "by": "domain",
        "selector": "tiktok.com", "recorded": f"v{number}.tiktok.com", "column": "host", "tier": Strength.S5,
        "confidence": "H", "source": "made", "where": f"line {number}",
    }  # fmt: skip
    return Match(**made | more)


def made(*matches, files=(FILE,), touched=None, **more):
    """An account of one app."""
    names = tuple(item.id for item in matches)
    own = (Touched("tiktok", ("TikTok", "Other name"), names, Strength.S5),) if matches else ()
    return Screening(
        actor="cdn_provider", role="CDN provider", on="2020-09-20", known="", jurisdiction="US", files=files,
        matches=tuple(matches), touched=own if touched is None else touched, asks=(), searched=("marks were compared",),
        tool="0", knowledge="0", updated="2026-01-01", ties=(("serves", "serves a name of it"),), **more,
    )  # fmt: skip


def flat(account, width=200):
    return " ".join(render_screening(account, width=width).split())


def test_the_question_stands_first_with_what_was_known_if_it_was_said():
    text = render_screening(made())
    assert text.startswith("Asked as a CDN provider in US, on 2020-09-20\n")
    assert ", as known on 2020-09-19" in flat(replace(made(), known="2020-09-19"))
    assert "the last sentence" in flat(replace(made(), notes=("the first", "the last sentence")))


FILES = [
    ({}, "own.csv: customers (csv, told by its content), 1,234 records read, 0 not"),
    ({"asked": True, "read": 1}, "own.csv: customers (csv, as was said), 1 record read, 0 not"),
    ({"unread": 4_000}, "1,234 records read, 4,000 not"),
    ({"problems": (Unreadable("damaged", "bad", "line 7", 1),)}, "not read, 1 record: bad (first: line 7)"),
    ({"problems": (Unreadable("damaged", "bad", "line 7", 2),)}, "not read, 2 records: bad (first: line 7)"),
    ({"lacks": ("addresses", "names")}, "not compared: addresses not compared: names"),
    ({"columns": (("A", "host"), ("B", "san"))}, "columns: A = host, B = san What"),
    ({"columns": tuple((f"c{n}", "x") for n in range(8))}, "c7 = x What"),
    ({"columns": tuple((f"c{n}", "x") for n in range(9))}, "c7 = x and 1 more"),
    ({"ignored": tuple(f"c{n}" for n in range(1_008))}, "c7 and 1,000 more"),
    ({"asides": (Aside("a cloud", 2),)}, "set aside, 2 records: a cloud What"),
    ({"asides": (Aside("a cloud", 1, "x.example"),)}, "set aside, 1 record: a cloud, such as x.example"),
]


@pytest.mark.parametrize(("more", "said"), FILES, ids=range(len(FILES)))
def test_how_a_file_was_read_is_told(more, said):
    text = flat(made(files=(replace(FILE, **more),)))
    assert said in text.replace("Nothing that was read touches a listed app ", "")


MATCHES = [
    ({}, "m1 S5 serves a name of it: v1.tiktok.com (domain tiktok.com, sure: H); own.csv line 1, host; 1 record"),
    ({"count": 2_000}, "host; 2,000 records"),
    ({"size": 1_500}, "host; 1 record, 1,500 bytes"),
    ({"arranged": "route server"}, "sure: H, route server); own.csv"),
    ({"recorded": ""}, "serves a name of it: other values (domain"),
    ({"caveats": ("one thing", "another")}, "note: one thing note: another"),
]


@pytest.mark.parametrize(("more", "said"), MATCHES, ids=range(len(MATCHES)))
def test_a_match_stands_with_its_place_and_how_sure_it_is(more, said):
    text = flat(made(match(**more)))
    assert said in text
    assert "TikTok: touched, at the most S5" in text
    assert "Other name" not in text


@pytest.mark.parametrize(("many", "more"), [(1, ""), (12, ""), (13, "and 1 more"), (1_013, "and 1,001 more")])
def test_matches_are_listed_up_to_a_number_and_the_rest_is_counted(many, more):
    text = flat(made(*(match(number) for number in range(1, many + 1))))
    assert text.count("serves a name of it:") == min(many, 12)
    assert (more in text) if more else ("more (--format" not in text)


def test_what_is_said_of_many_matches_is_said_once():
    text = flat(made(*(match(number, caveats=("of all", f"of {number}")) for number in (1, 2))))
    assert (text.count("note: of all"), text.count("note: of 1"), text.count("note: of 2")) == (1, 1, 1)


def test_apps_that_one_operator_tells_are_named_in_one_line_and_others_apart():
    one, two = match(1, app="", operator="bytedance"), match(2)
    apps = [Touched(name, (name.title(),), ("m1",), Strength.S5, "bytedance") for name in ("capcut", "lemon8")]
    direct = Touched("tiktok", ("TikTok",), ("m2",), Strength.S5)
    text = flat(made(one, two, touched=(direct, *apps)))
    assert "Capcut, Lemon8: told by their operator alone" in text
    assert text.count("v1.tiktok.com") == text.count("v2.tiktok.com") == 1


def test_a_mere_name_stands_apart_and_is_still_listed():
    text = flat(made(match(1, tier=Strength.S0), touched=()))
    assert "Nothing that was read touches a listed app" in text
    assert "Named, and nothing more shown m1 S0" in text


def test_an_element_says_what_shows_it_or_what_it_takes():
    account = screening("cdn_provider", "2020-11-13", "2020-09-19", records.LOG)
    (asked,) = [item for item in account.asks if item.matches]
    elements = (
        Element("it is whole", "shown", tuple(f"m{number}" for number in range(20))),
        Element("it is half", "in part", ("m1",), "the contract"),
        Element("it is open", "not shown", (), "an invoice"),
    )
    text = flat(replace(account, asks=(replace(asked, elements=elements),)))
    assert "shown it is whole (m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11)" in text
    assert "in part it is half (m1); it takes: the contract" in text
    assert "not shown it is open; it takes: an invoice" in text
    assert f"Records: {', '.join(asked.matches)}" in text


def test_what_the_law_says_besides_stands_behind_what_records_bear_on():
    account = screening("hosting_provider", "2020-09-20", "2020-09-20", records.CUSTOMERS)
    text = flat(account)
    first, last = text.index("acts on which these records bear"), text.index("What was searched")
    besides = [item for item in account.asks if not item.matches and item.obligation.kind != "none"]
    assert first < last
    for item in besides:
        assert first < text.index(" ".join(item.obligation.sentence.split())) < last
    for question in {each for item in account.asks for each in item.obligation.open_questions}:
        assert text.count(" ".join(question.split())) >= 1


def test_the_last_word_is_that_a_match_is_no_finding():
    for account in (made(), made(match())):
        assert flat(account).endswith("A match is a place in a record, and no finding that a law was broken.")
        assert "Marks were compared." in flat(account)
        assert "last updated on 2026-01-01" in flat(account)


# The table


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_no_cell_of_a_table_is_a_formula_in_any_column(start):
    text = f"{start}1+1"
    account = made(match(selector=text, recorded=text, records=text, column=text, where=text, source=text))
    (row,) = csv.DictReader(io.StringIO(screening_csv(account), newline=""))
    for name in ("selector", "recorded", "file", "column", "where", "source"):
        assert row[name].startswith("'"), name


def test_a_table_without_matches_has_its_headings_and_ends_lines_as_its_standard_says():
    text = screening_csv(made())
    assert text.count("\r\n") == 1
    assert text.startswith("id,app,operator,tier,")
    (row,) = csv.DictReader(io.StringIO(screening_csv(made(match(caveats=("a", "b"), size=7, count=3)))))
    assert (row["caveats"], row["bytes"], row["count"], row["tier"]) == ("a | b", "7", "3", "S5")


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_no_line_of_a_page_is_longer_than_asked(width):
    long = made(*(match(number, recorded="x" * 255, caveats=("word " * 60,)) for number in range(1, 4)))
    assert max(map(len, render_screening(long, width=width).splitlines())) <= width
