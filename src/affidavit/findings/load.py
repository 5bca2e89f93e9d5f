"""Reads the compiled knowledge that judges; each section once per process."""

from functools import cache

from affidavit import knowledge
from affidavit.findings.schema import Category, Hiding, HidingTable, Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by id.

    Raises:
        KnowledgeError: knowledge was not compiled, or a rule breaks the schema.
    """
    return tuple(rule for _, rule in sorted(knowledge.load("rules", Rule).items()))


@cache
def categories() -> tuple[Category, ...]:
    """Every question, in the order in which reports ask them.

    Raises:
        KnowledgeError: see `rules`.
    """
    return tuple(sorted(knowledge.load("categories", Category).values(), key=lambda item: (item.order, item.id)))


@cache
def hidings() -> tuple[Hiding, ...]:
    """What limitations can hide; the first row that fits decides.

    Raises:
        KnowledgeError: see `rules`.
    """
    tables = sorted(knowledge.load("limitations", HidingTable).items())
    return tuple(row for _, table in tables for row in table.rows)
