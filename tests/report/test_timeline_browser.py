"""The pictures in a real browser: they stand still, and its letters take no more room than was laid out for them."""

import pytest

from affidavit.report.bitemporal_svg import bitemporal_scene
from affidavit.report.chart_scene import draw
from affidavit.report.timeline_svg import timeline_scene
from tests.report.charts import hostile, real

pytestmark = pytest.mark.browser
LENGTHS = "Array.from(document.querySelectorAll('text')).map(text => [text.textContent, text.getComputedTextLength()])"


@pytest.mark.parametrize("name", ["wechat", "tiktok", "tiktok*"])
@pytest.mark.parametrize("shape", ["timeline", "bitemporal"])
def test_no_text_is_longer_than_its_estimate(browser, tmp_path, name, shape):
    scene = (timeline_scene if shape == "timeline" else bitemporal_scene)(real(name, shape))
    file = tmp_path / "chart.svg"
    file.write_text(draw(scene), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    lengths = page.evaluate(LENGTHS)
    page.close()
    assert [text for text, _ in lengths] == [label.text for label in scene.labels]
    long = [
        (text, length, label.width)
        for (text, length), label in zip(lengths, scene.labels, strict=True)
        if length > label.width + 2
    ]
    assert not long


@pytest.mark.parametrize("both", [False, True])
def test_hostile_words_run_nothing_and_ask_for_nothing(browser, tmp_path, both):
    file = tmp_path / "chart.svg"
    file.write_text(draw(bitemporal_scene(hostile()[1]) if both else timeline_scene(hostile()[0])), "utf-8")
    page = browser.new_page()
    events: list[str] = []
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: events.append(request.url))
    page.goto(file.as_uri())
    page.close()
    assert events == [file.as_uri()]
