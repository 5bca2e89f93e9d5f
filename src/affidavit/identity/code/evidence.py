"""What a comparison rests on, as facts: which families, class by class, with the text of what both classes have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.program import Program
from affidavit.facts.reading import bounded, make_fact
from affidavit.identity.code.declared import Declared
from affidavit.identity.code.doubts import Rival, Weighed, rivals_of, tried, weighed
from affidavit.identity.code.index import Index
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.stated import stated_versions
from affidavit.identity.code.texts import Texts
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, SharedToken
from affidavit.model.fact import Fact
from affidavit.model.place import Place

NAME = "code-identity"
VERSION = 1
PAIRS, PAIRS_OF_OTHERS = 40, 12
"""Pairs that are shown of a family that has an owner, and of any other."""
TOKENS = 12
"""Tokens of one pair that are shown."""
STUDIED = 300
"""Pairs of one family whose tokens are compared, those with most evidence."""
VERSIONS = 24
"""Versions that one fact lists."""
_WORDS = {
    Kind.STRING: "string",
    Kind.PAIR: "calls",
    Kind.CALL: "call",
    Kind.ARRAY: "array",
    Kind.LITERAL: "literal",
    Kind.FIELD: "field",
    Kind.OVERRIDE: "override",
    Kind.SUPER: "super",
    Kind.TYPE: "type",
    Kind.SWITCH: "switch",
    Kind.MEMBER: "member",
    Kind.METHOD: "method",
}
"""Kinds of tokens, those first that a person can check best."""
_ORDER = np.full(KIND_MASK + 1, len(_WORDS), np.int64)
_ORDER[[*_WORDS]] = np.arange(len(_WORDS))
_LAST = (Kind.MEMBER, Kind.METHOD)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """An app compared with an index.

    Attributes:
        program, app: the code and its signatures. index: what it was compared with; `digests`: SHA-256 of its parts.
        matched: what the comparison gave.
        declared: the code's declarations, where they were read before.
    """

    program: Program
    app: Signatures
    index: Index
    digests: tuple[str, ...]
    matched: Matched
    declared: Declared | None = None


def facts_of(compared: Compared, marks: Iterable[Fact] = ()) -> Iterator[Fact]:
    """What was compared, then each family with its pairs, strongest first.

    Args:
        compared: the comparison.
        marks: facts of the app; `LibraryVersion` is looked at.
    """
    extractor, marked = f"{NAME}/{VERSION}", list(marks)
    yield make_fact(_search(compared), Place(""), extractor)
    rivals = rivals_of(compared.matched)
    texts = Texts(compared.program, compared.app, compared.declared)
    for match in compared.matched.families:
        if match.decision == "not-shown" or not match.pairs:
            continue
        studied = [weighed(compared.app, compared.index, pair) for pair in match.pairs[:STUDIED]]
        place = texts.class_place(match.pairs[0].app)
        yield make_fact(_identity(compared, rivals, match, studied, marked), place, extractor)
        shown = PAIRS if compared.index.families[match.family].entity else PAIRS_OF_OTHERS
        yield from _pairs(compared, texts, match, studied[:shown])


def pairs_of(compared: Compared, match: FamilyMatch, most: int) -> Iterator[Fact]:
    """The pairs of one family alone, those with most evidence first.

    Args:
        compared: the comparison.
        match: of the family.
        most: how many pairs.
    """
    weights = [weighed(compared.app, compared.index, pair) for pair in match.pairs[:most]]
    yield from _pairs(compared, Texts(compared.program, compared.app, compared.declared), match, weights)


def _pairs(compared: Compared, texts: Texts, match: FamilyMatch, weights: Sequence[Weighed]) -> Iterator[Fact]:
    """The first pairs of a family, as many as are weighed."""
    for rank, (pair, weight) in enumerate(zip(match.pairs, weights, strict=False), 1):
        yield make_fact(_pair(compared, texts, pair, weight, rank), texts.class_place(pair.app), f"{NAME}/{VERSION}")


def _search(compared: Compared) -> CodeSearch:
    index, matched = compared.index, compared.matched
    decisions = [match.decision for match in matched.families]
    return CodeSearch(
        indexes=compared.digests,
        scheme=index.scheme,
        families=len(index.families),
        versions=len(index.versions),
        classes=len(compared.app),
        background=index.background,
        explained=int((matched.origin >= 0).sum()),
        regime=matched.regime,
        found=decisions.count("found"),
        too_little=decisions.count("too-little"),
    )


def _identity(
    compared: Compared,
    rivals: Mapping[int, Sequence[Rival]],
    match: FamilyMatch,
    studied: Sequence[Weighed],
    marks: Iterable[Fact],
) -> CodeIdentity:
    app, index = compared.app, compared.index
    family = index.families[match.family]
    own = np.unique([pair.app for pair in match.pairs if not pair.inlined]).astype(np.int64)
    labels = tuple(index.versions[number].label for number in match.versions)
    every = [version.label for version in index.versions if version.family == match.family]
    whole = _classes_of(index, match)
    return CodeIdentity(
        family=family.id,
        title=family.title,
        vendor=family.vendor,
        entity=family.entity,
        form=family.kind,
        decision=match.decision,
        regime=compared.matched.regime,
        probability=round(match.probability * 1_000_000),
        log_ratio=round(match.log_ratio * 100),
        p_value=round(match.p_value * 1_000_000),
        versions=tuple(bounded(label, 60) for label in labels[:VERSIONS]),
        allowed=len(labels),
        known=len(every),
        stated=stated_versions(family.id, labels, every, marks),
        classes=len(own),
        of=whole,
        share=min(1_000, 1_000 * len(own) // whole) if whole else 0,
        units=int(app.size[own].sum()),
        inlined=sum(pair.inlined for pair in match.pairs),
        missing=sum(item.missing for item in studied),
        foreign=sum(item.foreign for item in studied),
        pairs=len(match.pairs),
        tried=tried(compared.app, index, rivals, match, studied),
    )


def _classes_of(index: Index, match: FamilyMatch) -> int:
    """How many classes the library has: in the version that fits best, else in all together."""
    best = next((index.versions[number].classes for number in match.versions), 0)
    return best or int((~index.native(np.flatnonzero(index.node_family == match.family))).sum())


def _pair(compared: Compared, texts: Texts, pair: Pairing, weight: Weighed, rank: int) -> ClassPair:
    app, index = compared.app, compared.index
    holders = index.of_version.row(pair.signature).tolist()
    labels = [index.versions[number].label for number in holders]
    return ClassPair(
        family=index.families[int(index.node_family[pair.node])].id,
        rank=rank,
        app_class=bounded(app.names[pair.app], 200),
        library_class=bounded(index.node_name[pair.node], 200),
        versions=tuple(bounded(label, 60) for label in labels[:VERSIONS]),
        in_versions=len(labels),
        evidence=round(pair.nats * 100),
        similarity=round(pair.similarity * 1_000),
        shared=len(weight.shared),
        tokens=tuple(_tokens(texts, pair, weight)),
        rarest=int(weight.families.min()) if len(weight.families) else 0,
        units=int(app.size[pair.app]),
        agree=pair.agree,
        neighbours=pair.neighbours,
        missing=weight.missing,
        foreign=weight.foreign,
        inlined=pair.inlined,
    )


def _tokens(texts: Texts, pair: Pairing, weight: Weighed) -> Iterator[SharedToken]:
    """The shared tokens that say most: what a person can read, the rarest of that first, at most half of one kind."""
    kinds = (weight.shared & np.uint64(KIND_MASK)).astype(np.int64)
    order = np.lexsort((weight.shared, _ORDER[kinds], weight.background, weight.families, np.isin(kinds, _LAST)))
    of_kind = Counter[int]()
    chosen: list[int] = []
    for at in order.tolist():
        of_kind[int(kinds[at])] += 1
        if of_kind[int(kinds[at])] <= TOKENS // 2 and len(chosen) < TOKENS:
            chosen.append(at)
    told = texts.of(pair.app, {int(weight.shared[at]) for at in chosen})
    for at in chosen:
        said = told.get(int(weight.shared[at]))
        if said is not None:
            families, background = int(weight.families[at]), int(weight.background[at])
            yield SharedToken(_WORDS[said.kind], said.text, families, background, said.place)
