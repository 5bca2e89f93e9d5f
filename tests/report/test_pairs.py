"""A pair of classes for a person: rarest things first, what speaks against it in shares, nothing that hides."""

import pytest
from msgspec.structs import replace

from affidavit.identity.code.evidence import facts_of
from affidavit.model.code_identity import ClassPair, SharedToken
from affidavit.model.place import Place
from affidavit.report.columns import Page, cells_of
from affidavit.report.pairs import against, pair_of, rows, speaks, telling, told, write
from affidavit.report.source_names import SourceNames
from affidavit.report.whose import APPS
from tests.builders.known_code import compared_by_hand
from tests.report.accounts import PAYLOADS

FOUND = [(fact, fact.what) for fact in facts_of(compared_by_hand()) if isinstance(fact.what, ClassPair)]
PAIR = FOUND[0][1]


def paper(found=FOUND, width: int = 80) -> str:
    page = Page(width, colour=False)
    write(page, found, SourceNames())
    return page.text()


def test_a_pair_shows_both_classes_what_they_have_and_what_speaks_against_it():
    app, library, both, good, bad = next(rows([pair_of(*FOUND[0], {})]))
    assert (app, library) == ("La/A;", "Lcom/tencent/mm/opensdk/A; (2.0)")
    assert 'string "speaks of 1"' in both
    assert "2 of 2 neighbours agree" in good
    assert bad == "nothing"


def test_what_speaks_against_it_is_said_in_shares():
    doubted = replace(PAIR, shared=30, foreign=10, missing=90, agree=1, neighbours=3)
    assert against(doubted) == (
        "10 (25 %) of the app's class foreign to the library's; 90 (75 %) of the library's missing; "
        "2 neighbours elsewhere in the library"
    )
    assert "no neighbour paired" in speaks(replace(PAIR, agree=0, neighbours=0))


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("string", "(I)V", '"(I)V"'),
        ("call", "Lx/A;->b(I)V", "A.b(int)"),
        ("calls", "Lx/A;->b(I)V, then Ly/C;->d()Z", "A.b(int), then C.d(): boolean"),
        ("field", "Lx/A;->b:[I", "A.b: int[]"),
        ("type", "Lx/A;", "x.A"),
        ("super", "inherits from Lx/A;", "inherits from x.A"),
        ("override", "overrides b(J)V", "overrides b(long)"),
        ("literal", "7 (0x7)", "7 (0x7)"),
        ("call", "broken", "broken"),
    ],
)
def test_things_are_written_as_programmers_write_them(form, text, said):
    assert told(SharedToken(form, text, 1)) == said


def test_few_of_one_kind_are_shown_the_rarest_first():
    many = [SharedToken("literal", str(row), row) for row in range(9)] + [SharedToken("string", "s", 20)]
    assert [item.text for item in telling(many)] == ["0", "1", "2", "s"]


def test_all_pairs_stand_in_one_table_before_the_first_is_opened():
    said = paper()
    table, _, rest = said.partition("evidence first.")
    assert [line.split()[:3] for line in table.splitlines()[2:6]] == [[f"{rank}.", "100", "%"] for rank in range(1, 5)]
    assert "against: nothing" in rest


def test_a_class_that_kept_its_name_is_named_once():
    fact, pair = FOUND[0]
    kept = replace(pair, app_class=pair.library_class)
    assert "com.tencent.mm.opensdk.A, name kept (2.0)" in paper([(fact, kept)])


@pytest.mark.parametrize("width", [60, 120])
def test_no_text_of_an_app_leaves_its_line(width):
    fact, pair = FOUND[0]
    for payload in PAYLOADS:
        token = SharedToken("string", payload, 1, 0, Place("x", 3))
        said = paper([(fact, replace(pair, app_class=payload, tokens=(token,) * 2, versions=(payload,)))], width)
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert max(map(cells_of, said.splitlines())) <= width


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Lx/A;->b(I)V", "A.b(int)"),
        ("Lx/A;->b(Ljava/ut…(+48)", "A.b…"),
        ("Lx/A;->na…(+9)", "A.na…"),
        ("Lx/pack/Cl…(+57)", "x.pack.Cl…"),
        ("Lx/A;->b(I)V, then Lx/B;->c…(+1)", "A.b(int), then B.c…"),
    ],
)
def test_what_was_cut_off_is_not_read_as_if_it_were_whole(text, said):
    assert told(SharedToken("calls", text, 1)) == said


def test_two_apps_are_called_apps_and_what_no_library_has_is_said_to_be_so():
    doubted = replace(PAIR, rarest=0, foreign=1, missing=1, agree=1, neighbours=3)
    assert "the rarest in no known family" in speaks(doubted)
    said = against(doubted, APPS)
    assert "first app's class foreign to the second app's" in said
    assert "2 neighbours elsewhere in the second app" in said
    assert "library" not in said
