"""Look-ups of a name are kept apart by the way that they went, and a connection gets the way to its own address."""

import pytest

from affidavit.network.capture.events import Answer, Where
from affidavit.network.capture.lookups import Lookups

WAYS = {"192.0.2.1": ("a.edgekey.example", "e1.cdn.example"), "192.0.2.2": ("a.fast.example",), "192.0.2.3": ()}


def answer(name="A.example.", chain=(), addresses=(), app="", at=0):
    links = tuple((link, 60) for link in chain)
    return Answer(Where(at, ""), 1, "", name, app, links, tuple((address, 30) for address in addresses))


def taken(*answers, most=100):
    lookups = Lookups(most)
    for one in answers:
        lookups.take(one)
    lookups.group()
    return lookups


@pytest.mark.parametrize(("address", "chain"), [*WAYS.items(), ("192.0.2.4", ()), ("", ())])
def test_a_connection_gets_the_chain_that_ended_in_its_address(address, chain):
    found = taken(*(answer(chain=way, addresses=(end,)) for end, way in WAYS.items()))
    assert found.chain("a.example", "", address) == chain
    assert found.chain("a.example", "org.a", address) == chain
    assert found.chain("b.example", "", address) == ()


def test_without_an_address_the_only_way_counts():
    assert taken(answer(chain=("b.example",)), answer()).chain("a.example", "", "") == ("b.example",)


def test_what_an_app_was_told_counts_for_it_before_what_nobody_in_particular_was():
    ways = answer(chain=("b.example",), addresses=("192.0.2.1",)), answer(chain=("c.example",), app="org.a")
    found = taken(*ways)
    assert found.chain("a.example", "org.a", "") == ("c.example",)
    assert found.chain("a.example", "org.a", "192.0.2.1") == ()
    assert found.chain("a.example", "org.b", "192.0.2.1") == ("b.example",)


def test_a_question_without_an_answer_counts_with_the_first_that_has_one():
    found = taken(answer(at=3), answer(chain=("b.example",), at=9), answer(chain=("c.example",), at=12))
    assert [(key, row.asked, row.where.offset) for key, row in found.rows()] == [
        (("a.example", "", ("b.example",)), 2, 3),
        (("a.example", "", ("c.example",)), 1, 12),
    ]


def test_what_is_not_kept_is_counted_and_a_question_without_a_name_is_none():
    found = taken(answer(), answer("b.example"), answer("b.example"), answer(""), answer("."), most=1)
    assert [key[0] for key, _ in found.rows()] == ["a.example"]
    assert found.passed_over == 2
