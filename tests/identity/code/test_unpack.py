"""The product's index is kept packed and used mapped: both hold the same."""

import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.store import opened, written
from affidavit.identity.code.unpack import KEPT, unpack
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import KnowledgeError
from tests.builders.made_libraries import library, seeded, signatures


def small() -> bytes:
    made = signatures(library(seeded(1), "a/b"))
    return written(build([Family("one")], [(Version(0, "1.0"), made)]), "small", packed=True)


def test_what_is_unpacked_holds_the_same(tmp_path):
    kept, target = tmp_path / "kept.idx", tmp_path / "made" / "libraries.idx"
    kept.write_bytes(small())
    unpack(kept, target)
    (before, source), (after, mapped) = opened(kept.read_bytes()), opened(target.read_bytes())
    assert after.versions == before.versions
    assert after.node_name == before.node_name
    assert after.tokens.tolist() == before.tokens.tolist()
    assert (mapped.name, mapped.classes) == (source.name, source.classes)
    assert sorted(path.name for path in target.parent.iterdir()) == ["libraries.idx"]


def test_a_damaged_index_leaves_the_one_before(tmp_path):
    kept, target = tmp_path / "kept.idx", tmp_path / "libraries.idx"
    kept.write_bytes(small())
    unpack(kept, target)
    before = target.read_bytes()
    kept.write_bytes(small()[:-1] + b"?")
    with pytest.raises(KnowledgeError):
        unpack(kept, target)
    assert target.read_bytes() == before


def test_the_product_has_an_index_and_it_is_the_one_that_is_kept():
    mapped, kept = opened(FINGERPRINTS.read_bytes()), opened(KEPT.read_bytes())
    assert mapped[0].versions == kept[0].versions
    assert mapped[1].scheme == kept[1].scheme
