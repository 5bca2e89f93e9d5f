"""Which versions the bytes allow, worked out slowly with sets and dicts, one token at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import Pairing
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.tokens import Kind, kind_of
from affidavit.identity.code.variation import VALUES
from affidavit.identity.code.versions import Calibration


@dataclass(frozen=True)
class Asked:
    """What was done to the app's code, and what is known of that."""

    regime: str
    settings: Calibration


@dataclass(frozen=True)
class Around:
    """Tokens that other classes of the family have, and what is asked."""

    further: set[int]
    asked: Asked


def scores(app: Signatures, index: Index, family: int, pairs: Sequence[Pairing], asked: Asked) -> dict[int, float]:
    """For each version of a family the logarithm of its likelihood, the likeliest 0."""
    regime, settings = asked.regime, asked.settings
    versions = [number for number, version in enumerate(index.versions) if version.family == family]
    classes = [set(app.of(row).tolist()) for row in range(len(app))]
    forms = {node: _forms(index, node) for node in range(len(index.node_name)) if index.node_family[node] == family}
    rates = _rates(classes, forms, pairs, settings)
    score = dict.fromkeys(versions, 0.0)
    missing: dict[frozenset[int], list[float]] = defaultdict(list)
    for pair in pairs:
        own = forms[pair.node]
        further = {
            token for node, every in forms.items() if node != pair.node for form in every.values() for token in form
        }
        changes = _changes(classes, pair.app, own, rates, Around(further, asked))
        chosen = _chosen(forms, versions, own, changes)
        trust = settings.trust[regime] * (1 - exp(-pair.nats / settings.believed))
        shown = {
            version: sum(max(value, 0) for having, value in changes if chosen[version] in having)
            if chosen[version] is not None
            else -inf
            for version in versions
        }
        for having, value in changes:
            holders = frozenset(version for version in versions if chosen[version] in having)
            if value < 0 and holders != set(versions):
                missing[holders].append(value * trust)
        best = max(shown.values())
        for version in versions:
            score[version] += log(trust * exp(shown[version] - best) + 1 - trust)
    unseen = _unseen(forms, versions, {pair.node for pair in pairs}, settings)
    for groups, most in ((missing, settings.missing[regime]), (unseen, settings.missing["plain"])):
        for version, found in _together(groups, versions, most).items():
            score[version] += found
    best = max(score.values())
    return {version: value - best for version, value in score.items()}


def _forms(index: Index, node: int) -> dict[int, frozenset[int]]:
    """Version -> tokens of the class."""
    return {
        version: frozenset(token for token in index.of(row).tolist() if kind_of(token) != Kind.PAIR and token != VALUES)
        for row in range(len(index.node))
        if index.node[row] == node
        for version in index.of_version.row(row).tolist()
    }


def _chosen(
    forms: dict[int, dict[int, frozenset[int]]],
    versions: Sequence[int],
    own: dict[int, frozenset[int]],
    changes: Sequence[tuple[frozenset[frozenset[int]], float]],
) -> dict[int, frozenset[int] | None]:
    """The form of each version: its own, or a better one of the class's forms that another class of it has."""
    chosen = {}
    for version in versions:
        best, most = own.get(version), -inf
        if best is not None:
            most = sum(value for having, value in changes if best in having)
        for form in dict.fromkeys(own.values()):
            value = sum(value for having, value in changes if form in having)
            if value > most and any(mine.get(version) == form for mine in forms.values()):
                best, most = form, value
        chosen[version] = best
    return chosen


def _rates(
    classes: Sequence[set[int]],
    forms: dict[int, dict[int, frozenset[int]]],
    pairs: Sequence[Pairing],
    settings: Calibration,
) -> dict[Kind, float]:
    there, every = defaultdict(float), defaultdict(float)
    for kind, share in settings.survival.items():
        there[Kind[kind]], every[Kind[kind]] = settings.prior * share, settings.prior
    for pair in pairs:
        for token in frozenset.intersection(*forms[pair.node].values()):
            every[kind_of(token)] += 1
            there[kind_of(token)] += token in classes[pair.app]
    return {kind: there[kind] / max(every[kind], 1) for kind in Kind}


def _changes(
    classes: Sequence[set[int]], row: int, mine: dict[int, frozenset[int]], rates: dict[Kind, float], around: Around
) -> list[tuple[frozenset[frozenset[int]], float]]:
    """Forms that have the same tokens of the class, and what those tokens say for them."""
    settings, regime = around.asked.settings, around.asked.regime
    common, known = frozenset.intersection(*mine.values()), frozenset.union(*mine.values())
    own = classes[row]
    expected = sum(rates[kind_of(token)] for token in common)
    left = min((len(common & own) + 3) / (expected + 3), 1)
    gone = max(settings.gone[regime], 1 - left)
    more = sum(kind_of(token) != Kind.PAIR for token in own - known)
    total = sum(map(len, classes)) + 1
    changes: dict[frozenset[frozenset[int]], list[tuple[bool, float, float]]] = defaultdict(list)
    for token in sorted(known - common):
        others = sum(token in other for at, other in enumerate(classes) if at != row)
        least = settings.made[regime] if kind_of(token) == Kind.METHOD else settings.foreign[regime]
        if token in own and token in around.further:
            least = max(least, settings.moved[regime])
        once = 1 - min((others + 0.5) / total, 0.5)
        chance = min(max(1 - once ** (total / len(classes) + more), least), 0.5)
        p = max(min(max(rates[kind_of(token)] * left, 0.001), 0.995), chance)
        changes[frozenset(form for form in mine.values() if token in form)].append((token in own, p, chance))
    return [(having, _said(items, gone, settings)) for having, items in changes.items()]


def _said(items: Sequence[tuple[bool, float, float]], gone: float, settings: Calibration) -> float:
    """What a change says that is all there, in part, or gone."""
    likely = gone
    for part, weight in ((1.0, (1 - gone) ** 2), (settings.part, (1 - gone) * gone)):
        said = 0.0
        for here in (True, False):
            values = []
            for there, whole, chance in items:
                p = chance + part * (whole - chance)
                if there == here:
                    values.append(log(p / chance) if there else log((1 - p) / (1 - chance)))
            if values:
                said += sum(values) / len(values) * (1 + log(len(values)))
        likely += weight * exp(min(said, settings.cap))
    return log(likely)


def _unseen(
    forms: dict[int, dict[int, frozenset[int]]], versions: Sequence[int], seen: set[int], settings: Calibration
) -> dict[frozenset[int], list[float]]:
    large = {node: frozenset(v for v, form in mine.items() if len(form) >= 8) for node, mine in forms.items()}
    shared = [node for node, holders in large.items() if holders == set(versions)]
    share = (sum(node in seen for node in shared) + 1) / (len(shared) + 2)
    groups: dict[frozenset[int], list[float]] = defaultdict(list)
    if share >= settings.whole:
        for node, holders in large.items():
            if holders and holders != set(versions):
                groups[holders].append(0.0 if node in seen else log(1 - share))
    return {holders: values for holders, values in groups.items() if all(values)}


def _together(groups: dict[frozenset[int], list[float]], versions: Sequence[int], most: float) -> dict[int, float]:
    score = dict.fromkeys(versions, 0.0)
    for holders, values in groups.items():
        for version in holders:
            score[version] += max(sum(values) / len(values) * (1 + log(len(values))), -most)
    return {version: max(value, max(score.values()) - most) for version, value in score.items()}
