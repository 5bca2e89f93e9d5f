"""Pages full of payloads in a real browser: nothing runs, nothing is asked for, no element is made of a text."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from affidavit.model.bundle import Affidavit
from affidavit.report.html import render_html
from tests.injection.conftest import Account
from tests.injection.corpus import Payload, batches
from tests.injection.rules import ATTRIBUTES, POLICY
from tests.oracles.visible import shown
from tests.report.accounts import WORDS, full_affidavit, poisoned
from tests.report.test_html import ELEMENTS

pytestmark = pytest.mark.browser
BATCHES = list(batches(42))
NAMES = """() => { const all = [...document.querySelectorAll('*')];
  return [[...new Set(all.map(item => item.localName))],
          [...new Set(all.flatMap(item => item.getAttributeNames()))],
          document.querySelector('meta[http-equiv]').content,
          [...document.querySelectorAll('a')].filter(item => !item.getAttribute('href').startsWith('#')).length,
          document.documentElement.textContent]; }"""
STIR = """() => { document.querySelectorAll('details').forEach(item => { item.open = true });
  document.querySelectorAll('*').forEach(item => { item.focus && item.focus();
    for (const kind of ['click', 'mouseover', 'toggle', 'error', 'load']) item.dispatchEvent(new Event(kind)); }); }"""
"""Opens what is folded and sends every element what a handler in an attribute would wait for."""


def all_at_once(carried: tuple[Payload, ...]) -> Affidavit:
    """The facts, findings and gaps of an account once for each payload, with the payload in each text of them."""
    account = full_affidavit()
    parts = [poisoned(account, item.utf8, spare=WORDS) for item in carried]
    few = [replace(part, facts=part.facts[::3]) for part in parts]
    return replace(
        parts[0],
        facts=tuple(fact for part in few for fact in part.facts),
        findings=tuple(finding for part in few for finding in part.findings),
        limitations=tuple(item for part in few for item in part.limitations),
        excerpts={key: value for part in few for key, value in part.excerpts.items()},
    )


def opened(browser: Browser, file: Path, page_text: str) -> tuple[Page, list[str]]:
    """The page from a file, and what happens in it besides being read."""
    file.write_text(page_text, "utf-8")
    page, events = browser.new_page(), []
    page.on("dialog", lambda dialog: (events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: events.append(f"request {request.url}"))
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("popup", lambda other: events.append(f"window {other.url}"))
    page.on("download", lambda item: events.append(f"download {item.url}"))
    page.goto(file.as_uri())
    assert events.pop(0) == f"request {file.as_uri()}"
    return page, events


def inert(browser: Browser, file: Path, text: str) -> str:
    """Show a page, stir it, check it; give its text."""
    page, events = opened(browser, file, text)
    page.evaluate(STIR)
    page.wait_for_timeout(30)
    elements, attributes, policy, links, said = page.evaluate(NAMES)
    assert events == []
    assert set(elements) <= ELEMENTS
    assert set(attributes) <= ATTRIBUTES
    assert (policy, links) == (POLICY, 0)
    assert page.url.partition("#")[0] == file.as_uri()
    page.close()
    return said


@pytest.mark.parametrize("number", range(len(BATCHES)))
def test_every_payload_is_read_and_does_nothing(browser: Browser, tmp_path: Path, number):
    carried = BATCHES[number]
    said = inert(browser, tmp_path / "page.html", render_html(all_at_once(carried)))
    for item in carried:
        assert shown(item.utf8, 2_000) in said, item


@pytest.mark.parametrize("number", range(0, len(BATCHES), 3))
def test_pages_of_apps_that_carry_payloads_do_nothing(browser: Browser, tmp_path: Path, account: Account, number):
    said = inert(browser, tmp_path / "page.html", render_html(account(BATCHES[number])))
    assert "Affidavit" in said


def test_a_page_without_escaping_would_be_found(browser: Browser, tmp_path: Path):
    """The same check on a page into which a payload was put as it is: the browser asks for the image."""
    text = render_html(full_affidavit()).replace("<main", "<img src=x onerror=alert(1)><main")
    page, events = opened(browser, tmp_path / "page.html", text)
    page.wait_for_timeout(100)
    assert events
    assert "img" in page.evaluate(NAMES)[0]
