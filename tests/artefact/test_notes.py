"""Limitations stay few, whatever the file does."""

from affidavit.artefact.notes import SINGLE, Notes
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place


def test_one_is_listed_with_its_place():
    limitations: list[Limitation] = []
    Notes(limitations).add("container/x", "why", "a.dex")
    assert limitations == [Limitation("container/x", "why", Place("a.dex"))]


def test_the_same_statement_is_made_once():
    limitations: list[Limitation] = []
    notes = Notes(limitations)
    for _ in range(100):
        notes.add("container/x", "why", "a.dex")
    assert len(limitations) == 1


def test_alike_ones_are_folded_per_kind_and_counted():
    limitations: list[Limitation] = []
    notes = Notes(limitations)
    for number in range(1000):
        notes.add("container/x", "why", str(number))
        notes.add("container/y", "why", str(number))
    assert len(limitations) == 2 * (SINGLE + 1)
    assert sum(item.count for item in limitations if item.kind == "container/x") == 1000
    assert [item.place for item in limitations if item.count > 1] == [None, None]


def test_folding_leaves_what_others_added_alone():
    limitations: list[Limitation] = []
    notes = Notes(limitations)
    for number in range(SINGLE + 5):
        notes.add("container/x", "why", str(number))
        limitations.append(Limitation("code/other", str(number)))
    assert sum(item.kind == "code/other" for item in limitations) == SINGLE + 5
    assert sum(item.count for item in limitations if item.kind == "container/x") == SINGLE + 5


def test_details_are_bounded():
    limitations: list[Limitation] = []
    Notes(limitations).add("container/x", "n" * 70_000)
    assert len(limitations[0].detail) < 1_100
