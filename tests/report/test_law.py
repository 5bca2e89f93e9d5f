"""The law in the reports: by listed app, in words, with what was searched when nothing is bound."""

import msgspec
import pytest

from affidavit.model.binding import LawRecord
from affidavit.model.history import Segment
from affidavit.report.html import render_html
from affidavit.report.law import Stretch, by_app, how_to_ask, in_words, kind_in_words, summary
from affidavit.report.markdown import render_markdown
from affidavit.report.terminal import render_terminal
from tests.builders.affidavits import HOSTILE
from tests.report.accounts import PAYLOADS, full_affidavit, poisoned
from tests.report.test_html import Page

ACCOUNT = full_affidavit()
NOTHING = msgspec.structs.replace(ACCOUNT, law=LawRecord("marks of 2 listed apps were compared", ("code/gap",)))
UNCOMPARED = msgspec.structs.replace(ACCOUNT, law=LawRecord())


def page_text(account):
    return " ".join("".join(Page(render_html(account)).text).split())


def joined(text):
    return " ".join(text.split())


def with_segments(*segments):
    law = ACCOUNT.law
    first = law.applicable[0].provisions[0]
    turned = msgspec.structs.replace(first, track=msgspec.structs.replace(first.track, segments=segments))
    applicable = msgspec.structs.replace(law.applicable[0], provisions=(turned,))
    return by_app(msgspec.structs.replace(law, applicable=(applicable,)))[0].rows[0].stretches


def test_a_listed_app_stands_once_with_its_ties_marks_and_provisions():
    (app,) = by_app(ACCOUNT.law)
    assert app.name == "Chat"
    assert [tie.relation for tie in app.ties] == ["contains", "contacts"]
    assert [mark.mark for mark in app.bindings] == ["example.net", "example-tracker"]
    assert [(row.track.provision, row.relations) for row in app.rows] == [
        ("x-1", ("contains code of", "names hosts of")),
        ("x-2", ("contains code of",)),
    ]


def test_a_history_begins_with_the_announcement_and_joins_what_reads_the_same():
    (app,) = by_app(ACCOUNT.law)
    assert app.rows[0].stretches == (
        Stretch("announced, not yet in force", "2020-09-18", "2020-09-19 08:30 (UTC-04:00)"),
        Stretch(
            "announced, not yet in force, and already blocked by a court", "2020-09-19 08:30 (UTC-04:00)", "2020-09-20"
        ),
        Stretch("blocked by a court", "2020-09-20", "2021-06-09"),
        Stretch("ended: revoked (contested)", "2021-06-09", ""),
    )


def test_how_a_provision_stands_is_said_with_what_to_know_before_the_history():
    used, able = by_app(ACCOUNT.law)[0].rows
    assert used.standing == "ended: revoked (contested), since 2021-06-09"
    assert used.caveats == (
        "Confidence low.", "Contested: Somebody disputes it.", f"Open: Does it count? {HOSTILE}.",
        "Not checked: e4: the day.",
    )  # fmt: skip
    assert able.standing == "announced, not yet in force, since 2020-09-18, until 2020-09-19 08:30 (UTC-04:00)"
    assert able.caveats == ("Confidence medium.",)


def test_a_provision_that_was_not_announced_by_then_says_so():
    law = ACCOUNT.law
    first = msgspec.structs.replace(law.applicable[0].provisions[0], standing=Segment(None), confidence="odd")
    applicable = msgspec.structs.replace(law.applicable[0], provisions=(first,))
    (row,) = by_app(msgspec.structs.replace(law, applicable=(applicable,)))[0].rows
    assert row.standing == "not announced yet"
    assert row.caveats[0] == "Confidence odd."


def test_a_summary_counts_each_provision_once_and_those_to_take_with_care():
    law = ACCOUNT.law
    care = "the report has 2 provisions about it (1 of low confidence, 1 contested, 1 with open questions)"
    assert summary(law).endswith(care)
    sure = msgspec.structs.replace(law.applicable[0], provisions=law.applicable[0].provisions[1:])
    other = msgspec.structs.replace(sure, app="other", names=("Other",))
    assert summary(msgspec.structs.replace(law, applicable=(sure,))).endswith("the report has 1 provision about it")
    both = summary(msgspec.structs.replace(law, applicable=(sure, other)))
    assert both.endswith("the report has 2 provisions about them")


def test_a_history_without_an_announcement_is_empty():
    assert with_segments(Segment(None)) == ()
    assert in_words(()) == ""


def test_an_outcome_without_words_is_named_as_it_is():
    (only,) = with_segments(Segment("LIFTED", "2026-01-22T00:00:00-05:00"))
    assert only == Stretch("LIFTED", "2026-01-22", "")


def test_kinds_of_marks_have_words():
    assert kind_in_words("signer") == "signing certificate"
    assert kind_in_words("odd") == "odd"


@pytest.mark.parametrize("text", [page_text(ACCOUNT), joined(render_markdown(ACCOUNT)).replace("\\", "")])
def test_a_reader_learns_what_binds_how_strongly_and_what_followed(text):
    for said in (
        "As recorded on 2026-11-21", "ended: revoked (contested), since 2021-06-09", "Confidence low",
        "Contested: Somebody disputes it.", "Open: Does it count?", "Not checked: e4: the day",
        "contains code of", "names hosts of", "present", "Is it?", "example-tracker", "known library",
        "blocked by a court", "2020-09-20", "No use of its code.", "2026-11-21",
        "affidavit ask --bundle example.apk.affidavit --on DATE",
        "marks of 2 listed apps", "code/undecoded-method", "code that was recognised without its names",
    ):  # fmt: skip
        assert said in text


def test_the_page_says_how_many_facts_carry_a_mark_beyond_those_listed():
    assert "of 31" in page_text(ACCOUNT)


@pytest.mark.parametrize("text", [page_text(NOTHING), joined(render_markdown(NOTHING)).replace("\\", "")])
def test_nothing_bound_says_what_was_searched_and_concludes_nothing(text):
    assert "No mark of a listed app was found" in text
    assert "marks of 2 listed apps were compared" in text
    assert "code/gap" in text
    assert "affidavit ask" not in text


def test_the_terminal_names_ties_by_relation_and_how_to_ask():
    text = joined(render_terminal(ACCOUNT))
    assert "this file contains code of Chat (present); names hosts of Chat (present)" in text
    assert "affidavit ask --bundle example.apk.affidavit --on DATE" in text


def test_the_terminal_says_what_was_searched_when_nothing_is_bound():
    text = joined(render_terminal(NOTHING))
    assert "no mark of a listed app found; marks of 2 listed apps were compared; gaps can hide one: code/gap" in text
    assert "affidavit ask" not in text


def test_a_record_that_compared_nothing_is_not_taken_for_an_absence():
    assert summary(LawRecord()) == ""
    assert "The law" not in render_terminal(UNCOMPARED)
    assert "## The law" not in render_markdown(UNCOMPARED)
    assert "Marks of listed apps were not compared" in page_text(UNCOMPARED)


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_command_is_quoted_for_a_shell_whatever_the_file_is_called(name):
    manifest = ACCOUNT.manifest
    artefact = msgspec.structs.replace(manifest.artefact, name=PAYLOADS[name])
    command = how_to_ask(
        msgspec.structs.replace(ACCOUNT, manifest=msgspec.structs.replace(manifest, artefact=artefact))
    )
    assert command.startswith("affidavit ask --bundle ")
    assert command.endswith(" --on DATE")
    assert command.isprintable()


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_in_the_record_changes_no_structure(name):
    neutral, hostile = (
        Page(render_html(poisoned(ACCOUNT, "harmless"))),
        Page(render_html(poisoned(ACCOUNT, PAYLOADS[name]))),
    )
    assert [tag for tag, _ in hostile.elements if tag != "wbr"] == [tag for tag, _ in neutral.elements if tag != "wbr"]
    assert not hostile.problems
