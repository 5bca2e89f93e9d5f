"""The matrix on a terminal and as a table: every cell, the provisions behind it, and no cell that runs as a formula."""

import csv
import io
import re

import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.matrix import matrix
from affidavit.law.register import register
from affidavit.model.determination import Outcome, Question
from affidavit.model.matrix import Matrix
from affidavit.report.chart_words import CONTESTED_MEANING
from affidavit.report.columns import cells_of
from affidavit.report.matrix import COLUMNS, render_app, render_matrix, render_matrix_csv
from affidavit.report.outcome_marks import MARKS

HOSTILE = "=cmd|\x1b[2J\u202e"


def made(on: str, known: str, place: str = "US", *apps: str) -> Matrix:
    return matrix(Resolver(register()), Question("", "", "", on, known, place), apps)


@pytest.fixture(scope="module")
def september() -> Matrix:
    return made("2020-09-21", "2020-09-18")


@pytest.fixture(scope="module")
def later() -> Matrix:
    return made("2025-12-10", "2025-12-10")


def row(page: str, start: str) -> list[str]:
    (line,) = [line for line in page.splitlines() if line.startswith(start)]
    return line.split()


def test_every_outcome_has_a_word_of_its_own():
    cells = {outcome: MARKS[outcome].cell for outcome in Outcome}
    assert len(set(cells.values())) == len(Outcome)
    assert max(map(len, cells.values())) <= 10


def test_a_cell_shows_the_outcome_of_an_app_and_act(september):
    page = render_matrix(september)
    assert row(page, "app_store_update") == ["app_store_update", "power", "barred", "barred"]
    assert row(page, "internet_hosting") == ["internet_hosting", "power", "announced", "barred"]
    assert row(page, "user_use") == ["user_use", "power", "excepted", "excepted"]


def test_apps_with_the_same_answers_share_a_column_and_are_named(september):
    page = " ".join(render_matrix(september).split())
    assert "[1] CapCut, Gauth, Hypic, Lark, Lemon8, Marvel Snap" in page


def test_the_provisions_behind_the_cells_and_the_words_are_explained(september):
    page = " ".join(render_matrix(september).split())
    for provision in {item.provision for cell in september.cells for item in cell.standings}:
        assert provision in page
    assert "power AUTHORITY_ONLY: a power only: nothing barred by it" in page
    assert "App by act, United States, on 2020-09-21, as known on 2020-09-18" in page


def test_apps_that_nothing_reaches_are_named_as_not_covered(september):
    page = " ".join(render_matrix(september).split())
    assert "NOT_COVERED for every act: Alipay, CamScanner, Kaspersky" in page
    assert re.search(r"\b\d+ measures of the register searched", page)


def test_columns_that_do_not_fit_follow_in_a_second_block(later):
    narrow, wide = render_matrix(later, width=80), render_matrix(later, width=120)
    assert narrow.count("\napp_store_update ") == 2
    assert wide.count("\napp_store_update ") == 1
    for page, width in ((narrow, 80), (wide, 120)):
        assert max(map(cells_of, page.splitlines())) <= width


def test_what_the_dates_mean_and_what_was_assumed_is_said(september):
    page = " ".join(render_matrix(made("2020-09-21", "2099-01-01"), assumed=("No --in was given.",)).split())
    assert "No --in was given." in page
    assert "The register was last updated on" in page
    assert "what was to be expected then" in " ".join(render_matrix(september).split())


def test_one_app_is_listed_act_by_act_with_provisions_and_roles():
    page = " ".join(render_app(made("2020-09-21", "2020-09-18", "US", "wechat")).split())
    assert "app_store_update barred wx-1 barred; eo13943/s1a power (confidence H)" in page
    assert "deliver updates: for app store, online marketplace" in page
    assert "Named by no measure on it, hence answered as any_with_operator: install_on_government_device" in page


def test_one_app_that_nothing_reaches_is_not_covered():
    page = " ".join(render_app(made("2019-01-01", "2019-01-01", "US", "wechat")).split())
    assert "NOT_COVERED for every act: WeChat." in page
    assert "Answer" not in page


def test_a_contested_answer_says_so():
    page = render_app(made("2026-02-01", "2026-02-01", "US", "tiktok"))
    assert "contested" in page


def test_a_contested_cell_is_marked_and_the_mark_explained(september):
    page = render_matrix(made("2026-02-01", "2026-02-01"))
    rows = [line.split() for line in page.splitlines() if line.startswith("app_store_update ")]
    assert [words[1:] for words in rows] == [["revoked", "lifted", "!", "barred"], ["barred", "lifted", "!", "revoked"]]
    flat = " ".join(page.split())
    assert "lifted: paf-1 !, paf-2 !" in flat
    assert "barred: paf-1, paf-2;" in flat
    assert f"! {CONTESTED_MEANING}" in flat
    app = " ".join(render_app(made("2026-02-01", "2026-02-01", "US", "tiktok")).split())
    assert (
        "app_store_update lifted ! tt-1 revoked; eo13942/s1a revoked; paf-1 lifted ! (confidence M; contested)" in app
    )
    assert f"! {CONTESTED_MEANING}" in app
    assert "contested" not in render_matrix(september)


def test_a_mark_never_makes_a_line_wider_than_the_page():
    found = made("2026-02-01", "2026-02-01")
    longest = max(Outcome, key=lambda item: len(MARKS[item].cell))
    cells = tuple(replace(cell, headline=longest, contested=True) for cell in found.cells)
    for width in (60, 80, 120):
        page = render_matrix(replace(found, cells=cells), width=width)
        assert max(map(cells_of, page.splitlines())) <= width
        assert "!" in page


def test_the_table_has_one_row_for_each_cell(later):
    text = render_matrix_csv(later)
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(later.cells) + 1
    assert text.endswith("\r\n")
    (found,) = [
        dict(zip(COLUMNS, one, strict=True)) for one in rows if one[:1] == ["tiktok"] and one[2] == "app_store_update"
    ]
    assert found["headline"] == "PROHIBITED_NOT_ENFORCED"
    assert found["actors"] == "app_store; online_marketplace"
    assert "paf-1=PROHIBITED_NOT_ENFORCED" in found["standings"]
    assert (found["on"], found["named"], found["contested"]) == ("2025-12-10", "yes", "no")


def test_no_text_runs_in_a_spreadsheet_or_steers_a_terminal(september):
    changed = replace(september, app_names=dict.fromkeys(september.app_names, HOSTILE), notes=(HOSTILE,))
    for one in csv.reader(io.StringIO(render_matrix_csv(changed))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in one)
    for page in (render_matrix(changed), render_matrix_csv(changed)):
        assert not {"\x1b", "\u202e"} & set(page)


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("day", ["2020-09-21", "2021-07-01", "2025-12-10"])
def test_every_cell_is_on_the_page_at_any_width(day, width):
    found = made(day, day)
    page = render_matrix(found, width=width)
    assert max(map(cells_of, page.splitlines())) <= width
    for cell in found.cells:
        if cell.named:
            rows = [line.split() for line in page.splitlines() if line.startswith(f"{cell.transaction} ")]
            assert any(MARKS[cell.headline].cell.split()[0] in words for words in rows)


def test_the_columns_of_all_blocks_together_are_the_apps_once_each(later):
    page = render_matrix(later, width=60)
    heads = [line.split() for line in page.splitlines() if line.startswith(" " * 30) and line[30:31].strip()]
    assert len(heads) > 1
    assert sorted(word for words in heads for word in words) == ["Kaspersky", "TikTok", "WeChat", "[1]", "[2]"]


def test_the_state_of_a_provision_is_told_with_the_cell_that_rests_on_it(september):
    page = render_matrix(september)
    told = " ".join(page[page.index("Every provision that reaches them") :].split())
    wechat = told[told.index("WeChat ") :]
    for cell in september.cells:
        if cell.app == "wechat":
            for name in cell.decisive:
                state = wechat.rindex(f"{MARKS[cell.headline].cell}: ", 0, wechat.index(name))
                assert ":" not in wechat[state + len(MARKS[cell.headline].cell) + 1 : wechat.index(name)]
