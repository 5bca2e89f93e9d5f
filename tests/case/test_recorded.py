"""The claims recorded are those of the research notes, sentence by sentence, and the press has their words."""

import re
from collections.abc import Mapping

import pytest

from affidavit.case.claims import docket

LETTERS = {
    "a": "register",
    "b": "review",
    "c": "deadlines",
    "d": "mitigation",
    "e": "continuity",
    "context": "context",
}
ROW = re.compile(r"^\| (S\d-\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
CONFLICT = re.compile(r"^\| (C\d\d) \|", re.MULTILINE)
ADDED = {"S3-14", "S3-15", "S3-16", "S0-17"}
"""Not rows of the notes: the two dates on a page, and what somebody else says in the same sentence of the press."""

SAID = {
    "S0-6": "never took effect",
    "S0-16": "over 100 million users in the U.S.",
    "S0-17": "have denied they abuse",
    "S1-2": "until Nov. 12",
    "S1-3": "tens of millions",
    "S1-7": "it does not intend to prosecute anyone",
    "S1-5": "After midnight as Sunday turns to Monday",
    "S1-8": "money transfers or mobile payments",
    "S1-15": "third-party audits, verification of code security",
    "S2-6": "Providing services through WeChat to transfer funds",
    "S2-10": "by 12 November",
    "S3-1": "as of Sunday, September 20",
    "S3-6": "processing of payments relating to the apps",
    "S3-7": "TikTok from November 15",
    "S3-8": "as of November 12, 2020",
    "S3-9": "it will continue to function after September 20",
    "S3-15": "updated 21 Sep 2020",
    "S3-16": "It is unclear whether this is also the case for WeChat",
    "S4-1": "on Saturday",
    "S4-2": "In its original Executive Order",
    "S4-3": "extension to September 27th",
    "S4-5": "nearly 20 million people",
    "S4-8": "due process",
}
"""Words of the press on which the comparable part of a claim rests."""


@pytest.fixture
def notes(corpus) -> str:
    path = corpus.parent / "research" / "legal.md"
    if not path.is_file():
        pytest.skip("needs ../shared/research, absent here")
    return path.read_text()


@pytest.fixture
def rows(notes) -> Mapping[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in ROW.findall(notes)}


@pytest.mark.corpus
def test_every_sentence_of_the_notes_is_recorded_and_no_other(rows):
    recorded = {name for name in docket().told if re.match(r"S\d-\d+$", name)}
    assert recorded - ADDED == set(rows)


@pytest.mark.corpus
def test_lines_are_those_of_the_notes(rows):
    for name, (line, *_) in rows.items():
        assert docket().told[name].claim.line == line, name


@pytest.mark.corpus
def test_tags_are_those_of_the_notes_and_more_where_functions_are_lost(rows):
    for name, (_, _, _, tags) in rows.items():
        wanted = {LETTERS[word] for word in re.findall(r"\b[a-e]\b|context", tags)}
        assert set(docket().told[name].claim.tags) - wanted <= {"continuity", "opinion"}, name
        assert wanted <= set(docket().told[name].claim.tags), name


@pytest.mark.corpus
def test_every_conflict_of_the_notes_is_found(notes):
    assert set(CONFLICT.findall(notes)) == {name for name in docket().resolutions if name.startswith("C")}


@pytest.mark.corpus
@pytest.mark.parametrize("name", SAID)
def test_the_press_has_the_words_on_which_a_claim_rests(corpus, name):
    told = docket().told[name]
    lines = (corpus.parent / docket().documents[told.source].path).read_text().splitlines()
    cited = [
        lines[number - 1]
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", told.claim.line)
        for number in range(int(first), int(last or first) + 1)
    ]
    assert any(SAID[name] in line for line in cited), cited


@pytest.mark.corpus
def test_paraphrases_are_no_quotations(corpus):
    for told in docket().told.values():
        path = docket().documents[told.source].path
        if path:
            text = " ".join((corpus.parent / path).read_text().split())
            words = told.claim.text.rstrip(".").split()
            assert not any(" ".join(words[at : at + 14]) in text for at in range(max(len(words) - 13, 0))), (
                told.claim.id
            )
