"""Every name of a field, every place of a recipient and every bound on values is held to what a message gives."""

import json
import re
from urllib.parse import quote

import pytest

from affidavit.knowledge import load
from affidavit.model.capture import Disclosure
from affidavit.model.errors import UsageError
from affidavit.network.personal.forms import holds
from affidavit.network.personal.known import (
    Adapters,
    Places,
    Recipient,
    names_of_fields,
    properties,
    recipient,
    telling,
)
from affidavit.network.personal.profile import LONGEST, MOST, Value, bare, bits, meaningless, read_profile
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import message

EXAMPLES = {
    "": "k7x9-44q2",
    "email": "orla.q@example.ie",
    "hash": "7f9c2ba4e88f827d616045507605853e",
    "id": "8d2c41f09ab37e65",
    "imei": "356938035643809",
    "ip": "198.51.100.7",
    "latitude": "52.520008",
    "longitude": "-113.404954",
    "mac": "3c:5a:b4:71:62:e3",
    "phone": "+4915123456789",
    "text": "Zebra crossing",
    "url": "https://news.example.org/a/b",
    "uuid": "5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92",
}
"""A value of each form, which is none of most others."""
ANYBODY = Seeker()
RECIPIENTS = load("personal_adapters", Adapters)["recipients"].recipients


def said(**more) -> set[tuple[str, str, str]]:
    found = (item.fact for item in ANYBODY.seek(message(**more)))
    return {(fact.property, fact.method, fact.path[-1]) for fact in found if isinstance(fact, Disclosure)}


# Names of fields


def test_there_is_an_example_of_every_form_and_it_holds():
    assert {known.form for known in properties().values()} <= EXAMPLES.keys()
    assert all(holds(form, text) for form, text in EXAMPLES.items())


def test_every_name_of_a_field_is_told_in_one_message():
    fields = {key: EXAMPLES[properties()[name].form] for key, name in names_of_fields().items()}
    expected = {(name, "key", f"json:$.{key}") for key, name in names_of_fields().items()}
    assert expected <= said(sent=json.dumps(fields).encode())


def test_no_name_of_a_field_tells_of_a_value_that_none_has():
    fields = dict.fromkeys(names_of_fields(), "0")
    assert not said(sent=json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("form", "others"),
    [
        ("imei", {"email", "hash", "ip", "latitude", "mac", "text", "url"}),
        ("mac", {"email", "hash", "ip", "imei", "latitude", "phone", "url"}),
        ("email", {"hash", "ip", "imei", "latitude", "mac", "phone", "url"}),
        ("ip", {"email", "hash", "imei", "latitude", "mac", "url"}),
        ("phone", {"email", "hash", "ip", "imei", "latitude", "mac", "text", "url"}),
        ("uuid", {"email", "ip", "imei", "latitude", "mac", "phone", "url"}),
        ("text", {"email", "hash", "ip", "imei", "latitude", "mac", "phone", "url", "uuid"}),
        ("longitude", {"email", "hash", "ip", "imei", "latitude", "mac", "text", "url"}),
    ],
)
def test_a_value_of_one_form_is_none_of_others(form, others):
    assert not {other for other in others if holds(other, EXAMPLES[form])}


@pytest.mark.parametrize("key", ["gps_adid", "GPS-ADID", "gpsAdid", "gps.adid", "X-GPS-AdId", "Gps Adid"])
def test_case_and_signs_of_a_name_do_not_count(key):
    assert {name for name, *_ in said(sent=json.dumps({key: EXAMPLES["uuid"]}).encode())} == {"advertisingId"}


@pytest.mark.parametrize("key", ["gps_adid2", "my_gps_adid", "gpsadi"])
def test_more_or_less_of_a_name_is_another_one(key):
    assert {method for _, method, _ in said(sent=json.dumps({key: EXAMPLES["uuid"]}).encode())} == {"pattern"}


@pytest.mark.parametrize(("size", "told"), [(500, True), (501, False)])
def test_typed_text_has_an_end(size, told):
    assert bool(said(sent=json.dumps({"search_query": "a b c d e " * 50 + "x" * (size - 500)}).encode())) is told


# Recipients


def test_hosts_are_listed_once_as_labels_in_lower_case():
    hosts = [host for known in RECIPIENTS.values() for host in known.hosts]
    assert len(hosts) == len(set(hosts))
    assert all(re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", host) for host in hosts)
    assert all(recipient(f"a.b.{host}") is recipient(host) is not None for host in hosts)


@pytest.mark.parametrize("name", RECIPIENTS)
def test_every_place_in_the_query_of_a_recipient_is_told(name):
    """Plain names, each alone: a path of more than one part is of a document in a field."""
    known = RECIPIENTS[name]
    for path, found in known.query.items():
        if "." in path or "[" in path:
            continue
        for item in found:
            value = EXAMPLES[properties()[item].form]
            field = path.replace("*", "7")
            url = f"https://{known.hosts[0]}/x?{quote(field, safe='')}={quote(value, safe='')}"
            assert (item, "adapter") in {fact[:2] for fact in said(url=url)}, (path, item)


@pytest.mark.parametrize("name", RECIPIENTS)
def test_every_place_in_the_body_of_a_recipient_is_told(name):
    """Each place in a document of its own, which is built along the path."""
    known = RECIPIENTS[name]
    for path, found in known.body.items():
        for item in found:
            tree = EXAMPLES[properties()[item].form]
            for part in reversed(path.replace("*", "7").split(".")):
                tree = {part: tree}
            body = json.dumps(tree).encode()
            assert (item, "adapter") in {fact[:2] for fact in said(url=f"https://{known.hosts[0]}/", sent=body)}, path


@pytest.mark.parametrize("name", [name for name, known in RECIPIENTS.items() if known.header])
def test_every_header_of_a_recipient_is_told_whatever_its_case(name):
    known = RECIPIENTS[name]
    for header, found in known.header.items():
        for item in found:
            headers = ((header.title(), EXAMPLES[properties()[item].form]),)
            facts = said(url=f"https://{known.hosts[0]}/", request=headers)
            assert (item, "adapter", f"header:{header.title()}") in facts


def test_a_plain_path_comes_before_one_with_a_star():
    places = Places(Recipient(hosts=("a.example",), query={"id_*": ("userId",), "id_1": ("deviceId",)}))
    assert places.at("query", "id_1") == ("deviceId",)
    assert places.at("query", "id_2") == ("userId",)
    assert places.at("query", "ID_2") == ()
    assert places.at("body", "id_1") == ()


def test_a_name_is_asked_for_by_its_last_two_parts():
    places = Places(Recipient(hosts=("a.example",), body={"device.ids.gaid": ("advertisingId",), "uid": ("userId",)}))
    assert all(places.may_have("body", name) for name in ("gaid", "ids", "uid", "device.ids.gaid", ""))
    assert not any(places.may_have("body", name) for name in ("device", "other"))
    assert not places.may_have("query", "gaid")


def test_of_many_names_that_end_alike_the_longest_is_the_recipient(monkeypatch):
    from affidavit.network.personal import known

    wide, narrow = (Places(Recipient(hosts=(host,))) for host in ("example", "api.example"))
    monkeypatch.setattr(known, "_hosts", lambda: {"example": wide, "api.example": narrow})
    assert recipient("eu.api.example") is recipient("api.example") is narrow
    assert recipient("www.example") is recipient("xapi.example") is wide


# Values of a profile

FIELDS = {
    "uuid": "identifiers: {advertising-id: %s}",
    "id": "identifiers: {android-id: %s}",
    "imei": "identifiers: {imei: %s}",
    "mac": "identifiers: {mac: %s}",
    "ssid": "identifiers: {ssid: %s}",
    "phone": "phone: %s",
    "email": "email: %s",
    "name": "names: %s",
    "text": "typed: %s",
    "url": "visited: %s",
    "other": "other: {thing: %s}",
}


def problem(kind: str, text: str) -> str:
    try:
        read_profile((FIELDS[kind] % json.dumps(text)).encode())
    except UsageError as error:
        return str(error)
    return ""


def test_every_kind_of_value_has_a_field_here_and_the_other_way_round():
    assert FIELDS.keys() == telling().kinds.keys()


@pytest.mark.parametrize("kind", FIELDS)
def test_a_kind_has_a_shortest_value(kind):
    """Of characters that are all different, so that only their number decides."""
    least = telling().kinds[kind].characters
    letters = "0a1b2c3d4e5f6789ghijklmnopqrstuvwxyz"[: max(least, 1)].ljust(least, "q")
    assert bits(letters) >= telling().kinds[kind].bits
    assert not problem(kind, letters)
    assert "too short" in problem(kind, letters[: least - 1])


@pytest.mark.parametrize("kind", FIELDS)
def test_a_long_value_of_two_letters_is_too_plain(kind):
    wanted = telling().kinds[kind]
    text = "a" * (wanted.characters - 1) + "b"
    assert bits(text) < wanted.bits
    assert wanted.advice in problem(kind, text)


@pytest.mark.parametrize("common", sorted(telling().common))
def test_a_value_that_many_devices_have_is_refused_and_no_candidate(common):
    assert "many devices" in problem("other", common)
    assert "many devices" in problem("other", "-".join(common).upper())
    assert not holds("", common)


@pytest.mark.parametrize(("size", "right"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_value_has_an_end(size, right):
    assert (problem("text", ("zebra crossing " * 200)[: size - 1] + "x") == "") is right


def test_a_profile_has_as_many_values_as_can_be_looked_for():
    text = "typed:\n" + "".join(f"- zebra crossing {number} times\n" for number in range(MOST))
    assert len(read_profile(text.encode()).values) == MOST


def test_a_value_written_twice_is_looked_for_once_and_blanks_do_not_count():
    assert read_profile(b"typed: ['zebra crossing', ' zebra crossing ', '', '  ']").values == (
        Value("typedText", "text", "zebra crossing"),
    )


def test_points_have_their_numbers_and_edges_of_the_earth_are_on_it():
    data = b"location: [{lat: 90.0000, lon: -180.0000}, {lat: -89.99999, lon: 0.1234}]"
    assert [(value.property, value.text, value.pair) for value in read_profile(data).values] == [
        ("latitude", "90.0000", 0),
        ("longitude", "-180.0000", 0),
        ("latitude", "-89.99999", 1),
        ("longitude", "0.1234", 1),
    ]


@pytest.mark.parametrize(
    "point",
    [
        "{lat: 90.0001, lon: 1.0001}",
        "{lat: 1.0001, lon: 180.0001}",
        "{lat: 1.001, lon: 1.0001}",
        "{lat: '1,0001', lon: 1.0001}",
        "{lat: 1e1, lon: 1.0001}",
        "{lat: ' 1.0001', lon: 1.0001}",
        "{lat: 1.0001N, lon: 1.0001}",
        "{lat: 1.0001}",
        "{lat: 1.0001, lon: 1.0001, alt: 5}",
    ],
)
def test_points_that_are_none_are_refused(point):
    with pytest.raises(UsageError):
        read_profile(f"location: {point}".encode())


@pytest.mark.parametrize(
    ("text", "plain"),
    [("3C:5A-b4", "3c5ab4"), ("É-1 ß", "é1ß"), ("", ""), ("--- ", "")],
)
def test_a_bare_text_has_letters_and_digits_alone(text, plain):
    assert bare(text) == plain
    assert meaningless(text) is (len(set(plain)) < 2)


@pytest.mark.parametrize(("text", "size"), [("", 0), ("aaaa", 0), ("ab", 2), ("abcd", 8), ("aabb", 4)])
def test_bits_are_those_of_the_letters_as_they_are_spread(text, size):
    assert bits(text) == size
