"""Checks of the tables that measures rest on: vocabulary, jurisdictions, apps and organisations."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from affidavit.law.lint.dates import Messages
from affidavit.law.lint.draft import Draft, near
from affidavit.model.determination import Outcome
from affidavit.model.entity import App

_CONFIDENCES = frozenset({"H", "M", "L"})
_WHOLE = {"law": "law/vocabulary.yaml", "jurisdictions": "jurisdictions/known.yaml", "roles": "roles/known.yaml"}


def tables(draft: Draft) -> Messages:
    """The tables without which nothing can be read are there, and are the only ones."""
    for section, path in _WHOLE.items():
        files = draft.files.get(section, {})
        if draft.measures and path not in files:
            yield path, "is missing; measures cannot be read without it"
        yield from ((other, f"is not read; {section} is {path} alone") for other in files if other != path)


def jurisdictions(draft: Draft) -> Messages:
    """Jurisdictions that are named exist, and so do their time zones."""
    known = draft.jurisdictions
    for path, measure in draft.measures.items():
        if measure.jurisdiction not in known:
            yield path, near("jurisdiction", measure.jurisdiction, known)
    for path, file in draft.files.get("jurisdictions", {}).items():
        for code, item in file.jurisdictions.items():
            if item.parent and item.parent not in known:
                yield path, f"{code}: {near('parent', item.parent, known)}"
            if item.timezone not in _zones():
                yield path, f"{code}: {near('time zone', item.timezone, _zones())}"


def outcomes(draft: Draft) -> Messages:
    """Every outcome has its words and its rank, and nothing else has."""
    wanted = {str(item) for item in Outcome}
    for path, file in draft.files.get("law", {}).items():
        for name, words in (("outcomes", file.outcomes), ("precedence", file.precedence)):
            yield from ((path, f"{name}: {item} is missing") for item in sorted(wanted - set(words)))
            yield from ((path, f"{name}: {near('outcome', item, wanted)}") for item in sorted(set(words) - wanted))
            if len(words) != len(set(words)):
                yield path, f"{name}: has an outcome twice"


def roles(draft: Draft) -> Messages:
    """Wider roles exist."""
    for path, file in draft.files.get("law", {}).items():
        for name, actor in file.actors.items():
            for wider in actor.within:
                if wider not in file.actors:
                    yield path, f"actor {name}: {near('actor', wider, file.actors)}"


def entities(draft: Draft) -> Messages:
    """Apps are run by organisations that exist, in jurisdictions that exist; ids are unique."""
    seen: dict[str, str] = {}
    for path, file in draft.files.get("entities", {}).items():
        names = [*(f"app {key}" for key in file.apps), *(f"organisation {key}" for key in file.organisations)]
        for name in names:
            if name in seen:
                yield path, f"{name}: is in {seen[name]} too; give one of them another id"
            seen.setdefault(name, path)
        for key, app in file.apps.items():
            yield from ((path, f"app {key}: {text}") for text in _app(app, draft))
        for key, body in file.organisations.items():
            if body.confidence and body.confidence not in _CONFIDENCES:
                yield path, f"organisation {key}: {near('confidence', body.confidence, _CONFIDENCES)}"
        yield from ((path, f"marks: {near('app', key, draft.apps)}") for key in file.marks if key not in draft.apps)


def _app(app: App, draft: Draft) -> Iterator[str]:
    """What is wrong with the operators of an app."""
    for operator in app.operators:
        if operator.operator not in draft.organisations:
            yield near("operator", operator.operator, draft.organisations)
        if operator.in_ and operator.in_ not in draft.jurisdictions:
            yield near("jurisdiction", operator.in_, draft.jurisdictions)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
