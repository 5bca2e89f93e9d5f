"""Evaluates a rule on an app: true, false, or open because something could not be examined; and keeps the proof."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.findings.features import Feature, Hits, Mask, Tree
from affidavit.findings.index import AppIndex
from affidavit.model.finding import Proof

Truth = bool | None
"""True, false, or open (Kleene's strong logic): absence is only known where nothing was hidden."""

_NOWHERE = np.empty(0, np.int64)


class Evidence(NamedTuple):
    """A leaf that carries a statement: its hits, and the methods that they are taken from (None for all)."""

    hits: Hits
    within: Mask | None


class Matcher:
    """Evaluates statements on one app.

    Args:
        index: the app. hidden: areas of features in which something could not be examined.
        within: methods that count; None for all. What is not about methods counts anyway.
    """

    def __init__(self, index: AppIndex, hidden: AbstractSet[str], within: Mask | None = None) -> None:
        self._index = index
        self._hidden = hidden
        self._within = within
        self._held: dict[int, Mask] = {}

    def truth(self, node: Tree) -> Truth:
        """Whether a statement holds."""
        if node.op == "feature":
            return self._at_least(node, 1)
        if node.op == "count":
            return self._count(node)
        if node.op == "method":
            return bool(self._methods(node.children[0]).any()) or self._absence("code")
        values = [self.truth(child) for child in node.children]
        if node.op == "not":
            return None if values[0] is None else not values[0]
        return _every(values) if node.op == "and" else _some(values)

    def proof(self, node: Tree) -> Proof:
        """The proof tree of a statement."""
        matched = self.truth(node) is True
        if node.feature is not None and node.op == "feature":
            hits = self._index.hits(node.feature)
            return self._leaf(node.feature, hits, None, matched=matched, count=hits.count)
        if node.op == "method":
            mask = self._methods(node.children[0])
            within = self._proof_within(node.children[0], mask)
            return Proof(op="method", matched=matched, count=int(mask.sum()), children=(within,))
        children = tuple(self.proof(child) for child in node.children)
        return Proof(op=node.op, matched=matched, count=_counted(node, children), children=children)

    def evidence(self, node: Tree) -> Iterator[Evidence]:
        """The leaves that carry a statement which holds; what lies under a ``not`` carries nothing."""
        if node.op == "method":
            mask = self._methods(node.children[0])
            for leaf in _asserted(node.children[0]):
                yield Evidence(self._index.hits(leaf), mask)
        elif node.op == "feature":
            yield Evidence(self._hits(node), self._within)
        elif node.op != "not":
            for child in node.children:
                if self.truth(child):
                    yield from self.evidence(child)

    def _hits(self, node: Tree) -> Hits:
        return self._index.hits(node.feature) if node.feature is not None else Hits()

    def _occurrences(self, node: Tree) -> int:
        """How often a feature occurs where it counts."""
        hits = self._hits(node)
        return hits.count if self._within is None or hits.owners is None else int(self._within[hits.owners].sum())

    def _absence(self, area: str) -> Truth:
        """What the absence of a feature is worth."""
        return None if area in self._hidden else False

    def _at_least(self, node: Tree, least: int) -> Truth:
        """Whether a feature occurs so often."""
        if node.feature is None:
            return False
        return True if self._occurrences(node) >= least else self._absence(node.feature.area)

    def _count(self, node: Tree) -> Truth:
        if node.most is not None and self._occurrences(node) > node.most:
            return False
        enough = self._at_least(node, node.least)
        hidden = node.feature is not None and node.feature.area in self._hidden
        return None if enough and node.most is not None and hidden else enough

    def _methods(self, node: Tree) -> Mask:
        """The active methods in which a statement holds; found once."""
        if id(node) not in self._held:
            code = self._index.code
            held = np.zeros(0, bool) if code is None else self._mask(node, code.methods) & code.active
            self._held[id(node)] = held if self._within is None or code is None else held & self._within
        return self._held[id(node)]

    def _mask(self, node: Tree, size: int) -> Mask:
        """The methods, active or not, in which a statement holds."""
        if node.op == "feature":
            mask = np.zeros(size, bool)
            mask[_owners(self._hits(node))] = True
            return mask
        if node.op == "count":
            counts = np.bincount(_owners(self._hits(node)), minlength=size)
            return (counts >= node.least) & (True if node.most is None else counts <= node.most)
        masks = [self._mask(child, size) for child in node.children]
        if node.op == "not":
            return ~masks[0]
        joined: Mask = (np.logical_and if node.op == "and" else np.logical_or).reduce(masks)
        return joined

    def _proof_within(self, node: Tree, mask: Mask) -> Proof:
        """The proof below ``method``: about the methods that hold all of it or, when there are none, about all code."""
        some = bool(mask.any())
        if node.feature is not None and node.op == "feature":
            hits = self._index.hits(node.feature)
            owners = _owners(hits)
            count = int(mask[owners].sum()) if some else len(owners)
            return self._leaf(node.feature, hits, mask if some else None, matched=count > 0, count=count)
        children = tuple(self._proof_within(child, mask) for child in node.children)
        held = [child.matched for child in children]
        if node.op == "not":
            matched = not held[0]
        elif node.op == "or":
            matched = any(held)
        else:
            matched = some and all(held)
        return Proof(op=node.op, matched=matched, count=_counted(node, children), children=children)

    def _leaf(self, feature: Feature, hits: Hits, within: Mask | None, *, matched: bool, count: int) -> Proof:
        return Proof(
            op="feature",
            matched=matched,
            feature=feature.text,
            count=count,
            facts=self._index.fact_ids(feature) if matched else (),
            places=hits.places(within) if matched else (),
        )


def _every(values: Sequence[Truth]) -> Truth:
    """Kleene's and: false if any is false, else open if any is open."""
    return False if False in values else None if None in values else True


def _some(values: Sequence[Truth]) -> Truth:
    """Kleene's or: true if any is true, else open if any is open."""
    return True if True in values else None if None in values else False


def _counted(node: Tree, children: Sequence[Proof]) -> int:
    return children[0].count if node.op == "count" else 0


def _owners(hits: Hits) -> npt.NDArray[np.int64]:
    return hits.owners if hits.owners is not None else _NOWHERE


def _asserted(node: Tree) -> Iterator[Feature]:
    """Features of a statement that are not under a ``not``."""
    if node.op == "feature" and node.feature is not None:
        yield node.feature
    elif node.op != "not":
        for child in node.children:
            yield from _asserted(child)
