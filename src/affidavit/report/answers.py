"""The questions that people ask, each with one answer put together from the findings that bear on it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from affidavit.model.bundle import Affidavit, Category
from affidavit.model.code_identity import CodeIdentity
from affidavit.model.fact import Fact
from affidavit.model.finding import GRADES, Answer, Finding, Grade, Proof
from affidavit.model.library import Library
from affidavit.model.place import Place

_OWN = {"own": "the app's own code", "other": "code of unknown origin"}
UNASKED = "the manifest asks for none of the permissions"
"""How a finding words it that what it needs is not asked for."""

_SEVERITIES = ("info", "low", "medium", "high")


class Statement(Struct, frozen=True):
    """The answer to one question.

    Attributes:
        category: the question. `question` is empty when the bundle has findings but no words for them.
        answer: *shown* if any finding shows it, else *undetermined* if any could not tell, else *not shown*.
        grade: the highest grade among what is shown.
        places: distinct places listed by what is shown; `more` says that findings matched further ones.
        who: names of the code that the shown places lie in, most places first.
        entries: entries that hold the shown places, sorted.
        findings: what is shown, then what is undetermined, then what is not; each most severe first, then by rule.
    """

    category: Category
    answer: Answer
    grade: Grade | None
    places: int
    more: bool
    who: tuple[str, ...]
    entries: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def label(self) -> str:
        """The category's name for a table (``Installed and used apps``), else its id as words."""
        return self.category.title or self.category.id.replace("-", " ")

    @property
    def unasked(self) -> bool:
        """Whether all that is shown needs permissions of which the manifest asks for none."""
        shown = self.having(Answer.SHOWN)
        return bool(shown) and all(UNASKED in finding.why_not_higher for finding in shown)

    def having(self, answer: Answer) -> tuple[Finding, ...]:
        """The findings with this answer."""
        return tuple(finding for finding in self.findings if finding.answer == answer)


def names_of_code(facts: Iterable[Fact]) -> dict[str, str]:
    """Library or family id -> title, with the two words that attribution uses for code that no index entry claims."""
    named: dict[str, str] = {}
    for what in (fact.what for fact in facts):
        if isinstance(what, CodeIdentity):
            named.setdefault(what.family, what.title or what.family)
        elif isinstance(what, Library):
            named[what.id] = what.title or what.id
    return _OWN | named


def walk(proof: Proof) -> Iterator[tuple[int, Proof]]:
    """Every node of a proof tree with its depth, parents first. Not recursive: bundles come from others."""
    stack = [(0, proof)]
    while stack:
        depth, node = stack.pop()
        yield depth, node
        stack.extend((depth + 1, child) for child in reversed(node.children))


def supporting(proof: Proof) -> Iterator[Proof]:
    """The matched leaves that carry a conclusion: not those under a ``not``, nor under a branch that did not match."""
    stack = [proof]
    while stack:
        node = stack.pop()
        if not node.matched or node.op == "not":
            continue
        if not node.children:
            yield node
        stack.extend(reversed(node.children))


def cited_places(finding: Finding, facts: Mapping[str, Fact]) -> tuple[Place, ...]:
    """The places that a shown finding rests on, in canonical order: its leaves' own, or those of its facts."""
    found: set[Place] = set()
    for leaf in supporting(finding.proof):
        found.update(leaf.places or (facts[name].place for name in leaf.facts if name in facts))
    return tuple(sorted(found))


def has_more_places(finding: Finding) -> bool:
    """Whether the finding matched at more places than it lists."""
    return any(leaf.places and leaf.count > len(leaf.places) for leaf in supporting(finding.proof))


def statements(affidavit: Affidavit) -> tuple[Statement, ...]:
    """One answer for each question that has a finding, in the questions' own order; unknown categories last, by id."""
    known = {category.id: category for category in affidavit.categories}
    by_category: dict[str, list[Finding]] = {}
    for finding in affidavit.findings:
        by_category.setdefault(finding.category, []).append(finding)
    last = max((category.order for category in affidavit.categories), default=0) + 1
    asked = [known.get(name) or Category(id=name, order=last, question="") for name in by_category]
    facts = {fact.id: fact for fact in affidavit.facts}
    names = names_of_code(affidavit.facts)
    ordered = sorted(asked, key=lambda category: (category.order, category.id))
    return tuple(_statement(category, by_category[category.id], facts, names) for category in ordered)


def _statement(
    category: Category, findings: list[Finding], facts: Mapping[str, Fact], names: Mapping[str, str]
) -> Statement:
    """Fold the findings of one category."""
    by_rule = sorted(findings, key=_reading_order)
    shown = [finding for finding in by_rule if finding.answer == Answer.SHOWN]
    grades = [finding.grade for finding in shown if finding.grade]
    who = Counter[str]()
    for finding in shown:
        for item in finding.who:
            who[names.get(item.who, item.who)] += item.places
    places = {place for finding in shown for place in cited_places(finding, facts)}
    return Statement(
        category=category,
        answer=by_rule[0].answer,
        grade=max(grades, key=GRADES.index, default=None),
        places=len(places),
        more=any(has_more_places(finding) for finding in shown),
        who=tuple(sorted(who, key=lambda name: (-who[name], name))),
        entries=tuple(sorted({place.entry for place in places})),
        findings=tuple(by_rule),
    )


def _reading_order(finding: Finding) -> tuple[int, int, str]:
    """Shown first, then undetermined, then not shown; the most severe first; then by rule id."""
    answers = (Answer.SHOWN, Answer.UNDETERMINED, Answer.NOT_SHOWN)
    severity = _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else 0
    return answers.index(finding.answer), -severity, finding.rule
