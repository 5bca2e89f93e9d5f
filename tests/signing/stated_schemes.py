"""Schemes that answer what they are told, level by level: for what is put together from the answers of schemes."""

from collections.abc import Mapping

from affidavit.model.signing import Issue
from affidavit.signing.outcome import Located, Node, SchemeResult, SignerResult

LEVELS = range(1, 41)


def cert(name: str) -> Located:
    return Located(name.encode(), "", 0)


def holds(scheme: str, *names: str, lineage: tuple[str, ...] = ()) -> SchemeResult:
    """A scheme whose signers hold."""
    nodes = tuple(Node(cert(name), 23) for name in lineage)
    return SchemeResult(scheme, tuple(SignerResult((cert(name),), ("x",), lineage=nodes) for name in names))


def refused(scheme: str, word: str = "v2-sig-did-not-verify") -> SchemeResult:
    return SchemeResult(scheme, (SignerResult((cert("bad"),)),), (Issue(word, "x."),))


class Told:
    """All schemes of one APK: `answers` by scheme, one for all levels or by the first level for which each stands."""

    def __init__(self, **answers: SchemeResult | Mapping[int, SchemeResult]) -> None:
        self.by = {name: dict(one) if isinstance(one, Mapping) else {1: one} for name, one in answers.items()}
        self.levels = frozenset(level for one in self.by.values() for level in one)
        self.schemes = frozenset({"v2": 2, "v3": 3, "v31": 31}[name] for name in self.by if name != "v1")

    def at(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        found = self.answer("v1", level)
        return found or SchemeResult("v1", issues=(Issue("jar-sig-no-signatures", f"{len(schemes)} schemes."),))

    def v2(self, level: int) -> SchemeResult | None:
        return self.answer("v2", level)

    def v3(self, level: int) -> SchemeResult | None:
        return self.answer("v3", level)

    def v31(self, level: int) -> SchemeResult | None:
        return self.answer("v31", level)

    def answer(self, name: str, level: int) -> SchemeResult | None:
        firsts = [first for first in self.by.get(name, {}) if first <= level]
        return self.by[name][max(firsts)] if firsts else None
