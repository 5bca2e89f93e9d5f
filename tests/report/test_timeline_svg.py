"""The timeline as a picture: whole, still, safe, the same each time, and with nothing written over anything else."""

import re
from datetime import datetime
from itertools import pairwise

import pytest

from affidavit.law.history import timeline
from affidavit.model.determination import Outcome
from affidavit.report.bitemporal_svg import bitemporal_scene, render_bitemporal_svg
from affidavit.report.chart_scene import Box, fold_text, in_box, text_width
from affidavit.report.chart_time import axis, length, runs, statement
from affidavit.report.outcome_marks import MARKS, Look
from affidavit.report.timeline_svg import render_timeline_svg, timeline_scene
from tests.builders.law import whole
from tests.report.charts import crowded, hostile, nothing, outside, parsed, real, touching

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "style", "defs", "pattern", "path", "circle", "rect", "g", "line", "text"}
REAL = ["wechat", "tiktok", "wechat*", "tiktok*", "capcut*", "kaspersky-av*"]


def drawings() -> dict[str, str]:
    """Every picture that these tests know, drawn."""
    timelines = {name: render_timeline_svg(real(name)) for name in REAL}
    planes = {f"{name} both": render_bitemporal_svg(real(name, "bitemporal")) for name in REAL}
    first, second = hostile()
    return timelines | planes | {"hostile": render_timeline_svg(first), "hostile both": render_bitemporal_svg(second)}


@pytest.mark.parametrize("name", [*REAL, "hostile", *(f"{name} both" for name in REAL), "hostile both"])
def test_a_picture_is_whole_xml_that_runs_and_fetches_nothing(name):
    drawn = drawings()[name]
    root = parsed(drawn)
    assert {item.tag.removeprefix(SVG) for item in root.iter()} <= ALLOWED
    for item in root.iter():
        assert not [key for key in item.attrib if key.startswith("on") or "href" in key]
        assert all(re.fullmatch(r"url\(#[a-z]+\)", found) for found in re.findall(r"url\([^)]*\)", str(item.attrib)))
    style = root.findtext(f"{SVG}style")
    assert "url" not in style
    assert "@" not in style
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_a_picture_tells_a_screen_reader_what_it_is():
    root = parsed(render_timeline_svg(real("wechat")))
    assert root.attrib["role"] == "img"
    labelled = [root.find(f"{SVG}*[@id='{name}']").text for name in root.attrib["aria-labelledby"].split()]
    assert labelled[0] == "WeChat: its provisions over time"
    assert "not to scale" in labelled[1]
    assert "With everything that the register holds" in labelled[1]


def test_hostile_words_stay_words():
    drawn = render_timeline_svg(hostile()[0])
    assert "<script" not in drawn
    assert not re.search("[\x00-\x08\x1b\u202e]", drawn)
    titles = [item.text for item in parsed(drawn).iter(f"{SVG}title")]
    assert any("<script>alert(1)</script>\\u001b[31m\\u0000\\u202e" in text for text in titles)
    assert "{{ 7 * 7 }}" in drawn


@pytest.mark.parametrize("name", REAL)
def test_no_label_touches_another_or_leaves_the_picture(name):
    scene = timeline_scene(real(name))
    assert touching(scene) == []
    assert outside(scene) == []


def test_no_label_touches_another_with_what_was_known_on_a_day():
    for known in ("2020-08-07", "2020-09-18", "2020-09-27", "2021-06-15"):
        assert touching(timeline_scene(real("tiktok", known=known))) == []


def test_a_picture_grows_with_its_provisions():
    few, many = (timeline_scene(crowded(count)[0]) for count in (6, 24))
    assert many.height > few.height
    assert many.width > few.width
    assert touching(many) == []
    assert outside(many) == []


def test_the_same_history_gives_the_same_bytes():
    assert drawings() == drawings()


def test_each_bar_says_exactly_what_it_means():
    titles = [item.text for item in parsed(render_timeline_svg(real("wechat"))).iter(f"{SVG}title")]
    assert "wx-1: blocked by a court, from 2020-09-20 up to 2021-06-09; by wx-e1, wx-e2" in titles
    assert any(
        text.startswith("wx-1: announced, not yet in force, already blocked, from 2020-09-19") for text in titles
    )
    assert any(text.startswith("wx-1: ended: revoked, also rescinded, from 2021-06-16 on") for text in titles)


def test_the_acts_below_a_name_have_the_summary_as_their_title():
    scene = timeline_scene(real("wechat"))
    about = {label.text: label.whole for label in scene.labels if label.whole}
    assert about["evasion"] == "Evasion, attempts and conspiracy are barred."
    assert about["internet hosting"].startswith("No hosting")
    assert "also rescinded as of this day (wx-e8)" in {label.text for label in scene.labels}


def test_bars_of_one_provision_join_along_the_axis():
    scene = timeline_scene(real("tiktok"))
    bars = [box for box in scene.boxes if box.statement.startswith("tt-1:")]
    assert len(bars) == 6
    for one, two in pairwise(bars):
        assert one.x + one.width == pytest.approx(two.x, abs=0.11)


def test_as_known_on_the_day_of_the_list_the_bars_end_barred():
    scene = timeline_scene(real("wechat", known="2020-09-18"))
    assert "As known 2020-09-18: only what was public by the end of then." in scene.description
    last = [box for box in scene.boxes if box.statement.startswith("wx-1:")][-1]
    assert last.look.outcome is Outcome.PROHIBITED


def test_an_app_without_provisions_gets_a_sentence_that_says_what_was_searched():
    scene = timeline_scene(nothing()[0])
    assert not scene.boxes
    assert (
        "No provision about Marvel Snap that bars or empowers was found to draw. Measures of IN." in scene.description
    )
    parsed(render_timeline_svg(nothing()[0]))


def test_what_a_window_leaves_out_is_named_even_if_nothing_is_left():
    made = timeline(whole(), "wechat", ["US"], since="2024-01-01")
    assert not made.tracks
    assert "wx-pay" in timeline_scene(made).description


def test_every_outcome_has_its_own_looks_in_grey_and_on_a_terminal():
    assert set(MARKS) == {*Outcome, None}
    assert len({mark.symbol for mark in MARKS.values()}) == len(MARKS)
    assert len({mark.word for mark in MARKS.values()}) == len(MARKS)
    shown = [(MARKS[item].fill, MARKS[item].pattern) for item in MARKS]
    assert len(set(shown)) == len(shown)
    bright = {(round(_grey(fill) / 24), pattern) for fill, pattern in shown if fill != "#ffffff"}
    assert len(bright) >= len(shown) - 3, "what looks the same in grey differs by its label"


def _grey(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_an_axis_keeps_order_and_gives_short_stretches_room():
    at = [datetime.fromisoformat(f"2020-09-{day}T00:00:00+00:00") for day in (18, 19, 20)]
    later = datetime.fromisoformat("2021-06-09T00:00:00+00:00")
    made = axis([later, *at], 10, before=20, step=30, growth=15, after=50)
    assert made.breaks == (*at, later)
    widths = [two - one for one, two in zip(made.edges, made.edges[1:], strict=False)]
    assert widths[0] == 20
    assert widths[-1] == 50
    assert all(30 < width < 80 for width in widths[1:-1])
    assert widths[3] > widths[2]
    assert made.place(at[1]) == made.edges[2]
    assert axis(at, 0, before=1, step=1, growth=1, after=1, least=500).edges[-1] == pytest.approx(500, abs=0.2)
    assert axis([], 5, before=1, step=1, growth=1, after=7).span(None, None) == (5, 12)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2020-01-01T00:00", "2020-01-01T00:20", "20 min"),
        ("2020-01-01T00:00", "2020-01-01T03:29", "3 h"),
        ("2020-01-01T00:00", "2020-01-09T00:00", "8 d"),
        ("2020-01-01T00:00", "2020-10-01T00:00", "9 mo"),
        ("2020-01-01T00:00", "2023-07-01T00:00", "3.5 y"),
    ],
)
def test_lengths_are_said_in_few_letters(start, end, said):
    assert length(datetime.fromisoformat(start), datetime.fromisoformat(end)) == said


def test_a_label_stands_in_a_box_only_where_it_fits():
    look = Look(Outcome.PROHIBITED_NOT_ENFORCED, (), blocked=False)
    assert in_box(Box(0, 0, 300, 24, look, "")).text == "barred, not enforced"
    assert in_box(Box(0, 0, 100, 24, look, "")).text == "not enforced"
    assert in_box(Box(0, 0, 20, 24, look, "")) is None
    assert in_box(Box(0, 0, 20, 300, look, "")).turn == -90
    assert in_box(Box(0, 0, 300, 24, Look(None, (), blocked=False), "")) is None


def test_folded_text_stays_within_its_width():
    text = "a few words and anextremelylongwordthatfitsnowhere at all"
    lines = fold_text(text, 80)
    assert all(text_width(line) <= 80 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_contested_standing_says_so():
    made = real("tiktok*")
    track = next(item for item in made.tracks if item.provision == "paf-1")
    last = runs(track.segments, made.scope)[-1]
    assert last.look.words[0] == "lifted, contested"
    assert "contested" in statement(last, made.scope.words)
    assert any(box.look.contested for box in bitemporal_scene(real("tiktok*", "bitemporal")).boxes)
