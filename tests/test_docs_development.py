"""Commands of the pages for developers: the modules that they run are there and know the options that are shown."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = [
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    REPOSITORY / "benchmarks" / "README.md",
    REPOSITORY / "README.md",
]
MODULE = re.compile(r"python -m ((?:tests|benchmarks)(?:\.\w+)+)([^`\n]*)")
COMMANDS = sorted({(page, *found) for page in PAGES for found in MODULE.findall(page.read_text("utf-8"))})


@cache
def help_of(module: str) -> str:
    """What a module that has options says of them."""
    command = [sys.executable, "-m", module, "--help"]
    return subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=120).stdout


def source_of(module: str) -> Path:
    """The file that is run."""
    path = REPOSITORY.joinpath(*module.split("."))
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize(("page", "module", "words"), COMMANDS, ids=[" ".join(found[1:]) for found in COMMANDS])
def test_a_module_that_a_page_runs_is_there_and_knows_its_options(page, module, words):
    source = source_of(module)
    assert source.is_file(), f"{page.name} runs {module}"
    options = re.findall(r"--[a-z0-9-]+", words)
    if options:
        assert set(options) <= set(re.findall(r"--[a-z0-9-]+", help_of(module))), page.name


def test_targets_of_make_that_pages_name_are_there():
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", makefile, re.MULTILINE))
    for page in PAGES:
        shown = "".join(re.findall(r"^ *```\n(.*?)^ *```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE))
        for target, words in re.findall(r"^ *make ([a-z-]+)([^\n]*)$", shown, re.MULTILINE):
            assert target in targets, f"{page.name}: make {target}"
            assert set(re.findall(r"([A-Z]+)=", words)) <= variables, f"{page.name}: make {target}{words}"


def test_there_are_such_commands():
    assert len(COMMANDS) > 5
