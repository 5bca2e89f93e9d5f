"""An answer in plain sentences: what was asked, what the answer is, why with dates, what it hangs on."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.register import register
from affidavit.model.brief import Brief
from affidavit.model.determination import Question
from affidavit.report.answer_sentences import (
    duty_in_words,
    is_contested,
    question_in_words,
    render_sentences,
    sentences,
    weaker_parts,
)

Asked = Callable[..., Brief]
WECHAT = ("wechat", "app_store_update", "app_store")


@pytest.fixture(scope="module")
def asked() -> Asked:
    resolver = Resolver(register())
    return lambda *words, **more: brief(resolver, Question(*words, **more))


def test_the_question_is_one_sentence(asked):
    made = asked(*WECHAT, "2020-09-21", "2020-09-18")
    assert question_in_words(made) == (
        "WeChat: may an app store deliver updates, United States, on 2020-09-21, as known on 2020-09-18?"
    )
    assert "counting everything recorded" in question_in_words(asked(*WECHAT, "2020-09-21"))
    assert "as recorded by 2026-11-30" in question_in_words(asked(*WECHAT, "2020-09-21", recorded="2026-11-30"))


def test_the_paragraphs_tell_question_answer_reasons_and_limits_in_this_order(asked):
    told = sentences(asked(*WECHAT, "2020-09-21", "2020-09-21"))
    assert told[0].startswith("You asked about WeChat (also called Weixin): may an app store deliver updates?")
    assert "21 September 2020" in told[0]
    assert told[1].startswith("The register's answer: blocked by a court. An app store is not bound while")
    assert told[2].startswith("The answer rests on prohibition wx-1 (number 1)")
    assert "Public since 19 September 2020: Injunction granted in U.S. WeChat Users Alliance v. Trump" in told[2]
    assert told[2].index("18 September 2020") < told[2].index("19 September 2020")
    assert told[3].startswith("Also on the list: ")
    assert "eo13943/s1a" in told[3]
    assert "What would change it: If wx-e2 (Injunction granted" in told[4]
    assert "Confidence is high" in told[5]
    assert "not advice" in told[-1]


def test_the_act_stands_after_the_verb_where_the_words_allow_it(asked):
    barred = sentences(asked(*WECHAT, "2020-09-21", "2020-09-18"))[1]
    assert "Expected, as known then: an app store must not deliver updates." in barred
    unenforced = sentences(asked("tiktok", "internet_hosting", "hosting_provider", "2025-06-01", "2025-06-01"))[1]
    assert "A hosting provider must not host it, though the authority has said" in unenforced
    freed = sentences(asked("wechat", "user_use", "individual_user", "2020-09-25", "2020-09-18"))[1]
    assert "an individual user may use it" in freed


def test_the_answer_is_an_expectation_only_when_the_day_lay_ahead_of_what_was_known(asked):
    expected, then = (asked(*WECHAT, "2020-09-21", known) for known in ("2020-09-18", "2020-09-21"))
    assert duty_in_words(expected) == "Expected, as known then: an app store must not deliver updates."
    assert duty_in_words(then).startswith("An app store is not bound while")
    assert "Expected" not in " ".join(sentences(then))


def test_an_answer_that_rests_on_a_disputed_event_is_contested_in_its_first_words(asked):
    lifted = asked("tiktok", "app_store_update", "app_store", "2026-02-01", "2026-02-01")
    assert is_contested(lifted)
    assert sentences(lifted)[1].startswith(
        "The register's answer: ended: lifted. Contested: an event that it rests on is disputed."
    )
    enjoined = asked(*WECHAT, "2020-09-21", "2020-09-21")
    assert not is_contested(enjoined)
    assert "Contested" not in sentences(enjoined)[1]


def test_every_standing_is_named_and_every_change_told(asked):
    made = asked("tiktok", "app_store_distribution", "app_store", "2025-12-10", "2025-12-10")
    told = " ".join(sentences(made))
    assert all(item.provision in told for item in made.determination.standings)
    assert "From 24 January 2026, 00:00 (UTC-05:00) on the answer is" in told
    assert "An open question: " in told
    assert "on the answer is “barred”, if nothing else happens." in told


def test_what_was_assumed_what_is_weak_and_what_nobody_checked_are_told(asked):
    made = asked("wechat", "residual_future", "any_person", "2020-09-25", "2020-09-18")
    told = " ".join(sentences(made, ("No --in was given: the place is US.",)))
    assert "No --in was given: the place is US." in told
    assert "Cited from memory, no document read: MEM." in told
    enjoined = asked("tiktok", "app_store_update", "app_store", "2020-09-28", "2020-09-28")
    assert "clock time of tt-e5 (medium)" in weaker_parts(enjoined)
    assert "Less certain: " in " ".join(sentences(enjoined))


def test_an_act_that_nothing_reaches_is_told_without_reasons(asked):
    told = " ".join(sentences(asked(*WECHAT, "2020-01-01", "2020-01-01")))
    assert "no measure in the register reaches it" in told
    assert "rests on" not in told
    assert "Other law was not searched." in told


def test_exceptions_limits_and_orders_ahead_of_the_start_are_told(asked):
    freed = asked(
        "tiktok", "install_on_government_device", "federal_agency", "2025-01-01", "2025-01-01",
        context={"purpose": "security_research"},
    )  # fmt: skip
    told = " ".join(sentences(freed))
    assert "the purpose being security research" in told
    assert "The exception gov-x1 frees the act from it." in told
    blocked = asked("tiktok", "internet_hosting", "hosting_provider", "2020-11-01", "2020-11-01")
    assert "A court order covers it already" in " ".join(sentences(blocked))


def test_sentences_never_judge_and_hide_nothing(asked):
    for day in ("2020-09-18", "2020-09-21", "2021-07-01", "2026-02-01"):
        told = " ".join(sentences(asked("tiktok", "app_store_update", "app_store", day, day))).casefold()
        assert not {"illegal", "safe", "clean"} & {word.strip(".,;:()“”") for word in told.split()}
    made = replace(asked(*WECHAT, "2020-09-21", "2020-09-21"), app_names=("We\x1b[2J\u202eChat",))
    page = render_sentences(made)
    assert not {"\x1b", "\u202e"} & set(page)
    assert max(map(len, page.splitlines())) <= 80
