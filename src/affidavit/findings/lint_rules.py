"""Checks of a rule as a document: names, wording, order, examples, and what it repeats of other rules."""

import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from affidavit.dalvik.framework import Framework
from affidavit.findings.features import Tree, tree_of
from affidavit.findings.schema import Rule
from affidavit.findings.searched import count_all
from affidavit.findings.stated import FactIndex
from affidavit.model.finding import Grade

TITLE_LIMIT, ABSENCE_LIMIT, FEATURE_LIMIT = 100, 160, 60
"""Longest title and absence sentence in characters, and most features of one rule."""

_ORDER = (
    *("id", "version", "title", "category", "grade", "severity", "match", "with", "limits", "absence", "source"),
    *("masvs", "maswe", "permission-groups", "references", "examples"),
)
_PLACEHOLDERS = frozenset(count_all(FactIndex(()), None))
_ABOUT_DECLARATIONS = frozenset({"manifest", "resources"})


class Words(msgspec.Struct, frozen=True):
    """``knowledge/lint/vocabulary.yaml``."""

    severities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    masvs: tuple[str, ...] = ()
    maswe: tuple[str, ...] = ()
    permission_groups: tuple[str, ...] = ()
    sdk_prefixes: tuple[str, ...] = ()
    platform_classes: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    builder: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Names that rules may use; `permissions` is empty when no list of them is there to check against."""

    words: Words
    categories: frozenset[str]
    permissions: frozenset[str]
    framework: Framework


class RuleDocument:
    """A rule's file: its path below the knowledge folder, its content as read, and as a rule and a tree."""

    def __init__(self, path: str, raw: dict[str, Any], rule: Rule) -> None:
        self.path = path
        self.raw = raw
        self.rule = rule
        self.tree: Tree = tree_of(rule.match)


Check = Callable[[RuleDocument, Vocabulary], Iterator[str]]


def _id_is_path(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    if document.path != f"rules/{document.rule.id}.yaml":
        yield f"its id is {document.rule.id!r}"
    if not re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", document.rule.id):
        yield "an id is category/name in lower case, with digits and hyphens"


def _category(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    category = document.rule.category
    if category not in known.categories:
        yield f"unknown category {category!r}"
    if not document.rule.id.startswith(f"{category}/"):
        yield f"does not lie in the folder of its category {category!r}"


def _version(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    if document.rule.version < 1:
        yield "versions count from 1"


def _key_order(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    keys = [key for key in document.raw if key in _ORDER]
    if keys != sorted(keys, key=_ORDER.index):
        yield f"the order of keys is {', '.join(key for key in _ORDER if key in document.raw)}"


def _severity(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    if document.rule.severity not in known.words.severities:
        yield f"unknown severity {document.rule.severity!r}"


def _grade(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    areas = {feature.area for feature in document.tree.features()}
    declared = areas <= _ABOUT_DECLARATIONS
    grade = document.rule.grade
    if grade not in (Grade.DECLARED, Grade.PRESENT) and not (grade is Grade.FLOWS and areas == {"flows"}):
        yield f"a match alone cannot show {grade.value!r}"
    elif declared != (grade is Grade.DECLARED):
        yield f"is {grade.value!r}, but its features are {'declared' if declared else 'not only declared'}"


def _title(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    title = document.rule.title
    if not title[:1].isupper() or title.endswith((".", "?", "!")):
        yield "a title begins with a capital and has no full stop"
    if title.split(" ")[0].lower() in {"may", "might", "possible", "possibly", "potential", "potentially", "the", "a"}:
        yield "a title is in the indicative and begins with its verb"
    if not 8 <= len(title) <= TITLE_LIMIT:
        yield f"a title has 8 to {TITLE_LIMIT} characters"


def _wording(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    rule = document.rule
    texts = [rule.title, rule.absence, *((rule.limits.detail,) if rule.limits else ())]
    for text in texts:
        for word in re.findall(r"[a-z]+", text.lower()):
            if word in known.words.forbidden:
                yield f"the word {word!r} judges; say what was found"


def _absence(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    absence = document.rule.absence
    if not absence or len(absence) > ABSENCE_LIMIT:
        yield f"the sentence for absence has 1 to {ABSENCE_LIMIT} characters"
    if absence[:1].isupper() or absence.endswith("."):
        yield "the sentence for absence begins in lower case and has no full stop, for it is put into one"
    named = {name for _, name, _, _ in string.Formatter().parse(absence) if name is not None}
    for name in sorted(named - _PLACEHOLDERS):
        yield f"unknown placeholder {{{name}}}"


def _source(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    source = document.rule.source
    if source.kind not in known.words.sources:
        yield f"unknown kind of source {source.kind!r}"
    if not source.ref.strip():
        yield "names no reference"


def _frameworks(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    rule, words = document.rule, known.words
    for name in (*rule.masvs, *rule.maswe):
        if name not in words.masvs and name not in words.maswe:
            yield f"unknown identifier {name!r}"
    for name in rule.permission_groups:
        if name.removeprefix("android.permission-group.") not in words.permission_groups:
            yield f"unknown permission group {name!r}"


def _sorted_lists(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    rule = document.rule
    for name, values in (("masvs", rule.masvs), ("maswe", rule.maswe), ("with.declared", rule.with_.declared)):
        if len(set(values)) != len(values):
            yield f"{name} names something twice"


def _size(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    count = len(document.tree.features())
    if not 1 <= count <= FEATURE_LIMIT:
        yield f"has {count} features, of 1 to {FEATURE_LIMIT}"


def _limits(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    limits = document.rule.limits
    if limits is not None and not re.fullmatch(r"[a-z]+/[a-z-]+", limits.kind):
        yield f"{limits.kind!r} is no kind of limitation"


def _examples_exist(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for kind in ("positive", "negative"):
        if not getattr(document.rule.examples, kind):
            yield f"has no {kind} example"


def _examples_shape(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    examples = document.rule.examples
    for example in (*examples.positive, *examples.negative):
        (kind, value), *more = example.items() or [("", None)]
        if more or kind not in known.words.examples:
            yield f"an example is one of {', '.join(known.words.examples)}"
        elif kind != "builder" and not isinstance(value, str):
            yield f"{kind} names a file"
        elif kind == "builder":
            unknown = sorted(set(value) - set(known.words.builder)) if isinstance(value, dict) else [str(value)]
            yield from (f"a built app has no {name!r}" for name in unknown)


def _examples_differ(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    examples = document.rule.examples
    if any(example in examples.negative for example in examples.positive):
        yield "an example is positive and negative"


RULE_CHECKS: tuple[tuple[str, Check], ...] = (
    ("id-is-path", _id_is_path),
    ("category", _category),
    ("version", _version),
    ("key-order", _key_order),
    ("severity", _severity),
    ("grade", _grade),
    ("title", _title),
    ("wording", _wording),
    ("absence", _absence),
    ("source-of-rule", _source),
    ("identifiers", _frameworks),
    ("named-twice", _sorted_lists),
    ("size", _size),
    ("limits", _limits),
    ("examples-exist", _examples_exist),
    ("examples-shape", _examples_shape),
    ("examples-differ", _examples_differ),
)
"""Checks of one rule: name, and a function that yields messages."""


def _same_match(rules: Sequence[RuleDocument]) -> Iterator[tuple[str, str]]:
    seen: dict[Tree, str] = {}
    for document in rules:
        first = seen.setdefault(document.tree, document.rule.id)
        if first != document.rule.id:
            yield document.path, f"asks the same as {first}"


def _same_title(rules: Sequence[RuleDocument]) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for document in rules:
        first = seen.setdefault(document.rule.title.casefold(), document.rule.id)
        if first != document.rule.id:
            yield document.path, f"has the title of {first}"


SET_CHECKS: tuple[tuple[str, Callable[[Sequence[RuleDocument]], Iterator[tuple[str, str]]]], ...] = (
    ("duplicate-rule", _same_match),
    ("duplicate-title", _same_title),
)
"""Checks over all rules together."""
