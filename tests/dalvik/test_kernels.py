"""The compiled kernels do what their own source does when it runs as plain Python."""

import importlib.util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik import dex
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.kernels import code, grouping, tables
from affidavit.dalvik.opcodes import sweep_table
from tests.dalvik.material import real, rich

COMPILED = (code, grouping, tables)


def uncompiled(module: ModuleType) -> ModuleType:
    """The same kernel from its source."""
    source = Path(str(module.__file__)).parent / f"{module.__name__.rpartition('.')[2]}.py"
    spec = importlib.util.spec_from_file_location(f"uncompiled_{source.stem}", source)
    assert spec is not None
    assert spec.loader is not None
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    return plain


PLAIN = {module.__name__: uncompiled(module) for module in COMPILED}


def both(module: ModuleType, name: str, *arguments: Any) -> tuple[Any, list[Any], Any, list[Any]]:
    """Result and arguments after the call, compiled and plain; plain code sees Python's own ints."""
    fast = [np.copy(item) if isinstance(item, np.ndarray) else item for item in arguments]
    slow = [np.copy(item) if isinstance(item, np.ndarray) else item for item in arguments]
    views = [
        (item.data if item.ndim == 1 else item.astype(object)) if isinstance(item, np.ndarray) else item
        for item in slow
    ]
    quick = getattr(module, name)(*fast)
    plain = getattr(PLAIN[module.__name__], name)(*views)
    after = [
        view.astype(np.int64) if isinstance(view, np.ndarray) else item for view, item in zip(views, slow, strict=True)
    ]
    return quick, fast, plain, after


def agree(module: ModuleType, name: str, *arguments: Any, valid: int | None = None) -> tuple[Any, list[Any]]:
    """Call both; assert that they agree; give the compiled one's result and arguments."""
    quick, fast, plain, slow = both(module, name, *arguments)
    assert quick == plain
    for one, other in zip(fast, slow, strict=True):
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other), name
    return quick, fast


def agree_on(data: bytes) -> None:
    """Run every kernel on a file both ways."""
    view = memoryview(data)
    header = dex.logical_headers("x", view)[0]
    reader = dex._Reader("x", view, header)
    offsets = reader.table("string_ids", np.dtype("<u4")).astype(np.uint32)
    order = np.argsort(offsets, kind="stable")
    zeros = np.zeros(len(offsets), np.int64)
    agree(tables, "scan_strings", view, offsets, order, zeros, zeros)
    params = np.ascontiguousarray(reader.table("proto_ids", dex._PROTO)["params"])
    starts = np.zeros(len(params) + 1, np.int32)
    _, out = agree(tables, "read_type_lists", view, params, 40, starts, np.empty(0, np.int32))
    agree(tables, "read_type_lists", view, params, 40, starts, np.zeros(int(out[3][-1]), np.int32))
    classes = reader.table("class_defs", dex._CLASS)
    data_off = np.ascontiguousarray(classes["data"])
    _, out = agree(tables, "count_members", view, data_off, np.zeros(2, np.int64))
    sizes = [min(int(total), 500) for total in out[2]]
    room = [np.zeros((size, 4), np.int64) for size in sizes]
    limits = np.array([20, 20], np.int64)
    _, out = agree(tables, "read_members", view, data_off, limits, *room, np.zeros(4, np.int64))
    values = np.ascontiguousarray(classes["values"])
    agree(tables, "read_static_strings", view, values, len(offsets), np.zeros((50, 4), np.int64))
    agree_on_code(view, out[4][:, 3].astype(np.uint32))


def agree_on_code(view: memoryview, offsets: np.ndarray) -> None:
    empty = np.zeros(len(offsets), np.uint32)
    _, out = agree(code, "measure_code", view, offsets, 20_000, empty, empty, np.zeros(4, np.int64))
    first, units = out[3], out[4]
    room = int(units.sum()) // 2
    columns = [np.zeros(room, kind) for kind in (np.int32, np.uint32, np.uint8, np.uint8, np.int32)]
    limits = np.array([30, 20, 10, 20, 1, 1, 10], np.int64)
    _, out = agree(code, "sweep", view, first, units, *sweep_table(), limits, *columns, np.zeros(6, np.int64))
    starts = np.zeros(31, np.int32)
    total, _ = agree(grouping, "group_rows", out[10], out[9], 0, starts, np.empty(0, np.int32))
    counted = np.zeros(31, np.int32)
    grouping.group_rows(out[10], out[9], 0, counted, np.empty(0, np.int32))
    agree(grouping, "group_rows", out[10], out[9], 0, counted, np.zeros(total, np.int32))


def test_the_kernels_are_compiled():
    for module in COMPILED:
        assert str(module.__file__).endswith(tuple(EXTENSION_SUFFIXES)), "run `make build`"


def test_they_agree_on_a_valid_file():
    agree_on(rich().build())


@pytest.mark.corpus
def test_they_agree_on_a_real_file(corpus):
    smallest = min((data for _, data in real(corpus)), key=len)
    agree_on(smallest)


WHOLE = rich().build()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0x20, len(WHOLE) - 1), st.integers(0, 255)), max_size=12))
def test_they_agree_on_lies(changes: list[tuple[int, int]]):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    agree_on(bytes(data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(0, 220), max_size=20))
def test_strings_agree_on_any_bytes(data: bytes, offsets: list[int]):
    array = np.array(offsets, np.uint32)
    zeros = np.zeros(len(array), np.int64)
    order = np.argsort(array, kind="stable")
    bad, out = agree(tables, "scan_strings", memoryview(data), array, order, zeros, zeros)
    begins, ends = out[3], out[4]
    assert bad >= sum(offset >= len(data) for offset in offsets)
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        assert 0 <= begin <= end <= len(data)
        assert begin == 0 or data[begin : end + 1].find(0) == end - begin
    assert sum(ends - begins) <= len(data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 0xFFFF), max_size=60), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_the_sweep_agrees_on_any_code(units: list[int], cuts: list[int]):
    data = np.array(units, "<u2").tobytes()
    first = np.array(cuts, np.uint32) * 0
    lengths = np.array([min(cut, len(units)) for cut in cuts], np.uint32)
    room = int(lengths.sum()) // 2
    columns = [np.zeros(room, kind) for kind in (np.int32, np.uint32, np.uint8, np.uint8, np.int32)]
    limits = np.full(7, 0x8000, np.int64)
    _, out = agree(
        code, "sweep", memoryview(data), first, lengths, *sweep_table(), limits, *columns, np.zeros(6, np.int64)
    )
    rows, instructions = out[11][:2].tolist()
    assert rows <= instructions <= lengths.sum()
    assert (out[7][:rows] * 2 == out[6 + 1][:rows] * 2).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 2)), max_size=40), st.integers(0, 2))
def test_grouping_is_a_stable_sort(rows: list[tuple[int, int]], kind: int):
    keys = np.array([key for key, _ in rows], np.int32)
    kinds = np.array([row_kind for _, row_kind in rows], np.uint8)
    starts = np.zeros(11, np.int32)
    total = grouping.group_rows(keys, kinds, kind, starts, np.empty(0, np.int32))
    items = np.empty(total, np.int32)
    if total:
        grouping.group_rows(keys, kinds, kind, starts, items)
    for key in range(10):
        expected = [row for row, (one, other) in enumerate(rows) if (one, other) == (key, kind)]
        assert items[starts[key] : starts[key + 1]].tolist() == expected


def test_bounds_checks_are_on():
    """A caller's mistake is an exception and never a read outside of the array."""
    with pytest.raises(IndexError):
        tables.scan_strings(
            b"\0\0", np.array([0], np.uint32), np.array([5]), np.zeros(1, np.int64), np.zeros(1, np.int64)
        )
    assert read_dex("x", WHOLE).limitations == ()
