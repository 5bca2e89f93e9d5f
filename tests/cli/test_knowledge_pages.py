"""The page of a measure: what it holds is there to read, and what a file says cannot write on the terminal."""

from pathlib import Path

import pytest

from affidavit.cli.catalogue import KINDS, called, things
from affidavit.cli.measure_page import measure_page
from affidavit.law.lint import read
from affidavit.law.register import Register, register
from tests.builders.measures import CHILD, PARENT, Files, small_register, write_register


def small(folder: Path, files: Files) -> Register:
    """The register that files make."""
    draft, problems = read(write_register(folder, files))
    assert not problems
    return Register(
        draft.measures.values(),
        vocabulary=draft.words,
        jurisdictions=draft.jurisdictions,
        apps=draft.apps,
        organisations=draft.organisations,
        sources=draft.shared,
    )


def page(folder: Path, files: Files, measure: str = "us-list", width: int = 80, *, colour: bool = False) -> str:
    known = small(folder, files)
    return measure_page(known.measures[measure], known, width=width, colour=colour)


def test_everything_that_a_measure_says_is_on_its_page(tmp_path):
    files = small_register()
    files[CHILD] |= {
        "cite_note": "never cite the other number",
        "note": "a note on the whole",
        "absent": "the annex, which nobody saw",
        "limits": {"parties": "business_to_business_only", "territory": "inside the borders", "sources": ["ORDER"]},
        "unverified": ["its number"],
    }
    files[CHILD]["conditions"][0] |= {"decision_maker": "the court", "outcome": "nothing recorded"}
    files[CHILD]["exceptions"][0]["context"] = {"purpose": ["research", "teaching"]}
    files[CHILD]["events"][1] |= {"grounds": "serious questions", "contested": True, "note": "a note on the event"}
    folded = " ".join(page(tmp_path, files).split())
    for text in (
        "jurisdiction United States (US)",
        "rests on us-order (An order)",
        "targets Chat",
        "limits business to business only; inside the borders",
        "never cite the other number",
        "the annex, which nobody saw",
        "list-1 prohibition: No updates. who: app_store acts: app_store_update [DOCKET; high confidence]",
        "due: promptly",
        "only where purpose is research or teaching only for list-1",
        "test: event decided by: the court due: 2020-11-12 outcome: nothing recorded",
        "court-1 A v. B, A court",
        "grounds: serious questions note: a note on the event contested",
        "replaces: l-4",
        "bears on: list-1, list-x matters from: 2020-09-20",
        "its number list-2 its wording list-2 due: low confidence",
    ):
        assert text in folded


def test_a_measure_without_a_part_has_no_heading_for_it(tmp_path):
    text = page(tmp_path, small_register(), "us-order")
    assert [line for line in text.splitlines() if line and line[0] != " "] == [
        "An order",
        "us-order",
        "Provisions",
        "Events, in the order in which they became public",
    ]
    assert "due: 2020-09-20 (45 days after 2020-08-06)" in text


def test_events_stand_in_the_order_in_which_they_became_public(tmp_path):
    files = small_register()
    files[CHILD]["events"].reverse()
    text = page(tmp_path, files)
    assert text == page(tmp_path, small_register())
    places = [text.index(f"\n  l-{number} ") for number in range(1, 7)]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_page_keeps_to_its_width(tmp_path, width):
    files = small_register()
    files[PARENT]["provisions"][0]["summary"] = "word " * 200 + "x" * 300
    assert max(map(len, page(tmp_path, files, "us-order", width).splitlines())) <= width


def test_colour_adds_styles_and_nothing_else(tmp_path):
    plain, styled = page(tmp_path, small_register()), page(tmp_path, small_register(), colour=True)
    assert "\x1b[1m" in styled
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m"):
        styled = styled.replace(code, "")
    assert styled == plain


def test_hostile_text_is_shown_as_escapes(tmp_path):
    files = small_register()
    hostile = "\u202eevil\u200b\u0085"
    for name in ("title", "cite", "note", "absent", "cite_note"):
        files[CHILD][name] = hostile
    files[CHILD]["authority"] = [hostile]
    files[CHILD]["dates"] = {hostile: "2020-09-18"}
    files[CHILD]["provisions"][0]["summary"] = hostile
    files[CHILD]["events"][0] |= {"by": hostile, "what": hostile, "note": hostile}
    text = page(tmp_path, files)
    assert not set(hostile[0] + hostile[5:]) & set(text)
    assert "\\u202eevil\\u200b" in text


def test_every_kind_has_things_with_ids_and_titles():
    for kind in KINDS:
        found = things(kind)
        assert found, kind
        assert all(item.kind == kind and item.id and item.title for item in found), kind


def test_a_thing_is_found_by_its_id_whatever_its_kind():
    for kind in KINDS:
        first = things(kind)[0]
        assert first in called(first.id)
    assert [item.kind for item in called("wx-e2")] == ["events"]
    assert called("no-such-thing") == []


def test_words_without_an_explanation_say_what_uses_them():
    (word,) = called("injunction_granted")
    events = [event.id for event, _ in register().events.values() if event.type == "injunction_granted"]
    assert word.value == {"used_by": events}
    assert word.title == f"used {len(events)} times"
