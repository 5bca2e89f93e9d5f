"""Signatures of libraries, made up: classes with tokens and neighbours, changed from version to version."""

import random
from collections.abc import Mapping

import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.signatures import Signatures

Made = dict[str, frozenset[int]]
"""Name of a class -> its tokens."""


def seeded(seed: int) -> random.Random:
    """The same choices on every run."""
    return random.Random(seed)  # noqa: S311 - nothing is secret


def signatures(classes: Mapping[str, frozenset[int]], edges: set[tuple[str, str]] = frozenset()) -> Signatures:
    """Classes as `of_program` gives them, in the order of the mapping."""
    names = tuple(classes)
    number = {name: row for row, name in enumerate(names)}
    ordered = sorted((number[a], number[b]) for a, b in edges if a in number and b in number)
    table = np.array(ordered, np.int32).reshape(-1, 2)
    nothing = np.zeros(len(names), np.int32)
    return Signatures(
        names=names,
        start=np.cumsum([0, *(len(tokens) for tokens in classes.values())]).astype(np.int64),
        tokens=np.array([token for tokens in classes.values() for token in sorted(tokens)], np.uint64),
        graph=Csr(np.searchsorted(table[:, 0], np.arange(len(names) + 1)).astype(np.int32), table[:, 1].copy()),
        size=np.array([len(tokens) for tokens in classes.values()], np.int32),
        unit=nothing,
        row=nothing,
    )


def library(rng: random.Random, package: str, classes: int = 8, tokens: int = 14, words: int = 5_000) -> Made:
    """Classes of one package with long names; some have hardly a token."""
    return {
        f"L{package}/Class{number};": frozenset(
            rng.sample(range(1, words), tokens if rng.random() < 0.8 else rng.randrange(3))
        )
        for number in range(classes)
    }


def edges(rng: random.Random, made: Made, each: int = 2) -> set[tuple[str, str]]:
    """Who names whom."""
    names = list(made)
    return {(name, other) for name in names for other in rng.sample(names, min(each, len(names))) if other != name}


def next_version(rng: random.Random, made: Made, words: int = 5_000) -> Made:
    """The same with a few tokens changed, a class gone and a class added."""
    changed = dict(made)
    for name in rng.sample(sorted(changed), len(changed) // 3):
        gone = set(rng.sample(sorted(changed[name]), min(2, len(changed[name]))))
        changed[name] = changed[name] - gone | {rng.randrange(1, words)}
    del changed[rng.choice(sorted(changed))]
    first = next(iter(made)).rpartition("/")[0]
    changed[f"{first}/New{rng.randrange(10**6)};"] = frozenset(rng.sample(range(1, words), 14))
    return changed


def renamed(rng: random.Random, made: Made, links: set[tuple[str, str]]) -> tuple[Made, set[tuple[str, str]], dict]:
    """Short names given out anew, in another order; with which name was which."""
    order = list(made)
    rng.shuffle(order)
    new = {name: f"La/{chr(97 + at // 26)}{chr(97 + at % 26)};" for at, name in enumerate(order)}
    return (
        {new[name]: made[name] for name in order},
        {(new[a], new[b]) for a, b in links if a in new and b in new},
        new,
    )
