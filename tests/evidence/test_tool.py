"""The tool's own digest covers what decides what it does, and nothing else."""

import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

import affidavit
from affidavit.evidence import tool

PACKAGE = Path(affidavit.__file__).parent
COUNTING = ["a.py", "b/c.py", "b/opcodes.tsv", "report/schema/y.json", "report/templates/x.html"]
PRODUCTS = ["k.so", "k.c", "py.typed", "knowledge/compiled/z.json", "knowledge/compiled/q.py", "b/__pycache__/c.pyc"]


@pytest.fixture
def package(tmp_path):
    """A small package with a file of each sort."""
    for path in (*COUNTING, *PRODUCTS):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return tmp_path


def test_sources_tables_and_templates_count_and_products_do_not(package):
    assert tool.source_files(package) == COUNTING


@pytest.mark.parametrize("path", COUNTING)
def test_the_digest_changes_with_every_file_that_counts(package, path):
    before = tool.code_sha256(package)
    (package / path).write_text("other")
    assert tool.code_sha256(package) != before


@pytest.mark.parametrize("path", PRODUCTS)
def test_the_digest_does_not_change_with_products(package, path):
    before = tool.code_sha256(package)
    (package / path).write_text("other")
    assert tool.code_sha256(package) == before


def test_moving_text_between_files_changes_the_digest(package):
    before = tool.code_sha256(package)
    (package / "a.py").write_text("a.pyb")
    (package / "b/c.py").write_text("/c.py")
    moved = tool.code_sha256(package)
    (package / "a.py").rename(package / "d.py")
    assert len({before, moved, tool.code_sha256(package)}) == 3


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == tool.VERSION


def test_it_names_the_running_program():
    made = tool.this_tool.__wrapped__()
    assert (made.name, made.version, made.code_sha256) == ("affidavit", tool.VERSION, tool.code_sha256())
    listed = tool.source_files()
    assert "evidence/tool.py" in listed
    assert len(listed) == len(set(listed)) == len([path for path in listed if (PACKAGE / path).is_file()])


def test_two_processes_agree_on_it(tmp_path):
    script = "from affidavit.evidence.tool import this_tool; print(this_tool().code_sha256)"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "TZ": zone}, cwd=tmp_path,
            capture_output=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(outputs) == 1


def test_it_is_cheap():
    started = time.process_time()
    for _ in range(5):
        tool.code_sha256()
    assert (time.process_time() - started) / 5 < 0.05
