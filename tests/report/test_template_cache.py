"""Compiled templates are kept where Python keeps its own bytecode, or not at all."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from affidavit.report.template_cache import TemplateCache


def rendered(folder: Path, source: str = "{{ 6 * 7 }}") -> str:
    made = Environment(loader=DictLoader({"a": source}), bytecode_cache=TemplateCache(folder), autoescape=True)
    return made.get_template("a").render()


@pytest.fixture(autouse=True)
def bytecode_may_be_written(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_compiled_template_is_kept_in_pycache_and_used_again(tmp_path):
    assert rendered(tmp_path) == "42"
    (name,) = files(tmp_path)
    assert name.startswith("__pycache__/")
    assert name.endswith(f".{sys.implementation.cache_tag}.jinja")
    stamp = (tmp_path / name).stat().st_mtime_ns
    assert rendered(tmp_path) == "42"
    assert (tmp_path / name).stat().st_mtime_ns == stamp


def test_a_changed_template_is_compiled_again(tmp_path):
    assert rendered(tmp_path) == "42"
    assert rendered(tmp_path, "{{ 6 + 7 }}") == "13"
    assert rendered(tmp_path) == "42"


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"j2" + bytes(100)])
def test_a_damaged_file_is_ignored(tmp_path, damage):
    rendered(tmp_path)
    (tmp_path / files(tmp_path)[0]).write_bytes(damage)
    assert rendered(tmp_path) == "42"


def test_a_cut_file_is_ignored(tmp_path):
    rendered(tmp_path)
    kept = tmp_path / files(tmp_path)[0]
    whole = kept.read_bytes()
    for length in range(0, len(whole), 37):
        kept.write_bytes(whole[:length])
        assert rendered(tmp_path) == "42"


def test_nothing_is_written_when_python_was_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path) == "42"
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    assert rendered(tmp_path / "absent" / "folder") == "42"
    (tmp_path / "__pycache__").write_text("a file stands where the folder would be")
    assert rendered(tmp_path) == "42"
