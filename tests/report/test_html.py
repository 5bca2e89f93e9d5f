"""The page is parsed back: its structure never depends on what the app says, and it is accessible by construction."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.finding import Proof
from affidavit.report.evidence import PLACES, proof_lines
from affidavit.report.html import ROWS, render_html
from tests.report.accounts import MARK, PAYLOADS, WORDS, crowded, full_affidavit, poisoned

VOID = {"meta", "br", "wbr", "link", "img", "input", "hr"}
ELEMENTS = {
    "a", "article", "b", "bdi", "body", "br", "caption", "code", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "main", "mark",
    "meta", "nav", "ol", "p", "pre", "section", "span", "strong", "style", "summary", "table", "tbody", "td",
    "th", "thead", "title", "tr", "ul", "wbr",
    "g", "line", "rect", "svg", "text",
}  # fmt: skip
VALUE = re.compile(r"[A-Za-z0-9 #_.:;=,'/-]*\Z")


class Page(HTMLParser):
    """Elements in order, every attribute, the text, and whether tags balance."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.problems: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_comment(self, data):
        self.problems.append(f"comment {data}")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def structure(page: Page) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
    return [(tag, tuple(sorted(attributes.items()))) for tag, attributes in page.elements]


def without_optional(shape):
    """Marks of vocabulary (an unencrypted host, the answer) may come and go with the words; everything else may not."""
    return Counter(tag for tag, _ in shape if tag not in {"li", "span", "br", "b", "bdi", "code", "wbr"})


def check(page: Page) -> None:
    assert not page.problems
    assert not page.open
    for tag, attributes in page.elements:
        assert tag in ELEMENTS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "srcdoc", "action", "formaction"}
            assert MARK not in (value or "")
            if tag != "meta":
                assert VALUE.match(value or ""), (tag, name, value)
    assert all(attributes["href"].startswith("#") for tag, attributes in page.elements if tag == "a")


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_element_or_attribute_comes_from_the_app(name):
    for spare in (frozenset(), WORDS):
        page = Page(render_html(poisoned(full_affidavit(), PAYLOADS[name], spare=spare)))
        check(page)
        assert MARK[0] in "".join(page.text)


@pytest.mark.parametrize("name", ["script", "closing tags", "attribute", "template", "bidi", "nul"])
def test_the_structure_is_that_of_a_harmless_text(name):
    harmless = structure(Page(render_html(poisoned(full_affidavit(), "harmless", spare=WORDS))))
    made = structure(Page(render_html(poisoned(full_affidavit(), PAYLOADS[name], spare=WORDS))))
    assert without_optional(made) == without_optional(harmless)


@settings(max_examples=15, deadline=None)
@given(st.text(alphabet="<>&\"'/=`{}%- !\n\x00\u202eab", max_size=30))
def test_any_text_keeps_the_page_whole(text):
    check(Page(render_html(poisoned(full_affidavit(), text, spare=WORDS))))


def test_the_policy_forbids_everything_but_styles():
    page = Page(render_html(full_affidavit()))
    policy = [attributes["content"] for tag, attributes in page.elements if attributes.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]
    position = [tag for tag, _ in page.elements]
    assert position.index("style") > 3, "the policy stands before what it governs"


def test_nothing_is_loaded_and_nothing_is_run():
    text = render_html(full_affidavit())
    assert not re.search(
        r"<(script|link|iframe|object|embed|img|form|input|base)\b|@import|url\(|https?://[^<]*\)", text
    )


def test_landmarks_headings_and_language():
    page = Page(render_html(full_affidavit()))
    tags = Counter(tag for tag, _ in page.elements)
    assert (tags["main"], tags["nav"], tags["footer"], tags["h1"], tags["header"]) == (1, 1, 1, 1, 1)
    assert page.elements[0] == ("html", {"lang": "en"})
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_distinct_and_links_lead_to_them():
    page = Page(render_html(full_affidavit()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {attributes["href"][1:] for tag, attributes in page.elements if tag == "a"}
    targets |= {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes}
    assert targets <= set(ids)


def test_every_table_has_a_caption_and_scoped_heads():
    page = Page(render_html(full_affidavit()))
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["table"] == tags["caption"] > 5
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in page.elements if tag == "th")


def test_what_scrolls_can_be_reached_with_the_keyboard():
    page = Page(render_html(full_affidavit()))
    excerpts = [attributes for tag, attributes in page.elements if tag == "pre" and attributes.get("class") != "cmd"]
    assert excerpts
    assert all(attributes["tabindex"] == "0" and attributes["aria-label"] for attributes in excerpts)


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2, definition of relative luminance)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"), ("ink", "card"), ("ink", "wash"), ("soft", "paper"), ("soft", "card"), ("soft", "wash"),
        ("accent", "paper"), ("accent", "card"), ("accent", "wash"), ("shown", "shown-bg"), ("open", "open-bg"),
        ("absent", "absent-bg"), ("mark-ink", "mark"), ("ink", "open-bg"),
    ],
)  # fmt: skip
def test_text_has_the_contrast_that_wcag_asks_for(scheme, ink, ground):
    style = render_html(full_affidavit()).split("<style>")[1]
    blocks = re.findall(r":root\{([^}]*)\}", style)
    colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))
    assert contrast(colours[ink], colours[ground]) >= 4.5


def test_long_tables_are_cut_and_say_where_the_rest_is():
    text = render_html(crowded(ROWS + 20))
    assert f"The first {ROWS} of " in text
    assert "facts.json" in text


def test_the_cited_line_is_marked_and_the_bytes_are_shown():
    text = render_html(full_affidavit())
    assert "<mark>invoke-virtual {v0, v1}, Landroid/location/LocationManager;-&gt;getLastKnownLocation</mark>" in text
    assert "<code>6e20100021000c00</code>" in text
    assert "instruction at 0x0011" in text


def test_a_finding_says_grade_reason_search_and_owner():
    text = "".join(Page(render_html(full_affidavit())).text)
    assert "No data flow was computed" in text
    assert "2,311 decoded instructions of 1 dex file" in text
    assert re.search(r"Example Tracker\s+\(2 places\)", text)


def test_a_partial_affidavit_says_so_at_the_top():
    account = full_affidavit()
    partial = msgspec.structs.replace(account, manifest=msgspec.structs.replace(account.manifest, partial=True))
    assert "This affidavit is partial" in render_html(partial).split("<main>")[0]
    assert "This affidavit is partial" not in render_html(account)


def test_an_affidavit_of_nothing_is_still_a_page():
    empty = msgspec.structs.replace(full_affidavit(), facts=(), findings=(), limitations=(), excerpts={}, key_id="")
    page = Page(render_html(empty))
    check(page)
    text = "".join(page.text)
    assert "No rule was asked" in text
    assert "this affidavit is not signed" in text
    assert "No host name was found" in text


def test_deep_and_wide_proofs_are_bounded():
    deep = Proof("feature", True, "call: x")
    for _ in range(200):
        deep = Proof("and", True, children=(deep,))
    assert len(proof_lines(deep)) <= 61
    wide = Proof("or", True, children=(Proof("feature", True, "call: x"),) * 10_000)
    lines = proof_lines(wide)
    assert len(lines) == 61
    assert lines[-1].words == "further lines are in the bundle"


def test_a_finding_opens_a_bounded_number_of_places():
    account = full_affidavit()
    first = account.findings[0]
    places = tuple(msgspec.structs.replace(first.proof.children[0].places[0], offset=n) for n in range(100))
    proof = Proof("feature", True, "call: x", 5_000, (), places)
    made = render_html(msgspec.structs.replace(account, findings=(msgspec.structs.replace(first, proof=proof),)))
    assert made.partition('id="identity"')[0].count("<figure>") == PLACES
    assert f"{PLACES} places opened here; <code>findings.json</code> in the bundle lists 100" in made
    assert "the others are counted only" in made


def test_a_statement_that_rests_on_absence_names_no_places():
    account = full_affidavit()
    proof = Proof("not", True, children=(Proof("feature", False, "signing: v2"),))
    bare = msgspec.structs.replace(account.findings[0], proof=proof, who=())
    made = render_html(msgspec.structs.replace(account, findings=(bare,)))
    assert "rests on what is absent" in made
    assert "0 places" not in made


def test_a_permission_that_is_not_asked_for_is_said_beside_the_answer():
    account = full_affidavit()
    why = "the code is there; the manifest asks for none of the permissions that it needs (ACCESS_FINE_LOCATION)"
    lacking = msgspec.structs.replace(account.findings[0], why_not_higher=why)
    words = "the manifest asks for no permission that this needs"
    assert words in render_html(msgspec.structs.replace(account, findings=(lacking,)))
    assert words not in render_html(account)
