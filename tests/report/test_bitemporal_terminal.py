"""The bitemporal picture as text: one line for each state of knowledge, the latest first."""

import re
from itertools import pairwise

from affidavit.report.bitemporal_rows import breaks_of, rows
from affidavit.report.bitemporal_terminal import render_bitemporal
from tests.report.charts import crowded, hostile, nothing, real


def field(name: str, provision: str) -> list[str]:
    """The lines of the field of one panel."""
    lines = render_bitemporal(real(name, "bitemporal")).splitlines()
    start = next(place for place, line in enumerate(lines) if re.match(rf"{provision}(,|$)", line))
    stop = next(place for place in range(start, len(lines)) if lines[place].startswith("  before"))
    return [line for line in lines[start : stop + 1] if re.match(r"(\S \d{4}|  before)", line)]


def test_wechat_reads_from_the_day_of_the_list_to_the_rescission():
    lines = field("wechat", "wx-1")
    assert [line[2:18].strip() for line in lines] == [
        "2021-06-21", "2021-06-16", "2021-06-09", "2020-09-20 23:59", "2020-09-20", "2020-09-19", "2020-09-18", "before"
    ]  # fmt: skip
    first_day, second_day = lines[-2], lines[-3]
    assert first_day.endswith("#")
    assert "#" not in second_day
    assert second_day.endswith("=")
    assert re.search(r"r+s", lines[0])
    assert not any("s" in line for line in lines[1:])


def test_the_brackets_lie_on_the_diagonal():
    for name, provision in (("wechat", "wx-1"), ("tiktok", "tt-1"), ("tiktok", "tt-2"), ("wechat", "eo13943/s2")):
        lines = field(name, provision)
        columns = [line.index("[") for line in reversed(lines)]
        steps = {two - one for one, two in pairwise(columns)}
        assert len(steps) == 1
        assert columns[0] == 20
        assert {len(line) for line in lines} == {20 + len(lines) * steps.pop()}


def test_every_letter_has_its_date_and_what_happened():
    text = render_bitemporal(real("wechat", "bitemporal"))
    panel = text[text.index("wx-1, wx-2") : text.index("\nwx-7\n")]
    assert re.search(r"^a  2020-09-18 +identified by US-Commerce \(wx-e1\)$", panel, re.MULTILINE)
    assert re.search(r"^b  2020-09-19 +injunction granted.*wx-e2", panel, re.MULTILINE)
    assert re.search(r"^f  2021-06-16 +also rescinded as of this day \(wx-e8\)$", panel, re.MULTILINE)
    assert re.search(r"^g  2021-06-21 +rescinded by US-Commerce \(wx-e8\)$", panel, re.MULTILINE)


def test_each_panel_says_below_its_heading_what_it_is_about():
    text = render_bitemporal(real("wechat", "bitemporal"))
    assert "\neo13943/s2\n  Evasion, attempts and conspiracy are barred.\nus-eo-13943 (US)" in text
    assert "wx-pay\n  wx-1 app store distribution, app store update; wx-2 internet hosting; wx-3\n  cdn;" in text


def test_cells_show_the_looks_of_their_run():
    made = real("tiktok", "bitemporal")
    plane = next(item for item in made.planes if item.provisions == ("tt-1",))
    seen = rows(plane, made.scope)
    line = field("tiktok", "tt-1")[0][20:].replace("[", "").replace("]", "")
    looks = [run.look.mark.symbol for run in seen[-1].runs]
    assert [symbol for place, symbol in enumerate(looks) if place == 0 or symbol != looks[place - 1]] == [
        ".", "~", "=", "r"
    ]  # fmt: skip
    assert line[0] == "."
    assert len(field("tiktok", "tt-1")) == len(breaks_of(seen)) + 1


def test_too_many_changes_leave_the_dates():
    text = render_bitemporal(crowded(24)[1], width=60)
    text += render_bitemporal(real("tiktok*", "bitemporal"), width=60)
    assert "More changes than fit into this width; the dates alone:" in text


def test_hostile_words_stay_on_their_line():
    text = render_bitemporal(hostile()[1])
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


def test_nothing_to_draw_is_said_with_what_was_searched():
    text = render_bitemporal(nothing()[1])
    assert "No provision about Marvel Snap that bars or empowers was found to draw" in " ".join(text.split())
