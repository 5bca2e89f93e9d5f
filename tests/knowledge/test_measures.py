"""The files of the register: that they load and read well, and that they hold the facts of a table made by hand."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import yaml

from affidavit.knowledge.compile import read_section
from affidavit.law.ask import Resolver
from affidavit.law.register import register
from affidavit.model.determination import Question
from affidavit.model.entity import Entities
from affidavit.model.measure import Forbear, Measure, Schedule

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
KNOWN = yaml.safe_load(Path(__file__).with_name("measures_known.yaml").read_text("utf-8"))


def parts(measure):
    """Everything in a measure that has an id of its own."""
    return (*measure.provisions, *measure.exceptions, *measure.conditions, *measure.proceedings, *measure.events)


FILES = {name: msgspec.convert(raw, Measure) for name, raw in read_section(KNOWLEDGE / "measures").items()}
MEASURES = {measure.id: measure for measure in FILES.values()}
PARTS = {part.id: part for measure in FILES.values() for part in parts(measure)}
READ_BY_PEOPLE = sorted(
    path
    for folder in ("measures", "sources", "entities", "criteria", "law")
    for path in (KNOWLEDGE / folder).rglob("*.yaml")
    if path.name != "marks.yaml"
)
CITING = ("measures", "entities", "criteria", "claims", "resolutions")
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LONGEST = 120


def days_after(base, days):
    """The day so many days after another, found by walking the calendar a day at a time."""
    year, month, day = map(int, base.split("-"))
    for _ in range(days):
        leap = month == 2 and (year % 4 == 0) - (year % 100 == 0) + (year % 400 == 0)
        day += 1
        if day > MONTHS[month - 1] + leap:
            month, day = month + 1, 1
        if month > 12:
            year, month = year + 1, 1
    return f"{year:04}-{month:02}-{day:02}"


def test_the_walk_over_the_calendar_knows_leap_years():
    assert days_after("2024-02-28", 2) == "2024-03-01"
    assert days_after("2023-02-28", 1) == "2023-03-01"
    assert days_after("2000-02-28", 1) == "2000-02-29"
    assert days_after("2020-12-31", 366) == "2022-01-01"


@pytest.mark.parametrize("name", FILES)
def test_a_measure_lies_in_the_folder_of_its_jurisdiction(name):
    assert name.partition("/")[0] == FILES[name].jurisdiction.lower()


def test_ids_are_unique_in_the_whole_register():
    ids = Counter(part.id for measure in FILES.values() for part in (measure, *parts(measure)))
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("path", READ_BY_PEOPLE, ids=lambda path: path.name)
def test_a_file_says_what_it_is_and_has_no_line_too_long_to_read(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines if len(line) > LONGEST and not re.match(r" *url: ", line)] == []


def test_the_january_order_names_eight_apps():
    files = msgspec.convert(read_section(KNOWLEDGE / "entities"), dict[str, Entities])
    named = [files["apps"].apps[app].names[0].casefold() for app in MEASURES["us-eo-13971"].targets.apps]
    assert named == KNOWN["apps_of_eo_13971"]


@pytest.mark.parametrize("measure", KNOWN["cites"])
def test_official_citations(measure):
    assert MEASURES[measure].cite == KNOWN["cites"][measure]


def test_the_wechat_list_was_never_printed_and_warns_of_the_wrong_citation():
    measure = MEASURES["us-doc-wechat-2020"]
    assert "published" not in measure.dates
    assert measure.dates["withdrawn_before_publication"] == "2020-09-22"
    assert "never printed" in measure.cite_note
    assert "60061" in measure.cite_note
    assert "60061" in MEASURES["us-doc-tiktok-2020"].cite


@pytest.mark.parametrize("name", KNOWN["deadlines"])
def test_deadlines_have_holder_base_and_day(name):
    known, deadline = KNOWN["deadlines"][name], PARTS[name]
    assert deadline.kind == "deadline"
    assert deadline.duty_holder == known["holder"]
    assert deadline.due == known["due"] == days_after(known["base"], known["days"])
    assert (deadline.computed_from.base, deadline.computed_from.days) == (known["base"], known["days"])


def test_the_table_has_every_deadline_of_the_register():
    assert {name for name, part in PARTS.items() if getattr(part, "kind", "") == "deadline"} == KNOWN[
        "deadlines"
    ].keys()


@pytest.mark.parametrize("name", KNOWN["counted_events"])
def test_counted_starts_and_undertakings_give_the_stated_day(name):
    known, effect = KNOWN["counted_events"][name], PARTS[name].effect
    counted, stated = (
        (effect.start.computed_from, effect.start.latest)
        if isinstance(effect, Schedule)
        else (effect.computed_from, effect.until)
    )
    assert (counted.base, counted.days) == (known["base"], known["days"])
    assert stated[:10] == known["gives"] == days_after(known["base"], known["days"])


def test_the_five_forbearances_follow_each_other_without_a_gap():
    events = [item for item in MEASURES["us-pafaca"].events if isinstance(item.effect, Forbear)]
    got = [(item.id, item.by, item.public_at[:10], item.effect.until[:10]) for item in events]
    assert got == [tuple(known.values()) for known in KNOWN["forbearances"]]
    for earlier, later in pairwise(got):
        assert later[2] <= earlier[3] < later[3]
    assert {item.effect.from_ for item in events} == {"2025-01-19T00:00:00-05:00"}
    assert all(item.effect.covers_past_conduct for item in events)


@pytest.mark.parametrize("name", KNOWN["confidence"])
def test_confidence_and_its_weaker_parts(name):
    assert {"confidence": PARTS[name].confidence, "weaker": PARTS[name].weaker} == KNOWN["confidence"][name]


@pytest.mark.parametrize("name", KNOWN["unverified"])
def test_what_nobody_checked_says_so(name):
    part = PARTS.get(name) or MEASURES[name]
    assert any(KNOWN["unverified"][name] in text for text in part.unverified)


def test_what_rests_on_memory_alone_is_never_sure():
    sure = [part.id for part in PARTS.values() if getattr(part, "sources", ()) == ("MEM",) and part.confidence == "H"]
    assert sure == []


@pytest.mark.parametrize("court", KNOWN["proceedings"])
def test_lawsuits_name_court_case_and_judge(court):
    known = KNOWN["proceedings"][court]
    (case,) = (item for measure in FILES.values() for item in measure.proceedings if item.court == court)
    assert known["case"] in case.case
    assert known["judge"] in case.judge


@pytest.mark.parametrize("measure", KNOWN["open_questions"])
def test_open_questions_say_from_when_they_matter(measure):
    asked = MEASURES[measure].open_questions
    got = [{"from": item.from_, "public_at": item.public_at, "confidence": item.confidence} for item in asked]
    assert got == KNOWN["open_questions"][measure]


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.id)
def test_nothing_is_asked_or_recorded_before_it_could_be_known(measure):
    first = min(event.public_at for event in measure.events)
    assert all(first[:10] <= item.public_at for item in measure.open_questions)
    for condition in measure.conditions:
        assert condition.public_at >= first[:10]
        assert bool(condition.outcome) == bool(condition.outcome_public_at)
        assert not condition.outcome or condition.outcome_public_at >= condition.public_at


def test_the_qualified_divestiture_came_in_two_steps():
    found, closed = MEASURES["us-pafaca"].conditions
    assert (found.outcome_public_at, closed.outcome_public_at) == ("2025-09-25", "2026-01-22")
    assert MEASURES["us-doc-tiktok-2020"].conditions[0].outcome == "not recorded as met"


def test_every_shared_source_is_cited_by_more_than_one_file():
    texts = [path.read_text("utf-8") for folder in CITING for path in (KNOWLEDGE / folder).rglob("*.yaml")]
    shared = read_section(KNOWLEDGE / "sources")["shared"]["sources"]
    assert [name for name in shared if sum(bool(re.search(rf"\b{name}\b", text)) for text in texts) < 2] == []


@pytest.mark.parametrize(
    ("app", "on", "expected"),
    [
        ("kaspersky-av", "2026-06-01", "M"),
        ("tiktok", "2025-06-01", "H"),
        ("tiktok", "2026-06-01", "M"),
        ("lark", "2026-06-01", "L"),
    ],
)
def test_open_questions_weaken_only_the_answers_that_they_bear_on(app, on, expected):
    actor = "app_operator" if app == "kaspersky-av" else "app_store"
    act = "new_agreement" if app == "kaspersky-av" else "app_store_update"
    assert Resolver(register()).ask(Question(app, act, actor, on, on, "US")).confidence == expected


def test_a_lapse_of_the_emergency_says_nothing_about_measures_that_had_ended():
    resolver = Resolver(register())
    acts = [("wechat", "app_store_update"), ("wechat", "cdn"), ("alipay", "payment_service")]
    before, after = (
        [resolver.ask(Question(app, act, "any_us_person", on, on, "US")).confidence for app, act in acts]
        for on in ("2026-05-01", "2026-06-01")
    )
    assert before == after


@pytest.mark.parametrize(
    ("on", "app", "outcome"),
    [
        ("2020-08-07", "wechat", "ANNOUNCED_NOT_EFFECTIVE"),
        ("2020-10-01", "wechat", "PROHIBITED"),
        ("2020-10-01", "tiktok", "PROHIBITED"),
        ("2021-07-01", "tiktok", "REVOKED"),
    ],
)
def test_evading_the_lists_is_barred_by_section_2_of_the_orders(on, app, outcome):
    answer = Resolver(register()).ask(Question(app, "evasion", "any_us_person", on, on, "US"))
    provision = {"wechat": "eo13943/s2", "tiktok": "eo13942/s2"}[app]
    assert {item.provision: item.outcome for item in answer.standings}[provision] == outcome
