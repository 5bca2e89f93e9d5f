"""An app compared with an index of known code."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.assign import assigned, leads, margins, preferred
from affidavit.identity.code.candidates import Query, candidates, query
from affidavit.identity.code.decide import decide
from affidavit.identity.code.families import features
from affidavit.identity.code.graph import belief, grown, scores
from affidavit.identity.code.index import Index
from affidavit.identity.code.matching import F64, numbers
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import I32, Signatures
from affidavit.identity.code.similarity import Pairs, Rates, compare, estimated, known_rates, worth_keeping

_SURE, _AGREEING, _FEW = 0.9, 0.7, 400
"""Pairs from which an app's own rates are estimated: belief, share of neighbours that agree, and how many are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that a decision rests on.

    Attributes:
        asked: the app beside the index. rates: what survives in it.
        pairs: kept ones, one for each class, by rising class. score: nats of each with its neighbours.
        lead: nats by which each is better than other nodes for its class.
        agree, within: belief of neighbours that agree with each, and of all of the family.
        features: of each family with pairs.
        cut: classes of which not all postings were read.
    """

    asked: Query
    rates: Rates
    pairs: Pairs
    score: F64
    lead: F64
    agree: F64
    within: F64
    features: dict[int, dict[str, float]]
    cut: int


def evidence(app: Signatures, index: Index) -> Evidence:
    """What in the app speaks for which family; nothing is decided.

    Args:
        app: its signatures.
        index: known code.
    """
    asked = query(app, index, numbers())
    classes, nodes, cut = candidates(asked)
    rates = known_rates(asked)
    pairs = compare(asked, rates, classes, nodes)
    pairs = pairs.take(worth_keeping(pairs, asked.numbers.hopeless, asked.numbers.behind))
    score, agree, within = scores(asked, pairs)
    rates = estimated(asked, pairs.take(_certain(asked, pairs, score, agree >= _AGREEING * within.clip(1))))
    pairs = compare(asked, rates, pairs.app, pairs.node)
    score, agree, within = scores(asked, pairs)
    for _ in range(2):
        more = grown(asked, pairs, score)
        if not len(more[0]):
            break
        classes, nodes = np.concatenate([pairs.app, more[0]]), np.concatenate([pairs.node, more[1]])
        order = np.lexsort((nodes, classes))
        pairs = compare(asked, rates, classes[order], nodes[order])
        score, agree, within = scores(asked, pairs)
    favoured = preferred(asked, pairs, score)
    kept = assigned(pairs, favoured, asked.numbers.believed / 2)
    margin = margins(asked, pairs, favoured, kept)
    chosen = pairs.take(kept)
    return Evidence(
        asked,
        rates,
        chosen,
        score[kept],
        leads(pairs, favoured, kept),
        agree[kept],
        within[kept],
        features(asked, chosen, score[kept], margin),
        cut,
    )


def _certain(asked: Query, pairs: Pairs, score: F64, agreeing: npt.NDArray[np.bool_]) -> I32:
    """Rows of pairs that are as good as certain, the best few hundred: likeness by chance has no likeness around it."""
    held = belief(pairs.app, score, asked.numbers.believed)
    rows = np.flatnonzero((held > _SURE) & (score > 2 * asked.numbers.believed) & agreeing)
    best = rows[np.lexsort((rows, -score[rows]))][:_FEW]
    return np.sort(best).astype(np.int32)


def match(app: Signatures, index: Index) -> Matched:
    """Compare an app with known code.

    Args:
        app: its signatures.
        index: known code.
    """
    found = evidence(app, index)
    family = index.node_family[found.pairs.node]
    matches = []
    origin = np.full(len(app), -1, np.int32)
    for number, decided in decide(found.features).items():
        rows = np.flatnonzero(family == number)
        rows = rows[np.lexsort((rows, -found.score[rows]))]
        matches.append(
            FamilyMatch(
                number,
                decided.decision,
                tuple(_pairing(found, row) for row in rows.tolist()),
                found.features[number],
                decided.probability,
                decided.log_ratio,
                decided.p_value,
            )
        )
        if decided.decision == "found":
            origin[found.pairs.app[rows]] = number
    matches.sort(key=lambda item: (-item.log_ratio, item.family))
    return Matched(found.rates.regime, tuple(matches), origin)


def _pairing(found: Evidence, row: int) -> Pairing:
    pairs = found.pairs
    return Pairing(
        int(pairs.app[row]),
        int(pairs.node[row]),
        int(pairs.signature[row]),
        float(found.score[row]),
        float(pairs.similarity[row]),
        round(float(found.agree[row])),
        round(float(found.within[row])),
    )
