"""Many questions at once, each compared with the answer that its author expects."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from affidavit.law.ask import Resolver
from affidavit.law.circumstances import check_context, circumstances
from affidavit.law.question_file import ADVICE
from affidavit.model.determination import Determination, Outcome, Question, Standing
from affidavit.model.errors import UsageError


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """A question as a file has it; `as_of` and `known_at` are `Question.on` and `known`."""

    app: str
    transaction: str
    actor: str
    as_of: str
    known_at: str = ""
    jurisdiction: str = "US"
    recorded: str = ""
    context: dict[str, str] = {}


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What the author expects; what is not stated is not compared.

    Attributes:
        headline: the headline.
        decisive: provision or exception -> its outcome; each must be in the list.
        must_not_include: outcomes that nothing in the list may have.
        blocked_flag: a court order covers one of the provisions meant although it does not apply yet.
        blocks_include, blocks_exactly: court orders that suspend the provisions meant.
        ends_include, ends_exactly: events that ended them.
        contested: an event that one of them rests on is disputed.

    The provisions meant are those of `decisive`, or those that carry the headline when it is not stated.
    """

    headline: Outcome | None = None
    decisive: dict[str, Outcome] = {}
    must_not_include: tuple[Outcome, ...] = ()
    blocked_flag: bool | None = None
    blocks_include: tuple[str, ...] = ()
    blocks_exactly: tuple[str, ...] | None = None
    ends_include: tuple[str, ...] = ()
    ends_exactly: tuple[str, ...] | None = None
    contested: bool | None = None


class Answered(Struct, frozen=True, omit_defaults=True):
    """What came of one entry.

    Attributes:
        id: of the entry, or its number in the list.
        question: in words, as the file has it.
        answer: None when a human is needed, or the entry has an error.
        compared: whether the author expects something.
        differences: what is not as expected; empty when everything is.
        error: why the question could not be asked.
    """

    id: str
    question: str = ""
    answer: Determination | None = None
    compared: bool = False
    differences: tuple[str, ...] = ()
    error: str = ""


def answer_all(resolver: Resolver, entries: list[dict[str, Any]]) -> Iterator[Answered]:
    """Answer every entry, in order. An entry that is wrong is told as such and stops no other."""
    wanted = circumstances(resolver.register)
    for number, entry in enumerate(entries, 1):
        name, words = _words(entry.get("id")) or str(number), _words(entry.get("question"))
        try:
            question, expected = _parts(entry)
            if question is not None:
                check_context(wanted, question.context.items())
            made = None if question is None else resolver.ask(question)
        except UsageError as error:
            yield Answered(name, words, error=f"{error}; {error.advice}")
            continue
        wrong = tuple(differences(made, expected)) if made is not None and expected is not None else ()
        yield Answered(name, words, made, compared=expected is not None, differences=wrong)


def _parts(entry: dict[str, Any]) -> tuple[Question | None, Expected | None]:
    """The question of an entry and what is expected of its answer.

    Raises:
        UsageError: a part is malformed, or something is expected without a question.
    """
    for key in entry:
        if str(key).casefold().startswith(("expect", "quer")) and key not in {"expect", "query"}:
            raise UsageError(f"unknown key {key!r}", advice="the keys are `query` and `expect`")
    expected = _form(entry["expect"], Expected) if "expect" in entry else None
    if "query" in entry:
        return _question(_form(entry["query"], Query)), expected
    if expected is not None:
        raise UsageError("expects an answer but has no query", advice=ADVICE)
    return None, None


def differences(made: Determination, expected: Expected) -> Iterator[str]:
    """Every way in which a determination is not as expected, in words."""
    standing = {item.provision: item for item in made.standings}
    if expected.headline is not None and made.headline is not expected.headline:
        yield f"headline: {made.headline}, expected {expected.headline}"
    for name, outcome in expected.decisive.items():
        found = standing[name].outcome if name in standing else "not in the list"
        if found != outcome:
            yield f"{name}: {found}, expected {outcome}"
    for item in made.standings:
        if item.outcome in expected.must_not_include:
            yield f"{item.provision}: {item.outcome}, which is not expected of any"
    meant = [standing[name] for name in expected.decisive or made.decisive if name in standing]
    yield from _flags(meant, expected)
    yield from _events("blocks", {event for item in meant for event in item.blocks}, expected)
    yield from _events("ends", {event for item in meant for event in item.ends}, expected)


def _flags(meant: list[Standing], expected: Expected) -> Iterator[str]:
    """Differences in what is true or not of the provisions meant."""
    for flag, found, wanted in (
        ("blocked", any(item.blocked for item in meant), expected.blocked_flag),
        ("contested", any(item.contested for item in meant), expected.contested),
    ):
        if wanted is not None and found is not wanted:
            yield f"{flag}: {found}, expected {wanted}"


def _events(what: str, found: set[str], expected: Expected) -> Iterator[str]:
    """Differences in the events that suspend or end the provisions meant."""
    includes = {"blocks": expected.blocks_include, "ends": expected.ends_include}[what]
    exactly = {"blocks": expected.blocks_exactly, "ends": expected.ends_exactly}[what]
    listed = ", ".join(sorted(found)) or "none"
    for event in includes:
        if event not in found:
            yield f"{what}: {listed}, expected {event} among them"
    if exactly is not None and set(exactly) != found:
        yield f"{what}: {listed}, expected exactly {', '.join(exactly) or 'none'}"


def _question(query: Query) -> Question:
    return Question(
        app=query.app,
        transaction=query.transaction,
        actor=query.actor,
        on=query.as_of,
        known=query.known_at,
        jurisdiction=query.jurisdiction,
        recorded=query.recorded,
        context=query.context,
    )


def _form(value: Any, form: Any) -> Any:
    """A part of an entry in its form.

    Raises:
        UsageError: it has an unknown key, or a value of the wrong kind.
    """
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        known = ", ".join(form.__struct_fields__)
        raise UsageError(f"{form.__name__.casefold()}: {error}", advice=f"known keys are {known}") from None


def _words(value: Any) -> str:
    """Text as it is, a number as text; anything else names nothing."""
    if isinstance(value, int) and abs(value) < 1 << 63:
        return str(value)
    return value if isinstance(value, str) else ""
