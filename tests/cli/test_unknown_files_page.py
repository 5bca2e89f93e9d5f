"""The page on files that one does not trust: its commands run, and the walls that it speaks of are those that stand."""

import re
from pathlib import Path

import pytest

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.cli import codes
from affidavit.cli.main import VERBS
from affidavit.sandbox import bubblewrap
from tests.builders.apps import write_app
from tests.cli.conftest import Run
from tests.injection.corpus import payloads
from tests.sandbox.attacks import ATTACKS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to" / "review-unknown-files.md").read_text("utf-8")
SAMPLE = "uiautomator2-6f855947.apk"
SHOWN = [line.split() for line in re.findall(r"^\.venv/bin/affidavit (.*)$", PAGE, re.MULTILINE)]
WALLS = re.findall(r"^\| `([a-z]+)(?: N)?` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_a_command_that_the_page_shows_reviews_behind_the_walls_that_it_names(run: Run, tmp_path, words):
    if "bubblewrap" in words and not bubblewrap.found():
        pytest.skip("needs bubblewrap, absent here")
    Path(".cache/samples").mkdir(parents=True)
    Path(".cache/samples", SAMPLE).symlink_to(write_app(tmp_path))  # any app: the walls do not depend on it
    done = run(*words)
    assert done.code == codes.DONE, done.err
    said = " ".join(done.out.split())
    assert ("read without a sandbox" if "--no-sandbox" in words else "read in a process behind walls (") in said
    assert ("(bubblewrap, " in said) == ("bubblewrap" in words)


def test_the_walls_of_the_table_are_those_that_stand(tmp_path):
    standing = affidavit.review(write_app(tmp_path)).affidavit.manifest.protection
    assert [part.split()[0] for part in standing.split(", ")] == [wall for wall in WALLS if wall != "bubblewrap"]


def test_the_bounds_of_the_table_are_the_budgets():
    made = Budget()
    table = PAGE.partition("| bound | default |")[2].partition("\n\n")[0]
    for amount in (
        f"{made.seconds:.0f} s, {made.memory >> 30} GiB",
        f"| {made.entries:,} |",
        f"| {made.entry_bytes >> 20} MiB |",
        f"| {made.total_bytes >> 30} GiB |",
        f"never less than {made.free_bytes >> 20} MiB",
        f"| {made.depth} |",
        f"| {made.facts:,} |",
    ):
        assert amount in table
    assert (made.steep_bytes >> 20, made.steep_ratio, made.spread) == (32, 20, 16)


def test_numbers_of_attacks_and_payloads_are_those_of_the_tests():
    model = (DOCS / "explanation" / "threat-model.md").read_text("utf-8")
    assert "more than fifty attacks" in model
    assert len(ATTACKS) > 50
    assert "more than three hundred payloads" in PAGE
    assert "more than three hundred payloads" in model
    assert len(payloads()) > 300


def test_every_verb_of_the_page_is_one():
    assert {words[0] for words in SHOWN} <= set(VERBS)
