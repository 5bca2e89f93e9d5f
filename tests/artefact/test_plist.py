"""Property lists: good ones are read as the standard library does; small files that mean huge trees are refused."""

import datetime as dt
import plistlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact import plist
from affidavit.artefact.plist import PlistError, read_plist

HEAD = b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/x.dtd">'
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)
DATES = st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001 - plistlib's dates have no zone
SCALARS = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=40),
    DATES,
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=25
)


def plain(value):
    """A value with dates as the standard library has them."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(tree=TREES, form=st.sampled_from([plistlib.FMT_BINARY, plistlib.FMT_XML]))
def test_the_standard_library_reads_the_same(tree, form):
    data = plistlib.dumps(tree, fmt=form)
    assert plain(read_plist(data)) == plistlib.loads(data)


def binary(
    objects: list[bytes], *, top: int = 0, width: int = 1, count: int = -1, offsets: list[int] | None = None
) -> bytes:
    """A binary property list of raw objects; `offsets` overrides where they are said to lie."""
    body, starts = b"bplist00", []
    for item in objects:
        starts.append(len(body))
        body += item
    starts = starts if offsets is None else offsets
    table = b"".join(start.to_bytes(4, "big") for start in starts)
    number = len(starts) if count < 0 else count
    return body + table + bytes(6) + struct.pack(">BBQQQ", 4, width, number, top, len(body))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\x08", False),
        (b"\x09", True),
        (b"\x00", None),
        (b"\x10\xff", 255),
        (b"\x13" + b"\xff" * 8, -1),
        (b"\x14" + bytes(7) + b"\x01" + bytes(8), 1 << 64),
        (b"\x22\x3f\x80\x00\x00", 1.0),
        (b"\x33" + bytes(8), dt.datetime(2001, 1, 1, tzinfo=dt.UTC)),
        (b"\x42ab", b"ab"),
        (b"\x51a", "a"),
        (b"\x61\x00\xe9", "é"),
        (b"\x72\xc3\xa9", "é"),
        (b"\x80\x07", 7),
        (b"\x4f\x10\x02ab", b"ab"),
    ],
)
def test_every_kind_of_object_has_its_value(raw, value):
    assert read_plist(binary([raw])) == value


def test_text_that_cannot_be_decoded_is_shown_as_escapes():
    assert read_plist(binary([b"\x52\xff\xfe"])) == "\\xff\\xfe"
    assert read_plist(binary([b"\x61\xd8\x00"])) == "\\xd8\\x00"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ExpatError"),
        (b"bplist00", "before its trailer"),
        (b"bplist00" + bytes(40), "trailer"),
        (binary([b"\x51a"], top=7), "object 7 of 1"),
        (binary([b"\x51a"], offsets=[0]), "said to lie at 0"),
        (binary([b"\x51a"], offsets=[90_000]), "said to lie at"),
        (binary([b"\x51a"], count=1 << 60), "trailer"),
        (binary([b"\x5f\x13" + b"\xff" * 8]), "passes the end"),
        (binary([b"\x5f\x51a"]), "no number"),
        (binary([b"\x15" + bytes(32)]), "number has 32 bytes"),
        (binary([bytes([0xDF, 0x12]) + b"\x7f\xff\xff\xff"]), "more than 200000"),
        (binary([b"\xb0"]), "unknown marker"),
        (binary([b"\x21\x00\x00"]), "number has 2 bytes"),
        (binary([b"\x33" + b"\x7f\xef" + b"\xff" * 6]), "date is out of range"),
        (binary([b"\xd1\x01\x01", b"\x10\x01"]), "key is no text"),
        (binary([b"\xa1\x00"]), "nested deeper"),
        (binary([b"\xa2\x00\x00"]), "nested deeper"),
    ],
)
def test_what_is_malformed_is_refused_with_its_reason(data, why):
    with pytest.raises(PlistError, match=why):
        read_plist(data)


def test_a_tree_that_shares_branches_is_counted_as_often_as_it_has_them():
    # Thirty lists of two references to the next: a billion values in 200 bytes.
    laughs = [bytes([0xA2, number + 1, number + 1]) for number in range(30)]
    with pytest.raises(PlistError, match="more than 200000 values"):
        read_plist(binary([*laughs, b"\x51a"]))


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_caller_may_ask_for_fewer_values(form):
    data = plistlib.dumps([1, 2, 3], fmt=form)
    assert read_plist(data, 4) == [1, 2, 3]
    with pytest.raises(PlistError, match="more than 3 values"):
        read_plist(data, 3)


def test_objects_that_share_bytes_do_not_stand_for_more_than_there_are():
    size = 200_000
    text = b"\x5f\x12" + struct.pack(">I", size) + b"a" * size
    many = 250
    data = binary([bytes([0xAF, 0x10, many]) + bytes([1] * many), text])
    with pytest.raises(PlistError, match="far more bytes"):
        read_plist(data)


def test_long_lists_of_one_object_are_bounded():
    count = plist.MAX_VALUES + 1
    data = binary([b"\xaf\x12" + struct.pack(">I", count) + b"\x01" * count, b"\x09"])
    with pytest.raises(PlistError, match="more than 200000 values"):
        read_plist(data)


def test_xml_entities_and_depth_and_size_are_refused():
    bomb = HEAD[:-1] + b'[<!ENTITY a "aaaa">]><plist><string>&a;</string></plist>'
    outside = b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><plist><string>&x;</string></plist>'
    for data in (bomb, outside):
        with pytest.raises(PlistError):
            read_plist(data)
    with pytest.raises(PlistError, match="deeper than 64"):
        read_plist(HEAD + b"<plist>" + b"<array>" * 5_000 + b"</array>" * 5_000 + b"</plist>")
    with pytest.raises(PlistError, match="more than the"):
        read_plist(b" " * (plist.MAX_BYTES + 1))
    with pytest.raises(PlistError, match="200000 values"):
        read_plist(HEAD + b"<plist><array>" + b"<true/>" * 200_001 + b"</array></plist>")


@pytest.mark.parametrize("inner", [b"<integer>x</integer>", b"<data>!</data", b"<date>x</date>", b"<dict><key/>"])
def test_xml_that_the_standard_library_refuses_is_refused(inner):
    with pytest.raises(PlistError):
        read_plist(HEAD + b"<plist>" + inner + b"</plist>")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_change_of_a_binary_list_ends_in_a_value_or_a_reason(data):
    tree = {"a": [1, 2.5, b"x", "é", True, {"b": dt.datetime(2020, 1, 1)}], "c": ["long" * 10]}  # noqa: DTZ001 - as above
    changed = bytearray(plistlib.dumps(tree, fmt=plistlib.FMT_BINARY))
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(8, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_plist(bytes(changed))
    except PlistError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.corpus
def test_real_lists_are_read_as_the_standard_library_reads_them(corpus):
    import zipfile

    seen = 0
    for path in sorted((corpus / "ios").glob("*/*.ipa")):
        if not zipfile.is_zipfile(path):
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                if data.startswith(b"bplist00") or (data[:1] == b"<" and b"<plist" in data[:300]):
                    assert plain(read_plist(data)) == plistlib.loads(data), name
                    seen += 1
    assert seen >= 30


def test_keys_are_values_too():
    data = binary([b"\xd3" + b"\x01" * 3 + b"\x01" * 3, b"\x51a"])
    assert read_plist(data, 7) == {"a": "a"}
    with pytest.raises(PlistError, match="more than 5 values"):
        read_plist(data, 5)
