"""Numbers and texts that code holds by value: known answers from dex and class files, and what hostile files give."""

import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.unit import Unit
from affidavit.identity.code.constants import CASES, FEW, Constants, constants, string_tokens
from affidavit.identity.code.tokens import Kind, kind_of, token
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, DexBuilder, Field, Method, uleb
from tests.oracles.code_tokens import number_token

NO_CODE: list = []


def literal(value: int) -> int:
    return token(Kind.LITERAL, abs(value).to_bytes(8, "little"))


def text(value: str) -> int:
    return token(Kind.STRING, value.encode())


def dex_unit(*codes: list, fields: tuple[Field, ...] = ()) -> Unit:
    """A dex file of one class with a method for each code."""
    methods = [Method(f"m{row}", "()V", [*code, ("return-void",)], 0x9) for row, code in enumerate(codes)]
    made = DexBuilder([Class("La/A;", fields=list(fields), methods=methods)])
    return read_dexes("classes.dex", made.build())[0]


def with_values(encoded: bytes, count: int) -> Unit:
    """A dex file of one class whose static fields begin with raw encoded values."""
    made = DexBuilder([Class("La/A;", fields=[Field("f", "I", 0x9, 7)])])
    made.add_strings("a text that lies there")
    data = bytearray(made.build())
    struct.pack_into("<I", data, made.sections["class_defs"][1] + 28, len(data))
    data += uleb(count) + encoded
    struct.pack_into("<I", data, 32, len(data))
    return read_dexes("classes.dex", bytes(data))[0]


def class_unit(*files: bytes) -> Unit:
    return read_classes("a.jar", [(f"{row}.class", data) for row, data in enumerate(files)])


def class_file(name: str = "a/A", values: tuple = (), code: list = NO_CODE) -> bytes:
    """A class file whose static fields begin with values; a number among them that is a tuple is the index itself."""
    made = ClassBuilder(name)
    for row, value in enumerate(values):
        index = value[0] if isinstance(value, tuple) else made.loadable(value)
        head = struct.pack(">HHHH", 9, made.utf8(f"f{row}"), made.utf8("I"), 1)
        made._members["field"].append(head + struct.pack(">HIH", made.utf8("ConstantValue"), 2, index))
    return made.method("run", "()V", [*code, ("return",)], 0x9).build()


def of_class(found: Constants) -> set[int]:
    return set(found.class_token.tolist())


def same(one: Constants, other: Constants) -> bool:
    """Whether both hold the same, column by column."""
    columns = ("method", "token", "value", "class_row", "class_token", "class_value", "types", "skipped")
    return one.contents == other.contents and all(
        getattr(one, name).tolist() == getattr(other, name).tolist() for name in columns
    )


def test_each_method_has_what_it_holds_in_order() -> None:
    found = constants(dex_unit([("const/16", 0, 700), ("const", 1, -70000)], [], [("const-wide", 0, 1 << 40)]))
    assert found.method.tolist() == [0, 0, 2]
    assert found.value.tolist() == [700, 70000, 1 << 40]
    assert found.token.tolist() == [literal(700), literal(70000), literal(1 << 40)]


@given(st.lists(st.integers(-(1 << 63) + 1, (1 << 63) - 1), max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_number_counts_by_its_magnitude_and_as_the_slow_reading_has_it(values: list[int]) -> None:
    found = constants(dex_unit([("const-wide", 0, value) for value in values]))
    assert found.token.tolist() == [made for made in map(number_token, values) if made is not None]
    jar = constants(class_unit(class_file(code=[("ldc2_w", value) for value in values if abs(value) >> 31])))
    assert jar.token.tolist() == [made for value in values if abs(value) >> 31 and (made := number_token(value))]


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        *[(64, False), (-64, False), (65, True), (-65, True), (0x7F00FFFF, True)],
        *[(0x7F010000, False), (0x7F7FFFFF, False), (0x7F800000, True), (-0x7F010000, True)],
    ],
)
def test_the_bounds_of_numbers_that_count_hold_in_code_and_in_fields(value: int, counts: bool) -> None:
    wanted = [literal(value)] if counts else []
    assert constants(dex_unit([("const", 0, value)])).token.tolist() == wanted
    assert constants(dex_unit(fields=(Field("f", "I", 9, value),))).class_token.tolist() == wanted
    jar = constants(class_unit(class_file(values=(value,), code=[("ldc", value)])))
    assert jar.token.tolist() == jar.class_token.tolist() == wanted


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_an_array_keeps_its_content_and_a_small_one_is_numbers(width: int) -> None:
    values = [100, 2, 3, 4, 5, 6]
    found = constants(dex_unit([("fill-array-data", 0, width, values)], [("fill-array-data", 0, width, values[:FEW])]))
    content = struct.pack("<HI", width, 6) + b"".join(value.to_bytes(width, "little") for value in values)
    assert found.token.tolist() == [token(Kind.ARRAY, content), literal(100)]
    assert found.method.tolist() == [0, 1]
    assert found.contents[found.value[0]] == content


def test_an_array_of_numbers_of_resources_says_nothing() -> None:
    numbers = [0x7F010000 + row for row in range(8)]
    assert not len(constants(dex_unit([("fill-array-data", 0, 4, numbers)])).token)
    assert len(constants(dex_unit([("fill-array-data", 0, 8, numbers)])).token) == 1


def switch(keys: list[int]) -> list:
    return [("sparse-switch", 0, dict.fromkeys(sorted(keys), ":there")), ("nop",), ":there", ("nop",)]


@given(st.sets(st.integers(-(1 << 31), 0x7F00FFFF), min_size=CASES, max_size=40))
@settings(max_examples=25, deadline=None)
def test_a_switch_is_its_sorted_keys(keys: set[int]) -> None:
    found = constants(dex_unit(switch([*keys])))
    content = struct.pack(f"<{len(keys)}i", *sorted(keys))
    of_switch = [row for row, made in enumerate(found.token.tolist()) if kind_of(made) is Kind.SWITCH]
    assert [found.token[row] for row in of_switch] == [token(Kind.SWITCH, content)]
    assert found.contents[found.value[of_switch[0]]] == content
    assert {made for made in found.token.tolist() if kind_of(made) is Kind.LITERAL} == {
        made for made in map(number_token, keys) if made is not None
    }


def test_a_small_switch_is_not_told_from_comparisons() -> None:
    keys = [*range(CASES - 1)]
    assert not len(constants(dex_unit(switch(keys))).token)
    packed = [("packed-switch", 0, 0, [":there"] * CASES), ("nop",), ":there", ("nop",)]
    assert constants(dex_unit(packed)).token.tolist() == constants(dex_unit(switch([*keys, CASES - 1]))).token.tolist()


def test_texts_that_fields_begin_with_are_read_once_however_many_they_are() -> None:
    fields = [Field(f"f{row:02}", "Ljava/lang/String;", 9, ["first", "xy", "other"][row % 3]) for row in range(60)]
    found = constants(dex_unit(fields=tuple(fields)))
    assert of_class(found) == {text("first"), text("other")}
    assert [found.contents[row] for row in found.class_value.tolist()] == [b"first", b"other"] * 20
    assert len(found.contents) == 3
    jar = constants(class_unit(class_file(values=("first", "xy", "other") * 20)))
    assert of_class(jar) == of_class(found)
    assert len(jar.contents) <= 3


def test_many_constants_that_share_one_text_hold_it_once() -> None:
    made = ClassBuilder("a/A")
    long, name = made.utf8("y" * 60_000), made.utf8("ConstantValue")
    for _ in range(500):
        made._constants.append(struct.pack(">BH", 8, long))
        made._count += 1
        made._members["field"].append(struct.pack(">HHHHHIH", 9, name, name, 1, name, 2, made._count - 1))
    found = constants(class_unit(made.build()))
    assert of_class(found) == {text("y" * 60_000)}
    assert len(found.contents) == 1


@pytest.mark.parametrize(
    ("encoded", "wanted"),
    [
        (b"\x00\x50", 0x50),  # byte
        (b"\x00\xb0", -0x50),  # a byte below zero
        (b"\x22\x34\x12", 0x1234),  # short
        (b"\x23\x34\xf2", 0xF234),  # char has no sign
        (b"\x06\xa0", -0x60),  # long in one byte
        (b"\xe6" + bytes(range(1, 9)), int.from_bytes(range(1, 9), "little")),
        (b"\x10\x40", 0x40000000),  # 2.0f without its zeros
        (b"\x31\x04\x40", 0x4004 << 48),  # 2.5 without its zeros
        (b"\x1f", None),  # boolean
        (b"\x1e", None),  # null
    ],
)
def test_numbers_that_fields_begin_with_in_every_form(encoded: bytes, wanted: int | None) -> None:
    found = constants(with_values(encoded, 1))
    assert found.class_token.tolist() == ([] if wanted is None else [literal(wanted)])
    assert found.class_value.tolist() == ([] if wanted is None else [abs(wanted)])


def test_a_type_that_a_field_begins_with_is_given_by_its_number() -> None:
    assert constants(with_values(b"\x18\x00\x38\x01\x70", 3)).types.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    "encoded",
    [b"", b"\x37\xff\xff\xff", b"\x77\xff\xff\xff\xff", b"\x78\xff\xff\xff\xff", b"\xe4\x01", b"\x1c\x01\x1c", b"\xff"],
)
@pytest.mark.parametrize("count", [0, 1, 0x0FFFFFFF])
def test_values_that_lie_are_left(encoded: bytes, count: int) -> None:
    found = constants(with_values(encoded, count))
    assert not len(found.class_token)
    assert not len(found.types)


def test_a_jar_s_static_fields_have_what_the_dex_ones_have() -> None:
    jar = constants(class_unit(class_file(values=(700, -(1 << 40), 2.5, "some text"))))
    assert of_class(jar) == {literal(700), literal(1 << 40), literal(0x4004 << 48), text("some text")}
    assert [jar.contents[row] for row in jar.class_value[jar.class_token == text("some text")]] == [b"some text"]


@pytest.mark.parametrize("index", [0, 1, 999, 0xFFFF])
def test_a_field_that_names_no_constant_begins_with_nothing(index: int) -> None:
    assert not len(constants(class_unit(class_file(values=((index,),)))).class_token)


def test_a_class_file_does_not_see_the_constants_of_the_one_before() -> None:
    large = class_file("a/Large", tuple(range(1000, 1400)))
    body = [("bytes", b"\x03" * 6_000)]  # where the other's constants were, these have the tag of a number
    lying = [class_file("a/Lying", ((index,),), body) for index in range(30, 900, 7)]
    alone = [set(of_class(constants(class_unit(data)))) for data in lying]
    found = constants(class_unit(large, *lying))
    assert [set(found.class_token[found.class_row == row + 1].tolist()) for row in range(len(lying))] == alone


def test_strings_of_two_bytes_have_no_token() -> None:
    unit = dex_unit([("const-string", 0, "ab"), ("const-string", 0, "abc"), ("const-string", 0, "é"), (":x")])
    made = string_tokens(unit, np.arange(len(unit.strings)))
    raw = [unit.strings.raw(row) for row in range(len(unit.strings))]
    assert made.tolist() == [token(Kind.STRING, item) if len(item) > 2 else 0 for item in raw]


def test_nothing_has_no_constants() -> None:
    for found in (constants(class_unit()), constants(read_dexes("classes.dex", DexBuilder().build())[0])):
        assert not len(found.token) + len(found.class_token) + len(found.types) + len(found.contents)


@pytest.mark.parametrize("form", ["dex", "class"])
def test_damaged_files_give_rows_that_hold_together(form: str) -> None:
    body = [("const", 0, 70000), ("fill-array-data", 0, 2, [*range(9)]), *switch([*range(0, 900, 50)])]
    fields = [Field("f", "Ljava/lang/String;", 9, "text"), Field("g", "I", 9, 900)]
    whole = DexBuilder([Class("LA;", fields=fields, methods=[Method("m", code=[*body, ("return-void",)])])]).build()
    jump = ("lookupswitch", 200, [(key, 100 + key) for key in range(20)])
    if form == "class":
        whole = class_file(values=("text", 900, 1 << 40, 2.5), code=[("ldc", 70000), ("iconst_0",), jump])
    rng = random.Random(7)  # noqa: S311 - nothing is secret
    for _ in range(250):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 5)):
            data[rng.randrange(8, len(data))] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
        unit = class_unit(bytes(data)) if form == "class" else read_dexes("classes.dex", bytes(data))[0]
        found = constants(unit)
        assert same(found, constants(unit))
        assert np.all((found.method >= 0) & (found.method < len(unit.def_class)))
        assert np.all((found.class_row >= 0) & (found.class_row < len(unit.class_type)))
        for made, value in zip(
            [*found.token.tolist(), *found.class_token.tolist()],
            [*found.value.tolist(), *found.class_value.tolist()],
            strict=True,
        ):
            if kind_of(made) is not Kind.LITERAL:
                assert token(kind_of(made), found.contents[value]) == made
