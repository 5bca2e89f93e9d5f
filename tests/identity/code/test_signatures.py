"""Signatures: the same for the same code under any names, in any order, and from the slow reading."""

import random

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code import tokens
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.tokens import Kind, kind_of
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.oracles import code_tokens
from tests.reading import read
from tests.samples import fetch

CALLS = [
    ("invoke-virtual", [0], "Ljava/io/File;->delete()Z"),
    ("invoke-virtual", [0], "Ljava/io/File;->getName()Ljava/lang/String;"),
    ("invoke-static", [], "Ljava/lang/System;->nanoTime()J"),
    ("sget-object", 0, "Landroid/os/Build;->MODEL:Ljava/lang/String;"),
    ("new-instance", 0, "Ljava/io/File;"),
    ("const-string", 0, "a text"),
    ("const-string", 0, "xy"),
    ("const/16", 0, 4711),
    ("const-wide", 0, 1 << 40),
    ("add-int/lit8", 0, 0, -100),
    ("const", 0, 0x7F0B0001),
    ("fill-array-data", 0, 1, [1, 2, 3, 4, 5, 6, 7]),
    ("fill-array-data", 0, 2, [700, 2]),
    ("if-eqz", 0, ":end"),
]
PARENTS = ["Ljava/lang/Object;", "Ljava/io/InputStream;", "Landroid/app/Activity;"]
METHODS = ["read", "close", "onCreate", "toString", "a"]
KINDS = ["I", "[J", "Ljava/lang/String;", "[Landroid/net/Uri;"]


def made(rng: random.Random, names: list[str]) -> list[Class]:
    """Classes that inherit from, have members of and call each other and the platform."""
    classes = []
    for row, name in enumerate(names):
        types = [*KINDS, *names]
        methods = []
        for number in range(rng.randrange(4)):
            code = [rng.choice(CALLS) for _ in range(rng.randrange(9))]
            code.append(("invoke-static", [], f"{rng.choice(names)}->b()V"))
            proto = f"({''.join(rng.choices(types, k=rng.randrange(3)))}){rng.choice([*types, 'V'])}"
            methods.append(
                Method(
                    f"{rng.choice(METHODS)}{number or ''}", proto, [*code, ":end", ("return-void",)], rng.choice([1, 9])
                )
            )
        fields = [Field(f"f{number}", rng.choice(types), rng.choice([1, 9])) for number in range(rng.randrange(4))]
        parent = rng.choice([*PARENTS, *names[:row]])
        interfaces = rng.sample(["Ljava/lang/Runnable;", "Ljava/io/Closeable;"], rng.randrange(3))
        classes.append(Class(name, parent, interfaces=interfaces, fields=fields, methods=methods))
    return classes


def program(*parts: list[Class]) -> Program:
    """One dex file for each list of classes."""
    units = [
        read_dexes(f"classes{number or ''}.dex", DexBuilder(list(classes)).build())[0]
        for number, classes in enumerate(parts)
    ]
    return Program(units)


def by_name(found: Signatures) -> dict[str, set[int]]:
    return {name: set(found.of(row).tolist()) for row, name in enumerate(found.names)}


def edges(found: Signatures) -> set[tuple[str, str]]:
    return {(name, found.names[to]) for row, name in enumerate(found.names) for to in found.graph.row(row).tolist()}


@pytest.mark.parametrize("seed", range(12))
def test_the_slow_reading_agrees(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - nothing is secret
    classes = made(rng, [f"Lcom/x/C{number};" for number in range(8)])
    one = program(classes[:4], classes[4:])
    assert by_name(of_program(one)) == code_tokens.of_program(one)


@pytest.mark.parametrize("seed", range(4))
def test_names_do_not_matter(seed: int) -> None:
    names = [f"Lcom/x/C{number};" for number in range(6)]
    others = [f"La/{letter};" for letter in "zyxwvu"]
    one, other = (of_program(program(made(random.Random(seed), each))) for each in (names, others))  # noqa: S311
    assert list(by_name(one).values()) == list(by_name(other).values())
    assert one.graph.items.tolist() == other.graph.items.tolist()


def test_order_of_classes_and_files_does_not_matter() -> None:
    classes = made(random.Random(5), [f"Lcom/x/C{number};" for number in range(8)])  # noqa: S311
    one, other = of_program(program(classes)), of_program(program(classes[:2:-1], classes[:3]))
    assert by_name(one) == by_name(other)
    assert edges(one) == edges(other)
    assert dict(zip(one.names, one.size.tolist(), strict=True)) == dict(
        zip(other.names, other.size.tolist(), strict=True)
    )


def test_neighbours_are_the_classes_that_a_class_names() -> None:
    code = [("new-instance", 0, "LE;"), ("return-void",)]
    classes = [
        Class("LA;", "LB;", interfaces=["LC;"], fields=[Field("f", "[LD;")], methods=[Method("m", "(LF;)LG;", code)]),
        *(Class(f"L{letter};") for letter in "BCDEFG"),
    ]
    assert edges(of_program(program(classes))) == {("LA;", f"L{letter};") for letter in "BCDEFG"}


def test_a_class_that_another_hides_has_no_signature() -> None:
    one = of_program(program([Class("LA;"), Class("LB;")], [Class("LA;", "Ljava/io/InputStream;")]))
    assert one.names == ("LA;", "LB;")
    assert not len(one.of(0))


def test_the_members_of_one_kind_are_counted_up_to_a_bound() -> None:
    fields = [Field(f"f{number}") for number in range(9)]
    found = of_program(program([Class("LA;", fields=fields)]))
    assert len(found.tokens) == 6


def test_classes_that_inherit_from_each_other_end() -> None:
    ring = [Class("LA;", "LB;", interfaces=["Ljava/lang/Runnable;"]), Class("LB;", "LA;", methods=[Method("run")])]
    assert len(of_program(program(ring))) == 2


@pytest.mark.parametrize("content", [b"", b"a", b"\xff" * 40])
def test_the_hash_is_the_stated_one(content: bytes) -> None:
    assert all(tokens.token(kind, content) == code_tokens.token(kind, content) for kind in Kind)


def test_broken_dex_files_give_something() -> None:
    whole = DexBuilder(made(random.Random(1), [f"LC{number};" for number in range(5)])).build()  # noqa: S311
    rng = random.Random(2)  # noqa: S311
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        found = of_program(Program(read_dexes("classes.dex", bytes(data))))
        assert len(found.start) == len(found) + 1
        assert all(np.all(np.diff(found.of(row).astype(object)) > 0) for row in range(len(found)))


@pytest.mark.samples
def test_the_slow_reading_agrees_on_a_real_app() -> None:
    with read(fetch("uiautomator2"), frozenset({"entries", "code"})) as state:
        fast, slow = by_name(of_program(state.program)), code_tokens.of_program(state.program, 19)
    of_switches_and_fields = {Kind.SWITCH, Kind.METHOD, Kind.LITERAL, Kind.STRING}
    for name, held in slow.items():
        assert {kind_of(made) for made in held - fast[name]} <= {Kind.METHOD}
        assert {kind_of(made) for made in fast[name] - held} <= of_switches_and_fields
