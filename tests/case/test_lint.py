"""The linter of claims: the real files pass, and each fault is told in words that teach."""

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.case.lint import CHECKS, lint
from affidavit.case.properties import PROPERTIES
from tests.conftest import REPOSITORY

SECTIONS = ("claims", "resolutions", "measures", "law", "jurisdictions", "entities", "sources", "criteria")


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A copy of the sections that claims need."""
    for name in SECTIONS:
        shutil.copytree(REPOSITORY / "knowledge" / name, tmp_path / name)
    return tmp_path


def change(knowledge: Path, name: str, old: str, new: str) -> None:
    path = knowledge / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_real_claims_and_decisions_have_no_problem():
    assert lint(REPOSITORY / "knowledge") == []


FAULTS = [
    (
        "claim-source",
        "claims/dark.yaml",
        "of: DARK\n",
        "of: DARK\ndocument: {seen: memory}\n",
        "the shared sources too",
    ),
    ("claim-id", "claims/s003.yaml", "id: S3-7", "id: S3-6", "S3-6: is in claims/s003.yaml too"),
    ("claim-id", "claims/th1002.yaml", "of: TH1002", "of: BEELER", "BEELER: is in claims/beeler.yaml too"),
    ("claim-source", "claims/dark.yaml", "of: DARK", "of: DARC", "unknown source 'DARC'; did you mean DARK"),
    (
        "claim-date",
        "claims/s003.yaml",
        'page_date: "2020-09-21"',
        'page_date: "21 Sept"',
        "page_date: '21 Sept' is no date",
    ),
    (
        "claim-date",
        "claims/s002.yaml",
        'asserted_at: "2020-09-18"',
        'asserted_at: "2020-09-31"',
        "asserted_at: '2020-09-31'",
    ),
    (
        "claim-date",
        "claims/dpc2025.yaml",
        'known_at: "2025-12"',
        'known_at: "late"',
        "DPC2025-4: known_at or at: 'late'",
    ),
    ("claim-line", "claims/s003.yaml", "    line: L38\n", "", "S3-7: has no line"),
    (
        "claim-subject",
        "claims/s003.yaml",
        "provision:cfius/s2b",
        "provision:cfius/s2x",
        "unknown provision 'cfius/s2x'",
    ),
    ("claim-subject", "claims/s001.yaml", '"condition:tt-c1"', '"tt-c1"', "'tt-c1' is no subject; write kind:name"),
    ("claim-subject", "claims/s000.yaml", 'about: ["app:wechat"]', 'about: ["app:wechta"]', "did you mean wechat"),
    (
        "claim-subject",
        "claims/dpc2025.yaml",
        'about: ["app:tiktok"], property',
        "about: [], property",
        "of what it is about",
    ),
    (
        "claim-property",
        "claims/th1002.yaml",
        "property: date",
        "property: dated",
        "unknown property 'dated'; did you mean date",
    ),
    (
        "claim-unit",
        "claims/s004.yaml",
        "19000000..20000000, unit: users",
        "19000000..20000000",
        "us_users: has no unit",
    ),
    ("claim-unit", "claims/th1002.yaml", '"2020-09-18"}', '"2020-09-18", unit: days}', "is no number and has the unit"),
    ("claim-value", "claims/th1002.yaml", 'value: "2020-09-18"', "value: autumn", "date: 'autumn' is no date"),
    (
        "claim-value",
        "claims/s000.yaml",
        "value: 100000000..",
        "value: over 100 million",
        "is no number; write digits only",
    ),
    ("resolution-id", "resolutions/others.yaml", "id: X01", "id: C01", "C01: is used twice"),
    (
        "resolution-source",
        "resolutions/press.yaml",
        "[LAWCRIME, FR60061, ",
        "[LAWCRIM, ",
        "C01: unknown source 'LAWCRIM'",
    ),
    (
        "resolution-date",
        "resolutions/press.yaml",
        'knowable_from: "2020-09-28"',
        'knowable_from: "?"',
        "C01: knowable_from",
    ),
    ("resolution-claim", "resolutions/press.yaml", "S3-7: rejected", "S3-77: rejected", "C01: unknown claim 'S3-77'"),
    ("resolution-claim", "resolutions/press.yaml", "S3-7: rejected, ", "", "C01: S3-7 is disputed and has no status"),
    (
        "resolution-claim",
        "resolutions/press.yaml",
        "S3-7: rejected",
        "S3-7: rejected, S0-12: open",
        "S0-12 takes no part",
    ),
    (
        "resolution-conflict",
        "claims/s003.yaml",
        '"2020-11-15"',
        '"2020-11-12"',
        "C01: no such conflict is found any more",
    ),
    (
        "resolution-conflict",
        "resolutions/press.yaml",
        "kinds: [knowledge]",
        "kinds: [unit]",
        "no such conflict is found",
    ),
    (
        "resolution-twice",
        "resolutions/press.yaml",
        "    kinds: [knowledge]\n",
        "",
        "C02 decides it too; tell them apart",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[1]}")
def test_a_fault_is_told_where_it_is(knowledge, fault):
    check, name, old, new, says = fault
    change(knowledge, name, old, new)
    found = [item for item in lint(knowledge) if item.check == check]
    assert any(says in item.message for item in found), lint(knowledge)
    assert all(item.path.startswith(("claims/", "resolutions/")) for item in found)


def test_every_check_has_a_fault_that_it_finds():
    assert {check for check, *_ in FAULTS} == set(CHECKS)


def test_a_conflict_that_nobody_decided_is_no_problem(knowledge):
    (knowledge / "resolutions" / "others.yaml").unlink()
    assert lint(knowledge) == []


def test_files_without_their_form_are_left_to_the_checks_of_the_law(knowledge):
    change(knowledge, "claims/s003.yaml", "of: S003", "from: S003")
    assert lint(knowledge) == []


def test_a_folder_without_claims_has_no_problem(tmp_path):
    assert lint(tmp_path) == []


def test_the_files_that_the_how_to_shows_pass_and_the_second_decides_what_the_first_says(knowledge):
    page = (REPOSITORY / "docs" / "how-to" / "record-a-claim.md").read_text()
    claims, decided = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (knowledge / "claims" / "example2020.yaml").write_text(claims)
    (knowledge / "resolutions" / "example.yaml").write_text(decided)
    assert lint(knowledge) == []
    (knowledge / "claims" / "example2020.yaml").unlink()
    assert {item.check for item in lint(knowledge)} == {"resolution-claim"}


def test_every_property_is_in_the_how_to():
    page = (REPOSITORY / "docs" / "how-to" / "record-a-claim.md").read_text()
    cells = re.findall(r"^\| (`.*?`) \|", page.partition("| property |")[2].partition("In a list")[0], re.MULTILINE)
    assert {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)} == set(PROPERTIES)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["asserted_at", "of", "subject", "property", "value", "unit", "known_at", "id"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40),
)
def test_no_text_in_any_place_makes_the_linter_fail(knowledge_alone, place, text):
    made = {"asserted_at": "2020-09-18", "of": "E", "subject": "app:lark", "property": "us_users", "value": "5"}
    made |= {"unit": "users", "known_at": "", "id": "E-1", place: text}
    says = {"about": [made["subject"]], "property": made["property"], "value": made["value"], "unit": made["unit"]}
    claim = {"id": made["id"], "text": "t", "who": "w", "says": [says], "known_at": made["known_at"]}
    file = {"source": "s", "licence": "l", "of": made["of"], "asserted_at": made["asserted_at"], "claims": [claim]}
    path = knowledge_alone / "claims" / "e.yaml"
    path.write_text(json.dumps(file | {"document": {"seen": "excerpt"}}))
    for item in lint(knowledge_alone):
        assert item.path == "claims/e.yaml"
        assert item.check in CHECKS


@pytest.fixture
def knowledge_alone(knowledge: Path) -> Path:
    """The sections without any claim or decision."""
    for name in ("claims", "resolutions"):
        shutil.rmtree(knowledge / name)
    (knowledge / "claims").mkdir()
    return knowledge
