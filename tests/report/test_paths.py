"""Names that a review writes or prints, from names that anybody chose."""

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.paths import LONGEST, how_to_check, portable, word
from tests.injection.corpus import payloads
from tests.injection.rules import of_file_name
from tests.oracles.visible import shown

SHA256 = "0123456789abcdef" * 4
ANY_NAME = st.text(st.characters(exclude_categories=()), max_size=40) | st.text("./\\:-~ =a\u6f22\n'\"$`", max_size=300)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("app.apk", "app.apk"),
        ("my app 1.0 (漢字).apk", "my app 1.0 (漢字).apk"),
        ("it's.apk", "it's.apk"),
        (".hidden.apk", ".hidden.apk"),
        ("context.apk", "context.apk"),
        ("a/b.apk", "a_b.apk-01234567"),
        ("../../x", ".._.._x-01234567"),
        ("a\\b:c", "a_b_c-01234567"),
        ("-rf", "_-rf-01234567"),
        ("~root", "_~root-01234567"),
        ("con", "_con-01234567"),
        ("NUL.txt", "_NUL.txt-01234567"),
        ("com1.apk", "_com1.apk-01234567"),
        ("x\n\x1b.apk", "x__.apk-01234567"),
        ("a\udcff.apk", "a_.apk-01234567"),
        ("x. . ", "x-01234567"),
        ("..", "artefact-01234567"),
        ("", "artefact-01234567"),
        ("n" * 300, "n" * LONGEST + "-01234567"),
    ],
)
def test_a_name_that_every_system_takes_stays_and_others_are_changed(name, made):
    assert portable(name, SHA256) == made


@given(ANY_NAME)
def test_what_is_written_is_one_level_deep_and_no_option(name):
    assert not list(of_file_name(f"{portable(name, SHA256)}.affidavit.html"))
    assert portable(name, SHA256) == portable(name, SHA256)


def test_two_names_that_have_to_be_changed_stay_two():
    assert portable("a/b", "1" * 64) != portable("a/b", "2" * 64)
    assert portable("a/b", "") == "a_b"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("app.apk", "app.apk"),
        ("a b.apk", "'a b.apk'"),
        ("-rf", "./-rf"),
        ("=ls", "'=ls'"),
        ("~", "'~'"),
        ("%1", "'%1'"),
        ("a=b", "a=b"),
        ("", "''"),
        ("$(x)", "'$(x)'"),
        ("a\nb", "'a\\u000ab'"),
    ],
)
def test_a_word_is_quoted_where_a_shell_would_read_it_otherwise(name, made):
    assert word(name) == made


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
def test_a_shell_takes_every_payload_for_one_word_and_runs_nothing(shell, tmp_path: Path):
    names = [item.text for item in payloads() if item.text]
    script = "printf '%s\\0' " + " ".join(map(word, names))
    done = subprocess.run([shell, "-c", script], cwd=tmp_path, capture_output=True, check=True, timeout=60)
    expected = [shown(name, 4_096) for name in names]
    assert done.stdout.decode().split("\0")[:-1] == [f"./{name}" if name[0] == "-" else name for name in expected]
    assert not done.stderr
    assert not list(tmp_path.iterdir())
    assert not Path("/tmp/affidavit-owned").exists()  # noqa: S108 - what the payloads would make


@given(ANY_NAME, ANY_NAME)
def test_a_command_has_the_words_that_it_is_made_of(bundle, artefact):
    assert len(shlex.split(how_to_check(bundle, artefact))) == 5
    assert "\n" not in how_to_check(bundle, artefact)
    assert len(word(artefact)) < 4_000
