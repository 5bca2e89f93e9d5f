"""What is written after ``affidavit ask``: dates, names and circumstances, and what is filled in where nothing was."""

import argparse
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.cli.ask import MODES, QUESTION
from affidavit.cli.ask_words import Asked, asked, checked, heading, needed, said
from affidavit.law.dates import instant
from affidavit.model.errors import UsageError

NOTHING = dict.fromkeys(
    ("app", "transaction", "actor", "on", "known", "jurisdiction", "recorded", "context", "measure", "output")
)


def ask(**given: object) -> Asked:
    return asked(argparse.Namespace(**(NOTHING | given)))


@pytest.mark.parametrize("text", ["2020-09-21", "2020-09-21T12:00:00-04:00", "2020-09-21T12:00", "0001-01-01", None])
def test_a_day_an_instant_or_nothing_is_taken_as_written(text):
    assert checked("--on", text) == (text or "")


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9]{1,5}-[0-9]{2}-[0-9]{2}(T[0-9:]{5,8})?", fullmatch=True)))
def test_any_text_is_a_date_or_refused(text):
    with contextlib.suppress(UsageError):
        assert checked("--on", text) == text
        if text:
            assert isinstance(instant(text, "America/New_York", "start"), int)


@given(st.dates().map(str))
def test_every_day_of_the_calendar_but_its_last_is_a_date(text):
    if text == "9999-12-31":
        with pytest.raises(UsageError):
            checked("--on", text)
    else:
        assert checked("--on", text) == text


def test_an_error_names_the_option_and_shortens_what_was_written():
    with pytest.raises(UsageError, match=r"--from: 'x{40}'… is no date") as raised:
        checked("--from", "x" * 10_000)
    assert "2020-09-21" in raised.value.advice


def test_what_was_not_given_is_filled_in_and_said():
    made = ask(app="Weixin")
    today = datetime.now(UTC).astimezone().date().isoformat()
    assert (made.question.app, made.question.jurisdiction) == ("wechat", "US")
    assert made.question.on in {today, made.question.known}
    assert [text.split(" was given")[0] for text in made.assumed] == ["No --on", "No --known", "No --in"]
    full = ask(app="wechat", on="2020-09-21", known="2020-09-18", jurisdiction="in")
    assert full.assumed == ()
    assert full.question.jurisdiction == "IN"


def test_what_the_dates_mean_follows_what_was_assumed():
    texts = said(ask(app="wechat", on="2001-01-01", known="2001-01-01"))
    assert texts[0] == "No --in was given: the place is US."
    assert any("before the first event" in text for text in texts[1:])


def test_circumstances_are_given_by_name_the_last_of_a_name_counts():
    given_ = ["purpose=law_enforcement", "purpose=security_research"]
    assert ask(context=given_).question.context == {"purpose": "security_research"}


@pytest.mark.parametrize("text", ["", "=", "purpose", "purpose=", "=security_research", "Purpose=security_research"])
def test_a_circumstance_that_nothing_asks_for_is_refused_with_those_that_are(text):
    with pytest.raises(UsageError) as raised:
        ask(context=[text])
    assert "purpose=law_enforcement|national_security|security_research" in raised.value.advice


def test_what_is_needed_is_asked_for():
    assert needed("x", "--app", "which") == "x"
    with pytest.raises(UsageError, match="--app is missing"):
        needed("", "--app", "which")


def test_a_heading_is_wrapped_escaped_and_nothing_when_there_is_nothing_to_say():
    options = argparse.Namespace(output="file")
    assert heading(options, ()) == ""
    page = heading(options, ("\x1b[2J " + "word " * 40,))
    assert "\x1b" not in page
    assert max(map(len, page.splitlines())) <= 80
    assert page.endswith("\n\n")


def test_every_way_of_asking_exists_and_takes_only_options_that_are_known():
    from importlib import import_module

    from affidavit.cli.main import _parser

    known = {action.dest for action in _parser("ask")._subparsers._group_actions[0].choices["ask"]._actions}  # type: ignore[union-attr,index]
    for mode in (*MODES.values(), QUESTION):
        assert callable(getattr(import_module(mode.module), mode.function))
        assert mode.takes <= known
        assert "terminal" in mode.formats
