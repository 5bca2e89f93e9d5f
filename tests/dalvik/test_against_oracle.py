"""The reader says of valid files what the slow, obvious reader says."""

import random

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.statics import static_strings
from affidavit.dalvik.unit import RefKind, Unit
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.dalvik.material import real, rich
from tests.oracles import dex as oracle

KIND = {name: RefKind(row) for row, name in enumerate(("string", "type", "field", "method", "call-site"))}
KIND |= {"method-handle": RefKind.METHOD_HANDLE, "proto": RefKind.PROTO}


def tables(unit: Unit) -> dict[str, object]:
    """Everything that names something, in words."""
    return {
        "strings": [unit.strings[row] for row in range(len(unit.strings))],
        "bytes": [unit.strings.raw(row) for row in range(len(unit.strings))],
        "types": [unit.type_name(row) for row in range(len(unit.type_string))],
        "protos": [unit.proto(row) for row in range(len(unit.proto_return))],
        "fields": [unit.field_parts(row) for row in range(len(unit.field_name))],
        "methods": [unit.method_parts(row) for row in range(len(unit.method_name))],
        "classes": [
            (
                unit.class_name(row),
                int(unit.class_access[row]),
                unit.type_name(int(unit.class_super[row])),
                [unit.type_name(int(item)) for item in unit.interfaces.row(row)],
                unit.strings[int(unit.class_source[row])],
            )
            for row in range(len(unit.class_type))
        ],
    }


def told(dex: oracle.Dex) -> dict[str, object]:
    """The same of the oracle."""
    return {
        "strings": dex.strings,
        "bytes": dex.string_bytes,
        "types": dex.types,
        "protos": dex.protos,
        "fields": [(owner, name, kind) for owner, name, kind in dex.fields],
        "methods": dex.methods,
        "classes": [(c.name, c.access, c.super_, c.interfaces, c.source) for c in dex.classes],
    }


def definitions(dex: oracle.Dex) -> list[tuple[int, int, int, int, int]]:
    return [
        (index, row, access, code.offset if code else 0, code.units if code else 0)
        for row, item in enumerate(dex.classes)
        for index, access, code in item.methods
    ]


def references(dex: oracle.Dex) -> list[tuple[int, int, int, int, int, int]]:
    codes = [code for item in dex.classes for _, _, code in item.methods]
    return [
        (owner, code.offset + 2 * pc, pc, opcode, int(KIND[kind]), index)
        for owner, code in enumerate(codes)
        if code
        for pc, opcode, kind, index in code.instructions
        if kind
    ]


def same(data: bytes) -> Unit:
    """Compare everything; give the unit."""
    unit, dex = read_dex("classes.dex", data), oracle.read(data)
    assert tables(unit) == told(dex)
    columns = (unit.def_method, unit.def_class, unit.def_access, unit.def_code, unit.def_units)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == definitions(dex)
    fields = (unit.deffield_field, unit.deffield_class, unit.deffield_access)
    assert list(zip(*(column.tolist() for column in fields), strict=True)) == [
        (index, row, access) for row, item in enumerate(dex.classes) for index, access in item.fields
    ]
    refs = unit.refs
    columns = (refs.owner, refs.offset, unit.pcs(np.arange(len(refs))), refs.opcode, refs.kind, refs.target)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == references(dex)
    codes = [code for item in dex.classes for _, _, code in item.methods if code]
    assert unit.instructions == sum(len(code.instructions) for code in codes)
    assert unit.undecoded == 0
    statics = static_strings(unit)
    assert list(zip(statics.class_row.tolist(), [unit.strings[i] for i in statics.string], strict=True)) == [
        (row, text) for row, item in enumerate(dex.classes) for _, text in item.static_strings
    ]
    assert (statics.field_row >= 0).all()
    return unit


def test_a_dex_with_something_of_everything():
    assert same(rich().build()).limitations == ()


def test_an_empty_dex():
    unit = same(DexBuilder().build())
    assert len(unit.class_type) == len(unit.refs) == 0
    assert unit.limitations == ()


@pytest.mark.parametrize("version", ["035", "037", "038", "039", "040"])
def test_every_version_reads_alike(version: str):
    unit = same(rich().build(version))
    assert (unit.version, unit.limitations) == (version, ())


def test_random_programs():
    """Classes, members, literals and texts at random: what the builder writes both readers read alike."""
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    for _ in range(25):
        builder = DexBuilder()
        for number in range(dice.randrange(5)):
            builder.classes.append(random_class(dice, number))
        assert same(builder.build()).limitations == ()


def random_class(dice: random.Random, number: int) -> Class:
    name = f"Lp{dice.randrange(3)}/C{number};"
    texts = ["", "a", "é", "\0", "😀", "\ud800", "\udc00\ud800", "x" * 200, "http://h/"]
    fields = [Field(f"f{row}", "Ljava/lang/String;", dice.choice([0x9, 0x1]), None) for row in range(dice.randrange(4))]
    fields = [Field(f.name, f.type_, f.access, dice.choice(texts) if f.access & 8 else None) for f in fields]
    methods = []
    for row in range(dice.randrange(6)):
        choices = (
            ("const-string", dice.randrange(16), dice.choice(texts)),
            ("const/16", 3, dice.randrange(-5, 5)),
            ("sget-object", 1, f"{name}->other:Ljava/lang/String;"),
            ("invoke-static", [1, 2], f"Lq;->m{dice.randrange(4)}(II)[J"),
            ("new-array", 1, 2, "[[I"),
            ("fill-array-data", 1, dice.choice([1, 2, 4, 8]), list(range(dice.randrange(6)))),
            ("packed-switch", 1, -2, [3] * dice.randrange(4)),
            ("sparse-switch", 1, dict.fromkeys(range(dice.randrange(4)), 3)),
        )
        code = dice.choices(choices, k=dice.randrange(8))
        proto = dice.choice(["()V", "(I)V", "(JLjava/lang/String;[D)Z"])
        methods.append(Method(f"m{row}", proto, code=[*code, ("return-void",)], access=dice.choice([0x1, 0x9, 0x2])))
    return Class(name, interfaces=["Ljava/io/Serializable;"] * dice.randrange(2), fields=fields, methods=methods)


@pytest.mark.corpus
def test_real_files(corpus):
    for name, data in real(corpus):
        unit = same(data)
        assert unit.limitations == (), name
        assert len(unit.refs) > 100
