"""Whether findings lead to facts and bytes that are there."""

import msgspec
import pytest

from affidavit.evidence.bundle import EXCERPTS_PER_FINDING, NO_EXCERPT, excerpt_key
from affidavit.evidence.proofs import broken, cited_places, nodes
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Excerpt
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Coverage, StageCoverage
from affidavit.model.finding import Answer, Grade, Proof
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.affidavits import small_affidavit

SMALL = small_affidavit()


def faults(**changes):
    return list(broken(msgspec.structs.replace(SMALL, **changes)))


def with_finding(index, **changes):
    findings = list(SMALL.findings)
    findings[index] = msgspec.structs.replace(findings[index], **changes)
    return faults(findings=tuple(findings))


def test_an_honest_affidavit_holds_together():
    assert not faults()


@pytest.mark.parametrize("index", range(len(SMALL.facts)))
def test_every_fact_that_was_edited_shows(index):
    facts = list(SMALL.facts)
    facts[index] = msgspec.structs.replace(facts[index], place=Place("elsewhere", 1))
    found = faults(facts=tuple(facts))
    assert len(found) == 1
    assert found[0].startswith(f"fact {index} says id '{facts[index].id}'")


@pytest.mark.parametrize("index", range(len(SMALL.facts)))
def test_a_fact_that_is_missing_shows_where_it_is_cited(index):
    gone = SMALL.facts[index].id
    cited = any(gone in node.facts for finding in SMALL.findings for node in nodes(finding.proof))
    cited = cited or any(gone in binding.facts for binding in SMALL.law.bindings)
    found = faults(facts=SMALL.facts[:index] + SMALL.facts[index + 1 :])
    assert bool(found) == cited
    assert all(gone in fault for fault in found)


@pytest.mark.parametrize("key", sorted(SMALL.excerpts))
def test_an_excerpt_that_is_missing_shows_where_it_is_cited(key):
    left = {name: excerpt for name, excerpt in SMALL.excerpts.items() if name != key}
    found = faults(excerpts=left)
    assert bool(found) == (not key.startswith("assets"))
    assert all(repr(key) in fault for fault in found)


@pytest.mark.parametrize("kind", sorted(NO_EXCERPT))
def test_missing_excerpts_are_excused_by_a_limitation_that_says_so(kind):
    said = Limitation(kind, "3 cited places have no excerpt: the bytes could not be read", count=3)
    assert faults(excerpts={})
    assert not faults(excerpts={}, limitations=(*SMALL.limitations, said))


def test_a_place_that_is_a_whole_entry_needs_no_excerpt():
    assert not with_finding(3, proof=Proof("feature", matched=True, places=(Place("classes.dex"),)))


def test_places_beyond_the_first_twelve_need_no_excerpt():
    """A finding may cite hundreds of places; the first ones of its proof show what they look like."""
    places = tuple(Place("classes.dex", offset) for offset in range(EXCERPTS_PER_FINDING + 5))
    leaves = tuple(Proof("feature", matched=True, places=places[start : start + 5]) for start in range(0, 17, 5))
    shown = {excerpt_key(place): Excerpt((), -1, "", "dex") for place in places[:EXCERPTS_PER_FINDING]}
    finding = msgspec.structs.replace(SMALL.findings[3], proof=Proof("or", matched=True, children=leaves))
    assert list(cited_places(finding)) == list(places)
    assert not faults(findings=(finding,), excerpts=shown)
    del shown[excerpt_key(places[EXCERPTS_PER_FINDING - 1])]
    assert len(faults(findings=(finding,), excerpts=shown)) == 1


def test_a_limitation_that_is_missing_shows_where_a_finding_rests_on_it():
    found = faults(limitations=SMALL.limitations[1:])
    assert found == [
        "finding 'location/last-known' rests on 'code/undecoded-method', no limitation",
        "finding " + repr(SMALL.findings[2].rule) + " rests on 'code/undecoded-method', no limitation",
    ]


@pytest.mark.parametrize(
    ("index", "changes", "why"),
    [
        (0, {"proof": Proof("and", matched=False)}, "is shown by a proof that did not match"),
        (0, {"grade": None}, "is shown with grade none"),
        (1, {"grade": Grade.PRESENT}, "is not shown with grade present"),
        (1, {"answer": Answer.SHOWN, "grade": Grade.PRESENT}, "is shown by a proof that did not match"),
        (2, {"grade": Grade.DECLARED}, "is undetermined with grade declared"),
    ],
)
def test_an_answer_that_contradicts_its_grade_or_proof_shows(index, changes, why):
    assert with_finding(index, **changes) == [f"finding {SMALL.findings[index].rule!r} {why}"]


def test_nodes_come_parents_first_and_in_the_order_of_the_rule():
    tree = Proof("a", True, children=(Proof("b", True, children=(Proof("c", True),)), Proof("d", True)))
    assert [node.op for node in nodes(tree)] == ["a", "b", "c", "d"]


def test_a_proof_deeper_than_python_recurses_is_walked():
    tree = Proof("feature", matched=True)
    for _ in range(5_000):
        tree = Proof("and", matched=True, children=(tree,))
    assert sum(1 for _ in nodes(tree)) == 5_001


def test_law_that_no_binding_brings_up_shows():
    left = msgspec.structs.replace(SMALL.law, bindings=SMALL.law.bindings[1:])
    assert faults(law=left) == ["law on 'chat' rests on no binding"]
    assert not faults(law=LawRecord())


WHOLE = ContainerCoverage("", "base", 100, 4, 1, 1, 1, 0, 1, 0, 90, (), 10)


@pytest.mark.parametrize(
    ("coverage", "said", "excuse"),
    [
        (Coverage((msgspec.structs.replace(WHOLE, seen=5),)), "container '' does not add up", ""),
        (Coverage((msgspec.structs.replace(WHOLE, claimed=91),)), "container '' does not add up", ""),
        (
            Coverage((msgspec.structs.replace(WHOLE, searched=0, failed=1),)),
            "entries that were not read, and no limitation",
            "container/bad-deflate",
        ),
        (
            Coverage(code=(CodeCoverage("classes.dex", 1, 4, 3, 2, 9),)),
            "methods that were not decoded, and no limitation",
            "code/undecoded",
        ),
        (Coverage(stages=(StageCoverage("code", "cut"),)), "stage 'code' was cut", "budget/code"),
        (Coverage(stages=(StageCoverage("code", "failed"),)), "stage 'code' was failed", "tool/stage-failed"),
    ],
)
def test_what_was_not_examined_has_to_be_said(coverage, said, excuse):
    honest = msgspec.structs.replace(SMALL, findings=(), limitations=(), coverage=coverage)
    [fault] = [item for item in broken(honest) if "coverage" in item or "stage" in item]
    assert said in fault
    if excuse:
        excused = msgspec.structs.replace(honest, limitations=(Limitation(excuse, "why"),))
        assert not [item for item in broken(excused) if "coverage" in item or "stage" in item]


def test_a_coverage_that_adds_up_is_no_fault():
    assert not faults(coverage=Coverage((WHOLE,)))
