"""What is said of apps whose texts or calls are hidden, or whose classes were split."""

import random
from dataclasses import replace

import pytest

from affidavit.dalvik.program import Program
from affidavit.identity.code.disguise import Seen, disguises
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.builders.known_code import program_of

TEXT, OBJECT = "Ljava/lang/String;", "Ljava/lang/Object;"
INVOKE = f"Ljava/lang/reflect/Method;->invoke({OBJECT}[{OBJECT}){OBJECT}"
PUBLIC, STATIC = 0x1, 0x9


def code(*calls: tuple[object, ...]) -> list[tuple[object, ...]]:
    return [*calls, ("return-void",)]


def plain(number: int, *calls: tuple[object, ...]) -> Class:
    """A class with a field, a text, a method of its own and more calls."""
    name = f"La/c{number};"
    body = code(("const-string", 0, f"text {number}"), ("invoke-virtual", [0], f"{name}->own()V"), *calls)
    methods = [Method("run", "()V", access=PUBLIC, registers=4, code=body)]
    methods.append(Method("own", "()V", access=PUBLIC, registers=4, code=code()))
    return Class(name, fields=[Field("f", "I", access=0x2)], methods=methods)


def helper(number: int) -> Class:
    """A class that has static methods alone, which are handed an object of another."""
    methods = [Method(f"m{at}", f"(La/c{number};I)V", access=STATIC, registers=4, code=code()) for at in range(2)]
    return Class(f"La/h{number};", methods=methods)


def program(*classes: Class) -> Program:
    return program_of(DexBuilder(list(classes)).build())


def said(*classes: Class, regime: str = "shrunk") -> dict[str, int]:
    return {item.kind: item.count for item in disguises(program(*classes), regime)}


def test_an_app_that_nobody_disguised_gets_no_limitation():
    decoder = Class("La/d;", methods=[Method("d", f"({TEXT}){TEXT}", access=STATIC, registers=4, code=code())])
    reflects = plain(99, ("invoke-virtual", [0, 0, 0], INVOKE))
    assert said(*map(plain, range(60)), decoder, reflects, helper(0), helper(1)) == {}


def test_calls_by_reflection_are_counted_whether_classes_make_them_or_have_them_made():
    itself = [plain(number, ("invoke-virtual", [0, 0, 0], INVOKE)) for number in range(20)]
    assert said(*itself, *map(plain, range(100, 140))) == {"identity/calls-hidden": 20}
    hub = Class(
        "La/hub;",
        methods=[Method("r", "()V", access=STATIC, registers=4, code=code(("invoke-virtual", [0, 0, 0], INVOKE)))],
    )
    through = [plain(number, ("invoke-static", [], "La/hub;->r()V")) for number in range(25)]
    assert said(*through, hub, *map(plain, range(100, 140))) == {"identity/calls-hidden": 25}


def test_texts_that_one_class_gives_back_are_hidden_and_so_are_those_that_the_comparison_misses():
    decoder = Class("La/d;", methods=[Method("d", f"({TEXT}){TEXT}", access=STATIC, registers=4, code=code())])
    decoding = [plain(number, ("invoke-static", [0], f"La/d;->d({TEXT}){TEXT}")) for number in range(40)]
    assert "identity/texts-hidden" in said(*decoding, decoder, *map(plain, range(100, 120)))
    assert "identity/texts-hidden" in said(plain(1), regime="strings-hidden")
    other = [plain(number, ("invoke-static", [0], f"Ljava/lang/System;->getenv({TEXT}){TEXT}")) for number in range(60)]
    assert said(*other) == {}, "a method of the platform is no decoder of the app's"


def test_classes_whose_methods_stand_in_others_are_split():
    classes = [*map(plain, range(60)), *map(helper, range(8))]
    assert said(*classes) == {"identity/classes-split": 8}
    (limit,) = disguises(program(*classes), "shrunk")
    assert limit.detail.startswith("8 of 68 classes with code have methods in classes made for them")
    assert "may be there" in limit.detail


@pytest.mark.parametrize(
    "more",
    [
        {"fields": [Field("f", "I", access=STATIC)]},
        {"methods": [Method("run", "()V", access=PUBLIC, registers=4, code=code())]},
        {"methods": [Method(f"s{n}", "(I)V", access=STATIC, registers=4, code=code()) for n in range(3)]},
    ],
    ids=["a field of its own", "a method with an object of its own", "mostly without such an object"],
)
def test_a_class_with_something_of_its_own_is_no_helper(more):
    base = map(helper, range(8))
    classes = [
        replace(made, fields=more.get("fields", []), methods=[*made.methods, *more.get("methods", [])]) for made in base
    ]
    assert said(*map(plain, range(60)), *classes) == {}


def test_a_class_that_is_handed_its_own_objects_or_the_platforms_helps_nobody():
    own = [
        Class(f"La/h{n};", methods=[Method("m", f"(La/h{n};)V", access=STATIC, registers=4, code=code())])
        for n in range(8)
    ]
    platform = [
        Class(f"La/p{n};", methods=[Method("m", f"({TEXT})V", access=STATIC, registers=4, code=code())])
        for n in range(8)
    ]
    assert said(*map(plain, range(60)), *own, *platform) == {}


def test_of_few_classes_no_share_is_told():
    reflects = [plain(number, ("invoke-virtual", [0, 0, 0], INVOKE)) for number in range(9)]
    assert said(*reflects) == {}
    assert said() == {}
    assert said(helper(0)) == {}


def slowly(classes: list[Class]) -> tuple[int, int, int, int, int]:
    """Classes with code, with texts, that reflect, that decode, that are split: counted from what was built."""
    home = {made.name for made in classes}
    calls = {made.name: [row[2] for method in made.methods for row in method.code if len(row) > 2] for made in classes}
    texts = {made.name for made in classes if any(row[0] == "const-string" for m in made.methods for row in m.code)}
    direct = {name for name, every in calls.items() if INVOKE in every}
    targets = {name: {str(call).partition("->")[0] for call in every} - {name} for name, every in calls.items()}
    through = [sum(hub in targets[name] for name in home) for hub in direct]
    decoded = {
        name: {c.partition("->")[0] for c in map(str, every) if c.endswith(f"({TEXT}){TEXT}")} - {name}
        for name, every in calls.items()
    }
    decoders = [sum(hub in decoded[name] for name in home) for hub in home]
    split = set()
    for made in classes:
        if made.methods and not made.fields and all(method.access & 0x8 for method in made.methods):
            first = [method.proto[1:].partition(";")[0] + ";" for method in made.methods]
            split |= {name for name in home - {made.name} if 2 * first.count(name) >= len(first)}
    return len(home), len(texts), max([len(direct), *through]), max(decoders), len(split)


@pytest.mark.parametrize("seed", range(12))
def test_counts_agree_with_the_slow_way(seed):
    rng = random.Random(seed)  # noqa: S311 - nothing is secret
    classes = []
    for number in range(rng.randrange(1, 9)):
        calls = [INVOKE] * (rng.random() < 0.3) + [f"La/c{rng.randrange(9)};->d({TEXT}){TEXT}"] * rng.randrange(3)
        body = code(("const-string", 0, "x"), *(("invoke-static", [0], call) for call in calls))
        made = [Method(f"r{n}", "()V", access=rng.choice((STATIC, PUBLIC)), registers=4, code=body) for n in range(2)]
        handed = [
            Method(f"s{n}", f"(La/c{rng.randrange(9)};)V", access=STATIC, registers=4, code=code()) for n in range(3)
        ]
        methods = rng.choice((made, handed, [*made[:1], *handed]))
        classes.append(
            Class(f"La/c{number};", methods=methods, fields=[Field("f", "I", access=0x9)][: rng.randrange(2)])
        )
    seen = Seen(program(*classes))
    assert (seen.coded, seen.texts, seen.reflecting, seen.decoding, seen.split) == slowly(classes)


def test_damaged_code_ends_no_comparison():
    rng = random.Random(7)  # noqa: S311 - nothing is secret
    whole = DexBuilder([plain(1, ("invoke-virtual", [0, 0, 0], INVOKE)), helper(1), helper(2)]).build()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(0x20, len(data))] = rng.choice((0, 1, 255, rng.randrange(256)))
        assert list(disguises(program_of(bytes(data)), "shrunk")) == []
