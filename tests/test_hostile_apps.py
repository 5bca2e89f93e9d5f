"""Whole hostile apps through the whole program: text that is meant for the reader's tools; `tests/mutation` changes bytes.

Every case runs with ``AFFIDAVIT_DEBUG``, so that a stage which breaks raises instead of becoming a limitation.
"""

import csv
import io
import json
import re
from functools import cache
from pathlib import Path

import pytest

from affidavit.evidence.derive import derive
from affidavit.model.bundle import Affidavit
from affidavit.model.identity import Package
from affidavit.report import render
from affidavit.report.terminal import render_terminal
from tests.builders.payloads import PAYLOADS, payload_app
from tests.report.test_html import Page, check

HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COLOUR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _raising(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFIDAVIT_DEBUG", "1")


@cache
def account_of(kind: str, folder: Path) -> Affidavit:
    path = folder / "payload.apk"
    path.write_bytes(payload_app(PAYLOADS[kind]))
    return derive(path)


@pytest.fixture(params=PAYLOADS)
def payload(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Affidavit:
    folder = tmp_path_factory.getbasetemp() / "payloads"
    folder.mkdir(exist_ok=True)
    return account_of(request.param, folder)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_payload_reached_the_facts(kind, tmp_path: Path):
    account = account_of(kind, tmp_path)
    [package] = [fact.what for fact in account.facts if isinstance(fact.what, Package)]
    assert package.label == PAYLOADS[kind]
    assert {fact.what.__struct_config__.tag for fact in account.facts} >= {"permission", "component", "native-library"}


def test_no_payload_adds_an_element_to_the_page(payload: Affidavit):
    page = render(payload, "html").decode()
    check(Page(page))
    assert not HIDDEN.search(page)


def test_no_payload_reaches_the_terminal(payload: Affidavit):
    plain = render_terminal(payload, width=80, colour=False, written=[])
    assert not HIDDEN.search(plain)
    assert not HIDDEN.search(COLOUR.sub("", render_terminal(payload, width=80, colour=True, written=[])))
    assert "\nNothing was found in this app" not in plain


def test_no_payload_is_a_formula_or_another_row(payload: Affidavit):
    text = render(payload, "csv").decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert not HIDDEN.search(text.replace("\r\n", "\n"))


def test_no_payload_is_markup_in_markdown(payload: Affidavit):
    text = render(payload, "markdown").decode()
    assert not HIDDEN.search(text)
    prose = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"(?<!\\)<[a-z/!]", prose)
    assert not re.search(r"(?<!\\)\]\(", prose)
    assert "\n# head" not in text


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_json_forms_stay_json_and_show_no_controls(payload: Affidavit, form):
    data = render(payload, form).decode()
    assert json.loads(data)
    assert not re.search("[\x00-\x09\x0b-\x1f]", data)


def test_sarif_messages_hold_no_hidden_characters(payload: Affidavit):
    [run] = json.loads(render(payload, "sarif"))["runs"]
    texts = [result["message"]["text"] for result in run["results"]]
    assert texts
    assert not [text for text in texts if HIDDEN.search(text)]
