"""``affidavit claims``: the list, the conflicts, one of them, and what it says to words that it does not know."""

import json

import pytest

from affidavit.cli import codes
from tests.cli.conftest import Run


def test_claims_are_listed_with_who_says_them(run: Run):
    done = run("claims", "--source", "S001")
    assert (done.code, done.err) == (codes.DONE, "")
    assert done.out.startswith("16 claims\n")
    assert "According to TikTok (S001, L14, as of 2020-09-18)" in " ".join(done.out.split())


def test_conflicts_are_listed_with_how_they_were_decided(run: Run):
    done = run("claims", "--conflicts")
    assert done.code == codes.DONE
    for name in (*(f"C{number:02}" for number in range(1, 19)), "X01", "X05"):
        assert f"\n{name}  " in done.out


@pytest.mark.parametrize("name", ["S3-7", "C01"])
def test_one_is_shown_by_its_id(run: Run, name):
    done = run("claims", name)
    assert done.code == codes.DONE
    assert "C01  12 or 15 November" in done.out
    assert ("According to" in done.out) is (name == "S3-7")


def test_options_narrow_the_list_together(run: Run):
    words = ("--about", "tiktok", "--tag", "mitigation", "--tag", "deadlines", "--known", "2020-09-18")
    done = run("claims", *words, "--format", "json")
    found = [item["claim"]["id"] for item in json.loads(done.out)["claims"]]
    assert "S1-13" in found
    assert "S1-12" in found
    assert "S4-3" not in found
    assert "S1-5" not in found


def test_the_answer_goes_to_a_file_when_asked(run: Run, tmp_path):
    target = tmp_path / "claims.json"
    done = run("claims", "C04", "--format", "json", "-o", target)
    assert (done.code, done.out) == (codes.DONE, "")
    assert list(json.loads(target.read_text())["resolutions"]) == ["C04"]


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("S3-77",), "S3-7"),
        (("--about", "tik tock"), "tiktok"),
        (("--source", "S0033"), "S003"),
        (("--tag", "deadline"), "deadlines"),
        (("--known", "yesterday"), "2020-09-21"),
    ],
)
def test_a_word_that_is_not_known_is_refused_with_the_nearest(run: Run, words, near):
    done = run("claims", *words)
    assert (done.code, done.out) == (codes.USAGE, "")
    assert near in done.err


def test_hostile_words_are_refused_and_not_repeated_raw(run: Run):
    done = run("claims", "--about", "\x1b[2J" + "x" * 5_000)
    assert done.code == codes.USAGE
    assert "\x1b" not in done.err


@pytest.mark.parametrize("option", ["--about", "--source", "--known"])
def test_an_option_without_a_value_does_not_mean_all(run: Run, option):
    done = run("claims", f"{option}=")
    assert (done.code, done.out) == (codes.USAGE, "")
    assert f"{option} is empty" in done.err
