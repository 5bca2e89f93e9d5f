"""The shape of code: names of what an index leads to, places, and the order of references."""

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.unit import Csr
from affidavit.model.place import Place
from tests.dalvik.material import real, rich


def test_the_index_of_nothing_has_empty_names():
    unit = read_dex("x", rich().build())
    assert unit.type_name(-1) == ""
    assert unit.proto(-1) == ""
    assert unit.method_parts(-1) == ("", "", "")
    assert unit.field_parts(-1) == ("", "", "")


def test_names_are_written_as_smali_writes_them():
    unit = read_dex("x", rich().build())
    methods = {unit.method_parts(row) for row in range(len(unit.method_name))}
    assert ("Lcom/x/A;", "nat", "(JD)V") in methods
    assert ("Ljava/io/File;", "delete", "()Z") in methods
    fields = {unit.field_parts(row) for row in range(len(unit.field_name))}
    assert ("Lcom/x/A;", "URL", "Ljava/lang/String;") in fields
    assert [unit.class_name(row) for row in range(2)] == ["Lcom/x/A;", "Lcom/x/B;"]


def test_a_place_leads_back_to_the_instruction():
    unit = read_dex("classes.dex", rich().build())
    for row in range(len(unit.refs)):
        place = unit.site(row)
        assert isinstance(place, Place)
        assert (place.entry, place.class_, place.method) == ("classes.dex", "Lcom/x/A;", "run()V")
        assert unit.data[0][place.offset] == unit.refs.opcode[row]


def test_units_are_compared_by_identity():
    one, other = read_dex("x", rich().build()), read_dex("x", rich().build())
    assert one != other
    assert len({one, other}) == 2


def test_rows_of_a_csr():
    csr = Csr(np.array([0, 2, 2, 3], np.int32), np.array([7, 8, 9], np.int32))
    assert [csr.row(index).tolist() for index in range(3)] == [[7, 8], [], [9]]


@pytest.mark.corpus
def test_references_come_in_order_of_method_and_offset(corpus):
    for _, data in real(corpus):
        unit = read_dex("x", data)
        refs = unit.refs
        key = refs.owner.astype(np.int64) * (1 << 32) + unit.pcs(np.arange(len(refs)))
        assert (np.diff(key) > 0).all()
        assert refs.offset.dtype == np.uint32
        assert refs.opcode.dtype == refs.kind.dtype == np.uint8
