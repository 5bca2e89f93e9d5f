"""Who serves a host: every claim of every source, and what follows from them. Pure: it opens nothing."""

from collections.abc import Iterable
from datetime import date

import msgspec

from affidavit.model.network import Attributed, Claimed, Source
from affidavit.network.attribute.asked import Asked, Case
from affidavit.network.attribute.knowledge import Known, known
from affidavit.network.attribute.operators import operated, service_of
from affidavit.network.attribute.owners import owned
from affidavit.network.attribute.places import placed
from affidavit.network.attribute.tiers import served, strength_of
from affidavit.network.snapshot.view import Shelf, View

_ABOUT = (
    "registered-name", "owner", "use", "customer", "operator", "parent", "seat", "network", "service", "country",
)  # fmt: skip
"""Subjects of claims in the order in which they are given."""


class Answers(msgspec.Struct, frozen=True):
    """What was asked, answered in order, and every source that a claim names, by table and id."""

    hosts: tuple[Attributed, ...]
    sources: tuple[Source, ...]


def attribute(hosts: Iterable[Asked], shelf: Shelf | None, knowledge: Known | None = None) -> Answers:
    """Say who serves each host.

    Args:
        hosts: what is asked about.
        shelf: snapshots of tables; without any, what only they tell is missing.
        knowledge: of entities, zones and numbers; None for what came with the product.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    knows = knowledge or known()
    views: dict[date | None, View] = {}
    used: dict[str, Source] = {}
    answers = []
    for asked in hosts:
        if shelf is not None and asked.day not in views:
            views[asked.day] = shelf.as_of(asked.day)
        case = Case.of(asked, knows, views.get(asked.day))
        answers.append(_answer(case))
        used.update(case.used)
    return Answers(tuple(answers), tuple(sorted(used.values(), key=lambda item: (item.table, item.id))))


def _answer(case: Case) -> Attributed:
    """Gather the claims on one host, and draw from them."""
    owner = owned(case)
    operator = operated(case)
    service = service_of(case, owner.row, operator)
    place, why_no_place = placed(case, operator)
    parent, seat = _last_parent(case, operator.entity)
    strength, missing = strength_of(case, operator)
    asked = case.asked
    return Attributed(
        host=case.name or asked.host.lower(),
        address=case.address,
        seen=asked.seen,
        facts=asked.facts,
        asked_on=case.day,
        claims=tuple(sorted(case.claims, key=_order)),
        owner=owner.owner,
        customer=owner.customer,
        operator=operator.entity,
        parent=parent,
        seat=seat,
        service=service,
        place=place,
        why_no_place=why_no_place,
        strength=strength,
        missing=missing,
        served=served(strength),
    )


def _last_parent(case: Case, operator: str) -> tuple[str, str]:
    """Who can reach the data: the last parent of the operator on the day, and the country of its head office."""
    if operator not in case.known.entities:
        return "", ""
    last = operator
    for row in case.known.holding(operator, case.day):
        case.say("parent", row.parent, f"parent of {last}", row.from_)
        last = row.parent
    found = case.known.entities.get(last)
    if found is None:
        return last, ""
    case.say("seat", found.seat, f"head office of {last}", found.from_, kind="head-office")
    if found.registered:
        why_not = "the country of the law that the company is under; the head office decides who can be told what to do"
        case.say("seat", found.registered, f"registration of {last}", found.from_, kind="registered", why_not=why_not)
    return last, found.seat


def _order(claim: Claimed) -> tuple[int, bool, str, str, str, str]:
    return _ABOUT.index(claim.about), not claim.counts, claim.kind, claim.source, claim.value, claim.by
