"""The words for what is wrong with a signature: each one that code uses is explained, each one explained is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.knowledge import load
from affidavit.signing.issues import Issues, issue_texts, title_of
from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src" / "affidavit"
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def modules() -> list[Path]:
    """Every module in which signatures are judged."""
    return [
        *sorted((SOURCE / "signing").rglob("*.py")),
        *(SOURCE / "facts" / name for name in ("signing.py", "signing_checked.py", "apple_signing.py")),
    ]


def trees() -> Iterator[ast.Module]:
    return (ast.parse(path.read_text("utf-8")) for path in modules() if path.exists())


def literals() -> set[str]:
    """Texts that stand in the code, also as part of a longer one that is put together there."""
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def raised() -> set[str]:
    """The words that are written out where an issue is made."""
    found = set()
    for tree in trees():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and node.args
                and name_of(node.func).lower().lstrip("_") in {"issue", "error", "warning"}
            ):
                word = node.args[0]
                if isinstance(word, ast.Constant) and isinstance(word.value, str) and WORD.fullmatch(word.value):
                    found.add(word.value)
    return found


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_word_that_the_code_uses_is_explained():
    assert sorted(raised() - set(issue_texts())) == []


def test_every_word_that_is_explained_is_used():
    texts = literals()
    endings = {text.lstrip("-") for text in texts if text.startswith("-")}
    unused = [
        word
        for word in issue_texts()
        if word not in texts
        and not any(
            word.removeprefix(start) in endings | texts
            for start in ("source-stamp-", "v2-sig-", "v3-sig-", "v2-", "v3-")
        )
    ]
    assert unused == []


def test_the_words_of_two_files_do_not_collide():
    files = load("signature_issues", Issues)
    words = [word for file in files.values() for word in file.issues]
    assert len(words) == len(set(words))
    assert all(WORD.fullmatch(word) for word in words)


@pytest.mark.parametrize("word", sorted(issue_texts()))
def test_a_text_is_half_a_sentence_and_a_reason(word: str):
    text = issue_texts()[word]
    assert text.title.strip()
    assert text.why.strip()
    assert not text.title.endswith(".")
    assert not text.why.endswith(".")
    assert not text.title[0].isupper() or not text.title[1].islower()


def test_a_word_that_is_not_known_stands_for_itself():
    assert title_of("no-such-word") == "no-such-word"
    assert title_of("no-sig-for-target-sandbox-version").startswith("no signature of scheme v2")
