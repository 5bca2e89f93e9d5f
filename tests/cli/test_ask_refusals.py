"""What cannot be asked is refused with what to write; what is shown is escaped, short and the same each time."""

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from affidavit.cli import codes
from affidavit.cli.ask import MODES
from tests.cli.asking import DAY, MAY_GO_TOGETHER, WECHAT
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("words", "says", "advice"),
    [
        ("--app wechta", "unknown app 'wechta'", "wechat (WeChat)"),
        ("--app wechat --transaction app_stor_update", "unknown transaction", "app_store_update"),
        ("--app wechat --actor bnak", "unknown actor", "bank"),
        ("--app wechat --in US-MTX", "unknown jurisdiction", "US-MT (Montana)"),
        ("--app wechat --on 2020-02-30", "--on: '2020-02-30' is no date", "write a day as 2020-09-21"),
        ("--app wechat --on 20-09-2020", "--on: '20-09-2020' is no date", "write a day as 2020-09-21"),
        ("--app wechat --known tomorrow", "--known: 'tomorrow' is no date", "write a day as 2020-09-21"),
        ("--app wechat --recorded 2020/09/21", "--recorded: '2020/09/21' is no date", "write a day"),
        ("--app wechat --on 2020-09", "is a whole month", "name the day"),
        ("--app wechat --on=", "--on: '' is no date", "write a day"),
        ("--app wechat --recorded=", "--recorded: '' is no date", "write a day"),
        ("--app wechat --in=", "unknown jurisdiction ''", "US"),
        ("--timeline --app wechat --measure=", "unknown measure ''", "us-pafaca"),
        ("--timeline --app wechat --to=", "--to: '' is no date", "write a day"),
        ("--app wechat --on 9999-12-31", "is no date", "write a day"),
        ("--app wechat --on 2020-09-21T25:00:00", "is no date", "write a day"),
        ("--app wechat --known", "--known: no date", "--known 2020-09-18"),
        ("--app wechat --context purpose=fun", "nothing that an exception asks for", "purpose=law_enforcement"),
        ("--app wechat --context nonsense", "nothing that an exception asks for", "purpose="),
        ("", "--app is missing", "--all"),
        ("--timeline", "--app is missing", "whose history"),
        ("--obligations", "--app is missing", "about which app"),
        ("--timeline --app tiktok --measure us-pafca", "unknown measure", "us-pafaca"),
        ("--timeline --app tiktok --known --recorded 2026-11-30", "--recorded goes with one", "--known a date"),
        ("--timeline --all", "does not go with --timeline", "--from"),
        ("--all --app wechat", "--app does not go with --all", "--context"),
        ("--all --explain", "--explain does not go with --all", "--on"),
        ("--deadlines --actor bank", "--actor does not go with --deadlines", "--measure"),
        ("--questions q.yaml --on 2020-01-01", "--on does not go with --questions", "no other"),
        ("--app wechat --from 2020-01-01", "--from does not go with a single question", "--app"),
        ("--app wechat --format csv", "--format csv does not go", "terminal, json"),
        ("--all --format svg", "--format svg does not go", "csv"),
        ("--app wechat --explain", "--transaction is missing", "which act"),
        ("--app wechat --transaction cdn --explain", "--actor is missing", "for whom"),
        ("--app wechat --transaction cdn --actor bank --explain --format json", "--explain is text", "--format"),
        ("--questions none.yaml", "no such file", "file of questions"),
        ("--bundle none.affidavit", "no such file", "affidavit review"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_write(run: Run, words, says, advice):
    done = run("ask", *words.split())
    assert (done.code, done.out) == (codes.USAGE, "")
    assert says in done.err
    assert advice in done.err.partition("what you can do: ")[2]


@pytest.mark.parametrize(("first", "second"), [pair for pair in combinations(MODES, 2) if set(pair) != MAY_GO_TOGETHER])
def test_two_ways_of_asking_at_once_are_refused(run: Run, first, second):
    flags = {"bundle": ("--bundle", "x.affidavit"), "questions": ("--questions", "q.yaml")}
    both = (*flags.get(first, (f"--{first}",)), *flags.get(second, (f"--{second}",)))
    for words in (both, (*both, "--app", "tiktok", "--on", "2020-09-21")):
        done = run("ask", *words)
        assert (done.code, done.out) == (codes.USAGE, "")
        assert "does not go with" in done.err


@pytest.mark.parametrize("name", MODES)
def test_every_way_of_asking_refuses_the_forms_that_it_does_not_give(run: Run, name):
    value = ("x",) if name in {"bundle", "questions"} else ()
    for form in {"terminal", "json", "csv", "svg"} - set(MODES[name].formats):
        done = run("ask", f"--{name}", *value, "--format", form)
        assert done.code == codes.USAGE
        assert ", ".join(MODES[name].formats) in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("--all", *DAY, "--format", "csv"),
        ("--timeline", "--app", "tiktok", "--format", "svg"),
        ("--timeline", "--app", "tiktok", "--known", "--format", "json"),
        ("--deadlines", *DAY),
        ("--obligations", "--app", "wechat", *DAY),
    ],
)
def test_what_is_written_to_a_file_is_what_would_be_printed_and_the_same_each_time(run: Run, words):
    printed = run("ask", *words)
    assert run("ask", *words, "-o", "out").out == ""
    assert Path("out").read_bytes().decode() == printed.out == run("ask", *words).out


@pytest.mark.parametrize(
    "option", ["--app", "--transaction", "--actor", "--in", "--on", "--known", "--context", "--measure"]
)
def test_hostile_and_very_long_words_are_shown_escaped_and_short(run: Run, option):
    first = () if option == "--app" else ("--app", "tiktok")
    mode = ("--timeline",) if option == "--measure" else ()
    for word in ("\x1b[2J\u202eevil\u200b", "a" * 100_000):
        done = run("ask", *mode, *first, option, word)
        assert done.code == codes.USAGE
        assert not {"\x1b", "\u202e", "\u200b"} & set(done.err)
        assert len(done.err) < 3_000


def test_a_hostile_file_of_questions_is_shown_escaped(run: Run):
    Path("q.json").write_text(json.dumps({"questions": [{"id": "\x1b[2J", "question": "\u202eevil" * 10_000}]}))
    done = run("ask", "--questions", "q.json")
    assert not {"\x1b", "\u202e"} & set(done.out)
    assert len(done.out) < 30_000


def test_the_help_teaches_by_example_and_imports_nothing_heavy(run: Run):
    probe = (
        "import sys\nfrom affidavit.cli.main import main\ncode = main(['ask', '--help'])\n"
        "print('LOADED', [name for name in ('msgspec', 'yaml', 'numpy', 'affidavit.law') if name in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert "LOADED [] 0" in done.stdout
    assert "affidavit ask --app wechat --transaction app_store_update" in done.stdout


def test_settings_choose_the_form(run: Run, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_FORMAT", "json")
    assert json.loads(run("ask", *WECHAT, *DAY).out)["headline"] == "PROHIBITED"
    monkeypatch.setenv("AFFIDAVIT_FORMAT", "sarif")
    assert "PROHIBITED: barred" in run("ask", *WECHAT, *DAY).out
