"""What a review has to say on the questions of fact that obligations raise; never whether an obligation was kept."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.binding import Binding, Relation
from affidavit.model.bundle import Affidavit
from affidavit.model.duty import Bearing, Item, Obligation, Stance
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import Grade
from affidavit.model.library import Library

NAMED = 8
"""Hosts and libraries that a text names before it counts the rest."""


_SHOWS: dict[Relation, str] = {
    "is": "a mark by which the file would be the listed app",
    "contains": "code of the listed app",
    "contacts": "a domain that serves the listed app",
    "talks-to": "a name by which the listed app is spoken to",
}


_ORDER: tuple[Stance, ...] = ("for", "against", "undetermined")


class Looking(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One kind of thing to look for in a review.

    Attributes:
        look: marks of the listed app, hosts named, or known libraries.
        found, silent: which way it points when there is something, and when there is nothing; without `silent` an
            absence is told as undetermined.
        says: what is found, as a sentence without its full stop.
        relations, by: the only bindings that count; empty means any.
        purposes: the only libraries that count, by what the index of libraries says that they are for.
    """

    look: Literal["binding", "hosts", "libraries"]
    found: Stance
    says: str
    silent: Stance = "undetermined"
    relations: tuple[Relation, ...] = ()
    by: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


class Act(Struct, frozen=True, forbid_unknown_fields=True):
    """What bears on an act: the question of fact, where to look, and what no file can show."""

    asks: str
    looks: tuple[Looking, ...]
    missing: tuple[str, ...]


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/bearing/evidence.yaml``: by transaction; `otherwise` serves all that have no row."""

    source: str
    licence: str
    acts: dict[str, Act]
    otherwise: Act


@cache
def known_evidence() -> Evidence:
    """The compiled rows.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("bearing", Evidence)["evidence"]


def evidence(obligations: Sequence[Obligation], affidavit: Affidavit) -> tuple[Bearing, ...]:
    """What a review says on the question of fact of each obligation; those of kind ``none`` raise none.

    Args:
        obligations: as `law.obligations` gives them.
        affidavit: the review, read back from a bundle.
    """
    rows = known_evidence()
    return tuple(
        _bearing(item, rows.acts.get(item.transaction, rows.otherwise), affidavit)
        for item in obligations
        if item.kind != "none"
    )


def _bearing(obligation: Obligation, act: Act, affidavit: Affidavit) -> Bearing:
    items = dict.fromkeys(item for looking in act.looks for item in _items(looking, obligation.app, affidavit))
    relations = {name for looking in act.looks for name in looking.relations}
    ties = [tie for tie in affidavit.law.applicable if tie.app == obligation.app and tie.relation in relations]
    return Bearing(
        sentence=obligation.sentence,
        actor=obligation.actor,
        app=obligation.app,
        transaction=obligation.transaction,
        asks=act.asks,
        items=tuple(sorted(items, key=lambda item: (_ORDER.index(item.stance), not item.facts))),
        missing=(*act.missing, *(tie.open_question for tie in ties if tie.open_question)),
    )


def _items(looking: Looking, app: str, affidavit: Affidavit) -> Iterator[Item]:
    if looking.look == "binding":
        yield from _bindings(looking, app, affidavit)
    elif looking.look == "hosts":
        yield _hosts(looking, affidavit)
    else:
        yield _libraries(looking, affidavit)


def _bindings(looking: Looking, app: str, affidavit: Affidavit) -> Iterator[Item]:
    """The marks of the listed app that were found, or what was compared."""
    record = affidavit.law
    if not record.searched:
        yield Item("undetermined", "This review was not compared with the register: it holds no record of the law")
        return
    wanted = {item.id for item, _ in _known(looking, affidavit)} if looking.purposes else None
    found = [item for item in record.bindings if item.app == app and _counts(looking, item, wanted)]
    for item in found:
        note = f" ({item.note})" if item.note else ""
        yield Item(looking.found, f"{looking.says}: {item.by} {item.mark}{note}", item.grade, item.facts)
    if not found:
        purposes = f" for {', '.join(looking.purposes)}" if looking.purposes else ""
        what = " or ".join(_SHOWS[name] for name in looking.relations or _SHOWS)
        yield _absent(looking, f"Not found: {what}{purposes}", record.searched, affidavit)


def _counts(looking: Looking, binding: Binding, wanted: set[str] | None) -> bool:
    """Whether a binding is of the relation, the kind and, where one is asked for, the purpose."""
    kind = binding.relation in (looking.relations or _SHOWS) and (not looking.by or binding.by in looking.by)
    return kind and (wanted is None or binding.mark in wanted)


def _hosts(looking: Looking, affidavit: Affidavit) -> Item:
    """The hosts that the bytes name."""
    found: dict[str, list[str]] = {}
    total = 0
    for fact in affidavit.facts:
        if isinstance(fact.what, Endpoint):
            total += 1
            if fact.what.role == "endpoint" and fact.what.host:
                found.setdefault(fact.what.host, []).append(fact.id)
    if not found:
        return _absent(looking, "Not found: a host named in the bytes", f"addresses read: {total:,}", affidavit)
    text = f"{looking.says}: {_named(sorted(found))}"
    return Item(looking.found, text, Grade.PRESENT, tuple(fact for host in sorted(found) for fact in found[host]))


def _libraries(looking: Looking, affidavit: Affidavit) -> Item:
    """Known libraries of some purposes."""
    found = sorted((item.title or item.id, fact) for item, fact in _known(looking, affidavit))
    if not found:
        total = sum(isinstance(fact.what, Library) for fact in affidavit.facts)
        text = f"Not found: a known library for {', '.join(looking.purposes)}, by its name, which renaming defeats"
        return _absent(looking, text, f"libraries recognised: {total:,}", affidavit)
    text = f"{looking.says}: {_named([name for name, _ in found])}"
    return Item(looking.found, text, Grade.PRESENT, tuple(fact for _, fact in found))


def _known(looking: Looking, affidavit: Affidavit) -> Iterator[tuple[Library, str]]:
    """The recognised libraries of the purposes that count, each with its fact."""
    for fact in affidavit.facts:
        if isinstance(fact.what, Library) and fact.what.purpose in looking.purposes:
            yield fact.what, fact.id


def _absent(looking: Looking, text: str, searched: str, affidavit: Affidavit) -> Item:
    """What was not found: it points against only where no gap of the review could hide it."""
    hiding = affidavit.law.limitations
    if looking.silent == "undetermined" or not affidavit.law.searched:
        return Item("undetermined", text, searched=searched)
    if hiding:
        return Item("undetermined", f"{text}; not examined in full: {_named(hiding)}", searched=searched)
    return Item(looking.silent, text, searched=searched)


def _named(names: Sequence[str]) -> str:
    """The first names and how many there are besides."""
    rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest
