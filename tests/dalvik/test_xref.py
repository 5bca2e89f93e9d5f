"""From what is named to the instructions that name it."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.statics import static_strings
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.dalvik.xref import referrers, space_size
from tests.builders.dex import Class, DexBuilder, Field
from tests.dalvik.material import one, real, rich


def naive(unit: Unit, kind: RefKind) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, (one_kind, target) in enumerate(zip(unit.refs.kind.tolist(), unit.refs.target.tolist(), strict=True)):
        if one_kind == kind and target >= 0:
            found.setdefault(target, []).append(row)
    return found


def check(unit: Unit) -> None:
    for kind in RefKind:
        rows = referrers(unit, kind)
        assert len(rows.start) == space_size(unit, kind) + 1
        got = {index: rows.row(index).tolist() for index in range(len(rows.start) - 1)}
        assert {index: items for index, items in got.items() if items} == naive(unit, kind)


def test_every_kind_of_reference():
    unit = read_dex("x", rich().build())
    check(unit)
    assert {int(kind) for kind in unit.refs.kind} == {int(kind) for kind in RefKind}


def test_references_out_of_range_are_left_out():
    check(read_dex("x", one([("const-string", 0, 99), ("const-string", 0, "a"), ("return-void",)])))


def test_the_result_is_kept():
    unit = read_dex("x", rich().build())
    assert referrers(unit, RefKind.METHOD) is referrers(unit, RefKind.METHOD)


def test_a_string_leads_to_the_method_that_loads_it():
    unit = read_dex("classes.dex", one([("nop",), ("const-string", 0, "http://h/"), ("return-void",)]))
    index = [unit.strings[row] for row in range(len(unit.strings))].index("http://h/")
    (row,) = referrers(unit, RefKind.STRING).row(index).tolist()
    place = unit.site(row)
    assert (place.entry, place.class_, place.method, place.pc) == ("classes.dex", "Lcom/x/A;", "run()V", 1)
    assert bytes(unit.data[0][place.offset : place.offset + 1]) == b"\x1a"


@pytest.mark.corpus
def test_real_files(corpus):
    for _, data in real(corpus):
        check(read_dex("x", data))


def test_a_static_field_leads_to_its_text():
    fields = [Field("a", "I", 0x9, 5), Field("b", "Ljava/lang/String;", 0x9, "http://h/"), Field("c")]
    data = DexBuilder([Class("Lz;"), Class("La;", fields=fields)]).build()
    unit = read_dex("x", data)
    found = static_strings(unit)
    assert len(found) == 1
    assert unit.class_name(int(found.class_row[0])) == "La;"
    assert unit.field_parts(int(unit.deffield_field[found.field_row[0]]))[1] == "b"
    assert unit.strings[int(found.string[0])] == "http://h/"
    assert data[int(found.offset[0])] & 0x1F == 0x17


def test_more_values_than_fields_name_no_field():
    fields = [Field("b", "Ljava/lang/String;", 0x9, "http://h/")]
    data = bytearray(DexBuilder([Class("La;", fields=fields)]).build())
    at = int(static_strings(read_dex("x", bytes(data))).offset[0])
    value = bytes(data[at : at + 5])
    longer = bytearray(bytes(data) + b"\x02" + value + value)
    table = int(read_dex("x", bytes(data)).class_offset[0])
    longer[table + 28 : table + 32] = len(data).to_bytes(4, "little")
    found = static_strings(read_dex("x", bytes(longer)))
    assert found.field_row.tolist() == [0, -1]
