"""What a person wrote after ``affidavit ask``, as ids of the register and dates, with what was left open filled in."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from affidavit.cli.options import paper
from affidavit.law.ask import Resolver
from affidavit.law.circumstances import check_context, circumstances
from affidavit.law.dates import instant
from affidavit.law.names import find_actor, find_app, find_jurisdiction, find_measure, find_transaction
from affidavit.law.notes import date_notes
from affidavit.law.register import Register, register
from affidavit.model.determination import Question
from affidavit.model.errors import UsageError
from affidavit.report.columns import Page

_MONTH = 7
_LONGEST = 40
_ADVICE = "write a day as 2020-09-21, or an instant as 2020-09-21T12:00:00-04:00"


class Asked(NamedTuple):
    """A question with ids for names; what was not asked is empty. `assumed` says what was filled in, in sentences."""

    register: Register
    question: Question
    measure: str
    assumed: tuple[str, ...]


def asked(options: argparse.Namespace) -> Asked:
    """Everything of a question that was written.

    Raises:
        UsageError: a name is unknown, or a date is none.
    """
    known = register()
    assumed: list[str] = []
    today = datetime.now(UTC).astimezone().date().isoformat()
    on, since_known = checked("--on", options.on), checked("--known", options.known)
    if not on:
        on = today
        assumed.append(f"No --on was given: the date asked about is today, {today}.")
    if not since_known:
        since_known = today
        assumed.append(f"No --known was given: what is known is that of today, {today}.")
    if options.jurisdiction is None:
        assumed.append("No --in was given: the place is US.")
    question = Question(
        app=_id(find_app, known, options.app),
        transaction=_id(find_transaction, known, options.transaction),
        actor=_id(find_actor, known, options.actor),
        on=on,
        known=since_known,
        jurisdiction=find_jurisdiction(known, "US" if options.jurisdiction is None else options.jurisdiction),
        recorded=checked("--recorded", options.recorded),
        context=_context(known, options.context or ()),
    )
    return Asked(known, question, _id(find_measure, known, options.measure), tuple(assumed))


def checked(flag: str, text: str | None) -> str:
    """A date as written; empty when none was. One that is written and empty is a mistake, such as an unset variable.

    Raises:
        UsageError: it is no date, or names a whole month.
    """
    if text is None:
        return ""
    if len(text) > _LONGEST:
        raise UsageError(f"{flag}: {text[:_LONGEST]!r}… is no date", advice=_ADVICE)
    try:
        instant(text, "UTC", "end")
        instant(text, "UTC", "noon")
    except UsageError as error:
        raise UsageError(f"{flag}: {error}", advice=error.advice) from None
    if len(text) == _MONTH:
        raise UsageError(f"{flag}: {text!r} is a whole month", advice="name the day, as 2020-09-21")
    return text


def needed(value: str, flag: str, what: str) -> str:
    """A value that a way of asking cannot do without.

    Raises:
        UsageError: it is empty.
    """
    if not value:
        raise UsageError(f"{flag} is missing", advice=f"say {what}; see affidavit ask --help")
    return value


def said(asking: Asked) -> tuple[str, ...]:
    """What was assumed, and what the dates mean for the answer."""
    put = asking.question
    view = Resolver(asking.register).view(put, asking.register.zone(put.jurisdiction))
    return (*asking.assumed, *date_notes(asking.register, view, put.jurisdiction))


def heading(options: argparse.Namespace, texts: Sequence[str]) -> str:
    """Sentences ahead of a page, wrapped; nothing when there are none."""
    page = Page(paper(options)[0], colour=False)
    for text in texts:
        page.paragraph(text)
    return f"{page.text()}\n" if texts else ""


def _id(find: Callable[[Register, str], str], known: Register, text: str | None) -> str:
    return "" if text is None else find(known, text)


def _context(known: Register, given: Sequence[str]) -> dict[str, str]:
    """Circumstances by name. One that no exception asks for would change nothing, hence is refused.

    Raises:
        UsageError: it is not of the form NAME=VALUE, or nothing asks for it.
    """
    pairs = [(name, value) for name, _, value in (text.partition("=") for text in given)]
    check_context(circumstances(known), pairs)
    return dict(pairs)
