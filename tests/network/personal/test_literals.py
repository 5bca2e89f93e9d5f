"""The machine that finds many literals at once says what the plain search says."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.personal import literals
from affidavit.network.personal.literals import MOST_HITS, Hit, Literals
from affidavit.network.personal.profile import Value
from affidavit.network.personal.values import forms

ODD = b"a\0A\xffz\n.\\["


def plain(wanted, data):
    """Every place by hand."""
    found = []
    for number, (literal, caseless) in enumerate(wanted):
        text = data.lower() if caseless else data
        found += [Hit(number, at) for at in range(len(data)) if text.startswith(literal, at)]
    return sorted(found, key=lambda hit: (hit.at, hit.literal))


pieces = st.lists(st.sampled_from([bytes([byte]) for byte in ODD]), min_size=1, max_size=4).map(b"".join)


@given(st.lists(st.tuples(pieces, st.booleans()), min_size=1, max_size=5), st.lists(pieces, max_size=12).map(b"".join))
def test_both_searches_find_what_a_look_at_each_byte_finds(wanted, data):
    wanted = [(literal.lower() if caseless else literal, caseless) for literal, caseless in wanted]
    expected = plain(wanted, data)
    machine = Literals(wanted)
    assert machine.find(data) == (expected, False)
    machine.database = None
    assert machine.find(data) == (expected, False)


def test_without_the_library_the_plain_search_is_used(monkeypatch):
    monkeypatch.setattr(literals, "hyperscan", None)
    assert Literals([(b"ab", True)]).find(b"xABab") == ([Hit(0, 1), Hit(0, 3)], False)


def test_occurrences_end_somewhere():
    machine = Literals([(b"a", False)])
    for _ in range(2):
        found, more = machine.find(b"a" * (MOST_HITS + 5))
        assert len(found) == MOST_HITS
        assert more
        machine.database = None


def test_nothing_wanted_is_nothing_found():
    assert Literals([]).find(b"anything") == ([], False)


def test_forms_of_a_value_are_distinct_long_enough_and_simple_ones_first():
    found = forms(Value("advertisingId", "uuid", "1209d0b9-b959-42e6-b921-aa5d9d08c1af"))
    assert len({(form.data, form.caseless) for form in found}) == len(found)
    assert min(len(form.data) for form in found) >= 6
    assert found[0].steps == ()
    assert all(form.data == form.data.lower() for form in found if form.caseless)
    assert {"md5", "sha1", "sha256", "sha512", "base64", "hex", "bytes", "utf-16-le"} <= {
        step for form in found for step in form.steps
    }


def test_forms_of_a_telephone_number_are_those_with_and_without_its_signs():
    found = {form.data for form in forms(Value("phoneNumber", "phone", "+49 151 234-56789")) if not form.steps}
    assert {b"+4915123456789", b"4915123456789", b"004915123456789", b"+49 151 234-56789"} <= found
