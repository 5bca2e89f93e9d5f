"""Folding with memory gives what folding gives, whatever was asked before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.dates import FOREVER
from affidavit.law.fold import View, fold
from affidavit.law.folds import Folds
from affidavit.law.register import register

PATHS = sorted(register().paths)
MOMENTS = sorted({step.public for path in register().paths.values() for step in path.steps})
AROUND = st.builds(lambda moment, shift: moment + shift, st.sampled_from(MOMENTS), st.sampled_from([-1, 0, 1, 43_200]))
LEGAL = st.one_of(
    AROUND,
    st.sampled_from(
        sorted(
            {
                bound + shift
                for path in register().paths.values()
                for step in path.steps
                for bound in (step.first, step.last)
                for shift in (-1, 0, 1)
                if 0 < bound < FOREVER
            }
        )
    ),
)
KNOWN = st.one_of(AROUND, st.just(FOREVER))
REMEMBERING = Folds()
"""One memory for all examples, so that each is answered after many others."""


@given(st.sampled_from(PATHS), LEGAL, KNOWN, KNOWN, st.sampled_from(sorted(register().apps)))
def test_the_memory_gives_what_folding_gives(name: str, on: int, known: int, recorded: int, app: str):
    path, view = register().paths[name], View(on, known, recorded, app)
    assert REMEMBERING.fold(path, view) == fold(path, view)


@given(LEGAL, st.sampled_from(["wx-e2", "tt-e5", "pa-3", "tt-eo-2"]))
def test_what_is_left_out_is_not_remembered(on: int, event: str):
    folds = Folds()
    for name in ("wx-1", "tt-1", "paf-1"):
        path = register().paths[name]
        whole, less = View(on, FOREVER, FOREVER, "tiktok"), View(on, FOREVER, FOREVER, "tiktok", frozenset([event]))
        assert folds.fold(path, less) == fold(path, less)
        assert folds.fold(path, whole) == fold(path, whole)


@pytest.mark.parametrize("name", ["wx-1", "tt-1", "paf-1", "cfius/s2a"])
def test_every_second_around_each_change_is_told_apart(name: str):
    path, folds = register().paths[name], Folds()
    for step in path.steps:
        for bound in {step.first, step.last, step.public} - {FOREVER}:
            for on in range(bound - 2, bound + 3):
                view = View(on, FOREVER, FOREVER, "tiktok")
                assert folds.fold(path, view) == fold(path, view)
