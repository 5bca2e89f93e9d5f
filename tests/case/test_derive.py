"""What the register derives for a subject, as known at a date."""

import pytest

from affidavit.case.derive import derived
from affidavit.case.properties import PROPERTIES
from affidavit.case.values import read
from affidavit.law.register import register


@pytest.mark.parametrize(
    ("subject", "name", "known", "value"),
    [
        ("provision:tt-1", "start", "2020-09-17", ""),
        ("provision:tt-1", "start", "2020-09-18", "2020-09-20T00:00:00-04:00..2020-09-20T23:59:00-04:00"),
        ("provision:tt-1", "start", "2020-09-19", "2020-09-27T23:59:00-04:00..2020-09-28T00:59:00-04:00"),
        ("provision:tt-2", "start", "2020-09-30", "2020-11-12T23:59:00-05:00"),
        ("provision:cfius/s2b", "due", "2020-08-13", ""),
        ("provision:cfius/s2b", "due", "2020-11-01", "2020-11-12"),
        ("provision:cfius/s2b", "due", "2020-11-30", "2020-12-04"),
        ("provision:cfius/s2b", "days", "2020-08-14", "90"),
        ("provision:eo14034/s2b", "days", "2021-06-08", ""),
        ("provision:eo14034/s2b", "days", "2021-06-09", "120"),
        ("provision:eo14034/s2d", "due", "2021-06-09", ""),
        ("provision:tt-1", "days", "2021-06-09", ""),
        ("event:wx-e2", "date", "2020-09-18", ""),
        ("event:wx-e2", "date", "2020-09-19", "2020-09-19"),
        ("event:wx-e2", "reach", "2020-09-19", "only wx-1, wx-2, wx-3, wx-4, wx-code, wx-pay"),
        ("event:wx-e2", "grounds", "2020-09-18", ""),
        ("measure:us-doc-tiktok-2020", "published", "2020-09-23", ""),
        ("measure:us-doc-tiktok-2020", "published", "2020-09-24", "2020-09-24"),
        ("measure:us-doc-wechat-2020", "published", "2021-01-01", ""),
        ("measure:us-doc-wechat-2020", "took_effect", "2020-09-18", ""),
        ("measure:us-doc-wechat-2020", "took_effect", "2020-09-21", "no"),
        ("measure:us-pafaca", "took_effect", "2025-01-19", "yes"),
        ("act:payment_service", "apps", "2020-09-17", "only nothing"),
        ("act:payment_service", "apps", "2020-09-18", "only wechat"),
        ("act:cdn", "apps", "2020-09-18", "only tiktok, wechat"),
        ("act:cdn", "apps", "2021-06-10", "only nothing"),
        ("act:app_store_distribution", "measures", "2020-09-21", "only us-doc-tiktok-2020, us-doc-wechat-2020"),
        ("measure:us-doc-wechat-2020", "acts", "2020-09-01", ""),
        ("provision:unheard-of", "start", "2020-09-18", ""),
        ("event:unheard-of", "date", "2020-09-18", ""),
        ("measure:unheard-of", "published", "2020-09-18", ""),
        ("app:wechat", "us_users", "2020-09-18", ""),
    ],
)
def test_the_register_answers_as_known_at_the_date(subject, name, known, value):
    assert derived(register(), subject, name, known) == value


def test_an_enabling_order_bars_no_act():
    assert "us-eo-13942" not in derived(register(), "act:app_store_distribution", "measures", "2020-09-21")


def test_acts_are_those_of_bars_and_not_those_that_exceptions_free():
    acts = derived(register(), "measure:us-doc-wechat-2020", "acts", "2020-09-18")
    assert "payment_service" in acts
    assert "user_use" not in acts


def test_an_event_about_everything_reaches_every_provision_of_its_measure():
    whole = sorted(item.id for item in register().measures["us-eo-13943"].provisions)
    assert derived(register(), "event:wx-eo-2", "reach", "2021-06-09") == f"only {', '.join(whole)}"


def test_grounds_are_the_words_of_the_register():
    assert "First Amendment" in derived(register(), "event:wx-e2", "grounds", "2020-09-19")


def test_everything_that_the_register_can_answer_is_a_property_and_can_be_read_back():
    law = register()
    kinds = {
        "provision": [f"provision:{name}" for name in law.paths],
        "event": [f"event:{name}" for name in law.events],
        "measure": [f"measure:{name}" for name in law.measures],
        "act": [f"act:{name}" for name in law.vocabulary.transactions],
    }
    answered = 0
    for subjects in kinds.values():
        for subject in subjects:
            for name, item in PROPERTIES.items():
                value = derived(law, subject, name, "2026-11-21")
                if value and item.form != "phrases":
                    read(item.form, value, "America/New_York")
                    answered += 1
    assert answered > 200
