"""The file of an index gives back the index, byte for byte the same each time, and refuses what does not fit."""

import hashlib

import msgspec
import numpy as np
import pytest

from affidavit.identity.code import store
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Index
from affidavit.model.errors import KnowledgeError
from tests.builders.made_libraries import seeded
from tests.identity.code.test_build import _built, _case


def _same(one: Index, other: Index) -> bool:
    arrays, others = store.arrays_of(one), store.arrays_of(other)
    plain = ("scheme", "families", "versions", "left_out", "node_name", "background")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        np.array_equal(array, others[name]) for name, array in arrays.items()
    )


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_what_was_written_is_opened_again(seed: int, packed: bool):
    index = _built(*_case(seed))
    data = store.written(index, "mine", packed=packed)
    again, source = store.opened(data)
    assert _same(index, again)
    assert source.digest == hashlib.sha256(data[:-32]).hexdigest() == data[-32:].hex()
    assert (source.name, source.families, source.versions) == ("mine", len(index.families), len(index.versions))
    assert (source.classes, source.background) == (len(index.node_name), index.background)
    assert store.written(again, "mine", packed=packed) == data
    arrays = {name: array.dtype for name, array in store.arrays_of(again).items()}
    assert arrays == {name: array.dtype for name, array in store.arrays_of(index).items()}


@pytest.mark.parametrize("packed", [True, False])
def test_an_index_of_nothing_is_kept_too(packed: bool):
    index, _ = store.opened(store.written(build([], []), "", packed=packed))
    assert _same(index, build([], []))


def test_a_mapped_index_lies_in_the_bytes_of_its_file():
    data = store.written(_built(*_case(1)), "mine", packed=False)
    index, _ = store.opened(data)
    whole = np.frombuffer(data, np.uint8)
    assert all(np.shares_memory(array, whole) for array in (index.token, index.rows, index.posting.items))
    assert all(array.ctypes.data % 8 == 0 for array in (index.token, index.rows))


def _signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize("packed", [True, False])
def test_a_byte_changed_is_noticed(packed: bool):
    data = bytearray(store.written(_built(*_case(2)), "mine", packed=packed))
    rng = seeded(1)
    for _ in range(20):
        at = rng.randrange(16, len(data))
        data[at] ^= 1 << rng.randrange(8)
        with pytest.raises(KnowledgeError) as refused:
            store.opened(bytes(data))
        assert refused.value.advice


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_hostile_bytes_under_a_right_digest_are_refused_or_harmless(packed: bool, seed: int):
    data = store.written(_built(*_case(seed + 2)), "mine", packed=packed)[:-32]
    rng = seeded(seed)
    refused = 0
    for _ in range(150):
        made = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(8, len(made))
            made[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        if rng.random() < 0.2:
            del made[rng.randrange(len(made)) :]
        try:
            index, _ = store.opened(_signed(bytes(made)))
        except KnowledgeError as error:
            refused += bool(error.advice)
            continue
        _walk(index)
    assert refused > 30


def _walk(index: Index) -> None:
    """Every number of an index leads into its array."""
    for row in range(len(index.node)):
        index.of(row)
        index.versions[max(index.of_version.row(row).tolist(), default=-1)]
    for row in range(len(index.node_name)):
        index.node_family[index.graph.row(row)]
    for row in range(len(index.token)):
        index.node_family[index.node[index.posting.row(row)]]
    assert index.rows_of(index.tokens).tolist() == index.rows.tolist()


def _resized(data: bytes, name: str, count: int) -> bytes:
    """The same file with another number of items said of one array."""
    room = int.from_bytes(data[12:16], "little")
    header = msgspec.json.decode(data[16 : 16 + room])
    for section in header["sections"]:
        if section["name"] == name:
            section["count"] = count
    said = msgspec.json.encode(header).ljust(room)
    return _signed(data[:16] + said + data[16 + room : -32])


@pytest.mark.parametrize("name", ["bits", "token", "union", "forms", "shared"])
def test_an_array_that_would_fill_the_memory_is_not_unpacked(name: str):
    data = store.written(_built([Family("a")], []), "", packed=True)
    for count in (1 << 40, 1 << 33, 1 << 20):
        with pytest.raises(KnowledgeError, match="fit"):
            store.opened(_resized(data, name, count))


def test_what_is_no_index_or_of_another_time_is_told_apart():
    data = store.written(_built(*_case(1)), "mine", packed=True)
    with pytest.raises(KnowledgeError, match="not an index"):
        store.opened(b"PK\3\4" * 30)
    with pytest.raises(KnowledgeError, match="not an index"):
        store.opened(b"")
    with pytest.raises(KnowledgeError, match="format 9"):
        store.opened(_signed(data[:8] + b"\x09" + data[9:-32]))
    with pytest.raises(KnowledgeError, match="scheme") as refused:
        store.opened(_signed(data[:-32].replace(b'"scheme":', b'"scheme":9', 1).replace(b" " * 9, b" " * 8, 1)))
    assert "build it again" in refused.value.advice
