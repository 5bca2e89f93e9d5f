"""Instructions as records, from real bytes; and what is no method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.replay.decode import Decoded, Undecodable, decode, parameters
from tests.builders.dex import Class, DexBuilder, Method

OPCODE = {item.mnemonic: item.value for item in opcodes()}


def decoded(*code: object, proto: str = "()V", **more: object) -> Decoded:
    data = DexBuilder([Class("Lx;", methods=[Method("m", proto, list(code), access=0x9, **more)])]).build()
    return decode(read_dex("classes.dex", data), 0)


@pytest.mark.parametrize(
    ("code", "regs", "literal"),
    [
        (("const/4", 3, -2), (3,), -2),
        (("const/16", 3, -200), (3,), -200),
        (("const", 3, 1 << 20), (3,), 1 << 20),
        (("const/high16", 3, 2), (3,), 2 << 16),
        (("const-wide/high16", 3, -1), (3,), -1 << 48),
        (("const-wide", 3, 1 << 40), (3,), 1 << 40),
        (("move", 1, 2), (1, 2), 0),
        (("move/from16", 1, 12), (1, 12), 0),
        (("move/16", 1, 12), (1, 12), 0),
        (("add-int", 1, 2, 3), (1, 2, 3), 0),
        (("add-int/lit8", 1, 2, -3), (1, 2), -3),
        (("add-int/lit16", 1, 2, -300), (1, 2), -300),
        (("iget", 1, 2, "Lx;->f:I"), (1, 2), 0),
        (("return", 7), (7,), 0),
    ],
)
def test_registers_and_literals_are_read(code, regs, literal):
    item = decoded(code, ("return-void",)).instructions[0]
    assert (item.op, item.regs, item.literal) == (OPCODE[code[0]], regs, literal)


def test_invokes_name_a_wide_argument_once():
    call = ("invoke-static", [0, 1, 2, 3], "Ly;->m(JID)V")
    with pytest.raises(Undecodable):
        decoded(call, ("return-void",))
    good = decoded(("invoke-static", [0, 1, 2, 3, 4], "Ly;->m(JID)V"), ("return-void",))
    assert good.instructions[0].regs == (0, 2, 3)
    ranged = decoded(("invoke-virtual/range", [4, 5, 6, 7], "Ly;->m(JI)V"), ("return-void",))
    assert ranged.instructions[0].regs == (4, 5, 7)


def test_branches_lead_to_rows():
    items = decoded(
        ":top", ("const/4", 0, 0), ("if-eqz", 0, ":top"), ("goto", ":end"), ":end", ("return-void",)
    ).instructions
    assert [item.target for item in items] == [-1, 0, 3, -1]


def test_switches_have_their_cases():
    packed = decoded(("packed-switch", 0, 5, [":a", ":b"]), ":a", ("nop",), ":b", ("return-void",)).instructions
    assert packed[0].cases == ((5, 1), (6, 2))
    sparse = decoded(("sparse-switch", 0, {-7: ":a", 9: ":b"}), ":a", ("nop",), ":b", ("return-void",)).instructions
    assert sparse[0].cases == ((-7, 1), (9, 2))


def test_arrays_have_their_numbers():
    item = decoded(("fill-array-data", 0, 2, [1, -2, 3]), ("return-void",)).instructions[0]
    assert (item.data, item.literal) == ((1, -2, 3), 3)


def test_handlers_cover_their_range():
    code = [("nop",), ":t", ("const/4", 0, 0), ":u", ("return-void",), ":h", ("move-exception", 0), ("return-void",)]
    items = decoded(*code, tries=[(":t", ":u", {"Ljava/lang/Exception;": ":h", None: ":h"})]).instructions
    assert [item.handlers for item in items[:3]] == [(), (("Ljava/lang/Exception;", 3), ("", 3)), ()]


def test_the_parameters_are_counted():
    found = decoded(("return-void",), proto="(JI)V", registers=9)
    assert (found.registers, found.parameters) == (9, 3)


@pytest.mark.parametrize(
    "code",
    [
        [("goto", 77)],
        [("goto", -1)],
        [("const/4", 0, 0), ("if-eqz", 0, 1)],
        [("raw", 0x0014)],
        [("const-string", 0, 999)],
        [("packed-switch", 0, 3)],
        [("invoke-static", [], "Ly;->m(I)V")],
    ],
)
def test_what_breaks_the_format_is_no_method(code):
    with pytest.raises(Undecodable):
        decoded(*code, ("return-void",))


def test_a_register_that_the_method_does_not_have_is_refused():
    with pytest.raises(Undecodable):
        decoded(("const/16", 200, 1), ("return-void",), registers=4)


def test_a_method_without_code_is_none():
    data = DexBuilder([Class("Lx;", methods=[Method("m", "()V", None, access=0x109)])]).build()
    with pytest.raises(Undecodable):
        decode(read_dex("classes.dex", data), 0)


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=40))
def test_any_bytes_are_decoded_or_refused(units):
    try:
        found = decoded(("raw", *units))
    except Undecodable:
        return
    assert all(0 <= item.target < len(found.instructions) or item.target == -1 for item in found.instructions)


@pytest.mark.parametrize(
    ("proto", "expected"),
    [("()V", ()), ("(I[JLx;)V", ("I", "[J", "Lx;")), ("([[Lx;Z)I", ("[[Lx;", "Z")), ("(Lx", ("Lx",)), ("", ())],
)
def test_parameter_types_are_split(proto, expected):
    assert parameters(proto) == expected
