"""A history says at every instant what the fold says there, for every state of knowledge, and nothing more."""

from datetime import date, datetime
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.law.ask import Resolver
from affidavit.law.breakpoints import effect_bounds, known_breaks, legal_breaks
from affidavit.law.dates import FOREVER, instant
from affidavit.law.fold import View, fold
from affidavit.law.history import bitemporal, timeline, track
from affidavit.law.moments import instant_text
from affidavit.model.determination import Outcome, Question
from affidavit.model.errors import UsageError
from affidavit.model.history import Segment
from tests.builders.law import app, block, end, event, forbear, measure, provision, register_of, schedule, whole
from tests.law.registers import OPERATORS, measures

NAMED = [(name, path) for path in whole().paths.values() for name in path.measure.targets.apps if path.steps]
"""Every provision of the real register with every app that its measure names."""

FIRST, LAST = instant("2019-01-01", "UTC", "start"), instant("2027-01-01", "UTC", "start")
NEAR = st.sampled_from([-86_400, -1, 0, 1, 3_599, 86_400])


@st.composite
def moments_of(draw, path, name):
    """An instant anywhere, or near one at which something changes or becomes public."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.integers(FIRST, LAST))
    changes = legal_breaks(whole(), path, name) + known_breaks(whole(), path, name)
    return draw(st.sampled_from(changes)) + draw(NEAR)


@cache
def planes(name: str):
    return bitemporal(whole(), name).planes


def covering(segments: tuple[Segment, ...], on: int) -> Segment:
    """The one segment that holds at an instant."""
    found = [
        item
        for item in segments
        if (not item.start or seconds(item.start) <= on) and (not item.end or on < seconds(item.end))
    ]
    assert len(found) == 1
    return found[0]


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_a_track_of_the_real_register_says_what_the_fold_says_at_any_instant(data):
    name, path = data.draw(st.sampled_from(NAMED))
    on, known = data.draw(moments_of(path, name)), data.draw(moments_of(path, name))
    made = covering(track(whole(), path, name, instant_text(known, path)).segments, on)
    folded = fold(path, View(on, known, FOREVER, name))
    if folded is None:
        assert made.outcome is None
    else:
        assert (made.outcome, made.events, made.blocked, made.contested) == (
            folded.outcome, folded.events, folded.blocked, folded.contested,
        )  # fmt: skip
        assert list(made.ends) == [reason for _, _, reason in folded.ends]


@settings(max_examples=150, deadline=None)
@given(measures(), OPERATORS, st.integers(0, 30 * 24), st.integers(0, 30 * 24))
def test_a_timeline_agrees_with_the_resolver_whoever_runs_the_app(built, operators, on_hour, known_hour):
    register = register_of(*built, apps={"alpha": app(*operators), "beta": app()})
    start = instant("2021-02-20", "America/New_York", "start")
    on, known = (datetime.fromtimestamp(start + hour * 3_600).astimezone() for hour in (on_hour, known_hour))
    made = {item.provision: item for item in timeline(register, "alpha", known=known.isoformat()).tracks}
    for item in built:
        asked = Question(
            "alpha", "user_use", "individual_user", on.isoformat(), known.isoformat(), jurisdiction=item.jurisdiction
        )
        standing = {one.provision: one for one in Resolver(register).ask(asked).standings}
        for part in item.provisions:
            segment = covering(made[part.id].segments, int(on.timestamp())) if part.id in made else None
            reached = segment is not None and segment.outcome not in {None, Outcome.NOT_COVERED}
            assert reached == (part.id in standing)
            if reached and standing[part.id].outcome is not Outcome.EXCEPTED:
                assert segment.outcome == standing[part.id].outcome
                assert segment.events == standing[part.id].events


@pytest.mark.parametrize("known", ["", "2020-09-18", "2020-10-30", "2021-06-10", "2025-04-04"])
def test_segments_join_without_gaps_and_neighbours_differ(known):
    for name, path in NAMED:
        segments = track(whole(), path, name, known).segments
        assert (segments[0].start, segments[-1].end) == ("", "")
        for one, two in pairwise(segments):
            assert one.end == two.start
            answers = [(x.outcome, x.events, x.ends, x.blocked, x.contested) for x in (one, two)]
            assert answers[0] != answers[1]
        starts = [seconds(item.start) for item in segments[1:]]
        assert starts == sorted(set(starts))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_layer_of_an_instant_is_the_track_as_known_then(data):
    name = data.draw(st.sampled_from(["wechat", "tiktok", "kaspersky-av", "hypic"]))
    plane = data.draw(st.sampled_from(planes(name)))
    path = whole().paths[plane.provisions[0]]
    known = data.draw(moments_of(path, name))
    below = [layer for layer in plane.layers if seconds(layer.known) <= known]
    expected = track(whole(), path, name, instant_text(known, path)).segments
    assert (below[-1].segments if below else (Segment(None),)) == expected


def wechat(known: str) -> list[tuple[str | None, str]]:
    made = timeline(whole(), "wechat", ["US"], known, measures=["us-doc-wechat-2020"])
    return [(item.outcome, item.start[:16]) for item in made.tracks[0].segments]


def test_wechat_as_it_was_known_from_one_day_to_the_next():
    announced = [(None, ""), ("ANNOUNCED_NOT_EFFECTIVE", "2020-09-18T00:00")]
    assert wechat("2020-09-18") == [
        *announced, ("UNCERTAIN", "2020-09-20T00:00"), ("PROHIBITED", "2020-09-20T23:59")
    ]  # fmt: skip
    blocked = [*announced, ("ANNOUNCED_NOT_EFFECTIVE", "2020-09-19T00:00"), ("ENJOINED", "2020-09-20T00:00")]
    assert wechat("2020-09-19") == blocked
    assert wechat("2021-06-09") == [*blocked, ("REVOKED", "2021-06-09T00:00")]
    assert wechat("2021-06-20") == wechat("2021-06-09"), "the rescission of 16 June was public on the 21st only"
    assert wechat("2021-06-21") == [*wechat("2021-06-09"), ("REVOKED", "2021-06-16T00:00")]
    last = timeline(whole(), "wechat", measures=["us-doc-wechat-2020"]).tracks[0].segments[-1]
    assert last.ends == (Outcome.REVOKED, Outcome.RESCINDED)


def test_the_first_item_about_tiktok_was_put_off_and_then_blocked():
    path = whole().paths["tt-1"]
    bars = {known: track(whole(), path, "tiktok", known).segments[-1] for known in ("2020-09-18", "2020-09-19")}
    assert {item.start for item in bars.values()} == {"2020-09-20T23:59:00-04:00", "2020-09-28T00:59:00-04:00"}
    after = track(whole(), path, "tiktok", "2020-09-28").segments[-1]
    assert (after.outcome, after.start) == (Outcome.ENJOINED, "2020-09-27T23:59:00-04:00")


def test_a_plane_says_what_each_of_its_provisions_is_about():
    for plane in bitemporal(whole(), "wechat", ["US"]).planes:
        provisions = [whole().paths[name].provision for name in plane.provisions]
        assert plane.summaries == tuple(item.summary for item in provisions)
        assert plane.acts == tuple(item.transactions for item in provisions)


def test_named_acts_come_before_powers_and_those_before_evasion():
    for name, first, last in (("wechat", "wx-1", "eo13943/s2"), ("tiktok", "tt-1", "eo13942/s2")):
        made = bitemporal(whole(), name, ["US"], since="2020-08-01", until="2021-07-01")
        assert made.planes[0].provisions[0] == first
        assert made.planes[-1].provisions == (last,)
        kinds = [whole().paths[plane.provisions[0]].provision.kind for plane in made.planes[:-1]]
        assert kinds == sorted(kinds, reverse=True), "prohibitions, then powers"


def test_the_most_states_of_knowledge_come_first_only_among_equals():
    made = register_of(
        measure("m", [event("e", "2021-03-10", schedule("2021-03-12")),
                      event("b", "2021-03-11", block("2021-03-12"), applies_to=["much", "catch"]),
                      event("c", "2021-03-13", end("2021-03-14"), applies_to=["catch"])],
                provisions=[provision("catch", transactions=["residual_future", "evasion"]),
                            provision("power", "enabling"), provision("little"), provision("much")])
    )  # fmt: skip
    names = [plane.provisions for plane in bitemporal(made, "alpha").planes]
    assert names == [("much",), ("little",), ("power",), ("catch",)]


def test_provisions_with_the_same_history_are_one_plane():
    groups = {plane.provisions for plane in bitemporal(whole(), "wechat", ["US"]).planes}
    assert ("wx-1", "wx-2", "wx-3", "wx-4", "wx-code", "wx-pay") in groups
    assert ("wx-7",) in groups


@pytest.mark.parametrize("known", ["2020-09-18", "2021-06-20", "2024-04-23"])
def test_nothing_that_became_public_later_is_named(known):
    made = timeline(whole(), "tiktok", known=known, since="2026-01-01")
    end_of_day = instant(known, "UTC", "end") + 86_400
    named = {*made.scope.left_out, *(item.provision for item in made.tracks)}
    assert all(seconds(item.public_at) <= end_of_day for item in made.moments)
    for name in named:
        assert min(step.public for step in whole().paths[name].steps) <= end_of_day
    assert "paf-1" not in named


def test_a_window_leaves_out_by_name_what_is_not_alive_in_it():
    made = timeline(whole(), "tiktok", ["US"], since="2024-01-01")
    assert {"tt-1", "eo13942/s2"} <= set(made.scope.left_out)
    assert "paf-1" in {item.provision for item in made.tracks}
    early = bitemporal(whole(), "tiktok", ["US"], until="2021-12-31")
    assert "paf-1" in early.scope.left_out
    assert all(layer.known < "2022" for plane in early.planes for layer in plane.layers)


def test_a_window_begins_with_what_was_known_already():
    made = bitemporal(whole(), "wechat", since="2020-10-01", measures=["us-doc-wechat-2020"])
    assert [layer.known[:10] for layer in made.planes[0].layers] == ["2020-09-19", "2021-06-09", "2021-06-21"]


def test_measures_of_the_jurisdictions_around_count():
    places = {item.jurisdiction for item in timeline(whole(), "tiktok", ["US-MT"]).tracks}
    assert places == {"US-MT", "US"}
    assert {item.jurisdiction for item in timeline(whole(), "tiktok", ["US"]).tracks} == {"US"}
    assert "IN" in timeline(whole(), "tiktok").scope.jurisdictions


def test_an_app_is_reached_only_while_a_listed_operator_runs_it():
    made = register_of(
        measure("m", [event("e", "2021-03-10", schedule("2021-03-10"))],
                targets={"operators": ["acme"], "every_app_of_operators": True}),
        apps={"alpha": app({"operator": "acme"}, {"operator": "other", "from": "2021-03-12"})},
    )  # fmt: skip
    segments = timeline(made, "alpha").tracks[0].segments
    assert [(item.outcome, item.start[:10]) for item in segments] == [
        (None, ""), (Outcome.PROHIBITED, "2021-03-10"), (Outcome.NOT_COVERED, "2021-03-12")
    ]  # fmt: skip


def test_the_last_day_of_an_undertaking_still_counts():
    made = register_of(
        measure("m", [event("e", "2021-03-10", schedule("2021-03-10")),
                      event("f", "2021-03-10", forbear("2021-03-10", "2021-03-12"))])
    )  # fmt: skip
    assert [item.start for item in timeline(made, "alpha").tracks[0].segments] == [
        "", "2021-03-10T00:00:00-05:00", "2021-03-13T00:00:00-05:00"
    ]  # fmt: skip
    assert effect_bounds("forbear", 5, 9) == (5, 10)
    assert effect_bounds("schedule", 5, 9) == (5, 9)
    assert effect_bounds("inform", 0, FOREVER) == (None, None)


def test_only_provisions_that_bar_or_empower_have_a_history():
    made = register_of(
        measure("m", [event("e", "2021-03-10", schedule("2021-03-10"))],
                provisions=[provision("p"), provision("q", "enabling"), provision("r", "duty")])
    )  # fmt: skip
    assert [item.provision for item in timeline(made, "alpha").tracks] == ["p", "q"]


def test_moments_name_events_with_what_they_do_and_to_which_provisions():
    made = register_of(
        measure("m", [event("e", "2021-03-10", schedule("2021-03-10"), what="a list"),
                      event("b", "2021-03-11", block("2021-03-11", "2021-03-12"), type="injunction_granted",
                            by="a court", applies_to=["q"]),
                      event("z", "2021-03-13", end("2021-03-12"))],
                provisions=[provision("p"), provision("q")])
    )  # fmt: skip
    first, second, third = timeline(made, "alpha").moments
    assert (first.text, first.provisions) == ("announcement: a list", ("p", "q"))
    assert (second.text, second.provisions) == ("injunction granted by a court", ("q",))
    assert (second.first[:10], second.last[:10]) == ("2021-03-11", "2021-03-13")
    assert (third.op, third.public_at[:10], third.first[:10]) == ("end", "2021-03-13", "2021-03-12")


def test_a_timeline_names_only_places_whose_measures_were_public_by_then():
    assert timeline(whole(), "tiktok", known="2020-09-18").scope.jurisdictions == ("IN", "US")
    assert timeline(whole(), "tiktok", known="2020-06-01").scope.jurisdictions == ()
    assert {"CA", "EU", "GB", "US-MT"} <= set(timeline(whole(), "tiktok").scope.jurisdictions)
    assert timeline(whole(), "tiktok", ["GB"], known="2020-09-18").scope.jurisdictions == ("GB",)


@given(st.sampled_from(sorted(whole().apps)), st.dates(date(2019, 1, 1), date(2026, 12, 1)))
def test_the_places_of_a_timeline_are_those_of_what_it_draws_or_leaves_out(name, known):
    made = timeline(whole(), name, known=known.isoformat())
    drawn = {item.jurisdiction for item in made.tracks}
    left = {whole().paths[item].measure.jurisdiction for item in made.scope.left_out}
    assert set(made.scope.jurisdictions) == drawn | left


def test_what_the_register_recorded_later_can_be_left_out():
    made = timeline(whole(), "wechat", recorded="2020-01-01")
    assert (made.tracks, made.scope.recorded) == ((), "2020-01-01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"app": "wechatt"}, "did you mean wechat"),
        ({"app": "wechat", "jurisdictions": ["USA"]}, "US"),
        ({"app": "wechat", "measures": ["us-doc-wechat"]}, "us-doc-wechat-2020"),
        ({"app": "wechat", "since": "2021-01-01", "until": "2020-01-01"}, "earlier date first"),
        ({"app": "wechat", "since": "yesterday"}, "write a day"),
    ],
)
def test_bad_names_and_dates_are_refused_with_advice(arguments, message):
    for ask in (timeline, bitemporal):
        with pytest.raises(UsageError) as caught:
            ask(whole(), **arguments)
        assert message in caught.value.advice


def test_a_resolver_serves_as_well_as_its_register():
    assert timeline(Resolver(whole()), "wechat") == timeline(whole(), "wechat")
    assert bitemporal(Resolver(whole()), "wechat") == bitemporal(whole(), "wechat")


def test_without_a_window_even_what_ended_at_once_is_drawn():
    made = register_of(measure("m", [event("e", "2021-03-10", end("2021-03-01"))]))
    assert [item.outcome for item in timeline(made, "alpha").tracks[0].segments] == [None, Outcome.REVOKED]
    assert timeline(made, "alpha", since="2021-03-11").scope.left_out == ("p",)
