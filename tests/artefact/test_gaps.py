"""Limitations with a place: alike ones are counted, different ones are bounded, none is lost."""

from affidavit.artefact.gaps import SINGLE, Gaps
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place


def collected(*items: tuple[str, str, int]) -> list[Limitation]:
    limitations: list[Limitation] = []
    gaps = Gaps(limitations)
    for kind, detail, offset in items:
        gaps.add(kind, detail, Place("e", offset))
    return limitations


def test_alike_limitations_are_counted_at_the_first_place():
    assert collected(("k", "d", 1), ("k", "d", 2), ("k", "e", 3)) == [
        Limitation("k", "d", Place("e", 1), 2),
        Limitation("k", "e", Place("e", 3)),
    ]


def test_different_details_are_bounded_and_still_counted():
    found = collected(*(("k", f"detail {index}", index) for index in range(500)), ("other", "d", 0))
    assert len(found) == SINGLE + 1
    assert sum(item.count for item in found) == 501


def test_others_may_append_in_the_meantime():
    limitations: list[Limitation] = []
    gaps = Gaps(limitations)
    gaps.add("k", "d", Place("e"))
    limitations.append(Limitation("x", "y"))
    gaps.add("k", "d", Place("e"))
    assert [item.count for item in limitations] == [2, 1]
