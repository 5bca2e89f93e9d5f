"""Families of known code and what leads to them: the grade, the shortest way, and how many classes can run."""

from dataclasses import replace

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.findings.constituents import TRIED, raised
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.signatures import of_program
from affidavit.model.code_identity import ClassPair, CodeIdentity
from affidavit.model.finding import Grade
from affidavit.model.flow import Call, Entry
from affidavit.model.identity import Package
from affidavit.model.place import Place
from tests.builders.dex import Class, Method
from tests.builders.known_code import app_dex, compared_by_hand, dex_of, library_index, matched_by_hand

ENTRY = Entry("activity", "Lorg/example/app/Main;", "onCreate(Landroid/os/Bundle;)V")


class Reach:
    """Leads to the methods of some classes, in as many links as given; remembers what it was asked."""

    entries = 3

    def __init__(self, program, links, names=()):
        self.links, self.asked = links, []
        self.methods = np.concatenate([self._of(unit, links, names) for unit in program.units])

    @staticmethod
    def _of(unit, links, names):
        rows = range(len(unit.def_method))
        classes = [unit.class_name(int(unit.def_class[row])) for row in rows]
        named = [unit.method_parts(int(unit.def_method[row]))[1] for row in rows]
        return np.array([a in links and (not names or b in names) for a, b in zip(classes, named, strict=True)], bool)

    def chain(self, place):
        self.asked.append(place)
        count = self.links.get(place.class_, -1)
        return None if count < 0 else (ENTRY, (*[Call(Place("x"), "call")] * count, Call(place, "target")))


def family(one, reach):
    (found,) = (fact.what for fact in raised(facts_of(one), one, reach) if isinstance(fact.what, CodeIdentity))
    return found


def test_a_family_that_nothing_leads_to_stays_as_it_is():
    one = compared_by_hand()
    facts = list(facts_of(one))
    assert raised(facts, one, Reach(one.program, {})) == facts


def test_the_shortest_of_the_ways_is_shown_and_the_classes_that_run_are_counted():
    one = compared_by_hand()
    found = family(one, Reach(one.program, {"La/A;": 4, "La/C;": 1, "La/D;": 2, "Lorg/example/app/Main;": 0}))
    assert (found.grade, found.entry, found.reached) == (Grade.REACHABLE, ENTRY, 3)
    assert len(found.chain) == 2
    assert found.chain[-1].place.class_ == "La/C;"


def test_of_ways_of_one_length_the_first_in_the_bytes_is_taken():
    one = compared_by_hand()
    links = {f"La/{letter};": 2 for letter in "ABCD"}
    chosen = family(one, Reach(one.program, links)).chain[-1].place
    turned = replace(one.matched.families[0], pairs=one.matched.families[0].pairs[::-1])
    other = replace(one, matched=replace(one.matched, families=(turned,)))
    assert family(other, Reach(one.program, links)).chain[-1].place == chosen


def test_only_methods_that_run_are_asked_for_and_a_way_begins_at_the_first_instruction():
    one = compared_by_hand()
    reach = Reach(one.program, {"La/B;": 0}, names=("run",))
    place = family(one, reach).chain[-1].place
    assert reach.asked == [place]
    assert (place.class_, place.method, place.pc, place.entry) == ("La/B;", "run()V", 0, "classes.dex")


def test_a_mask_without_a_way_raises_nothing():
    one = compared_by_hand()
    assert family(one, Reach(one.program, {"La/A;": -1})).grade is Grade.PRESENT


def test_code_that_lies_inside_classes_of_others_does_not_raise_a_family():
    one = compared_by_hand()
    match = one.matched.families[0]
    inside = replace(match, pairs=tuple(replace(pair, inlined=True) for pair in match.pairs))
    other = replace(one, matched=replace(one.matched, families=(inside,)))
    assert family(other, Reach(one.program, {"La/A;": 0})).grade is Grade.PRESENT


def test_a_class_that_is_paired_twice_is_counted_once():
    one = compared_by_hand()
    match = one.matched.families[0]
    twice = replace(one, matched=replace(one.matched, families=(replace(match, pairs=match.pairs * 2),)))
    assert family(twice, Reach(one.program, {"La/A;": 0, "La/B;": 0})).reached == 2


def test_facts_about_anything_else_and_other_families_are_left_alone():
    one = compared_by_hand()
    other = CodeIdentity("common-base", "found", "shrunk", 1, 1, 1)
    facts = [*facts_of(one), *(make_fact(what, Place("a"), "t/1") for what in (Package("p"), other))]
    made = raised(iter(facts), one, Reach(one.program, {"La/A;": 0}))
    changed = [(a, b) for a, b in zip(facts, made, strict=True) if a != b]
    assert [(a.what.family, b.place, b.extractor) for a, b in changed] == [
        ("wechat-opensdk", changed[0][0].place, changed[0][0].extractor)
    ]
    assert changed[0][0].id != changed[0][1].id
    assert sum(isinstance(fact.what, ClassPair) for fact in made) == 4


@pytest.mark.parametrize("first", [False, True])
def test_classes_in_a_second_dex_file_are_told_from_those_in_the_first(first):
    """Masks run over all units: what comes before must not move them."""
    extra = dex_of([Class(f"Lextra/{n};", methods=[Method("go", "()V", [("return-void",)], 0x9)]) for n in "XYZ"])
    parts = [app_dex(), extra] if first else [extra, app_dex()]
    units = [dex for number, data in enumerate(parts) for dex in read_dexes(f"classes{number}.dex", data)]
    program, index = Program(units), library_index()
    app = of_program(program)
    one = Compared(program, app, index, ("ab" * 32,), matched_by_hand(app, index))
    found = family(one, Reach(program, {"La/D;": 0}))
    assert (found.reached, found.chain[-1].place.class_) == (1, "La/D;")
    assert found.chain[-1].place.entry == ("classes0.dex" if first else "classes1.dex")
    assert family(one, Reach(program, {"Lextra/X;": 0, "Lextra/Y;": 0})).grade is Grade.PRESENT


def test_ways_are_looked_for_in_a_bounded_number_of_classes_and_all_that_run_are_counted():
    names = [f"La/{letter};" for letter in "ABCD"] + [f"Lmore/C{number:02};" for number in range(30)]
    more = [Class(name, methods=[Method(f"m{n}", "()V", [("return-void",)], 0x9) for n in range(9)]) for name in names]
    program, index = Program(read_dexes("classes.dex", dex_of(more))), library_index()
    app = of_program(program)
    made = matched_by_hand(app, index)
    pairs = tuple(replace(made.families[0].pairs[0], app=app.names.index(name)) for name in names)
    matched = replace(made, families=(replace(made.families[0], pairs=pairs),))
    one = Compared(program, app, index, ("ab" * 32,), matched)
    reach = Reach(program, dict.fromkeys(names, 0))
    assert family(one, reach).reached == len(names)
    assert len(reach.asked) == 4 * TRIED
