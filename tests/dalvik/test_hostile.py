"""Malformed and hostile bytes: no exception, bounded work, and every gap is said."""

import random
import struct
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex, read_dexes
from affidavit.dalvik.disassemble import disassemble, excerpt
from affidavit.dalvik.program import Program
from affidavit.dalvik.statics import static_strings
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.dalvik.xref import referrers
from tests.builders.dex import Class, DexBuilder, Method, uleb
from tests.dalvik.material import one, real, rich

WHOLE = rich().build()


def use(unit: Unit) -> None:
    """Do everything with a unit that the rest of the program does; every index it gives must be in its table."""
    for values, size in (
        (unit.type_string, len(unit.strings)),
        (unit.proto_shorty, len(unit.strings)),
        (unit.proto_return, len(unit.type_string)),
        (unit.proto_params.items, len(unit.type_string)),
        (unit.field_class, len(unit.type_string)),
        (unit.method_class, len(unit.type_string)),
        (unit.method_proto, len(unit.proto_return)),
        (unit.method_name, len(unit.strings)),
        (unit.class_type, len(unit.type_string)),
        (unit.class_super, len(unit.type_string)),
        (unit.interfaces.items, len(unit.type_string)),
        (unit.def_method, len(unit.method_name)),
        (unit.def_class, len(unit.class_type)),
        (unit.refs.owner, len(unit.def_method)),
    ):
        assert ((values >= -1) & (values < max(size, 1))).all()
    program = Program([unit])
    program.framework_target(unit)
    program.active(unit)
    static_strings(unit)
    for kind in RefKind:
        assert len(referrers(unit, kind).items) <= len(unit.refs)
    for owner in range(min(3, len(unit.def_method))):
        for _, text in disassemble(unit, owner):
            text.encode()
    for row in range(min(5, len(unit.refs))):
        lines, cited = excerpt(unit, int(unit.refs.owner[row]), int(unit.refs.offset[row]))
        assert lines[cited].startswith(f"{unit.site(row).pc:04x}: ")
        unit.site(row)
    for row in range(min(20, len(unit.strings))):
        unit.strings[row].encode()


def kinds(unit: Unit) -> set[str]:
    return {item.kind for item in unit.limitations}


def test_thousands_of_random_changes():
    """Header, tables, code: whatever changes, the reader ends and its arrays hold."""
    dice = random.Random(3)  # noqa: S311 - repeatable, not secret
    for _ in range(1500):
        data = bytearray(WHOLE)
        for _ in range(dice.choice([1, 2, 5, 20])):
            at = dice.randrange(8, len(data))
            data[at] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        if dice.random() < 0.2:
            del data[dice.randrange(len(data)) :]
        use(read_dex("classes.dex", bytes(data)))


def test_every_word_of_the_header_at_its_extremes():
    for at in range(0x20, 0x70, 4):
        for value in (0, 1, 0x70, len(WHOLE) - 1, len(WHOLE), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            data = bytearray(WHOLE)
            struct.pack_into("<I", data, at, value)
            unit = read_dex("classes.dex", bytes(data))
            use(unit)
            assert unit.limitations or bytes(data) == WHOLE


def test_every_truncation():
    for size in range(0, len(WHOLE), 7):
        unit = read_dex("classes.dex", WHOLE[:size])
        use(unit)
        assert unit.limitations


@pytest.mark.corpus
def test_random_changes_of_a_real_file(corpus):
    dice = random.Random(5)  # noqa: S311 - repeatable, not secret
    whole = min((data for _, data in real(corpus)), key=len)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(30):
            data[dice.randrange(0x20, len(data))] = dice.randrange(256)
        use(read_dex("classes.dex", bytes(data)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_after_the_magic(tail: bytes):
    use(read_dex("classes.dex", b"dex\n035\0" + tail))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "code/not-dex"),
        (b"PK\3\4" + b"\0" * 200, "code/not-dex"),
        (b"cdex001\0" + b"\0" * 200, "code/compact-dex"),
        (b"dey\n036\0" + b"\0" * 200, "code/optimised-dex"),
        (b"dex\n035\0", "code/bad-dex-size"),
        (WHOLE[:0x28] + b"\x78\x56\x34\x12" + WHOLE[0x2C:], "code/big-endian"),
    ],
)
def test_what_cannot_be_read_at_all_is_an_empty_unit_that_says_so(data: bytes, kind: str):
    if kind == "code/big-endian":
        data = WHOLE[:0x28] + b"\x12\x34\x56\x78" + WHOLE[0x2C:]
    unit = read_dex("classes.dex", data)
    assert kinds(unit) == {kind}
    assert len(unit.strings) == len(unit.class_type) == len(unit.refs) == 0
    use(unit)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({"file_size": 1}, "code/trailing-bytes"),
        ({"file_size": 1 << 30}, "code/bad-file-size"),
        ({"header_size": 0x5C}, "code/bad-header-size"),
        ({"endian_tag": 0}, "code/bad-endian-tag"),
        ({"link_size": 4, "link_off": 0x70}, "code/link-section"),
        ({"map_off": 1 << 30}, "code/bad-map"),
        ({"string_ids_size": 1 << 29}, "code/truncated-table"),
        ({"string_ids_off": 8}, "code/bad-string-offset"),
        ({"type_ids_size": 1}, "code/bad-index"),
    ],
)
def test_a_lie_in_the_header_is_named(header: dict[str, int], kind: str):
    unit = read_dex("classes.dex", rich().build(header=header))
    assert kind in kinds(unit)
    use(unit)


@pytest.mark.parametrize("lie", ["checksum", "signature", "version", "link"])
def test_code_that_android_runs_all_the_same_is_read_all_the_same(lie: str):
    builder = rich()
    data = bytearray(builder.build(header={"link_size": 4} if lie == "link" else {}, checksum=lie != "checksum"))
    if lie == "signature":
        data[12:32] = b"\0" * 20
    if lie == "version":
        data[4:7] = b"099"
    unit, whole = read_dex("classes.dex", bytes(data)), read_dex("classes.dex", WHOLE)
    assert len(unit.refs) == len(whole.refs)
    assert np.array_equal(unit.refs.target, whole.refs.target)
    assert unit.limitations


def test_a_wrong_checksum_is_said_with_both_values():
    unit = read_dex("classes.dex", rich().build(checksum=False))
    (item,) = unit.limitations
    assert item.kind == "code/bad-checksum"
    assert f"{zlib.adler32(WHOLE[12:]):08x}" in item.detail
    assert item.place is not None
    assert item.place.entry == "classes.dex"


def test_bytes_after_the_end_are_counted():
    unit = read_dex("classes.dex", WHOLE + b"\0" * 99)
    assert kinds(unit) == {"code/trailing-bytes"}
    assert "99 bytes" in unit.limitations[0].detail


def test_indices_out_of_range_are_unknown_and_counted():
    unit = read_dex("x", one([("const-string", 0, 999), ("invoke-static", [], 999), ("return-void",)]))
    assert unit.refs.target.tolist() == [-1, -1]
    (item,) = unit.limitations
    assert (item.kind, item.count) == ("code/bad-index", 2)
    assert [text for _, text in disassemble(unit, 0)][:2] == [
        "const-string v0, string@999".replace('"', ""),
        "invoke-static {}, method@999",
    ]


@pytest.mark.parametrize(
    "code",
    [
        [("nop",), ("raw", 0x6E)],
        [("raw", 0x0100, 0xFFFF, 0, 0)],
        [("raw", 0x0200, 0xFFFF)],
        [("raw", 0x0300, 0xFFFF, 0xFFFF, 0xFFFF)],
        [("raw", 0x0300)],
        [("raw", 0x0100)],
        [("raw", 0x18, 1, 2)],
    ],
)
def test_an_instruction_over_the_end_stops_the_method_and_is_said(code: list[object]):
    unit = read_dex("x", one(code))
    assert unit.undecoded == 1
    assert kinds(unit) == {"code/undecoded"}
    assert unit.limitations[0].place is not None
    assert unit.limitations[0].place.offset == int(unit.def_code[0])
    assert disassemble(unit, 0)[-1][1].startswith(".end-of-decoding")


def test_opcodes_left_free_are_said():
    unit = read_dex("x", one([("raw", 0x3E), ("raw", 0xE3), ("return-void",)]))
    assert unit.instructions == 3
    (item,) = unit.limitations
    assert (item.kind, item.count) == ("code/unused-opcode", 2)


def test_a_nop_with_an_unknown_high_byte_is_a_nop():
    unit = read_dex("x", one([("raw", 0x0400), ("raw", 0xFF00), ("return-void",)]))
    assert (unit.instructions, unit.undecoded) == (3, 0)


def many_strings_in_one(count: int) -> bytes:
    """Every string id points into one long text, each a byte further: together far longer than the file."""
    data = bytearray(DexBuilder().add_strings("x" * count, *(f"s{row}" for row in range(200))).build())
    size, table = struct.unpack_from("<2I", data, 0x38)
    longest = max(range(size), key=lambda row: struct.unpack_from("<I", data, table + 4 * row)[0])
    begin = data.index(b"x" * 100)
    assert longest
    for row in range(size):
        struct.pack_into("<I", data, table + 4 * row, begin + row)
    return bytes(data)


def test_overlapping_strings_cannot_outgrow_the_file():
    data = many_strings_in_one(20_000)
    unit = read_dex("x", data)
    begins, ends = unit.strings.blob()[1:]
    assert (ends - begins).sum() <= len(data)
    assert "code/bad-string-offset" in kinds(unit)


def test_classes_that_share_their_members_cannot_outgrow_the_file():
    """A thousand classes with one class_data_item of a thousand methods: a million rows if each were believed."""
    methods = [Method(f"m{row}", access=0x401) for row in range(1000)]
    builder = DexBuilder([Class("La;", methods=methods)] + [Class(f"Lb{row};") for row in range(1000)])
    data = bytearray(builder.build())
    count, table = builder.sections["class_defs"]
    (shared,) = struct.unpack_from("<I", data, table + 24)
    for row in range(count):
        struct.pack_into("<I", data, table + 32 * row + 24, shared)
    unit = read_dex("x", bytes(data))
    assert len(unit.def_method) <= len(data) // 3
    assert "code/bad-class-data" in kinds(unit)


def test_methods_that_share_their_code_cannot_outgrow_the_file():
    code = [("nop",)] * 5000 + [("return-void",)]
    methods = [Method(f"m{row}", code=code) for row in range(30)]
    unit = read_dex("x", DexBuilder([Class("La;", methods=methods)]).build())
    assert unit.instructions <= len(unit.data[0])
    assert "code/shared-code" in kinds(unit)


def test_methods_may_share_code_within_reason():
    methods = [Method(f"m{row}", code=[("const-string", 0, "shared"), ("return-void",)]) for row in range(10)]
    unit = read_dex("x", DexBuilder([Class("La;", methods=methods)]).build())
    assert len(set(unit.def_code.tolist())) == 1
    assert unit.refs.owner.tolist() == list(range(10))
    assert unit.limitations == ()


def test_a_huge_member_count_does_not_allocate_for_it():
    """class_data that says four billion methods."""
    data = bytearray(WHOLE)
    lie = uleb(0) + uleb(0) + uleb(0xFFFFFFFF) + uleb(0xFFFFFFFF)
    (table,) = struct.unpack_from("<I", data, 0x64)
    struct.pack_into("<I", data, table + 24, len(data))
    started = time.perf_counter()
    unit = read_dex("x", bytes(data) + lie)
    assert time.perf_counter() - started < 1
    assert "code/bad-class-data" in kinds(unit)


def test_more_types_than_the_format_allows_are_cut():
    """ART rejects more than 65,535; believing a table of millions would cost gigabytes."""
    data = rich().build(header={"type_ids_size": 90_000}) + b"\0" * 400_000
    unit = read_dex("x", data)
    assert len(unit.type_string) == 65_536
    assert ("code/truncated-table", 90_000 - 65_536) in {(item.kind, item.count) for item in unit.limitations}


def test_a_hierarchy_of_many_interfaces_ends_soon():
    """Every class names every other one, and every call must look at all of them."""
    names = [f"Lc{row};" for row in range(150)]
    classes = [Class(name, interfaces=names, access=0x601) for name in names]
    calls = [("invoke-interface", [0], f"{name}->m()V") for name in names]
    caller = Class("Lcaller;", methods=[Method("m", code=[*calls, ("return-void",)])])
    unit = read_dex("x", DexBuilder([*classes, caller]).build())
    started = time.perf_counter()
    program = Program([unit])
    assert (program.framework_target(unit) >= 0).sum() > 100
    assert time.perf_counter() - started < 5


def test_superclasses_in_a_circle_end():
    builder = DexBuilder().add_class("La;", "Lb;").add_class("Lb;", "La;", interfaces=["La;"])
    builder.add_class("Lc;", methods=[Method("m", code=[("invoke-virtual", [0], "La;->x()V"), ("return-void",)])])
    unit = read_dex("x", builder.build())
    program = Program([unit])
    row = [unit.method_parts(row)[1] for row in range(len(unit.method_name))].index("x")
    assert program.framework_method(unit, row) == ("La;", "x", "()V")


def test_a_container_gives_each_logical_file_and_the_first_alone_says_so():
    first = bytearray(rich().build("041"))
    second = bytearray(rich().build("041"))
    base = len(first)
    for at in range(0x34, 0x70, 4):
        (value,) = struct.unpack_from("<I", second, at)
        is_offset = at in {0x34, *range(0x3C, 0x70, 8)}
        if is_offset and value:
            struct.pack_into("<I", second, at, value + base)
    whole = bytes(first + second)
    units = read_dexes("classes.dex", whole)
    assert [unit.version for unit in units] == ["041", "041"]
    assert len(units[0].refs) == len(read_dex("x", WHOLE).refs)
    assert "code/container-dex" in kinds(read_dex("classes.dex", whole))
    for unit in units:
        use(unit)
