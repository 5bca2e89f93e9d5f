"""Comparing code the obvious way: sets of tokens, dictionaries, every class with every node."""

from itertools import product
from math import log

import numpy as np

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.similarity import Rates


def weights(asked: Query) -> dict[int, float]:
    """Nats of each token of the index, counted over nodes, classes and ordinary apps one by one."""
    index, app, numbers = asked.index, asked.app, asked.numbers
    counts = numbers.column("counts")
    held = [set(index.of(number).tolist()) for number in range(len(index.node))]
    mine = [set(app.of(class_).tolist()) for class_ in range(len(app))]
    made = {}
    for row, token in enumerate(index.token.tolist()):
        nodes = {int(index.node[number]) for number in range(len(index.node)) if token in held[number]}
        classes = sum(token in tokens for tokens in mine)
        often = max(len(nodes) + classes + int(index.in_background[row]), 1)
        rarity = log((len(index.node_name) + len(app) + 2) / often)
        made[token] = max(min(rarity, numbers.ceiling), 0) * counts[token & 15]
    return made


def candidates(asked: Query) -> dict[int, dict[int, float]]:
    """For each class the weight that it shares with the best form of each node."""
    worth = weights(asked)
    made: dict[int, dict[int, float]] = {}
    for class_, number in product(range(len(asked.app)), range(len(asked.index.node))):
        shared = set(asked.app.of(class_).tolist()) & set(asked.index.of(number).tolist())
        if shared:
            best = made.setdefault(class_, {})
            node = int(asked.index.node[number])
            best[node] = max(best.get(node, 0.0), sum(max(worth[token], 1e-6) for token in shared))
    return made


def compare(asked: Query, rates: Rates, worth: dict[int, float], class_: int, node: int) -> tuple[int, float, float]:
    """The form of a node that fits a class best, the nats and the similarity of it."""
    numbers = asked.numbers
    counts = numbers.column("counts")
    strangeness = -np.log(rates.foreign.clip(1e-3, 0.99))
    mine = set(asked.app.of(class_).tolist())
    every = len(asked.index.node_name) + len(asked.app) + 2
    best: tuple[int, float, float] | None = None
    for number in np.flatnonzero(asked.index.node == node).tolist():
        known = set(asked.index.of(number).tolist())
        shared, foreign, missing = mine & known, mine - known, known - mine
        counted = sum(counts[token & 15] * numbers.together for token in shared)
        gone = sum(counts[token & 15] * numbers.together * rates.survives[token & 15] for token in missing)
        cost = sum(counts[token & 15] * strangeness[token & 15] for token in foreign)
        rate = (counted + 0.5) / (counted + gone + 1)
        weight = sum(worth[token] for token in shared)
        nats = weight - cost + counted * log(rate) + gone * log(1 - rate)
        against = 0.0
        for token in foreign:
            often = sum(token in asked.app.of(other).tolist() for other in range(len(asked.app)))
            alone = min(log(every / often), numbers.ceiling) * counts[token & 15]
            against += worth.get(token, alone) * min(max(strangeness[token & 15] / 3.0, 0), 1)
        lost = sum(counts[token & 15] * rates.survives[token & 15] * 4.0 for token in missing)
        if best is None or nats > best[1]:
            best = number, nats, weight / (weight + 0.6 * against + 0.12 * lost + 1)
    assert best is not None
    return best


def assigned(pairs: list[tuple[int, int, float]], least: float) -> set[tuple[int, int]]:
    """Each class once and each node once: always the best pair of which both are still free."""
    kept: set[tuple[int, int]] = set()
    left = [pair for pair in pairs if pair[2] >= least]
    while left:
        class_, node, _ = min(left, key=lambda pair: (-pair[2], pair[0], pair[1]))
        kept.add((class_, node))
        left = [pair for pair in left if pair[0] != class_ and pair[1] != node]
    return kept


def agreeing(asked: Query, nodes: dict[int, int], class_: int) -> tuple[int, int]:
    """Of the classes that a class names: how many are paired with nodes that its node names, and how many there are."""
    named = asked.app.graph.row(class_).tolist()
    known = set(asked.index.graph.row(nodes[class_]).tolist())
    return sum(nodes.get(other) in known for other in named), len(named)
