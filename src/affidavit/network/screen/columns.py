"""Columns of tables: what each is taken for by its name, and what kind of table has such columns."""

import re
from collections.abc import Iterable
from functools import cache

from affidavit.model.screening import RecordKind
from affidavit.network.screen import knowledge

_REST = re.compile(r"[^a-z0-9]+")


@cache
def _by_name() -> dict[str, str]:
    return {name: role for role, names in knowledge.columns().roles.items() for name in names}


def role_of(column: str) -> str:
    """What a column is taken for, by its name or the last part of it; empty when the name is not known."""
    whole = _REST.sub("", column.lower())
    known = _by_name()
    if whole in known:
        return known[whole]
    return known.get(_REST.sub("", column.lower().rpartition(".")[2]), "")


def kind_of(columns: Iterable[str]) -> RecordKind | None:
    """The first kind whose columns are all there; None when none is."""
    roles = {role_of(column) for column in columns}
    for kind in knowledge.columns().kinds:
        if any(roles.issuperset(needed) for needed in kind.needs):
            return kind.kind
    return None


def kind_named(name: str) -> knowledge.Kind:
    """What is known of a kind of table."""
    return next(item for item in knowledge.columns().kinds if item.kind == name)


def lacking(kind: knowledge.Kind, roles: Iterable[str]) -> str:
    """What a table of this kind would have to have so that something can be compared; empty when it has it."""
    told = {*kind.serves, *kind.names, *kind.customer, *kind.peers, *kind.pays, *kind.has, *kind.offers}
    if not told.isdisjoint(roles):
        return ""
    return f"no column is known that would tell a listed app (one of {', '.join(sorted(told))})"
