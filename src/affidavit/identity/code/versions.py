"""Which versions of a library the bytes allow: a set, never one version where several fit.

Only what differs between versions speaks. Each class of the app that is paired with a class of the library gives one
opinion, which is bounded, because the pair may be wrong. Within a class, tokens that the same forms have are one
observation: a method that was changed changes many tokens at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch, Pairing
from affidavit.identity.code.signatures import I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.knowledge import load

_F64 = npt.NDArray[np.float64]
_MOST = 2_000
"""Pairs of one family that are asked, best first."""
_LEAST = 8
"""Tokens of a class whose absence from the app means anything."""
_SAME = 1e-6
"""Likelihoods that differ by less are the same."""


class Calibration(Struct, frozen=True):
    """The document ``knowledge/code_versions/calibration``.

    Attributes:
        drop: a version is allowed when it is at most this many nats less likely than the likeliest.
        trust: how likely a pair is right, by regime of the app.
        survival: how often a token of each kind is left where its class is, before the app tells otherwise.
        prior: how many tokens that knowledge is worth.
        foreign: least share of classes that have a token by chance, by regime.
        gone: least share of methods that are left out of a class, by regime.
        cap: most that one change can say.
        missing: most that classes can say that a version has and the app does not show.
    """

    source: str
    licence: str
    date: str
    drop: float
    trust: dict[str, float]
    survival: dict[str, float]
    prior: float
    foreign: dict[str, float]
    gone: dict[str, float]
    cap: float
    missing: float


@dataclass(frozen=True, slots=True)
class Allowed:
    """The versions that the code of an app allows.

    Attributes:
        versions: their numbers, likeliest first.
        drops: for each, how many nats less likely than the likeliest it is.
        alike: for each, the first of `versions` that no class of the app can tell it from.
        known: versions of the family that were compared.
        telling: classes of the app whose forms differ between versions.
    """

    versions: tuple[int, ...]
    drops: tuple[float, ...]
    alike: tuple[int, ...]
    known: int
    telling: int


class Forms:
    """The forms of the classes of some families."""

    def __init__(self, index: Index, families: Iterable[int]) -> None:
        """Finds them.

        Args:
            index: of known code.
            families: numbers of those that will be asked for.
        """
        wanted = np.zeros(len(index.families), bool)
        wanted[np.fromiter(families, np.int64)] = True
        self.index = index
        rows = np.flatnonzero(wanted[index.node_family[index.node]])
        self._rows = rows[np.argsort(index.node[rows], kind="stable")]
        self._node = index.node[self._rows]

    def of(self, node: int) -> I64:
        """The signatures of a class, ascending."""
        low, high = np.searchsorted(self._node, [node, node + 1])
        return self._rows[low:high]

    def held(self, family: int, versions: Sequence[int]) -> tuple[I64, npt.NDArray[np.bool_]]:
        """The larger classes of a family, and for each which of the versions have it.

        Args:
            family: its number.
            versions: their numbers.
        """
        index = self.index
        rows = self._rows[index.node_family[self._node] == family]
        rows = rows[np.diff(index.start)[rows] >= _LEAST]
        nodes, at = np.unique(index.node[rows], return_inverse=True)
        column = np.full(len(index.versions), -1, np.int64)
        column[list(versions)] = np.arange(len(versions))
        table = np.zeros((len(nodes), len(versions)), bool)
        for row, node in zip(rows.tolist(), at.tolist(), strict=True):
            table[node, column[index.of_version.row(row)]] = True
        return nodes.astype(np.int64), table


class Frequency:
    """How many classes of an app have a token."""

    def __init__(self, app: Signatures) -> None:
        """Counts.

        Args:
            app: the signatures of its classes.
        """
        self._tokens: U64 = np.sort(app.tokens)
        self._classes = max(len(app), 1)

    def share(self, tokens: U64, inside: npt.NDArray[np.bool_]) -> _F64:
        """The share of other classes that have each token.

        Args:
            tokens: asked for.
            inside: which of them the class at hand has, which does not count.
        """
        count = np.searchsorted(self._tokens, tokens, "right") - np.searchsorted(self._tokens, tokens)
        found: _F64 = (count - inside + 0.5) / (self._classes + 1)
        return found


def allowed(app: Signatures, forms: Forms, frequency: Frequency, match: FamilyMatch, regime: str) -> Allowed:
    """The versions of one family that the code of an app allows.

    Args:
        app: its signatures.
        forms: of the index, for the family and others.
        frequency: of the app's tokens.
        match: the family and its pairs.
        regime: what was done to the app's code (`Matched.regime`).
    """
    index, settings = forms.index, load("code_versions", Calibration)["calibration"]
    numbers = [row for row, version in enumerate(index.versions) if version.family == match.family]
    pairs = sorted([pair for pair in match.pairs if not pair.inlined][:_MOST], key=lambda pair: (pair.app, pair.node))
    place = {number: at for at, number in enumerate(numbers)}
    views = [_View(app, forms, pair, place) for pair in pairs]
    rates = _rates(views, settings)
    views = [view for view in views if view.differs]
    score = np.zeros(len(numbers))
    for view in views:
        score += _bounded(view.likelihood(rates, frequency, settings, regime), settings.trust[regime])
    score += _unseen(forms, match.family, numbers, pairs, settings)
    drop = score.max(initial=-np.inf) - score
    drop[drop < _SAME] = 0.0
    order = [at for at in np.lexsort((numbers, drop)).tolist() if drop[at] <= settings.drop]
    looks = {at: tuple(int(view.form[at]) for view in views) for at in order}
    first: dict[tuple[int, ...], int] = {}
    alike = tuple(numbers[first.setdefault(looks[at], at)] for at in order)
    return Allowed(
        tuple(numbers[at] for at in order), tuple(float(drop[at]) for at in order), alike, len(numbers), len(views)
    )


class _View:
    """A class of the app beside all forms of the class of the library that it is paired with.

    Attributes:
        form: for each version the row of its form, or -1 when it has no such class.
        tokens: of all forms. has: (forms, tokens). present: whether the class of the app has each.
        common: tokens that all forms have.
        differs: whether versions differ in it.
    """

    def __init__(self, app: Signatures, forms: Forms, pair: Pairing, place: dict[int, int]) -> None:
        index, rows = forms.index, forms.of(pair.node)
        self.form = np.full(len(place), -1, np.int64)
        for at, row in enumerate(rows.tolist()):
            self.form[[place[number] for number in index.of_version.row(row).tolist()]] = at
        self.tokens = np.unique(np.concatenate([index.of(row) for row in rows.tolist()]))
        self.has = np.stack([np.isin(self.tokens, index.of(row), assume_unique=True) for row in rows.tolist()])
        self.present = np.isin(self.tokens, app.of(pair.app), assume_unique=True)
        self.common = self.has.all(0)
        self.differs = len(rows) > 1 or bool((self.form < 0).any())
        self.kind = (self.tokens & np.uint64(KIND_MASK)).astype(np.int64)

    def likelihood(self, rates: _F64, frequency: Frequency, settings: Calibration, regime: str) -> _F64:
        """For each version the logarithm of the likelihood, up to a constant; minus infinity without the class."""
        expected = rates[self.kind]
        left = self._left(expected)
        p = np.clip(expected * left, 0.001, 0.995)
        chance = np.clip(frequency.share(self.tokens, self.present), settings.foreign[regime], 0.5)
        p = np.maximum(p, chance)
        says = np.where(self.present, np.log(p / chance), np.log((1 - p) / (1 - chance)))
        gone = max(settings.gone[regime], 1 - left)
        differing = np.flatnonzero(~self.common)
        patterns, of = np.unique(self.has[:, differing], axis=1, return_inverse=True)
        count = np.bincount(of.ravel(), minlength=patterns.shape[1])
        total = np.bincount(of.ravel(), says[differing], patterns.shape[1])
        value = np.minimum(total * (1 + np.log(np.maximum(count, 1))) / np.maximum(count, 1), settings.cap)
        value = np.log(gone + (1 - gone) * np.exp(value))
        of_form: _F64 = np.append(patterns.astype(np.float64) @ value, -np.inf)[self.form]
        return of_form

    def _left(self, expected: _F64) -> float:
        """How much of the class is left: its common tokens that are there, of those that kinds let expect."""
        weight = float(expected[self.common].sum()) + 3.0
        return min((float(self.present[self.common].sum()) + 3.0) / weight, 1.0)


def _rates(views: Sequence[_View], settings: Calibration) -> _F64:
    """For each kind how many of the tokens that all forms of a class have are in the app."""
    there, every = np.zeros(KIND_MASK + 1), np.zeros(KIND_MASK + 1)
    for kind, share in settings.survival.items():
        there[Kind[kind]], every[Kind[kind]] = settings.prior * share, settings.prior
    for view in views:
        there += np.bincount(view.kind[view.common & view.present], minlength=len(there))
        every += np.bincount(view.kind[view.common], minlength=len(every))
    shares: _F64 = there / np.maximum(every, 1)
    return shares


def _bounded(likelihood: _F64, trust: float) -> _F64:
    """What one pair says of each version, when it may be wrong."""
    relative = likelihood - likelihood.max(initial=-np.inf)
    said: _F64 = np.log(trust * np.exp(relative) + 1 - trust)
    return said


def _unseen(forms: Forms, family: int, numbers: Sequence[int], pairs: Sequence[Pairing], settings: Calibration) -> _F64:
    """What it says against versions that they have classes that the app does not show."""
    nodes, table = forms.held(family, numbers)
    seen = np.isin(nodes, [pair.node for pair in pairs])
    shared = table.all(1)
    share = (float(seen[shared].sum()) + 1) / (float(shared.sum()) + 2)
    score = np.zeros(len(numbers))
    patterns, of = np.unique(table[~shared], axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        inside = of.ravel() == number
        if not seen[~shared][inside].any():
            count = int(inside.sum())
            score[pattern] += max((1 + log(count)) * log(1 - share), -settings.missing)
    bounded: _F64 = np.maximum(score, score.max(initial=-np.inf) - settings.missing)
    return bounded
