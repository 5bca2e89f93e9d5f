"""Every format of real apps: whole, bounded, quick, and at home on a phone."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from playwright.sync_api import sync_playwright

from affidavit.model.bundle import Affidavit
from affidavit.model.finding import Answer
from affidavit.report import FORMATS, render
from affidavit.report.csv import COLUMNS
from affidavit.report.html import render_html
from affidavit.report.json import parse_json
from tests.derived import Derived
from tests.report.conftest import CHROMIUM
from tests.report.test_html import Page, check
from tests.report.test_html_browser import OPEN_ALL, WIDTH
from tests.report.test_sarif import SUBSET, check_references

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def account(sample, derived: Derived) -> Affidavit:
    return derived(sample("uiautomator2"))


def test_the_page_of_a_real_app_is_whole(account: Affidavit):
    check(Page(render_html(account)))


def test_every_question_of_the_bundle_is_on_the_page(account: Affidavit):
    text = "".join(Page(render_html(account)).text)
    assert account.categories
    for category in account.categories:
        assert category.question in text


def test_every_shown_finding_opens_to_a_place(account: Affidavit):
    page = render_html(account)
    shown = [finding for finding in account.findings if finding.answer == Answer.SHOWN]
    assert len(shown) >= 5
    assert page.count("<figure>") >= len(shown) // 2
    assert "<mark>" in page


def test_sarif_of_a_real_app_keeps_to_the_standard(account: Affidavit):
    log = json.loads(render(account, "sarif"))
    jsonschema.Draft202012Validator(SUBSET).validate(log)
    check_references(log["runs"][0])


def test_the_table_of_a_real_app_has_every_fact(account: Affidavit):
    rows = list(csv.reader(io.StringIO(render(account, "csv").decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert sum(row[0] == "fact" for row in rows) == len(account.facts)


def test_json_of_a_real_app_loses_nothing(account: Affidavit):
    assert parse_json(render(account, "json")) == account


@pytest.mark.parametrize("form", FORMATS)
def test_rendering_a_real_app_twice_gives_the_same_bytes(account: Affidavit, form):
    assert render(account, form) == render(account, form)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_no_table_of_a_real_app_scrolls_sideways(account: Affidavit, tmp_path: Path, width):
    (tmp_path / "page.html").write_text(render_html(account), "utf-8")
    wider = "[...document.querySelectorAll('.scroll')].filter(item => item.scrollWidth > item.clientWidth + 1).length"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto((tmp_path / "page.html").as_uri())
        page.evaluate(OPEN_ALL)
        assert page.evaluate(WIDTH) <= width
        assert page.evaluate(wider) == 0
        browser.close()
