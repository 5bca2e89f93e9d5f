"""Checks the sources of knowledge: what a reviewer of a rule would otherwise have to see by eye."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import yaml

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import LifecycleDocument
from affidavit.dalvik.models import ModelDocument
from affidavit.facts.flow_schema import DataTypes, SinkDocument, SourceDocument
from affidavit.findings.lint_features import FEATURE_CHECKS
from affidavit.findings.lint_flows import FLOW_CHECKS, check_flows, flows_of
from affidavit.findings.lint_models import MODEL_CHECKS, check_models
from affidavit.findings.lint_rules import RULE_CHECKS, SET_CHECKS, RuleDocument, Vocabulary, Words
from affidavit.findings.schema import Category, HidingTable, Rule
from affidavit.findings.searched import AREAS
from affidavit.identity.code import catalogue
from affidavit.knowledge.shape import shape_problem
from affidavit.model.problem import Problem
from affidavit.network.attribute import lint as networks
from affidavit.network.attribute.knowledge import Document as NetworkDocument
from affidavit.network.personal import known as personal
from affidavit.network.snapshot import pins

SECTIONS = {
    "rules": Rule,
    "categories": Category,
    "limitations": HidingTable,
    "flow_sources": SourceDocument,
    "flow_sinks": SinkDocument,
    "data_types": DataTypes,
    "models": ModelDocument,
    "lifecycles": LifecycleDocument,
    "code_families": catalogue.FamilyDocument,
    "code_packages": catalogue.PackageDocument,
    "network_packages": pins.PackageDocument,
    "networks": NetworkDocument,
    "personal_adapters": personal.Adapters,
    "personal_keys": personal.Vocabulary,
    "personal_values": personal.Telling,
}
"""Sections whose schema is checked here; the others are checked by the packages that own them."""

ELSEWHERE = frozenset(
    {"measures", "sources", "entities", "jurisdictions", "law", "criteria", "claims", "resolutions", "roles"}
)
"""Sections that `affidavit.law.lint` reads, with bounds that files of the register need."""

_ORGANISATIONS = "entities/organisations.yaml"
"""What of those sections is looked up here; what is wrong in it the other checks say."""

_PER_RULE = (*RULE_CHECKS, *FEATURE_CHECKS)


def check_names() -> tuple[str, ...]:
    """Every check that `lint` runs."""
    own = (
        "yaml",
        "schema",
        "source",
        "licence",
        "category-document",
        "limitation-areas",
        "network-package",
        *catalogue.CHECKS,
        *networks.CHECKS,
    )
    return (*own, *(name for checks in (_PER_RULE, SET_CHECKS, FLOW_CHECKS, MODEL_CHECKS) for name, _ in checks))


def lint(source: Path) -> list[Problem]:
    """Run every check over a knowledge folder.

    Args:
        source: the folder that holds ``rules``, ``categories`` and the other sections; those of the register are not
            looked at.

    Returns:
        Problems, sorted; empty when there are none.
    """
    problems: list[Problem] = []
    documents: dict[str, Any] = {}
    for path in sorted(source.rglob("*.yaml")):
        name = path.relative_to(source).as_posix()
        if name.partition("/")[0] in ELSEWHERE and name != _ORGANISATIONS:
            continue
        try:
            documents[name] = _document(path, aliases=name.partition("/")[0] not in SECTIONS)
        except (yaml.YAMLError, ValueError, OSError) as error:
            if name != _ORGANISATIONS:
                problems.append(Problem(name, "yaml", " ".join(str(error).split())))
    problems += [Problem(*found) for found in _check_all(documents)]
    return sorted(problems)


def _document(path: Path, *, aliases: bool) -> Any:
    """The document of one file, of which nothing is built when it is too deep for the parser.

    Args:
        path: the file.
        aliases: whether a part may be used twice, which a checked document could multiply.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds a value that cannot be.
        yaml.YAMLError: it is no YAML, or has what is not accepted.
    """
    if not path.is_file():
        raise OSError("is no file, or a link that leads nowhere")
    data = path.read_bytes()
    if wrong := shape_problem(data, aliases=aliases):
        raise yaml.YAMLError(wrong[1])
    return yaml.load(data, Loader=yaml.CSafeLoader)


def _check_all(documents: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every problem as (path, check, message)."""
    typed: dict[str, Any] = {}
    for path, raw in documents.items():
        section = path.partition("/")[0]
        if section != "rules":
            yield from _origin(path, raw)
        if section in SECTIONS:
            try:
                typed[path] = msgspec.convert(raw, SECTIONS[section])
            except msgspec.ValidationError as error:
                yield path, "schema", str(error)
    rules = [RuleDocument(path, documents[path], rule) for path, rule in typed.items() if isinstance(rule, Rule)]
    vocabulary = _vocabulary(documents, typed)
    for rule in rules:
        for check, find in _PER_RULE:
            for message in find(rule, vocabulary):
                yield rule.path, check, message
    for check, find_all in SET_CHECKS:
        for path, message in find_all(rules):
            yield path, check, message
    yield from _categories(typed, rules)
    yield from _limitations(typed)
    flows = flows_of(typed, vocabulary)
    yield from check_flows(flows)
    yield from check_models(typed, vocabulary.framework)
    yield from catalogue.check(typed, *_owners_and_libraries(documents))
    packages = {path: item for path, item in typed.items() if isinstance(item, pins.PackageDocument)}
    yield from ((path, "network-package", message) for path, message in pins.problems(packages))
    yield from networks.check(typed)


def _owners_and_libraries(documents: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of organisations, and of libraries that names tell."""
    (known,) = _section(documents, _ORGANISATIONS) or [{}]
    libraries = (item["id"] for document in _section(documents, "libraries/") for item in document.get("entries", ()))
    return frozenset(known.get("organisations", ())), frozenset(libraries)


def _origin(path: str, raw: Any) -> Iterator[tuple[str, str, str]]:
    """A document that is not a rule says where it comes from and under which licence."""
    for key in ("source", "licence"):
        if not isinstance(raw, dict) or not raw.get(key):
            yield path, key, f"has no {key!r} at its top"


def _vocabulary(documents: dict[str, Any], typed: dict[str, Any]) -> Vocabulary:
    """What names rules may use, gathered from the other sections."""
    words = msgspec.convert(documents.get("lint/vocabulary.yaml", {}), Words)
    named = partial(_section, documents)
    permissions = {name for document in named("permissions/") for name in document.get("permissions", ())}
    return Vocabulary(
        words=words,
        categories=frozenset(item.id for item in typed.values() if isinstance(item, Category)),
        permissions=frozenset(permissions | set(words.permissions)) if permissions else frozenset(),
        framework=Framework(
            *([str(raw.get("classes", "")) for raw in named(f"{name}/")] for name in ("hierarchy", "framework_methods"))
        ),
    )


def _section(documents: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Documents of one section (or of one file) that are objects."""
    return [raw for path, raw in documents.items() if path.startswith(name) and isinstance(raw, dict)]


def _categories(typed: dict[str, Any], rules: list[RuleDocument]) -> Iterator[tuple[str, str, str]]:
    """Questions: named as their file, in an order of their own, asked, and answered by at least one rule."""
    orders: dict[int, str] = {}
    used = {document.rule.category for document in rules}
    for path, item in typed.items():
        if not isinstance(item, Category):
            continue
        if path != f"categories/{item.id}.yaml":
            yield path, "category-document", f"its id is {item.id!r}"
        if item.order in orders:
            yield path, "category-document", f"has the same order as {orders[item.order]}"
        if not item.question.endswith("?"):
            yield path, "category-document", "its question does not end in a question mark"
        if item.id not in used:
            yield path, "category-document", "no rule answers it"
        orders[item.order] = item.id


def _limitations(typed: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What limitations hide are areas that features have."""
    for path, table in typed.items():
        if isinstance(table, HidingTable):
            for row in table.rows:
                for area in sorted(set(row.hides) - set(AREAS)):
                    yield path, "limitation-areas", f"{row.kinds[0]}: unknown area {area!r}"
