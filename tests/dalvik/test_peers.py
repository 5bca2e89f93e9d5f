"""Counts and instructions against dexdump (Debian) and androguard, on real apps."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.disassemble import disassemble
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.unit import RefKind, Unit
from tests.builders.dex import DexBuilder
from tests.dalvik.material import dex_files, rich

LINE = re.compile(r"^[0-9a-f]{6,}: [0-9a-f. ]+\|([0-9a-f]{4,}): (\S+)(.*)$")
PAYLOAD = {"packed-switch-data": ".packed-switch", "sparse-switch-data": ".sparse-switch", "array-data": ".array-data"}


def dumped(path: Path, *options: str) -> str:
    return subprocess.run(["dexdump", *options, path], capture_output=True, check=True).stdout.decode(
        "utf-8", "replace"
    )


def instructions(text: str) -> list[tuple[int, str]]:
    """(pc, mnemonic) of all methods in order."""
    matches = filter(None, map(LINE.match, text.splitlines()))
    return [(int(match[1], 16), PAYLOAD.get(match[2], match[2])) for match in matches]


def header(text: str, name: str) -> int:
    match = re.search(rf"^{name}\s*: (\d+)", text, re.MULTILINE)
    assert match is not None
    return int(match[1])


@pytest.fixture(params=["realapps/androwarn/_SampleApplication__bin__SampleApplication.apk",
                        "realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk",
                        "realapps/wptagent/gnirehtet__gnirehtet.apk",
                        "realapps/androguard-androguard/TestActivity_b43a1d3d.apk"])  # fmt: skip
def small(request, corpus, tmp_path) -> tuple[Path, Unit]:
    """A small real dex, as a file and read."""
    ((_, data),) = dex_files(corpus / request.param)
    path = tmp_path / "classes.dex"
    path.write_bytes(data)
    return path, read_dex("classes.dex", data)


@pytest.mark.corpus
def test_every_instruction_has_dexdumps_address_and_mnemonic(small):
    path, unit = small
    ours = [(pc, text.split(" ")[0]) for owner in range(len(unit.def_method)) for pc, text in disassemble(unit, owner)]
    assert ours == instructions(dumped(path, "-d"))
    assert unit.instructions == len(ours)


@pytest.mark.corpus
def test_table_sizes_are_dexdumps(small):
    path, unit = small
    text = dumped(path, "-f")
    assert header(text, "string_ids_size") == len(unit.strings)
    assert header(text, "type_ids_size") == len(unit.type_string)
    assert header(text, "field_ids_size") == len(unit.field_name)
    assert header(text, "method_ids_size") == len(unit.method_name)
    assert header(text, "class_defs_size") == len(unit.class_type)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["app-uiautomator-3.7.1.apk"])
def test_counts_on_a_larger_app_are_dexdumps(corpus, tmp_path, name):
    for entry, data in dex_files(corpus / "realapps/uiautomator2" / name):
        path = tmp_path / entry
        path.write_bytes(data)
        unit = read_dex(entry, data)
        text = dumped(path, "-d")
        theirs = Counter(mnemonic for _, mnemonic in instructions(text))
        assert sum(theirs.values()) == unit.instructions
        counts = np.bincount(unit.refs.opcode, minlength=256)
        for code in opcodes():
            if code.kind is not None:
                assert counts[code.value] == theirs.get(code.mnemonic, 0), code.mnemonic
        assert len(re.findall(r"^  Class descriptor", text, re.MULTILINE)) == len(unit.class_type)
        members = re.findall(r"^    #\d+ +: \(in ", text, re.MULTILINE)
        assert len(members) == len(unit.def_method) + len(unit.deffield_field)


@pytest.mark.corpus
def test_tables_are_androguards(corpus):
    from androguard.core.dex import DEX
    from loguru import logger

    logger.remove()
    apk = corpus / "realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk"
    for entry, data in dex_files(apk):
        unit, peer = read_dex(entry, data), DEX(data)
        assert {unit.strings[row] for row in range(len(unit.strings))} == set(peer.get_strings())
        assert [unit.class_name(row) for row in range(len(unit.class_type))] == peer.get_classes_names()
        ours = {unit.method_parts(int(row)) for row in unit.def_method}
        spaced = {
            (method.get_class_name(), method.get_name(), method.get_descriptor().replace(" ", ""))
            for method in peer.get_encoded_methods()
        }
        assert ours == spaced
        fields = {unit.field_parts(int(row)) for row in unit.deffield_field}
        assert fields == {(f.get_class_name(), f.get_name(), f.get_descriptor()) for f in peer.get_encoded_fields()}
        code = {method.get_name(): method for method in peer.get_encoded_methods() if method.get_code()}
        assert len(code) > 100


def test_dexdump_accepts_what_the_builder_writes(tmp_path):
    for number, data in enumerate((rich().build(), DexBuilder().build(), DexBuilder().add_class("La;").build())):
        path = tmp_path / f"{number}.dex"
        path.write_bytes(data)
        text = dumped(path, "-d")
        unit = read_dex("x", data)
        assert len(re.findall("Class descriptor", text)) == len(unit.class_type)
        assert len(instructions(text)) == unit.instructions


def test_dexdump_names_every_opcode_alike(tmp_path):
    """All opcodes with zero operands in one method: what dexdump prints without verifying."""
    from tests.dalvik.material import one

    codes = [code for code in opcodes() if not code.unused and code.mnemonic != "nop"]
    units = [unit for code in codes for unit in (code.value, *[0] * (code.width - 1))]
    path = tmp_path / "all.dex"
    path.write_bytes(one([("raw", *units)]))
    theirs = [mnemonic for _, mnemonic in instructions(dumped(path, "-d"))]
    assert theirs == [code.mnemonic for code in codes]
    named = {opcode.mnemonic: opcode for opcode in opcodes()}
    assert {named[name].value for name in theirs} == {code.value for code in codes}


def test_every_kind_of_reference_is_in_the_rich_dex():
    unit = read_dex("x", rich().build())
    assert {RefKind(int(kind)) for kind in unit.refs.kind} == set(RefKind)
