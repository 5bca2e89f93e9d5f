"""Whether an affidavit holds together by itself: every finding leads to facts and bytes that are there."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from affidavit.evidence.bundle import (
    EXCERPTS_PER_FINDING,
    NO_EXCERPT,
    PAIRS_OF_FAMILY,
    PAIRS_SHOWN,
    PATHS_SHOWN,
    STEPS_SHOWN,
    TOKENS_SHOWN,
    excerpt_key,
)
from affidavit.facts.reading import make_fact
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Affidavit
from affidavit.model.code_identity import ClassPair, CodeIdentity
from affidavit.model.coverage import Coverage
from affidavit.model.fact import Fact
from affidavit.model.finding import Answer, Finding, Proof
from affidavit.model.flow import Flow, Reached
from affidavit.model.place import Place


def broken(affidavit: Affidavit) -> Iterator[str]:
    """What does not hold together, one sentence each, in the order of the content.

    A fact's id is made from its content, so a fact that was edited after the review shows even when all digests and the
    signature were made anew; a fact that was taken out shows where a finding cites it.
    """
    yield from _edited_facts(affidavit.facts)
    ids = {fact.id for fact in affidavit.facts}
    gaps = {limitation.kind for limitation in affidavit.limitations}
    excused = not NO_EXCERPT.isdisjoint(gaps)
    for item in affidavit.law.bindings:
        name = f"binding of {item.app[:80]!r}"
        yield from (f"{name} rests on fact {fact[:40]!r}, which is not there" for fact in item.facts if fact not in ids)
    yield from _unbound(affidavit.law)
    yield from _unaccounted(affidavit.coverage, gaps)
    for finding in affidavit.findings:
        name = f"finding {finding.rule[:80]!r}"
        yield from (f"{name} {fault}" for fault in _contradictions(finding))
        yield from (f"{name} rests on {kind[:80]!r}, no limitation" for kind in finding.limitations if kind not in gaps)
        for node in nodes(finding.proof):
            yield from (
                f"{name} rests on fact {fact[:40]!r}, which is not there" for fact in node.facts if fact not in ids
            )
        cited = () if excused else islice(cited_places(finding), EXCERPTS_PER_FINDING)
        yield from (f"{name} cites {key[:120]!r}, which has no excerpt" for key in _unshown(cited, affidavit))
    asked = bool(affidavit.findings)  # whoever asks for code identity alone gets no excerpts
    for number, places in enumerate(() if excused or not asked else shown_places(affidavit.facts), 1):
        yield from (
            f"path or pair {number} cites {key[:120]!r}, which has no excerpt" for key in _unshown(places, affidavit)
        )


def _unshown(places: Iterable[Place], affidavit: Affidavit) -> Iterator[str]:
    """Keys of the places that have no excerpt."""
    keys = (excerpt_key(place) for place in places if place.offset >= 0)
    return (key for key in keys if key not in affidavit.excerpts)


def _unaccounted(coverage: Coverage, gaps: AbstractSet[str]) -> Iterator[str]:
    """What was not examined although no limitation says so: then no absence rests on it."""
    areas = {kind.partition("/")[0] for kind in gaps}
    for container in coverage.containers:
        parts = (container.parsed, container.searched, container.unknown, container.archives, container.folders)
        if container.seen != sum(parts) + container.failed or container.size != container.claimed + container.unclaimed:
            yield f"coverage of container {container.entry[:80]!r} does not add up"
        if container.failed and areas.isdisjoint({"container", "budget", "tool"}):
            yield f"coverage of container {container.entry[:80]!r} has entries that were not read, and no limitation"
    for code in coverage.code:
        if code.decoded < code.coded and areas.isdisjoint({"code", "budget", "tool"}):
            yield f"coverage of code in {code.entry[:80]!r} has methods that were not decoded, and no limitation"
    for stage in coverage.stages:
        if stage.outcome != "done" and areas.isdisjoint({"budget", "tool"}):
            yield f"stage {stage.name[:40]!r} was {stage.outcome}, and no limitation says so"


def _unbound(law: LawRecord) -> Iterator[str]:
    """Law that is said to apply by a relation that no binding shows."""
    bound = {(item.app, item.relation) for item in law.bindings}
    for item in law.applicable:
        if (item.app, item.relation) not in bound:
            yield f"law on {item.app[:80]!r} rests on no binding"


def nodes(proof: Proof) -> Iterator[Proof]:
    """A proof and everything below it, parents first. A bundle may nest deeper than Python recurses."""
    waiting = [proof]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def cited_places(finding: Finding) -> Iterator[Place]:
    """Every place that a finding's proof cites, in the order of the proof."""
    for node in nodes(finding.proof):
        yield from node.places


def path_places(facts: Sequence[Fact]) -> list[Iterator[Place]]:
    """The places of the first steps and links of the first paths, in the order of the facts: those that are shown."""
    paths = (fact.what for fact in facts if isinstance(fact.what, Flow | Reached))
    return [_on_path(what) for what in islice(paths, PATHS_SHOWN)]


def pair_places(facts: Sequence[Fact]) -> list[Iterator[Place]]:
    """Where the first tokens of the first pairs of classes stand: a person compares them with the library."""
    pairs = (fact.what for fact in facts if isinstance(fact.what, ClassPair) and fact.what.rank <= PAIRS_OF_FAMILY)
    return [
        (token.place for token in islice((token for token in what.tokens if token.place), TOKENS_SHOWN) if token.place)
        for what in islice(pairs, PAIRS_SHOWN)
    ]


def way_places(facts: Sequence[Fact]) -> list[Iterator[Place]]:
    """The places of the chains that lead to known code."""
    found = (fact.what for fact in facts if isinstance(fact.what, CodeIdentity))
    return [(link.place for link in what.chain[:STEPS_SHOWN]) for what in islice(found, PAIRS_SHOWN)]


def shown_places(facts: Sequence[Fact]) -> list[Iterator[Place]]:
    """Every place that is shown because a fact cites it."""
    return [*path_places(facts), *way_places(facts), *pair_places(facts)]


def _on_path(what: Flow | Reached) -> Iterator[Place]:
    """The places of one path."""
    if isinstance(what, Flow):
        yield from (step.place for step in what.steps[:STEPS_SHOWN])
        yield from (step.place for step in what.steps[STEPS_SHOWN:][-1:])
        yield from (one.place for one in (*what.asked, *what.sent))
    yield from (link.place for link in what.chain[:STEPS_SHOWN])


def _edited_facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    """Facts whose id is not that of their content."""
    for number, fact in enumerate(facts):
        expected = make_fact(fact.what, fact.place, fact.extractor).id
        if fact.id != expected:
            yield f"fact {number} says id {fact.id[:40]!r}, but its content has the id {expected}: it was edited"


def _contradictions(finding: Finding) -> Iterator[str]:
    """Where a finding's answer, grade and proof contradict each other."""
    shown = finding.answer is Answer.SHOWN
    if shown and not finding.proof.matched:
        yield "is shown by a proof that did not match"
    if shown == (finding.grade is None):
        yield f"is {finding.answer.value} with grade {finding.grade.value if finding.grade else 'none'}"
