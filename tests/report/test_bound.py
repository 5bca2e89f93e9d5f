"""What ties a reviewed file to listed apps: every mark with evidence and grade; an absence says what was compared."""

from msgspec.structs import replace

from affidavit.model.binding import LawRecord
from affidavit.report.bound import render_bindings
from affidavit.report.columns import cells_of
from tests.builders.affidavits import small_affidavit


def test_every_mark_is_shown_with_its_kind_grade_facts_and_source():
    account = small_affidavit()
    page = " ".join(render_bindings(account).split())
    for item in account.law.bindings:
        assert f"{item.app}: " in page
        assert f"{item.mark}, grade {item.grade} ({item.relation})" in page
        assert all(fact in page for fact in item.facts)
        assert f"mark known from {item.source} (confidence {item.confidence})" in page
    assert "31 facts" in page
    assert account.manifest.artefact.sha256 in page


def test_what_was_compared_and_what_can_hide_a_mark_comes_first():
    page = " ".join(render_bindings(small_affidavit()).split())
    assert page.index("Marks of 2 listed apps were compared") < page.index(
        "Marks may be hidden by: code/undecoded-method"
    )
    assert page.index("Marks may be hidden by") < page.index("Marks of listed apps found in it")


def test_a_file_without_marks_says_that_this_is_no_proof_of_absence():
    account = small_affidavit()
    none = replace(account, law=LawRecord(searched="marks of 2 listed apps were compared with 0 package names"))
    page = " ".join(render_bindings(none).split())
    assert "No mark of a listed app was found. This says what was compared" in page
    assert "Marks of listed apps were not compared." in " ".join(
        render_bindings(replace(account, law=LawRecord())).split()
    )


def test_text_of_a_bundle_cannot_steer_the_terminal():
    page = render_bindings(small_affidavit(), width=60)
    assert not {"\x1b", "\u202e", "\u200b"} & set(page)
    assert max(map(cells_of, page.splitlines())) <= 80


def test_more_marks_than_a_register_has_are_counted():
    account = small_affidavit()
    item = account.law.bindings[0]
    page = render_bindings(replace(account, law=replace(account.law, bindings=(item,) * 100_000)))
    assert page.count(f"{item.app}: ") == 500
    assert "99,500 more marks in --format json." in page
    assert "more mark" not in render_bindings(account)
