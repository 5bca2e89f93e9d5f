"""A new order is one new file: what the page for it shows passes the linter, and the register answers from it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from affidavit.law.ask import Resolver
from affidavit.law.lint import lint, read
from affidavit.law.lint.draft import SECTIONS
from affidavit.law.register import Register
from affidavit.model.determination import ENDED, Outcome, Question

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "add-an-order.md").read_text("utf-8")
RULING, ORDER = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
RULED = Path("measures/us/doc-wechat-2020.yaml")


@pytest.fixture
def knowledge(tmp_path):
    """A copy of the register's files."""
    for section in SECTIONS:
        if (ROOT / "knowledge" / section).is_dir():
            shutil.copytree(ROOT / "knowledge" / section, tmp_path / section)
    return tmp_path


def place_of(order: str) -> Path:
    """Where the page says that a measure's file belongs."""
    made = yaml.safe_load(order)
    folder = made["jurisdiction"].lower()
    return Path("measures", folder, f"{made['id'].removeprefix(folder + '-')}.yaml")


def written(knowledge: Path, place: Path, text: str) -> Path:
    (knowledge / place).parent.mkdir(exist_ok=True)
    (knowledge / place).write_text(text, "utf-8")
    return knowledge


def answer(knowledge: Path, **question: str) -> Outcome:
    draft, problems = read(knowledge)
    assert not problems
    register = Register(
        draft.measures.values(),
        vocabulary=draft.words,
        jurisdictions=draft.jurisdictions,
        apps=draft.apps,
        organisations=draft.organisations,
        sources=draft.shared,
    )
    return Resolver(register).ask(Question(**question)).headline


ON_DEVICES = {"app": "tiktok", "transaction": "install_on_government_device", "actor": "state_agency"}


@pytest.mark.parametrize(
    ("on", "known", "outcome"),
    [
        ("2026-12-19", "2026-11-21", Outcome.ANNOUNCED_NOT_EFFECTIVE),
        ("2026-12-20", "2026-11-21", Outcome.PROHIBITED),
        ("2026-12-20", "2026-11-19", None),
        ("2026-11-19", "2026-11-21", None),
    ],
)
def test_the_order_that_the_page_shows_is_all_that_it_takes(knowledge, on, known, outcome):
    asked = {**ON_DEVICES, "on": on, "known": known, "jurisdiction": "US-TX"}
    before = answer(knowledge, **asked)
    assert before in ENDED or before is Outcome.NOT_COVERED
    written(knowledge, place_of(ORDER), ORDER)
    assert [str(item) for item in lint(knowledge)] == []
    assert answer(knowledge, **asked) is (outcome or before)


def test_the_ruling_that_the_page_shows_fits_into_the_file_that_it_names(knowledge):
    text = (knowledge / RULED).read_text("utf-8")
    ruling = "".join(f"{line}\n" for line in RULING.splitlines())
    written(knowledge, RULED, text.replace("\nevents:\n", f"\nevents:\n{ruling}", 1))
    assert [str(item) for item in lint(knowledge)] == []
    (added,) = [
        event for event in yaml.safe_load((knowledge / RULED).read_bytes())["events"] if event["id"] == "wx-e99"
    ]
    assert added["effect"]["op"] == "block"


MISTAKES = {
    "the quotes of a date forgotten": (
        'public_at: "2026-11-20"',
        "public_at: 2026-11-20",
        "quoting",
        "write it in quotes",
    ),
    "a wrong number of days": ("days: 60", "days: 90", "count", "is not 90 days after 2026-11-20, which is 2027-02-18"),
    "a word that is not there": ("[state_agency]", "[state_agencies]", "vocabulary", "did you mean state_agency"),
    "a holder that nobody knows": (
        "duty_holder: state_agency",
        "duty_holder: Department of Information Resources",
        "holder",
        "add a row to roles/known.yaml",
    ),
    "a circumstance that nobody can state": (
        "[security_research]",
        "[security_researches]",
        "context",
        "did you mean security_research",
    ),
    "an app that is not there": ("[tiktok]", "[tik-tok]", "target", "did you mean tiktok"),
    "a source that is not described": ("[ORDER99]", "[ORDER98]", "source-known", "did you mean ORDER99"),
    "no confidence": (
        "    sources: [ORDER99]\n    confidence: H\n",
        "    sources: [ORDER99]\n",
        "schema",
        "'confidence'",
    ),
    "no source": ("sources: [ORDER99]", "sources: []", "sourced", "name at least one source"),
    "a field that is not there": ("    territory:", "    territories:", "schema", "did you mean territory"),
    "a second file of one id": ("us-tx-example-order", "us-va-eo24", "unique-id", "is taken by the measure in"),
    "another jurisdiction": ("US-TX", "US-CA", "place", "move it to measures/us-ca/example-order.yaml"),
    "a day that does not exist": ("2026-12-20", "2026-11-31", "date", "'2026-11-31' is no date; write a day as"),
    "no event that starts it": ("op: schedule", "op: inform", "schema", "unknown key 'start'"),
    "a tab": ("  - id: ex-1", "\t- id: ex-1", "yaml", "cannot be read"),
    "a missing bracket": ("apps: [tiktok]", "apps: [tiktok", "yaml", "cannot be read"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_it_is_answered_with_what_to_do(knowledge, name):
    right, wrong, check, said = MISTAKES[name]
    assert right in ORDER
    found = lint(written(knowledge, place_of(ORDER), ORDER.replace(right, wrong)))
    assert any(item.check == check and said in item.message for item in found), found
