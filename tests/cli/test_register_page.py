"""The page on asking the register: its commands run, what it shows is printed, and each table row holds its answer."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from affidavit.cli import codes
from tests.cli.conftest import Run, app_bytes

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGE = (HOW_TO / "ask-the-register.md").read_text("utf-8")
ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "register_page.yaml").read_text("utf-8"))
GIVEN = ROOT.parent / "shared" / "law" / "questions.yaml"


def blocks(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[list[str]]:
    """The words after the program's name, of each command that a page shows."""
    lines = [line for language, block in blocks(page) if not language for line in block.splitlines()]
    return [line.split()[1:] for line in lines if re.match(r"(\.venv/bin/)?affidavit ", line)]


BLOCKS = blocks(PAGE)
SHOWN = commands(PAGE)
BESIDE = [
    words
    for name in ("add-an-order", "ask-what-a-role-must-do", "record-a-claim")
    for words in commands((HOW_TO / f"{name}.md").read_text("utf-8"))
]
IN_TABLES = re.findall(r"^\|[^|]*\| `(affidavit [^`]*)` \|", PAGE, re.MULTILINE)


def flat(text: str) -> str:
    """A text with every run of blanks as one, as lines are wrapped."""
    return " ".join(text.split())


def lines_of(text: str) -> set[str]:
    return set(text.splitlines()) - {""}


def prepared(run: Run) -> None:
    """In the folder of the test: the bundle and the questions that commands of the page name."""
    Path("app.apk").write_bytes(app_bytes())
    assert run("review", "app.apk", "-q").code == codes.DONE
    (questions,) = (block for language, block in BLOCKS if language == "yaml")
    Path("questions.yaml").write_text(questions, "utf-8")


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_a_command_that_the_page_shows_answers(run: Run, words):
    if {"--bundle", "--questions"} & set(words):
        prepared(run)
    done = run(*words)
    assert (done.code, done.err) == (codes.DONE, "")
    written = Path(words[words.index("-o") + 1]).read_text("utf-8") if "-o" in words else done.out
    assert written.strip()


@pytest.mark.parametrize("words", BESIDE, ids=" ".join)
def test_a_command_that_the_pages_beside_it_show_answers(run: Run, words):
    if "--bundle" in words:
        prepared(run)
    Path("knowledge").symlink_to(ROOT / "knowledge")
    done = run(*words)
    assert (done.code, done.err) == (codes.DONE, "")
    assert done.out.strip()


def test_the_output_that_the_page_shows_is_what_its_first_command_prints(run: Run):
    (shown,) = (block for language, block in BLOCKS if language == "text")
    assert lines_of(shown) <= lines_of(run(*SHOWN[0]).out)


def outcome_of(run: Run, *wanted: str) -> list[str]:
    """The headlines of the commands that the page shows with all of these words, in its order."""
    found = [words for words in SHOWN if set(wanted) <= set(words)]
    return [match[1] for words in found if (match := re.search(r"^([A-Z_]+): ", run(*words).out, re.MULTILINE))]


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        (("--on", "2025-01-19"), ["PROHIBITED", "PROHIBITED_NOT_ENFORCED"]),
        (("--known", "2020-09-25", "app_store_distribution"), ["ANNOUNCED_NOT_EFFECTIVE", "UNCERTAIN"]),
        (("user_use",), ["EXCEPTED"]),
        (("purpose=security_research",), ["EXCEPTED"]),
        (("India",), ["PROHIBITED"]),
        (("Montana",), ["PROHIBITED"]),
    ],
)
def test_the_headlines_that_the_page_speaks_of_are_those_of_its_commands(run: Run, words, outcomes):
    assert outcome_of(run, *words) == outcomes
    assert all(outcome in PAGE for outcome in outcomes)


def test_what_history_looks_like_without_a_date_of_knowledge(run: Run):
    words = next(words for words in SHOWN if "2025-01-18" in words)
    at = words.index("--known")
    assert "This is hindsight" in run(*words[:at], *words[at + 2 :]).out


def test_the_questions_of_the_page_are_answered_and_compared(run: Run):
    prepared(run)
    last = run("ask", "--questions", "questions.yaml").out.splitlines()[-1]
    assert last.startswith("2 questions: 1 of 1 as expected, 1 without an expectation")
    Path("questions.yaml").write_text(
        Path("questions.yaml").read_text("utf-8").replace("{headline: ENJOINED,", "{headline: REVOKED,")
    )
    assert run("ask", "--questions", "questions.yaml").code == codes.FAILED


# The tables


def test_each_row_of_the_tables_has_its_decisive_words_and_no_other():
    assert [row["command"] for row in ROWS] == IN_TABLES
    assert all(row["words"] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["command"] for row in ROWS])
def test_what_decides_a_question_is_in_the_output_of_its_command(run: Run, row):
    done = run(*row["command"].split()[1:])
    assert done.code == codes.DONE
    printed = flat(done.out)
    missing = [words for words in row["words"] if words not in printed]
    assert not missing, printed


def test_the_words_that_decide_tell_one_command_from_another(run: Run):
    """Words that any command prints would pass for an answer everywhere."""
    printed = [flat(run(*row["command"].split()[1:]).out) for row in ROWS]
    for row in ROWS:
        holding = [text for text in printed if all(words in text for words in row["words"])]
        assert len(holding) < len(ROWS) / 4, row["command"]


@pytest.mark.skipif(not GIVEN.is_file(), reason="needs ../shared/law, absent here")
def test_every_given_question_that_is_no_query_has_a_command():
    given = yaml.safe_load(GIVEN.read_text("utf-8"))["questions"]
    asked = {item["id"] for item in given if "query" not in item}
    assert asked <= {name for row in ROWS for name in row["answers"]}
