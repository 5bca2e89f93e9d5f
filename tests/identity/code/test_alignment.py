"""Two sequences lined up: in order, nothing lost, as much together as can be."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.alignment import aligned

ITEMS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=9)


def lined_up(first, second, **options):
    keys, texts = ([[item[at] for item in side] for side in (first, second)] for at in (0, 1))
    return aligned(keys, [list(zip(*each, strict=True)) for each in zip(keys, texts, strict=True)], **options)


def weight(first, second, rows) -> int:
    return sum(3 if first[i] == second[j] else 2 for i, j in rows if i >= 0 and j >= 0)


def best(first, second) -> int:
    """The slow, obvious twin: every way there is."""

    @cache
    def of(i: int, j: int) -> int:
        if i == len(first) or j == len(second):
            return 0
        together = 3 if first[i] == second[j] else 2 if first[i][0] == second[j][0] else 0
        return max(of(i + 1, j), of(i, j + 1), of(i + 1, j + 1) + together if together else 0)

    return of(0, 0)


@given(ITEMS, ITEMS)
def test_nothing_is_lost_order_is_kept_and_only_equal_keys_stand_together(first, second):
    rows = lined_up(first, second)
    assert [i for i, _ in rows if i >= 0] == list(range(len(first)))
    assert [j for _, j in rows if j >= 0] == list(range(len(second)))
    assert all(first[i][0] == second[j][0] for i, j in rows if i >= 0 and j >= 0)


@given(ITEMS, ITEMS)
def test_as_much_stands_together_as_in_the_best_of_all_ways(first, second):
    assert weight(first, second, lined_up(first, second)) == best(first, second)


def test_of_several_ways_the_one_with_equal_texts_is_taken():
    assert lined_up([("a", "x")], [("a", "y"), ("a", "x")]) == [(-1, 0), (0, 1)]


def test_what_is_too_long_for_a_table_is_lined_up_at_its_ends_alone():
    first = [("a", "x"), *[("b", "x")] * 4, ("a", "y")]
    second = [("a", "x"), *[("c", "x"), ("b", "x")] * 2, ("a", "y")]
    together = [row for row in lined_up(first, second, cells=8) if -1 not in row]
    assert together == [(0, 0), (4, 4), (5, 5)]
    assert len([row for row in lined_up(first, second, cells=9) if -1 not in row]) == 4
