"""The verb that lints: what the claims are compared with is checked first, and it says when they were not compared."""

import json
import shutil

import pytest

from affidavit.cli.main import main
from tests.law.lint.test_new_order import ROOT

LATE = "2021-09-20T00:00:00-04:00"
RULED = "measures/us/doc-wechat-2020.yaml"


@pytest.fixture
def knowledge(tmp_path):
    """A copy of all that is shipped, before it is packed."""
    return shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")


def test_a_start_that_ends_before_it_begins_is_a_problem_and_the_claims_wait(knowledge, capsysbinary):
    file = knowledge / RULED
    text = file.read_text("utf-8")
    begun = 'earliest: "2020-09-20T00:00:00-04:00"'
    assert begun in text
    file.write_text(text.replace(begun, f'earliest: "{LATE}"', 1), "utf-8")
    assert main(["knowledge", "lint", str(knowledge)]) == 1
    out, err = (part.decode() for part in capsysbinary.readouterr())
    assert f"{RULED}: date-order: event wx-e1, effect, start: earliest ({LATE}) lies after latest" in out
    assert "claims and resolutions were not checked" in err
    assert main(["knowledge", "lint", str(knowledge), "--format", "json"]) == 1
    out, err = (part.decode() for part in capsysbinary.readouterr())
    assert "date-order" in {item["check"] for item in json.loads(out)}
    assert "claims and resolutions were not checked" in err


def test_claims_are_checked_when_the_register_has_no_problem(knowledge, capsysbinary):
    (file, *_) = sorted((knowledge / "claims").glob("*.yaml"))
    text = file.read_text("utf-8")
    assert "asserted_at: " in text
    lines = ('asserted_at: "soon"' if line.startswith("asserted_at: ") else line for line in text.splitlines())
    file.write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["knowledge", "lint", str(knowledge)]) == 1
    out, err = (part.decode() for part in capsysbinary.readouterr())
    assert f"claims/{file.name}: claim-date: asserted_at" in out
    assert "not checked" not in err
