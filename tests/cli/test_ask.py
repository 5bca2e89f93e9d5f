"""``affidavit ask``: every way of asking, the forms it gives, and what it says to whoever writes it wrongly."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import affidavit
from affidavit.cli import codes
from affidavit.model.brief import Brief
from affidavit.model.claim import Dispute
from affidavit.model.determination import Determination, Outcome
from affidavit.model.duty import DeadlineState, Obligation
from affidavit.model.history import Bitemporal, Timeline
from affidavit.model.matrix import Matrix
from tests.cli.asking import DAY, SHARED, WECHAT, flat
from tests.cli.conftest import Run

# One question


def test_the_question_of_the_issue_is_answered_with_its_list(run: Run):
    done = run("ask", *WECHAT, *DAY)
    assert (done.code, done.err) == (codes.DONE, "")
    assert "PROHIBITED: barred" in done.out
    assert "* wx-1  PROHIBITED" in done.out
    assert "eo13943/s1a  AUTHORITY_ONLY" in done.out
    assert "No --in was given: the place is US." in done.out
    assert "No --on" not in done.out


def test_what_became_known_changes_the_answer(run: Run):
    assert "ENJOINED: blocked by a court" in run("ask", *WECHAT, "--on", "2020-09-21", "--known", "2020-09-21").out


@pytest.mark.parametrize("name", ["Weixin", "WECHAT", "com.tencent.mm"])
def test_an_app_may_be_called_by_any_of_its_names(run: Run, name):
    words = ("--transaction", "App-Store-Update", "--actor", "app store", *DAY)
    assert run("ask", "--app", name, *words).out == run("ask", *WECHAT, *DAY).out


def test_the_json_form_is_the_determination_and_the_brief(run: Run):
    done = run("ask", *WECHAT, *DAY, "--format", "json")
    made = msgspec.json.decode(done.out.encode(), type=Determination)
    assert (made.headline, made.decisive) == (Outcome.PROHIBITED, ("wx-1",))
    fields = json.loads(done.out)
    conflicts = msgspec.convert(fields.pop("conflicts"), tuple[Dispute, ...])
    assert [(item.about, item.property) for item in conflicts] == [(("provision:wx-1",), "start")]
    whole = msgspec.convert({**fields, "determination": fields}, Brief)
    assert whole.determination == made
    assert whole == affidavit.ask("wechat", "app_store_update", "app_store", on="2020-09-21", known="2020-09-18")
    assert list(fields) == sorted(fields)


def test_plain_sentences_explain_the_answer(run: Run):
    done = run("ask", *WECHAT, *DAY, "--explain")
    assert flat(done.out).startswith("You asked about WeChat (also called Weixin): may an app store deliver updates?")
    assert "Expected, as known then: an app store must not deliver updates." in flat(done.out)
    assert "not advice" in flat(done.out)


def test_where_reports_disagree_is_told_with_the_answer_as_far_as_it_was_known(run: Run):
    then = flat(run("ask", *WECHAT, *DAY).out)
    assert "Where reports disagree - start of wx-1: " in then
    assert "(the register, as known on 2020-09-18" in then
    assert "Left open (from which moment on Sunday 20 September): The register keeps" in then
    assert "date of wx-e2" not in then
    later = flat(run("ask", *WECHAT, "--on", "2020-09-21", "--known", "2020-09-21").out)
    assert "2020-09-20 (PRESS0920-1)" in later
    assert "Why: affidavit claims C09" in later
    told = flat(run("ask", *WECHAT, *DAY, "--explain").out)
    assert "Reports disagree on: start of wx-1. Without --explain the answer tells who says what" in told


def test_an_answer_that_rests_on_the_act_of_2024_tells_no_dispute_of_2020(run: Run):
    day = ("--on", "2025-06-01", "--known", "2025-06-01")
    words = ("ask", "--app", "tiktok", "--transaction", "app_store_update", "--actor", "app_store", *day)
    done = flat(run(*words).out)
    assert "* paf-1" in done
    assert "Where reports disagree" not in done
    assert json.loads(run(*words, "--format", "json").out)["conflicts"] == []


def test_without_dates_the_answer_is_that_of_today_and_says_so(run: Run):
    today = datetime.now(UTC).astimezone().date().isoformat()
    done = run("ask", *WECHAT)
    assert f"No --on was given: the date asked about is today, {today}." in flat(done.out)
    assert f"No --known was given: what is known is that of today, {today}." in flat(done.out)


def test_a_circumstance_frees_the_act_that_an_exception_names(run: Run):
    words = ("--app", "tiktok", "--transaction", "install_on_government_device", "--actor", "federal_agency")
    days = ("--on", "2025-01-01", "--known", "2025-01-01", "--in", "us")
    assert "PROHIBITED: barred" in run("ask", *words, *days).out
    freed = run("ask", *words, *days, "--context", "purpose=security_research")
    assert "EXCEPTED: left out on purpose" in freed.out


def test_what_the_register_had_recorded_can_be_asked_about(run: Run):
    done = run("ask", *WECHAT, *DAY, "--recorded", "2020-12-31")
    assert "NOT_COVERED" in done.out
    assert "as recorded by 2020-12-31" in flat(done.out)


def test_a_date_before_the_first_event_and_one_after_the_last_update_are_noted(run: Run):
    assert "before the first event in the register (2019-05-15)" in flat(
        run("ask", *WECHAT, "--on", "2001-01-01", "--known", "2001-01-01").out
    )
    late = flat(run("ask", *WECHAT, "--on", "2020-09-21", "--known", "2031-01-01").out)
    assert "The register was last updated on" in late


def test_the_answer_can_be_written_to_a_file(run: Run):
    done = run("ask", *WECHAT, *DAY, "-o", "answer.txt")
    assert (done.code, done.out) == (codes.DONE, "")
    assert "PROHIBITED: barred" in Path("answer.txt").read_text()


# Every act, every app


def test_without_an_act_or_a_role_every_act_of_the_app_is_answered(run: Run):
    done = run("ask", "--app", "wechat", *DAY)
    assert "wx-pay barred" in done.out
    assert "for bank, payment provider" in flat(done.out)
    made = msgspec.json.decode(run("ask", "--app", "wechat", *DAY, "--format", "json").out.encode(), type=Matrix)
    assert {cell.app for cell in made.cells} == {"wechat"}
    one = msgspec.json.decode(
        run("ask", "--app", "wechat", "--transaction", "cdn", *DAY, "--format", "json").out.encode(), type=Matrix
    )
    assert [(cell.transaction, cell.headline) for cell in one.cells] == [("cdn", Outcome.PROHIBITED)]
    bank = run("ask", "--app", "wechat", "--actor", "bank", *DAY).out
    assert "for bank" in flat(bank)
    assert "app store" not in bank


def test_the_matrix_has_every_app_and_act_in_three_forms(run: Run):
    text = run("ask", "--all", *DAY)
    assert (text.code, text.err) == (codes.DONE, "")
    assert "NOT_COVERED for every act" in text.out
    made = msgspec.json.decode(run("ask", "--all", *DAY, "--format", "json").out.encode(), type=Matrix)
    rows = list(csv.reader(io.StringIO(run("ask", "--all", *DAY, "--format", "csv").out, newline="")))
    assert len(rows) == len(made.cells) + 1
    assert ("wechat", "app_store_update", Outcome.PROHIBITED) in {
        (cell.app, cell.transaction, cell.headline) for cell in made.cells
    }


def test_the_matrix_of_another_place_has_its_measures(run: Run):
    done = run("ask", "--all", "--on", "2021-01-01", "--known", "2021-01-01", "--in", "India")
    assert "in-1" in done.out
    assert "App by act, India" in done.out


# History, deadlines, obligations


@pytest.mark.parametrize("known", [(), ("--known", "2020-10-01")])
def test_a_timeline_is_drawn_in_three_forms(run: Run, known):
    words = ("ask", "--timeline", "--app", "TikTok", "--measure", "us-doc-tiktok-2020", *known)
    text = run(*words)
    assert (text.code, text.err) == (codes.DONE, "")
    assert "tt-1" in text.out
    assert "<svg" in run(*words, "--format", "svg").out
    made = msgspec.json.decode(run(*words, "--format", "json").out.encode(), type=Timeline)
    assert {item.measure for item in made.tracks} == {"us-doc-tiktok-2020"}
    assert made.scope.known == (known[1] if known else "")


def test_known_without_a_date_draws_knowledge_as_the_second_axis(run: Run):
    words = ("ask", "--timeline", "--app", "tiktok", "--measure", "us-doc-tiktok-2020")
    both = run(*words, "--known")
    assert (both.code, both.err) == (codes.DONE, "")
    assert both.out != run(*words).out
    assert "<svg" in run(*words, "--known", "--format", "svg").out
    made = msgspec.json.decode(run(*words, "--known", "--format", "json").out.encode(), type=Bitemporal)
    assert made.planes


def test_a_timeline_can_be_limited_in_place_and_time(run: Run):
    words = ("ask", "--timeline", "--app", "tiktok", "--format", "json")
    whole = msgspec.json.decode(run(*words).out.encode(), type=Timeline)
    india = msgspec.json.decode(run(*words, "--in", "in").out.encode(), type=Timeline)
    late = msgspec.json.decode(run(*words, "--from", "2025-01-01", "--to", "2025-12-31").out.encode(), type=Timeline)
    assert {item.jurisdiction for item in india.tracks} == {"IN"}
    assert len({item.jurisdiction for item in whole.tracks}) > 3
    assert {item.provision for item in late.tracks} < {item.provision for item in whole.tracks}


def test_a_timeline_of_knowledge_after_the_last_update_says_so(run: Run):
    done = run("ask", "--timeline", "--app", "tiktok", "--known", "2050-01-01")
    assert "what became public later is not in this picture" in flat(done.out)
    assert "not in this picture" not in run("ask", "--timeline", "--app", "tiktok", "--known", "2020-10-01").out


def test_deadlines_are_listed_with_their_dates(run: Run):
    words = ("ask", "--deadlines", "--app", "tiktok", "--on", "2020-11-01", "--known", "2020-11-01")
    done = run(*words)
    assert (done.code, done.err) == (codes.DONE, "")
    made = msgspec.json.decode(run(*words, "--format", "json").out.encode(), type=tuple[DeadlineState, ...])
    assert made
    assert all(item.due[:10] in done.out for item in made)
    one = run(*words, "--measure", "us-cfius-2020-08-14", "--format", "json")
    found = msgspec.json.decode(one.out.encode(), type=tuple[DeadlineState, ...])
    assert {item.measure for item in found} == {"us-cfius-2020-08-14"}


@pytest.mark.parametrize("way", ["--deadlines", "--obligations"])
def test_days_and_obligations_say_when_sources_may_be_younger_than_the_date_known(run: Run, way: str):
    words = ("ask", way, "--app", "tiktok", "--on", "2020-11-01")
    assert "some may be younger than the date known" in flat(run(*words, "--known", "2020-11-01").out)
    assert "younger than the date known" not in flat(run(*words, "--known", "2999-01-01").out)


def test_obligations_of_a_role_are_listed(run: Run):
    words = ("ask", "--obligations", "--app", "tiktok", "--on", "2025-06-01", "--known", "2025-06-01")
    done = run(*words, "--actor", "hosting_provider")
    assert (done.code, done.err) == (codes.DONE, "")
    assert "paf-2" in done.out
    made = msgspec.json.decode(run(*words, "--format", "json").out.encode(), type=tuple[Obligation, ...])
    assert {"app_store", "hosting_provider", "federal_agency"} <= {item.actor for item in made}


# Many questions


QUESTIONS = """\
questions:
- id: A
  query: {app: wechat, transaction: app_store_update, actor: app_store, as_of: "2020-09-21", known_at: "2020-09-18"}
  expect: {headline: PROHIBITED, decisive: {wx-1: PROHIBITED}}
- {id: B, question: "How many users?", answer: "nobody knows"}
- id: C
  query: {app: wechat, transaction: cdn, actor: cdn_provider, as_of: "2020-09-21", known_at: "2020-09-18"}
"""


def test_a_file_of_questions_is_answered_line_by_line(run: Run):
    Path("q.yaml").write_text(QUESTIONS)
    done = run("ask", "--questions", "q.yaml")
    assert done.code == codes.DONE
    assert done.out.splitlines() == [
        "agrees   A: PROHIBITED (wx-1 PROHIBITED, eo13943/s1a AUTHORITY_ONLY)",
        "human    B: needs a human: How many users?",
        "answer   C: PROHIBITED (wx-3 PROHIBITED, eo13943/s1a AUTHORITY_ONLY)",
        "3 questions: 1 of 1 as expected, 1 without an expectation, 1 for a human, 0 errors",
    ]
    lines = run("ask", "--questions", "q.yaml", "--format", "json").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["A", "B", "C"]
    assert json.loads(lines[0])["answer"]["headline"] == "PROHIBITED"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("headline: PROHIBITED", "headline: ENJOINED", "differs  A: PROHIBITED"),
        ("wx-1: PROHIBITED", "wx-2: PROHIBITED", "wx-2: not in the list"),
        ("headline:", "headlin:", "error    A:"),
        ("app: wechat, transaction: cdn", "app: wechta, transaction: cdn", "error    C: unknown app 'wechta'"),
    ],
)
def test_a_difference_or_an_error_gives_exit_code_1_and_stops_nothing(run: Run, old, new, says):
    Path("q.yaml").write_text(QUESTIONS.replace(old, new))
    done = run("ask", "--questions", "q.yaml")
    assert done.code == codes.FAILED
    assert says in done.out
    assert len(done.out.splitlines()) == 4


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_file(), reason="needs ../shared/law, absent here")
def test_the_given_questions_all_agree(run: Run):
    done = run("ask", "--questions", SHARED)
    assert done.code == codes.DONE
    assert "0 errors" in done.out.splitlines()[-1]
