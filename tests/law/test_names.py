"""What people call apps, acts, roles and places is found; what nobody is called is refused with the nearest."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.names import LONGEST, find_actor, find_app, find_jurisdiction, find_measure, find_transaction
from affidavit.law.register import register
from affidavit.model.errors import UsageError


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ("wechat", "wechat"),
        ("WECHAT", "wechat"),
        ("Weixin", "wechat"),
        ("com.tencent.mm", "wechat"),
        ("Com.Tencent.MM", "wechat"),
        ("QQ Wallet", "qq-wallet"),
        ("qq_wallet", "qq-wallet"),
        (" TikTok ", "tiktok"),
        ("\uff34\uff49\uff4b\uff34\uff4f\uff4b", "tiktok"),
        ("TikTok Shop Seller Center", "tiktok-shop-seller"),
    ],
)
def test_an_app_is_found_by_id_name_alias_and_package_in_any_case(text, app):
    assert find_app(register(), text) == app


def test_every_app_is_found_by_everything_that_the_register_calls_it():
    known = register()
    for key, app in known.apps.items():
        for name in (key, *app.names):
            assert find_app(known, name) == key
            assert find_app(known, name.upper()) == key


@pytest.mark.parametrize(("text", "near"), [("wechta", "wechat (WeChat)"), ("tik-tokk", "tiktok (TikTok)")])
def test_a_misspelt_app_is_refused_with_the_nearest_by_id_and_name(text, near):
    with pytest.raises(UsageError, match="unknown app") as raised:
        find_app(register(), text)
    assert near in raised.value.advice


@pytest.mark.parametrize("text", ["", "   ", "zzzzzzzz", "\u202e", "."])
def test_what_is_near_to_nothing_is_refused_with_the_list(text):
    with pytest.raises(UsageError) as raised:
        find_app(register(), text)
    assert "wechat" in raised.value.advice


@pytest.mark.parametrize("text", ["app_store_update", "App-Store-Update", "app store update"])
def test_an_act_may_be_written_with_capitals_hyphens_and_spaces(text):
    assert find_transaction(register(), text) == "app_store_update"


def test_a_misspelt_act_role_or_measure_is_refused_with_the_nearest():
    for find, text, near in (
        (find_transaction, "app_store_updates", "app_store_update"),
        (find_actor, "app_stor", "app_store"),
        (find_measure, "us-pafca", "us-pafaca"),
    ):
        with pytest.raises(UsageError) as raised:
            find(register(), text)
        assert near in raised.value.advice
    assert find_actor(register(), "Hosting Provider") == "hosting_provider"
    assert find_measure(register(), "US-PAFACA") == "us-pafaca"


@pytest.mark.parametrize(
    ("text", "code"), [("us", "US"), ("US-mt", "US-MT"), ("montana", "US-MT"), ("United States", "US"), ("india", "IN")]
)
def test_a_place_is_found_by_code_and_name(text, code):
    assert find_jurisdiction(register(), text) == code


@pytest.mark.parametrize(
    ("text", "near"), [("Indi", "IN (India)"), ("USX", "US (United States)"), ("qqqqqqqq", "US-MT")]
)
def test_an_unknown_place_is_refused_with_the_nearest_or_those_that_have_measures(text, near):
    with pytest.raises(UsageError, match="unknown jurisdiction") as raised:
        find_jurisdiction(register(), text)
    assert near in raised.value.advice


@pytest.mark.parametrize("find", [find_app, find_transaction, find_actor, find_jurisdiction, find_measure])
def test_very_long_names_are_refused_without_being_repeated(find):
    with pytest.raises(UsageError) as raised:
        find(register(), "a" * 100_000)
    assert "100,000 characters" in str(raised.value)
    assert len(str(raised.value)) < 200


@given(st.text(max_size=LONGEST))
def test_any_text_names_an_app_or_is_refused(text):
    with contextlib.suppress(UsageError):
        assert find_app(register(), text) in register().apps
