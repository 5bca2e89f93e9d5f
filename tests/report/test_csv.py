"""The table opens in a spreadsheet that evaluates nothing of it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.csv import COLUMNS, neutral, render_csv
from tests.report.accounts import PAYLOADS, full_affidavit, poisoned

LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows(account):
    return list(csv.reader(io.StringIO(render_csv(account), newline=""), strict=True))


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\\u0009=1"),
        ("\r=1", "'\\u000d=1"),
        ("  =1", "'  =1"),
        ("\u3000=1", "'\u3000=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\ufe661", "'\ufe661"),
        ("\u2003=1", "'\u2003=1"),
        ("x;=1", "x;'=1"),
        ('x; "=1', "x; \"'=1"),
        ("x;-1;+1", "x;'-1;'+1"),
        ("La/B;->m()V", "La/B;->m()V"),
        ("->m", "'->m"),
        ("\u200b=1", "\\u200b=1"),
        ("a=b", "a=b"),
        ("'=quoted already", "'=quoted already"),
        ("<init>()V", "<init>()V"),
    ],
)
def test_formulas_are_neutralised_and_other_cells_left_alone(cell, made):
    assert neutral(cell) == made


@given(st.text(max_size=30) | st.builds(str.__add__, st.sampled_from(LEADS), st.text(max_size=10)))
def test_no_cell_starts_a_formula_or_spans_lines(cell):
    made = neutral(cell)
    assert not made.lstrip(" \u00a0\u3000").startswith(LEADS)
    assert not set(made) & set("\r\n\t\x00")


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_moves_no_cell(name):
    plain, made = rows(full_affidavit()), rows(poisoned(full_affidavit(), PAYLOADS[name]))
    assert {len(row) for row in made} == {len(COLUMNS)}
    assert sum(row[0] == "fact" for row in made) == sum(row[0] == "fact" for row in plain)
    assert not [cell for row in made for cell in row if cell.startswith(LEADS)]


def test_each_limitation_finding_and_fact_is_there():
    account = full_affidavit()
    made = [dict(zip(COLUMNS, row, strict=True)) for row in rows(account)[1:]]
    assert {row["id"] for row in made if row["row"] == "fact"} == {fact.id for fact in account.facts}
    assert {row["id"] for row in made if row["row"] == "finding"} == {finding.rule for finding in account.findings}
    assert sum(row["row"] == "limitation" for row in made) == len(account.limitations)
    assert [row["row"] for row in made] == sorted(
        (row["row"] for row in made), key=["limitation", "finding", "fact"].index
    )


def test_a_finding_has_one_row_for_each_place_with_its_offset():
    made = [dict(zip(COLUMNS, row, strict=True)) for row in rows(full_affidavit())]
    cited = [row for row in made if row["id"] == "location/last-known"]
    assert [(row["entry"], row["offset"], row["pc"]) for row in cited] == [
        ("AndroidManifest.xml", "120", ""),
        ("classes.dex", "4242", "17"),
        ("classes.dex", "5120", ""),
    ]
    assert {row["answer"] for row in cited} == {"shown"}
    assert "Example Tracker (2)" in cited[0]["who"]


def test_lines_end_as_rfc_4180_has_them():
    text = render_csv(full_affidavit())
    assert text.count("\r\n") == text.count("\n")
