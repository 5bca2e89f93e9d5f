"""Which versions the bytes allow, worked out slowly with sets and dicts, one token at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from affidavit.identity.code.index import Index
from affidavit.identity.code.result import Pairing
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.tokens import Kind, kind_of
from affidavit.identity.code.versions import Calibration


@dataclass(frozen=True)
class Asked:
    """What was done to the app's code, and what is known of that."""

    regime: str
    settings: Calibration


def scores(app: Signatures, index: Index, family: int, pairs: Sequence[Pairing], asked: Asked) -> dict[int, float]:
    """For each version of a family the logarithm of its likelihood, the likeliest 0."""
    regime, settings = asked.regime, asked.settings
    versions = [number for number, version in enumerate(index.versions) if version.family == family]
    classes = [set(app.of(row).tolist()) for row in range(len(app))]
    forms = {node: _forms(index, node) for node in range(len(index.node_name)) if index.node_family[node] == family}
    rates = _rates(classes, forms, pairs, settings)
    score = dict.fromkeys(versions, 0.0)
    for pair in pairs:
        mine = forms[pair.node]
        if set(mine) == set(versions) and len(set(mine.values())) == 1:
            continue
        said = dict.fromkeys(versions, -inf) | _likelihood(classes, pair.app, mine, rates, asked)
        best = max(said.values())
        for version in versions:
            score[version] += log(settings.trust[regime] * exp(said[version] - best) + 1 - settings.trust[regime])
    for version, found in _unseen(forms, versions, {pair.node for pair in pairs}, settings).items():
        score[version] += found
    best = max(score.values())
    return {version: value - best for version, value in score.items()}


def _forms(index: Index, node: int) -> dict[int, frozenset[int]]:
    """Version -> tokens of the class."""
    return {
        version: frozenset(index.of(row).tolist())
        for row in range(len(index.node))
        if index.node[row] == node
        for version in index.of_version.row(row).tolist()
    }


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


def _likelihood(
    classes: Sequence[set[int]], row: int, mine: dict[int, frozenset[int]], rates: dict[Kind, float], asked: Asked
) -> dict[int, float]:
    regime, settings = asked.regime, asked.settings
    common = frozenset.intersection(*mine.values())
    expected = sum(rates[kind_of(token)] for token in common)
    left = min((len(common & classes[row]) + 3) / (expected + 3), 1)
    gone = max(settings.gone[regime], 1 - left)
    changes: dict[frozenset[frozenset[int]], list[float]] = defaultdict(list)
    for token in sorted(frozenset.union(*mine.values()) - common):
        others = sum(token in other for at, other in enumerate(classes) if at != row)
        chance = min(max((others + 0.5) / (len(classes) + 1), settings.foreign[regime]), 0.5)
        p = max(min(max(rates[kind_of(token)] * left, 0.001), 0.995), chance)
        has = frozenset(form for form in mine.values() if token in form)
        changes[has].append(log(p / chance) if token in classes[row] else log((1 - p) / (1 - chance)))
    said = dict.fromkeys(mine, 0.0)
    for holders, values in changes.items():
        mean = min(sum(values) / len(values) * (1 + log(len(values))), settings.cap)
        for version, form in mine.items():
            if form in holders:
                said[version] += log(gone + (1 - gone) * exp(mean))
    return said


def _unseen(
    forms: dict[int, dict[int, frozenset[int]]], versions: Sequence[int], seen: set[int], settings: Calibration
) -> dict[int, float]:
    large = {node: {v for v, form in mine.items() if len(form) >= 8} for node, mine in forms.items()}
    shared = [node for node, held in large.items() if held == set(versions)]
    share = (sum(node in seen for node in shared) + 1) / (len(shared) + 2)
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for node, held in large.items():
        if held and held != set(versions):
            groups[frozenset(held)].append(node)
    score = dict.fromkeys(versions, 0.0)
    for holders, nodes in groups.items():
        if not seen & set(nodes):
            for version in holders:
                score[version] += max((1 + log(len(nodes))) * log(1 - share), -settings.missing)
    return {version: max(value, max(score.values()) - settings.missing) for version, value in score.items()}
