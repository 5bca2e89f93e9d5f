"""Reading .class files: tables and references agree with a slow twin and with javap; damage is said and survived."""

import re
import shutil
import struct
import subprocess
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact import budget
from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.jvm import opcodes
from affidavit.dalvik.jvm_disassemble import disassemble_class
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.model.errors import BudgetError
from tests.builders.classfile import Class, ClassBuilder, Handle, MethodType
from tests.oracles.classfile import MethodRecord, read_class, unit_records

BODY = [
    ("ldc", "http://example.org/"),
    ("invokestatic", "com/x/B", "send", "(Ljava/lang/String;[I)J"),
    ("getfield", "com/x/A", "count", "I"),
    ("putstatic", "com/x/B", "all", "[[Ljava/util/List;"),
    ("new", "java/io/File"),
    ("checkcast", "[Ljava/lang/String;"),
    ("invokeinterface", "java/util/List", "size", "()I"),
    ("invokedynamic", 0, "run", "()Ljava/lang/Runnable;"),
    ("tableswitch", 4, -1, [8, 12, 16]),
    ("lookupswitch", 4, [(1, 8), (70000, 12)]),
    ("wide", "iinc", 300, -5),
    ("wide", "aload", 300),
    ("iinc", 1, -1),
    ("multianewarray", "[[I", 2),
    ("ldc", Class("com/x/C")),
    ("ldc_w", MethodType("(I)V")),
    ("ldc_w", Handle(6, "com/x/B", "send", "(Ljava/lang/String;[I)J")),
    ("ldc2_w", 1 << 40),
    ("ldc2_w", 2.5),
    ("ldc", 7),
    ("bipush", -3),
    ("sipush", -300),
    ("newarray", 10),
    ("goto_w", -8),
    ("ifeq", 6),
    ("instanceof", "com/x/A"),
    ("anewarray", "com/x/A"),
    ("return",),
]


def built(code=BODY, **changes) -> bytes:
    builder = ClassBuilder("com/x/A", "com/x/Base", ["java/lang/Runnable"])
    builder.source = "A.java"
    for name, value in changes.items():
        setattr(builder, name, value)
    builder.field("count", "I").field("names", "[Ljava/lang/String;", 0x19)
    return (
        builder.method("<init>", "(IJ[Lcom/x/B;)V", [("return",)])
        .method("run", "()V", code)
        .method("n", access=0x101)
        .build()
    )


def read(*files: bytes) -> Unit:
    return read_classes("lib.jar", [(f"lib.jar!/{number}.class", data) for number, data in enumerate(files)])


def kinds(unit: Unit) -> set[str]:
    return {limitation.kind for limitation in unit.limitations}


def check_indices(unit: Unit) -> None:
    """Every index in every array is -1 or inside its space."""
    strings, types, protos = len(unit.strings), len(unit.type_string), len(unit.proto_return)
    fields, methods = len(unit.field_name), len(unit.method_name)
    columns = {
        strings: [unit.type_string, unit.proto_shorty, unit.field_name, unit.method_name, unit.class_source],
        types: [unit.proto_return, unit.proto_params.items, unit.field_class, unit.field_type, unit.method_class],
    }
    columns[types] = [*columns.get(types, []), unit.class_type, unit.class_super, unit.interfaces.items]
    for size, arrays in columns.items():
        for array in arrays:
            assert ((array >= -1) & (array < max(size, 1))).all()
    assert ((unit.method_proto >= -1) & (unit.method_proto < max(protos, 1))).all()
    spaces = {RefKind.STRING: strings, RefKind.TYPE: types, RefKind.FIELD: fields, RefKind.METHOD: methods}
    for kind, size in spaces.items():
        target = unit.refs.target[unit.refs.kind == kind]
        assert ((target >= -1) & (target < size)).all()
    assert (unit.refs.owner < max(len(unit.def_method), 1)).all()
    order = unit.refs.owner.astype(np.int64) << 32 | unit.refs.offset
    assert (np.diff(order) > 0).all()
    for row in range(min(len(unit.refs), 50)):
        unit.site(row)
    for row in range(min(len(unit.def_method), 20)):
        disassemble_class(unit, row)


def test_tables_and_references_equal_the_slow_twin():
    data = built()
    unit = read(data)
    assert unit.limitations == ()
    assert unit_records(unit) == [read_class(data)]
    assert (unit.form, unit.version, unit.undecoded) == ("class", "52", 0)


def test_instruction_count_equals_the_slow_twin():
    record = read_class(built())
    assert read(built()).instructions == sum(method.instructions for method in record.methods) == len(BODY) + 1


def test_every_kind_of_reference_is_told():
    refs = read(built()).refs
    assert {RefKind(kind).name for kind in refs.kind} == {
        "STRING",
        "TYPE",
        "FIELD",
        "METHOD",
        "CALL_SITE",
        "METHOD_HANDLE",
        "PROTO",
    }


def test_offsets_lead_to_the_instruction_in_its_own_file():
    files = [built(), ClassBuilder("com/x/Z").method("m", "()V", [("nop",), ("ldc", "z"), ("return",)]).build()]
    unit = read(*files)
    for row in range(len(unit.refs)):
        place = unit.site(row)
        data = files[int(place.entry.removeprefix("lib.jar!/").removesuffix(".class"))]
        assert data[place.offset] == unit.refs.opcode[row]
    last = unit.site(len(unit.refs) - 1)
    assert (last.class_, last.method, last.pc) == ("Lcom/x/Z;", "m()V", 1)


def test_equal_constants_of_several_files_share_one_index():
    unit = read(built(), ClassBuilder("com/x/Z").method("m", "()V", BODY).build())
    texts = [unit.strings[index] for index in range(len(unit.strings))]
    assert len(texts) == len(set(texts))
    strings = unit.refs.target[unit.refs.kind == RefKind.STRING]
    assert len(strings) == 2
    assert len(set(strings.tolist())) == 1


def test_a_string_leads_to_its_bytes():
    data = built()
    unit = read(data)
    index = int(unit.refs.target[unit.refs.kind == RefKind.STRING][0])
    entry, offset = unit.strings.place(index)
    assert entry == "lib.jar!/0.class"
    assert data[offset:].startswith(b"http://example.org/")
    blob, start, end = unit.strings.blob()
    assert bytes(blob[start[index] : end[index]]) == unit.strings.raw(index) == b"http://example.org/"


def test_an_index_out_of_range_is_an_empty_string():
    strings = read(built()).strings
    assert strings[-1] == strings[len(strings)] == ""
    assert strings.place(-1) == ("", -1)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        ("höhe 日本".encode(), "höhe 日本"),
        (b"a\xc0\x80b", "a\0b"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"x\xed\xa0\xbd", "x\\ud83d"),
        (b"\xed\xb8\x80\xed\xa0\xbd", "\\ude00\\ud83d"),
        (b"\xff\xfe", "\\xff\\xfe"),
    ],
)
def test_modified_utf8_becomes_text_that_can_be_encoded(raw, text):
    assert decode_mutf8(raw) == text
    decode_mutf8(raw).encode("utf-8")


@given(st.binary(max_size=40))
def test_any_bytes_become_text_that_can_be_encoded(raw):
    decode_mutf8(raw).encode("utf-8")


INSTRUCTIONS = st.sampled_from(BODY)


@settings(max_examples=60, deadline=None)
@given(st.lists(INSTRUCTIONS, max_size=30), st.lists(INSTRUCTIONS, max_size=5))
def test_any_code_equals_the_slow_twin(first, second):
    data = ClassBuilder("q/R").method("a", "()V", first).method("b", "(D)[J", second).build()
    unit = read(data)
    assert unit_records(unit) == [read_class(data)]
    assert len(disassemble_class(unit, 0)) == len(first)
    check_indices(unit)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_bytes_never_raise_and_leave_no_wrong_index(changes):
    data = bytearray(built())
    for at, value in changes:
        data[at % len(data)] = value
    check_indices(read(bytes(data), built()))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(built())))
def test_a_truncated_file_is_said_and_costs_only_itself(size):
    unit = read(built()[:size], built())
    assert "Lcom/x/A;" in [unit.class_name(row) for row in range(len(unit.class_type))]
    assert size == len(built()) or "code/malformed-class" in kinds(unit) or "code/undecoded" in kinds(unit)
    check_indices(unit)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_after_the_magic_never_raise(tail):
    check_indices(read(b"\xca\xfe\xba\xbe" + tail, tail))


def test_what_is_no_class_file_is_said():
    unit = read(b"PK\x03\x04 not a class")
    assert kinds(unit) == {"code/malformed-class"}
    assert unit.limitations[0].place.entry == "lib.jar!/0.class"
    assert len(unit.class_type) == 0


def test_an_unknown_constant_is_said():
    builder = ClassBuilder("a/B")
    builder.constant(b"\x63\0\0")
    assert "tag 99" in read(builder.build()).limitations[0].detail


def test_a_class_without_a_name_is_said():
    assert "this_class" in read(built(this_index=1)).limitations[0].detail


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ([("nop",), ("bytes", b"\xfe"), ("nop",)], 1),
        ([("nop",), ("bytes", b"\xb6\x00")], 1),
        ([("nop",), ("bytes", b"\xaa\x00")], 1),
        ([("bytes", b"\xaa\0\0\0" + b"\0\0\0\x08" + b"\x7f\xff\xff\xff" + b"\x80\0\0\0")], 0),
        ([("bytes", b"\xab\0\0\0" + b"\0\0\0\x08" + b"\x7f\xff\xff\xff")], 0),
        ([("bytes", b"\xab\0\0\0" + b"\0\0\0\x08" + b"\xff\xff\xff\xff")], 0),
    ],
)
def test_code_that_cannot_be_decoded_to_its_end_is_said(code, count):
    data = ClassBuilder("a/B").method("m", "()V", code).build()
    unit = read(data)
    assert unit.undecoded == 1
    assert unit.instructions == count
    assert kinds(unit) == {"code/undecoded"}
    place = unit.limitations[0].place
    assert data[place.offset] == code[-1][1][0] if len(code) < 3 else data[place.offset] == 0xFE
    assert len(disassemble_class(unit, 0)) == count


def test_code_cannot_pass_its_attribute():
    data = ClassBuilder("a/B").method("m", "()V", [("nop",)] * 9).build()
    data = data.replace(struct.pack(">HHI", 8, 8, 9), struct.pack(">HHI", 8, 8, 1_000))
    unit = read(data)
    assert "code/code-length" in kinds(unit)
    assert unit.def_units.tolist() == [13]


def test_a_reference_to_a_constant_of_another_kind_is_said_and_points_nowhere():
    code = [("bytes", b"\xb6\x00\x01"), ("bytes", b"\xb2\xff\xff"), ("bytes", b"\x12\xff"), ("ldc", "kept")]
    unit = read(ClassBuilder("a/B").method("m", "()V", code).build())
    assert kinds(unit) == {"code/bad-index"}
    assert unit.refs.target.tolist()[:2] == [-1, -1]
    assert unit.refs.kind.tolist() == [RefKind.METHOD, RefKind.FIELD, RefKind.STRING]


def test_a_malformed_descriptor_is_said_and_leaves_no_prototype():
    unit = read(ClassBuilder("a/B").method("m", "(Lno-end)V", [("return",)]).build())
    assert kinds(unit) == {"code/bad-descriptor"}
    assert unit.method_parts(0) == ("La/B;", "m", "")


def test_alike_faults_are_counted_not_listed():
    unit = read(*[b"junk"] * 500)
    assert [(item.kind, item.count) for item in unit.limitations] == [("code/malformed-class", 500)]


def test_no_files_make_an_empty_unit():
    unit = read()
    assert (len(unit.refs), len(unit.strings), unit.limitations) == (0, 0, ())
    check_indices(unit)


def test_shorties_and_prototypes_are_those_of_the_descriptors():
    unit = read(built())
    texts = {unit.proto(index): unit.strings[int(unit.proto_shorty[index])] for index in range(len(unit.proto_return))}
    assert texts["(Ljava/lang/String;[I)J"] == "JLL"
    assert texts["(IJ[Lcom/x/B;)V"] == "VIJL"


def test_lines_read_like_javap():
    unit = read(built())
    lines = dict(disassemble_class(unit, 1))
    shown = [re.sub(r"#\d+", "#", line) for line in lines.values()]
    assert shown[0] == 'ldc # // "http://example.org/"'
    assert shown[1] == "invokestatic # // com/x/B.send:(Ljava/lang/String;[I)J"
    assert shown[6] == "invokeinterface #, 1 // java/util/List.size:()I"
    assert shown[7] == "invokedynamic #, 0 // #:run:()Ljava/lang/Runnable;"
    assert shown[8].startswith("tableswitch { -1: ")
    assert shown[9].endswith("}")
    assert shown[10] == "wide iinc 300, -5"
    assert shown[12] == "iinc 1, -1"
    assert shown[13] == "multianewarray #, 2 // [[I"
    assert shown[15:21] == [
        "ldc_w # // (I)V",
        "ldc_w # // handle 6 com/x/B.send:(Ljava/lang/String;[I)J",
        "ldc2_w # // 1099511627776l",
        "ldc2_w # // 2.5d",
        "ldc # // 7",
        "bipush -3",
    ]
    assert shown[22] == "newarray int"
    assert disassemble_class(unit, 2) == []


def test_long_and_strange_text_is_bounded_and_on_one_line():
    code = [("ldc", 'a\n"\u202e' + "x" * 1000), ("tableswitch", 4, 0, [8] * 100)]
    lines = [line for _, line in disassemble_class(read(ClassBuilder("a/B").method("m", "()V", code).build()), 0)]
    assert all("\n" not in line and "\u202e" not in line and len(line) < 300 for line in lines)
    assert "... 92 more" in lines[1]


def test_the_table_has_every_instruction_of_the_specification():
    table = opcodes()
    assert [code for code, name in enumerate(table.names) if name] == list(range(0xCA))
    assert (table.names[0xB6], table.names[0x12], table.names[0xC9], table.lengths[0xB9]) == (
        "invokevirtual",
        "ldc",
        "jsr_w",
        5,
    )


JARS = ["wechat/libammsdk__qfant_decb68dd.jar", "umeng/UMLibrary__libs__umeng-alicloud-httpdns-1.3.2.3.1.jar"]


def class_files(path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as jar:
        return [(name, jar.read(name)) for name in jar.namelist() if name.endswith(".class")]


@pytest.mark.corpus
def test_real_jars_equal_the_slow_twin(corpus):
    for path in sorted((corpus / "constituent" / "sdk").rglob("*.jar")):
        if not zipfile.is_zipfile(path) or path.stat().st_size > 300_000:
            continue
        files = class_files(path)
        unit = read_classes(path.name, files)
        assert unit.limitations == (), path
        assert unit_records(unit) == [read_class(data) for _, data in files], path
        check_indices(unit)


def javap_methods(text: str) -> list[list[tuple[int, str]]]:
    """Per code block of `javap -c -p`, (address, mnemonic and constant index) of its instructions."""
    blocks: list[list[tuple[int, str]]] = []
    for line in text.splitlines():
        if line.strip() == "Code:":
            blocks.append([])
        elif found := re.match(r"\s+(\d+): ([a-z][a-z0-9_]+)(?:\s+(#\d+))?", line):
            blocks[-1].append((int(found[1]), f"{found[2]} {found[3] or ''}".strip()))
    return blocks


def ours(line: str) -> str:
    """One of our lines in the same form: javap writes ``wide iinc`` as ``iinc_w``."""
    line = re.sub(r"^wide (\w+).*", r"\1_w", line)
    found = re.match(r"([a-z0-9_]+)(?: (#\d+))?", line)
    return f"{found[1]} {found[2] or ''}".strip()


@pytest.mark.corpus
@pytest.mark.skipif(shutil.which("javap") is None, reason="needs javap")
@pytest.mark.parametrize("jar", JARS)
def test_instructions_equal_those_of_javap(corpus, jar, tmp_path):
    files = class_files(corpus / "constituent" / "sdk" / jar)[:80]
    unit = read_classes(jar, files)
    paths = []
    for number, (_, data) in enumerate(files):
        paths.append(tmp_path / f"{number:04}.class")
        paths[-1].write_bytes(data)
    said = subprocess.run(["javap", "-c", "-p", *paths], check=True, capture_output=True, text=True).stdout
    with_code = [row for row in range(len(unit.def_method)) if unit.def_units[row]]
    found = [[(pc, ours(line)) for pc, line in disassemble_class(unit, row)] for row in with_code]
    assert found == javap_methods(said)


def test_a_record_compares_by_value():
    assert MethodRecord(1, b"a", b"()V") != MethodRecord(2, b"a", b"()V")


def test_more_constants_than_compilers_write_are_not_all_read(monkeypatch):
    monkeypatch.setattr(budget, "_FREE_ROWS", 10)
    files = [(f"A{row}.class", ClassBuilder(f"A{row}").build()) for row in range(9)]
    unit = read_classes("a.jar", files)
    assert 1 < len(unit.class_type) < 9
    (item,) = unit.limitations
    assert (item.kind, item.count) == ("code/too-many-constants", 9 - len(unit.class_type))
    assert len(read_classes("a.jar", files, budget.Budget(size=1 << 20)).class_type) == 9


def test_time_is_looked_at_before_each_file():
    with pytest.raises(BudgetError):
        read_classes("a.jar", [("A.class", ClassBuilder("A").build())], budget.Budget(seconds=-1))
