"""What is said of personal data in a message: property, category, method, path, and no value unless asked for."""

import base64
import hashlib
import json

import msgspec
import pytest

from affidavit.model.capture import Disclosure
from affidavit.network.personal import literals
from affidavit.network.personal.profile import Profile, Value, read_profile
from affidavit.network.personal.redact import redacted
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import message
from tests.network.personal.test_planted import PROFILE

AAID = "1209d0b9-b959-42e6-b921-aa5d9d08c1af"
OTHER = "5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92"
ANYBODY = Seeker()
OWNER = Seeker(read_profile(f"identifiers: {{advertising-id: {AAID}}}\nemail: jane.planted@example.org".encode()))


def said(seeker: Seeker, **more) -> list[Disclosure]:
    return [item.fact for item in seeker.seek(message(**more)) if isinstance(item.fact, Disclosure)]


def short(facts) -> list[tuple]:
    return [(fact.property, fact.method, fact.path) for fact in facts]


def test_a_known_value_is_said_with_all_that_leads_to_it():
    body = json.dumps({"device": {"ids": ["x", AAID]}}).encode()
    (fact,) = said(OWNER, sent=body)
    assert fact == Disclosure(
        host="api.example.net",
        category="identifiers",
        property="advertisingId",
        method="known-value",
        path=("body", "json:$.device.ids[1]"),
        sha256=hashlib.sha256(AAID.encode()).hexdigest(),
        shown="1209d0b9…",
        address="192.0.2.1",
        key="ids",
    )


def test_a_value_at_many_places_of_one_list_is_said_once():
    body = json.dumps({"crumbs": [{"id": AAID}] * 50, "id": AAID}).encode()
    assert short(said(OWNER, sent=body)) == [
        ("advertisingId", "known-value", ("body", "json:$.crumbs[0].id")),
        ("advertisingId", "known-value", ("body", "json:$.id")),
    ]


def test_a_value_that_only_the_undivided_text_holds_is_said_of_it():
    assert short(said(OWNER, sent=json.dumps({AAID: 1}).encode())) == [("advertisingId", "known-value", ("body",))]


def test_what_comes_back_is_said_as_received_and_by_known_values_alone():
    answer = json.dumps({"gaid": OTHER, "echo": AAID}).encode()
    (fact,) = said(OWNER, received=answer, response=(("X-Id", "none"),))
    assert (fact.path, fact.sent) == (("response-body", "json:$.echo"), False)
    assert not said(ANYBODY, received=answer)


@pytest.mark.parametrize("text", ["xjane.planted@example.orgx", "jane.planted@example.organic", f"{AAID[:-1]}"])
def test_a_value_inside_a_longer_word_is_another_one(text):
    assert "known-value" not in {fact.method for fact in said(OWNER, sent=text.encode())}


# Without a profile


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("gps_adid", OTHER, "advertisingId"),
        ("X-Advertising-ID", OTHER, "advertisingId"),
        ("android_id", "8d2c41f09ab37e65", "androidId"),
        ("IMEI", "356938035643809", "imei"),
        ("wifiMac", "3c:5a:b4:71:62:e3", "macAddress"),
        ("lat", "52.5200", "latitude"),
        ("lng", -13.404954, "longitude"),
        ("user_email", "jane@example.org", "email"),
        ("phoneNumber", "+4915123456789", "phoneNumber"),
        ("local_ip", "10.0.0.7", "localIp"),
        ("search_query", "zebra crossings", "typedText"),
    ],
)
def test_a_field_is_told_by_what_it_is_called(key, value, name):
    assert (name, "key", ("body", f"json:$.{key}")) in short(said(ANYBODY, sent=json.dumps({key: value}).encode()))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gaid", "00000000-0000-0000-0000-000000000000"),
        ("gaid", "unknown"),
        ("imei", "356938035643808"),
        ("imei", "490154203237518"),
        ("mac", "02:00:00:00:00:00"),
        ("lat", "0.0"),
        ("lat", "91.5000"),
        ("lat", "true"),
        ("email", "yes"),
        ("user_id", "null"),
        ("phone", "iPhone"),
        ("local_ip", "127.0.0.1"),
        ("colour", "5200"),
    ],
)
def test_a_name_alone_says_nothing_when_the_value_cannot_be_one(key, value):
    assert not said(ANYBODY, sent=json.dumps({key: value}).encode())


def test_names_of_cookies_are_chosen_by_servers():
    assert not said(ANYBODY, request=(("Cookie", "SSID=A9-kk37Zx; device_id=4711471147"),))
    assert said(ANYBODY, request=(("Cookie", f"gaid={OTHER}"),))[0].method == "key"


def test_the_place_where_a_recipient_has_data_sent_comes_before_its_name():
    body = json.dumps(
        {"advertising_ids": {"aaid": OTHER}, "hardware_id": "8d2c41f09ab37e65", "model": "Pixel"}
    ).encode()
    facts = said(ANYBODY, url="https://api2.branch.io/v1/open", sent=body)
    assert short(facts) == [
        ("advertisingId", "adapter", ("body", "json:$.advertising_ids.aaid")),
        ("deviceId", "adapter", ("body", "json:$.hardware_id")),
        ("model", "adapter", ("body", "json:$.model")),
    ]
    assert [fact.category for fact in facts] == ["identifiers", "identifiers", ""]


@pytest.mark.parametrize("host", ["branch.io.example.net", "notbranch.io", "branch.io.cn"])
def test_a_host_that_only_looks_like_a_recipient_is_none(host):
    facts = said(ANYBODY, url=f"https://{host}/v1/open", sent=b'{"identity_id": "1172860168363571074"}')
    assert {fact.method for fact in facts} <= {"key"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"seen {OTHER} here", "otherIdentifiers"),
        ("write to jane@example.org, please", "email"),
        ("imei 356938035643809 ok", "imei"),
        ("from 3c:5a:b4:71:62:e3", "macAddress"),
        ("call +4915123456789", "phoneNumber"),
        ("at 52.5200, 13.4050", "latitude"),
    ],
)
def test_a_form_is_a_candidate_and_no_more(text, name):
    assert [(fact.property, fact.method) for fact in said(ANYBODY, sent=text.encode())] == [(name, "pattern")]


@pytest.mark.parametrize(
    "text",
    [
        "5c1f77a0-9d3e-1b26-8a41-0e8f5b6d7c92",
        "356938035643808",
        "1679330124000001",
        "icon@2x.png",
        "03:5a:b4:71:62:e3",
        "0e:5a:b4:71:62:e3",
        "12:30:45",
        "1.2345,6",
        "+4912",
    ],
)
def test_what_has_not_quite_the_form_is_no_candidate(text):
    assert not said(ANYBODY, sent=text.encode())


# Nothing leaves that was not asked for


def everything(seeker: Seeker) -> str:
    values = [value.text for value in PROFILE.values]
    body = {"known": values, "names": dict.fromkeys(values, 1), "deep": {value: {"x": value} for value in values}}
    found = seeker.seek(
        message(
            url=f"https://api.example.net/{values[0]}?{values[0]}={values[1]}",
            request=((f"X-{values[0]}", values[0]), ("Cookie", f"{values[1]}={values[0]}")),
            sent=json.dumps(body, ensure_ascii=False).encode(),
        )
    )
    return msgspec.json.encode([item.fact for item in found]).decode()


def test_no_value_of_a_profile_is_shown_not_even_in_a_path():
    text = everything(Seeker(PROFILE)).lower()
    assert '"known-value"' in text
    assert not [value.text for value in PROFILE.values if value.text.lower() in text]


def test_values_are_shown_when_asked_for():
    text = everything(Seeker(PROFILE, reveal=True))
    assert all(json.dumps(value.text, ensure_ascii=False)[1:-1] in text for value in PROFILE.values)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (AAID, "1209d0b9…"),
        ("356938035643809", "3569…"),
        ("+4915123456789", "+…"),
        ("jane.planted@example.org", "j…@e…"),
        ("-13.404954", "-13.…"),
        ("Jane Planted", "J…"),
        ("a", "…"),
        ("ab", "a…"),
    ],
)
def test_little_is_left_of_a_value(text, shown):
    assert redacted(text) == shown


def test_the_same_message_gives_the_same_facts_in_the_same_order():
    again = Seeker(Profile(PROFILE.values))
    assert everything(Seeker(PROFILE)) == everything(again)


def test_two_kinds_of_one_value_are_both_said():
    owner = Seeker(
        Profile((Value("email", "email", "jane@example.org"), Value("contactEmail", "email", "jane@example.org")))
    )
    assert {fact.property for fact in said(owner, sent=b"jane@example.org")} == {"email", "contactEmail"}


def test_facts_are_the_same_where_the_fast_search_is_not_installed(monkeypatch):
    fast = everything(Seeker(PROFILE))
    monkeypatch.setattr(literals, "hyperscan", None)
    assert everything(Seeker(PROFILE)) == fast


def test_what_is_undecoded_is_said_beside_what_is_found():
    noise = bytes((number * 167 + number * number * 31) % 251 for number in range(600))
    body = json.dumps({"gaid": AAID, "blob": base64.b64encode(noise).decode()}).encode()
    found = [item.fact for item in OWNER.seek(message(sent=body))]
    assert [type(fact).__name__ for fact in found] == ["Disclosure", "Undecoded"]
    assert found[1].size == 600


def test_what_lies_behind_too_many_occurrences_is_counted_as_not_searched(monkeypatch):
    monkeypatch.setattr(literals, "MOST_HITS", 10)
    found = [item.fact for item in OWNER.seek(message(sent=f"{AAID} ".encode() * 100))]
    assert [type(fact).__name__ for fact in found] == ["Disclosure", "Undecoded"]
    assert found[1].why == "too-large"


def test_hosts_are_compared_and_said_in_lower_case():
    (fact,) = said(OWNER, url="https://API.Example.NET/a", sent=AAID.encode())
    assert fact.host == "api.example.net"


def test_every_place_of_a_message_is_said_as_such():
    places = said(
        OWNER,
        url=f"https://{AAID}.example.net/a/{AAID}?id={AAID}",
        request=(("X-Id", AAID), ("Cookie", f"id={AAID}")),
        sent=AAID.encode(),
    )
    assert {fact.path for fact in places} == {
        ("host",),
        ("path", "segment:2"),
        ("query", "form:id"),
        ("header:X-Id",),
        ("header:Cookie", "cookie:id"),
        ("body",),
    }


def test_the_simplest_reading_is_said_where_a_text_holds_a_value_openly_and_decoded():
    facts = said(OWNER, sent=f"at 100%25 \\u0041 {AAID}".encode())
    assert short(facts) == [("advertisingId", "known-value", ("body",))]


def test_what_is_encoded_is_said_by_its_code_and_not_by_the_text_around_it():
    inner = base64.b64encode(json.dumps({"id": AAID}).encode()).decode()
    assert short(said(OWNER, sent=json.dumps({"p": inner}).encode())) == [
        ("advertisingId", "known-value", ("body", "json:$.p", "base64", "json:$.id"))
    ]


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_hashes_of_the_usual_spellings_are_said_as_hashes(name):
    for spelt in (AAID, AAID.upper(), AAID.replace("-", "")):
        digest = hashlib.new(name, spelt.encode()).hexdigest()
        assert short(said(OWNER, sent=json.dumps({"h": digest}).encode())) == [
            ("advertisingId", "known-value", ("body", "json:$.h", name))
        ]


def test_a_hash_with_a_salt_is_not_found():
    digest = hashlib.sha256(b"salt" + AAID.encode()).hexdigest()
    assert not said(OWNER, sent=json.dumps({"h": digest}).encode())


@pytest.mark.parametrize("cut", [1, 2, 8, 20])
def test_half_a_value_is_not_found(cut):
    body = json.dumps({"a": AAID[cut:], "b": AAID[:cut]}).encode()
    assert "known-value" not in {fact.method for fact in said(OWNER, sent=body)}
