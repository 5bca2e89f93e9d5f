"""Answers worked out by hand come out of the command line too, in every form of a single question."""

import json

import pytest

from affidavit.law.register import register
from tests.cli.conftest import Run
from tests.law.known_answers import Known, known_answers

EVERY_SIXTH = known_answers()[::6]


def words(known: Known) -> list[str]:
    """The question as a command."""
    put = known.question
    made = ["ask", "--app", put.app, "--transaction", put.transaction, "--actor", put.actor, "--on", put.on]
    made += ["--in", put.jurisdiction] + (["--known", put.known] if put.known else [])
    made += ["--recorded", put.recorded] if put.recorded else []
    return made + [word for name, value in put.context.items() for word in ("--context", f"{name}={value}")]


@pytest.mark.parametrize("known", EVERY_SIXTH, ids=[known.name for known in EVERY_SIXTH])
def test_a_known_answer_comes_out_in_every_form(run: Run, known: Known):
    title = register().vocabulary.outcomes[str(known.expect["headline"])].title
    fields = json.loads(run(*words(known), "--format", "json").out)
    states = {item["provision"]: item["outcome"] for item in fields["standings"]}
    assert fields["headline"] == known.expect["headline"]
    assert states.items() >= dict(known.expect.get("decisive", {})).items()
    page = run(*words(known)).out
    assert f"{known.expect['headline']}: {title}" in " ".join(page.split())
    assert all(f" {name}  {outcome}: " in page for name, outcome in states.items())
    told = " ".join(run(*words(known), "--explain").out.split())
    assert f"The register's answer: {title}." in told
    assert all(name in told for name in states)
