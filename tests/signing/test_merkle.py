"""The hash tree: the same as its plain twin makes, and bounded by the budget."""

import hashlib
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.model.errors import BudgetError
from affidavit.signing.merkle import BLOCK, hash_tree, root_of
from tests.oracles import merkle

EDGES = (1, 4095, 4096, 4097, 128 * 4096, 128 * 4096 + 1, 129 * 4096, 300 * 4096 + 17)


def tree_of(data: bytes) -> bytes:
    return hash_tree(memoryview(data), Budget())


@pytest.mark.parametrize("size", EDGES)
def test_the_tree_is_that_of_its_plain_twin(size: int):
    data = bytes(range(251)) * (size // 251 + 1)
    assert tree_of(data[:size]) == merkle.tree(data[:size])
    assert root_of(tree_of(data[:size])) == merkle.root(data[:size])


@given(data=st.binary(min_size=1, max_size=20_000))
@example(data=bytes(4096))
@settings(max_examples=60, deadline=None)
def test_any_data_has_the_tree_of_the_plain_twin(data: bytes):
    assert tree_of(data) == merkle.tree(data)


@given(data=st.binary(min_size=1, max_size=9_000), place=st.integers(0), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_a_changed_bit_changes_the_root(data: bytes, place: int, bit: int):
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    assert root_of(tree_of(bytes(changed))) != root_of(tree_of(data))


def test_one_block_has_a_tree_of_one_level():
    level = hashlib.sha256(bytes(BLOCK)).digest()
    assert tree_of(bytes(100)) == level + bytes(BLOCK - 32)


def test_levels_are_whole_blocks_the_top_one_first():
    tree = tree_of(bytes(130 * BLOCK))
    assert len(tree) == 3 * BLOCK
    assert tree[32:64] == hashlib.sha256(tree[2 * BLOCK :]).digest()


def test_a_used_up_budget_ends_it():
    with pytest.raises(BudgetError):
        hash_tree(memoryview(bytes(10)), Budget(seconds=1, started=time.monotonic() - 2))
