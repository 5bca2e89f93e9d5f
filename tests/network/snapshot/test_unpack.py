"""The snapshot that comes along is unpacked whole or not at all."""

import pytest

from affidavit.model.errors import KnowledgeError
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.unpack import unpack
from affidavit.network.snapshot.view import opened_file
from tests.builders.networks import part

PARTS = [part("asn", ("192.0.2.0/24", "64500", "Example")), part("suffix-owner", ("example.com", "example"))]


def test_it_says_the_same_when_it_is_mapped(tmp_path):
    kept, target = tmp_path / "kept.nets", tmp_path / "new" / "networks.nets"
    kept.write_bytes(written(built(PARTS, "own"), packed=True))
    unpack(kept, target)
    shot = opened_file(target)
    assert shot.name == "own"
    assert [hit.value for hit in shot.at("192.0.2.1")] == ["AS64500"]
    assert [hit.value for hit in shot.suffixes("www.example.com")] == ["example"]
    before = target.read_bytes()
    unpack(kept, target)
    assert target.read_bytes() == before


def test_what_is_damaged_replaces_nothing(tmp_path):
    kept, target = tmp_path / "kept.nets", tmp_path / "networks.nets"
    target.write_bytes(b"before")
    kept.write_bytes(written(built(PARTS, "own"), packed=True)[:-1])
    with pytest.raises(KnowledgeError):
        unpack(kept, target)
    unpack(tmp_path / "missing.nets", target)
    assert target.read_bytes() == b"before"
