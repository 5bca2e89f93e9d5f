"""The timeline as text: within its width, readable without colour, and exact in its table."""

import re

import pytest

from affidavit.report.bitemporal_terminal import render_bitemporal
from affidavit.report.columns import cells_of
from affidavit.report.timeline_svg import render_timeline_svg
from affidavit.report.timeline_terminal import render_timeline
from tests.report.charts import crowded, hostile, nothing, real

COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("width", [60, 80, 100, 132])
@pytest.mark.parametrize("name", ["wechat", "tiktok", "tiktok*", "hostile", "crowded"])
def test_no_line_is_wider_than_the_page(name, width):
    made = {"hostile": hostile, "crowded": crowded}.get(name, lambda: (real(name), real(name, "bitemporal")))()
    for text in (render_timeline(made[0], width=width), render_bitemporal(made[1], width=width)):
        assert max(cells_of(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("name", ["wechat", "tiktok*"])
def test_colour_changes_nothing_but_colour(name):
    for render, shape in ((render_timeline, "timeline"), (render_bitemporal, "bitemporal")):
        plain = render(real(name, shape))
        assert "\x1b" not in plain
        coloured = render(real(name, shape), colour=True)
        assert "\x1b[34m" in coloured
        assert COLOUR.sub("", coloured) == plain


def test_hostile_words_stay_on_their_line():
    text = render_timeline(hostile()[0])
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    assert "\\u001b[31m\\u0000\\u202e" in text.replace("\n", "")


def test_every_provision_has_a_bar_and_every_change_its_date():
    lines = render_timeline(real("wechat")).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("us-doc-wechat-2020"))
    bars = [line.split()[0] for line in lines[start:] if re.match(r"\S+ +\.\.\.", line)]
    assert bars == ["wx-1", "wx-2", "wx-3", "wx-4", "wx-code", "wx-pay", "wx-7", "eo13943/s1a", "eo13943/s2"]
    axis = [match[1] for line in lines if (match := re.match(r"[ |]+(\d{4}-\d\d-\d\d)", line))]
    assert axis[:5] == ["2021-06-16", "2021-06-09", "2020-09-20", "2020-09-19", "2020-09-18"]


def test_a_date_stands_under_the_change_that_it_dates():
    lines = render_timeline(real("tiktok")).splitlines()
    bar = next(line for line in lines if line.startswith("tt-1 "))
    under = next(line for line in lines if line.strip().endswith("court block begins (tt-e5)"))
    column = under.index("2020-09-27 20:30")
    assert bar[column] != "."
    assert bar[:column].endswith("~")
    assert bar[column : column + 4] == "~=~="


def test_the_table_lists_the_segments_with_their_events():
    text = render_timeline(real("wechat"))
    table = text[text.index("wx-1, wx-2, wx-3, wx-4, wx-code, wx-pay") :]
    rows = re.findall(r"^(20\S+(?: \d\d:\d\d)?) +(\S+) +(.*?)  +(wx.*?),?$", table, re.MULTILINE)[:3]
    assert rows == [
        ("2020-09-18", "2020-09-19", "announced", "wx-e1"),
        ("2020-09-19", "2020-09-20", "announced, already", "wx-e1, wx-e2"),
        ("2020-09-20", "2021-06-09", "blocked by a court", "wx-e1, wx-e2"),
    ]
    assert "revoked, also rescinded" in table


def test_the_legend_explains_every_character_in_a_bar():
    lines = render_timeline(real("tiktok*")).splitlines()
    symbols = {line[0] for line in lines if len(line) > 5 and line[:3] == line[0] * 3 and line[3:5] == "  "}
    bars = [line for line in lines if re.match(r"\S+ +\.\.\.", line)]
    used = {char for line in bars for char in re.sub(r" [a-z][a-z, +]* ", "", line.split(maxsplit=1)[1])}
    assert used <= symbols
    assert {"#", "%", "=", "~", "+", "!"} <= symbols


def test_the_head_says_what_was_searched_known_and_left_out():
    text = " ".join(render_timeline(real("tiktok", known="2021-06-15")).split())
    assert "As known 2021-06-15: only what was public by the end of then." in text
    assert "Measures of US. Window: 2020-01-01 to 2021-12-31." in text
    assert "not to scale" in text
    assert "paf-1" not in text
    later = " ".join(render_timeline(real("tiktok")).split())
    assert re.search("Left out, not announced or already ended during the whole window: .*paf-1", later)


def test_nothing_to_draw_is_said_with_what_was_searched():
    text = render_timeline(nothing()[0])
    assert "No provision about Marvel Snap that bars or empowers was found to draw" in " ".join(text.split())


def test_too_many_changes_leave_the_table():
    text = render_timeline(crowded(24)[0], width=60)
    assert "More changes than fit into this width; see the table." in text
    assert text.count("expired") >= 24


@pytest.mark.parametrize("render", [render_timeline, render_timeline_svg])
def test_no_form_names_a_place_whose_measures_came_later(render):
    text = render(real("tiktok*", known="2020-09-18"))
    assert "Measures of IN, US." in text
    assert not any(code in text for code in ("US-MT", "US-VA", "CA, EU", "GB"))
