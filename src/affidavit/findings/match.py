"""Evaluates a rule on an app: true, false, or open because something could not be examined; and keeps the proof."""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import NamedTuple

import numpy as np

from affidavit.findings.features import Feature, Hits, Mask, children_of, feature_of
from affidavit.findings.index import AppIndex
from affidavit.findings.schema import Count, Node
from affidavit.model.finding import Proof

Truth = bool | None
"""True, false, or open (Kleene's strong logic): absence is only known where nothing was hidden."""


class Evidence(NamedTuple):
    """A leaf that carries a statement: its hits, and the methods that they are taken from (None for all)."""

    hits: Hits
    within: Mask | None


class Matcher:
    """Evaluates nodes on one app.

    Args:
        index: the app. hidden: areas of features in which something could not be examined.
    """

    def __init__(self, index: AppIndex, hidden: Set[str]) -> None:
        self._index = index
        self._hidden = hidden

    def truth(self, node: Node) -> Truth:
        """Whether a node holds."""
        feature = feature_of(node)
        if feature is not None:
            return self._at_least(feature, self._index.hits(feature).count, 1)
        if node.count is not None:
            return self._count(node.count)
        if node.method is not None:
            return bool(self._methods(node.method).any()) or self._absent("code")
        values = [self.truth(child) for child in children_of(node)]
        if node.not_ is not None:
            return _negate(values[0])
        return _every(values) if node.all is not None else _some(values)

    def proof(self, node: Node) -> Proof:
        """The proof tree of a node."""
        matched = self.truth(node) is True
        feature = feature_of(node)
        if feature is not None:
            return self._leaf(feature, None, matched=matched)
        if node.method is not None:
            mask = self._methods(node.method)
            child = self._proof_within(node.method, mask)
            return Proof(op="method", matched=matched, count=int(mask.sum()), children=(child,))
        children = tuple(self.proof(child) for child in children_of(node))
        return Proof(op=_op(node), matched=matched, count=_total(node, children), children=children)

    def evidence(self, node: Node) -> Iterator[Evidence]:
        """The leaves that carry a statement which holds; what lies under a ``not`` carries nothing."""
        feature = feature_of(node)
        if feature is not None:
            yield Evidence(self._index.hits(feature), None)
        elif node.method is not None:
            mask = self._methods(node.method)
            leaves = (feature_of(item) for item in _asserted(node.method))
            yield from (Evidence(self._index.hits(leaf), mask) for leaf in leaves if leaf is not None)
        elif node.not_ is None:
            for child in children_of(node):
                if self.truth(child):
                    yield from self.evidence(child)

    def _absent(self, area: str) -> Truth:
        """What the absence of a feature is worth."""
        return None if area in self._hidden else False

    def _at_least(self, feature: Feature, count: int, least: int) -> Truth:
        return True if count >= least else self._absent(feature.area)

    def _count(self, node: Count) -> Truth:
        feature = _leaf_of(node)
        count = self._index.hits(feature).count
        if node.max is not None and count > node.max:
            return False
        enough = self._at_least(feature, count, node.min)
        return _every([enough, None]) if node.max is not None and feature.area in self._hidden else enough

    def _methods(self, node: Node) -> Mask:
        """The active methods in which a node holds."""
        code = self._index.code
        if code is None:
            return np.zeros(0, bool)
        return self._mask(node, code.methods) & code.active

    def _mask(self, node: Node, size: int) -> Mask:
        feature = feature_of(node)
        if feature is not None:
            mask = np.zeros(size, bool)
            mask[_owners(self._index.hits(feature))] = True
            return mask
        if node.count is not None:
            counts = np.bincount(_owners(self._index.hits(_leaf_of(node.count))), minlength=size)
            most = node.count.max
            return (counts >= node.count.min) & (counts <= (counts.max(initial=0) if most is None else most))
        masks = [self._mask(child, size) for child in children_of(node)]
        if node.not_ is not None:
            return ~masks[0]
        combine: Callable[[Sequence[Mask]], Mask] = (
            np.logical_and.reduce if node.all is not None else np.logical_or.reduce  # type: ignore[assignment]
        )
        return combine(masks)

    def _proof_within(self, node: Node, mask: Mask) -> Proof:
        """The proof below ``method``: about the methods that hold all of it or, when there are none, about all code."""
        feature = feature_of(node)
        if feature is not None:
            count = _count_within(self._index.hits(feature), mask)
            return self._leaf(feature, mask if mask.any() else None, matched=count > 0, count=count)
        children = tuple(self._proof_within(child, mask) for child in children_of(node))
        if node.not_ is not None:
            matched = bool(mask.any()) or not children[0].matched
        elif node.any is not None:
            matched = any(child.matched for child in children)
        else:
            matched = bool(mask.any()) and all(child.matched for child in children)
        return Proof(op=_op(node), matched=matched, count=_total(node, children), children=children)

    def _leaf(self, feature: Feature, within: Mask | None, *, matched: bool, count: int = -1) -> Proof:
        hits = self._index.hits(feature)
        return Proof(
            op="feature",
            matched=matched,
            feature=feature.text,
            count=hits.count if count < 0 else count,
            facts=self._index.fact_ids(feature) if matched else (),
            places=hits.places(within) if matched else (),
        )


def _every(values: Sequence[Truth]) -> Truth:
    """Kleene's and: false if any is false, else open if any is open."""
    return False if False in values else None if None in values else True


def _some(values: Sequence[Truth]) -> Truth:
    """Kleene's or: true if any is true, else open if any is open."""
    return True if True in values else None if None in values else False


def _negate(value: Truth) -> Truth:
    return None if value is None else not value


def _op(node: Node) -> str:
    """Name of an operator in a proof."""
    if node.all is not None:
        return "and"
    if node.any is not None:
        return "or"
    return "not" if node.not_ is not None else "count" if node.count is not None else "method"


def _total(node: Node, children: Sequence[Proof]) -> int:
    return children[0].count if node.count is not None else 0


def _leaf_of(node: Count) -> Feature:
    """The feature that is counted; the linter refuses anything else."""
    feature = feature_of(node.of)
    return feature if feature is not None else Feature("string", "")


def _owners(hits: Hits) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return hits.owners if hits.owners is not None else np.empty(0, np.int64)


def _count_within(hits: Hits, mask: Mask) -> int:
    """Places in the methods of `mask`; all places when it is empty of methods."""
    owners = _owners(hits)
    return int(mask[owners].sum()) if mask.any() else len(owners)


def _asserted(node: Node) -> Iterator[Node]:
    """A node and all below it that is not under a ``not``."""
    yield node
    if node.not_ is None:
        for child in children_of(node):
            yield from _asserted(child)
