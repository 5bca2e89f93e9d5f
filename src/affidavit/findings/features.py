"""The vocabulary of rules: what a leaf asks for, which area of the app answers it, and what an answer holds."""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.findings.schema import Node
from affidavit.model.place import Place

OPERATORS = ("all", "any", "not_", "count", "method")
"""Attributes of `Node` that are operators; every other attribute is a feature."""

SHOWN = 20
"""Most places, and most fact ids, that one leaf of a proof carries; its count has the total."""

_NAMES = {item.name: item.encode_name for item in msgspec.structs.fields(Node)}
_FEATURES = tuple(name for name in _NAMES if name not in OPERATORS)

_values = attrgetter(*_FEATURES)

CODE = frozenset({"call", "field_", "string", "class_", "extends", "implements", "overrides"})
"""Features that are looked up in the code tables; all others are looked up in facts."""

IN_METHOD = frozenset({"call", "field_", "string", "class_", "overrides"})
"""Features that can be asked of one method."""

_AREAS = {
    "network_security": "resources",
    "endpoint": "text",
    "library": "code",
    "native_import": "native",
    "entry": "entries",
    "notable": "code",
    "signing": "signing",
    "signature": "signing",
    "platform": "signing",
    "certificate": "signing",
    "known_signer": "signing",
    "framework": "entries",
    "packer": "entries",
    "flow": "flows",
}


class Feature(NamedTuple):
    """A leaf: the attribute of `Node` that is set, and its value."""

    kind: str
    arg: object

    @property
    def area(self) -> str:
        """Which part of the app answers it: ``code``, ``manifest``, ``resources``, ``text``, ``native``, ``entries``,
        ``signing`` or ``flows``; limitations hide areas.
        """
        return "code" if self.kind in CODE else _AREAS.get(self.kind, "manifest")

    @property
    def text(self) -> str:
        """The feature in the rule language, on one line."""
        return f"{_NAMES[self.kind]}: {_argument(self.arg)}"


def _argument(arg: object) -> str:
    """One value in the rule language; a query becomes its conditions."""
    if isinstance(arg, str):
        return arg
    values = msgspec.to_builtins(arg)
    return ", ".join(f"{name}={_scalar(value)}" for name, value in values.items())


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


Mask = npt.NDArray[np.bool_]
"""Methods of all units together, in unit order: whether each is meant."""


def _no_places(_within: Mask | None) -> tuple[Place, ...]:
    return ()


def _no_classes(_within: Mask | None) -> Mapping[str, int]:
    return {}


class Hits(Struct, frozen=True, eq=False):
    """What answers one feature. The costly parts are functions, called only for statements that hold.

    Attributes:
        count: how many places, or facts.
        facts: ids of the first `SHOWN` facts that carry it.
        owners: for features of methods, the method of each place as a number over all units, ascending.
        places: the first `SHOWN` places in canonical order, of the methods given (None for all).
        classes: descriptors of the classes that the places lie in, each with its number of places.
    """

    count: int = 0
    facts: tuple[str, ...] = ()
    owners: npt.NDArray[np.int64] | None = None
    places: Callable[[Mask | None], tuple[Place, ...]] = _no_places
    classes: Callable[[Mask | None], Mapping[str, int]] = _no_classes


NOTHING = Hits()
"""The answer to a feature that is nowhere."""


class Tree(Struct, frozen=True):
    """A rule's statement, ready to be evaluated.

    Attributes:
        op: ``and``, ``or``, ``not``, ``count``, ``method`` or ``feature``.
        children: sub-statements in the rule's order; empty for a feature.
        feature: for ``feature``, and the one that a ``count`` counts.
        least, most: bounds of a ``count``; `most` is None for no bound.
    """

    op: str
    children: tuple["Tree", ...] = ()
    feature: Feature | None = None
    least: int = 1
    most: int | None = None

    def walk(self) -> Iterator["Tree"]:
        """This node and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def features(self) -> tuple[Feature, ...]:
        """Every feature in it, in the rule's order, each once."""
        return tuple(dict.fromkeys(node.feature for node in self.walk() if node.feature is not None))


def feature_of(node: Node) -> Feature | None:
    """The feature that a node is, or None for an operator."""
    for name, value in zip(_FEATURES, _values(node), strict=True):
        if value is not None:
            return Feature(name, value)
    return None


def tree_of(node: Node) -> Tree:
    """A rule's statement as a tree; a node that sets nothing, which the linter refuses, becomes an empty ``or``."""
    feature = feature_of(node)
    if feature is not None:
        return Tree("feature", feature=feature)
    if node.count is not None:
        counted = tree_of(node.count.of)
        return Tree("count", (counted,), counted.feature, node.count.min, node.count.max)
    if node.not_ is not None:
        return Tree("not", (tree_of(node.not_),))
    if node.method is not None:
        return Tree("method", (tree_of(node.method),))
    children = tuple(tree_of(child) for child in (node.any if node.all is None else node.all) or ())
    return Tree("or" if node.all is None else "and", children)


def walk(node: Node) -> Iterator[Node]:
    """A node of a rule and everything below it, parents first, whatever else it wrongly sets."""
    yield node
    counted = node.count.of if node.count is not None else None
    for child in (*(node.all or ()), *(node.any or ()), node.not_, node.method, counted):
        if child is not None:
            yield from walk(child)
