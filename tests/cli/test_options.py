"""Settings, budgets, output and progress."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.cli.options import budget, width_and_colour
from affidavit.cli.output import columns, emit
from affidavit.cli.progress import Progress
from affidavit.cli.settings import settings
from affidavit.model.errors import UsageError
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("text", "seconds", "memory"),
    [
        ("60s", 60, 4 << 30),
        ("2GB", 600, 2 * 10**9),
        ("60s,2GB", 60, 2 * 10**9),
        ("1.5GiB, 5min", 300, 3 << 29),
        ("2m,500MB", 120, 500 * 10**6),
        ("1h", 3_600, 4 << 30),
        (None, 600, 4 << 30),
    ],
)
def test_budgets_are_amounts_with_units(text, seconds, memory):
    made = budget(text)
    assert (made.seconds, made.memory) == (seconds, memory)


@pytest.mark.parametrize(
    ("text", "entry"), [(None, 512 << 20), ("60s", 512 << 20), ("8GB", 512 << 20), ("500MB", 125 * 10**6)]
)
def test_one_entry_cannot_take_more_than_the_memory_that_was_given(text, entry):
    assert budget(text).entry_bytes == entry


@pytest.mark.parametrize(
    "text", ["60", "s", "-5s", "5 s", "0s", "1TB", "60s,,2GB", "nan s", "1e9s", "60s;2GB", "9" * 99 + "s"]
)
def test_other_budgets_are_refused(text):
    with pytest.raises(UsageError):
        budget(text)


@given(st.text(max_size=20))
def test_any_text_is_a_budget_or_a_usage_error(text):
    try:
        seconds = budget(text).seconds
    except UsageError:
        return
    assert seconds > 0


def test_the_environment_overrides_the_file(tmp_path):
    file = tmp_path / "affidavit.toml"
    file.write_text('format = "json"\noutput-dir = "out"\nstrict = true\nfail-on = ["high", "location"]\n')
    made = settings({"AFFIDAVIT_FORMAT": "sarif", "AFFIDAVIT_STRICT": "no", "AFFIDAVIT_KEY": "/k"}, file)
    assert made == {"format": "sarif", "output_dir": "out", "strict": False, "fail_on": ["high", "location"]}


def test_no_file_and_no_variables_are_no_settings(tmp_path):
    assert settings({"PATH": "/bin"}, tmp_path / "affidavit.toml") == {}


def test_lists_in_the_environment_are_separated_by_commas(tmp_path):
    assert settings({"AFFIDAVIT_FAIL_ON": "high,location"}, tmp_path / "none") == {"fail_on": ["high", "location"]}


@pytest.mark.parametrize(
    "text",
    ["colour = 1\n", "strict = 1\n", "format = [1]\n", "fail-on = [1]\n", "format = \n", "\x00", "strict = 'yes'\n"],
)
def test_files_with_mistakes_are_refused(tmp_path, text):
    file = tmp_path / "affidavit.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        settings({}, file)
    assert caught.value.advice


def test_a_variable_that_is_neither_yes_nor_no_is_refused(tmp_path):
    with pytest.raises(UsageError):
        settings({"AFFIDAVIT_STRICT": "perhaps"}, tmp_path / "none")


def test_flags_override_settings(run: Run, bundle: Path, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_FORMAT", "csv")
    assert run("report", bundle).out.startswith("row,id,")
    assert run("report", bundle, "--format", "json").out.startswith("{")


def test_a_format_of_another_verb_is_left_alone_and_an_impossible_one_too(run: Run, bundle: Path):
    Path("affidavit.toml").write_text('format = "sarif"\n')
    assert run("facts", bundle).code == 0
    assert '"version": "2.1.0"' in run("report", bundle).out


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out.txt"
    emit("text é", target)
    assert target.read_bytes() == "text é".encode()
    with pytest.raises(UsageError):
        emit(b"x", tmp_path / "no" / "folder" / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt"]


def test_text_that_the_terminal_cannot_show_is_escaped(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    emit("é and 漢\n")
    assert stream.buffer.getvalue() == b"\\xe9 and \\u6f22\n"


def test_columns_align_and_hide_nothing():
    assert columns([("a", "b"), ("long", "\x1b[2J")]) == "a     b\nlong  \\u001b[2J\n"
    assert columns([]) == ""
    assert columns([("x" * 100, "y")], widest=10) == "x" * 10 + "…(+90)  y\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


def test_progress_rewrites_one_line_on_a_terminal_and_clears_it():
    stream = Terminal()
    with Progress(stream) as progress:
        progress("code", 1, 2)
        progress("code", 2, 2)
    assert stream.getvalue() == "\r\x1b[2Kcode 1 of 2\r\x1b[2K"


def test_progress_in_a_log_is_silent_for_short_work_and_plain_for_long(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stream = io.StringIO()
    with Progress(stream) as progress:
        for step in range(100):
            now[0] = step / 10
            progress("code", step, 100)
        progress("findings", 0, 0)
    assert stream.getvalue().splitlines() == [
        "affidavit: code 20 of 100",
        "affidavit: code 40 of 100",
        "affidavit: code 60 of 100",
        "affidavit: code 80 of 100",
    ]


def test_progress_can_be_quiet():
    stream = Terminal()
    with Progress(stream, quiet=True) as progress:
        progress("code", 1, 2)
    assert stream.getvalue() == ""


def test_a_pipe_has_80_columns_and_no_colour():
    assert width_and_colour({}) == (80, False)


@pytest.mark.parametrize(
    ("environ", "columns_", "expected"),
    [
        ({}, 100, (100, True)),
        ({"NO_COLOR": "1"}, 100, (100, False)),
        ({"TERM": "dumb"}, 300, (120, False)),
        ({}, 20, (60, True)),
    ],
)
def test_colour_and_width_of_a_terminal(monkeypatch, environ, columns_, expected):
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr("os.get_terminal_size", lambda _number: os.terminal_size((columns_, 24)))
    assert width_and_colour(environ) == expected
