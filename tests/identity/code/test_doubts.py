"""What else could explain a likeness: each question against a count by hand, and what just does not suffice."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.build import build
from affidavit.identity.code.doubts import CODE, ENOUGH, Weighed, rivals_of, tried, weighed
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.tokens import KIND_MASK, Kind, token
from tests.builders.known_code import compared_by_hand
from tests.builders.made_libraries import library, seeded, signatures

ORDER = ("shared-dependency", "interface-only", "name-only", "other-family")


def some(kind, count, word=""):
    return {token(kind, f"{word} {number}".encode()) for number in range(count)}


def asked(app, libraries, *others, decision="found", inlined=False):
    """The answers for family 0, whose class `n` is paired with the app's class `n`.

    Args:
        app: tokens of each class.
        libraries: of each family the tokens of each class.
        others: of each further family matched: its decision and nats for each class of the app; None leaves it out.
        decision: on family 0. inlined: whether the others' pairs are.
    """
    ours = signatures({f"La/{at};": frozenset(made) for at, made in enumerate(app)})
    rows = [
        (Version(at, "1"), signatures({f"Lf{at}/{row};": frozenset(made) for row, made in enumerate(classes)}))
        for at, classes in enumerate(libraries)
    ]
    index = build([Family(f"f{at}") for at in range(len(libraries))], rows)
    node = {name: at for at, name in enumerate(index.node_name)}
    form = {name: index.node.tolist().index(at) for name, at in node.items()}
    pairs = tuple(Pairing(at, node[f"Lf0/{at};"], form[f"Lf0/{at};"], 10.0, 0.9) for at in range(len(app)))
    match = FamilyMatch(0, decision, pairs, {}, 1.0, 9.0, 0.0)
    rivals = tuple(
        FamilyMatch(number, said, tuple(
            Pairing(at, 0, 0, nats, 0.9, inlined=inlined) for at, nats in enumerate(every) if nats is not None
        ), {}, 1.0, 9.0, 0.0)
        for number, (said, every) in enumerate(others, 1)
    )  # fmt: skip
    matched = Matched("plain", (*rivals, match), np.full(len(ours), -1, np.int32))
    studied = [weighed(ours, index, pair) for pair in pairs]
    made = tried(ours, index, rivals_of(matched), match, studied)
    assert tuple(item.hypothesis for item in made) == ORDER
    return {item.hypothesis: item for item in made}


CODED = [some(Kind.CALL, CODE, word) for word in "abc"]


@given(st.integers(0, 10_000))
def test_the_tokens_of_a_pair_are_counted_as_by_hand(seed):
    rng = seeded(seed)
    made = [library(rng, name, classes=3, tokens=9, words=24) for name in ("a", "b")]
    index = build([Family("a"), Family("b")], [(Version(at, "1"), signatures(item)) for at, item in enumerate(made)])
    app = signatures({"Lx;": frozenset(rng.sample(range(1, 30), 12))})
    for row, node in enumerate(index.node.tolist()):
        ours = set(app.of(0).tolist())
        theirs = set(index.of(row).tolist())
        got = weighed(app, index, Pairing(0, node, row, 1.0, 1.0))
        assert got.shared.tolist() == sorted(ours & theirs)
        assert (got.missing, got.foreign) == (len(theirs - ours), len(ours - theirs))
        holders = [sum(any(one in item for item in family.values()) for family in made) for one in got.shared.tolist()]
        assert got.families.tolist() == holders
        assert got.background.tolist() == [0] * len(holders)


@pytest.mark.parametrize(
    ("families", "background", "kinds", "alone", "without_texts"),
    [
        ((), (), (), False, False),
        ((1,), (0,), (Kind.CALL,), False, False),
        ((1, 1), (0, 0), (Kind.CALL, Kind.ARRAY), True, True),
        ((1, 2), (0, 0), (Kind.CALL, Kind.ARRAY), False, False),
        ((1, 1), (0, 1), (Kind.CALL, Kind.ARRAY), False, False),
        ((1, 1), (0, 0), (Kind.STRING, Kind.ARRAY), True, False),
        ((1, 1, 1), (0, 0, 0), (Kind.STRING, Kind.ARRAY, Kind.CALL), True, True),
    ],
)
def test_a_class_stands_alone_by_two_things_that_nobody_else_has(families, background, kinds, alone, without_texts):
    shared = np.array([number << 4 | kind for number, kind in enumerate(kinds)], np.uint64)
    item = Weighed(shared, np.array(families, np.int32), np.array(background, np.int32), 0, 0)
    assert (item.alone(), item.alone(texts=False)) == (alone, without_texts)
    assert all(int(one) & KIND_MASK == kind for one, kind in zip(shared, kinds, strict=True))


@pytest.mark.parametrize("classes", range(4))
def test_two_classes_of_their_own_exclude_what_others_carry_too(classes):
    own = CODED[:classes]
    common = [some(Kind.CALL, CODE, f"common {number}") for number in range(3 - classes)]
    found = asked([*own, *common], [[*own, *common], common or [some(Kind.TYPE, 3)]])
    for name in ("shared-dependency", "name-only"):
        assert found[name].excluded == (classes >= ENOUGH)
        assert f"{classes} of 3 classes" in found[name].said


def test_texts_alone_are_as_good_as_names():
    texts = [some(Kind.STRING, CODE, word) for word in "abc"]
    found = asked(texts, [texts])
    assert found["shared-dependency"].excluded
    assert not found["name-only"].excluded
    assert "without any text 0 of 3 classes" in found["name-only"].said


@pytest.mark.parametrize(("code", "excluded"), [(0, False), (1, False), (2, True)])
def test_declarations_that_fit_are_no_code_that_fits(code, excluded):
    formal = [some(Kind.MEMBER, 8, word) | some(Kind.SUPER, 4, word) | some(Kind.OVERRIDE, 4, word) for word in "abc"]
    classes = [made | some(Kind.CALL, code, word) for made, word in zip(formal, "abc", strict=True)]
    assert asked(classes, [classes])["interface-only"].excluded == excluded


@pytest.mark.parametrize(("ours", "theirs"), [(CODE, CODE - 1), (CODE - 1, CODE), (CODE, CODE)])
def test_code_must_be_more_than_a_stub_on_both_sides(ours, theirs):
    app = [set(sorted(made)[:ours]) for made in CODED]
    known = [set(sorted(made)[:theirs]) for made in CODED]
    found = asked(app, [known])["interface-only"]
    assert found.excluded == (min(ours, theirs) >= CODE)
    assert found.said.endswith(f"{3 * CODE} code units" if found.excluded else "0 code units")


FOURS = [some(Kind.CALL, 6, word) for word in "abcd"]


@given(st.lists(st.sampled_from([None, 9.0, 10.0, 11.0]), min_size=4, max_size=4))
def test_another_family_is_excluded_while_it_explains_less_than_half_as_well(nats):
    as_well = sum(item is not None and item >= 10.0 for item in nats)
    found = asked(FOURS, [FOURS, [some(Kind.TYPE, 2)]], ("found", nats))["other-family"]
    assert found.excluded == (2 * as_well < 4)
    begins = f"f1 explains {as_well} of 4 classes" if as_well else "no other family explains any of 4 classes"
    assert found.said.startswith(begins)


@pytest.mark.parametrize(("decision", "inlined"), [("not-shown", False), ("found", True)])
def test_what_is_not_shown_or_lies_inside_others_explains_nothing(decision, inlined):
    found = asked(FOURS, [FOURS, FOURS], (decision, [99.0] * 4), inlined=inlined)["other-family"]
    assert found.excluded
    assert found.said.startswith("no other family")


def test_the_family_that_explains_most_is_named_and_the_first_of_equals():
    rivals = (("found", [20.0, None, None, None]), ("too-little", [20.0, 20.0, None, None]), ("found", [20.0] * 2))
    said = asked(FOURS, [FOURS] + [[some(Kind.TYPE, 2, word)] for word in "xyz"], *rivals)["other-family"].said
    assert said.startswith("f2 explains 2 of 4")


def test_the_order_of_the_pairs_plays_no_part():
    made = compared_by_hand()
    match = made.matched.families[0]
    for order in itertools.permutations(match.pairs, 4):
        turned = FamilyMatch(0, "found", order, {}, 1.0, 9.0, 0.0)
        studied = [weighed(made.app, made.index, pair) for pair in order]
        answers = tried(made.app, made.index, rivals_of(made.matched), turned, studied)
        assert answers == tried(
            made.app, made.index, rivals_of(made.matched), match, [studied[order.index(p)] for p in match.pairs]
        )


def test_with_nothing_to_ask_about_nothing_is_excluded():
    found = asked([], [FOURS])
    assert not any(item.excluded for item in found.values())


def test_only_what_was_studied_is_asked_about():
    made = compared_by_hand()
    match = made.matched.families[0]
    one = [weighed(made.app, made.index, match.pairs[0])]
    answers = {item.hypothesis: item for item in tried(made.app, made.index, rivals_of(made.matched), match, one)}
    assert "of 1 class " in answers["interface-only"].said
    assert not answers["interface-only"].excluded
    assert answers["other-family"].excluded


def test_a_family_is_rivalled_by_the_first_of_those_that_explain_most():
    rng = seeded(3)
    families = [
        FamilyMatch(
            number,
            rng.choice(["found", "too-little", "not-shown"]),
            tuple(
                Pairing(rng.randrange(5), 0, 0, float(rng.randrange(4)), 0.5, 0, 0, inlined=rng.random() < 0.2)
                for _ in range(rng.randrange(9))
            ),
            {}, 1.0, 9.0, 0.0,
        )
        for number in range(12)
    ]  # fmt: skip
    matched = Matched("plain", tuple(families), np.empty(0, np.int32))
    rows = [(Version(at, "1"), signatures({f"L{at};": frozenset(some(Kind.CALL, 2, f"{at}"))})) for at in range(12)]
    index = build([Family(f"f{at}") for at in range(12)], rows)
    for match in families:
        own = {pair.app: pair.nats for pair in match.pairs if not pair.inlined}
        counts = {
            other.family: len({p.app for p in other.pairs if not p.inlined and p.nats >= own.get(p.app, np.inf)})
            for other in families
            if other is not match and other.decision != "not-shown"
        }
        most = max(counts.values(), default=0)
        said = tried(compared_by_hand().app, index, rivals_of(matched), match, [])[-1].said
        first = next(family for family, count in counts.items() if count == most)
        assert said.startswith(f"f{first} explains {most} " if most else "no other family")
