"""From *present* to *reachable* and *flows*: what an entry point leads to, and where data goes from there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from affidavit.findings.features import SHOWN, Mask, Tree
from affidavit.findings.match import Matcher
from affidavit.model.fact import Fact
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry, Flow
from affidavit.model.place import Place

_NOT_REACHED = "none of the {entries} entry points that were searched from leads to the code that carries the statement"
_NOT_OBSERVED = "this is what the code does; that it happens was not watched"
_NO_FLOW = "an entry point leads to it; no path from it to where data leaves was found"


class Reach(Protocol):
    """What can run: `affidavit.dalvik.whole.chains.Chains`."""

    @property
    def methods(self) -> Mask:
        """Per defined method, over all units: whether some entry point leads to it."""
        ...

    @property
    def entries(self) -> int:
        """How many entry points were searched from."""
        ...

    def chain(self, place: Place) -> tuple[Entry, tuple[Call, ...]] | None:
        """A shortest chain to an instruction; None when nothing leads there."""
        ...


class Raised(NamedTuple):
    """How far a statement about code could be raised, and by what.

    Attributes:
        grade: the higher grade, or the one that it had. why: why it is not higher.
        entry, chain: a shortest chain to one of its places. flows: ids of facts.
    """

    grade: Grade
    why: str
    entry: Entry | None = None
    chain: tuple[Call, ...] = ()
    flows: tuple[str, ...] = ()


class Raising:
    """Raises statements about code that is present.

    Args:
        reach: what can run. facts: of the whole artefact; its flows are looked at.
    """

    def __init__(self, reach: Reach, facts: Iterable[Fact]) -> None:
        self._reach = reach
        self._flows = _by_source(facts)

    @property
    def within(self) -> Mask:
        """The methods that some entry point leads to."""
        return self._reach.methods

    def raised(self, matcher: Matcher, tree: Tree) -> Raised:
        """Raise a statement that holds and is *present*.

        Args:
            matcher: one that counts only what lies `within`.
            tree: the statement.
        """
        if matcher.truth(tree) is not True:
            return Raised(Grade.PRESENT, _NOT_REACHED.format(entries=self._reach.entries))
        places = [
            place for hits, within in matcher.evidence(tree) if hits.owners is not None for place in hits.places(within)
        ]
        chains = [(place, found) for place in places if (found := self._reach.chain(place)) is not None]
        if not chains:
            return Raised(Grade.PRESENT, "what carries the statement is no code whose calls were followed")
        _, (entry, chain) = min(chains, key=lambda item: (len(item[1][1]), item[0]))
        flows = self._from(places)
        if flows:
            return Raised(Grade.FLOWS, _NOT_OBSERVED, entry, chain, flows)
        return Raised(Grade.REACHABLE, _NO_FLOW, entry, chain)

    def _from(self, places: Sequence[Place]) -> tuple[str, ...]:
        """Ids of the flows that begin at one of the places."""
        found = (ident for place in dict.fromkeys(places) for ident in self._flows.get((place.entry, place.offset), ()))
        return tuple(ident for ident, _ in zip(dict.fromkeys(found), range(SHOWN), strict=False))


def _by_source(facts: Iterable[Fact]) -> Mapping[tuple[str, int], list[str]]:
    """Ids of flows by entry and offset of their source; implicit ones carry no data and do not count."""
    found: dict[tuple[str, int], list[str]] = {}
    for fact in facts:
        if isinstance(fact.what, Flow) and not fact.what.implicit:
            found.setdefault((fact.place.entry, fact.place.offset), []).append(fact.id)
    return found
