"""Files of arrays: one form for every kind of file that the product maps into memory."""

import hashlib
import json
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.knowledge import arrays as files
from affidavit.knowledge.arrays import Form, Section
from affidavit.model.errors import KnowledgeError

FORM = Form(b"afftest\0", 3, "example of a file", "example", "make one", "get it again")
DTYPES = {"few": "<u4", "many": "<i8", "none": "|u1"}
ARRAYS = {
    "few": np.array([7, 9], np.uint32),
    "many": np.arange(-50_000, 50_000, dtype=np.int64),
    "none": np.empty(0, np.uint8),
}


class Header(msgspec.Struct, frozen=True):
    """What such a file says."""

    packed: bool
    word: str = "x"
    sections: tuple[Section, ...] = ()


def read(data: bytes, **more: bool):
    view = memoryview(data)
    header, digest = files.header_of(FORM, view, Header, **more)
    return header, digest, files.arrays_in(FORM, view, header, DTYPES)


def signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_written_is_read(packed):
    data = files.written(FORM, Header(packed, "é"), ARRAYS, DTYPES)
    header, digest, arrays = read(data)
    assert (header.packed, header.word, digest) == (packed, "é", hashlib.sha256(data[:-32]).hexdigest())
    for name, array in ARRAYS.items():
        assert arrays[name].tolist() == array.tolist()
        assert arrays[name].dtype == array.dtype
    assert (len(data) < 100_000) == packed


def test_an_own_file_is_taken_without_computing_its_digest():
    data = files.written(FORM, Header(packed=False), ARRAYS, DTYPES)
    changed = data[:-32] + bytes(32)
    with pytest.raises(KnowledgeError, match="digest"):
        read(changed)
    assert read(changed, own=True)[1] == "00" * 32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: b"", "an empty file is not an example of a file"),
        (lambda data: b"affcode\0" + data[8:], "not an example of a file"),
        (lambda data: data[:40], "the example is cut short: it has 40 bytes"),
        (lambda data: data[:-5], "its digest"),
        (lambda data: signed(data[:8] + b"\0\0\0\3" + data[12:-32]), "byte order"),
        (lambda data: signed(data[:8] + b"\4" + data[9:-32]), "format 4, not 3"),
        (lambda data: signed(data.replace(b'"few"', b'"odd"')[:-32]), "'sections'"),
        (lambda data: signed(data.replace(b'"count":2,', b'"count":9,')[:-32]), "'few'"),
        (lambda data: signed(data.replace(b'"count":2,', b'"count":-2')[:-32]), "its header"),
        (lambda data: signed(data.replace(b'"size":8}', b'"size":9}')[:-32]), "'few'"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(KnowledgeError, match=message) as refused:
        read(change(files.written(FORM, Header(packed=False), ARRAYS, DTYPES)))
    assert refused.value.advice in {"make one", "get it again"}


@pytest.mark.parametrize("count", [1 << 40, 1 << 62, 2_000_000])
def test_a_packed_array_that_says_it_is_larger_than_it_can_be_is_refused(count):
    data = files.written(FORM, Header(packed=True), ARRAYS, DTYPES)
    header, _ = files.header_of(FORM, memoryview(data), Header)
    sections = tuple(
        msgspec.structs.replace(item, count=count) if item.name == "many" else item for item in header.sections
    )
    lying = msgspec.structs.replace(header, sections=sections)
    with pytest.raises(KnowledgeError, match="does not fit the others"):
        files.arrays_in(FORM, memoryview(data), lying, DTYPES)


def test_rows_go_from_nothing_to_everything():
    files.check_rows(FORM, "rows", np.array([0, 2, 2, 5]), 3, 5)
    for start in ([0, 2, 5], [1, 2, 2, 5], [0, 3, 2, 5], [0, 2, 2, 4]):
        with pytest.raises(KnowledgeError, match="'rows'"):
            files.check_rows(FORM, "rows", np.array(start), 3, 5)
    assert files.starts(FORM, "rows", np.array([2, 0, 3], np.uint32), 5).tolist() == [0, 2, 2, 5]
    with pytest.raises(KnowledgeError, match="'rows'"):
        files.starts(FORM, "rows", np.array([2, 0, 3], np.uint32), 6)


@pytest.mark.parametrize(("start", "count"), [([], -1), ([], 0), ([0], 1), ([0, 0], 0)])
def test_rows_of_no_array_are_refused(start, count):
    with pytest.raises(KnowledgeError, match="'rows'"):
        files.check_rows(FORM, "rows", np.array(start, np.int64), count, 0)


def plain_reading(data: bytes) -> dict[str, list[int]]:
    """Slow twin: a file that is not packed, as the module's words describe it, number by number."""
    assert hashlib.sha256(data[:-32]).digest() == data[-32:]
    magic, version, room = struct.unpack_from("<8sII", data)
    assert (magic, version) == (FORM.magic, FORM.version)
    found = {}
    for section in json.loads(data[16 : 16 + room])["sections"]:
        assert section["offset"] % 64 == 0
        letter = {"<u4": "I", "<i8": "q", "|u1": "B"}[DTYPES[section["name"]]]
        found[section["name"]] = list(struct.unpack_from(f"<{section['count']}{letter}", data, section["offset"]))
    return found


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, (1 << 32) - 1), max_size=40),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=40),
    st.binary(max_size=200),
)
def test_files_lie_as_they_are_described(few, many, raw):
    arrays = {"few": np.array(few, np.uint32), "many": np.array(many, np.int64), "none": np.frombuffer(raw, np.uint8)}
    mapped, packed = (files.written(FORM, Header(form), arrays, DTYPES) for form in (False, True))
    expected = {"few": few, "many": many, "none": list(raw)}
    assert plain_reading(mapped) == expected
    for data in (mapped, packed):
        assert {name: array.tolist() for name, array in read(data)[2].items()} == expected


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_is_cut_anywhere_is_refused(packed):
    small = {"few": np.array([7], np.uint32), "many": np.array([1, 2]), "none": np.array([3], np.uint8)}
    data = files.written(FORM, Header(packed), small, DTYPES)
    for cut in range(len(data)):
        with pytest.raises(KnowledgeError):
            read(data[:cut])
        try:
            arrays = read(signed(data[:cut]))[2]
        except KnowledgeError:
            continue
        # Nothing but zeros behind the last array may be missing.
        assert {name: array.tolist() for name, array in arrays.items()} == {"few": [7], "many": [1, 2], "none": [3]}
        assert not any(data[cut:-32])


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    "lie",
    [
        {"offset": 1},
        {"offset": -64},
        {"offset": 1 << 20},
        {"size": -1},
        {"size": 1 << 40},
        {"count": -1},
        {"name": "x"},
    ],
)
def test_every_number_of_a_section_is_checked(packed, lie):
    data = files.written(FORM, Header(packed), ARRAYS, DTYPES)
    header, _ = files.header_of(FORM, memoryview(data), Header)
    first, *others = header.sections
    lying = msgspec.structs.replace(header, sections=(msgspec.structs.replace(first, **lie), *others))
    with pytest.raises(KnowledgeError, match="does not fit the others"):
        files.arrays_in(FORM, memoryview(data), lying, DTYPES)
