"""Measures, operators and questions at random: few names and few days, so that everything meets everything."""

from typing import Any

from hypothesis import strategies as st

from affidavit.model.determination import Question
from affidavit.model.measure import Measure
from tests.builders.law import block, end, event, exemption, forbear, measure, provision, schedule, unblock

DAYS = st.sampled_from([f"2021-03-{day}" for day in range(10, 18)])
"""Clocks in the US are put forward on the 14th."""

TIMES = st.one_of(
    DAYS,
    DAYS.map(lambda day: f"{day}T02:30:00"),
    DAYS.map(lambda day: f"{day}T12:00:00-04:00"),
    st.just("2021-02"),
)
UNTIL = st.one_of(st.none(), TIMES)
ENDINGS = st.sampled_from(["REVOKED", "RESCINDED", "LIFTED", "SET_ASIDE", "EXPIRED"])
RESEARCH = {"purpose": ["security_research"]}
TARGETS = st.sampled_from(
    [
        {"apps": ["alpha"]},
        {"apps": ["alpha", "beta"]},
        {"operators": ["acme"], "every_app_of_operators": True},
    ]
)
OPEN = [{"text": "?", "confidence": "L", "from": "2021-03-12", "public_at": "2021-03-14"}]


def effects(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Any effect that changes how a provision stands, and one that does not."""
    some = st.lists(st.sampled_from(names), max_size=3)
    return st.one_of(
        st.builds(schedule, TIMES, TIMES),
        st.builds(block, TIMES, UNTIL),
        st.builds(forbear, TIMES, UNTIL),
        st.builds(lambda at, of: unblock(at, *of), TIMES, some),
        st.builds(lambda at, reason, via: end(at, reason, via_parent=via), TIMES, ENDINGS, st.booleans()),
        st.just({"op": "inform"}),
    )


@st.composite
def events(draw: st.DrawFn, name: str, part: str) -> list[dict[str, Any]]:
    """Up to six events of a measure in any order; some concern one provision or app, some correct another."""
    names = [f"{name}-e{place}" for place in range(draw(st.integers(0, 6)))]
    return [
        event(
            each,
            draw(TIMES),
            draw(effects(names)),
            recorded_at=draw(st.one_of(st.just(""), TIMES)),
            applies_to=draw(st.sampled_from(["all", "all", [part]])),
            apps=draw(st.sampled_from([[], [], [], ["alpha"], ["beta"]])),
            replaces=draw(st.sampled_from([[], [], [], names[:place][-1:], names[:1]])),
            confidence=draw(st.sampled_from("HML")),
            contested=draw(st.booleans()),
        )
        for place, each in enumerate(names)
    ]


@st.composite
def exceptions(draw: st.DrawFn, name: str, parts: list[str]) -> list[dict[str, Any]]:
    """One exception or none: by act, by circumstance, by both or by neither."""
    acts = draw(st.sampled_from([[], ["pay_wages"]]))
    context = draw(st.sampled_from([{}, RESEARCH]))
    limited = draw(st.sampled_from([[], parts[:1], parts[1:]]))
    made = exemption(f"{name}-x", transactions=acts, context=context, provisions=limited, confidence="L")
    return draw(st.sampled_from([[], [made]]))


@st.composite
def measures(draw: st.DrawFn) -> list[Measure]:
    """Up to three measures; each may depend on some of those before it."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        name, before = f"m{number}", [f"m{each}" for each in range(number)]
        parts = [f"{name}-p", f"{name}-q"]
        kind = draw(st.sampled_from(["prohibition", "enabling"]))
        reach = draw(st.sampled_from([["user_use"], ["any_with_operator"]]))
        made.append(
            measure(
                name,
                draw(events(name, parts[0])),
                jurisdiction=draw(st.sampled_from(["US", "US-MT", "US"])),
                recorded_at="2021-03-10",
                depends_on=draw(st.sampled_from([[], before, before[-1:]])),
                targets=draw(TARGETS),
                limits={"parties": draw(st.sampled_from(["", "business_to_business_only"]))},
                provisions=[
                    provision(parts[0], kind, transactions=reach, actors=["any_person"]),
                    provision(
                        parts[1], transactions=["user_use", "pay_wages"], actors=["individual_user"], confidence="M"
                    ),
                ],
                exceptions=draw(exceptions(name, parts)),
                open_questions=draw(st.sampled_from([[], OPEN])),
            )
        )
    return made


OPERATORS = st.sampled_from(
    [
        ({"operator": "acme"},),
        ({"operator": "acme"}, {"operator": "other", "from": "2021-03-13", "in": "US"}),
        ({"operator": "other"}, {"operator": "acme", "from": "2021-03-13", "public_at": "2021-03-15"}),
    ]
)

ASKED = st.builds(
    Question,
    app=st.sampled_from(["alpha", "alpha", "beta"]),
    transaction=st.sampled_from(["user_use", "user_use", "pay_wages", "cdn"]),
    actor=st.sampled_from(["individual_user", "employer"]),
    on=TIMES,
    known=st.one_of(st.just(""), TIMES),
    jurisdiction=st.sampled_from(["US", "US-MT", "IN"]),
    recorded=st.one_of(st.just(""), TIMES),
    context=st.sampled_from([{}, {"purpose": "security_research"}]),
)
