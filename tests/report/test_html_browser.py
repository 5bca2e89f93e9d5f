"""The page in a real browser: nothing runs, nothing is fetched, it fits a phone, and the keyboard opens everything."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from affidavit.report.html import render_html
from tests.report.accounts import PAYLOADS, WORDS, crowded, full_affidavit, poisoned

pytestmark = pytest.mark.browser
OPEN_ALL = "document.querySelectorAll('details').forEach(item => { item.open = true })"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def show(browser: Browser, tmp_path: Path):
    """Open a page from a file; give it with what it asked for and what popped up."""
    pages = []

    def opened(account, width: int = 1280, **options) -> tuple[Page, list[str]]:
        file = tmp_path / f"{len(pages)}.html"
        file.write_text(render_html(account), "utf-8")
        page = browser.new_page(viewport={"width": width, "height": 844}, **options)
        pages.append(page)
        events: list[str] = []
        page.on("dialog", lambda dialog: (events.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: events.append(f"request {request.url}"))
        page.on("console", lambda message: events.append(f"console {message.text}"))
        page.on("pageerror", lambda error: events.append(f"error {error}"))
        page.goto(file.as_uri())
        assert events.pop(0) == f"request {file.as_uri()}"
        return page, events

    yield opened
    for page in pages:
        page.close()


@pytest.mark.parametrize(
    "name", ["script", "closing tags", "attribute", "svg", "template", "markdown link", "bidi", "long"]
)
def test_hostile_text_runs_nothing_and_asks_for_nothing(show, name):
    page, events = show(poisoned(full_affidavit(), PAYLOADS[name], spare=WORDS))
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(50)
    assert events == []
    assert (
        page.evaluate("document.querySelectorAll('script,img,iframe,object,[onload],[onerror],[onmouseover]').length")
        == 0
    )


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("name", ["", "long", "markdown link"])
def test_the_page_never_scrolls_sideways(show, width, name):
    account = poisoned(full_affidavit(), PAYLOADS[name], spare=WORDS) if name else full_affidavit()
    page, _ = show(account, width)
    assert page.evaluate(WIDTH) <= width
    page.evaluate(OPEN_ALL)
    assert page.evaluate(WIDTH) <= width


def test_the_keyboard_reaches_and_opens_the_evidence(show):
    page, _ = show(full_affidavit())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("details.question > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details.question').open")
    opened = []
    while not (opened and opened[-1].startswith("Proof")):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        opened.append(page.evaluate("document.activeElement.textContent"))
        assert len(opened) < 9
    assert [text.partition(":")[0] for text in opened[:2]] == ["How it is reached", "Where the data goes"]
    assert page.locator("details.question ol.path").first.is_visible()
    assert page.locator("details.question figure mark").first.is_visible()
    page.keyboard.press("Enter")
    assert not page.locator("details.question figure mark").first.is_visible()


def test_the_contents_lead_to_their_sections(show):
    page, _ = show(full_affidavit())
    for link in page.locator("nav.contents a").all():
        link.click()
        target = link.get_attribute("href")[1:]
        assert page.evaluate("location.hash") == f"#{target}"
        assert page.locator(f"#{target} > h2").is_visible()


def test_no_script_is_needed(show):
    page, _ = show(full_affidavit(), java_script_enabled=False)
    page.locator("details.question > summary").first.click()
    assert page.locator("details.question h4").first.is_visible()


def test_print_shows_what_is_folded(show):
    page, _ = show(full_affidavit())
    page.emulate_media(media="print")
    assert page.locator("figure mark").first.is_visible()
    assert not page.locator("nav.contents").is_visible()


def test_the_dark_scheme_is_dark_and_motion_is_not_forced(show):
    page, _ = show(full_affidavit(), color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 29)"
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_tap_targets_on_a_phone_are_large_enough(show):
    """WCAG 2.2, success criterion 2.5.8: 24 CSS pixels."""
    page, _ = show(full_affidavit(), 390)
    page.evaluate(OPEN_ALL)
    heights = page.evaluate(
        "[...document.querySelectorAll('summary, nav a')].map(item => item.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24


def test_a_crowded_page_opens_quickly(show):
    page, _ = show(crowded(500))
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert timing < 2_000
