"""The command line as a whole: help that costs nothing, exit codes, errors that teach."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.cli import codes
from affidavit.cli.main import EXAMPLES, VERBS, main, with_verb
from affidavit.model.errors import BudgetError, KnowledgeError, UnreadableError, UsageError, VerificationError
from tests.cli.conftest import Run

HEAVY = (
    "numpy", "rich", "jinja2", "msgspec", "sqlalchemy", "litestar", "polars", "lief", "cryptography", "asn1crypto",
    "cyclopts", "yaml",
)  # fmt: skip


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment
    )


def python_free(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)


@pytest.mark.parametrize("option", ["--help", "--version", "review --help", "verify --help", "report --help"])
def test_help_and_version_import_nothing_heavy(option):
    probe = (
        "import sys\nfrom affidavit.cli.main import main\n"
        f"code = main({option.split()!r})\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules], code)"
    )
    done = python("-c", probe)
    assert "LOADED [] 0" in done.stdout


def test_a_command_collects_rarely_and_not_at_its_end():
    probe = (
        "import atexit, gc, os\nfrom affidavit.cli.main import main\n"
        "atexit.register(lambda: print('FROZEN', gc.get_freeze_count() > 0))\n"  # runs after what main registers
        "main(['--version'])\n"
        "print('STATE', gc.isenabled(), gc.get_threshold()[0], os.environ['OPENBLAS_NUM_THREADS'])"
    )
    assert "STATE True 100000 1\nFROZEN True" in python("-c", probe, OPENBLAS_NUM_THREADS="1").stdout
    assert "STATE True 100000 3\n" in python("-c", probe, OPENBLAS_NUM_THREADS="3").stdout


def test_help_costs_less_than_150_ms_of_cpu():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = python("-m", "affidavit.cli.main", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.15


def test_help_names_every_verb_with_examples_and_exit_codes(run: Run):
    done = run("--help")
    assert done.code == 0
    assert all(verb in done.out for verb in VERBS)
    assert all(
        number in done.out
        for number in ("0 done", "1 --fail-on", "2 usage", "3 undetermined", "4 artefact", "5 no", "70 in")
    )


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help_with_an_example(run: Run, verb):
    done = run(verb, "--help")
    assert done.code == 0
    assert re.search(rf"examples:\n  affidavit {verb} ", done.out)


@pytest.mark.parametrize("verb", VERBS)
def test_every_example_is_understood(verb):
    """The words of each example parse; whether they work is what the tests of each verb are for."""
    from importlib import import_module

    from affidavit.cli.main import _parser

    examples = import_module(f"affidavit.cli.{verb}").EXAMPLES + EXAMPLES
    found = 0
    for line in examples.splitlines():
        example = re.split(r"\s{2,}", line.strip())[0] if line.startswith("  affidavit ") else ""
        words = re.sub(r'"[^"]*"', "KEY", example).split()[1:]
        if not words:
            continue
        words = with_verb(words)
        options = _parser(words[0]).parse_args(words)
        assert options.verb == words[0]
        found += 1
    assert found >= 6


def test_version(run: Run):
    from affidavit import __version__

    assert run("--version").out == f"affidavit {__version__}\n"


def test_nothing_given_is_5_and_shows_the_help_on_stderr(run: Run):
    done = run()
    assert (done.code, done.out) == (codes.NOTHING_GIVEN, "")
    assert "usage: affidavit" in done.err
    assert run("review").code == codes.NOTHING_GIVEN


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-file.apk"],
        ["review", "no-such-file.apk"],
        ["review", "--format", "pdf", "x"],
        ["review", "--no-such-option", "x"],
        ["verify"],
        ["verify", "no-such.affidavit"],
        ["report", "no-such.affidavit"],
        ["facts", "no-such.affidavit"],
        ["explain", "no-such.affidavit", "x"],
        ["bundle", "list", "no-such.affidavit"],
        ["knowledge", "lint", "no-such-folder"],
        ["knowledge", "show", "no/such-rule"],
        ["key", "show"],
        ["--no-such-option"],
    ],
)
def test_usage_errors_are_2_with_advice_and_without_traceback(run: Run, words):
    done = run(*words)
    assert (done.code, done.out) == (codes.USAGE, "")
    assert done.err.startswith("affidavit: ")
    assert "what you can do: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("u", advice="a"), codes.USAGE),
        (UnreadableError("u", advice="a"), codes.UNREADABLE),
        (VerificationError("v", advice="a"), codes.UNREADABLE),
        (KnowledgeError("k", advice="a"), codes.INTERNAL),
        (BudgetError("b", advice="a"), codes.INTERNAL),
        (RuntimeError("boom"), codes.INTERNAL),
        (RecursionError("deep"), codes.INTERNAL),
        (MemoryError(), codes.INTERNAL),
        (KeyboardInterrupt(), codes.INTERRUPTED),
    ],
)
def test_every_error_has_its_exit_code(run: Run, monkeypatch, error, code):
    def fail(words):
        raise error

    monkeypatch.setattr("affidavit.cli.main._run", fail)
    done = run("review", "x")
    assert done.code == code
    assert done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["report", "{}"], ["verify", "{}"], ["facts", "{}"], ["ask", "--bundle", "{}"], ["ask", "--questions", "{}"],
        ["ask", "--app", "wechat", "-o", "{}"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["pipe", "folder", "x" * 300, "missing/file"])
def test_what_is_no_file_is_a_usage_error_and_not_waited_for(run: Run, tmp_path, words, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    done = run(*(word.format(tmp_path / name) for word in words))
    assert (done.code, done.out) == (codes.USAGE, "")
    assert "what you can do: " in done.err


def test_errors_show_hostile_names_as_escapes(run: Run):
    done = run("review", "\x1b[2J\u202egnp.apk")
    assert "\\u001b[2J\\u202egnp.apk" in done.err


def test_a_traceback_is_for_those_who_ask(run: Run, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_DEBUG", "1")
    assert "Traceback" in run("review", "no-such.apk").err


@pytest.mark.parametrize(
    ("where", "code", "says"),
    [(">&-", codes.DONE, ""), (">&- 2>&-", codes.DONE, ""), ("> /dev/full", codes.USAGE, "cannot write to stdout: ")],
)
def test_output_that_can_go_nowhere_is_no_internal_error(where, code, says):
    line = f"{sys.executable} -m affidavit.cli.main knowledge show measures {where}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    assert says in done.stderr
    assert bool(says) == bool(done.stderr)


def test_a_reader_that_stops_reading_is_no_error(bundle: Path):
    command = f"{sys.executable} -m affidavit.cli.main report {bundle} --format json | head -c 10"
    done = python_free("/bin/bash", "-c", command + "; echo ${PIPESTATUS[0]}")
    assert done.stdout.endswith("0\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["app.apk"], ["review", "app.apk"]),
        (["--format", "json", "app.apk"], ["review", "--format", "json", "app.apk"]),
        (["review", "app.apk"], ["review", "app.apk"]),
        (["verify"], ["verify"]),
        (["-h"], ["-h"]),
        (["./verify"], ["review", "./verify"]),
    ],
)
def test_a_file_without_a_verb_is_reviewed(words, made):
    assert with_verb(words) == made


def test_main_takes_the_words_of_the_process(monkeypatch, capsysbinary):
    monkeypatch.setattr(sys, "argv", ["affidavit", "--version"])
    assert main() == 0
    assert capsysbinary.readouterr().out.startswith(b"affidavit ")
