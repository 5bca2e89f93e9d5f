"""The pack that the product reads is that of the sources as they are, or stays as it was."""

import msgspec
import pytest

from affidavit.knowledge.compile import compile_all
from affidavit.model.errors import KnowledgeError


@pytest.fixture
def source(tmp_path):
    for section in ("one", "two"):
        (tmp_path / "knowledge" / section / "below").mkdir(parents=True)
        (tmp_path / "knowledge" / section / "below" / "a.yaml").write_text(f"name: {section}\n")
    return tmp_path / "knowledge"


def packed(target):
    return {path.name: path.read_bytes() for path in target.iterdir()}


def test_each_section_becomes_one_file_beside_the_digest_of_all(source, tmp_path):
    target = tmp_path / "compiled"
    digest = compile_all(source, target)
    assert sorted(packed(target)) == ["DIGEST", "one.json", "two.json"]
    assert packed(target)["DIGEST"].decode() == f"{digest}\n"
    assert msgspec.json.decode(packed(target)["one.json"]) == {"below/a": {"name": "one"}}


def test_a_section_that_is_gone_leaves_no_pack_and_changes_the_digest(source, tmp_path):
    before = compile_all(source, tmp_path / "compiled")
    (source / "two").rename(tmp_path / "elsewhere")
    assert compile_all(source, tmp_path / "compiled") != before
    assert sorted(packed(tmp_path / "compiled")) == ["DIGEST", "one.json"]


def test_a_document_that_cannot_be_read_leaves_the_pack_as_it_was(source, tmp_path):
    compile_all(source, tmp_path / "compiled")
    before = packed(tmp_path / "compiled")
    (source / "one" / "below" / "a.yaml").write_text("name: another\n")
    (source / "two" / "below" / "a.yaml").write_text("name: [\n")
    with pytest.raises(KnowledgeError, match=r"a\.yaml"):
        compile_all(source, tmp_path / "compiled")
    assert packed(tmp_path / "compiled") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compiled", "knowledge"]


def test_the_pack_does_not_depend_on_when_files_were_made(source, tmp_path):
    first = compile_all(source, tmp_path / "compiled")
    text = (source / "one" / "below" / "a.yaml").read_text()
    (source / "one" / "below" / "a.yaml").unlink()
    (source / "one" / "below" / "a.yaml").write_text(text)
    assert compile_all(source, tmp_path / "again") == first
    assert packed(tmp_path / "again") == packed(tmp_path / "compiled")
