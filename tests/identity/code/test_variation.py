"""The forms of a family's classes side by side: what the arrays say is what sets say."""

import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.build import build
from affidavit.identity.code.compressed import flat
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.result import Pairing
from affidavit.identity.code.tokens import KIND_MASK, Kind, token
from affidavit.identity.code.variation import Forms, Variation, telling, variation
from tests.builders.made_libraries import seeded, signatures

Classes = Mapping[str, frozenset[int]]
Form = tuple[int, frozenset[int]]
"""Number of a pair, and the telling tokens of one form of its class."""


def many(word: str, count: int, kind: Kind = Kind.STRING) -> frozenset[int]:
    """Tokens that nothing else has."""
    return frozenset(token(kind, f"{word} {number}".encode()) for number in range(count))


def index_of(*families: Sequence[Classes]) -> Index:
    rows = [
        (Version(family, f"{number + 1}.0"), signatures(classes))
        for family, versions in enumerate(families)
        for number, classes in enumerate(versions)
    ]
    return build([Family(f"library{number}") for number in range(len(families))], rows)


def varied(index: Index, app: Classes, family: int = 0) -> Variation:
    """Each class of the app is paired with the class of its name."""
    pairs = [
        Pairing(row, index.node_name.index(name), 0, 50.0, 0.9)
        for row, name in enumerate(app)
        if name in index.node_name
    ]
    numbers = [row for row, version in enumerate(index.versions) if version.family == family]
    return variation(signatures(app), Forms(index, [family]), family, pairs, numbers)


def plain(tokens: frozenset[int]) -> frozenset[int]:
    """Those that can tell versions apart."""
    return frozenset(item for item in tokens if item & KIND_MASK != Kind.PAIR)


def forms_of(found: Variation) -> list[Form]:
    """The forms as sets, read back from the entries."""
    made: list[set[int]] = [set() for _ in range(int(found.start[-1]))]
    for item, form in zip(found.entry_item.tolist(), found.entry_form.tolist(), strict=True):
        made[form].add(int(found.token[item]))
    owner = np.repeat(np.arange(len(found.start) - 1), np.diff(found.start)).tolist()
    return [(pair, frozenset(tokens)) for pair, tokens in zip(owner, made, strict=True)]


def check(found: Variation, names: Sequence[str], versions: Sequence[Classes], app: Classes) -> None:
    """The slow, obvious twin: every array against sets."""
    forms = forms_of(found)
    for pair, name in enumerate(names):
        own = range(int(found.start[pair]), int(found.start[pair + 1]))
        expected = {plain(classes[name]) for classes in versions if name in classes}
        assert [forms[form][0] for form in own] == [pair] * len(expected), "each form once"
        assert {forms[form][1] for form in own} == expected
        for column, classes in enumerate(versions):
            at = int(found.form[pair, column])
            assert (at >= 0) == (name in classes)
            assert at < 0 or (at in own and forms[at][1] == plain(classes[name]))
        items = np.flatnonzero(found.pair == pair)
        tokens = found.token[items].tolist()
        assert tokens == sorted(frozenset[int]().union(*expected)), "by token, each once"
        assert found.present[items].tolist() == [item in app[name] for item in tokens]
        assert found.common[items].tolist() == [all(item in form for form in expected) for item in tokens]
    assert (np.diff(found.pair) >= 0).all()
    assert found.kind.tolist() == [item & KIND_MASK for item in found.token.tolist()]
    expected_elsewhere = {
        (pair, column, form)
        for form, (pair, tokens) in enumerate(forms)
        for column, classes in enumerate(versions)
        if found.differs[pair]
        and found.form[pair, column] != form
        and any(plain(other) == tokens for other in classes.values())
    }
    assert {tuple(row) for row in found.other.tolist()} == expected_elsewhere
    assert len(found.other) == len(expected_elsewhere)


def made_versions(rng: random.Random, count: int) -> list[dict[str, frozenset[int]]]:
    words = sorted(many("w", 40) | many("c", 20, Kind.CALL) | many("p", 20, Kind.PAIR))
    alike = many("alike", 10)  # by which names are trusted, whatever else a class has
    versions = [{f"L{n};": frozenset(rng.sample(words, rng.randrange(1, 12))) for n in range(7)}]
    versions[0] |= {f"L{n}$1;": alike | frozenset(rng.sample(words, 5)) for n in range(5)}
    for _ in range(count - 1):
        changed = dict(versions[-1])
        one, other = rng.sample([f"L{n}$1;" for n in range(5)], 2)
        changed[one] = changed[other]
        changed[other] = alike | frozenset(rng.sample(words, 5))
        for name in rng.sample([name for name in sorted(changed) if "$" not in name], 2):
            changed[name] = changed[name] ^ frozenset(rng.sample(words, rng.randrange(4)))
        gone, new = rng.choice([name for name in sorted(changed) if "$" not in name]), f"Lnew{rng.randrange(10**6)};"
        held = changed.pop(gone)
        changed[new] = held if rng.random() < 0.5 else frozenset(rng.sample(words, 8))
        versions.append(changed)
    return versions


@pytest.mark.parametrize("seed", range(25))
def test_the_arrays_say_what_sets_say(seed: int) -> None:
    rng = seeded(seed)
    versions = made_versions(rng, rng.randrange(1, 6))
    index = index_of(versions)
    seen = {name: tokens for classes in versions for name, tokens in classes.items()}
    # Where a class moved, the index may have given both names to one node: only names of nodes can be asked for, and
    # what a node is called in each version is then another question (`merge`, `build`).
    steady = [name for name in seen if name in index.node_name and all(name in classes for classes in versions)]
    noise = frozenset(rng.sample(sorted(many("w", 40)), 4))
    app = {name: seen[name] ^ noise for name in steady}
    check(varied(index, app), steady, versions, app)


def test_forms_that_differ_only_in_the_order_of_calls_are_one_form() -> None:
    base = many("a", 12)
    index = index_of([{"La;": base | many("x", 5, Kind.PAIR)}, {"La;": base | many("y", 5, Kind.PAIR)}])
    found = varied(index, {"La;": base})
    assert found.form.tolist() == [[0, 0]]
    assert not found.differs.any()
    assert set(found.token.tolist()) == base
    assert found.common.all()


def test_a_class_that_a_version_has_not_has_no_form_there() -> None:
    both, late = {"La;": many("a", 12)}, {"La;": many("a", 12), "Lb;": many("b", 12)}
    found = varied(index_of([both, late, both]), late)
    assert found.form.tolist() == [[0, 0, 0], [-1, 1, -1]]
    assert found.differs.tolist() == [False, True]
    assert found.other.tolist() == []


def test_a_form_that_another_class_took_over_is_seen_there() -> None:
    base = many("base", 12)
    first, second, added = base | many("first", 3), base | many("second", 3), base | many("added", 3)
    one = {"LMain$1;": first, "LMain$2;": second}
    two = {"LMain$1;": added, "LMain$2;": first, "LMain$3;": second}
    found = varied(index_of([one, two]), one)
    check(found, ["LMain$1;", "LMain$2;"], [one, two], one)
    forms = [tokens for _, tokens in forms_of(found)]
    assert {(pair, version, forms[form]) for pair, version, form in found.other.tolist()} == {
        (0, 1, first),
        (1, 0, first),
        (1, 1, second),
    }


def test_of_a_family_only_its_own_forms_are_given_whichever_families_were_asked_for() -> None:
    first, second = {"La;": many("a", 12), "Lb;": many("b", 12)}, {"Lc;": many("c", 12)}
    index = index_of([first], [second, {"Lc;": many("c", 11)}])
    for asked in ([0, 1], [1, 0], [1]):
        forms = Forms(index, asked)
        rows = forms.rows(1)
        assert {index.node_name[index.node[row]] for row in rows.tolist()} == {"Lc;"}
        own = forms.of(1)
        assert (own.row.tolist(), own.node.tolist()) == (rows.tolist(), index.node[rows].tolist())
        assert len(set(own.same.tolist())) == 2
    assert len(Forms(index, [1]).rows(0)) == 0
    assert len(Forms(index, []).rows(1)) == 0


def test_the_same_telling_tokens_in_two_classes_have_one_number_and_the_versions_of_both() -> None:
    shared = many("shared", 12)
    index = index_of([{"La;": shared, "Lb;": many("b", 12)}, {"Lb;": many("b", 12), "Lelse/Z;": shared | many("z", 9)}])
    forms = Forms(index, [0]).of(0)
    content = [plain(frozenset(index.of(row).tolist())) for row in forms.row.tolist()]
    for one, first in enumerate(content):
        for other, second in enumerate(content):
            assert (forms.same[one] == forms.same[other]) == (first == second)
        number = int(forms.same[one])
        versions = {
            version
            for row, tokens in zip(forms.row.tolist(), content, strict=True)
            if tokens == first
            for version in index.of_version.row(row).tolist()
        }
        assert forms.versions.row(number).tolist() == sorted(versions)


def test_classes_without_a_token_are_no_fault() -> None:
    index = index_of([{"La;": frozenset(), "Lb;": many("b", 12)}, {"La;": many("a", 1), "Lb;": many("b", 12)}])
    app = {"La;": frozenset[int](), "Lb;": frozenset[int]()}
    found = varied(index, app)
    check(
        found,
        ["La;", "Lb;"],
        [{"La;": frozenset(), "Lb;": many("b", 12)}, {"La;": many("a", 1), "Lb;": many("b", 12)}],
        app,
    )
    assert not found.present.any()


def test_no_pairs_and_no_versions_give_empty_arrays() -> None:
    found = varied(index_of([{"La;": many("a", 12)}]), {})
    assert (found.form.shape, found.other.shape, found.start.tolist()) == ((0, 1), (0, 3), [0])
    assert len(found.token) == len(found.present) == len(found.common) == len(found.entry_item) == 0


@given(st.lists(st.lists(st.integers(0, 99), max_size=5), min_size=1, max_size=8), st.data())
def test_compressed_rows_are_taken_out_as_by_hand(table: list[list[int]], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(table) - 1), max_size=10))
    start = np.cumsum([0, *map(len, table)])
    items = np.array([item for row in table for item in row], np.int32)
    of, taken = flat(start, items, np.array(chosen, np.int64))
    expected = [(at, item) for at, row in enumerate(chosen) for item in table[row]]
    assert list(zip(of.tolist(), taken.tolist(), strict=True)) == expected


def test_which_tokens_tell_versions_apart() -> None:
    index = index_of([{f"L{kind.name};": many(kind.name, 12, kind) for kind in Kind if kind <= Kind.PAIR}])
    rows = np.arange(len(index.node))
    token_rows, of = telling(index, rows)
    silent = {index.node_name[index.node[row]] for row in rows.tolist()} - {
        index.node_name[index.node[row]] for row in of.tolist()
    }
    assert silent == {"LPAIR;"}
    assert len(token_rows) == 12 * (len(rows) - 1)
