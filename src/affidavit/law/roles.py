"""Who is meant: holders of duties in words and as roles, and the acts for which a role would look for an exception."""

from functools import cache

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.law.register import Register
from affidavit.model.measure import Measure


class Holder(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who has to act, as a measure names them: the name in full and the roles of the vocabulary."""

    name: str
    roles: tuple[str, ...]


class Roles(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/roles/known.yaml``.

    Attributes:
        holders: by the words of `Provision.duty_holder`.
        acts: role -> transactions, named by exceptions alone, for which that role would ask.
    """

    source: str
    licence: str
    holders: dict[str, Holder]
    acts: dict[str, tuple[str, ...]]


@cache
def roles() -> Roles:
    """The compiled rows.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("roles", Roles)["known"]


def holder_in_words(register: Register, holder: str) -> str:
    """The name of a holder: of an organisation, a role or a row of `Roles`; else as the measure has it."""
    if holder in register.organisations:
        return register.organisations[holder].name
    if holder in register.vocabulary.actors:
        return register.vocabulary.actors[holder].title
    return roles().holders[holder].name if holder in roles().holders else holder


def roles_of(register: Register, measure: Measure, holder: str) -> tuple[str, ...]:
    """The roles of a holder; an organisation at which the measure is aimed is the app's operator. Empty: not known."""
    if holder in register.vocabulary.actors:
        return (holder,)
    if holder in measure.targets.operators:
        return ("app_operator",)
    return roles().holders[holder].roles if holder in roles().holders else ()
