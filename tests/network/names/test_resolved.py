"""A client's answers of DNS name its connections for as long as they hold."""

from affidavit.network.capture.events import Answer, Where
from affidavit.network.names.resolved import SLACK, Answers

SECOND = 1_000_000
HERE = Where(0, "frame 1")


def answer(name: str, address: str = "192.0.2.1", *, at: int = 0, ttl: int = 60, chain=(), client: str = "10.0.0.2"):
    return Answer(HERE, at, client, name, chain=chain, addresses=((address, ttl),))


def test_the_latest_answer_that_holds_names_the_address():
    told = Answers()
    told.add(answer("A.example.", at=0, chain=(("Cdn.example", 300),)))
    found = told.find("10.0.0.2", "192.0.2.1", 30 * SECOND)
    assert found is not None
    assert (found.names, found.chain, found.stale) == (("a.example",), ("cdn.example",), False)
    assert told.find("10.0.0.3", "192.0.2.1", 30 * SECOND) is None, "another client was told nothing"
    assert told.find("10.0.0.2", "192.0.2.2", 30 * SECOND) is None
    assert told.find("10.0.0.2", "192.0.2.1", -SECOND) is not None


def test_an_answer_that_came_later_names_nothing():
    told = Answers()
    told.add(answer("a.example", at=50 * SECOND))
    assert told.find("10.0.0.2", "192.0.2.1", 49 * SECOND) is None
    assert told.find("10.0.0.2", "192.0.2.1", 50 * SECOND) is not None


def test_an_answer_that_has_run_out_is_stale_and_the_shortest_link_says_when():
    told = Answers()
    told.add(answer("a.example", at=0, ttl=300, chain=(("b.example", 10),)))
    held = told.find("10.0.0.2", "192.0.2.1", 10 * SECOND + SLACK)
    assert held is not None
    assert not held.stale
    over = told.find("10.0.0.2", "192.0.2.1", 10 * SECOND + SLACK + 1)
    assert over is not None
    assert over.stale
    assert over.names == ("a.example",)


def test_names_that_hold_at_once_are_all_given_the_latest_first():
    told = Answers()
    told.add(answer("old.example", at=0, ttl=5))
    told.add(answer("a.example", at=10 * SECOND))
    told.add(answer("b.example", at=11 * SECOND))
    told.add(answer("a.example", at=12 * SECOND))
    found = told.find("10.0.0.2", "192.0.2.1", 20 * SECOND)
    assert found is not None
    assert found.names == ("a.example", "b.example")


def test_without_a_clock_nothing_is_called_stale():
    told = Answers()
    told.add(answer("a.example", at=-1, ttl=1))
    for at in (-1, 10**15):
        found = told.find("10.0.0.2", "192.0.2.1", at)
        assert found is not None
        assert not found.stale


def test_what_is_remembered_is_bounded():
    told = Answers(100)
    for number in range(1_000):
        told.add(answer("a.example", f"192.0.2.{number}"))
        told.add(answer(f"n{number}.example", "198.51.100.1", at=number))
    assert len(told) == 100
    assert told.find("10.0.0.2", "192.0.2.0", 5_000) is None
    found = told.find("10.0.0.2", "198.51.100.1", 5_000)
    assert found is not None
    assert len(found.names) == 8
