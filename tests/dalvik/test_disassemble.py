"""What a cited offset says, in words."""

import time

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.disassemble import TEXT_LIMIT, disassemble, excerpt
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.unit import Unit
from tests.builders.dex import Class, DexBuilder, Method
from tests.dalvik.material import one, rich


def lines(*code: object) -> list[str]:
    return [text for _, text in disassemble(read_dex("x", one(list(code))), 0)]


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        (("nop",), "nop"),
        (("move", 1, 2), "move v1, v2"),
        (("move/from16", 200, 3000), "move/from16 v200, v3000"),
        (("move-wide/16", 300, 3000), "move-wide/16 v300, v3000"),
        (("return", 4), "return v4"),
        (("const/4", 1, -8), "const/4 v1, -0x8"),
        (("const/16", 1, -2), "const/16 v1, -0x2"),
        (("const", 1, 0x7FFFFFFF), "const v1, 0x7fffffff"),
        (("const/high16", 1, 0x7F03), "const/high16 v1, 0x7f030000"),
        (("const-wide", 1, -(1 << 63)), "const-wide v1, -0x8000000000000000"),
        (("const-wide/high16", 1, 0x4024), "const-wide/high16 v1, 0x4024000000000000"),
        (("const-wide/32", 1, -1), "const-wide/32 v1, -0x1"),
        (("goto", 0), "goto :0000"),
        (("goto/16", 5), "goto/16 :0005"),
        (("goto/32", 6), "goto/32 :0006"),
        (("goto", -1), "goto :-0001"),
        (("if-lez", 1, 3), "if-lez v1, :0003"),
        (("if-ne", 1, 2, 3), "if-ne v1, v2, :0003"),
        (("cmp-long", 1, 2, 3), "cmp-long v1, v2, v3"),
        (("add-int/2addr", 1, 2), "add-int/2addr v1, v2"),
        (("add-int/lit16", 1, 2, -300), "add-int/lit16 v1, v2, -0x12c"),
        (("add-int/lit8", 1, 2, 127), "add-int/lit8 v1, v2, 0x7f"),
        (("const-string", 1, 'say "hi"'), 'const-string v1, "say "hi""'),
        (("const-string/jumbo", 1, "x"), 'const-string/jumbo v1, "x"'),
        (("const-class", 1, "La;"), "const-class v1, La;"),
        (("instance-of", 1, 2, "[I"), "instance-of v1, v2, [I"),
        (("iput-wide", 1, 2, "La;->f:J"), "iput-wide v1, v2, La;->f:J"),
        (("sget", 1, "La;->g:I"), "sget v1, La;->g:I"),
        (("invoke-static", [], "La;->m()V"), "invoke-static {}, La;->m()V"),
        (("invoke-static", [1, 2, 3, 4, 5], "La;->m(IIIII)V"), "invoke-static {v1, v2, v3, v4, v5}, La;->m(IIIII)V"),
        (("invoke-static/range", [1, 2, 3], "La;->m(III)V"), "invoke-static/range {v1 .. v3}, La;->m(III)V"),
        (("invoke-static/range", [], "La;->m()V"), "invoke-static/range {}, La;->m()V"),
        (("const-method-type", 1, "(I)V"), "const-method-type v1, (I)V"),
        (("const-class", 1, 999), "const-class v1, type@999"),
        (("sget", 1, 999), "sget v1, field@999"),
        (("const-method-type", 1, 999), "const-method-type v1, proto@999"),
        (("const-method-handle", 1, 999), "const-method-handle v1, method_handle@999"),
        (("invoke-custom", [], 999), "invoke-custom {}, call_site@999()"),
    ],
)
def test_one_of_each_format(instruction: tuple[object, ...], text: str):
    assert lines(instruction, ("return-void",)) == [text, "return-void"]


def test_switches_show_their_cases_and_payloads_their_size():
    text = lines(
        ("packed-switch", 1, 5, [":a", ":b"]),
        ("sparse-switch", 1, {-1: ":b"}),
        ":a",
        ("fill-array-data", 1, 2, list(range(20))),
        ":b",
        ("return-void",),
    )
    assert text[0] == "packed-switch v1, :000a {5 -> :0006, 6 -> :0009}"
    assert text[1] == "sparse-switch v1, :0012 {-1 -> :0009}"
    assert text[-3:] == [
        ".packed-switch (2 targets)",
        ".sparse-switch (1 targets)",
        ".array-data (20 items of 2 bytes: 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 …)",
    ]


def test_a_switch_with_many_cases_is_cut():
    text = lines(("packed-switch", 1, 0, [3] * 100), ("return-void",))[0]
    assert text.endswith("7 -> :0003, …}")


def test_a_switch_without_its_payload_shows_no_cases():
    assert lines(("packed-switch", 1, ":x"), ":x", ("return-void",))[0] == "packed-switch v1, :0003"


def test_call_sites_and_handles_are_followed():
    text = [line for _, line in disassemble(read_dex("x", rich().build()), 2)]
    assert 'invoke-custom {v0}, call_site@0(invoke-static Lcom/x/A;->boot(I)V, "apply", (I)V)' in text
    assert "const-method-handle v0, invoke-static Lcom/x/A;->boot(I)V" in text
    assert any(line.endswith("->invoke([Ljava/lang/Object;)Ljava/lang/Object;, (I)V") for line in text)


def test_every_opcode_can_be_shown():
    for code in opcodes():
        raw = ("raw", code.value | 0x1100, *[0x1111] * (code.width - 1))
        (text,) = lines(raw)
        assert text.split(" ")[0] == code.mnemonic


def test_text_from_the_app_is_printable_and_bounded():
    (text, _) = lines(("const-string", 0, "a\n\t\u202e\ud800" + "x" * 5000), ("return-void",))
    assert text.startswith('const-string v0, "a\\n\\t\\u202e\\ud800xxx')
    assert len(text) == TEXT_LIMIT + 1
    assert text.isprintable()


def test_a_method_without_code_has_no_lines():
    unit = read_dex("x", DexBuilder([Class("La;", methods=[Method("m", access=0x401)])]).build())
    assert disassemble(unit, 0) == []
    assert excerpt(unit, 0, 0) == ([], -1)


def excerpt_at(unit: Unit, row: int, context: int = 3) -> tuple[list[str], int]:
    return excerpt(unit, int(unit.refs.owner[row]), int(unit.refs.offset[row]), context)


def test_an_excerpt_marks_the_cited_line_among_its_neighbours():
    unit = read_dex("x", rich().build())
    whole = disassemble(unit, 2)
    for row in range(len(unit.refs)):
        for context in (0, 1, 3, 100):
            got, cited = excerpt_at(unit, row, context)
            at = [pc for pc, _ in whole].index(unit.site(row).pc)
            if int(unit.refs.owner[row]) == 2:
                expected = whole[max(0, at - context) : at + context + 1]
                assert got == [f"{pc:04x}: {text}" for pc, text in expected]
            assert got[cited].startswith(f"{unit.site(row).pc:04x}: ")


def test_an_excerpt_of_what_is_no_instruction_is_empty():
    unit = read_dex("x", rich().build())
    start = int(unit.def_code[2])
    assert excerpt(unit, 2, start + 2) == ([], -1)
    assert excerpt(unit, 2, start - 2) == ([], -1)
    assert excerpt(unit, 2, start + 10**6) == ([], -1)
    assert excerpt(unit, 2, start, -1) == ([], -1)


def test_an_excerpt_of_a_huge_method_does_not_walk_it():
    code = [("raw", *[0] * 300_000), ("const-string", 0, "x"), ("return-void",)]
    unit = read_dex("x", one(code))
    started = time.perf_counter()
    got, cited = excerpt_at(unit, 0)
    assert time.perf_counter() - started < 0.2
    assert got[cited] == '493e0: const-string v0, "x"'


def test_a_huge_method_is_cut_and_says_so():
    unit = read_dex("x", one([("raw", *[0] * 120_000)]))
    text = disassemble(unit, 0)
    assert len(text) == 100_001
    assert text[-1] == (100_000, ".end-of-decoding (20000 code units left)")
