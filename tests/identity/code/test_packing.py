"""A packed index gives back what was packed, takes the room of what differs, and is refused where it does not fit."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.unit import Csr
from affidavit.identity.code import packing
from affidavit.identity.code.build import build
from affidavit.identity.code.packing import misfit, pack, unpack
from affidavit.identity.code.postings import postings
from affidavit.identity.code.store import arrays_of
from affidavit.knowledge.arrays import Arrays
from affidavit.model.errors import KnowledgeError
from tests.builders.known_code import library_index
from tests.builders.made_libraries import seeded

Forms = list[frozenset[int]]
Nodes = list[tuple[str, Forms]]

LARGEST = (1 << 64) - 1
FORM = st.frozensets(st.integers(0, 11), max_size=8)
NODE = st.tuples(st.sampled_from(["", "La;", "L日本;"]), st.lists(FORM, max_size=4))
FAMILIES = st.lists(st.lists(NODE, max_size=4), max_size=4)


def table(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Starts of rows, and their items."""
    flat = [item for row in rows for item in row]
    return np.array([0, *accumulate(map(len, rows))], np.int32), np.array(flat, np.int32)


def index_of(families: list[Nodes], tokens: set[int] | None = None, seed: int = 0) -> Arrays:
    """The arrays of an index of such classes; graph, versions and counts are made up."""
    rng = seeded(seed)
    token = np.array(sorted(range(12) if tokens is None else tokens), np.uint64)
    nodes = [(family, name, forms) for family, of in enumerate(families) for name, forms in of]
    every = [(node, form) for node, (_, _, forms) in enumerate(nodes) for form in forms]
    node_family = np.array([family for family, _, _ in nodes], np.int32)
    node = np.array([node for node, _ in every], np.int32)
    start, rows = table([sorted(form) for _, form in every])
    start = start.astype(np.int64)
    graph = table([sorted(rng.sample(range(len(nodes)), rng.randrange(len(nodes) + 1))) for _ in nodes])
    of = table([sorted(rng.sample(range(9), rng.randrange(5))) for _ in every])
    names = [name.encode() for _, name, _ in nodes]
    posting, in_nodes, in_families = postings(rows, start, node, node_family, len(token))
    return {
        "node_family": node_family,
        "names": np.frombuffer(b"".join(names), np.uint8),
        "name_start": np.array([0, *accumulate(map(len, names))], np.int64),
        "shared": np.array([rng.randrange(-1, len(families)) for _ in nodes], np.int32),
        "graph_start": graph[0],
        "graph_items": graph[1],
        "node": node,
        "size": np.array([rng.randrange(1 << 20) for _ in every], np.int32),
        "start": start,
        "rows": rows,
        "of_start": of[0],
        "of_items": of[1],
        "token": token,
        "posting_start": posting.start,
        "posting_items": posting.items,
        "in_families": in_families,
        "in_nodes": in_nodes,
        "in_background": np.array([rng.randrange(1 << 20) for _ in token], np.int32),
    }


def same(one: Arrays, other: Arrays) -> None:
    assert list(one) == list(other)
    for name, array in one.items():
        assert array.tolist() == other[name].tolist(), name
        assert array.dtype == other[name].dtype, name


CLASSES: list[Nodes] = [
    [("Lorg/One;", [frozenset({1, 2, 3}), frozenset({1, 2, 3, 4}), frozenset({2, 9})]), ("Lorg/Two;", [frozenset()])],
    [("Lnet/Three;", [frozenset({1, 2, 3}), frozenset({0, 11})])],
]


@given(FAMILIES, st.integers(0, 99))
def test_what_was_packed_comes_back_in_the_same_types(families: list[Nodes], seed: int) -> None:
    rng = seeded(seed)
    arrays = index_of(families, {rng.randrange(at << 60, (at + 1) << 60) for at in range(16)}, seed)
    same(arrays, unpack(pack(arrays)))


def test_a_built_index_comes_back() -> None:
    for index in (library_index(), build([], [])):
        arrays = arrays_of(index)
        back = unpack(pack(arrays))
        assert list(back) == list(arrays)
        assert all(np.array_equal(array, arrays[name]) for name, array in back.items())


@given(FAMILIES, st.integers(0, 99))
def test_packing_is_the_same_each_time_and_leaves_what_it_is_given_alone(families: list[Nodes], seed: int) -> None:
    arrays = index_of(families, seed=seed)
    for array in arrays.values():
        array.setflags(write=False)
    one, other = pack(arrays), pack(arrays)
    same(one, other)
    same(one, pack(unpack(one)))
    for array in one.values():
        array.setflags(write=False)
    same(arrays, unpack(one))


def bits_of(nodes: list[Forms]) -> tuple[list[list[int]], list[int]]:
    """The slow, obvious twin: the tokens that a node ever had, and a bit of each for each of its forms."""
    unions = [sorted(frozenset().union(*forms)) for forms in nodes]
    return unions, [
        int(token in form) for forms, of in zip(nodes, unions, strict=True) for form in forms for token in of
    ]


@given(FAMILIES)
def test_forms_are_bits_over_all_that_their_class_ever_had(families: list[Nodes]) -> None:
    packed = pack(index_of(families))
    unions, bits = bits_of([forms for of in families for _, forms in of])
    assert packed["union_sizes"].tolist() == [len(union) for union in unions]
    gaps = [item - before for union in unions for before, item in zip([0, *union], union, strict=False)]
    assert packed["union"].tolist() == gaps
    assert np.unpackbits(packed["bits"], count=len(bits)).tolist() == bits
    assert len(packed["bits"]) == -(-len(bits) // 8)
    assert packed["forms"].tolist() == [len(forms) for of in families for _, forms in of]


def test_a_known_class_is_packed_as_worked_out_by_hand() -> None:
    packed = pack(index_of(CLASSES, {*range(100, 110), LARGEST - 1, LARGEST}))
    assert packed["families"].tolist() == [2, 1]
    assert packed["forms"].tolist() == [3, 1, 2]
    assert packed["union_sizes"].tolist() == [5, 0, 5]
    assert packed["union"].tolist() == [1, 1, 1, 1, 5, 0, 1, 1, 1, 8]
    first, second = "11100 11110 01001", "01110 10001"
    assert "".join(f"{byte:08b}" for byte in packed["bits"]) == f"{first}{second}".replace(" ", "").ljust(32, "0")
    assert packed["token"].tolist() == [100, *[1] * 9, LARGEST - 1 - 109, 1]
    assert bytes(packed["names"]) == b"Lorg/One;Lorg/Two;Lnet/Three;"
    assert packed["name_sizes"].tolist() == [9, 9, 11]


def test_another_form_of_a_class_costs_a_bit_for_each_token() -> None:
    forms = [frozenset(range(12)) - {at % 12} for at in range(80)]
    one, many = (pack(index_of([[("Lorg/One;", forms[:count])]])) for count in (2, 80))
    assert many["union"].tolist() == one["union"].tolist()
    assert (len(one["bits"]), len(many["bits"])) == (3, 120)


@pytest.mark.parametrize("empty", [0, 1, 2])
def test_families_and_classes_without_anything_stay_where_they_are(empty: int) -> None:
    families = [list(nodes) for nodes in [*CLASSES, CLASSES[0]]]
    families[empty] = [("", []), ("Lorg/Gone;", [])]
    arrays = index_of(families)
    same(arrays, unpack(pack(arrays)))
    families[empty] = []
    arrays = index_of(families)
    same(arrays, unpack(pack(arrays)))


def test_tokens_at_both_ends_of_their_range_come_back() -> None:
    arrays = index_of(CLASSES, {0, 1, 1 << 63, (1 << 63) - 1, LARGEST, LARGEST - 1, *range(9, 15)})
    assert unpack(pack(arrays))["token"].tolist() == arrays["token"].tolist()


@given(st.lists(st.sets(st.integers(0, (1 << 31) - 1), max_size=6), max_size=8))
def test_differences_start_anew_in_each_row(rows: list[set[int]]) -> None:
    start, items = table([sorted(row) for row in rows])
    gaps = packing._gaps(start, items)
    slow = [item - before for row in rows for before, item in zip([0, *sorted(row)], sorted(row), strict=False)]
    assert gaps.tolist() == slow
    assert packing._ungaps(start.astype(np.int64), gaps).tolist() == items.tolist()
    back = Csr(start, packing._ungaps(start.astype(np.int64), gaps).astype(np.int32))
    assert [set(back.row(at).tolist()) for at in range(len(rows))] == rows


@given(st.lists(st.integers(0, 5), max_size=8))
def test_numbers_are_spread_as_often_as_they_count(counts: list[int]) -> None:
    spread = packing._spread("families", np.array(counts, np.uint32), sum(counts))
    assert spread.tolist() == [at for at, count in enumerate(counts) for _ in range(count)]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("families", "families"),
        ("shared", "families"),
        ("forms", "forms"),
        ("size", "forms"),
        ("union_sizes", "forms"),
        ("union", "union"),
        ("bits", "bits"),
        ("graph", "graph"),
        ("graph_sizes", "graph"),
        ("of", "of"),
        ("of_sizes", "of"),
        ("names", "names"),
        ("name_sizes", "names"),
    ],
)
@pytest.mark.parametrize("change", ["cut", "longer", "none"])
def test_a_part_of_another_length_is_refused_by_name(part: str, said: str, change: str) -> None:
    packed = pack(index_of(CLASSES))
    array = packed[part]
    last = array[array > 0][-1:] if len(array) else array
    packed[part] = {
        "cut": array[: len(array) - 1 - int(np.argmax(array[::-1] > 0))],
        "longer": np.append(array, last),
        "none": array[:0],
    }[change].astype(array.dtype)
    with pytest.raises(KnowledgeError, match=rf"its part '{said}' does not fit") as refused:
        unpack(packed)
    assert "build it again" in refused.value.advice


def test_counts_that_are_right_only_after_they_overflow_are_refused() -> None:
    for part in ("families", "forms", "union_sizes", "graph_sizes", "of_sizes", "name_sizes"):
        packed = pack(index_of(CLASSES))
        wrapped = packed[part].copy()
        wrapped[0], wrapped[-1] = (1 << 32) - 1, int(wrapped[0]) + int(wrapped[-1]) + 1
        assert int(wrapped.sum(dtype=np.uint32)) == int(packed[part].sum())
        packed[part] = wrapped
        with pytest.raises(KnowledgeError, match="does not fit"):
            unpack(packed)


def test_classes_and_their_forms_must_be_as_many() -> None:
    """Each part fits for itself, but one class more has forms than has a family."""
    packed = pack(index_of(CLASSES))
    packed["forms"] = np.append(packed["forms"], np.uint32(0))
    with pytest.raises(KnowledgeError, match="'forms'"):
        unpack(packed)
    packed["union_sizes"] = np.append(packed["union_sizes"], np.uint32(0))
    with pytest.raises(KnowledgeError, match="'forms'"):
        unpack(packed)


@pytest.mark.parametrize("gap", [12, 1 << 20, (1 << 32) - 1])
def test_a_class_that_has_a_token_which_is_not_there_is_refused(gap: int) -> None:
    packed = pack(index_of(CLASSES))
    for at in range(len(packed["union"])):
        packed["union"] = pack(index_of(CLASSES))["union"]
        packed["union"][at] = gap
        with pytest.raises(KnowledgeError, match="'union'"):
            unpack(packed)
    with pytest.raises(KnowledgeError, match="'union'"):
        unpack(pack(index_of(CLASSES)) | {"token": packed["token"][:-1]})
    with pytest.raises(KnowledgeError, match="'union'"):
        unpack(pack(index_of(CLASSES)) | {"token": np.empty(0, np.uint64)})


def test_bits_that_are_not_counted_change_nothing() -> None:
    packed = pack(index_of(CLASSES))
    packed["bits"] = packed["bits"].copy()
    packed["bits"][-1] |= 0x7F  # of 32 bits, 25 say something
    same(index_of(CLASSES), unpack(packed))


@given(st.data())
def test_hostile_numbers_are_refused_or_give_arrays_that_fit(data: st.DataObject) -> None:
    packed = pack(index_of(CLASSES))
    for _ in range(data.draw(st.integers(1, 3))):
        part = data.draw(st.sampled_from(sorted(packed)))
        array = packed[part].copy()
        most = np.iinfo(array.dtype)
        if len(array):
            at = data.draw(st.integers(0, len(array) - 1))
            array[at] = data.draw(st.sampled_from([0, 1, 2, most.max, most.min]))
        packed[part] = array[: data.draw(st.sampled_from([len(array), len(array), len(array) // 2]))]
    refused = None
    try:
        back = unpack(packed)
    except KnowledgeError as error:
        refused = error
    if refused:
        assert refused.advice == packing.FORM.again
        return
    nodes, forms, tokens = len(back["shared"]), len(back["size"]), len(back["token"])
    assert len(back["node_family"]) == nodes
    assert len(back["node"]) == forms == len(back["start"]) - 1
    assert all(0 <= node < nodes for node in back["node"].tolist())
    assert all(0 <= row < tokens for row in back["rows"].tolist())
    assert len(back["in_nodes"]) == len(back["in_families"]) == tokens == len(back["posting_start"]) - 1
    assert len(back["posting_items"]) == len(back["rows"]) == back["start"][-1]


def test_the_error_says_which_part_and_what_to_do() -> None:
    error = misfit("bits")
    assert str(error).startswith("the index is damaged: its part 'bits' does not fit the others")
    assert error.advice == packing.FORM.again
