"""The command: its table, and what it says when a fuzzer cannot run."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.fuzz.__main__ import Result, table
from tests.fuzz.targets import TARGETS


def test_the_table_has_a_line_for_each_target_and_a_command_for_each_crash():
    lines = list(
        table(
            [
                Result("zip", 12_345, 678, 9, (), ""),
                Result("dex", 10, 1, 0, (Path("a/dex-crash-1"),), ""),
                Result("elf", 0, 0, 0, (), "no fuzzer"),
            ]
        )
    )
    assert [line.split() for line in lines[:4]] == [
        ["target", "executions", "a", "second", "kept", "crashes"],
        ["zip", "12,345", "678", "9", "0"],
        ["dex", "10", "1", "0", "1"],
        ["elf", "0", "0", "0", "0"],
    ]
    assert lines[4:] == ["python -m tests.fuzz.harness dex a/dex-crash-1", "elf ended badly: no fuzzer"]


def test_help_names_every_target():
    command = [sys.executable, "-m", "tests.fuzz", "--help"]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=120)
    text = "".join(done.stdout.split())  # lines are broken at hyphens
    assert not [name for name in TARGETS if name not in text]
