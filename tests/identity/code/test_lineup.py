"""Classes of a library are followed from version to version: by name where names stay, else by what they hold."""

from collections.abc import Iterable, Mapping
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.unit import Csr
from affidavit.identity.code import lineup
from affidavit.identity.code.lineup import Classes, expand, is_short, likeness, line_up
from affidavit.identity.code.signatures import of_program
from tests.builders.known_code import dex_of, library_classes, program_of
from tests.builders.made_libraries import Made, edges, library, next_version, renamed, seeded, signatures

Links = set[tuple[str, str]]
SETS = st.frozensets(st.integers(0, 20), max_size=9)
NAMES = st.sampled_from(["La;", "La/b;", "La/bc;", "Lorg/One;", "Lorg/Two;", "Lorg/Three;", "Lorg/Two$1;"])
VERSIONS = st.lists(st.dictionaries(NAMES, SETS, max_size=6), max_size=5)


def csr(rows: Iterable[Iterable[int]]) -> Csr:
    lists = [sorted(row) for row in rows]
    start = np.cumsum([0, *map(len, lists)]).astype(np.int32)
    return Csr(start, np.array([item for row in lists for item in row], np.int32))


def numbered(made: list[Made], first: Iterable[frozenset[int]] = ()) -> dict[frozenset[int], int]:
    """Each distinct set of tokens with its number; some sets may be numbered before all others."""
    sets = [*first, *(tokens for version in made for tokens in version.values())]
    return {tokens: number for number, tokens in enumerate(dict.fromkeys(sets))}


def lined(
    made: list[Made], links: list[Links] | None = None, first: Iterable[frozenset[int]] = ()
) -> list[dict[str, int]]:
    """For each version the node of each of its names."""
    number = numbered(made, first)
    versions = []
    for classes, linked in zip(made, links or [set()] * len(made), strict=True):
        graph = signatures(classes, linked).graph
        versions.append(Classes(tuple(classes), np.array([number[of] for of in classes.values()], np.int64), graph))
    rows = line_up(versions, csr(number))
    return [dict(zip(classes, own.tolist(), strict=True)) for classes, own in zip(made, rows, strict=True)]


def words(number: int, count: int = 10) -> frozenset[int]:
    """Tokens that no other number has."""
    return frozenset(range(number * 100, number * 100 + count))


def steady(count: int, package: str = "org/lib") -> Made:
    """Classes that keep names and tokens, so that long names are believed."""
    return {f"L{package}/Steady{at};": words(1_000 + at) for at in range(count)}


def test_no_versions_and_versions_of_no_classes() -> None:
    assert lined([]) == []
    assert lined([{}, {}]) == [{}, {}]
    assert lined([{}, {"Lorg/One;": words(1)}, {}, {"Lorg/One;": words(1)}]) == [
        {},
        {"Lorg/One;": 0},
        {},
        {"Lorg/One;": 0},
    ]


def test_the_first_version_numbers_its_classes_in_order_and_twins_apart() -> None:
    made = {"Lorg/Zed;": words(1), "Lorg/Alpha;": words(1), "Lorg/Empty;": frozenset()}
    assert lined([made]) == [{"Lorg/Zed;": 0, "Lorg/Alpha;": 1, "Lorg/Empty;": 2}]


def test_a_class_that_is_written_anew_stays_itself_where_names_are_kept() -> None:
    before = steady(9) | {"Lorg/lib/Core;": words(1)}
    after = {"Lorg/lib/Core;": words(2)} | steady(9)
    one, other = lined([before, after])
    assert other == one


@pytest.mark.parametrize(("unlike", "believed"), [(0, True), (1, True), (4, True), (5, False), (20, False)])
def test_names_are_believed_until_more_than_a_fifth_stand_for_something_else(unlike: int, believed: bool) -> None:
    before = steady(20)
    after = {name: words(at) if at < unlike else tokens for at, (name, tokens) in enumerate(before.items())}
    one, other = lined([before, after])
    assert all((other[name] == one[name]) == believed for name in list(before)[:unlike])
    assert all(other[name] == one[name] for name in list(before)[unlike:])


def test_small_classes_are_no_witness_against_names() -> None:
    before = {f"Lorg/lib/Tiny{at};": words(at, 5) for at in range(6)}
    after = {name: words(50 + at, 5) for at, name in enumerate(before)}
    one, other = lined([before, after])
    assert one == other


def test_short_names_that_move_do_not_cost_long_names_their_belief() -> None:
    """A library keeps its published names and has the rest renamed anew in each version."""
    inner = {f"La/{letter};": words(at) for at, letter in enumerate("abcdef")}
    moved = dict(zip(inner, [*list(inner.values())[1:], words(0)], strict=True))
    before = steady(9) | {"Lorg/lib/Api;": words(70)} | inner
    after = steady(9) | {"Lorg/lib/Api;": words(71)} | moved
    one, other = lined([before, after])
    assert other["Lorg/lib/Api;"] == one["Lorg/lib/Api;"]
    assert {tokens: one[name] for name, tokens in inner.items()} == {
        tokens: other[name] for name, tokens in moved.items()
    }


def test_short_names_that_stay_are_believed_though_long_ones_are_not() -> None:
    kept = {f"La/{letter};": words(at) for at, letter in enumerate("abcdefghij")}
    before = steady(4) | kept
    after = dict(zip(steady(4), [words(80 + at) for at in range(4)], strict=True)) | kept | {"La/a;": words(60)}
    one, other = lined([before, after])
    assert other["La/a;"] == one["La/a;"]
    assert not set(list(one.values())[:4]) & set(list(other.values())[:4])


def test_a_renamed_class_is_known_by_its_form() -> None:
    one, other = lined([steady(3) | {"Lorg/lib/Old;": words(1)}, {"Lorg/lib/New;": words(1)} | steady(3)])
    assert other["Lorg/lib/New;"] == one["Lorg/lib/Old;"]


def test_a_class_that_was_away_for_a_version_comes_back_to_its_node_renamed_or_not() -> None:
    made = {"Lorg/lib/Core;": words(1), "Lorg/lib/More;": words(2)}
    back = {"Lorg/lib/Core;": words(1), "Lorg/lib/Again;": words(2)}
    one, _, last = lined([steady(3) | made, steady(3), steady(3) | back])
    assert last["Lorg/lib/Core;"] == one["Lorg/lib/Core;"]
    assert last["Lorg/lib/Again;"] == one["Lorg/lib/More;"]


def test_a_name_that_its_class_gave_up_is_free_for_another() -> None:
    first = steady(5) | {"Lorg/lib/Old;": words(1)}
    second = steady(5) | {"Lorg/lib/New;": words(1)}
    third = steady(5) | {"Lorg/lib/New;": words(1), "Lorg/lib/Old;": words(2)}
    one, two, three = lined([first, second, third])
    assert one["Lorg/lib/Old;"] == two["Lorg/lib/New;"] == three["Lorg/lib/New;"]
    assert three["Lorg/lib/Old;"] == 6


def test_of_two_likenesses_the_better_is_the_class_and_the_other_is_new() -> None:
    near, far = words(1, 9) | {5_001}, words(1, 7) | {5_002, 5_003, 5_004}
    one, other = lined([{"Lorg/lib/Old;": words(1)}, {"Lorg/lib/Far;": far, "Lorg/lib/Near;": near}])
    assert other == {"Lorg/lib/Far;": 1, "Lorg/lib/Near;": one["Lorg/lib/Old;"]}


@pytest.mark.parametrize(("count", "together"), [(1, 1), (8, 8), (30, 8), (31, 0)])
def test_what_very_many_classes_hold_tells_none_of_them(count: int, together: int) -> None:
    """Up to 30 classes a token is rare; of candidates that are all alike the first eight are looked at."""
    before = {f"Lorg/lib/Old{at};": words(1) for at in range(count)}
    after = {f"Lorg/lib/New{at};": words(1) for at in range(count)}
    one, other = lined([before, after])
    assert set(one.values()) & set(other.values()) == set(range(together))


@pytest.mark.parametrize(("common", "alone", "among_known"), [(7, True, True), (5, False, True), (2, False, False)])
def test_neighbours_help_a_class_that_changed_much_but_not_one_that_is_another(
    common: int, alone: bool, among_known: bool
) -> None:
    """Of 10 tokens each; 7 in common are 7 / 13, 5 are 5 / 15, 2 are 2 / 18."""
    old, new = "Lorg/lib/Old;", "Lorg/lib/New;"
    before, after = steady(3) | {old: words(1)}, steady(3) | {new: words(1, common) | words(2, 10 - common)}
    for linked, same in ((False, alone), (True, among_known)):
        ends = [{(name, which) for name in steady(3)} if linked else set() for which in (old, new)]
        one, other = lined([before, after], ends)
        assert (other[new] == one[old]) == same


@pytest.mark.parametrize("kept", [True, False])
def test_an_equal_name_helps_a_little_even_where_names_are_not_believed(kept: bool) -> None:
    """6 of 10 tokens in common are 6 / 14, just too few."""
    mixed = [f"Lorg/lib/Mixed{at};" for at in range(6)]
    before = {name: words(at) for at, name in enumerate(mixed)} | {"Lorg/lib/Core;": words(50)}
    after = {name: words(20 + at) for at, name in enumerate(mixed)}
    name = "Lorg/lib/Core;" if kept else "Lorg/lib/Other;"
    one, other = lined([before, after | {name: words(50, 6) | words(51, 4)}])
    assert (other[name] == one["Lorg/lib/Core;"]) == kept


def test_twins_under_new_names_are_told_apart_by_who_names_them() -> None:
    made = steady(2) | {"Lorg/lib/Left;": words(1), "Lorg/lib/Right;": words(1)}
    first, second = steady(2)
    again = steady(2) | {"Lorg/lib/Any;": words(1), "Lorg/lib/Some;": words(1)}
    links = [
        {(first, "Lorg/lib/Left;"), (second, "Lorg/lib/Right;")},
        {(first, "Lorg/lib/Some;"), ("Lorg/lib/Any;", second)},
    ]
    one, other = lined([made, again], links)
    assert other["Lorg/lib/Some;"] == one["Lorg/lib/Left;"]


@pytest.mark.parametrize("seed", range(8))
def test_a_library_renamed_whole_is_followed_class_by_class(seed: int) -> None:
    rng = seeded(seed)
    made = library(rng, "org/sdk", 30)
    links = edges(rng, made)
    short, linked, names = renamed(rng, made, links)
    after = next_version(rng, made)
    plain, moved, renamed_after = lined([made, short, {names.get(name, "La/zz;"): of for name, of in after.items()}])
    telling = [name for name, tokens in made.items() if len(tokens) >= 10]
    assert all(moved[names[name]] == plain[name] for name in telling)
    assert all(renamed_after[names[name]] == plain[name] for name in telling if name in after)
    with_graph = lined([made, short], [links, linked])[1]
    assert all(with_graph[names[name]] == plain[name] for name in telling)


def test_versions_of_real_code_go_together_under_other_names() -> None:
    """The first class has more in the second version; all are renamed in the third."""
    made: list[Made] = []
    links: list[Links] = []
    for names, version in (("Lcom/maker/{}x1;", 1), ("Lcom/maker/{}x1;", 2), ("La/{};", 2)):
        of = of_program(program_of(dex_of(library_classes(names, version))))
        made.append({name: frozenset(of.of(row).tolist()) for row, name in enumerate(of.names)})
        links.append({(a, of.names[b]) for row, a in enumerate(of.names) for b in of.graph.row(row).tolist()})
    distinct = sorted({token for version in made for tokens in version.values() for token in tokens})
    place = {token: at for at, token in enumerate(distinct)}
    small = [{name: frozenset(place[token] for token in of) for name, of in version.items()} for version in made]
    one, two, three = (
        {name[-2] if name[-3] == "/" else name[-4]: node for name, node in version.items()}
        for version in lined(small, links)
    )
    assert one == two == three == {"A": one["A"], "B": one["B"], "C": one["C"], "D": one["D"]}


@given(VERSIONS, st.data())
def test_every_class_has_one_node_of_its_own_and_nodes_are_numbered_as_they_come(
    made: list[Made], data: st.DataObject
) -> None:
    links = [
        data.draw(st.sets(st.tuples(st.sampled_from(list(of)), st.sampled_from(list(of))))) if of else set()
        for of in made
    ]
    rows = lined(made, links)
    seen = 0
    for own in rows:
        assert len(set(own.values())) == len(own)
        fresh = [node for node in own.values() if node >= seen]
        assert fresh == list(range(seen, seen + len(fresh)))
        seen += len(fresh)
    assert lined(made, links) == rows


@given(VERSIONS, st.permutations(range(8)), st.lists(SETS, max_size=8))
def test_it_does_not_hang_on_how_forms_are_numbered(
    made: list[Made], order: list[int], unused: list[frozenset[int]]
) -> None:
    forms = list(numbered(made))
    shuffled = [*unused, *(forms[at] for at in order if at < len(forms))]
    assert lined(made, first=shuffled) == lined(made)


@given(st.dictionaries(NAMES, SETS, max_size=6), st.integers(2, 4))
def test_a_version_published_again_is_the_same_classes(made: Made, times: int) -> None:
    assert all(own == lined([made])[0] for own in lined([made] * times))


@given(st.lists(SETS, min_size=1, max_size=6), st.data())
def test_rows_are_expanded_and_compared_as_sets_are(rows: list[frozenset[int]], data: st.DataObject) -> None:
    at = st.integers(0, len(rows) - 1)
    pairs = data.draw(st.lists(st.tuples(at, at), max_size=12))
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    of, items = expand(csr(rows), left)
    slow = [(place, item) for place, row in enumerate(left.tolist()) for item in sorted(rows[row])]
    assert list(zip(of.tolist(), items.tolist(), strict=True)) == slow
    either = [(rows[a] & rows[b], rows[a] | rows[b]) for a, b in pairs]
    assert likeness(csr(rows), left, right).tolist() == [
        len(both) / len(all_) if all_ else 1.0 for both, all_ in either
    ]


def weighed(new: list[frozenset[int]], old: list[frozenset[int]]) -> Mapping[tuple[int, int], float]:
    """The slow, obvious twin of the candidates: every pair that shares anything."""
    often = {
        token: max(sum(token in of for of in new), sum(token in of for of in old)) for of in new + old for token in of
    }
    weight = {token: 1 / log2(2 + times) for token, times in often.items()}
    return {
        (a, b): sum(weight[token] for token in sorted(one & other))
        / sum(weight[token] for token in sorted(one | other))
        for a, one in enumerate(new)
        for b, other in enumerate(old)
        if one & other
    }


@given(st.lists(SETS, min_size=1, max_size=7), st.lists(SETS, min_size=1, max_size=7))
def test_candidates_are_all_pairs_that_share_something_rare_weighed_by_how_rare(
    new: list[frozenset[int]], old: list[frozenset[int]]
) -> None:
    forms, every = csr(new + old), np.arange(len(new) + len(old))
    a, b, score = lineup._candidates(forms, every[: len(new)], every[len(new) :])
    found = {(one, other): like for one, other, like in zip(a.tolist(), b.tolist(), score.tolist(), strict=True)}
    assert found == pytest.approx(weighed(new, old))


def test_only_the_likeliest_candidates_are_kept_when_there_are_many() -> None:
    new, old = [words(1, 20)], [words(1, count) for count in range(1, 21)]
    _, kept, score = lineup._candidates(csr(new + old), np.arange(1), np.arange(1, 21))
    assert sorted(kept.tolist()) == list(range(12, 20))
    assert (score <= 1).all()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.2, 0.5, 0.9])), max_size=15))
def test_the_best_pairs_go_first_and_each_class_goes_once(pairs: list[tuple[int, int, float]]) -> None:
    table = np.array(pairs, np.float64).reshape(-1, 3)
    own = np.array([-1, -1, 3, -1, -1], np.int64)
    slow = dict(enumerate(own.tolist()))
    for new, old, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        if slow[new] < 0 and old not in slow.values():
            slow[new] = old
    lineup._mutual(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2], own)
    assert own.tolist() == list(slow.values())


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("La;", True),
        ("LL;", True),
        ("La/b/cd;", True),
        ("La/b/cde;", False),
        ("Lcom/maker/Log;", False),
        ("Lcom/maker/LRU;", False),
        ("LLog;", False),
        ("Lcom/maker/Lx;", True),
        ("La/b/Ünï;", False),
        ("La/b/日本;", True),
        ("Lcom/maker/Player$1;", True),
        ("Lcom/maker/a$Listener;", False),
        ("La/Player$a$Listener;", False),
        ("La/b$;", True),
        ("", True),
    ],
)
def test_a_name_is_short_by_its_own_part(name: str, short: bool) -> None:
    assert is_short(name) == short
