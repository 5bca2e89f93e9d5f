"""Checks of library behaviour and life cycles (``models``, ``lifecycles``): what each line says, and what it names."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from affidavit.dalvik.effects import Effect, Operand, parse_effects
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import Lifecycle, LifecycleDocument, automaton
from affidavit.dalvik.models import ModelDocument, parameters
from affidavit.facts.flow_knowledge import is_platform
from affidavit.model.errors import KnowledgeError

_KEY = re.compile(r"(?P<name>(?:<init>|[\w$]*\*?[\w$]*))(?:/(?P<arity>\d{1,2}|\*)|(?P<params>\([\w$/;\[]*\)))")
_CLASS = re.compile(r"[A-Za-z_][\w$]*(/[A-Za-z_$][\w$]*)+")

Typed = Mapping[str, Any]
Found = Iterator[tuple[str, str]]
"""Path and message."""


def check_models(typed: Typed, framework: Framework) -> Iterator[tuple[str, str, str]]:
    """Every problem as (path, check, message).

    Args:
        typed: documents as their types, by path; those of other sections are passed over.
        framework: the platform's classes.
    """
    for check, find in MODEL_CHECKS:
        for path, message in find(typed, framework):
            yield path, check, message


def _effects(typed: Typed, _: Framework) -> Found:
    for path, classes, key, text in _lines(typed):
        try:
            effects = parse_effects(text)
        except KnowledgeError as error:
            yield path, f"{classes}: {key}: {error}; {error.advice}"
            continue
        taken = _arity(key)
        positions = (operand.position for effect in effects for operand in _operands(effect))
        keyed = (item.key.position for effect in effects for item in _operands(effect) if item.key)
        if taken is not None and max(*positions, *keyed, -1, -1) >= taken:
            yield path, f"{classes}: {key}: names an argument that is not there: {text!r}"


def _keys(typed: Typed, _: Framework) -> Found:
    for path, classes, key, _text in _lines(typed):
        if key != "*" and not _KEY.fullmatch(key):
            yield path, f"{classes}: {key!r} is no key"
        if not all(_CLASS.fullmatch(name) for name in classes.split(", ")):
            yield path, f"{classes!r} is no list of internal names"


def _twice(typed: Typed, _: Framework) -> Found:
    seen: dict[tuple[str, str], str] = {}
    for path, classes, key, text in _lines(typed):
        for name in classes.split(", "):
            if seen.setdefault((name, key), text) != text:
                yield path, f"{name}: {key} is there twice, and differs"


def _platform(typed: Typed, framework: Framework) -> Found:
    """A platform class is known, and so is each method, by one of the classes of its line."""
    for path, classes, key, _ in _lines(typed):
        names = [f"L{name};" for name in classes.split(", ")]
        yield from ((path, f"unknown class {name}") for name in names if is_platform(name) and name not in framework)
        match = _KEY.fullmatch(key)
        if match is None or key.startswith("<init>") or not all(name in framework for name in names):
            continue
        if not any(_defined(framework, name, match) for name in names):
            yield path, f"{classes}: no method {key}"


def _automata(typed: Typed, _: Framework) -> Found:
    for path, document in typed.items():
        if isinstance(document, LifecycleDocument):
            try:
                automaton(document)
            except KnowledgeError as error:
                yield path, f"{error}; {error.advice}"


def _callbacks(typed: Typed, framework: Framework) -> Found:
    """Methods of an automaton exist in one of its classes, when all of them are of the platform."""
    for path, life in _built(typed):
        unknown = [name for name in life.classes if name not in framework]
        yield from ((path, f"unknown class {name}") for name in unknown if is_platform(name))
        for called in life.methods() if not unknown else ():
            above = (name for class_ in life.classes for name in framework.ancestors(class_))
            if framework.overridden(above, called.name, called.arity) is None:
                yield path, f"no method {called.name}/{called.arity}"


def _classes_once(typed: Typed, _: Framework) -> Found:
    seen: dict[str, str] = {}
    for path, life in _built(typed):
        for name in life.classes:
            if name in seen:
                yield path, f"{name} is in {seen[name]}, too"
            seen[name] = path


MODEL_CHECKS: tuple[tuple[str, Callable[[Typed, Framework], Found]], ...] = (
    ("model-effect", _effects),
    ("model-key", _keys),
    ("model-repeat", _twice),
    ("model-platform", _platform),
    ("lifecycle-line", _automata),
    ("lifecycle-platform", _callbacks),
    ("lifecycle-repeat", _classes_once),
)
"""Name and check, which gives paths and messages."""


def _lines(typed: Typed) -> Iterator[tuple[str, str, str, str]]:
    """Path, classes, key and effects."""
    for path, document in typed.items():
        if isinstance(document, ModelDocument):
            for classes, methods in document.classes.items():
                for keys, text in methods.items():
                    for key in keys.split(", "):
                        yield path, classes, key, text


def _arity(key: str) -> int | None:
    """How many parameters a key speaks of; None when it does not say."""
    match = _KEY.fullmatch(key)
    if match is None or match["arity"] == "*":
        return None
    return len(parameters(match["params"])) if match["params"] else int(match["arity"])


def _operands(effect: Effect) -> Iterator[Operand]:
    yield from (operand for operand in (effect.origin, effect.target, *effect.arguments) if operand is not None)


def _defined(framework: Framework, class_: str, key: re.Match[str]) -> bool:
    """Whether a class or one above it defines a method that fits a key."""
    pattern = re.compile(re.escape(key["name"]).replace("\\*", ".*"))
    wanted = _arity(key[0])
    return any(
        pattern.fullmatch(name) and (wanted is None or wanted in arities)
        for above in framework.ancestors(class_)
        for name, arities in framework.methods(above).items()
    )


def _built(typed: Typed) -> Iterator[tuple[str, Lifecycle]]:
    """Every automaton that can be built."""
    for path, document in typed.items():
        if isinstance(document, LifecycleDocument):
            try:
                yield path, automaton(document)
            except KnowledgeError:
                continue
