"""The file of a snapshot: what is written is read, and what does not fit is refused with advice."""

import hashlib

import msgspec
import numpy as np
import pytest

from affidavit.model.errors import KnowledgeError
from affidavit.network.snapshot import store
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.view import Snapshot
from tests.builders.networks import part

PARTS = [
    part("asn", ("192.0.2.0/24", "64500", "Example Ltd"), ("2001:db8::/32", "64501", "Ünï"), series="asn"),
    part("country-geo", ("192.0.2.0/25", "SG"), ("2001:db8:0:0:8::/80", "IE"), series="geo"),
    part("suffix-owner", ("example.com", "example", "Example"), ("=a.example.net", "other"), series="owners"),
    part("public-suffix", ("com", "icann"), ("net", "icann")),
]


@pytest.fixture(scope="module", params=[True, False], ids=["packed", "mapped"])
def data(request):
    return store.written(built(PARTS, "mine"), packed=request.param)


def signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def test_what_is_written_is_read(data):
    shot = Snapshot(data)
    assert (shot.name, shot.digest) == ("mine", data[-32:].hex())
    assert [(hit.table, hit.value, hit.title, hit.by) for hit in shot.at("192.0.2.1")] == [
        ("asn", "AS64500", "Example Ltd", "192.0.2.0/24"),
        ("country-geo", "SG", "", "192.0.2.0/25"),
    ]
    assert [(hit.value, hit.title) for hit in shot.at("2001:db8:0:0:8::1")] == [("AS64501", "Ünï"), ("IE", "")]
    assert [hit.value for hit in shot.suffixes("b.a.example.net")] == []
    assert [hit.value for hit in shot.suffixes("a.example.net")] == ["other"]


def test_packed_and_mapped_files_hold_the_same():
    packed, mapped = (store.written(built(PARTS, "mine"), packed=form) for form in (True, False))
    assert store.unpacked(packed) == mapped == store.unpacked(mapped)


@pytest.mark.parametrize("packed", [True, False])
def test_the_same_parts_in_any_order_give_the_same_bytes(packed):
    one, other = (store.written(built(parts, "mine"), packed=packed) for parts in (PARTS, PARTS[::-1]))
    assert one == other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: b"", "an empty file is not a snapshot of networks"),
        (lambda data: b"affcode\0" + data[8:], "not a snapshot of networks"),
        (lambda data: data[:30], "cut short"),
        (lambda data: data[:-1], "digest"),
        (lambda data: signed(data[:8] + b"\2" + data[9:-32]), "format 2"),
        (lambda data: signed(data[:12] + b"\xff\xff\xff\xff" + data[16:-32]), "'header' does not fit"),
        (lambda data: signed(data[:16] + b"x" + data[17:-32]), "its header"),
        (lambda data: signed(data.replace(b'"table":"asn"', b'"table":"xyz"')[:-32]), "'xyz'"),
        (lambda data: signed(data.replace(b"2026-06-01", b"2026-13-01")[:-32]), "'dates'"),
    ],
)
def test_another_file_is_refused_with_advice(data, change, message):
    with pytest.raises(KnowledgeError, match=message) as refused:
        Snapshot(change(data))
    assert "affidavit knowledge build networks" in refused.value.advice


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("v4.row", [-1, 7, -1]), ("v4.row", [-2, 0, -1]), ("v4.start", [1, 2, 3]), ("v4.start", [0, 3, 3]),
        ("v4.start", [0, 3]), ("v4.bits", [0, 33, 0]), ("v4.bits", [0, 1]), ("value", [0]), ("title", [99, 0]),
        ("v6.low", [0, 0]), ("v6.high", [0, 5, 4]), ("v6.row", []),
    ],
)  # fmt: skip
def test_every_number_of_ranges_is_checked(name, numbers):
    content = built(PARTS[:1], "mine")
    changed = dict(content.arrays[0])
    changed[name] = np.array(numbers, changed[name].dtype)
    content = msgspec.structs.replace(content, arrays=(changed,))
    with pytest.raises(KnowledgeError, match="does not fit the others"):
        Snapshot(store.written(content, packed=False))


@pytest.mark.parametrize(("name", "numbers"), [("key", [9, 10]), ("key", [5, 5]), ("row", [0, 9]), ("row", [0])])
def test_every_number_of_keys_is_checked(name, numbers):
    content = built(PARTS[2:3], "mine")
    changed = dict(content.arrays[0])
    changed[name] = np.array(numbers, changed[name].dtype)
    content = msgspec.structs.replace(content, arrays=(changed,))
    with pytest.raises(KnowledgeError, match="does not fit the others"):
        Snapshot(store.written(content, packed=False))


def test_damage_anywhere_is_refused_and_never_breaks(data):
    for at in range(0, len(data) - 32, 7):
        body = bytearray(data[:-32])
        body[at] ^= 0x41
        try:
            shot = Snapshot(signed(bytes(body)))
        except KnowledgeError:
            continue
        for address in ("192.0.2.1", "2001:db8::1", "192.0.1.255", "255.255.255.255"):
            shot.at(address)
        shot.suffixes("a.example.com")
        shot.public_suffix("a.example.com")


@pytest.mark.parametrize("day", ["", "20260601", "2026-W23-1", "2026-6-1", "2026-06-01T00:00", "9" * 10])
def test_a_day_in_another_form_would_compare_wrongly_and_is_refused(day):
    content = built(PARTS[:1], "mine")
    (said,) = content.said
    source = msgspec.structs.replace(said.source, date=day)
    content = msgspec.structs.replace(content, said=(msgspec.structs.replace(said, source=source),))
    with pytest.raises(KnowledgeError, match="'dates'"):
        Snapshot(store.written(content, packed=False))
