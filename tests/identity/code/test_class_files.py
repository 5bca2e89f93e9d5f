"""A jar and the dex made of it give the same tokens."""

from pathlib import Path

import pytest

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.tokens import Kind, kind_of, token
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import DexBuilder, Method
from tests.builders.zip import Item, build_zip

WIDE = list(range(-3, 3 * 13, 3))
"""Keys of a switch that no compiler makes comparisons of."""


def of_class(code: list, name: str = "com/x/A") -> set[int]:
    """The tokens of a class file with one static method."""
    made = ClassBuilder(name).method("run", "()V", [*code, ("return",)], access=0x9)
    return set(of_program(Program([read_classes("a.jar", [("A.class", made.build())])])).tokens.tolist())


def of_dex(code: list, name: str = "Lcom/x/A;") -> set[int]:
    """The tokens of a dex class with one static method."""
    made = DexBuilder().add_class(name, methods=[Method("run", "()V", code=[*code, ("return-void",)], access=0x9)])
    return set(of_program(Program([read_dex("classes.dex", made.build())])).tokens.tolist())


def number(value: int) -> int:
    return token(Kind.LITERAL, abs(value).to_bytes(8, "little"))


def stores(form: int, store: str, values: list[int]) -> list:
    """An array's initialiser, as javac writes it."""
    push = [("bipush", len(values)), ("newarray", form)]
    return push + [
        step for at, value in enumerate(values) for step in [("dup",), ("bipush", at), ("sipush", value), (store,)]
    ]


@pytest.mark.parametrize(
    ("jvm", "dex", "value"),
    [
        ([("sipush", 779)], [("const/16", 0, 779)], 779),
        ([("bipush", -100)], [("add-int/lit8", 0, 1, 100)], 100),
        ([("ldc", 123456789)], [("const", 0, 123456789)], 123456789),
        ([("ldc2_w", 2.5)], [("const-wide/high16", 0, 0x4004)], 0x4004 << 48),
        ([("fconst_1",)], [("const/high16", 0, 0x3F80)], 0x3F800000),
        ([("iinc", 0, 100)], [("add-int/lit8", 0, 0, 100)], 100),
        ([("wide", "iinc", 0, 1000)], [("add-int/lit16", 0, 0, 1000)], 1000),
        ([("ldc2_w", 1 << 40)], [("const-wide", 0, 1 << 40)], 1 << 40),
    ],
)
def test_a_number_is_the_same_however_it_is_put(jvm: list, dex: list, value: int) -> None:
    assert of_class(jvm) == of_dex(dex)
    assert number(value) in of_class(jvm)


def test_small_numbers_and_those_of_resources_say_nothing() -> None:
    assert of_class([("bipush", 64), ("ldc", 0x7F0B0001)]) == of_dex([("return-void",)]) == of_class([])


@pytest.mark.parametrize(("form", "store", "width"), [(8, "bastore", 1), (5, "castore", 2), (10, "iastore", 4)])
def test_an_array_is_the_same_as_stores_and_as_data(form: int, store: str, width: int) -> None:
    values = [9, 65, 1, 0, 127, 100]
    one = of_class(stores(form, store, values))
    assert one == of_dex([("const/4", 0, 6), ("new-array", 0, 0, "[I"), ("fill-array-data", 0, width, values)])
    assert {kind_of(made) for made in one} == {Kind.ARRAY, Kind.MEMBER}


def test_a_small_array_is_its_numbers() -> None:
    assert of_class(stores(10, "iastore", [700, 800])) == of_dex([("fill-array-data", 0, 4, [700, 800])])


def test_a_switch_is_the_keys_that_lead_somewhere() -> None:
    pairs = [(key, 12 + 8 * len(WIDE)) for key in WIDE] + [(999, 11 + 8 * (len(WIDE) + 1))]
    default = 11 + 8 * len(pairs)
    jvm = [
        ("iconst_0",),
        ("lookupswitch", default, [(key, default + 1 if key != 999 else default) for key, _ in pairs]),
    ]
    dex = [("sparse-switch", 0, dict.fromkeys(WIDE, ":there")), ("nop",), ":there", ("nop",)]
    one = of_class([*jvm, ("nop",), ("nop",)])
    assert one == of_dex(dex)
    assert Kind.SWITCH in {kind_of(made) for made in one}
    assert number(999) not in one


def test_what_compilers_add_or_take_away_does_not_count() -> None:
    text = [
        ("new", "java/lang/StringBuilder"),
        ("dup",),
        ("invokespecial", "java/lang/StringBuilder", "<init>", "()V"),
        ("ldc", "left"),
        ("invokevirtual", "java/lang/StringBuilder", "append", "(Ljava/lang/String;)Ljava/lang/StringBuilder;"),
    ]
    assert of_class(text) == of_dex([("const-string", 0, "left")])


def test_what_only_serves_an_assertion_is_left_out() -> None:
    asserted = [("ldc", "never"), ("sipush", 5000), ("pop2",)]
    jvm = [("getstatic", "com/x/A", "$assertionsDisabled", "Z"), ("ifne", 9), *asserted, ("ldc", "after"), ("pop",)]
    assert of_class(jvm) == of_dex([("const-string", 0, "after")])


def test_every_kind_of_file_gives_its_code(tmp_path: Path) -> None:
    one, dex = ClassBuilder("com/x/A").build(), DexBuilder().add_class("Lcom/x/B;").build()
    jar = build_zip([Item("com/x/A.class", one), Item("META-INF/versions/9/com/x/C.class", one)])
    manifest = Item("AndroidManifest.xml", b"<manifest package='x'/>")
    files = {
        "a.dex": dex,
        "a.jar": jar,
        "a.zip": build_zip([Item("classes.dex", dex)]),
        "a.aar": build_zip([manifest, Item("classes.jar", jar), Item("libs/b.jar", jar), Item("R.txt", b"")]),
    }
    names = {}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        names[name] = of_program(program_of(tmp_path / name)).names
    assert names == {"a.dex": ("Lcom/x/B;",), "a.jar": ("Lcom/x/A;",), "a.zip": ("Lcom/x/B;",), "a.aar": ("Lcom/x/A;",)}
