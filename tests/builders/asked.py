"""An app beside an index, made up at random: some classes of libraries, renamed and shuffled, and some of its own."""

import random
from collections.abc import Sequence

import numpy as np

from affidavit.identity.code.build import build
from affidavit.identity.code.candidates import Query, query
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.matching import numbers
from affidavit.identity.code.similarity import Pairs
from tests.builders.made_libraries import edges, library, renamed, seeded, signatures


def asked(seed: int, families: int = 3, classes: int = 7, words: int = 150) -> Query:
    """Libraries whose classes share tokens by chance; of each about half of the classes is in the app."""
    rng = seeded(seed)
    made = [library(rng, f"org/family{number}", rng.randrange(2, classes), words=words) for number in range(families)]
    links = [edges(rng, one) for one in made]
    index = build(
        [Family(f"family{number}") for number in range(families)],
        [(Version(number, "1"), signatures(made[number], links[number])) for number in range(families)],
    )
    every = {name: tokens for one in made for name, tokens in one.items() if rng.random() < 0.5}
    every |= library(rng, "app/own", 3, words=words)
    app, named, _ = renamed(rng, every, set().union(*links))
    return query(signatures(app, named | edges(rng, app, 1)), index, numbers())


def pairs_of(rows: Sequence[tuple[int, int, float]], **columns: float) -> Pairs:
    """(class, node, nats) in the order that pairs have; every other number is 1, or as stated for all of them."""
    ordered = sorted(rows)
    table = np.array(ordered, np.float64).reshape(-1, 3)
    app, node = table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)
    names = ("similarity", "shared", "foreign", "own", "both", "strange")
    rest = {name: np.full(len(ordered), columns.get(name, 1.0)) for name in names}
    return Pairs(app=app, node=node, signature=node.copy(), nats=table[:, 2].copy(), **rest)


def any_pairs(query_: Query, rng: random.Random, low: float = -10, high: float = 40) -> list[tuple[int, int, float]]:
    """Some of all pairs of a class and a node; whole numbers of nats, so that many are equal."""
    every = [(app, node) for app in range(len(query_.app)) for node in range(len(query_.index.node_name))]
    return [(*pair, float(round(rng.uniform(low, high)))) for pair in every if rng.random() < 0.4]
