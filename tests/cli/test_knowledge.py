"""``affidavit knowledge``: what is known can be listed and printed, and what is wrong is said with what to do."""

import json
from pathlib import Path

import pytest
import yaml

from affidavit.cli.catalogue import KINDS, things
from affidavit.law.register import register
from affidavit.law.schema import schema_document
from tests.builders.measures import CHILD, small_register, write_register
from tests.cli.conftest import Run

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def test_show_says_what_there_is_and_how_to_go_on(run: Run):
    done = run("knowledge", "show")
    counts = dict(line.split() for line in done.out.partition("\n\n")[0].splitlines())
    assert list(counts) == list(KINDS)
    assert int(counts["measures"]) == len(register().measures)
    assert int(counts["events"]) == len(register().events)
    assert "affidavit knowledge show KIND" in done.out
    assert json.loads(run("knowledge", "show", "--format", "json").out) == {kind: int(n) for kind, n in counts.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_show_lists_a_kind_and_prints_each_thing_in_it(run: Run, kind):
    lines = run("knowledge", "show", kind).out.splitlines()
    listed = json.loads(run("knowledge", "show", kind, "--format", "json").out)
    assert len(lines) == len(listed) == len(things(kind))
    assert [line.split()[0] for line in lines] == [item["id"] for item in listed]
    for item in (listed[0], listed[-1]):
        found = json.loads(run("knowledge", "show", item["id"], "--format", "json").out)
        assert item in found
        assert item["id"] in run("knowledge", "show", item["id"]).out


def test_one_thing_is_printed_field_by_field_as_yaml(run: Run):
    head, _, body = run("knowledge", "show", "wx-e2").out.partition("\n")
    assert head == "event wx-e2, of us-doc-wechat-2020"
    shown = yaml.safe_load(body)
    assert shown["effect"] == {"op": "block", "from": "2020-09-19"}
    (thing,) = json.loads(run("knowledge", "show", "wx-e2", "--format", "json").out)
    assert thing["value"] == shown


def test_a_rule_is_printed_like_anything_else(run: Run):
    head, _, body = run("knowledge", "show", "location/last-known").out.partition("\n")
    assert head.startswith("rule location/last-known, of location")
    assert yaml.safe_load(body)["id"] == "location/last-known"


def test_everything_with_one_id_is_printed(run: Run):
    shared = [name for name in register().apps if name in register().organisations]
    for name in shared:
        assert len(json.loads(run("knowledge", "show", name, "--format", "json").out)) == 2
    assert len(json.loads(run("knowledge", "show", "wechat", "--format", "json").out)) >= 1


def test_a_measure_is_a_page_with_names_and_its_events_in_order(run: Run):
    page = run("knowledge", "show", "us-doc-tiktok-2020").out
    measure = register().measures["us-doc-tiktok-2020"]
    assert page.splitlines()[:2] == [measure.title, measure.id]
    folded = " ".join(page.split())
    named = (
        measure.cite_note,
        "TikTok",
        "US-Commerce",
        *measure.authority,
        *(item.summary for item in measure.provisions),
    )
    for text in (
        *named,
        *(item.summary for item in measure.exceptions),
        *(item.text for item in measure.open_questions),
    ):
        assert " ".join(text.split()) in folded
    events = page.partition("\nEvents, in the order")[2].partition("\nOpen questions")[0]
    days = [line.split()[1] for line in events.splitlines() if line.startswith("  tt-e")]
    assert len(days) == len(measure.events)
    assert [day[:7] for day in days] == sorted(day[:7] for day in days)
    assert "Not verified" in page
    assert max(map(len, page.splitlines())) <= 80


@pytest.mark.parametrize("measure", register().measures)
def test_every_measure_has_its_page(run: Run, measure):
    page = run("knowledge", "show", measure).out
    found = register().measures[measure]
    for item in (*found.provisions, *found.exceptions, *found.conditions, *found.events):
        assert f"\n  {item.id} " in page


@pytest.mark.parametrize(
    ("asked", "near"),
    [("us-doc-wecat-2020", "us-doc-wechat-2020"), ("measure", "measures"), ("WX-E2", "wx-e2"), ("us", "US"),
     ("app_stor", "app_store"), ("prohibit", "PROHIBITED"), ("location/last-know", "location/last-known")],
)  # fmt: skip
def test_an_unknown_id_gives_the_nearest_names(run: Run, asked, near):
    done = run("knowledge", "show", asked)
    assert (done.code, done.out) == (2, "")
    assert f"unknown kind or id {asked!r}" in done.err
    assert near in done.err.partition("what you can do: ")[2]


def test_an_id_like_nothing_is_answered_with_how_to_look(run: Run):
    assert "affidavit knowledge show" in run("knowledge", "show", "\x1b[2J" + "z" * 100_000).err
    assert "\x1b" not in run("knowledge", "show", "\x1b[2J").err


def test_lint_finds_nothing_wrong_with_what_is_shipped(run: Run):
    done = run("knowledge", "lint", KNOWLEDGE)
    assert (done.code, done.out) == (0, "no problem found\n")


def test_lint_says_what_is_wrong_in_claims_once_measures_are_right(run: Run, tmp_path):
    claims = {"source": "x", "licence": "x", "asserted_at": "2020-09-20", "claims": [], "of": "NOBODY"}
    folder = write_register(tmp_path / "k", small_register() | {"claims/x.yaml": claims})
    done = run("knowledge", "lint", folder)
    assert done.code == 1
    assert [line.split(": ")[:2] for line in done.out.splitlines()] == [["claims/x.yaml", "claim-source"]]


def test_lint_says_what_is_wrong_in_rules_and_measures_alike(run: Run, tmp_path):
    files = small_register()
    files[CHILD]["targets"]["apps"] = ["chat", "chats"]
    write_register(tmp_path / "k", files)
    (tmp_path / "k" / "lint").mkdir()
    (tmp_path / "k" / "lint" / "words.yaml").write_text("a: b\n")
    done = run("knowledge", "lint", tmp_path / "k")
    assert done.code == 1
    assert [line.split(": ")[:2] for line in done.out.splitlines()] == [
        ["lint/words.yaml", "licence"],
        ["lint/words.yaml", "source"],
        [CHILD, "target"],
    ]
    as_json = run("knowledge", "lint", tmp_path / "k", "--format", "json")
    assert as_json.code == 1
    assert [item["check"] for item in json.loads(as_json.out)] == ["licence", "source", "target"]


def test_text_of_a_file_cannot_write_on_the_terminal(run: Run, tmp_path):
    files = small_register()
    files[CHILD]["targets"]["apps"] = ["chat\u202e\x1b[2J"]
    done = run("knowledge", "lint", write_register(tmp_path / "k", files))
    assert done.code == 1
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out


@pytest.mark.parametrize("named", ["", "measures", "measures/us-list.yaml", "nowhere", "x" * 300])
def test_lint_refuses_a_folder_in_which_it_would_look_at_nothing(run: Run, tmp_path, named):
    (tmp_path / "measures").mkdir()
    (tmp_path / "measures" / "us-list.yaml").write_text("id: [\n")
    done = run("knowledge", "lint", tmp_path / named if named else tmp_path / "measures")
    assert (done.code, done.out) == (2, "")
    assert "what you can do: " in done.err


def test_lint_lists_what_is_unverified_without_failing(run: Run, tmp_path):
    folder = write_register(tmp_path / "k", small_register())
    done = run("knowledge", "lint", folder, "--unverified")
    assert done.code == 0
    assert f"{CHILD}: unverified: provision list-2: its wording\n" in done.out
    (tmp_path / "empty" / "measures").mkdir(parents=True)
    assert run("knowledge", "lint", tmp_path / "empty", "--unverified").out == "nothing is marked unverified\n"
    real = run("knowledge", "lint", KNOWLEDGE, "--unverified", "--format", "json")
    assert {item["check"] for item in json.loads(real.out)} == {"unverified", "memory", "weaker"}


def test_the_schema_is_printed_or_written(run: Run, tmp_path):
    assert run("knowledge", "schema").out.encode() == schema_document()
    assert run("knowledge", "schema", "-o", tmp_path / "s.json").code == 0
    assert (tmp_path / "s.json").read_bytes() == schema_document()


@pytest.mark.parametrize(
    "words", [["schema", "x"], ["show", "--unverified"], ["schema", "--unverified"], ["lint", "no"]]
)
def test_what_does_not_belong_together_is_refused_with_advice(run: Run, words):
    done = run("knowledge", *words)
    assert (done.code, done.out) == (2, "")
    assert "what you can do: " in done.err


def test_help_teaches_by_examples(run: Run):
    page = run("knowledge", "--help").out
    for text in ("show measures", "show us-doc-wechat-2020", "lint --unverified", "A new order is one new file"):
        assert text in page
