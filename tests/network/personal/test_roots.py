"""Where content lies in a message, and which values of a form can be one: known answers."""

import pytest

from affidavit.network.personal import forms, patterns
from affidavit.network.personal.known import telling
from affidavit.network.personal.profile import Value
from affidavit.network.personal.roots import MOST_HEADERS, header, roots
from affidavit.network.personal.values import texts
from tests.builders.planted import message


def places(*, request_: bool = True, **more) -> list[tuple[str, bytes, str]]:
    return [(root.place, root.data, root.reads) for root in roots(message(**more), sent=request_)]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (
            "https://a.example/b/c?d=e#f",
            [("host", b"a.example", ""), ("path", b"/b/c", "segments"), ("query", b"d=e", "form")],
        ),
        ("https://a.example?d=e", [("host", b"a.example", ""), ("query", b"d=e", "form")]),
        ("https://a.example/", [("host", b"a.example", "")]),
        ("https://u:p@a.example:8443/é", [("host", b"u:p@a.example:8443", ""), ("path", "/é".encode(), "segments")]),
        ("/only/a/path?x", [("path", b"/only/a/path", "segments"), ("query", b"x", "form")]),
        ("a.example:443", [("path", b"a.example:443", "segments")]),
        ("", []),
    ],
)
def test_an_address_has_host_path_and_query(url, found):
    made = message()
    made.url = url
    assert [(root.place, root.data, root.reads) for root in roots(made, sent=True)] == found


def test_headers_have_their_names_and_cookies_are_read_as_such():
    found = places(request=(("X-A", "1"), (":authority", "x"), ("cookie", "a=b"), ("X-A", "2")))
    assert found[2:] == [("header:X-A", b"1", ""), ("header:cookie", b"a=b", "cookies"), ("header:X-A", b"2", "")]


def test_bytes_that_are_no_text_come_through_headers_as_they_were():
    found = places(request=(("X-A", b"\xff\xfe".decode("utf-8", "surrogateescape")),))
    assert found[-1] == ("header:X-A", b"\xff\xfe", "")


def test_headers_without_end_are_read_as_far_as_they_are_many():
    found = places(request=tuple(("X-A", str(number)) for number in range(MOST_HEADERS + 50)))
    assert len(found) == MOST_HEADERS + 2


@pytest.mark.parametrize(
    ("kind", "reads"),
    [
        ("application/x-www-form-urlencoded; charset=UTF-8", "form"),
        ('multipart/form-data; boundary="a b"', "multipart:a"),
        ("multipart/form-data; boundary=Xy-7", "multipart:Xy-7"),
        ("multipart/form-data", ""),
        ("application/json", ""),
        ("", ""),
    ],
)
def test_the_kind_of_a_body_says_how_it_is_read(kind, reads):
    assert places(request=(("Content-Type", kind),), sent=b"x")[-1] == ("body", b"x", reads)


def test_the_last_coding_is_undone_first():
    (*_, body) = roots(message(request=(("content-encoding", "br, x-gzip, identity"),), sent=b"x"), sent=True)
    assert body.codings == ("gzip", "br")


def test_an_answer_has_its_own_places_and_no_address():
    found = places(
        request_=False, response=(("Set-Cookie", "a=b; Path=/"), ("Content-Type", "text/html")), received=b"y"
    )
    assert found == [
        ("response-header:Set-Cookie", b"a=b; Path=/", ""),
        ("response-header:Content-Type", b"text/html", ""),
        ("response-body", b"y", ""),
    ]


def test_a_header_is_found_whatever_its_case():
    assert header((("Content-LENGTH", "7"),), "content-length") == "7"
    assert header((), "content-length") == ""


# Forms


@pytest.mark.parametrize(
    ("form", "text", "right"),
    [
        ("uuid", "5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92", True),
        ("uuid", "5c1f77a09d3e4b268a410e8f5b6d7c92", True),
        ("uuid", "short-1", False),
        ("imei", "356938035643809", True),
        ("imei", "356938035643800", False),
        ("imei", "996938035643807", False),
        ("imei", "35693803564380", False),
        ("mac", "3c:5a:b4:71:62:e3", True),
        ("mac", "3c-5a-b4-71-62-e3", True),
        ("mac", "3c5ab47162e3", True),
        ("mac", "3c:5a-b4:71:62:e3", False),
        ("mac", "01:00:5e:00:00:01", False),
        ("phone", "+49 (151) 234-56789", True),
        ("phone", "0049151234567", True),
        ("phone", "2023-03-20", False),
        ("phone", "12", False),
        ("email", "a.b+c@d-e.co.uk", True),
        ("email", "a@b", False),
        ("email", "@b.de", False),
        ("latitude", "-52.5200", True),
        ("latitude", "525200080", True),
        ("latitude", "52", False),
        ("longitude", "181.0001", False),
        ("longitude", "179.9999", True),
        ("ip", "2001:db8::1", True),
        ("ip", "10.0.0.256", False),
        ("ip", "::", False),
        ("url", "https://a.example/b", True),
        ("url", "a.example", False),
        ("text", "Jane's phone", True),
        ("text", "null", False),
        ("text", "12345", False),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e", True),
        ("hash", "d41d8cd9", False),
        ("", "a1b2c3", True),
        ("", "false", False),
        ("", "with blanks 12", False),
        ("", "00000000", False),
    ],
)
def test_a_value_has_a_form_or_not(form, text, right):
    assert forms.holds(form, text) is right


def test_any_wrong_digit_of_an_imei_is_noticed():
    right = "356938035643809"
    assert forms.imei(right)
    for at in range(2, 15):
        for digit in "0123456789":
            changed = right[:at] + digit + right[at + 1 :]
            assert forms.imei(changed) == (changed == right)


def test_bodies_that_give_out_imeis_are_two_digits_each():
    assert all(len(item) == 2 and item.isdigit() for item in telling().imei_bodies)


def test_candidates_of_a_text_are_bounded_and_distinct():
    text = b" ".join(f"{number}@example.org".encode() for number in range(500)) + b" 0@example.org"
    found = [item.text for item in patterns.candidates(text)]
    assert len(found) == len(set(found)) == patterns.MOST


# Spellings


@pytest.mark.parametrize(
    ("kind", "text", "spelt"),
    [
        (
            "uuid",
            "1209D0B9-B959-42E6-B921-AA5D9D08C1AF",
            {"1209d0b9b95942e6b921aa5d9d08c1af", "1209d0b9-b959-42e6-b921-aa5d9d08c1af"},
        ),
        ("uuid", "1209d0b9b95942e6b921aa5d9d08c1af", {"1209d0b9-b959-42e6-b921-aa5d9d08c1af"}),
        ("id", "8d2c41f09ab37e65", {str(0x8D2C41F09AB37E65), "8D2C41F09AB37E65"}),
        ("mac", "3c5ab47162e3", {"3c:5a:b4:71:62:e3", "3C-5A-B4-71-62-E3"}),
        ("phone", "0049 151 1234567", {"+491511234567", "491511234567", "00491511234567"}),
        ("email", "Jane@Example.org", {"jane@example.org", "JANE@EXAMPLE.ORG"}),
        ("url", "https://a.example/b/", {"a.example/b", "a.example/b/", "https://a.example/b"}),
        ("imei", "35-693803-564380-9", {"356938035643809"}),
        ("name", "Jané Ö", {"jané ö", "JANÉ Ö"}),
    ],
)
def test_a_value_is_spelt_as_software_does(kind, text, spelt):
    assert spelt | {text} <= set(texts(Value("x", kind, text)))
