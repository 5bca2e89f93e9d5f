"""Entitlements in both forms: what is written is read, in DER too, and no nesting or length goes on for ever."""

import plistlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.artefact.plist import PlistError
from affidavit.signing.apple.blobs import MalformedError
from affidavit.signing.apple.entitlements import read_der, read_xml
from tests.builders.apple import der_entitlements, der_value

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(1 << 63), 1 << 63)
    | st.text(max_size=9)
    | st.sampled_from([60, 70, 150]).map("é".__mul__),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=9), VALUES, max_size=4))
@example({"long": "x" * 70_000})
def test_what_is_written_in_der_is_read(content):
    assert read_der(der_entitlements(content)) == content


def test_the_earlier_form_is_a_set_of_pairs():
    pair = b"\x30\x06" + b"\x0c\x01a" + b"\x01\x01\xff"
    assert read_der(b"\x31\x08" + pair) == {"a": True}


def test_bytes_stay_bytes():
    assert read_der(b"\xb0\x09\x30\x07\x0c\x01a\x04\x02\x00\xff") == {"a": b"\x00\xff"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no dictionary"),
        (b"\x0c\x01a", "no dictionary"),
        (b"\xb0", "no length"),
        (b"\xb0\x80", "not read"),
        (b"\xb0\x85\0\0\0\0\0", "not read"),
        (b"\xb0\x7f", "passes the end"),
        (b"\xb0\x05\x0c\x03abc", "passes the end"),
        (b"\xb0\x04\x0c\x02\x0c\x00", "no pair"),
        (b"\xb0\x05\x30\x03\x0c\x01a", "no pair"),
        (b"\xb0\x08\x30\x06\x0c\x01a\x09\x01\x00", "unknown tag 0x9"),
        (bytes((1 << 20) + 1), "more than the"),
    ],
)
def test_what_is_malformed_is_refused_with_its_reason(data, why):
    with pytest.raises(MalformedError, match=why):
        read_der(data)


def test_deep_nesting_is_refused():
    value: object = True
    for _ in range(200):
        value = [value]
    with pytest.raises(MalformedError, match="deeper than 32"):
        read_der(der_value({"a": value}))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_end_in_a_dictionary_or_a_reason(data):
    try:
        assert isinstance(read_der(b"\xb0" + bytes([min(len(data), 0x7F)]) + data), dict)
    except MalformedError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


def test_property_lists_are_dictionaries_or_refused():
    assert read_xml(plistlib.dumps({"a": [1]})) == {"a": [1]}
    assert read_xml(b" \n") == {}
    with pytest.raises(MalformedError, match="no dictionary"):
        read_xml(plistlib.dumps(["a"]))
    with pytest.raises(PlistError):
        read_xml(b"<plist>")
