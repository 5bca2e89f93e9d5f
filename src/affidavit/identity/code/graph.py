"""What the neighbours of a class say of a pair: in code that is really there, neighbours are paired with neighbours."""

import numpy as np

from affidavit.dalvik.signatures import distinct
from affidavit.identity.code.candidates import Query, room, unfolded
from affidavit.identity.code.compressed import flat
from affidavit.identity.code.matching import F64
from affidavit.identity.code.signatures import I32
from affidavit.identity.code.similarity import Pairs
from affidavit.identity.kernels import matching, neighbours

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
    family = asked.index.node_family[pairs.node]
    for _ in range(ROUNDS):
        held = belief(pairs.app, score, numbers.believed).astype(np.float32)
        agreed = np.zeros((len(pairs), 2))
        neighbours.agreement(
            (start, pairs.node, family, held),
            (asked.ahead.start, asked.ahead.items),
            (asked.known_ahead.start, asked.known_ahead.items),
            numbers.neighbours,
            agreed,
            (np.zeros(len(asked.app), np.int32), np.empty(len(pairs), np.float32)),
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
    held = np.empty(len(app))
    neighbours.believe(app, np.ascontiguousarray(score), believed, held)
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
    found, there = np.sort(app.astype(np.int64) * nodes + node), pairs.app.astype(np.int64) * nodes + pairs.node
    fresh = np.ones(len(found), bool)
    fresh[1:] = found[1:] != found[:-1]
    fresh &= np.append(there, -1)[np.searchsorted(there, found)] != found
    app, node = np.divmod(found[fresh], max(nodes, 1))
    return app.astype(np.int32), node.astype(np.int32)


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
    tails, heads = flat(asked.ahead.start, asked.ahead.items, pairs.app)
    of_head = node_of[heads]
    family = index.node_family[pairs.node]
    same = (of_head >= 0) & (index.node_family[of_head] == family[tails])
    known_tails, known_heads = flat(asked.known_ahead.start, asked.known_ahead.items, pairs.node)
    edges = distinct(pairs.node[known_tails].astype(np.int64) * nodes + known_heads)
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
