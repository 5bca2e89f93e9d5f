"""References are read into tokens, texts, calls and edges as a plain loop reads them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.unit import RefKind
from affidavit.identity.kernels import naming
from tests.identity.kernels.uncompiled import uncompiled

SIZE = 3
"""Items of each index space."""
BASE = np.array([0, SIZE, 2 * SIZE, 3 * SIZE, -1, -1, -1], np.int64)
REFS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(RefKind), st.integers(-1, SIZE - 1)), max_size=20)
TABLE = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 2)), min_size=4 * SIZE, max_size=4 * SIZE)


def collected(refs: list, table: list, kernel=naming) -> list[list[tuple]]:
    """Texts, tokens, calls and edges. Methods 0 and 1 are of classes 0 and 1; that of method 2 is not in use."""
    owner, kind, target = (np.array([ref[at] for ref in sorted(refs)]) for at in range(3))
    made, own = np.array([one for one, _ in table], np.uint64), np.array([one for _, one in table], np.int64)
    columns = [np.zeros(len(refs), dtype) for dtype in "qQqQqqq"]
    refs_ = owner.astype(np.int32), kind.astype(np.uint8), target.astype(np.int32), BASE
    counts = kernel.collect(*refs_, made, *columns[:5])
    counts += (kernel.edges(*refs_, own, np.array([0, 1, -1]), *columns[5:]),)
    groups = columns[:2], columns[2:4], columns[4:5], columns[5:]
    return [
        list(zip(*(column[:count].tolist() for column in group), strict=True))
        for group, count in zip(groups, counts, strict=True)
    ]


def slowly(refs: list, table: list) -> list[list[tuple]]:
    found: list[list[tuple]] = [[], [], [], []]
    for row, (owner, kind, target) in enumerate(sorted(refs)):
        if target < 0 or kind > RefKind.METHOD:
            continue
        made, named = table[int(BASE[kind]) + target]
        if made:
            found[kind != RefKind.STRING].append((owner, made))
            found[2] += [(row,)] if kind == RefKind.METHOD else []
        class_ = owner if owner < 2 else -1
        if -1 not in {class_, named} and class_ != named and found[3][-1:] != [(class_, named)]:
            found[3].append((class_, named))
    return found


@settings(max_examples=60, deadline=None)
@given(REFS, TABLE)
def test_a_plain_loop_agrees(refs: list, table: list):
    assert collected(refs, table) == slowly(refs, table)
    assert collected(refs, table, uncompiled("naming")) == slowly(refs, table)


@settings(max_examples=30, deadline=None)
@given(REFS)
def test_what_is_named_is_marked(refs: list):
    kind, target = np.array([ref[1] for ref in refs], np.uint8), np.array([ref[2] for ref in refs], np.int32)
    wanted = {int(BASE[kind]) + target for _, kind, target in refs if target >= 0 and BASE[kind] >= 0}
    for kernel in (naming, uncompiled("naming")):
        used = np.zeros(4 * SIZE, np.uint8)
        kernel.mark(kind, target, BASE, used)
        assert set(np.flatnonzero(used).tolist()) == wanted


def test_a_target_beyond_its_space_is_refused():
    with pytest.raises(IndexError):
        naming.mark(np.array([3], np.uint8), np.array([SIZE], np.int32), BASE, np.zeros(4 * SIZE, np.uint8))
    with pytest.raises(IndexError):
        collected([(0, RefKind.METHOD, SIZE)], [(1, -1)] * (4 * SIZE))
    with pytest.raises(IndexError):
        collected([(3, RefKind.TYPE, 0)], [(1, 1)] * (4 * SIZE))
