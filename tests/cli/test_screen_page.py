"""The page on screening one's own records: its commands work, and print what it shows."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.cli.main import _parser
from tests.test_docs import blocks, text

PAGE = text("how-to/screen-your-own-records.md")


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[Path, str]:
    """The folder in which the commands of the page ran, and what they printed."""
    folder = tmp_path_factory.mktemp("records")
    verb = 'affidavit() { "$PYTHON" -m affidavit.cli.main "$@" --no-sandbox || echo "exit code $?"; }'
    done = subprocess.run(
        ["bash", "-c", "\n".join(["set -e", verb, *blocks(PAGE)])],
        cwd=folder, env=os.environ | {"PYTHON": sys.executable}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return folder, done.stdout


def test_what_the_page_shows_is_printed(ran):
    shown = [line for block in blocks(PAGE, "text") for line in block.splitlines()]
    assert [line for line in shown if line not in ran[1].splitlines()] == []
    assert len(shown) > 5


def test_what_the_page_says_of_its_records_holds(ran):
    folder, printed = ran[0], " ".join(ran[1].split())
    assert "evil.example" not in printed
    assert "TikTok Fan Club" not in printed
    assert "set aside, 1 record: cloud of the group, with customers of its own, such as Tencent Cloud" in printed
    assert "is not bound while the court order stands" in printed
    assert "exit code 1" not in printed  # blocked by a court is not barred
    with (folder / "matches.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["app"], row["operator"], row["arranged"]) for row in rows] == [
        ("tiktok", "bytedance", "bilateral"),
        ("", "tencent", "route server"),
    ]


def test_the_commands_of_the_table_are_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = re.findall(r"^\|.*\| `affidavit screen (.*)` \|$", PAGE, re.MULTILINE)
    assert len(found) == 6
    for words in found:
        _parser("screen").parse_args(
            ["screen", *re.sub(r'"([^"]*)"', lambda match: match[1].replace(" ", "-"), words).split()]
        )
