"""The summary: readable at any width, in a pipe, without colour, whatever the app is called."""

import re

import msgspec
import pytest
from rich.cells import cell_len

from affidavit.model.finding import Answer
from affidavit.report.overview import METHOD_LIMITS, Facts
from affidavit.report.terminal import render_terminal, signers
from tests.report.accounts import PAYLOADS, WORDS, crowded, full_affidavit, poisoned

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width):
    for account in (full_affidavit(), poisoned(full_affidavit(), "x" * 500, spare=WORDS), crowded(50)):
        for line in render_terminal(account, width=width).splitlines():
            assert cell_len(line) <= width or line.startswith(("Check it", "Ask"))


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_sends_no_control_to_the_terminal(name):
    account = poisoned(full_affidavit(), PAYLOADS[name], spare=WORDS)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", render_terminal(account))
    coloured = render_terminal(account, colour=True)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", SGR.sub("", coloured))


def test_markup_of_the_terminal_library_is_shown_not_obeyed():
    text = render_terminal(poisoned(full_affidavit(), "[bold red]zqx[/] :warning:", spare=WORDS))
    assert "[bold red]zqx[/] :warning:" in text


def test_colour_changes_nothing_but_colour():
    plain, coloured = render_terminal(full_affidavit()), render_terminal(full_affidavit(), colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in SGR.sub("", coloured).splitlines()] == plain.splitlines()


def test_questions_come_in_peoples_order():
    text = render_terminal(full_affidavit())
    marks = ["com.example.app", "SHA-256", "Signed by", "Not examined", "What it touches", "\nlocation", "\nnetwork",
             "\nWhose code", "Hosts named", "\nNative", "Check it"]  # fmt: skip
    positions = [text.index(mark) for mark in marks]
    assert positions == sorted(positions)


def test_each_answer_has_its_reason():
    rows = [
        line
        for line in render_terminal(full_affidavit(), width=120).splitlines()
        if line.startswith(("location", "hidden"))
    ]
    assert re.match(r"location +shown +flows +\d places?", rows[0])
    assert "Example Tracker" in rows[0]
    assert re.match(r"hidden +undetermined +because of code/undecoded-method", rows[1])


def test_what_was_not_shown_says_how_many_rules_searched():
    account = full_affidavit()
    absent = tuple(f for f in account.findings if f.answer == Answer.NOT_SHOWN)
    text = render_terminal(msgspec.structs.replace(account, findings=absent), width=100)
    assert re.search(r"network +not shown +1 rule searched, none matched", text)


def test_limits_of_the_method_are_always_there():
    empty = msgspec.structs.replace(full_affidavit(), facts=(), findings=(), limitations=(), excerpts={})
    text = re.sub(r"\s+", " ", render_terminal(empty))
    assert all(sentence in text for sentence in METHOD_LIMITS)


def test_many_kinds_of_limitation_are_counted_after_the_first():
    assert "38 further kinds" in render_terminal(crowded(50))


def test_files_that_were_written_are_named():
    text = render_terminal(full_affidavit(), written=[("Report", "out/a.html"), ("Bundle", "out/a.affidavit")])
    assert "out/a.html" in text
    assert "out/a.affidavit" in text


def test_a_partial_affidavit_says_so_before_the_limits():
    account = full_affidavit()
    partial = msgspec.structs.replace(account, manifest=msgspec.structs.replace(account.manifest, partial=True))
    text = render_terminal(partial)
    assert 0 < text.index("this affidavit is partial") < text.index("last 12 bytes")


def test_signers_are_vouched_for_only_where_a_signature_was_checked():
    said = "nobody whose signature was verified (the file names CN=Example, not verified)"
    assert signers(Facts(full_affidavit().facts), ()) == said
    assert signers(Facts(()), ()) == "no signature found"
