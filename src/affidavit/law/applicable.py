"""The law that an artefact's bindings bring up: for each listed app and relation the provisions that it can involve.

Histories, and how each provision stands, are those known at the register's last update. No clock is read, so a review
can be repeated.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.law.aim import ever_aimed
from affidavit.law.provided import provided
from affidavit.law.register import Register, register
from affidavit.law.steps import Path
from affidavit.model.binding import Applicable, Binding, LawRecord, Provided, Relation
from affidavit.model.finding import GRADES


class RelationWords(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One way of being tied to a listed app: what it shows, and the transaction types that it can involve."""

    title: str
    meaning: str
    transactions: Literal["all"] | tuple[str, ...]
    open_question: str = ""


class Relations(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/relations/known.yaml``."""

    source: str
    licence: str
    relations: dict[str, RelationWords]


def relations() -> dict[str, RelationWords]:
    """Every relation by its id.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("relations", Relations)["known"].relations


def law_of(
    bindings: tuple[Binding, ...], searched: str, limitations: Iterable[str], source: Register | None = None
) -> LawRecord:
    """The record for a bundle. The register is read only when something is bound.

    Args:
        bindings: what ties the artefact to listed apps.
        searched: what was compared.
        limitations: kinds of the limitations that can hide a mark.
        source: the register to ask; the default is that of the compiled knowledge.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    hidden = tuple(sorted(set(limitations)))
    if not bindings:
        return LawRecord(searched, hidden)
    known, words = source or register(), relations()
    applicable = tuple(_applicable(known, words, bindings))
    named = {
        part.outcome for item in applicable for row in item.provisions for part in row.track.segments if part.outcome
    }
    titles = known.vocabulary.outcomes
    return LawRecord(
        searched,
        hidden,
        bindings,
        applicable,
        known.updated,
        tuple((item.value, titles[item].title) for item in sorted(named)),
    )


def _applicable(
    known: Register, words: Mapping[str, RelationWords], bindings: Iterable[Binding]
) -> Iterator[Applicable]:
    """One item for each app and relation, the closest relation first."""
    order = get_args(Relation)
    groups: dict[tuple[str, int], list[Binding]] = {}
    for item in bindings:
        if item.app in known.apps:
            groups.setdefault((item.app, order.index(item.relation)), []).append(item)
    for (app, _), group in sorted(groups.items()):
        relation = words[group[0].relation]
        yield Applicable(
            app=app,
            names=known.apps[app].names,
            relation=group[0].relation,
            grade=max((item.grade for item in group), key=GRADES.index),
            title=relation.title,
            meaning=relation.meaning,
            provisions=tuple(_provisions(known, app, relation)),
            open_question=relation.open_question,
        )


def _provisions(known: Register, app: str, relation: RelationWords) -> Iterator[Provided]:
    """Every provision about an app that can involve a relation, in the register's order."""
    for path in known.paths.values():
        if ever_aimed(known, path.measure, app) and _involves(path, relation):
            made = provided(known, path, app)
            if made is not None:
                yield made


def _involves(path: Path, relation: RelationWords) -> bool:
    """Whether a provision reaches a transaction that the relation can involve."""
    reached = path.provision.transactions
    if relation.transactions == "all":
        return bool(reached)
    return not set(reached).isdisjoint(relation.transactions)
