"""A question opened: its findings, their proofs line by line, and the bytes at every cited place."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from affidavit.model.bundle import Affidavit, Excerpt
from affidavit.model.code import NotableCode
from affidavit.model.fact import Fact
from affidavit.model.finding import Answer, Finding, Proof
from affidavit.model.place import Place
from affidavit.report.answers import Statement, cited_places, has_more_places, names_of_code, walk
from affidavit.report.flows import SHOWN, Path, Walked, chain_points, entry_words, flows_of, path

PLACES = 8
"""Places of one finding that the page opens; the bundle has all that the finding lists."""

_UNASKED = "the manifest asks for none of the permissions"
"""How a finding words it that what it needs is not asked for."""

_NODES = 60
_EXAMPLES = 5


class Node(Struct, frozen=True):
    """One line of a proof: how deep, whether it held, in words, and how often."""

    depth: int
    matched: bool
    words: str
    feature: str
    count: int


class Cited(Struct, frozen=True):
    """A place and the bytes there, if the bundle holds them."""

    place: Place
    excerpt: Excerpt | None


class Opened(Struct, frozen=True):
    """One finding, ready to be laid out.

    Attributes:
        anchor: made here; holds nothing from the bundle.
        cited: the places that the page opens. listed: how many the bundle lists. total: how many there are.
        more: whether there are further places that the bundle only counts.
        unasked: whether the manifest asks for none of the permissions that this needs.
        entry: where the chain to its code starts, in words; empty when there is none. chain: its links.
        paths: the first flows that it names. flows: how many it names.
    """

    anchor: str
    finding: Finding
    who: tuple[tuple[str, int], ...]
    proof: tuple[Node, ...]
    cited: tuple[Cited, ...]
    listed: int
    total: int
    more: bool
    unasked: bool
    entry: str = ""
    chain: tuple[Walked, ...] = ()
    paths: tuple[Path, ...] = ()
    flows: int = 0


class Question(Struct, frozen=True):
    """One question with its findings by answer.

    `unasked` says that all that is shown needs permissions of which the manifest asks for none.
    """

    anchor: str
    statement: Statement
    shown: tuple[Opened, ...]
    undetermined: tuple[Opened, ...]
    not_shown: tuple[Opened, ...]

    @property
    def unasked(self) -> bool:
        """See above."""
        return bool(self.shown) and all(item.unasked for item in self.shown)


def questions(asked: Iterable[Statement], affidavit: Affidavit) -> list[Question]:
    """Open every finding of every question."""
    facts = {fact.id: fact for fact in affidavit.facts}
    names = names_of_code(affidavit.facts)

    def opened(statement: Statement, anchor: str) -> Question:
        items = [
            open_finding(finding, f"{anchor}-{index}", affidavit.excerpts, facts, names)
            for index, finding in enumerate(statement.findings, 1)
        ]
        groups = {answer: tuple(item for item in items if item.finding.answer == answer) for answer in Answer}
        return Question(anchor, statement, groups[Answer.SHOWN], groups[Answer.UNDETERMINED], groups[Answer.NOT_SHOWN])

    return [opened(statement, f"q{number}") for number, statement in enumerate(asked, 1)]


def open_finding(
    finding: Finding, anchor: str, excerpts: Mapping[str, Excerpt], facts: Mapping[str, Fact], names: Mapping[str, str]
) -> Opened:
    """Put a finding together with its evidence."""
    places = cited_places(finding, facts) if finding.answer == Answer.SHOWN else ()
    flows = flows_of(finding, facts)
    return Opened(
        anchor=anchor,
        finding=finding,
        who=tuple((names.get(item.who, item.who), item.places) for item in finding.who),
        proof=proof_lines(finding.proof),
        cited=tuple(Cited(place, excerpts.get(f"{place.entry}@{place.offset}")) for place in places[:PLACES]),
        listed=len(places),
        total=max(len(places), sum(item.places for item in finding.who)),
        more=has_more_places(finding),
        unasked=_UNASKED in finding.why_not_higher,
        entry=entry_words(finding.entry) if finding.entry else "",
        chain=tuple(chain_points(finding.chain, excerpts)),
        paths=tuple(path(fact, excerpts, names) for fact in flows[:SHOWN]),
        flows=len(flows),
    )


def proof_lines(proof: Proof) -> tuple[Node, ...]:
    """The first lines of a proof tree, parents before children."""
    lines: list[Node] = []
    for depth, node in walk(proof):
        if len(lines) == _NODES:
            lines.append(Node(0, matched=False, words="further lines are in the bundle", feature="", count=0))
            break
        lines.append(Node(depth, node.matched, _words(node), node.feature, node.count))
    return tuple(lines)


def _words(node: Proof) -> str:
    """What a node of a proof asks for, in words."""
    words = {
        "and": "all of these", "or": "at least one of these", "not": "none of this",
        "count": "this often", "method": "all inside one method", "feature": "",
    }  # fmt: skip
    return words.get(node.op, node.op)


def notable(facts: Iterable[Fact]) -> list[tuple[str, int, list[Fact]]]:
    """Notable code by form: form, number of sites, the first facts."""
    forms: dict[str, tuple[int, list[Fact]]] = {}
    for fact in facts:
        if isinstance(fact.what, NotableCode):
            sites, examples = forms.get(fact.what.form, (0, []))
            forms[fact.what.form] = (sites + fact.what.sites, [*examples, fact][:_EXAMPLES])
    return [(form, sites, examples) for form, (sites, examples) in sorted(forms.items())]
