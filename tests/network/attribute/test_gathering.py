"""What facts say of each host at each address is put together the same way in any order, and within its bounds."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.capture import Contact, Disclosure, Lookup
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.place import Place
from affidavit.network.attribute.gathering import ADDRESSES, FACTS, gathered
from tests.oracles import gathering as oracle

AT = Place("capture/ab!/frame 1", 1)
TIMES = ("", "2026-06-08T23:59:59.999999Z", "2026-06-09T00:00:00.000000Z")


def facts(*subjects):
    return [Fact(f"f{number:016x}", what, AT, "test/1") for number, what in enumerate(subjects)]


def contact(host, address="", **more):
    return Contact(host, "tls-sni", address, 443, "tcp", "tls", **more)


def disclosed(host, address=""):
    return Disclosure(host, "location", "latitude", "key", ("query",), "ab" * 32, "52.…", address)


def declared(host, form="host"):
    return Endpoint(form, host, host, "endpoint", "code")


def only(*subjects):
    (asked,) = gathered(facts(*subjects))
    return asked


HOSTS = st.sampled_from(["a.example", "b.example", "5.9.9.9", ""])
ADDRESS = st.sampled_from(["5.9.9.9", "5.9.9.8", ""])
CHAIN = st.sampled_from([(), ("x.example",), ("y.example", "z.example")])
TIME = st.sampled_from(TIMES)
SUBJECTS = st.lists(
    st.one_of(
        st.builds(
            contact,
            HOSTS,
            ADDRESS,
            down=st.integers(0, 3),
            first=TIME,
            chain=CHAIN,
            marks=st.sampled_from([(), ("proxied",), ("bad-clock", "proxied"), ("bad-clock",)]),
            certificates=st.sampled_from([(), ("c.example",), ("a.example", "c.example")]),
            headers=st.sampled_from([(), ("server: x",)]),
        ),
        st.builds(
            Lookup,
            st.sampled_from(["a.example", "b.example"]),
            app=st.sampled_from(["", "an.app"]),
            chain=CHAIN,
            addresses=st.lists(
                st.sampled_from([f"5.9.9.{last}" for last in range(12)]), max_size=10, unique=True
            ).map(tuple),
            first=TIME,
        ),
        st.builds(disclosed, HOSTS, ADDRESS),
        st.builds(declared, st.sampled_from(["a.example", "B.Example.", "c.example", "5.9.9.8", "5.9.9.9"])),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150)
@given(SUBJECTS, st.randoms(use_true_random=False))
def test_one_pass_over_facts_equals_reading_them_anew_for_every_host(subjects, random):
    given_facts = facts(*subjects)
    expected = oracle.gathered(given_facts)
    assert gathered(given_facts) == expected
    random.shuffle(given_facts)
    assert gathered(given_facts) == expected


def test_two_apps_that_ask_for_one_name_give_the_addresses_of_both():
    first = Lookup("a.example", app="one", addresses=("5.9.9.1", "5.9.9.2"), first=TIMES[1])
    second = Lookup("a.example", app="two", addresses=("5.9.9.2", "5.9.9.3"), first=TIMES[2], chain=("x.example",))
    found = {item.address: item for item in gathered(facts(first, second))}
    assert set(found) == {"5.9.9.1", "5.9.9.2", "5.9.9.3"}
    assert {item.facts for item in found.values()} == {("f0000000000000000", "f0000000000000001")}
    assert {address: item.chain for address, item in found.items()} == {
        "5.9.9.1": (), "5.9.9.2": ("x.example",), "5.9.9.3": ("x.example",),
    }  # fmt: skip


def test_a_name_without_an_answer_and_one_with_it_have_the_rows_of_the_answer():
    nothing, answer = Lookup("a.example", app="one"), Lookup("a.example", app="two", addresses=("5.9.9.1",))
    assert [item.address for item in gathered(facts(nothing, answer))] == ["5.9.9.1"]
    assert [item.address for item in gathered(facts(nothing))] == [""]


def test_answers_to_which_nothing_connected_are_no_rows_of_a_name_that_has_connections():
    asked = only(contact("a.example", "5.9.9.9"), Lookup("a.example", addresses=("5.9.9.9", "5.9.9.8")))
    assert (asked.address, asked.looked_up, asked.contacted) == ("5.9.9.9", True, True)


@pytest.mark.parametrize("count", [0, 1, ADDRESSES, ADDRESSES + 1])
def test_addresses_of_a_name_that_was_only_asked_for_are_bounded(count):
    found = gathered(facts(Lookup("a.example", addresses=tuple(f"5.9.9.{last}" for last in range(count)))))
    assert len(found) == min(max(count, 1), ADDRESSES)


@pytest.mark.parametrize("count", [1, FACTS, FACTS + 1])
def test_facts_of_a_row_are_bounded_and_the_first_by_id(count):
    asked = only(*(contact("a.example", "5.9.9.9", app=f"app{number}") for number in range(count)))
    assert asked.facts == tuple(f"f{number:016x}" for number in range(min(count, FACTS)))


@pytest.mark.parametrize("name", ["certificates", "headers"])
@pytest.mark.parametrize("count", [31, 32, 33])
def test_names_and_lines_of_a_row_are_bounded(name, count):
    words = tuple(f"n{number:02}" for number in range(count))
    both = [
        contact("a.example", "5.9.9.9", **{name: words[:20]}),
        contact("a.example", "5.9.9.9", **{name: words[15:]}),
    ]
    assert getattr(only(*both), name) == words[:32]


@pytest.mark.parametrize(
    ("first", "second", "marks"),
    [
        ((), (), ()),
        (("proxied",), (), ()),
        (("proxied",), ("proxied",), ("proxied",)),
        (("proxied", "stale-answer"), ("one-sided", "stale-answer"), ("stale-answer",)),
    ],
)
def test_a_mark_holds_when_every_connection_has_it(first, second, marks):
    asked = only(contact("a.example", "5.9.9.9", marks=first), contact("a.example", "5.9.9.9", marks=second))
    assert asked.marks == frozenset(marks)


@pytest.mark.parametrize(
    ("times", "marks", "day"),
    [
        (("", ""), ((), ()), None),
        ((TIMES[2], ""), ((), ()), date(2026, 6, 9)),
        ((TIMES[2], TIMES[1]), ((), ()), date(2026, 6, 8)),
        ((TIMES[2], TIMES[1]), (("bad-clock",), ("bad-clock",)), None),
    ],
)
def test_the_day_is_that_of_the_first_connection_whose_clock_was_right(times, marks, day):
    pair = zip(times, marks, strict=True)
    assert only(*(contact("a.example", "5.9.9.9", first=time, marks=mark) for time, mark in pair)).day == day


def test_the_time_of_a_lookup_is_taken_where_no_connection_has_one():
    asked_for = Lookup("a.example", addresses=("5.9.9.9",), first=TIMES[1])
    assert only(asked_for).day == date(2026, 6, 8)
    assert only(asked_for, contact("a.example", "5.9.9.9")).day == date(2026, 6, 8)
    assert only(asked_for, contact("a.example", "5.9.9.9", first=TIMES[2])).day == date(2026, 6, 9)


def test_what_was_sent_to_a_host_that_code_names_was_seen_in_both():
    assert only(disclosed("a.example"), declared("a.example")).seen == "both"
    assert only(disclosed("a.example")).seen == "observed"
    assert only(declared("a.example")).seen == "declared"


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        (Endpoint("url", "https://A.Example./x", "A.Example.", "endpoint", "code"), ("a.example", "")),
        (Endpoint("ip", "5.9.9.9", "", "endpoint", "code"), ("5.9.9.9", "5.9.9.9")),
        (Endpoint("ip", "[2606:4700::1]", "", "endpoint", "code"), ("2606:4700::1", "2606:4700::1")),
    ],
)
def test_a_host_in_code_is_named_as_captures_name_it(endpoint, key):
    asked = only(endpoint)
    assert (asked.host, asked.address, asked.seen) == (*key, "declared")


def test_no_facts_ask_nothing():
    assert gathered([]) == []


def test_without_an_address_a_name_that_leads_two_ways_leads_nowhere():
    ways = Lookup("a.example", chain=("x.example",)), Lookup("a.example", chain=("y.example",))
    assert only(contact("a.example"), ways[0]).chain == ("x.example",)
    assert only(contact("a.example"), *ways).chain == ()


@pytest.mark.parametrize(
    ("coded", "host", "address"),
    [
        ("[2001:DB8:0::1]", "", "2001:db8::1"),
        ("2001:0db8::0001", "", "2001:db8::1"),
        ("m\u00fcnchen.example", "xn--mnchen-3ya.example", ""),
        ("A.Example.", "a.example", ""),
    ],
)
def test_code_and_traffic_name_one_host_however_code_spells_it(coded, host, address):
    assert only(declared(coded, "ip" if address else "host"), contact(host, address)).seen == "both"
