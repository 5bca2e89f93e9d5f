"""What a reader sees of a cited place."""

import pytest

from affidavit.artefact.axml import parse_axml
from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind
from affidavit.evidence.excerpt import LINE_LIMIT, Excerpter
from affidavit.model.place import Place
from tests.builders import axml
from tests.builders.apps import main_dex, main_manifest
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import DexBuilder, Method

MANIFEST = axml.binary(main_manifest())
BYTES = b"A line of text\0\x01\x02 and more bytes than fit into one row of a dump, so that it has several rows"


def excerpter(*units, **files):
    documents = {"AndroidManifest.xml": parse_axml(MANIFEST)}
    return Excerpter(Program(units), documents, {"AndroidManifest.xml": MANIFEST, **files}.get)


def sites(unit, kind):
    return [unit.site(row) for row in range(len(unit.refs)) if unit.refs.kind[row] == kind]


def test_an_instruction_is_shown_as_disassembly_with_the_cited_line():
    unit = read_dex("classes.dex", main_dex())
    (call,) = sites(unit, RefKind.METHOD)
    shown = excerpter(unit).of(call)
    assert shown.form == "dex"
    assert "getLastKnownLocation" in shown.lines[shown.cited]
    assert len(bytes.fromhex(shown.data)) == 16


def test_each_of_many_methods_is_found_by_the_offset():
    methods = [Method(f"m{n}", "()V", [("const-string", 0, f"text {n}"), ("return-void",)]) for n in range(40)]
    unit = read_dex("classes.dex", DexBuilder().add_class("Lx/A;", methods=methods).build())
    maker = excerpter(unit)
    for place in sites(unit, RefKind.STRING):
        shown = maker.of(place)
        assert f'"text {place.method.removeprefix("m").removesuffix("()V")}"' in shown.lines[shown.cited]


def test_a_jvm_instruction_is_shown_from_its_own_class_file():
    first = ClassBuilder("x/A").method("f", "()V", [("ldc", "one"), ("pop",), ("return",)]).build()
    second = ClassBuilder("x/B").method("g", "()V", [("ldc", "two"), ("pop",), ("return",)]).build()
    unit = read_classes("lib.jar", [("lib.jar!/x/A.class", first), ("lib.jar!/x/B.class", second)])
    maker = excerpter(unit)
    for place, text in zip(sites(unit, RefKind.STRING), ("one", "two"), strict=True):
        shown = maker.of(place)
        assert shown.form == "class"
        assert text in shown.lines[shown.cited]


def test_a_manifest_element_is_shown_with_its_attributes():
    document = parse_axml(MANIFEST)
    asked = next(item for item in document.walk() if item.name == "uses-permission")
    shown = excerpter().of(Place("AndroidManifest.xml", asked.offset))
    assert shown.lines == ("<uses-permission", '    name="android.permission.ACCESS_FINE_LOCATION"')
    assert (shown.form, shown.cited) == ("xml", 0)


def test_a_manifest_attribute_is_the_cited_line():
    document = parse_axml(MANIFEST)
    activity = next(item for item in document.walk() if item.name == "activity")
    exported = next(item for item in activity.attributes if item.name == "exported")
    shown = excerpter().of(Place("AndroidManifest.xml", exported.offset))
    assert shown.lines[shown.cited] == '    exported="true"'


def test_other_bytes_are_dumped_around_the_place():
    shown = excerpter(**{"assets/a.bin": BYTES}).of(Place("assets/a.bin", 20))
    assert shown.form == "bytes"
    assert shown.lines[shown.cited].startswith("00000010  ")
    assert shown.lines[0].endswith("A line of text..")
    assert shown.data == BYTES[20:36].hex()


@pytest.mark.parametrize("offset", [0, 5, 15, 16, 17, len(BYTES) - 1])
def test_the_cited_row_of_a_dump_holds_the_offset(offset):
    shown = excerpter(a=BYTES).of(Place("a", offset))
    start = int(shown.lines[shown.cited][:8], 16)
    assert start <= offset < start + 16


def test_a_place_past_the_end_is_shown_as_nothing_there():
    shown = excerpter(a=b"abc").of(Place("a", 5_000))
    assert shown.data == ""


def test_a_whole_entry_or_an_unreadable_one_has_no_excerpt():
    maker = excerpter()
    assert maker.of(Place("AndroidManifest.xml")) is None
    assert maker.of(Place("nowhere", 7)) is None


def test_an_offset_outside_all_code_has_no_disassembly():
    unit = read_dex("classes.dex", main_dex())
    assert excerpter(unit).of(Place("classes.dex", 1, "Lx/A;", "f()V", 0)) is None


def test_long_lines_are_bounded():
    code = [("const-string", 0, "long " * 2_000), ("return-void",)]
    unit = read_dex("classes.dex", DexBuilder().add_class("Lx/A;", methods=[Method("f", "()V", code)]).build())
    shown = excerpter(unit).of(sites(unit, RefKind.STRING)[0])
    assert max(map(len, shown.lines)) <= LINE_LIMIT + 20


def test_an_entry_is_read_again_only_once():
    asked = []

    def read(path):
        asked.append(path)
        return BYTES

    maker = Excerpter(Program(()), {}, read)
    for offset in range(10):
        maker.of(Place("assets/a.bin", offset))
    assert asked == ["assets/a.bin"]
