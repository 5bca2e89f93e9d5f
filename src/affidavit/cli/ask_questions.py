"""``affidavit ask --questions``: every question of a file, one line each, compared with what its author expects."""

import argparse

from affidavit.cli import codes
from affidavit.cli.facts import encoded
from affidavit.cli.output import emit
from affidavit.cli.source import file_at
from affidavit.law.ask import Resolver
from affidavit.law.question_file import read
from affidavit.law.questions import Answered, answer_all
from affidavit.law.register import register
from affidavit.report.text import visible
from affidavit.wording import plural

_LINE = 2_000


def questions(options: argparse.Namespace) -> int:
    """Answer and compare; 1 when an answer is not as expected or a question cannot be asked."""
    found = list(answer_all(Resolver(register()), read(file_at(options.questions, "name a file of questions"))))
    wrong = [item for item in found if item.error or item.differences]
    if options.format == "json":
        emit(encoded(found, "jsonl"), options.output)
    else:
        emit("".join(f"{visible(_line(item), _LINE)}\n" for item in found) + _summary(found), options.output)
    return codes.FAILED if wrong else codes.DONE


def _line(item: Answered) -> str:
    """One entry: its mark, id and answer with the list, and what is not as expected."""
    if item.error:
        return f"error    {item.id}: {item.error}"
    if item.answer is None:
        return f"human    {item.id}: needs a human: {item.question}"
    listed = ", ".join(f"{each.provision} {each.outcome}" for each in item.answer.standings) or "no provision"
    mark = ("differs" if item.differences else "agrees") if item.compared else "answer"
    wrong = f"; but {'; '.join(item.differences)}" if item.differences else ""
    return f"{mark:<8} {item.id}: {item.answer.headline} ({listed}){wrong}"


def _summary(found: list[Answered]) -> str:
    """The count of each kind."""
    compared = [item for item in found if item.compared]
    agree = sum(not item.differences for item in compared)
    alone = sum(item.answer is not None and not item.compared for item in found)
    human = sum(item.answer is None and not item.error for item in found)
    errors = sum(bool(item.error) for item in found)
    return (
        f"{plural(len(found), 'question')}: {agree} of {len(compared)} as expected, {alone} without an expectation, "
        f"{human} for a human, {plural(errors, 'error')}\n"
    )
