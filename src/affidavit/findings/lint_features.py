"""Checks of what a rule asks for: its logic, and the names, strings and numbers in its features."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from affidavit.dalvik.descriptors import descriptor
from affidavit.findings.features import IN_METHOD, Feature, Tree, walk
from affidavit.findings.lint_rules import Check, RuleDocument, Vocabulary
from affidavit.findings.schema import Override, SdkQuery, StringPattern
from affidavit.findings.stated import COMPARISON

# The standard library's own parser of patterns: it has no public name, and a second one would be worse.
parser: Any = import_module("re._parser")
codes: Any = import_module("re._constants")

LITERAL_LEAST = {"exact": 2, "prefix": 3, "contains": 3}
"""Fewest characters of a string feature, by its form: shorter ones match by chance."""

REGEX_WIDTH = 200
"""Most characters that a pattern may match."""

_MEMBER = re.compile(r"([a-zA-Z_$][\w$]*\.)+(<init>|[a-zA-Z_$][\w$]*)(\([\w.$,\[\] ]*\))?")
_CLASS = re.compile(r"[a-zA-Z_$][\w$]*(\.[a-zA-Z_$][\w$]*)+")
_EXPENSIVE = {codes.GROUPREF, codes.GROUPREF_EXISTS, codes.ASSERT, codes.ASSERT_NOT}
_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT}


def _one_attribute(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in walk(document.rule.match):
        count = sum(getattr(node, name) is not None for name in node.__struct_fields__)
        if count != 1:
            yield f"a statement sets {count} attributes, not one"


def _single_child(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if node.op in ("and", "or") and len(node.children) < 2:
            yield f"{'all' if node.op == 'and' else 'any'} of fewer than two statements"


def _repeated_child(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if len(set(node.children)) != len(node.children):
            yield f"{node.op} has the same statement twice"


def _always_true(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if node.op == "or" and any(child.op == "not" for child in node.children):
            yield "any holds a not, which nearly every app fulfils"
        if node.op == "count" and node.least < 1 and node.most is None:
            yield "a count from 0 without a bound is always true"


def _contradiction(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        denied = {child.children[0] for child in node.children if child.op == "not"}
        if node.op == "and" and denied & set(node.children):
            yield "all holds a statement and its own denial"


def _nested_not(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if node.op == "not" and node.children[0].op == "not":
            yield "not of not"


def _count_form(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if node.op == "count" and node.children[0].op != "feature":
            yield "only a feature is counted"
        if node.op == "count" and (node.least < 0 or (node.most is not None and node.most < max(node.least, 1))):
            yield f"from {node.least} to {node.most} is no range"


def _method_scope(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for node in document.tree.walk():
        if node.op == "method":
            inside = list(node.children[0].walk())
            if any(item.op == "method" for item in inside):
                yield "method inside of method"
            for item in inside:
                if item.feature is not None and item.feature.kind not in IN_METHOD:
                    yield f"{item.feature.text} cannot be asked of one method"
            if _positive(node.children[0]) < 2:
                yield "method that joins fewer than two features"


def _positive(node: Tree) -> int:
    """Features that must or may be in the method."""
    if node.op == "not":
        return 0
    return 1 if node.op in ("feature", "count") else sum(_positive(child) for child in node.children)


def _only_absence(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    if document.tree.op == "not" and len(document.rule.absence) < 20:
        yield "a rule that finds an absence says at length what is there when it does not hold"


def _permissions(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    named = [str(feature.arg) for feature in document.tree.features() if feature.kind == "permission"]
    for name in (*named, *document.rule.with_.declared):
        if known.permissions and name not in known.permissions:
            yield f"unknown permission {name!r}"


def _java_form(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        text = _member_text(feature)
        if text is not None and not _MEMBER.fullmatch(text):
            yield f"{text!r} is no class.member in Java form"
        if feature.kind in ("class_", "extends", "implements") and not _CLASS.fullmatch(str(feature.arg)):
            yield f"{feature.arg!r} is no class in Java form"


def _member_text(feature: Feature) -> str | None:
    """The member that a feature names, if it names one."""
    if feature.kind not in ("call", "field_", "overrides"):
        return None
    return feature.arg.method if isinstance(feature.arg, Override) else str(feature.arg)


def _api_class(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        text = _member_text(feature)
        if text is not None:
            name = text.partition("(")[0].rpartition(".")[0]
        elif feature.kind in ("class_", "extends", "implements"):
            name = str(feature.arg)
        else:
            continue
        if not _is_known(name, known):
            yield f"unknown class {name!r}"


def _is_known(name: str, known: Vocabulary) -> bool:
    words = known.words
    in_platform = descriptor(name) in known.framework or name in words.platform_classes
    return in_platform or name.startswith(words.sdk_prefixes)


def _class_or_interface(document: RuleDocument, known: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        name = descriptor(str(feature.arg))
        if feature.kind == "implements" and name in known.framework and not known.framework.is_interface(name):
            yield f"{feature.arg} is a class: use extends"
        if feature.kind == "extends" and known.framework.is_interface(name):
            yield f"{feature.arg} is an interface: use implements"


def _strings(document: RuleDocument) -> Iterator[StringPattern]:
    for feature in document.tree.features():
        if isinstance(feature.arg, StringPattern):
            yield feature.arg
        elif feature.kind == "string":
            yield StringPattern(exact=str(feature.arg))


def _string_form(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for pattern in _strings(document):
        given = {name: getattr(pattern, name) for name in LITERAL_LEAST if getattr(pattern, name)}
        if len(given) != 1:
            yield f"a string has one of {', '.join(LITERAL_LEAST)}, not {len(given)}"
        for name, text in given.items():
            if len(text) < LITERAL_LEAST[name]:
                yield f"{name} {text!r} is too short to mean anything"
            if not text.isascii() or not text.isprintable():
                yield f"{name} {text!r} is not printable ASCII"


def _regex(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for pattern in _strings(document):
        if pattern.re:
            if not pattern.contains:
                yield f"{pattern.re!r} needs a literal (contains) that finds the strings to try it on"
            yield from _regex_problems(pattern.re)


def _regex_problems(text: str) -> Iterator[str]:
    """What makes a pattern costly or vague."""
    try:
        parsed = parser.parse(text)
    except re.error as error:
        yield f"{text!r}: {error}"
        return
    if parsed.getwidth()[1] > REGEX_WIDTH:
        yield f"{text!r} has no bound of {REGEX_WIDTH} characters"
    operations = list(_operations(parsed, 0))
    if any(code in _EXPENSIVE for code, _ in operations):
        yield f"{text!r} looks back or ahead"
    if any(code in _REPEATS and depth for code, depth in operations):
        yield f"{text!r} repeats within a repeat"
    if any(code is codes.ANY and not depth for code, depth in operations):
        yield f"{text!r} has a period that is not escaped"


def _operations(parsed: Any, depth: int) -> Iterator[tuple[Any, int]]:
    """Every operation of a parsed pattern, with the number of repeats around it."""
    for code, argument in parsed:
        yield code, depth
        inner = depth + (code in _REPEATS)
        for part in _parts(argument):
            yield from _operations(part, inner)


def _parts(argument: Any) -> Iterator[Any]:
    """Sub-patterns of an operation's argument."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for item in argument:
            yield from _parts(item)


def _sdk(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        if isinstance(feature.arg, SdkQuery):
            given = [text for text in (feature.arg.min, feature.arg.target) if text]
            if not given or not all(COMPARISON.fullmatch(text) for text in given):
                yield f"{feature.text} compares nothing"


def _empty_query(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        if feature.text.endswith(": ") or not feature.arg:
            yield f"{feature.text.rstrip(': ')} asks nothing"


def _glob(document: RuleDocument, _: Vocabulary) -> Iterator[str]:
    for feature in document.tree.features():
        text = str(feature.arg)
        if feature.kind == "entry" and (text.startswith("*") or text.count("*") > 3 or len(text.strip("*?/")) < 4):
            yield f"{text!r} fits too much"


FEATURE_CHECKS: tuple[tuple[str, Check], ...] = (
    ("one-attribute", _one_attribute),
    ("single-child", _single_child),
    ("repeated-child", _repeated_child),
    ("always-true", _always_true),
    ("contradiction", _contradiction),
    ("nested-not", _nested_not),
    ("count-form", _count_form),
    ("method-scope", _method_scope),
    ("only-absence", _only_absence),
    ("permission", _permissions),
    ("java-form", _java_form),
    ("api-class", _api_class),
    ("class-or-interface", _class_or_interface),
    ("string-form", _string_form),
    ("regex", _regex),
    ("sdk", _sdk),
    ("empty-query", _empty_query),
    ("entry-glob", _glob),
)
"""Checks of what one rule asks for: name, and a function that yields messages."""
