"""The product's index and those that a person adds are asked as one, also by a process that can open no file."""

from pathlib import Path

import pytest

from affidavit import knowledge
from affidavit.identity.code import known
from affidavit.identity.code.index import Family
from affidavit.identity.code.store import written
from affidavit.model.errors import KnowledgeError, UsageError
from tests.builders.made_libraries import library, seeded
from tests.identity.code.test_build import _built


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The product's index and another."""
    made = []
    for name in ("libraries", "mine"):
        made.append(tmp_path / f"{name}.idx")
        index = _built([Family(name)], [(0, library(seeded(len(made)), f"org/{name}"), set())])
        made[-1].write_bytes(written(index, name, packed=name == "libraries"))
    monkeypatch.setattr(knowledge, "FINGERPRINTS", made[0])
    monkeypatch.setattr(known, "_held", {})
    monkeypatch.setattr(knowledge, "_held", {})
    known.shipped.cache_clear()
    yield made
    known.shipped.cache_clear()


def test_all_are_asked_and_named(files):
    index, sources = known.known(files[1:])
    assert [family.id for family in index.families] == ["libraries", "mine"]
    assert [source.name for source in sources] == ["libraries", "mine"]
    assert known.known()[0] is known.shipped()[0]


def test_what_is_held_needs_no_file(files):
    knowledge.hold()
    known.hold(files[1:])
    for file in files:
        file.unlink()
    index, _ = known.known(files[1:])
    assert len(index.families) == 2


def test_what_cannot_be_read_is_said_with_its_name(files, tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")
    for path, said in ((tmp_path / "missing", "No such file"), (tmp_path / "empty", "empty")):
        with pytest.raises(UsageError, match=said):
            known.known([path])
    (tmp_path / "other").write_bytes(b"x" * 100)
    with pytest.raises(KnowledgeError, match="other: not an index"):
        known.known([tmp_path / "other"])
    files[0].unlink()
    known.shipped.cache_clear()
    with pytest.raises(KnowledgeError, match="missing"):
        known.shipped()
