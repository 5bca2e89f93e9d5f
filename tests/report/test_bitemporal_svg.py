"""The bitemporal picture: the right looks at every place, a straight diagonal, and no label over another."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.dates import FOREVER
from affidavit.law.fold import View, fold
from affidavit.report.bitemporal_rows import breaks_of, rows, subtitle
from affidavit.report.bitemporal_svg import bitemporal_scene, render_bitemporal_svg
from affidavit.report.chart_time import when
from tests.builders.law import whole
from tests.report.charts import crowded, nothing, outside, parsed, real, touching

NAMES = ["wechat", "tiktok", "wechat*", "tiktok*"]


@pytest.mark.parametrize("name", NAMES)
def test_no_label_touches_another_or_leaves_the_picture(name):
    scene = bitemporal_scene(real(name, "bitemporal"))
    assert touching(scene) == []
    assert outside(scene) == []


@pytest.mark.parametrize("name", ["wechat", "tiktok"])
def test_the_diagonal_crosses_no_word_of_the_listed_provisions(name):
    scene = bitemporal_scene(real(name, "bitemporal"))
    for line in (item for item in scene.rules if item.style == "diagonal"):
        crossed = [
            label.text
            for label in scene.labels
            if label.style == "inside" and label.turn == 0 and line.y2 < label.y < line.y1
            and label.left < line.x1 + line.y1 - label.y + 4 < label.left + label.width
        ]  # fmt: skip
        assert not crossed


def test_many_dates_still_have_room():
    scene = bitemporal_scene(crowded(24)[1])
    assert touching(scene) == []
    assert outside(scene) == []


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_place_in_the_picture_has_the_outcome_of_the_fold(data):
    """Any day asked about and any state of knowledge, through rows and runs, as the picture is made of them."""
    made = real(data.draw(st.sampled_from(NAMES)), "bitemporal")
    plane = data.draw(st.sampled_from(made.planes))
    shown = rows(plane, made.scope)
    breaks = breaks_of(shown)
    near = st.sampled_from([timedelta(seconds=-1), timedelta(0), timedelta(days=1)])
    on, known = (data.draw(st.sampled_from(breaks)) + data.draw(near) for _ in range(2))
    row = next((item for item in shown if _within(known, item.start, item.end)), None)
    run = next(item for item in row.runs if _within(on, item.start, item.end)) if row else None
    folded = fold(
        whole().paths[plane.provisions[0]],
        View(int(on.timestamp()), int(known.timestamp()), FOREVER, made.scope.app),
    )
    assert (run.look.outcome if run else None) == (folded.outcome if folded else None)
    if folded and run:
        assert run.look.blocked == folded.blocked
        assert list(run.look.ends) == [reason for _, _, reason in folded.ends]


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= at) and (end is None or at < end)


@pytest.mark.parametrize("name", NAMES)
def test_the_diagonal_meets_every_date_of_both_axes(name):
    scene = bitemporal_scene(real(name, "bitemporal"))
    diagonals = [item for item in scene.rules if item.style == "diagonal"]
    assert len(diagonals) == len(real(name, "bitemporal").planes)
    for line in diagonals:
        assert line.x2 - line.x1 == pytest.approx(line.y1 - line.y2)
        inside = [
            item for item in scene.rules
            if item.style == "grid" and all(line.y2 - 10 <= y <= line.y1 + 10 for y in (item.y1, item.y2))
        ]  # fmt: skip
        across = sorted(item.x1 - line.x1 for item in inside if item.x1 == item.x2)
        upwards = sorted(line.y1 - item.y1 for item in inside if item.y1 == item.y2)
        assert across == pytest.approx(upwards)


def panel(name: str, provision: str) -> list[tuple[str, str]]:
    """The statements of a provision's boxes, each with the words in short."""
    scene = bitemporal_scene(real(name, "bitemporal"))
    return [
        (box.look.word, box.statement) for box in scene.boxes if f"{provision}, " in box.statement.split(";")[0] + ", "
    ]


def test_wechat_shows_what_was_known_from_one_day_to_the_next():
    said = panel("wechat", "wx-1")
    barred = [text for word, text in said if word == "barred"]
    assert len(barred) == 1
    assert "as known from 2020-09-18 up to 2020-09-19: barred, from 2020-09-20 23:59 on" in barred[0]
    blocked = [text for word, text in said if word == "blocked by a court"]
    assert "as known from 2020-09-19 up to 2021-06-09: blocked by a court, from 2020-09-20 on" in blocked[0]
    rescinded = [text for word, text in said if word == "revoked, also rescinded"]
    assert len(rescinded) == 1
    assert "as known from 2021-06-21 on: ended: revoked, also rescinded, from 2021-06-16 on" in rescinded[0]
    scene = bitemporal_scene(real("wechat", "bitemporal"))
    assert any("rescinded by US-Commerce (wx-e8)" in label.text for label in scene.labels)


def test_tiktok_shows_that_its_first_item_was_put_off():
    starts = [text for word, text in panel("tiktok", "tt-1") if word == "barred"]
    assert len(starts) == 2
    assert "as known from 2020-09-18 up to 2020-09-19: barred, from 2020-09-20 23:59 on" in starts[0]
    assert "as known from 2020-09-19 up to 2020-09-27 20:30: barred, from 2020-09-28 00:59 on" in starts[1]


@pytest.mark.parametrize("name", ["wechat", "tiktok", "tiktok*"])
def test_panels_stand_in_the_order_of_the_history(name):
    made = real(name, "bitemporal")
    headings = [", ".join(plane.provisions) for plane in made.planes]
    drawn = [label.text for label in bitemporal_scene(made).labels if label.text in headings]
    assert drawn == headings


def test_each_panel_says_below_its_heading_what_it_is_about():
    labels = bitemporal_scene(real("wechat", "bitemporal")).labels
    below = {one.text: two for one, two in pairwise(labels) if one.style == "strong"}
    assert below["eo13943/s2"].text == "Evasion, attempts and conspiracy are barred."
    group = below["wx-1, wx-2, wx-3, wx-4, wx-code, wx-pay"]
    assert group.text.startswith("wx-1 app store distribution, app store update; wx-2 internet hosting; wx-3 cdn;")
    assert group.whole.endswith("wx-pay payment service")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_panel_is_about_takes_two_lines_at_most_and_is_whole_in_its_title(name):
    made = real(name, "bitemporal")
    scene = bitemporal_scene(made)
    for plane in made.planes:
        lines = [label for label in scene.labels if label.whole == subtitle(plane)]
        assert lines
        same = [other for other in made.planes if subtitle(other) == subtitle(plane)]
        assert len(lines) <= 2 * len(same)
        shown = " ".join(label.text for label in lines[: len(lines) // len(same)])
        assert subtitle(plane).startswith(shown.removesuffix(" …"))


def test_what_is_too_long_is_cut():
    made = real("wechat", "bitemporal")
    long = replace(made.planes[-1], summaries=("word " * 150,))
    made = replace(made, planes=(long,))
    lines = [label for label in bitemporal_scene(made).labels if label.whole]
    assert len(lines) == 2
    assert lines[1].text.endswith(" …")
    assert outside(bitemporal_scene(made)) == []


def test_a_second_end_is_not_told_as_another_loss_of_force():
    texts = [label.text for label in bitemporal_scene(real("wechat", "bitemporal")).labels]
    assert texts.count("loses force (wx-e7)") == 2
    assert texts.count("also rescinded as of this day (wx-e8)") == 2
    assert "loses force (wx-e8)" not in texts


def test_both_axes_are_named_in_plain_words():
    texts = {label.text for label in bitemporal_scene(real("wechat", "bitemporal")).labels}
    assert {"the day asked about →", "what was public by ↑", "dashed: as then known", "not announced yet"} <= texts


def test_layers_that_look_the_same_are_one_row():
    made = real("tiktok", "bitemporal")
    plane = next(item for item in made.planes if item.provisions == ("tt-1",))
    assert len(plane.layers) > len(rows(plane, made.scope))
    for one, two in zip(rows(plane, made.scope), rows(plane, made.scope)[1:], strict=False):
        assert one.end == two.start
        assert [run.look for run in one.runs] != [run.look for run in two.runs] or one.runs != two.runs


def test_a_window_cuts_both_axes():
    made = real("tiktok", "bitemporal")
    for plane in made.planes:
        breaks = breaks_of(rows(plane, made.scope))
        assert when(made.scope.since) < breaks[0]
        assert breaks[-1] <= when(made.scope.until)


def test_nothing_to_draw_is_said():
    made = nothing()[1]
    assert (
        "No provision about Marvel Snap that bars or empowers was found to draw. Measures of IN."
        in bitemporal_scene(made).description
    )
    parsed(render_bitemporal_svg(made))
