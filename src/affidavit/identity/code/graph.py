"""What the neighbours of a class say of a pair: in code that is really there, neighbours are paired with neighbours."""

import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.candidates import Query, room, unfolded
from affidavit.identity.code.matching import F64
from affidavit.identity.code.signatures import I32, I64
from affidavit.identity.code.similarity import Pairs
from affidavit.identity.kernels import matching

ROUNDS = 2
_CHANCE = 0.02
_DEGREE = 200
"""Neighbours of a node beyond which it says nothing which of them is meant."""


def scores(asked: Query, pairs: Pairs) -> tuple[F64, F64, F64]:
    """For each pair: nats with those of its neighbours, belief of neighbours that agree, and of all of its family.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
    """
    numbers = asked.numbers
    score = pairs.nats
    agreed = np.zeros((len(pairs), 2))
    worth = _worth(asked, pairs)
    start = np.searchsorted(pairs.app, np.arange(len(asked.app) + 1)).astype(np.int64)
    for _ in range(ROUNDS):
        held = belief(pairs.app, score, numbers.believed).astype(np.float32)
        agreed = np.zeros((len(pairs), 2))
        for graph, known in ((asked.ahead, asked.known_ahead), (asked.back, asked.known_back)):
            matching.agreement(
                (start, pairs.node, held),
                (graph.start, graph.items),
                (known.start, known.items),
                asked.index.node_family,
                numbers.neighbours,
                agreed,
            )
        gain = numbers.agreed * (1 - np.exp(-agreed[:, 0] * worth / numbers.agreed))
        loss = np.minimum(agreed[:, 1] - agreed[:, 0], 5)
        score = pairs.nats + gain - loss
    return score, agreed[:, 0], agreed[:, 1]


def _worth(asked: Query, pairs: Pairs) -> F64:
    """Nats of one agreeing neighbour: few where the node is a neighbour of half its family."""
    degree = np.diff(asked.known_ahead.start) + np.diff(asked.known_back.start)
    share = degree[pairs.node] / np.maximum(asked.sizes[asked.index.node_family[pairs.node]], 1)
    worth: F64 = np.log(0.8 / share.clip(0.02, 0.8)).clip(0, asked.numbers.agreeing)
    return worth


def belief(app: I32, score: F64, believed: float) -> F64:
    """How far each pair is believed: its share among the candidates of its class, and whether it is good at all."""
    if not len(app):
        return np.zeros(0)
    starts = np.flatnonzero(np.diff(app, prepend=-1))
    lengths = np.diff(np.append(starts, len(app)))
    best = np.repeat(np.maximum.reduceat(score, starts), lengths)
    share = np.exp((score - best).clip(-50, 0) / 2)
    total = np.repeat(np.add.reduceat(share, starts), lengths)
    held: F64 = share / total / (1 + np.exp((believed - score).clip(-50, 50) / 3))
    return held


def grown(asked: Query, pairs: Pairs, score: F64) -> tuple[I32, I32]:
    """Further (class, node) pairs, for classes without a good one beside classes with one; new ones only.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
        score: nats of each.
    """
    numbers, nodes = asked.numbers, len(asked.index.node_name)
    held = belief(pairs.app, score, numbers.believed)
    paired = np.full(len(asked.app), -1, np.int32)
    sure = np.flatnonzero(held > 0.5)
    paired[pairs.app[sure]] = pairs.node[sure]
    wanted = np.flatnonzero(paired < 0).astype(np.int32)
    out = room(len(wanted), numbers.kept)
    scratch = np.zeros(nodes, np.float32), np.zeros(nodes, np.int32)
    for graph, known in ((asked.ahead, asked.known_back), (asked.back, asked.known_ahead)):
        matching.expand(
            wanted,
            paired,
            (graph.start, graph.items),
            (known.start, known.items),
            (numbers.neighbours, _DEGREE, numbers.kept),
            out,
            scratch,
        )
    app, node = unfolded(out, wanted, numbers.kept)
    fresh = np.unique(app.astype(np.int64) * nodes + node)
    fresh = np.setdiff1d(fresh, pairs.app.astype(np.int64) * nodes + pairs.node, assume_unique=True)
    return (fresh // max(nodes, 1)).astype(np.int32), (fresh % max(nodes, 1)).astype(np.int32)


def adjacent(asked: Query, pairs: Pairs, node_of: I32) -> F64:
    """For each kept pair what the classes that its class names say.

    How many are paired with nodes that its node names, how many with the same family, how many there are, how many
    would agree if the family's nodes were dealt at random, and the nats that this makes.

    Args:
        asked: the app beside the index.
        pairs: the kept ones, one for each class.
        node_of: node of each class of the app, or -1.
    """
    index, nodes = asked.index, len(asked.index.node_name)
    tails, heads = edges_of(asked.ahead, pairs.app)
    of_head = node_of[heads]
    family = index.node_family[pairs.node]
    same = (of_head >= 0) & (index.node_family[of_head] == family[tails])
    known_tails, known_heads = edges_of(asked.known_ahead, pairs.node)
    edges = np.unique(pairs.node[known_tails].astype(np.int64) * nodes + known_heads)
    agree = same & np.isin(pairs.node[tails].astype(np.int64) * nodes + of_head, edges)
    chance = np.diff(asked.known_ahead.start)[pairs.node] / np.maximum(asked.sizes[family] - 1, 1)
    within = np.bincount(tails, same, minlength=len(pairs))
    out = np.zeros((len(pairs), 5))
    out[:, 0] = np.bincount(tails, agree, minlength=len(pairs))
    out[:, 1] = within
    out[:, 2] = np.diff(asked.ahead.start)[pairs.app]
    out[:, 3] = within * chance
    chance = chance.clip(_CHANCE, 1 - _CHANCE)
    out[:, 4] = out[:, 0] * np.log((1 - _CHANCE) / chance) + (within - out[:, 0]) * np.log(_CHANCE / (1 - chance))
    return out


def edges_of(graph: Csr, rows: I32) -> tuple[I64, I32]:
    """(position in `rows`, head) of all edges of some rows."""
    lengths = np.diff(graph.start)[rows]
    tails = np.repeat(np.arange(len(rows)), lengths)
    first = np.repeat(graph.start[rows] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) if len(rows) else 0
    return tails, graph.items[np.arange(len(tails)) + first]
