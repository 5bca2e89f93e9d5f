"""Indexes that are handed over as open files: merged in their order, opened once, refused when they are none."""

import pytest

from affidavit.evidence import indexes
from affidavit.evidence.indexes import chosen, digests, named, opened_index
from affidavit.identity.code import store
from affidavit.identity.code.handed import handed
from affidavit.identity.code.index import Family
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import KnowledgeError, UsageError
from tests.builders.known_code import FAMILY, library_index


def written(path, *families):
    path.write_bytes(store.written(library_index(families), path.name, packed=False))
    return path


def opened(*paths):
    files = [opened_index(path) for path in paths]
    try:
        return handed([(file.fileno(), named(path)) for file, path in zip(files, paths, strict=True)])
    finally:
        for file in files:
            file.close()


def test_several_indexes_are_one_and_each_is_named(tmp_path):
    first, second = (
        written(tmp_path / "a", FAMILY, Family("one")),
        written(tmp_path / "b", Family("two"), Family("three")),
    )
    known = opened(first, second)
    assert [family.id for family in known.index.families] == [FAMILY.id, "one", "two", "three"]
    assert [source.digest for source in known.sources] == list(digests([first, second]))


def test_the_same_file_is_opened_once_until_it_changes(tmp_path):
    path = written(tmp_path / "a", FAMILY, Family("one"))
    assert opened(path) is opened(path)
    before = opened(path)
    written(path, FAMILY, Family("another-name"))
    assert opened(path) is not before


def test_nothing_is_compared_without_an_index():
    assert handed([]) is None


@pytest.mark.parametrize("content", [b"", b"x" * 100])
def test_what_is_no_index_is_refused_by_its_name_with_advice(tmp_path, content):
    path = tmp_path / "no.index"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"no\.index: .*not an index of known code") as caught:
        opened(path)
    assert "knowledge build libraries" in caught.value.advice


def test_an_index_that_came_along_damaged_is_not_the_callers_mistake(tmp_path, monkeypatch):
    path = tmp_path / "shipped.index"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(indexes, "FINGERPRINTS", path)
    with pytest.raises(KnowledgeError, match="comes along cannot be used") as caught:
        opened(path)
    assert "make build" in caught.value.advice


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"No such file"):
        opened_index(tmp_path / "none")


def test_those_that_a_person_adds_come_after_the_one_that_comes_along(tmp_path):
    path = tmp_path / "mine.index"
    own = (FINGERPRINTS,) if FINGERPRINTS.is_file() else ()
    assert chosen(None) == own
    assert chosen([path]) == (*own, path)
