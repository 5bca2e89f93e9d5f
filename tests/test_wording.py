"""Wording: counts agree with their nouns, roles with their articles, and a wrong name brings up the right ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.register import register
from affidavit.wording import LONGEST, from_to, nearest, plural, unknown, with_article


def test_counts_come_with_their_noun():
    assert plural(1, "place") == "1 place"
    assert plural(0, "place") == "0 places"
    assert plural(1_204, "library", "libraries") == "1,204 libraries"


def test_a_span_of_one_day_is_that_day():
    assert from_to("2020-09-20", "2020-09-20") == "2020-09-20"
    assert from_to("2020-09-20", "2020-11-13") == "2020-09-20 to 2020-11-13"


@pytest.mark.parametrize(
    ("role", "phrase"),
    [
        ("app store", "an app store"),
        ("hosting provider", "a hosting provider"),
        ("user", "a user"),
        ("intermediary", "an intermediary"),
        ("any US person", "any US person"),
        ("the app's operator", "the app's operator"),
        ("Internet host", "an Internet host"),
        ("", "a "),
    ],
)
def test_roles_come_with_their_article(role, phrase):
    assert with_article(role) == phrase


def test_every_role_of_the_vocabulary_reads_well():
    for actor in register().vocabulary.actors.values():
        article = with_article(actor.title).partition(" ")[0]
        assert article in {"a", "an", "any", "the"}
        assert (article == "an") == (actor.title[0] in "aeio" and not actor.title.startswith("any "))


def test_the_nearest_names_are_offered_in_any_letter_case():
    assert nearest("WECHET", ["wechat", "tiktok", "alipay"]) == ["wechat"]
    assert nearest("tik tok", ["WeChat", "TikTok"]) == ["TikTok"]
    assert nearest("zzz", ["wechat"]) == []
    assert len(nearest("app_1", [f"app_{number}" for number in range(100)])) == 3


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=20))
def test_only_known_names_are_offered_whatever_their_order(name, known):
    assert set(nearest(name, known)) <= set(known)
    assert nearest(name, known) == nearest(name, sorted(known, reverse=True))


def test_an_unknown_name_is_refused_with_advice():
    near = unknown("app", "wechet", ["wechat", "tiktok"])
    assert (str(near), near.advice) == ("unknown app 'wechet'", "did you mean wechat?")
    assert unknown("app", "zzz", ["wechat", "tiktok"]).advice == "known are tiktok, wechat"
    assert unknown("claim", "zzz", ["S3-7"], "list them").advice == "list them"


def test_a_name_without_end_is_cut_in_its_error():
    assert len(str(unknown("app", "x" * 1_000_000, ["wechat"]))) < LONGEST + 20
