"""Two apps class by class: what is nobody else's is paired, whatever its names; libraries are left out of both."""

from dataclasses import replace

import numpy as np
import pytest

from affidavit.identity.code import own_pairs
from affidavit.identity.code.beside import Room
from affidavit.identity.code.declared import Declared
from affidavit.identity.code.own_pairs import facts_of_pairs, laid, likened, taken
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.stage import Code, Identified
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.model.beside import FileBeside
from affidavit.model.errors import BudgetError
from tests.builders.dex import Class, Method
from tests.builders.known_code import code_class, compared_by_hand, dex_of, library_index, program_of

FILE = FileBeside("b.apk", "cd" * 32, 7, 9)


def app(names: str, numbers, foreign=()) -> Identified:
    """An app of classes that call each other in a ring; `names` has a place for the number."""
    called = [names.format(number) for number in numbers]
    classes = [code_class(names.format(number), number, called[at - 1]) for at, number in enumerate(numbers)]
    return read(classes, foreign)


def read(classes: list[Class], foreign=()) -> Identified:
    """An app of some classes, of which those named are a library's."""
    program = program_of(dex_of(classes))
    declared = Declared(Vocabulary(program))
    signatures = of_program(program, declared)
    return Identified(
        read=Code(program, signatures, declared), own=np.array([name not in foreign for name in signatures.names], bool)
    )


def test_classes_of_one_source_are_paired_whatever_both_apps_call_them():
    first, second = app("La/q{};", range(1, 9)), app("Lz/r{};", range(1, 9))
    found = likened(first, second, None)
    pairs = {fact.what.app_class: fact.what.library_class for fact in facts_of_pairs(found)}
    assert pairs == {f"La/q{number};": f"Lz/r{number};" for number in range(1, 9)}
    assert (found.own.first, found.own.second, found.own.paired, found.own.kept) == (8, 8, 8, 0)
    assert found.own.first_units == found.own.paired_units > 0


def test_apps_that_have_nothing_in_common_give_no_pairs():
    first, second = app("La/q{};", range(1, 9)), app("La/q{};", range(101, 109))
    found = likened(first, second, None)
    assert (found.own.decision, found.own.paired, found.found) == ("not-shown", 0, None)
    assert list(facts_of_pairs(found)) == []
    beside = laid(found, first, second, FILE, Room())
    assert (beside.pairs, beside.own) == ((), found.own)


def test_code_of_libraries_is_left_out_of_both_apps():
    first = app("La/q{};", range(1, 13), foreign=["La/q3;"])
    second = app("Lz/r{};", range(1, 13), foreign=["Lz/r5;"])
    found = likened(first, second, None)
    assert (found.own.first, found.own.second) == (11, 11)
    named = {(fact.what.app_class, fact.what.library_class) for fact in facts_of_pairs(found)}
    assert not {one for one, _ in named} & {"La/q3;", "La/q5;"}
    assert named == {(f"La/q{number};", f"Lz/r{number};") for number in range(1, 13) if number not in (3, 5)}


@pytest.mark.parametrize("empty", ["first", "second", "unread"])
def test_nothing_is_said_where_one_of_them_has_no_own_code(empty):
    full = app("La/q{};", range(1, 5))
    none = app("La/q{};", range(1, 5), foreign=full.read.app.names)
    pair = {"first": (none, full), "second": (full, none), "unread": (full, Identified())}[empty]
    assert likened(*pair, None) is None


def test_how_rare_things_are_is_counted_over_known_code_and_not_over_the_other_app():
    first, second = app("La/q{};", range(1, 9)), app("Lz/r{};", range(1, 9))

    def families(known) -> dict[str, int]:
        facts = facts_of_pairs(likened(first, second, known))
        return {token.text: token.families for fact in facts for token in fact.what.tokens if token.form == "string"}

    assert set(families(None).values()) == {0}
    counted = families(library_index())
    assert (counted["speaks of 1"], counted["speaks of 4"], counted["speaks of 8"]) == (1, 2, 0)


def test_pairs_stand_side_by_side_under_the_names_of_the_second_app(monkeypatch):
    monkeypatch.setattr(own_pairs, "LAID", 3)
    first, second = app("La/q{};", range(1, 9)), app("Lz/r{};", range(1, 9))
    found = likened(first, second, None)
    beside = laid(found, first, second, FILE, Room())
    assert ([pair.rank for pair in beside.pairs], beside.left) == ([1, 2, 3], 5)
    for pair in beside.pairs:
        assert (pair.alike, pair.app_only, pair.library_only) == (0, 0, 0)
        assert any("Lz/r" in line.app for method in pair.methods for line in method.lines)


def test_a_library_that_both_carry_under_other_names_is_no_difference():
    ours = compared_by_hand()
    read = Code(ours.program, ours.app, Declared(Vocabulary(ours.program)))
    known = Identified(compared=ours, read=read, own=np.ones(len(ours.app), bool))
    assert own_pairs._of_libraries(known, known) == {f"La/{letter};": f"La/{letter};" for letter in "ABCD"}
    assert own_pairs._of_libraries(known, Identified()) == {}


def plain(names: str) -> Identified:
    """An app of classes as a tool writes them: members by the dozen, nothing that could be read."""
    numbers = range(1, 13)
    called = [names.format(number) for number in numbers]
    classes = [
        Class(
            names.format(number),
            interfaces=["Ljava/lang/Runnable;"],
            methods=[
                Method("run", "()V", [("invoke-static", [], f"{called[number - 2]}->m0()V"), ("return-void",)]),
                *(Method(f"m{row}", f"({'I' * row}{'J' * number}B)V", [("return-void",)]) for row in range(1, 13)),
                Method("m0", "()V", [("return-void",)], 0x9),
            ],
        )
        for number in numbers
    ]
    return read(classes)


def test_classes_that_have_shape_alone_in_common_show_nothing(monkeypatch):
    first, second = plain("La/q{};"), plain("Lz/r{};")
    found = likened(first, second, None)
    assert found.own.decision != "found"
    related = likened(app("La/q{};", range(1, 9)), app("Lz/r{};", range(1, 9)), None)
    sure = replace(related.found, decision="found")
    assert own_pairs._decided(related.compared, sure) == "found"
    assert own_pairs._decided(related.compared, replace(sure, pairs=sure.pairs[:1])) == "too-little", "one alone"
    monkeypatch.setattr(own_pairs, "ENOUGH", 1_000)
    assert own_pairs._decided(related.compared, sure) == "too-little"


def test_whoever_waits_can_stop_it():
    def check() -> None:
        raise BudgetError("no time is left", advice="give more")

    first, second = app("La/q{};", range(1, 9)), app("Lz/r{};", range(1, 9))
    with pytest.raises(BudgetError):
        laid(likened(first, second, None), first, second, FILE, Room(check=check))


def test_the_same_apps_give_the_same_pairs_whichever_way_round_they_are_asked():
    first, second = app("La/q{};", range(1, 9)), app("Lz/r{};", range(3, 12))
    there = {(fact.what.app_class, fact.what.library_class) for fact in facts_of_pairs(likened(first, second, None))}
    back = {(fact.what.library_class, fact.what.app_class) for fact in facts_of_pairs(likened(second, first, None))}
    assert there == back == {(f"La/q{number};", f"Lz/r{number};") for number in range(3, 9)}


def test_some_classes_alone_have_their_tokens_and_name_each_other_only():
    whole = app("La/q{};", range(1, 9)).read.app
    rows = np.array([0, 2, 3, 7])
    some = taken(whole, rows)
    assert some.names == tuple(whole.names[row] for row in rows)
    for at, row in enumerate(rows.tolist()):
        assert some.of(at).tolist() == whole.of(row).tolist()
        named = [whole.names[head] for head in whole.graph.row(row).tolist()]
        assert [some.names[head] for head in some.graph.row(at).tolist()] == [
            name for name in named if name in some.names
        ]
    nothing = taken(whole, np.empty(0, np.int64))
    assert (len(nothing), nothing.start.tolist(), nothing.graph.start.tolist()) == (0, [0], [0])
