"""The page on roles and deadlines: its commands run, and what it shows is what they print."""

import re
from pathlib import Path

import pytest

from affidavit.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "ask-what-a-role-must-do.md"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, body in BLOCKS if not language for line in body.splitlines()]
SHOWN = [line for language, body in BLOCKS if language == "text" for line in body.splitlines()]


def printed(command, capfd):
    code = main(command.split()[1:])
    return code, capfd.readouterr().out


@pytest.mark.parametrize("command", [line for line in COMMANDS if "--bundle" not in line])
def test_every_command_answers(command, capfd):
    code, text = printed(command, capfd)
    assert code == 0
    assert len(text.splitlines()) > 3


def test_every_line_that_the_page_shows_is_printed_by_one_of_its_commands(capfd):
    lines = {
        line
        for command in COMMANDS
        if "--bundle" not in command
        for line in printed(command, capfd)[1].splitlines()
    }  # fmt: skip
    assert SHOWN
    assert [line for line in SHOWN if line not in lines] == []


def test_the_page_has_a_command_for_each_of_its_questions():
    assert all(any(option in line for line in COMMANDS) for option in ("--obligations", "--deadlines", "--bundle"))
