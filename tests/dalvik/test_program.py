"""Units seen together: which definition counts, and what leads out of the app."""

import random

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Unit
from affidavit.model.errors import BudgetError
from tests.builders.dex import Class, DexBuilder, Method
from tests.dalvik.material import dex_files, real
from tests.oracles.resolution import Slow

END = ("return-void",)


def unit_of(name: str, *classes: Class) -> Unit:
    return read_dex(name, DexBuilder(list(classes)).build())


def caller(*methods: str) -> Class:
    """A class that calls these."""
    code = [("invoke-virtual", [0], method) for method in methods]
    return Class("Lcaller;", methods=[Method("call", code=[*code, END])])


def leads(program: Program, method: str) -> str | None:
    """Where a method reference leads, by its smali text; asserts that all units that have it agree."""
    found = set()
    for unit in program.units:
        for row in range(len(unit.method_name)):
            owner, name, proto = unit.method_parts(row)
            if f"{owner}->{name}{proto}" == method:
                out = program.framework_method(unit, row)
                assert out is None or out[1:] == (name, proto)
                found.add(None if out is None else out[0])
    (result,) = found
    return result


def test_a_call_on_a_framework_class_leads_to_it():
    program = Program([unit_of("classes.dex", caller("Ljava/io/File;->delete()Z"))])
    assert leads(program, "Ljava/io/File;->delete()Z") == "Ljava/io/File;"


def test_a_call_on_an_app_class_that_defines_it_stays_inside():
    program = Program([unit_of("classes.dex", Class("La;", methods=[Method("m", code=[END])]), caller("La;->m()V"))])
    assert leads(program, "La;->m()V") is None
    assert leads(program, "Lcaller;->call()V") is None


def test_an_inherited_framework_method_leads_to_the_framework_superclass():
    classes = [Class("La;", "Landroid/app/Activity;"), Class("Lb;", "La;"), Class("Lc;", "Lb;")]
    program = Program([unit_of("classes.dex", *classes, caller("Lc;->startActivity(Landroid/content/Intent;)V"))])
    assert leads(program, "Lc;->startActivity(Landroid/content/Intent;)V") == "Landroid/app/Activity;"


def test_a_method_inherited_from_an_app_class_in_another_dex_stays_inside():
    first = unit_of("classes.dex", Class("Lb;", "La;"), caller("Lb;->m(I)V", "Lb;->m(J)V"))
    second = unit_of("classes2.dex", Class("La;", "Lx/Outside;", methods=[Method("m", "(I)V", code=[END])]))
    program = Program([first, second])
    assert leads(program, "Lb;->m(I)V") is None
    assert leads(program, "Lb;->m(J)V") == "Lx/Outside;"


def test_a_prototype_counts_across_units_although_its_number_differs():
    first = unit_of("classes.dex", Class("Lb;", "La;"), caller("Lb;->m(Ljava/lang/String;)Lz;"))
    methods = [Method(f"x{n}", "(" + "I" * n + ")V", code=[END]) for n in range(5)]
    body = Method("m", "(Ljava/lang/String;)Lz;", access=0x401)
    program = Program([first, unit_of("classes2.dex", Class("La;", methods=[*methods, body]))])
    assert leads(program, "Lb;->m(Ljava/lang/String;)Lz;") is None


def test_an_interface_method_is_found_among_the_interfaces():
    inner = Class(
        "Linner;", interfaces=["Ljava/util/Collection;"], methods=[Method("mine", access=0x401)], access=0x601
    )
    outer = Class("Louter;", interfaces=["Linner;"], access=0x601)
    calls = ["Louter;->mine()V", "Louter;->size()I", "Louter;->hashCode()I"]
    program = Program([unit_of("classes.dex", inner, outer, caller(*calls))])
    assert leads(program, calls[0]) is None
    assert leads(program, calls[1]) == "Ljava/util/Collection;"
    assert leads(program, calls[2]) == "Ljava/lang/Object;"


def test_the_interfaces_of_a_superclass_count():
    base = Class("Lbase;", interfaces=["Ljava/lang/Runnable;"], access=0x401)
    program = Program([unit_of("classes.dex", base, Class("Lsub;", "Lbase;"), caller("Lsub;->run()V"))])
    assert leads(program, "Lsub;->run()V") == "Ljava/lang/Runnable;"


def test_a_method_of_an_array_is_a_method_of_object():
    program = Program([unit_of("classes.dex", caller("[La;->clone()Ljava/lang/Object;"))])
    assert leads(program, "[La;->clone()Ljava/lang/Object;") == "Ljava/lang/Object;"


def test_a_class_of_its_own_name_without_superclass_ends_the_walk():
    program = Program([unit_of("classes.dex", Class("Ljava/lang/Object;", None), caller("Ljava/lang/Object;->x()V"))])
    assert leads(program, "Ljava/lang/Object;->x()V") == "Ljava/lang/Object;"


def test_the_first_dex_wins_in_the_order_in_which_android_searches():
    loser = unit_of("classes10.dex", Class("La;", methods=[Method("late", code=[END])]))
    winner = unit_of("classes2.dex", Class("La;", methods=[Method("early", code=[END])]))
    main = unit_of("classes.dex", caller("La;->early()V", "La;->late()V"))
    program = Program([loser, winner, main])
    assert [unit.entry for unit in program.units] == ["classes.dex", "classes2.dex", "classes10.dex"]
    assert program.duplicates == (("La;", "classes2.dex", "classes10.dex"),)
    assert program.find_class("La;") == (winner, 0)
    assert program.active(winner).tolist() == [True]
    assert program.active(loser).tolist() == [False]
    assert leads(program, "La;->early()V") is None
    assert leads(program, "La;->late()V") == "Ljava/lang/Object;"


def test_a_class_defined_twice_in_one_dex_is_said():
    unit = unit_of("classes.dex", Class("La;"), Class("La;"))
    program = Program([unit])
    assert program.duplicates == (("La;", "classes.dex", "classes.dex"),)
    assert program.find_class("La;") == (unit, 0)


def test_containers_are_searched_one_after_the_other():
    names = ["base.apk!/classes2.dex", "split.apk!/classes.dex", "base.apk!/classes.dex", "base.apk!/assets/x.dex"]
    program = Program([unit_of(name) for name in names])
    assert [unit.entry for unit in program.units] == [names[2], names[0], names[3], names[1]]


def test_an_app_without_code():
    program = Program([])
    assert (program.units, program.duplicates, program.find_class("La;")) == ((), (), None)
    empty = Program([unit_of("classes.dex")])
    assert empty.framework_target(empty.units[0]).tolist() == []


def test_find_class_knows_only_what_is_defined():
    program = Program([unit_of("classes.dex", caller("Ljava/io/File;->delete()Z"))])
    assert program.find_class("Ljava/io/File;") is None
    assert program.find_class("Lnowhere;") is None
    found = program.find_class("Lcaller;")
    assert found is not None
    assert found[0].class_name(found[1]) == "Lcaller;"


def against_slow(units: list[Unit]) -> int:
    """Compare all references with the slow twin; how many lead elsewhere than they are written."""
    program, elsewhere = Program(units), 0
    slow = Slow(program.units)
    for unit in program.units:
        target = program.framework_target(unit).tolist()
        for row, number in enumerate(target):
            owner, name, proto = unit.method_parts(row)
            expected = slow.leads_to(owner, name, proto)
            assert (program.types[number] if number >= 0 else None) == expected, (owner, name, proto)
            elsewhere += expected not in {None, owner}
    return elsewhere


def test_random_hierarchies_against_the_slow_twin():
    dice = random.Random(11)  # noqa: S311 - repeatable, not secret
    elsewhere = 0
    for _ in range(40):
        names = [f"Lc{row};" for row in range(8)]
        outside = ["Ljava/lang/Object;", "Lout/A;", "Lout/B;"]
        units = []
        for number in range(dice.randrange(1, 4)):
            classes = []
            for name in dice.sample(names, dice.randrange(1, 6)):
                methods = [Method(m, access=0x401) for m in dice.sample("abc", dice.randrange(3))]
                interfaces = dice.sample([*names, *outside[1:]], dice.randrange(3))
                classes.append(Class(name, dice.choice([*names, *outside, *outside]), interfaces, methods))
            calls = [f"{dice.choice([*names, *outside, '[Lc0;'])}->{dice.choice('abcd')}()V" for _ in range(12)]
            units.append(unit_of(f"classes{number + 1}.dex", *classes, caller(*calls)))
        elsewhere += against_slow(units)
    assert elsewhere > 20


@pytest.mark.corpus
def test_real_apps_against_the_slow_twin(corpus):
    assert against_slow([read_dex(name, data) for name, data in real(corpus)]) > 300


@pytest.mark.corpus
def test_a_real_app_of_several_dex_files(corpus):
    app = corpus / "realapps/io.appium.settings/settings_apk-debug-8.0.10.apk"
    units = [read_dex(name, data) for name, data in dex_files(app)]
    assert len(units) > 1
    assert against_slow(units) > 100


def test_a_jar_of_class_files_resolves_like_dex(sample):
    import zipfile

    from affidavit.dalvik.classfile import read_classes

    with zipfile.ZipFile(sample("wechat-sdk")) as jar:
        files = [(name, jar.read(name)) for name in sorted(jar.namelist()) if name.endswith(".class")]
    assert against_slow([read_classes("classes.jar", files)]) > 5


def test_a_hierarchy_made_to_exhaust_is_left_and_said(monkeypatch):
    monkeypatch.setattr("affidavit.dalvik.resolve._WORK", 3)
    classes = [Class(f"Li{row};", interfaces=[f"Li{row + 1};"], access=0x601) for row in range(9)]
    program = Program([unit_of("classes.dex", *classes, caller("Li0;->m()V"))])
    assert leads(program, "Li0;->m()V") == "Ljava/lang/Object;"
    assert [item.kind for item in program.limitations] == ["code/hierarchy-too-large"]


def test_whoever_walks_over_the_units_asks_the_budget_before_each():
    asked = []
    program = Program([unit_of("classes.dex"), unit_of("classes2.dex")], lambda: asked.append(1))
    asked.clear()
    assert [unit.entry for unit in program.units] == ["classes.dex", "classes2.dex"]
    assert len(asked) == 2
    assert len(program.units) == 2


def test_a_budget_that_is_used_up_stops_the_walk():
    left = [0, 1, 1, 1]

    def check() -> None:
        if not left.pop():
            raise BudgetError("used up", advice="give more")

    program = Program([], check)
    assert list(program.units) == []
    program = Program([unit_of("classes.dex")], lambda: None)
    program.units.check = check
    seen = [list(program.units) for _ in range(3)]
    assert len(seen) == 3
    with pytest.raises(BudgetError):
        list(program.units)


def test_definitions_hidden_by_several_files_are_each_named_with_the_one_that_is_used():
    first = unit_of("classes.dex", Class("La;"), Class("Lb;"))
    second = unit_of("classes2.dex", Class("Lb;"), Class("Lc;"))
    third = unit_of("classes3.dex", Class("La;"), Class("Lc;"), Class("Ld;"))
    assert Program([first, second, third]).duplicates == (
        ("Lb;", "classes.dex", "classes2.dex"),
        ("La;", "classes.dex", "classes3.dex"),
        ("Lc;", "classes2.dex", "classes3.dex"),
    )
