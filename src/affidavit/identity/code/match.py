"""An app compared with an index of known code."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.assign import assigned, leads, margins, preferred
from affidavit.identity.code.candidates import Query, candidates, query
from affidavit.identity.code.complete import completed
from affidavit.identity.code.decide import calibration, decide
from affidavit.identity.code.families import features
from affidavit.identity.code.graph import belief, grown, scores
from affidavit.identity.code.index import Index
from affidavit.identity.code.matching import F64, numbers
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import I32, Signatures
from affidavit.identity.code.similarity import Pairs, Rates, compare, estimated, known_rates, worth_keeping

_CLEAR = 1.0
"""Nats by which a pair is better than any other of its class when it is told."""
_SURE, _AGREEING, _FEW = 0.9, 0.7, 400
"""Pairs from which an app's own rates are estimated: belief, share of neighbours that agree, how many are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Pairs that are kept, one for each class, by rising class.

    Attributes:
        pairs: see there. score: nats of each with its neighbours.
        margin: nats by which each is better than any other family. lead: than any other node.
        agree, within: belief of neighbours that agree with each, and of all of its family.
    """

    pairs: Pairs
    score: F64
    margin: F64
    lead: F64
    agree: F64
    within: F64


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything that a decision rests on.

    Attributes:
        asked: the app beside the index. rates: what survives in it.
        pairs: all that could be, by rising class. score: nats of each with its neighbours.
        agree, within: see `Kept`.
        kept: the best of them over all families.
        features: of each family with pairs.
        cut: classes of which not all postings were read.
    """

    asked: Query
    rates: Rates
    pairs: Pairs
    score: F64
    agree: F64
    within: F64
    kept: Kept
    features: dict[int, dict[str, float]]
    cut: int

    def among(self, families: npt.NDArray[np.bool_]) -> Kept:
        """The best pairs when only these families are there."""
        rows = np.flatnonzero(families[self.asked.index.node_family[self.pairs.node]]).astype(np.int32)
        return keep(self.asked, self.pairs.take(rows), self.score[rows], self.agree[rows], self.within[rows])


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
        pairs = pairs.joined(compare(asked, rates, *more))
        score, agree, within = scores(asked, pairs)
    kept = keep(asked, pairs, score, agree, within)
    made = features(asked, kept.pairs, kept.score, kept.margin)
    return Evidence(asked, rates, pairs, score, agree, within, kept, made, cut)


def keep(asked: Query, pairs: Pairs, score: F64, agree: F64, within: F64) -> Kept:
    """One pair for each class.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
        score: nats of each.
        agree: see `Kept`.
        within: see `Kept`.
    """
    favoured = preferred(asked, pairs, score)
    rows = assigned(pairs, favoured, asked.numbers.believed / 2)
    return Kept(
        pairs.take(rows),
        score[rows],
        margins(asked, pairs, favoured, rows),
        leads(pairs, favoured, rows),
        agree[rows],
        within[rows],
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
    decided = decide(found.features)
    there = np.zeros(len(index.families), bool)
    there[[family for family, item in decided.items() if item.decision == "found"]] = True
    origin, sure = np.full(len(app), -1, np.int32), _by_family(found.among(there), index)
    every, matches = _by_family(found.kept, index), []
    for family, item in decided.items():
        told = sure.get(family, ()) if there[family] else every.get(family, ())
        # Classes of one family can be alike so that hardly any pair can be told: one class alone never decides.
        alone = there[family] and len(told) < calibration().classes
        match_ = FamilyMatch(
            family,
            "too-little" if alone else item.decision,
            told,
            found.features[family],
            item.probability,
            item.log_ratio,
            item.p_value,
        )
        if match_.decision == "found":
            origin[[pair.app for pair in match_.pairs]] = family
        matches.append(match_)
    matches.sort(key=lambda match_: (-match_.log_ratio, -match_.features["nats"], match_.family))
    return completed(app, index, Matched(found.rates.regime, tuple(matches), origin))[0]


def _by_family(kept: Kept, index: Index) -> dict[int, tuple[Pairing, ...]]:
    """The pairs of each family, best first; those that could as well be another class of it are left out."""
    rows = np.flatnonzero(kept.lead >= _CLEAR)
    family = index.node_family[kept.pairs.node[rows]]
    order = np.lexsort((rows, -kept.score[rows], family))
    rows, found = rows[order], dict[int, list[Pairing]]()
    columns = (kept.pairs.app, kept.pairs.node, kept.pairs.signature, kept.score, kept.pairs.similarity)
    said = (column[rows].tolist() for column in (*columns, kept.agree, kept.within))
    for number, app, node, signature, score, similarity, agree, within in zip(
        family[order].tolist(), *said, strict=True
    ):
        pair = Pairing(app, node, signature, score, similarity, round(agree), round(within))
        found.setdefault(number, []).append(pair)
    return {number: tuple(items) for number, items in found.items()}
