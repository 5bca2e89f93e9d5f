"""Files of known code as a person names them: which are taken, and what is said of one that cannot be."""

import hashlib

import pytest

from affidavit.evidence import indexes
from affidavit.evidence.indexes import chosen, digests, opened_index
from affidavit.identity.code import store
from affidavit.identity.code.packing import FORM
from affidavit.model.errors import UsageError
from tests.builders.known_code import library_index


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "known.index"
    path.write_bytes(store.written(library_index(), "test", packed=False))
    return path


@pytest.mark.parametrize("there", [True, False])
def test_the_index_that_comes_along_is_first_if_it_is_there(tmp_path, monkeypatch, index, there):
    shipped = tmp_path / "shipped.idx"
    if there:
        shipped.write_bytes(b"x")
    monkeypatch.setattr(indexes, "FINGERPRINTS", shipped)
    own = (shipped,) if there else ()
    assert chosen(None) == chosen([]) == own
    assert chosen([index, index]) == (*own, index, index)


def test_a_folder_in_the_place_of_the_index_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path)
    assert chosen(None) == ()


@pytest.mark.parametrize("packed", [True, False])
def test_what_a_file_says_its_digest_is_is_what_reading_it_gives(tmp_path, packed):
    path = tmp_path / "a.index"
    data = store.written(library_index(), "test", packed=packed)
    path.write_bytes(data)
    assert list(digests([path])) == [store.opened(data)[1].digest] == [hashlib.sha256(data[:-32]).hexdigest()]


def test_what_an_index_begins_with_is_written_down_once_more_without_numpy():
    assert FORM.magic == indexes.MAGIC


def test_the_same_index_under_two_names_is_one(tmp_path, index):
    other = tmp_path / "other.index"
    other.write_bytes(index.read_bytes())
    assert list(digests(iter([index, other, index])).values()) == [index]
    assert digests([]) == {}


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 99, FORM.magic, FORM.magic + b"x" * 23])
def test_a_file_that_is_no_index_has_no_digest(tmp_path, data):
    path = tmp_path / "short.idx"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"short\.idx: not an index") as refused:
        digests([path])
    assert "knowledge build libraries" in refused.value.advice


@pytest.mark.parametrize("read", [opened_index, lambda path: digests([path])])
def test_what_cannot_be_opened_is_the_callers_mistake(tmp_path, read):
    for path, why in ((tmp_path / "none.idx", "No such file"), (tmp_path, "directory")):
        with pytest.raises(UsageError, match=why) as refused:
            read(path)
        assert str(path) in str(refused.value)
        assert refused.value.advice


def test_an_index_is_handed_over_from_its_first_byte(index):
    with opened_index(index) as file:
        assert file.read() == index.read_bytes()
