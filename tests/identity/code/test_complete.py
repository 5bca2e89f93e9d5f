"""What is asked of families once they are found: versions and inlined code; and what stays as it was."""

from dataclasses import replace

import numpy as np
import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.complete import completed
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.tokens import Kind, token
from tests.builders.known_code import dex_of, library_classes, library_index, matched_by_hand, program_of
from tests.builders.made_libraries import signatures


def many(word, count):
    return frozenset(token(Kind.STRING, f"{word} {number}".encode()) for number in range(count))


CLASSES = {f"L{word};": many(word, 20) for word in ("main", "helper", "last")}
LINKS = {("Lmain;", "Lhelper;"), ("Lmain;", "Llast;")}


def with_inlined(decision="found"):
    """An app whose one known class has swallowed the two that it calls."""
    index = build([Family("one")], [(Version(0, "1"), signatures(CLASSES, LINKS))])
    app = signatures({"La;": CLASSES["Lmain;"] | many("helper", 20) | many("last", 15), "Lb;": many("own", 9)})
    node = index.node_name.index("Lmain;")
    pair = Pairing(0, node, index.node.tolist().index(node), 50.0, 0.9)
    family = FamilyMatch(0, decision, (pair,), {}, 1.0, 9.0, 0.0)
    return app, index, Matched("optimised", (family,), np.array([0, -1], np.int32))


def test_code_inside_other_classes_comes_after_the_pairs_most_evidence_first():
    app, index, matched = with_inlined()
    made, _ = completed(app, index, matched)
    pairs = made.families[0].pairs
    assert pairs[0] == matched.families[0].pairs[0]
    assert [index.node_name[pair.node] for pair in pairs[1:]] == ["Lhelper;", "Llast;"]
    assert all(pair.inlined and pair.app == 0 for pair in pairs[1:])
    assert [pair.nats for pair in pairs[1:]] == sorted((pair.nats for pair in pairs[1:]), reverse=True)
    assert made.origin is matched.origin


@pytest.mark.parametrize("decision", ["too-little", "not-shown"])
def test_a_family_that_was_not_found_is_asked_nothing(decision):
    app, index, matched = with_inlined(decision)
    made, answers = completed(app, index, matched)
    assert made.families == matched.families
    assert answers == {}


def test_nothing_found_is_nothing_to_complete():
    app, index, matched = with_inlined()
    made, answers = completed(app, index, replace(matched, families=()))
    assert (made.families, made.regime, answers) == ((), "optimised", {})


@pytest.mark.parametrize("version", [1, 2])
def test_the_version_whose_forms_the_app_has_is_likeliest(version):
    index = library_index()
    app = of_program(program_of(dex_of(library_classes("La/{};", version))))
    matched = matched_by_hand(app, index)
    made, answers = completed(app, index, matched)
    assert index.versions[made.families[0].versions[0]].label == f"{version}.0"
    assert made.families[0].versions == answers[0].versions
    assert answers[0].known == 2


def test_a_version_of_another_family_is_never_allowed_and_only_the_family_found_is_changed():
    index = library_index()
    app = of_program(program_of(dex_of(library_classes("La/{};"))))
    matched = matched_by_hand(app, index)
    other = FamilyMatch(1, "too-little", (), {}, 0.1, 0.1, 0.9, (2,))
    both = replace(matched, families=(other, *matched.families))
    made, answers = completed(app, index, both)
    assert made.families[0] is other
    assert set(answers) == {0}
    assert {index.versions[number].family for number in made.families[1].versions} == {0}
    assert made.families[1] == completed(app, index, matched)[0].families[0]


def test_what_was_given_is_not_changed_and_the_same_is_answered_again():
    app, index, matched = with_inlined()
    before = matched.families[0].pairs
    first, second = completed(app, index, matched), completed(app, index, matched)
    assert matched.families[0].pairs is before
    assert first[0].families == second[0].families
    assert first[1] == second[1]
