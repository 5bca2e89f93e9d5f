"""What names stand for: the program's own classes by number, tokens of the platform, and nothing that a renamer has."""

import numpy as np
import pytest

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code.tokens import Kind, token
from affidavit.identity.code.vocabulary import Vocabulary, above, looked_up
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, DexBuilder, Field, Method

FILE = "Ljava/io/File;"


def program(*parts: list[Class]) -> Program:
    return Program([read_dexes(f"{row}.dex", DexBuilder(list(part)).build())[0] for row, part in enumerate(parts)])


def naming(*references: tuple) -> Class:
    return Class("La/A;", methods=[Method("m", "()V", [*references, ("return-void",)], 0x9)])


def number_of(made: Vocabulary, name: str) -> int:
    return list(made.program.types).index(name)


def calls(*methods: str, also: tuple[Class, ...] = ()) -> dict[str, int]:
    """Method -> the token of a call of it."""
    one = program([naming(*(("invoke-static", [], method) for method in methods)), *also])
    unit, made = one.units[0], Vocabulary(one)
    every = np.arange(len(unit.method_name))
    parts = [unit.method_parts(row) for row in every.tolist()]
    made_of = made.call_tokens(0, every).tolist()
    found = {f"{holder}->{name}{proto}": one for (holder, name, proto), one in zip(parts, made_of, strict=True)}
    return {method: found[method] for method in methods}


def test_classes_are_numbered_over_all_files_in_order() -> None:
    made = Vocabulary(program([Class("Lz/Z;"), Class("La/A;")], [Class("Lm/M;")]))
    assert made.names == ("Lz/Z;", "La/A;", "Lm/M;")
    assert made.place.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert [made.number[number_of(made, name)] for name in made.names] == [0, 1, 2]
    assert [local.tolist() for local in made.local] == [[0, 1, -1], [2, -1]]
    assert made.number[-1] == -1


def test_the_second_definition_of_a_class_is_not_in_use() -> None:
    made = Vocabulary(program([Class("La/A;")], [Class("La/A;"), Class("Lb/B;")]))
    assert made.names == ("La/A;", "Lb/B;")
    assert [local.tolist() for local in made.local] == [[0, -1], [-1, 1, -1]]


@pytest.mark.parametrize(
    ("type_", "blurred"),
    [
        ("I", "I"),
        ("[[J", "[[J"),
        (FILE, FILE),
        (f"[{FILE}", f"[{FILE}"),
        ("Lb/B;", "X"),
        ("[[Lb/B;", "[[X"),
        ("Lnot/there/C;", "X"),
        ("[Lnot/there/C;", "[X"),
    ],
)
def test_only_the_platform_s_types_keep_their_names(type_: str, blurred: str) -> None:
    one = program([Class("La/A;", fields=[Field("f", type_)]), Class("Lb/B;")])
    made = Vocabulary(one)
    assert made.blurred_type(0, int(one.units[0].field_type[0])) == blurred
    assert made.platform[number_of(made, type_)] == (FILE in type_)


def test_an_array_of_an_own_class_has_its_number() -> None:
    made = Vocabulary(program([naming(("new-array", 0, 0, "[[La/A;"))]))
    assert made.number[number_of(made, "[[La/A;")] == 0


def test_prototypes_are_blurred_and_their_parameters_sorted() -> None:
    protos = [f"(Lq/Q;I{FILE}[La/A;)La/A;", f"([Lb/B;Lz/Z;I{FILE})Lq/Q;"]
    one = program([Class("La/A;", methods=[Method("m", proto, [("return-void",)], 9) for proto in protos])])
    unit = one.units[0]
    made = Vocabulary(one)
    found = [made.blurred_proto(0, method) for method in range(len(unit.method_name))]
    assert found == [f"(I,{FILE},X,[X)X"] * 2


def test_a_call_is_of_the_class_that_defines_the_method() -> None:
    close, own = "Ljava/io/FileInputStream;->close()V", "Ljava/io/InputStream;->mark(I)V"
    hashed = "Ljava/io/File;->getClass()Ljava/lang/Class;"
    through = "Ljava/io/BufferedReader;->hashCode()I"
    found = calls(close, own, hashed, through)
    assert found[own] == token(Kind.CALL, b"Ljava/io/InputStream;mark(I)V")
    assert found[through] == token(Kind.CALL, b"Ljava/lang/Object;hashCode()I")
    assert found[hashed] == 0  # a check for null


@pytest.mark.parametrize(
    "method",
    [
        "Ljava/lang/StringBuilder;->append(I)Ljava/lang/StringBuilder;",
        "Ljava/util/Objects;->requireNonNull(Ljava/lang/Object;)Ljava/lang/Object;",
        "La/A;->m()V",
        "Lnot/there/C;->run()V",
    ],
)
def test_what_compilers_change_and_own_methods_have_no_token(method: str) -> None:
    assert calls(method) == {method: 0}


def test_a_method_called_through_an_own_class_is_the_platform_s() -> None:
    method = "Lb/Own;->getName()Ljava/lang/String;"
    found = calls(method, also=(Class("Lb/Own;", FILE),))
    assert found == {method: token(Kind.CALL, b"Ljava/io/File;getName()Ljava/lang/String;")}


def test_a_class_of_the_platform_s_name_that_the_program_defines_is_its_own() -> None:
    made = Vocabulary(program([naming(("new-instance", 0, FILE)), Class(FILE)]))
    assert made.of_types[number_of(made, FILE)] == 0
    assert made.blurred[number_of(made, "La/A;")] == "X"
    assert calls(f"{FILE}->delete()Z", also=(Class(FILE, methods=[Method("delete", "()Z")]),)).popitem()[1] == 0


def test_types_have_tokens_by_their_element() -> None:
    names = [FILE, f"[{FILE}", "Ljava/lang/StringBuilder;", "Lb/B;", "[I"]
    made = Vocabulary(program([naming(*(("const-class", 0, name) for name in names))]))
    numbers = [number_of(made, name) for name in names]
    wanted = [token(Kind.TYPE, FILE.encode())] * 2 + [0, 0, 0]
    assert made.of_types[numbers].tolist() == wanted
    assert made.of_types[-1] == 0


def test_fields_of_the_platform_have_tokens_but_for_the_version_of_it() -> None:
    model, version = "Landroid/os/Build;->MODEL:Ljava/lang/String;", "Landroid/os/Build$VERSION;->SDK_INT:I"
    one = program([naming(("sget-object", 0, model), ("sget", 0, version), ("sget", 0, "La/A;->f:I"))])
    unit, made = one.units[0], Vocabulary(one)
    rows = np.arange(len(unit.field_name))
    names = [unit.field_parts(row)[1] for row in rows.tolist()]
    found = dict(zip(names, made.field_tokens(0, unit, rows).tolist(), strict=True))
    assert found == {
        "MODEL": token(Kind.FIELD, b"Landroid/os/Build;MODEL:Ljava/lang/String;"),
        "SDK_INT": 0,
        "f": 0,
    }


def test_a_jar_and_a_dex_have_the_same_vocabulary() -> None:
    jar = ClassBuilder("a/A").method("m", "()V", [("invokestatic", "java/lang/System", "nanoTime", "()J"), ("return",)])
    one = Program([read_classes("a.jar", [("A.class", jar.build())])])
    unit, made = one.units[0], Vocabulary(one)
    wanted = calls("Ljava/lang/System;->nanoTime()J").popitem()[1]
    assert made.names == ("La/A;",)
    assert {*made.call_tokens(0, np.arange(len(unit.method_name))).tolist()} - {0} == {wanted}


def test_a_row_that_is_not_there_is_looked_up_as_none() -> None:
    column = np.array([7, 8], np.int32)
    assert looked_up(column, np.array([1, -1, 0])).tolist() == [8, -1, 7]
    assert looked_up(column[:0], np.array([-1])).tolist() == [-1]


def test_what_is_above_ends_with_object_once() -> None:
    assert above(()) == ("Ljava/lang/Object;",)
    found = above(("Ljava/io/FileInputStream;", "Ljava/io/InputStream;"))
    assert found[-1] == "Ljava/lang/Object;"
    assert len(set(found)) == len(found)
    assert {"Ljava/io/FileInputStream;", "Ljava/io/InputStream;", "Ljava/io/Closeable;"} <= set(found)


def test_an_empty_program_has_no_names() -> None:
    made = Vocabulary(Program([]))
    assert made.names == ()
    assert made.place.shape == (0, 2)
    assert made.of_types[-1] == 0
    assert made.prototypes.words == []
