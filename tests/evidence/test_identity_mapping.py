"""A mapping file beside an app: pairs of classes name the class of the source, and nothing in the file is believed."""

import hashlib

import pytest

from affidavit.artefact.budget import Budget
from affidavit.cli.main import main
from affidavit.evidence import indexes
from affidavit.evidence.review import identified
from affidavit.identity.code import stage, store
from affidavit.model.code_identity import ClassPair
from affidavit.model.errors import UsageError
from affidavit.model.progress import silent
from affidavit.report.identified import Account, as_text
from affidavit.report.source_names import SourceNames
from tests.builders.known_code import library_index, matched_by_hand, write_app

MAPPING = b"com.tencent.mm.opensdk.A -> a.A:\n    int field -> a\ncom.tencent.mm.opensdk.B -> a.B:\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "match", matched_by_hand)
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")  # what is compared here was made by hand
    index, mapping = tmp_path / "known.index", tmp_path / "mapping.txt"
    index.write_bytes(store.written(library_index(), "test", packed=False))
    mapping.write_bytes(MAPPING)
    return write_app(tmp_path), index, mapping


def named(files, **more):
    app, index, mapping = files
    return identified(app, Budget(), silent, sandbox="none", libraries=[index], mapping=mapping, **more)


def originals(found):
    names = SourceNames(found.facts)
    return {
        fact.what.app_class: names.of(fact.what.app_class) for fact in found.facts if isinstance(fact.what, ClassPair)
    }


def test_pairs_name_the_class_of_the_source(files):
    found = named(files)
    assert found.artefact.mapping == hashlib.sha256(MAPPING).hexdigest()
    assert originals(found) == {
        "La/A;": "com.tencent.mm.opensdk.A",
        "La/B;": "com.tencent.mm.opensdk.B",
        "La/C;": "",
        "La/D;": "",
    }
    assert not [item for item in found.limitations if item.kind == "identity/mapping"]
    text = " ".join(as_text(Account(found.artefact, found.facts, ()), "wechat-opensdk", width=400).split())
    assert "a.A (com.tencent.mm.opensdk.A by the mapping) is com.tencent.mm.opensdk.A" in text


@pytest.mark.parametrize("data", [b"", b"\x00\xff not a mapping\n" * 9])
def test_what_is_no_mapping_file_is_a_limitation(files, data):
    files[2].write_bytes(data)
    found = named(files)
    assert set(originals(found).values()) == {""}
    assert [item for item in found.limitations if item.kind == "identity/mapping"]


def test_a_mapping_file_that_is_not_there_is_the_callers_mistake(files):
    app, index, mapping = files
    mapping.unlink()
    with pytest.raises(UsageError, match="cannot read"):
        named((app, index, mapping))


def test_behind_walls_the_file_is_read_in_the_worker(files):
    app, index, mapping = files
    found = identified(app, Budget(), silent, libraries=[index], mapping=mapping)
    assert found.artefact.mapping == hashlib.sha256(MAPPING).hexdigest()


def test_a_bundle_takes_no_mapping_file(tmp_path, capsys):
    bundle = tmp_path / "a.affidavit"
    bundle.write_bytes(b"x")
    assert main(["identify", str(bundle), "--mapping", str(bundle)]) != 0
    assert "--mapping" in capsys.readouterr().err
