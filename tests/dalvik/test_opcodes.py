"""The table of opcodes, against facts of the specification and against the builder's encodings."""

import pytest

from affidavit.dalvik.opcodes import NO_KIND, opcodes, sweep_table
from affidavit.dalvik.unit import RefKind


def test_all_256_values_in_order():
    assert [code.value for code in opcodes()] == list(range(256))
    assert len({opcode.mnemonic for opcode in opcodes()}) == 256


@pytest.mark.parametrize(
    ("value", "mnemonic", "form", "kind"),
    [
        (0x00, "nop", "10x", None),
        (0x09, "move-object/16", "32x", None),
        (0x12, "const/4", "11n", None),
        (0x18, "const-wide", "51l", None),
        (0x1A, "const-string", "21c", RefKind.STRING),
        (0x1B, "const-string/jumbo", "31c", RefKind.STRING),
        (0x1F, "check-cast", "21c", RefKind.TYPE),
        (0x25, "filled-new-array/range", "3rc", RefKind.TYPE),
        (0x2C, "sparse-switch", "31t", None),
        (0x31, "cmp-long", "23x", None),
        (0x3D, "if-lez", "21t", None),
        (0x51, "aput-short", "23x", None),
        (0x5F, "iput-short", "22c", RefKind.FIELD),
        (0x6D, "sput-short", "21c", RefKind.FIELD),
        (0x6E, "invoke-virtual", "35c", RefKind.METHOD),
        (0x78, "invoke-interface/range", "3rc", RefKind.METHOD),
        (0x8F, "int-to-short", "12x", None),
        (0xAF, "rem-double", "23x", None),
        (0xCF, "rem-double/2addr", "12x", None),
        (0xD1, "rsub-int", "22s", None),
        (0xE2, "ushr-int/lit8", "22b", None),
        (0xFA, "invoke-polymorphic", "45cc", RefKind.METHOD),
        (0xFD, "invoke-custom/range", "3rc", RefKind.CALL_SITE),
        (0xFE, "const-method-handle", "21c", RefKind.METHOD_HANDLE),
        (0xFF, "const-method-type", "21c", RefKind.PROTO),
    ],
)
def test_known_rows(value: int, mnemonic: str, form: str, kind: RefKind | None):
    code = opcodes()[value]
    assert (code.mnemonic, code.format, code.kind, code.width) == (mnemonic, form, kind, int(form[0]))
    assert not code.unused


def test_the_values_that_the_set_leaves_free():
    free = {code.value for code in opcodes() if code.unused}
    assert free == {*range(0x3E, 0x44), 0x73, 0x79, 0x7A, *range(0xE3, 0xFA)}
    assert all(opcodes()[value].width == 1 for value in free)


def test_what_the_sweep_needs():
    widths, kinds = sweep_table()
    assert [width & 7 for width in widths.tolist()] == [code.width for code in opcodes()]
    assert [row for row, width in enumerate(widths.tolist()) if width & 128] == [0x1B]
    assert {row for row, width in enumerate(widths.tolist()) if width & 64} == {c.value for c in opcodes() if c.unused}
    assert [row for row, kind in enumerate(kinds.tolist()) if kind == NO_KIND] == [
        code.value for code in opcodes() if code.kind is None
    ]
    assert all(code.width >= 2 for code in opcodes() if code.kind is not None)
