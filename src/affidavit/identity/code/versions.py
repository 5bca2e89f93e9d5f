"""Which versions of a library the bytes allow: a set, never one version where several fit.

Only what differs between versions speaks. Each class of the app that is paired with a class of the library gives one
opinion, which is bounded, because the pair may be wrong. Within a class, tokens that the same forms have are one
observation: a method that was changed changes many tokens at once, and a shrinker may leave a part of them. What is
missing counts once for all classes in which the same versions have it: a shrinker takes a method that nobody calls from
every class at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.identity.code.compressed import flat
from affidavit.identity.code.result import FamilyMatch, Pairing
from affidavit.identity.code.signatures import I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.identity.code.variation import Flags, Forms, Variation, elsewhere, variation
from affidavit.knowledge import load

_F64 = npt.NDArray[np.float64]
_MOST = 2_000
"""Pairs of one family that are asked, best first."""
_LEAST = 8
"""Tokens of a class whose absence from the app means anything."""
_SAME = 1e-6
"""Likelihoods that differ by less are the same."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Calibration(Struct, frozen=True):
    """The document ``knowledge/code_versions/calibration``.

    Attributes:
        drop: a version is allowed when it is at most this many nats less likely than the likeliest.
        trust: how likely a pair is right at most, by regime of the app. believed: nats at which a pair has about two
            thirds of that.
        survival: how often a token of each kind is left where its class is, before the app tells otherwise.
        prior: how many tokens that knowledge is worth.
        foreign: least share of classes that have a token by chance, by regime. made: the same for a method's token,
            which an optimiser can make by taking something away.
        moved: the same for a token that other classes of the family have: an optimiser moves code between them.
        gone: least share of methods that are left out of a class, by regime.
        part: how much of a change is left where a part of it is.
        cap: most that one change can say.
        missing: most that what the app does not show can say, by regime. whole: share of a family's classes from which
            on a class that is not there means anything.
    """

    source: str
    licence: str
    date: str
    drop: float
    trust: dict[str, float]
    believed: float
    survival: dict[str, float]
    prior: float
    foreign: dict[str, float]
    made: dict[str, float]
    moved: dict[str, float]
    gone: dict[str, float]
    part: float
    cap: float
    missing: dict[str, float]
    whole: float


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


class Frequency:
    """How many classes of an app have a token."""

    def __init__(self, app: Signatures) -> None:
        """Counts.

        Args:
            app: the signatures of its classes.
        """
        every = np.sort(app.tokens)
        first = np.flatnonzero(np.diff(every, prepend=~every[:1]))
        self._tokens: U64 = every[first]
        self._often: I64 = np.diff(np.append(first, len(every)))
        self._every, self._classes = len(every), max(len(app), 1)

    def share(self, tokens: U64, inside: npt.NDArray[np.bool_], more: I64) -> _F64:
        """How likely a class of usual size, or one with more in it, has each token by chance.

        Args:
            tokens: asked for.
            inside: which of them the class at hand has, which does not count.
            more: tokens that each class has beyond what is known of it.
        """
        at = np.searchsorted(self._tokens[1:], tokens, "right")
        count = self._often[at] * (self._tokens[at] == tokens) if self._every else np.zeros(len(tokens))
        every = self._every + 1
        once = np.log1p(-np.minimum((count - inside + 0.5) / every, 0.5))
        found: _F64 = 1 - np.exp((every / self._classes + more) * once)
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
    settings = load("code_versions", Calibration)["calibration"]
    numbers = [row for row, version in enumerate(forms.index.versions) if version.family == match.family]
    pairs = sorted([pair for pair in match.pairs if not pair.inlined][:_MOST], key=lambda pair: (pair.app, pair.node))
    varied = variation(app, forms, match.family, pairs, numbers)
    least = np.where(varied.kind == Kind.METHOD, settings.made[regime], settings.foreign[regime])
    if settings.moved[regime]:
        least = np.where(elsewhere(forms, match.family, varied), np.maximum(least, settings.moved[regime]), least)
    opinion = _Opinion(varied, _expected(varied, frequency, least, settings), settings, regime)
    trust = settings.trust[regime] * (1 - np.exp(-np.array([pair.nats for pair in pairs]) / settings.believed))
    score = _bounded(opinion.shown(), trust).sum(0) + opinion.missing(trust)
    score = score + _unseen(forms, match.family, numbers, pairs, settings)
    drop = score.max(initial=-np.inf) - score
    drop[drop < _SAME] = 0.0
    order = [at for at in np.lexsort((numbers, drop)).tolist() if drop[at] <= settings.drop]
    first: dict[bytes, int] = {}
    return Allowed(
        tuple(numbers[at] for at in order),
        tuple(float(drop[at]) for at in order),
        tuple(numbers[first.setdefault(opinion.form[:, at].tobytes(), at)] for at in order),
        len(numbers),
        int((opinion.form != opinion.form[:, :1]).any(axis=1).sum()),
    )


@dataclass(frozen=True, slots=True)
class _Expected:
    """For each item how likely it is where a form has it, and by chance; how much is left of each pair's class."""

    held: _F64
    chance: _F64
    left: _F64


class _Opinion:
    """What the classes of an app say of versions.

    Items that the same forms of a class have are a change. `value` is what each change says for the forms that have it,
    `form` the form that fits best of those that each version has.
    """

    def __init__(self, varied: Variation, expected: _Expected, settings: Calibration, regime: str) -> None:
        self.varied, self.most = varied, settings.missing[regime]
        items = np.flatnonzero(~varied.common)
        mark = np.zeros(len(varied.token), np.uint64)
        np.bitwise_xor.at(mark, varied.entry_item, _mixed(varied.entry_form))
        change, self.item, of = np.unique(
            np.stack([varied.pair[items].astype(np.uint64), mark[items]]),
            axis=1,
            return_index=True,
            return_inverse=True,
        )
        self.item = items[self.item]
        gone = np.maximum(settings.gone[regime], 1 - expected.left)[varied.pair[self.item]]
        there, of = varied.present[items], of.ravel()
        likely = gone
        for part, weight in ((1.0, (1 - gone) ** 2), (settings.part, (1 - gone) * gone)):
            p, chance = expected.chance + part * (expected.held - expected.chance), expected.chance
            says = np.where(varied.present, np.log(p / chance), np.log((1 - p) / (1 - chance)))[items]
            said = sum(_as_one(of[some], says[some], change.shape[1]) for some in (there, ~there))
            likely = likely + weight * np.exp(np.minimum(said, settings.cap))
        self.value: _F64 = np.log(likely)
        self.form = self._best()

    def _sums(self, value: _F64) -> _F64:
        """For each form the sum over its changes; minus infinity for none."""
        varied = self.varied
        of_item = np.zeros(len(varied.token))
        of_item[self.item] = value
        sums = np.bincount(varied.entry_form, of_item[varied.entry_item], minlength=int(varied.start[-1]))
        return np.append(sums, -np.inf)

    def _best(self) -> I64:
        """The form of each version, or a better one that it has in another class."""
        form, sums = self.varied.form.copy(), self._sums(self.value)
        for pair, version, other in self.varied.other.tolist():
            if sums[other] > sums[form[pair, version]]:
                form[pair, version] = other
        return form

    def shown(self) -> _F64:
        """(pairs, versions): what is there says for each; minus infinity without the class."""
        found: _F64 = self._sums(np.maximum(self.value, 0))[self.form]
        return found

    def missing(self, trust: _F64) -> _F64:
        """What is not there says against each version, when pairs are right as often as that."""
        varied = self.varied
        low = np.searchsorted(varied.entry_item, self.item)
        high = np.searchsorted(varied.entry_item, self.item, "right")
        value = self.value * trust[varied.pair[self.item]]
        groups: dict[bytes, list[float]] = {}
        for change in np.flatnonzero(self.value < 0).tolist():
            forms = varied.entry_form[low[change] : high[change]]
            holders = (self.form[varied.pair[self.item[change]]][:, None] == forms).any(axis=1)
            if not holders.all():
                groups.setdefault(holders.tobytes(), []).append(float(value[change]))
        return _together(groups, self.form.shape[1], self.most)


def _mixed(forms: I64) -> U64:
    """A number for each form, so that the exclusive or of a set of them stands for the set."""
    value = (forms.astype(np.uint64) + np.uint64(1)) * _SPREAD
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: U64 = value ^ (value >> np.uint64(31))
    return mixed


def _as_one(of: I64, says: _F64, groups: int) -> _F64:
    """What each group of observations says: their mean, and a little more for many."""
    count = np.bincount(of, minlength=groups).clip(1)
    said: _F64 = np.bincount(of, says, groups) * (1 + np.log(count)) / count
    return said


def _expected(varied: Variation, frequency: Frequency, least: _F64, settings: Calibration) -> _Expected:
    kind, pairs, common = varied.kind, len(varied.form), varied.common
    held = _rates(varied, kind, settings)[kind]
    weight = np.bincount(varied.pair[common], held[common], pairs) + 3.0
    left = np.minimum((np.bincount(varied.pair[common], varied.present[common], pairs) + 3.0) / weight, 1.0)
    chance = np.clip(frequency.share(varied.token, varied.present, varied.more[varied.pair]), least, 0.5)
    return _Expected(np.maximum(np.clip(held * left[varied.pair], 0.001, 0.995), chance), chance, left)


def _rates(varied: Variation, kind: I64, settings: Calibration) -> _F64:
    """For each kind how many of the tokens that all forms of a class have are in the app."""
    there, every = np.zeros(KIND_MASK + 1), np.zeros(KIND_MASK + 1)
    for name, share in settings.survival.items():
        there[Kind[name]], every[Kind[name]] = settings.prior * share, settings.prior
    there += np.bincount(kind[varied.common & varied.present], minlength=len(there))
    every += np.bincount(kind[varied.common], minlength=len(every))
    shares: _F64 = there / np.maximum(every, 1)
    return shares


def _bounded(likelihood: _F64, trust: _F64) -> _F64:
    """What pairs say of each version, when each may be wrong."""
    relative = likelihood - likelihood.max(axis=1, initial=-1e9, keepdims=True)
    said: _F64 = np.log(trust[:, None] * np.exp(relative) + 1 - trust[:, None])
    return said


def _together(groups: dict[bytes, list[float]], versions: int, most: float) -> _F64:
    """What each group of observations says against the versions in its key, together: more of the same says little."""
    score = np.zeros(versions)
    for holders, values in groups.items():
        mean = sum(values) / len(values)
        score[np.frombuffer(holders, bool)] += max(mean * (1 + np.log(len(values))), -most)
    bounded: _F64 = np.maximum(score, score.max(initial=-np.inf) - most)
    return bounded


def _unseen(forms: Forms, family: int, numbers: Sequence[int], pairs: Sequence[Pairing], settings: Calibration) -> _F64:
    """What it says against versions that they have classes that the app does not show; nothing after a shrinker."""
    nodes, table = _held(forms, family, numbers)
    seen = np.isin(nodes, [pair.node for pair in pairs])
    shared = table.all(1)
    share = (float(seen[shared].sum()) + 1) / (float(shared.sum()) + 2)
    if share < settings.whole:
        return np.zeros(len(numbers))
    groups: dict[bytes, list[float]] = {}
    for row in np.flatnonzero(~shared).tolist():
        groups.setdefault(table[row].tobytes(), []).append(0.0 if seen[row] else float(np.log(1 - share)))
    return _together(
        {key: values for key, values in groups.items() if all(values)}, len(numbers), settings.missing["plain"]
    )


def _held(forms: Forms, family: int, versions: Sequence[int]) -> tuple[I64, Flags]:
    """The larger classes of a family, and for each which of the versions have it."""
    index, rows = forms.index, forms.rows(family)
    rows = rows[(np.diff(index.start)[rows] >= _LEAST) & ~index.native(index.node[rows])]
    nodes, at = np.unique(index.node[rows], return_inverse=True)
    column = np.full(len(index.versions), -1, np.int64)
    column[list(versions)] = np.arange(len(versions))
    table = np.zeros((len(nodes), len(versions)), bool)
    of, version = flat(index.of_version.start, index.of_version.items, rows)
    table[at[of], column[version]] = True
    return nodes.astype(np.int64), table
