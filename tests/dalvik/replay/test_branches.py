"""Branches on what is known, against trying every number."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.replay.branches import EQ, GE, GT, LE, LT, NE, NEGATED, decided, refined, refined_right
from affidavit.dalvik.replay.values import (
    NULL,
    UNKNOWN,
    Range,
    between,
    bounds,
    klass,
    number,
    opaque,
    reference,
)

HOLDS = {
    EQ: lambda a, b: a == b,
    NE: lambda a, b: a != b,
    LT: lambda a, b: a < b,
    GE: lambda a, b: a >= b,
    GT: lambda a, b: a > b,
    LE: lambda a, b: a <= b,
}
spans = st.tuples(st.integers(-4, 4), st.integers(0, 4)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.sampled_from(list(HOLDS)), spans, spans)
def test_a_branch_is_decided_only_as_every_pair_of_numbers_decides_it(relation, left, right):
    answers = {HOLDS[relation](a, b) for a in range(left[0], left[1] + 1) for b in range(right[0], right[1] + 1)}
    found = decided(relation, between(*left), between(*right))
    assert found is None or answers == {found}
    if relation not in {EQ, NE}:
        assert (found is None) == (len(answers) == 2)


@given(st.sampled_from(list(HOLDS)), spans, spans)
def test_what_is_known_behind_a_branch_keeps_every_number_for_which_it_holds(relation, left, right):
    one, two = between(*left), between(*right)
    kept, other = refined(relation, one, two), refined_right(relation, one, two)
    for a in range(left[0], left[1] + 1):
        for b in range(right[0], right[1] + 1):
            if HOLDS[relation](a, b):
                assert kept is not None
                assert other is not None
                assert bounds(kept)[0] <= a <= bounds(kept)[1]
                assert bounds(other)[0] <= b <= bounds(other)[1]


def test_negations_are_opposites():
    assert all(HOLDS[NEGATED[relation]](2, 3) != HOLDS[relation](2, 3) for relation in HOLDS)


def test_null_is_not_an_object():
    assert decided(EQ, reference(1), NULL) is False
    assert decided(EQ, opaque(), NULL) is None
    assert decided(EQ, NULL, NULL) is True
    assert refined(EQ, reference(1), NULL) is None
    assert refined(EQ, opaque(), NULL).is_null
    assert not refined(NE, opaque(), NULL).nullable


def test_objects_are_compared_by_which_they_may_be():
    assert decided(EQ, reference(1), reference(2)) is False
    assert decided(EQ, reference(1, 2), reference(2)) is None
    assert refined(EQ, reference(1, 2), reference(2)).refs == {2}
    assert decided(EQ, klass("Lx;"), klass("Lx;")) is True
    assert decided(NE, klass("Lx;"), klass("Ly;")) is True


def test_unknown_numbers_get_bounds():
    assert refined(LT, UNKNOWN, number(10)).const == Range(-(1 << 63), 9)
    assert refined(EQ, UNKNOWN, number(10)).number == 10
    assert decided(LT, UNKNOWN, UNKNOWN) is None
