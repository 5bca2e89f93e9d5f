"""Judges facts and code by rules."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from affidavit.dalvik.framework import Framework
from affidavit.findings import load
from affidavit.findings.code import Code
from affidavit.findings.features import Tree, tree_of
from affidavit.findings.index import AppIndex
from affidavit.findings.limits import NO_MANIFEST, bearing, hidden_areas
from affidavit.findings.match import Matcher
from affidavit.findings.reach import Raised, Raising, Reach
from affidavit.findings.schema import FlowQuery, Rule
from affidavit.findings.searched import count_all, sentence
from affidavit.model.declared import Permission
from affidavit.model.fact import Fact
from affidavit.model.finding import Answer, Attribution, Finding, Grade, Proof
from affidavit.model.flow import FlowCoverage
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation

_HIGHEST = {
    Grade.DECLARED: "the statement rests on what the app says of itself, not on what its code does",
    Grade.FLOWS: "this is what the code does; that it happens was not watched",
    Grade.PRESENT: "the code or data is there; whether it runs, and where data goes, was not examined",
}


NO_ORIGIN: Mapping[str, str] = MappingProxyType({})
"""Of code that was compared with none."""


class LibraryIndex(Protocol):
    """Whose code a class is: `affidavit.identity.libraries.LibraryIndex`."""

    def attribute(self, descriptor: str) -> str | None:
        """Library id for a class descriptor, or None."""
        ...


class Judgement(NamedTuple):
    """What the rules say.

    Attributes:
        findings: one per rule, by rule id.
        raised: limitations that rules raise when they match (a packer's mark: the code here is not what runs),
            and the absence of a manifest, if nobody stated it.
    """

    findings: tuple[Finding, ...]
    raised: tuple[Limitation, ...]


class _Case(NamedTuple):
    """What every rule is judged with.

    Attributes:
        hidden: kinds of limitations by what they hide; `hidden_unread` of data that is read nowhere.
        read: categories of data that is read; None when that was not looked for.
    """

    app: AppIndex
    hidden: dict[str, tuple[str, ...]]
    hidden_unread: dict[str, tuple[str, ...]]
    read: frozenset[str] | None
    counts: dict[str, str]
    libraries: LibraryIndex | None
    own: str
    raising: Raising | None
    origin: Mapping[str, str]


def _nothing() -> None:
    """No budget to look at."""


def judge(  # noqa: PLR0917 - the order in which the pipeline has them
    facts: Sequence[Fact],
    program: Code | None,
    library_index: LibraryIndex | None,
    limitations: Sequence[Limitation],
    rules: Sequence[Rule],
    check: Callable[[], None] = _nothing,
    reach: Reach | None = None,
    origin: Mapping[str, str] = NO_ORIGIN,
) -> Judgement:
    """Judge one artefact by every rule.

    Args:
        facts: of the whole artefact, in canonical order.
        program: its code; None when it has none.
        library_index: for saying whose code a place is in; None to say only whether it is the app's own.
        limitations: all that are known so far; those that rules raise are added here.
        rules: what to ask, normally `load.rules()`.
        check: called before each rule; it may raise to stop.
        reach: what can run, which raises *present* to *reachable*, and with flows among the facts to *flows*; None when
            that was not examined.
        origin: descriptor of a class -> family of known code that it comes from, whatever its name.

    Raises:
        KnowledgeError: compiled knowledge is missing.
    """
    trees = {rule.id: tree_of(rule.match) for rule in rules}
    asked = [feature for tree in trees.values() for feature in tree.features()]
    index = AppIndex(asked, facts, program, Framework.load)
    named = index.facts.of(Package)
    raised = _raised(index, rules, trees)
    if not named and all(item.kind != NO_MANIFEST for item in limitations):
        raised.append(Limitation(NO_MANIFEST, "the artefact has no manifest that could be read"))
    known = [*limitations, *raised]
    own = own_prefix(named)
    hidden = (hidden_areas(known, load.hidings()), hidden_areas(known, load.hidings(), sources=False))
    read = next((frozenset(fact.what.categories) for fact in facts if isinstance(fact.what, FlowCoverage)), None)
    raising = None if reach is None else Raising(reach, facts)
    case = _Case(index, *hidden, read, count_all(index.facts, program), library_index, own, raising, origin)
    findings = []
    for rule in sorted(rules, key=lambda rule: rule.id):
        check()
        findings.append(_judge_one(case, rule, trees[rule.id]))
    return Judgement(tuple(findings), tuple(raised))


def _raised(index: AppIndex, rules: Iterable[Rule], trees: Mapping[str, Tree]) -> list[Limitation]:
    matcher = Matcher(index, frozenset())
    return [
        Limitation(rule.limits.kind, rule.limits.detail)
        for rule in rules
        if rule.limits is not None and matcher.truth(trees[rule.id])
    ]


def _judge_one(case: _Case, rule: Rule, tree: Tree) -> Finding:
    asked = {feature.arg.category for feature in tree.features() if isinstance(feature.arg, FlowQuery)}
    if case.read is not None and asked and not asked & case.read:
        case = case._replace(hidden=case.hidden_unread)
    matcher = Matcher(case.app, case.hidden.keys())
    truth = matcher.truth(tree)
    proof = matcher.proof(tree)
    areas = {feature.area for feature in tree.features()}
    finding = Finding(
        rule=rule.id,
        version=rule.version,
        title=rule.title,
        category=rule.category,
        answer=Answer.SHOWN if truth else Answer.UNDETERMINED if truth is None else Answer.NOT_SHOWN,
        searched=sentence(areas, case.counts),
        proof=proof,
        limitations=bearing(areas, case.hidden),
        severity=rule.severity,
        masvs=rule.masvs,
        maswe=rule.maswe,
        permission_groups=rule.permission_groups,
        references=rule.references,
    )
    if not truth:
        searched = _not_found(rule, finding, case.counts)
        return msgspec.structs.replace(finding, searched=searched, proof=_without_places(proof))
    grade = _grade(rule, tree, proof)
    raised = Raised(grade, _HIGHEST.get(grade, ""))
    if grade is Grade.PRESENT and case.raising is not None and "code" in areas:
        raised = case.raising.raised(Matcher(case.app, case.hidden.keys(), case.raising.within), tree)
    return msgspec.structs.replace(
        finding,
        grade=raised.grade,
        why_not_higher=_why_not_higher(case, rule, raised.why),
        who=_attribute(case, matcher, tree),
        entry=raised.entry,
        chain=raised.chain,
        flows=raised.flows,
    )


def _not_found(rule: Rule, finding: Finding, counts: dict[str, str]) -> str:
    """The sentence of an answer that is not *shown*: what is absent or why that is unknown, and what was searched."""
    if finding.answer is Answer.UNDETERMINED:
        gaps = ", ".join(finding.limitations)
        return f"Not settled, for what could decide it was not all examined ({gaps}). {finding.searched}"
    absence = rule.absence.format_map(counts)
    return f"{absence[:1].upper()}{absence[1:]}. {finding.searched}"


def _without_places(proof: Proof) -> Proof:
    """A proof tree with its counts, but without places and facts."""
    children = tuple(_without_places(child) for child in proof.children)
    return msgspec.structs.replace(proof, places=(), facts=(), children=children)


def _grade(rule: Rule, tree: Tree, proof: Proof) -> Grade:
    """The rule's grade, but no higher than *declared* when nothing but declarations carries the match."""
    asked = {feature.text: feature.area for feature in tree.features()}
    carried = {asked[leaf] for leaf in _carrying(proof)}
    return (
        Grade.DECLARED
        if carried and carried <= {"manifest", "resources"} and rule.grade is not Grade.ALLEGED
        else rule.grade
    )


def _carrying(proof: Proof) -> list[str]:
    """Features of the matched leaves that are not under a ``not``."""
    if not proof.matched or proof.op == "not":
        return []
    return [proof.feature] if proof.op == "feature" else [leaf for child in proof.children for leaf in _carrying(child)]


def _why_not_higher(case: _Case, rule: Rule, reason: str) -> str:
    """Why the grade is not higher, and what the manifest lacks that the calls need."""
    asked = {fact.what.name for fact in case.app.facts.of(Permission)}  # type: ignore[union-attr]
    needed = rule.with_.declared
    if not needed or asked & set(needed) or "manifest" in case.hidden:
        return reason
    short = ", ".join(name.rpartition(".")[2] for name in needed)
    return f"{reason}; the manifest asks for none of the permissions that it needs ({short})"


def _attribute(case: _Case, matcher: Matcher, tree: Tree) -> tuple[Attribution, ...]:
    """Whose classes the places lie in: most places first, then by name."""
    found: Counter[str] = Counter()
    for hits, within in matcher.evidence(tree):
        for name, count in hits.classes(within).items():
            found[whose(name, case.own, case.libraries, case.origin)] += count
    return tuple(
        Attribution(who, places) for who, places in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def own_prefix(facts: Iterable[Fact]) -> str:
    """How descriptors of the app's own classes begin, by its package; empty when the package is not known."""
    name = next((fact.what.name for fact in facts if isinstance(fact.what, Package)), "")
    return f"L{name.replace('.', '/')}/" if name else ""


def whose(name: str, own: str, libraries: LibraryIndex | None, origin: Mapping[str, str] = NO_ORIGIN) -> str:
    """Whose code a class is.

    Args:
        name: its descriptor.
        own: how those of the app's own classes begin; see `own_prefix`.
        libraries: the index of libraries, if there is one.
        origin: descriptor -> family, of classes that were recognised without their names.

    Returns:
        The library that the index names, for a class that kept its name; else the family that its code is of; else
        ``own`` or ``other``. A class below the app's own package is its own unless its code says otherwise.
    """
    inside = bool(own) and name.startswith(own)
    named = None if inside or libraries is None else libraries.attribute(name)
    return named or origin.get(name) or ("own" if inside else "other")
