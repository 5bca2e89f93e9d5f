"""What the code is and calls: counts, duplicates, outside methods and where they are called."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts import code
from affidavit.model.code import CodeUnit, DuplicateClass, FrameworkCall
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder, Method
from tests.oracles.calls import outside_calls


def program_of(*dexes: bytes) -> Program:
    names = ["classes.dex", *(f"classes{number}.dex" for number in range(2, len(dexes) + 1))]
    return Program([read_dex(name, data) for name, data in zip(names, dexes, strict=True)])


def program_at(path: Path) -> Program:
    with zipfile.ZipFile(path) as app:
        names = [name for name in app.namelist() if name.endswith(".dex") and "/" not in name]
        return Program([read_dex(name, app.read(name)) for name in names])


def calling(*calls: str, name: str = "Lcom/x/A;") -> bytes:
    """A dex with one class whose only method makes the calls in their order."""
    code_ = [*(("invoke-static", [], call) for call in calls), ("return-void",)]
    return DexBuilder().add_class(name, methods=[Method("run", "()V", code=code_, access=0x9)]).build()


def facts_of(program: Program) -> list[Fact]:
    limitations: list[Limitation] = []
    facts = list(code.extract(program, limitations))
    assert limitations == []
    return facts


def calls_of(program: Program) -> dict[tuple[str, str], Fact]:
    return {
        (fact.what.class_, fact.what.method): fact for fact in facts_of(program) if isinstance(fact.what, FrameworkCall)
    }


def test_counts_what_a_unit_holds():
    program = program_of(calling("Ljava/lang/System;->gc()V"))
    unit = program.units[0]
    [fact] = [fact for fact in facts_of(program) if isinstance(fact.what, CodeUnit)]
    assert fact.place == Place("classes.dex")
    assert (fact.what.form, fact.what.classes, fact.what.methods, fact.what.code_items) == ("dex", 1, 1, 1)
    assert (fact.what.instructions, fact.what.strings) == (2, len(unit.strings))


def test_a_class_defined_twice_is_said_with_the_entry_that_is_used():
    program = program_of(calling("Ljava/lang/System;->gc()V"), calling("Ljava/lang/System;->exit()V"))
    [fact] = [fact for fact in facts_of(program) if isinstance(fact.what, DuplicateClass)]
    assert fact.what == DuplicateClass("Lcom/x/A;", "classes.dex", "classes2.dex")
    assert fact.place.entry == "classes2.dex"


def test_code_of_an_ignored_duplicate_is_not_called_code():
    program = program_of(calling("Ljava/lang/System;->gc()V"), calling("Ljava/lang/System;->exit()V"))
    assert set(calls_of(program)) == {("Ljava/lang/System;", "gc()V")}


def test_sites_are_counted_and_the_first_is_the_place():
    program = program_of(calling(*["Ljava/lang/System;->gc()V"] * 12))
    fact = calls_of(program)["Ljava/lang/System;", "gc()V"]
    assert fact.what.sites == 12
    assert len(fact.what.more) == code.MORE_SITES
    assert (fact.place.class_, fact.place.method, fact.place.pc) == ("Lcom/x/A;", "run()V", 0)
    assert [place.pc for place in fact.what.more] == [3, 6]


def test_a_place_leads_to_the_bytes_of_the_instruction():
    data = calling("Ljava/lang/System;->gc()V")
    fact = calls_of(program_of(data))["Ljava/lang/System;", "gc()V"]
    assert data[fact.place.offset] == 0x71  # invoke-static


def test_sites_of_several_dex_files_come_in_the_order_of_search():
    gc = "Ljava/lang/System;->gc()V"
    program = program_of(calling(gc), calling(gc, name="Lcom/x/B;"))
    fact = calls_of(program)["Ljava/lang/System;", "gc()V"]
    assert fact.what.sites == 2
    assert [place.entry for place in (fact.place, *fact.what.more)] == ["classes.dex", "classes2.dex"]


def test_an_inherited_framework_method_is_named_by_the_class_that_has_it():
    data = (
        DexBuilder()
        .add_class(
            "Lcom/x/Act;",
            "Landroid/app/Activity;",
            methods=[
                Method("run", "()V", code=[("invoke-virtual", [0], "Lcom/x/Act;->finish()V"), ("return-void",)]),
            ],
        )
        .build()
    )
    assert ("Landroid/app/Activity;", "finish()V") in calls_of(program_of(data))


def test_a_call_of_the_apps_own_method_is_no_outside_call():
    assert calls_of(program_of(calling("Lcom/x/A;->run()V"))) == {}


@pytest.mark.parametrize(
    ("descriptor", "origin"),
    [
        ("Landroid/app/Activity;", "platform"),
        ("Ljava/lang/String;", "platform"),
        ("Lorg/json/JSONObject;", "platform"),
        ("Lorg/apache/http/HttpResponse;", "platform"),
        ("Ldalvik/system/DexFile;", "platform"),
        ("Lsun/misc/Unsafe;", "platform"),
        ("[Ljava/lang/Object;", "platform"),
        ("[I", "platform"),
        ("Lkotlin/Unit;", "external"),
        ("Lokhttp3/OkHttpClient;", "external"),
        ("Landroid/support/v4/app/Fragment;", "external"),
        ("Landroidx/core/app/NotificationCompat;", "external"),
        ("Ljavax/inject/Provider;", "external"),
        ("Ljavax/crypto/Cipher;", "platform"),
        ("Lorg/jsonx/Thing;", "external"),
        ("LUnpackaged;", "external"),
        ("", "external"),
    ],
)
def test_origin_tells_the_platform_from_code_that_is_nowhere(descriptor, origin):
    assert ("platform" if code.is_platform(descriptor) else "external") == origin


def test_a_call_into_a_library_that_is_not_inside_is_external():
    fact = calls_of(program_of(calling("Lokhttp3/Request;->url()V")))["Lokhttp3/Request;", "url()V"]
    assert fact.what.origin == "external"


def test_more_methods_than_the_bound_become_a_limitation(monkeypatch):
    monkeypatch.setattr(code, "CALLED_METHODS", 2)
    limitations: list[Limitation] = []
    program = program_of(calling(*(f"Ljava/lang/System;->m{number}()V" for number in range(5))))
    facts = [fact for fact in code.extract(program, limitations) if isinstance(fact.what, FrameworkCall)]
    assert [fact.what.method for fact in facts] == ["m0()V", "m1()V"]
    assert [limit.kind for limit in limitations] == ["code/calls-bounded"]
    assert "5" in limitations[0].detail


def test_long_names_are_bounded():
    fact = next(iter(calls_of(program_of(calling(f"Ljava/lang/{'x' * 5000};->gc()V"))).values()))
    assert len(fact.what.class_) < 1100


def test_an_app_without_code_has_no_facts():
    assert facts_of(Program([])) == []


def test_a_broken_dex_gives_its_unit_and_nothing_more():
    facts = facts_of(program_of(b"dex\n035\0" + bytes(200)))
    assert [type(fact.what) for fact in facts] == [CodeUnit]


def test_two_readings_give_the_same_facts():
    data = calling("Ljava/lang/System;->gc()V", "Ljava/lang/Runtime;->gc()V")
    assert facts_of(program_of(data)) == facts_of(program_of(data))


def compare(program: Program) -> None:
    expected = outside_calls(program)
    given = calls_of(program)
    assert set(given) == set(expected)
    for key, places in expected.items():
        fact = given[key]
        assert fact.what.sites == len(places)
        assert [fact.place, *fact.what.more] == places[: 1 + code.MORE_SITES]


def test_agrees_with_the_slow_twin_on_a_built_program():
    gc, tick = "Ljava/lang/System;->gc()V", "Lkotlin/Unit;->tick()V"
    compare(program_of(calling(gc, tick, *[gc] * 20), calling(tick, gc, gc), calling(*[tick] * 30, name="Lcom/x/C;")))


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    ["realapps/io.appium.settings/settings_apk-debug-3.0.0.apk", "constituent/apk/miiad/app-0724_ddbd0de3.apk"],
)
def test_agrees_with_the_slow_twin_on_a_real_app(corpus: Path, name: str):
    compare(program_at(corpus / name))


@pytest.mark.samples
def test_a_large_app_has_a_fact_for_each_outside_method(sample: Callable[[str], Path]):
    program = program_at(sample("airtest"))
    facts = list(code.extract(program, []))
    assert 8_000 < len(facts) < 12_000
