"""The parts of the charts: runs, axes, words, legends and keys; and all four charts of histories at random."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.history import bitemporal, timeline
from affidavit.model.determination import ENDED, Outcome
from affidavit.model.history import Layer, Moment, Plane, Scope, Segment
from affidavit.report.bitemporal_rows import breaks_of, rows, subtitle
from affidavit.report.bitemporal_svg import bitemporal_scene
from affidavit.report.bitemporal_terminal import render_bitemporal
from affidavit.report.chart_head import MARGIN, head
from affidavit.report.chart_key import key
from affidavit.report.chart_scene import Box, Label, Rule, Scene, cut_text, depth, draw, text_width
from affidavit.report.chart_time import (
    axis,
    became_public,
    bounds,
    events_at,
    own_moments,
    runs,
    statement,
    takes_effect,
    when,
)
from affidavit.report.chart_words import (
    acts_of,
    in_legend,
    knowledge_of,
    left_out,
    looked_through,
    meaning,
    nothing_drawn,
)
from affidavit.report.columns import cells_of
from affidavit.report.outcome_marks import CONTESTED, MARKS, Look, look
from affidavit.report.timeline_svg import timeline_scene
from affidavit.report.timeline_terminal import render_timeline
from tests.builders.law import app, register_of
from tests.law.registers import OPERATORS, measures
from tests.report.charts import outside, parsed, touching

SCOPE = Scope("alpha", "Alpha", ("US",), "2026-11-21", {"PROHIBITED": "barred", "REVOKED": "ended: revoked"})
BARRED, AHEAD = Outcome.PROHIBITED, Outcome.ANNOUNCED_NOT_EFFECTIVE
DAY = "2021-03-{}T00:00:00-05:00"


def days(*outcomes: Outcome | None, first: int = 1, **more) -> tuple[Segment, ...]:
    """Segments of one day each, the first and the last open."""
    count = len(outcomes)
    return tuple(
        Segment(
            outcome,
            start=DAY.format(f"{first + place:02}") if place else "",
            end=DAY.format(f"{first + place + 1:02}") if place < count - 1 else "",
            **more,
        )
        for place, outcome in enumerate(outcomes)
    )


def scope(**more) -> Scope:
    return Scope("alpha", "Alpha", ("US",), "2026-11-21", SCOPE.words, **more)


def moment(event: str, op: str, public: int, first: int = 0, last: int = 0, **more) -> Moment:
    return Moment(
        event,
        "m",
        op,
        f"{op} happened",
        DAY.format(f"{public:02}"),
        more.get("provisions", ("p",)),
        DAY.format(f"{first:02}") if first else "",
        DAY.format(f"{last:02}") if last else "",
    )


@settings(max_examples=60, deadline=None)
@given(measures(), OPERATORS)
def test_any_history_can_be_drawn_in_every_form(built, operators):
    register = register_of(*built, apps={"alpha": app(*operators), "beta": app()})
    line, field = timeline(register, "alpha"), bitemporal(register, "alpha")
    for scene in (timeline_scene(line), bitemporal_scene(field)):
        assert touching(scene) == []
        assert outside(scene) == []
        titles = [item.text for item in parsed(draw(scene)).iter() if item.tag.endswith("title")]
        wholes = [label.whole for label in scene.labels if label.whole]
        assert titles[1:] == [*(box.statement for box in scene.boxes), *wholes]
    for text in (render_timeline(line), render_bitemporal(field)):
        assert max(cells_of(row) for row in text.splitlines()) <= 80
        assert "\x1b" not in text


@given(st.lists(st.integers(0, 10**8), max_size=30), st.integers(0, 900))
def test_an_axis_is_in_order_and_long_enough(seconds, least):
    breaks = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=item) for item in seconds]
    made = axis(breaks, 100, before=20, step=30, growth=10, after=60, least=least)
    assert list(made.breaks) == sorted(set(breaks))
    assert len(made.edges) == (len(made.breaks) + 2 if breaks else 2)
    assert all(one < two for one, two in pairwise(made.edges))
    assert made.edges[-1] - made.edges[0] >= least - 0.1
    assert [made.place(item) for item in made.breaks] == list(made.edges[1:-1] if breaks else [])
    assert made.span(None, None) == (made.edges[0], made.edges[-1])


def test_neighbours_that_look_the_same_are_one_run_with_all_their_events():
    segments = (
        Segment(None, end=DAY.format("02")),
        Segment(BARRED, DAY.format("02"), DAY.format("03"), events=("a",)),
        Segment(BARRED, DAY.format("03"), events=("a", "b")),
    )
    made = runs(segments, SCOPE)
    assert [(run.look.outcome, run.start, run.end) for run in made] == [
        (None, None, when(DAY.format("02"))),
        (BARRED, when(DAY.format("02")), None),
    ]
    assert statement(made[1], SCOPE.words) == "barred, from 2021-03-02 on; by a, b"
    assert statement(made[0], SCOPE.words) == "not announced, from the beginning up to 2021-03-02"


def test_a_window_cuts_runs_and_drops_those_outside():
    segments = days(None, AHEAD, BARRED, Outcome.REVOKED, Outcome.EXPIRED)
    made = runs(segments, scope(since=DAY.format("03"), until="2021-03-03T23:59:59-05:00"))
    assert [(run.look.outcome, run.start, run.end) for run in made] == [(BARRED, None, None)]
    early = runs(segments, scope(until="2021-03-02T12:00:00-05:00"))
    assert [run.look.outcome for run in early] == [None, AHEAD]
    assert bounds(early) == {when(DAY.format("02"))}
    assert runs(segments, scope(since=DAY.format("09")))[0].look.outcome is Outcome.EXPIRED


def test_rows_join_layers_that_look_the_same_and_keep_their_events():
    layers = (
        Layer(DAY.format("02"), days(None, BARRED, events=("a",))),
        Layer(DAY.format("04"), days(None, BARRED, events=("a", "b"))),
        Layer(DAY.format("06"), days(None, AHEAD)),
    )
    plane = Plane(("p",), "m", "US", "M", layers)
    shown = rows(plane, SCOPE)
    assert [(row.start, row.end) for row in shown] == [
        (when(DAY.format("02")), when(DAY.format("06"))),
        (when(DAY.format("06")), None),
    ]
    assert [item.events for item in shown[0].runs[1].segments] == [("a",), ("a", "b")]
    assert breaks_of(shown) == [when(DAY.format("02")), when(DAY.format("06"))]


def test_what_was_known_before_the_window_is_its_ground():
    layers = (Layer(DAY.format("02"), days(None, BARRED)), Layer(DAY.format("06"), days(None, AHEAD)))
    shown = rows(Plane(("p",), "m", "US", "M", layers), scope(since=DAY.format("04")))
    assert shown[0].start is None
    assert shown[1].start == when(DAY.format("06"))


@pytest.mark.parametrize(
    ("item", "word", "symbols"),
    [
        (Segment(BARRED), "barred", "#"),
        (Segment(AHEAD, blocked=True), "announced, already blocked", "~="),
        (Segment(Outcome.REVOKED, ends=(Outcome.REVOKED, Outcome.RESCINDED)), "revoked, also rescinded", "rs"),
        (Segment(Outcome.REVOKED, ends=(Outcome.REVOKED, Outcome.REVOKED)), "revoked", "r"),
        (Segment(Outcome.LIFTED, ends=(Outcome.LIFTED,), contested=True), "lifted, contested", "l!"),
        (Segment(None), "not announced", "."),
    ],
)
def test_looks_say_all_that_holds(item, word, symbols):
    seen = look(item)
    assert seen.word == word
    assert "".join(mark.symbol for mark in seen.marks) == symbols
    assert seen.words[0] == word
    assert [len(item) for item in seen.words[:1]] >= [len(seen.words[-1])]


def test_every_pattern_that_a_mark_names_is_in_the_template():
    empty = draw(Scene(10, 10, "t", "d", [], [], []))
    patterns = {item.attrib["id"] for item in parsed(empty).iter() if item.tag.endswith("pattern")}
    named = {mark.pattern for mark in (*MARKS.values(), CONTESTED) if mark.pattern}
    assert named == patterns


def test_ended_outcomes_are_all_marked_as_such_by_a_word_of_their_own():
    assert {MARKS[item].word for item in ENDED} == {"revoked", "rescinded", "lifted", "set aside", "expired"}


def test_effects_are_named_at_their_first_and_last_instants():
    known = [
        moment("s", "schedule", 1, 3, 4),
        moment("t", "schedule", 1, 3, 3),
        moment("b", "block", 2, 3, 5),
        moment("f", "forbear", 2, 4, 5),
        moment("u", "unblock", 2, 4),
        moment("e", "end", 6, 5),
        moment("i", "inform", 3),
    ]
    at = {day: takes_effect(when(DAY.format(f"{day:02}")), known) for day in (2, 3, 4, 5)}
    assert at == {
        2: [],
        3: ["may start (s)", "starts (t)", "court block begins (b)"],
        4: ["starts at the latest (s)", "non-enforcement begins (f)", "court block lifted (u)"],
        5: ["court block ends (b)", "non-enforcement ends (f)", "loses force (e)"],
    }
    assert events_at(when(DAY.format("03")), known) == ["s", "t", "b", "i"]


def test_an_end_after_another_end_is_told_by_its_reason():
    known = [moment("first", "end", 2, 2), moment("later", "end", 4, 3)]
    revoked, both = (Outcome.REVOKED,), (Outcome.REVOKED, Outcome.RESCINDED)
    twice = (
        Segment(BARRED, end=DAY.format("02"), events=("s",)),
        Segment(Outcome.REVOKED, DAY.format("02"), DAY.format("03"), ("s", "first"), revoked),
        Segment(Outcome.REVOKED, DAY.format("03"), events=("s", "first", "later"), ends=both),
    )
    told = [takes_effect(when(DAY.format(day)), known, [twice]) for day in ("02", "03")]
    assert told == [["loses force (first)"], ["also rescinded as of this day (later)"]]
    once = (
        Segment(BARRED, end=DAY.format("03"), events=("s",)),
        Segment(Outcome.RESCINDED, DAY.format("03"), events=("s", "later"), ends=(Outcome.RESCINDED,)),
    )
    assert takes_effect(when(DAY.format("03")), known, [twice, once]) == ["loses force (later)"]


def test_a_text_that_is_too_long_is_cut_with_an_ellipsis():
    text = "one two three four five six seven eight nine ten"
    assert cut_text(text, 1_000, 1) == [text]
    for width in (60, 80, 120):
        lines = cut_text(text, width, 2)
        assert len(lines) == 2
        assert all(text_width(line) <= width for line in lines)
        assert lines[-1].endswith(" …")
        assert text.startswith(" ".join(lines).removesuffix(" …"))


def test_acts_are_named_in_words_or_else_the_summary_stands_for_them():
    assert acts_of(("app_store_update", "cdn"), "No stores.") == "app store update, cdn"
    assert acts_of((), "No stores.") == "No stores."
    assert subtitle(Plane(("p",), "m", "US", "M", ())) == "", "a plane that was not described says nothing"


def test_what_changes_something_is_told_before_what_only_informs():
    known = [moment("i", "inform", 2), moment("b", "block", 2, 3)]
    assert became_public(when(DAY.format("02")), known) == ["block happened (b)", "inform happened (i)"]
    assert became_public(when(DAY.format("03")), known) == []


def test_an_instant_is_the_same_in_every_zone():
    known = [moment("b", "block", 2, 3)]
    assert became_public(datetime(2021, 3, 2, 5, tzinfo=UTC), known) == ["block happened (b)"]


def test_events_of_other_provisions_are_not_told():
    known = [moment("a", "block", 2, provisions=("p", "q")), moment("b", "block", 2, provisions=("r",))]
    assert [item.event for item in own_moments(known, ["q"])] == ["a"]
    assert own_moments(known, []) == []


def test_the_key_has_a_line_for_each_date_with_both_meanings():
    known = [moment("b", "block", 2, 3)]
    made = key([when(DAY.format("02")), when(DAY.format("03"))], known, 100, 900)
    texts = [label.text for label in made.labels]
    assert texts[:3] == ["date", "became public then", "changes in law then"]
    assert texts[3:] == ["2021-03-02", "block happened (b)", "", "2021-03-03", "", "court block begins (b)"]
    assert made.bottom > 100
    assert max(label.y for label in made.labels) <= made.bottom


def test_the_legend_has_each_look_once_in_a_fixed_order():
    looks = [
        Look(None, (), False),
        Look(BARRED, (), False),
        Look(AHEAD, (), True),
        Look(BARRED, (), False),
        Look(AHEAD, (), False),
    ]
    made = head("T", ["one", "two"], looks, SCOPE, 400)
    assert [box.statement for box in made.boxes] == [
        "barred", "announced", "announced, already blocked", "not announced yet"
    ]  # fmt: skip
    assert made.bottom > max(box.y + box.height for box in made.boxes)
    assert all(MARGIN <= box.x <= 400 - MARGIN for box in made.boxes)
    assert in_legend(looks) == [BARRED, Outcome.ENJOINED, AHEAD, None]


def test_a_legend_that_is_too_long_goes_on_below():
    looks = [Look(item, (), False) for item in MARKS]
    narrow, wide = head("T", [], looks, SCOPE, 300), head("T", [], looks, SCOPE, 3_000)
    assert len({box.y for box in wide.boxes}) == 1
    assert len({box.y for box in narrow.boxes}) > 3


def test_the_sentences_say_what_was_asked():
    asked = scope(
        known="2021-03-04", recorded="2026-01-01", since=DAY.format("01"), until=DAY.format("09"), left_out=("p", "q")
    )
    assert knowledge_of(asked) == (
        "As known 2021-03-04: only what was public by the end of then."
        " Only what the register had recorded by 2026-01-01."
    )
    assert knowledge_of(SCOPE) == "With everything that the register holds (last recorded 2026-11-21)."
    assert looked_through(asked) == "Measures of US. Window: 2021-03-01 to 2021-03-09."
    assert looked_through(scope(until=DAY.format("09"))) == "Measures of US. Window: the beginning to 2021-03-09."
    everywhere = replace(SCOPE, jurisdictions=())
    assert looked_through(everywhere) == "The measures of every jurisdiction in the register were looked through."
    assert left_out(asked) == "Left out, not announced or already ended during the whole window: p, q."
    assert left_out(SCOPE) == ""
    assert nothing_drawn(asked).endswith("p, q.")


def test_an_outcome_is_called_what_the_vocabulary_calls_it():
    assert meaning(Outcome.REVOKED, SCOPE) == "ended: revoked"
    assert meaning(AHEAD, SCOPE) == "announced", "a word for it even where the vocabulary has none"
    assert meaning(None, SCOPE) == "not announced yet"


def test_a_picture_is_drawn_in_the_order_of_its_parts():
    box = Box(1, 2, 30, 4, Look(AHEAD, (), True), "what <it> says")
    scene = Scene(
        100, 50, "a & b", "c < d", [box], [Rule(1, 2, 3, 4.56, "grid")], [Label(5, 6, "word", "end", 11, -50)]
    )
    root = parsed(draw(scene))
    names = [item.tag.split("}")[1] for item in root]
    assert names == ["title", "desc", "style", "defs", "rect", "g", "line", "text"]
    assert (root[0].text, root[1].text, root[5][0].text) == ("a & b", "c < d", "what <it> says")
    assert [item.attrib["fill"] for item in root[5][1:]] == [MARKS[AHEAD].fill, "url(#falling)", "url(#level)"]
    assert root[6].attrib["y2"] == "4.6"
    assert root[7].attrib["transform"] == "rotate(-50 5 6)"


def test_a_cut_line_has_its_whole_text_as_a_title():
    root = parsed(
        draw(Scene(100, 50, "t", "d", [], [], [Label(5, 6, "cut …", whole="cut <short>"), Label(5, 30, "b")]))
    )
    assert [item.tag.split("}")[1] for item in root[-2:]] == ["g", "text"]
    assert [item.text for item in root[-2]] == ["cut <short>", "cut …"]


def test_a_hidden_letter_takes_the_room_of_its_escape():
    assert text_width("a\u202e") > text_width("ab")
    assert depth(["2020-09-18 10:30"]) > depth(["2020-09-18"])
    assert Label(10, 0, "word", "end").left < Label(10, 0, "word", "middle").left < Label(10, 0, "word").left == 10


def test_labels_that_overlap_are_found():
    """The measure by which the other tests call a picture tidy sees what is untidy."""
    apart = [
        Label(0, 20, "one"),
        Label(0, 40, "two"),
        Label(60, 40, "three", turn=-50),
        Label(90, 40, "four", turn=-50),
    ]
    assert touching(Scene(200, 60, "", "", [], [], apart)) == []
    over = [Label(0, 20, "one"), Label(5, 25, "two"), Label(60, 40, "three", turn=-50), Label(66, 40, "four", turn=-50)]
    assert touching(Scene(200, 60, "", "", [], [], over)) == [("one", "two"), ("three", "four")]
    assert outside(Scene(20, 60, "", "", [], [], apart)) == ["one", "two", "three", "four"]
