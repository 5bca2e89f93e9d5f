"""Checks of what is sensitive and what sends (``flow_sources``, ``flow_sinks``, ``data_types``)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.framework import Framework
from affidavit.facts.flow_knowledge import is_platform
from affidavit.facts.flow_schema import FORMS, DataTypes, Form, Match, Origin, SinkDocument, SourceDocument, Taking
from affidavit.findings.lint_rules import Vocabulary

_CLASS = re.compile(r"[a-z_][\w$]*(\.[A-Za-z_$][\w$]*)+")
_MEMBER = re.compile(r"(<init>|[A-Za-z_$][\w$]*)(/\d{1,3})?")
_GIVES = re.compile(r"result|none|(operand|parameter) \d{1,3}")
_ID = re.compile(r"([a-z]+(?:-[a-z]+)*)/[a-z0-9]+(-[a-z0-9]+)*")
_OPERAND = re.compile(r"\d+")


@dataclass(frozen=True)
class Flows:
    """Everything that is checked together.

    Attributes:
        sources, sinks: documents by path. vocabularies: terms by name of the vocabulary.
        known: names that may be used.
    """

    sources: dict[str, SourceDocument]
    sinks: dict[str, SinkDocument]
    vocabularies: dict[str, frozenset[str]]
    known: Vocabulary


Found = Iterator[tuple[str, str]]
"""Path and message."""
Row = Match | Form | Taking | Origin


def flows_of(typed: dict[str, Any], known: Vocabulary) -> Flows:
    """What is checked, out of all documents: as their types, and as they were read."""
    types = [item for item in typed.values() if isinstance(item, DataTypes)]
    return Flows(
        sources={path: item for path, item in typed.items() if isinstance(item, SourceDocument)},
        sinks={path: item for path, item in typed.items() if isinstance(item, SinkDocument)},
        vocabularies={
            item.vocabulary: frozenset(term for row in item.terms.values() for term in row) for item in types
        },
        known=known,
    )


def _ids(flows: Flows) -> Found:
    seen: dict[str, str] = {}
    rows = [(path, document.category, item.id) for path, document in flows.sources.items() for item in document.sources]
    rows += [(path, document.kind, item.id) for path, document in flows.sinks.items() for item in document.sinks]
    for path, group, name in rows:
        match = _ID.fullmatch(name)
        if match is None or match[1] != group or path.rpartition("/")[2] != f"{group}.yaml":
            yield path, f"{name!r} is no id of {group!r} in a document of that name"
        key = f"{path.partition('/')[0]} {name}"
        if key in seen:
            yield path, f"{name!r} is in {seen[key]}, too"
        seen[key] = path


def _categories(flows: Flows) -> Found:
    for path, document in flows.sources.items():
        if document.sources and document.category not in flows.known.categories:
            yield path, f"unknown category {document.category!r}"


def _permissions(flows: Flows) -> Found:
    for path, document in flows.sources.items():
        for item in document.sources:
            for name in item.permissions:
                if flows.known.permissions and name not in flows.known.permissions:
                    yield path, f"{item.id}: unknown permission {name!r}"


def _data_types(flows: Flows) -> Found:
    for path, document in flows.sources.items():
        for item in document.sources:
            for vocabulary, terms in (("dpv", item.dpv), ("play", item.play), ("apple", item.apple)):
                for term in terms:
                    if term not in flows.vocabularies.get(vocabulary, ()):
                        yield path, f"{item.id}: {term!r} is no data type of {vocabulary}"


def _members(flows: Flows) -> Found:
    for path, row in _rows(flows):
        if not _CLASS.fullmatch(row.class_):
            yield path, f"{row.class_!r} is no class in Java form"
        for name in row.names:
            if not _MEMBER.fullmatch(name):
                yield path, f"{row.class_}: {name!r} is no member"


def _platform(flows: Flows) -> Found:
    for path, row in _rows(flows):
        name = descriptor(row.class_)
        if not is_platform(name) or getattr(row, "hidden", False):
            continue
        if name not in flows.known.framework:
            yield path, f"unknown class {row.class_!r}"
            continue
        for member in row.names if path.startswith("flow_sinks/") or _is_method(flows, path, row) else ():
            if member != "<init>" and not _arities(flows.known.framework, name, member):
                yield path, f"{row.class_} has no method {member!r}"


def _operands(flows: Flows) -> Found:
    for path, row in _rows(flows):
        positions = [int(item) for item in _OPERAND.findall(getattr(row, "gives", ""))]
        if isinstance(row, Match | Form) and not _GIVES.fullmatch(row.gives):
            yield path, f"{row.class_}: gives {row.gives!r}, which is no place"
        if isinstance(row, Form):
            positions.append(row.operand)
        if isinstance(row, Taking):
            positions += [] if isinstance(row.takes, str) else row.takes
            positions.append(row.target)
        for member in row.names:
            arities = _arities(flows.known.framework, descriptor(row.class_), member)
            if arities and positions and max(positions) > max(arities):
                yield path, f"{row.class_}.{member} has no operand {max(positions)}"


def _repeats(flows: Flows) -> Found:
    seen: dict[tuple[str, ...], str] = {}
    for path, about, key in _keys(flows):
        if key in seen:
            yield path, f"{about}: {' '.join(key[1:])} is in {seen[key]}, too"
        seen[key] = about


def _forms(flows: Flows) -> Found:
    for path, document in flows.sources.items():
        for form in document.forms:
            if form.form not in FORMS:
                yield path, f"unknown form {form.form!r}"
        for item in document.sources:
            given = [getattr(item, name) for name in item.__struct_fields__[8:]]
            if not any(given):
                yield path, f"{item.id}: nothing finds it"
            if item.until and item.from_ > item.until:
                yield path, f"{item.id}: from level {item.from_} until {item.until}"


def _rows(flows: Flows) -> Iterator[tuple[str, Row]]:
    """Everything that names members of a class."""
    for path, document in flows.sources.items():
        for item in document.sources:
            yield from ((path, row) for row in (*item.calls, *item.parameters, *item.fields, *item.uri_fields))
        yield from ((path, form) for form in document.forms)
    for path, sinks in flows.sinks.items():
        for sink in sinks.sinks:
            yield from ((path, taking) for taking in sink.calls)
            yield from ((path, origin) for origin in sink.origins)


def _is_method(flows: Flows, path: str, row: Row) -> bool:
    """Whether a row names methods; what fields a class has is not known."""
    named = [(*item.fields, *item.uri_fields) for item in flows.sources[path].sources]
    return not any(row is field for fields in named for field in fields)


def _arities(framework: Framework, name: str, member: str) -> set[int]:
    """Numbers of parameters of a method of the platform; none when there is no such method."""
    plain, _, arity = member.partition("/")
    found = {number for above in framework.ancestors(name) for number in framework.methods(above).get(plain, ())}
    return found & {int(arity)} if arity else found


def _keys(flows: Flows) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Path, what it is of, and a key that only one may have."""
    for path, document in flows.sources.items():
        for item in document.sources:
            for kind in ("calls", "parameters", "fields", "uri_fields"):
                for row in getattr(item, kind):
                    yield from ((path, item.id, (kind, row.class_, name)) for name in row.names)
            for kind in FORMS:
                yield from ((path, item.id, (kind, str(text))) for text in getattr(item, kind, ()))
        for form in document.forms:
            yield from ((path, form.form, (form.form, form.class_, name)) for name in form.names)
    for path, sinks in flows.sinks.items():
        for sink in sinks.sinks:
            for taking in sink.calls:
                yield from ((path, sink.id, ("takes", taking.class_, name)) for name in taking.names)


FLOW_CHECKS: tuple[tuple[str, Callable[[Flows], Found]], ...] = (
    ("flow-id", _ids),
    ("flow-category", _categories),
    ("flow-permission", _permissions),
    ("flow-data-type", _data_types),
    ("flow-member", _members),
    ("flow-platform", _platform),
    ("flow-operand", _operands),
    ("flow-repeat", _repeats),
    ("flow-form", _forms),
)
"""Name and check, which gives paths and messages."""


def check_flows(flows: Flows) -> Iterator[tuple[str, str, str]]:
    """Every problem as (path, check, message)."""
    for check, find in FLOW_CHECKS:
        for path, message in find(flows):
            yield path, check, message
