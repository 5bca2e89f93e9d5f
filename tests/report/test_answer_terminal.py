"""An answer on a terminal: the headline with its list, then everything that it rests on, and nothing that hides."""

from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.register import register
from affidavit.model.brief import Brief
from affidavit.model.determination import Determination, Question
from affidavit.report.answer_terminal import answer_as_dict, render_answer
from affidavit.report.columns import cells_of

Asked = Callable[..., Brief]
WECHAT = ("wechat", "app_store_update", "app_store")
HOSTILE = "\x1b[2J\u202eevil\u200b"


@pytest.fixture(scope="module")
def asked() -> Asked:
    resolver = Resolver(register())
    return lambda *words, **more: brief(resolver, Question(*words, **more))


@pytest.fixture(scope="module")
def enjoined(asked) -> Brief:
    return asked(*WECHAT, "2020-09-21", "2020-09-21")


def lines(page: str) -> list[str]:
    return page.splitlines()


def at(page: str, text: str) -> int:
    return next(number for number, line in enumerate(lines(page)) if text in line)


def test_the_question_comes_first_then_the_headline_and_at_once_its_list(enjoined):
    page = render_answer(enjoined)
    flat = " ".join(page.split())
    assert flat.startswith(
        "WeChat: may an app store deliver updates, United States, on 2020-09-21, as known on 2020-09-21?"
    )
    headline, listed = at(page, "ENJOINED: blocked by a court   (confidence high)"), at(page, "Provisions that reach")
    assert headline < listed < headline + 5
    assert at(page, "* wx-1  ENJOINED: blocked by a court") == listed + 1
    assert "  eo13943/s1a  AUTHORITY_ONLY: a power only" in page


def test_every_standing_event_and_note_of_the_answer_is_shown(asked):
    for words in (
        (*WECHAT, "2020-09-21", "2020-09-18"),
        ("tiktok", "app_store_distribution", "app_store", "2025-12-10", "2025-12-10"),
        ("wechat", "user_use", "individual_user", "2020-09-25", "2020-09-18"),
        ("kaspersky-av", "new_agreement", "any_us_person", "2025-01-01", "2027-01-01"),
    ):
        made = asked(*words)
        page = " ".join(render_answer(made).split())
        for standing in made.determination.standings:
            assert f"{standing.provision} {standing.outcome}" in page
        for event in made.events:
            assert f"{event.public_at[:10]} {event.id}" in page
        for text in (*made.notes, *made.open_questions, *(item.text for item in made.changes), *made.unverified):
            assert " ".join(text.split()) in page


def test_events_stand_in_the_order_in_which_they_became_public_those_relied_on_first(asked):
    made = asked("tiktok", "app_store_distribution", "app_store", "2025-12-10", "2025-12-10")
    page = render_answer(made)
    start, rest = at(page, "Events that these rest on"), at(page, "Also known, without effect")
    relied = [line[:10] for line in lines(page)[start + 1 : rest] if line[:4].isdigit()]
    assert relied == sorted(relied)
    assert len(relied) == sum(event.relied for event in made.events)
    assert at(page, "tt-e7") > rest


def test_how_much_of_each_source_was_read_is_said(asked):
    made = asked("wechat", "residual_future", "any_person", "2020-09-25", "2020-09-18")
    page = render_answer(made)
    assert any(line.startswith("MEM") and "from memory" in line for line in lines(page))
    assert any(line.startswith("S002") and "press text" in line for line in lines(page))
    for name in made.sources:
        assert name in page[page.index("Sources, and how much") :]


def test_sources_younger_than_the_date_known_are_said_to_decide_nothing(asked, enjoined):
    said = "some may be younger than the date known. They never decide an answer"
    page = " ".join(render_answer(enjoined).split())
    assert (
        page.index("Sources, and how much")
        < page.index("The sources named are where the register read it")
        < page.index(said)
    )
    for known in ("", "2099-01-01"):
        assert said not in " ".join(render_answer(asked(*WECHAT, "2020-09-21", known)).split())


def test_what_was_to_be_expected_does_not_read_as_fact(asked, enjoined):
    page = render_answer(asked(*WECHAT, "2020-09-21", "2020-09-18"))
    assert "\n  Expected, as known then: an app store must not deliver updates." in page
    assert "Expected, as known then" not in render_answer(enjoined)


def test_a_disputed_headline_says_so_at_once(asked, enjoined):
    lifted = render_answer(asked("tiktok", "app_store_update", "app_store", "2026-02-01", "2026-02-01"))
    assert "\nLIFTED: ended: lifted   (confidence medium; contested)\n" in lifted
    assert "; contested)" not in render_answer(enjoined)


def test_an_address_stays_in_one_piece_so_that_it_can_be_copied(enjoined):
    page = render_answer(enjoined)
    url = enjoined.sources["BEELER"].url
    assert len(url) > 60
    assert any(line.strip() == url for line in lines(page))


def test_weaker_parts_and_unchecked_facts_are_named(asked):
    page = render_answer(asked("tiktok", "app_store_update", "app_store", "2021-07-01", "2021-07-01"))
    assert "not checked: tt-e13" in page
    assert "(confidence medium)" in page
    assert "tt-e5 (medium)" not in page, "what has ended does not rest on what suspended it before"
    blocked = render_answer(asked("tiktok", "app_store_update", "app_store", "2020-10-10", "2020-10-10"))
    assert "weaker: clock time of tt-e5 (medium)" in blocked


def test_an_act_that_nothing_reaches_says_what_was_searched(asked):
    page = " ".join(render_answer(asked(*WECHAT, "2020-01-01", "2020-01-01")).split())
    assert "NOT_COVERED: no measure in the register reaches it" in page
    assert "Provisions that reach the act: none" in page
    assert "Other law was not searched." in page


def test_a_court_order_ahead_of_the_start_an_exception_and_a_limit_are_told(asked):
    blocked = asked("tiktok", "internet_hosting", "hosting_provider", "2020-11-01", "2020-11-01")
    assert "A court order covers it already" in render_answer(blocked)
    freed = asked(
        "tiktok", "install_on_government_device", "federal_agency", "2025-01-01", "2025-01-01",
        context={"purpose": "security_research"},
    )  # fmt: skip
    assert "Freed by the exception gov-x1." in render_answer(freed)
    assert "purpose security_research" in " ".join(render_answer(freed).split())


def test_what_was_assumed_stands_below_the_question(enjoined):
    page = render_answer(enjoined, assumed=("No --in was given: the place is US.",))
    assert at(page, "No --in was given") < at(page, "ENJOINED: blocked")


def test_other_places_with_measures_are_named(enjoined):
    assert "Measures about it also in IN: ask with --in CODE" in render_answer(enjoined)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_except_addresses(asked, width):
    made = asked("tiktok", "app_store_distribution", "app_store", "2025-12-10", "2025-12-10")
    places = {item.url or item.path for item in made.sources.values()}
    for line in lines(render_answer(made, width=width)):
        assert cells_of(line) <= width or line.strip() in places


def test_text_of_the_register_cannot_steer_the_terminal(enjoined):
    made = replace(
        enjoined,
        app_names=(f"We{HOSTILE}Chat", HOSTILE),
        operator_name=HOSTILE,
        notes=(HOSTILE,),
        open_questions=(HOSTILE,),
        provisions=tuple(replace(item, summary=HOSTILE, actor_note=HOSTILE) for item in enjoined.provisions),
        events=tuple(replace(item, text=HOSTILE, grounds=HOSTILE) for item in enjoined.events),
        sources={name: replace(item, url=HOSTILE, cite=HOSTILE) for name, item in enjoined.sources.items()},
    )
    page = render_answer(made)
    assert not {"\x1b", "\u202e", "\u200b"} & set(page)
    assert "\\u001b" in page


def test_colour_is_put_in_only_when_asked_for(enjoined):
    assert "\x1b[" in render_answer(enjoined, colour=True)
    assert "\x1b" not in render_answer(enjoined)


def test_the_json_form_has_the_headline_and_its_list_at_the_top_and_loses_nothing(asked):
    made = asked("tiktok", "app_store_distribution", "app_store", "2025-12-10", "2025-12-10")
    flat = answer_as_dict(made)
    assert flat["headline"] == "PROHIBITED_NOT_ENFORCED"
    assert [item["outcome"] for item in flat["standings"]] == [item.outcome for item in made.determination.standings]
    assert msgspec.convert(flat, Determination) == made.determination
    assert msgspec.convert({**flat, "determination": flat}, Brief) == made


def test_no_answer_calls_anything_safe_or_illegal(asked):
    for day in ("2020-09-18", "2020-09-21", "2021-07-01"):
        page = render_answer(asked(*WECHAT, day, day)).casefold()
        assert not {"illegal", "safe", "clean"} & {word.strip(".,;:()") for word in page.split()}
