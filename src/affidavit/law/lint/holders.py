"""Checks of who has to act, and of the circumstances that exceptions ask for: both are words that answers look up."""

from collections.abc import Iterator, Mapping

from affidavit.law.lint.dates import Messages
from affidavit.law.lint.draft import Draft, at, near, parts
from affidavit.law.roles import Holder, Roles
from affidavit.model.measure import Exemption, Provision

_ADVICE = "name one of these, or add a row to roles/known.yaml"


def holders(draft: Draft) -> Messages:
    """Whoever has a duty is an organisation, a role, or has a row; a row names roles that exist."""
    rows = _rows(draft)
    known = {*draft.organisations, *(item.name for item in draft.organisations.values()), *draft.words.actors, *rows}
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            if isinstance(item, Provision) and item.duty_holder and item.duty_holder not in known:
                yield path, f"{at(where)}{near('duty_holder', item.duty_holder, known)} {_ADVICE}"
    for path, file in draft.files.get("roles", {}).items():
        yield from ((path, text) for text in _row_words(draft, file))


def _rows(draft: Draft) -> Mapping[str, Holder]:
    """The rows of every file of roles."""
    return {key: row for file in draft.files.get("roles", {}).values() for key, row in file.holders.items()}


def _row_words(draft: Draft, file: Roles) -> Iterator[str]:
    """What is wrong with the roles and acts that rows name."""
    actors, transactions = draft.words.actors, draft.words.transactions
    for key, row in file.holders.items():
        yield from (f"holder {key}: {near('actor', role, actors)}" for role in row.roles if role not in actors)
    for role, acts in file.acts.items():
        if role not in actors:
            yield f"acts: {near('actor', role, actors)}"
        yield from (
            f"acts, {role}: {near('transaction', act, transactions)}" for act in acts if act not in transactions
        )


def contexts(draft: Draft) -> Messages:
    """Circumstances that exceptions ask for are in the vocabulary; one that nobody can state would free nothing."""
    known = draft.words.context
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            if not isinstance(item, Exemption):
                continue
            for name, values in item.context.items():
                if name not in known:
                    yield path, f"{at(where, 'context')}{near('circumstance', name, known)}"
                    continue
                lost = (value for value in values if value not in known[name])
                yield from ((path, f"{at(where, 'context')}{near(name, value, known[name])}") for value in lost)
                if not values:
                    yield path, f"{at(where, 'context')}{name} has no value, so it would free nothing; name one"
