"""What a client had been told is what a list of all answers says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.events import Answer, Where
from affidavit.network.names.resolved import NAMES, SLACK, Answers
from tests.oracles.answers import Everything

SECOND = 1_000_000
HERE = Where(0, "frame 1")
CLIENTS, ADDRESSES = ["10.0.0.2", "10.0.0.3"], ["192.0.2.1", "2001:db8::1"]
NAME = st.sampled_from(["a.example", "A.example.", "b.example", *(f"n{number}.example" for number in range(9))])
TIME = st.one_of(st.just(-1), st.integers(0, 40).map(lambda second: second * SECOND))
LIFE = st.integers(0, 20)
ANSWER = st.builds(
    Answer,
    st.just(HERE),
    TIME,
    st.sampled_from(CLIENTS),
    NAME,
    chain=st.lists(st.tuples(NAME, LIFE), max_size=2).map(tuple),
    addresses=st.lists(st.tuples(st.sampled_from(ADDRESSES), LIFE), max_size=3).map(tuple),
)


@settings(max_examples=80)
@given(st.lists(ANSWER, max_size=14), st.lists(TIME, max_size=3))
def test_any_answers_name_what_the_slow_twin_says(answers, times):
    told, twin = Answers(), Everything()
    for answer in answers:
        told.add(answer)
        twin.add(answer)
    for client in CLIENTS:
        for address in ADDRESSES:
            for at in [*times, -1, 0, 10**12]:
                found = told.find(client, address, at)
                ours = (list(found.names), found.chain, found.stale) if found is not None else None
                assert ours == twin.find(client, address, at)


@pytest.mark.parametrize(
    ("address", "links", "life"),
    [(60, (), 60), (60, (10,), 10), (5, (10,), 5), (60, (30, 7, 20), 7), (0, (), 0), (60, (0,), 0)],
)
def test_an_answer_holds_as_long_as_its_shortest_link(address, links, life):
    told = Answers()
    chain = tuple((f"l{at}.example", seconds) for at, seconds in enumerate(links))
    told.add(Answer(HERE, SECOND, "c", "a.example", chain=chain, addresses=(("192.0.2.1", address),)))
    for at, stale in (
        (SECOND, False),
        (SECOND + life * SECOND + SLACK, False),
        (SECOND + life * SECOND + SLACK + 1, True),
    ):
        found = told.find("c", "192.0.2.1", at)
        assert found is not None
        assert found.stale == stale


def test_a_question_without_addresses_tells_nothing():
    told = Answers()
    told.add(Answer(HERE, 0, "c", "a.example", chain=(("b.example", 9),)))
    assert len(told) == 0


def test_a_pair_that_is_told_again_is_not_forgotten_first():
    told = Answers(2)
    for name, address in (("a", "192.0.2.1"), ("b", "192.0.2.2"), ("c", "192.0.2.1"), ("d", "192.0.2.3")):
        told.add(Answer(HERE, 0, "c", name, addresses=((address, 60),)))
    assert told.find("c", "192.0.2.2", 0) is None
    found = told.find("c", "192.0.2.1", 0)
    assert found is not None
    assert found.names == ("c", "a")


def test_the_oldest_name_of_a_pair_is_forgotten_first():
    told = Answers()
    for number in range(NAMES + 1):
        told.add(Answer(HERE, number, "c", f"n{number}", addresses=(("192.0.2.1", 60),)))
    found = told.find("c", "192.0.2.1", 50)
    assert found is not None
    assert found.names == tuple(f"n{number}" for number in range(NAMES, 0, -1))
