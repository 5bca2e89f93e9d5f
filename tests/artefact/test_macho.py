"""Mach-O files: headers and load commands agree with LIEF, several architectures too, and lies cost only themselves."""

import struct

import lief
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.macho import MachO, read_macho
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.apple import Sealing
from tests.builders.macho import (
    ARM64,
    ARMV7,
    DYLIB,
    Cpu,
    command,
    encryption,
    fat,
    image,
    library,
    minimum_ios,
    section,
    signed_image,
    uuid,
)

ENTRY = "Payload/My.app/My"
BIG = [Cpu(ARMV7, 32, "<"), Cpu(ARM64, 64, "<"), Cpu((18, 0), 32, ">"), Cpu((18 | 1 << 24, 0), 64, ">")]


def read(data: bytes) -> MachO:
    found = read_macho(ENTRY, data)
    assert isinstance(found, MachO)
    return found


def kinds(data: bytes) -> list[str]:
    found = read_macho(ENTRY, data)
    return [found.kind] if isinstance(found, Limitation) else [item.kind for item in found.limitations]


@pytest.mark.parametrize("cpu", BIG)
def test_every_width_and_byte_order_is_read(cpu):
    names = ["/usr/lib/libSystem.B.dylib", "@rpath/É.framework/É"]
    commands = [library(name, order=cpu.order) for name in names]
    (made,) = read(image(*commands, minimum_ios(0x000E0002, 0x00110500, cpu.order), cpu=cpu)).images
    assert (made.bits, made.kind, made.pie, made.offset) == (cpu.bits, "execute", True, 0)
    assert made.commands.libraries == names
    assert (made.commands.platform, made.commands.minimum, made.commands.sdk) == ("ios", "14.0.2", "17.5")


@pytest.mark.parametrize(
    ("cpu", "arch"),
    [
        ((0x0100000C, 0), "arm64"),
        ((0x0100000C, 0x80000002), "arm64e"),
        ((0x0200000C, 1), "arm64_32"),
        ((12, 9), "armv7"),
        ((12, 11), "armv7s"),
        ((12, 99), "arm"),
        ((7, 3), "i386"),
        ((0x01000007, 3), "x86_64"),
        ((99, 0), "cpu-99"),
    ],
)
def test_architectures_have_the_names_of_lipo(cpu, arch):
    assert read(image(cpu=Cpu(cpu))).images[0].arch == arch


def test_what_the_commands_say_is_kept():
    made = image(
        uuid(bytes(range(16))),
        command(0x32, struct.pack("<4I", 7, 0x000F0000, 0x00110200, 0)),
        encryption(0x4000, 0x8000, 1),
        command(0x8000001C, struct.pack("<I", 12) + b"@executable_path/Frameworks\0"),
        library("weak", 0x80000018),
        section(b"__info_plist", 100, 12),
        kind=DYLIB,
        flags=0,
    )
    (only,) = read(made).images
    commands = only.commands
    assert (only.kind, only.pie, commands.uuid) == ("dylib", False, bytes(range(16)).hex())
    assert (commands.platform, commands.minimum, commands.sdk) == ("ios-simulator", "15.0", "17.2")
    assert (commands.encryption.offset, commands.encryption.size, commands.encryption.system) == (0x4000, 0x8000, 1)
    assert (commands.rpaths, commands.libraries) == (["@executable_path/Frameworks"], ["weak"])
    assert (commands.info.offset, commands.info.size) == (100, 12)


@pytest.mark.parametrize("wide", [False, True])
def test_a_file_for_several_architectures_gives_each_with_its_offset(wide):
    one, two = image(library("a"), cpu=Cpu(ARMV7, 32)), image(library("b"))
    data = fat([(ARMV7, one), (ARM64, two)], wide=wide)
    found = read(data).images
    assert [(item.arch, item.commands.libraries) for item in found] == [("armv7", ["a"]), ("arm64", ["b"])]
    assert [data[item.offset : item.offset + item.size] for item in found] == [one, two]


def test_a_signature_is_where_its_command_says():
    data = signed_image(library("a"), sealing=Sealing())
    where = read(data).images[0].commands.signature
    assert data[where.offset : where.offset + 4] == bytes.fromhex("fade0cc0")
    assert where.offset + where.size == len(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "native/macho-bad-header"),
        (b"\xcf\xfa\xed\xfe" + bytes(20), "native/macho-bad-header"),
        (b"MZ" + bytes(100), "native/macho-bad-header"),
        (struct.pack(">II", 0xCAFEBABE, 0), "native/macho-none"),
        (struct.pack(">II5I", 0xCAFEBABE, 1, 12, 9, 4096, 100, 12), "native/macho-bad-image"),
        (struct.pack(">II5I", 0xCAFEBABE, 1, 12, 9, 0, 28, 0), "native/macho-bad-image"),
    ],
)
def test_what_is_no_mach_o_file_is_one_limitation(data, kind):
    found = read_macho(ENTRY, data)
    assert isinstance(found, Limitation)
    assert (found.kind, found.place.entry) == (kind, ENTRY)


def test_images_that_share_bytes_are_not_both_read():
    data = bytearray(fat([(ARMV7, image(cpu=Cpu(ARMV7, 32))), (ARM64, image())]))
    data[8 + 20 + 8 : 8 + 20 + 16] = data[8 + 8 : 8 + 16]
    assert [item.arch for item in read(bytes(data)).images] == ["armv7"]
    assert kinds(bytes(data)) == ["native/macho-bad-image"]


def test_more_architectures_than_any_file_has_are_bounded():
    data = struct.pack(">II", 0xCAFEBABE, 0xFFFFFFFF) + fat([(ARM64, image())])[8:]
    assert kinds(data)[0] == "native/macho-many-images"


@pytest.mark.parametrize("size", [0, 7, 9_999, 0xFFFFFFF8])
def test_a_command_with_an_impossible_size_ends_the_reading(size):
    broken = bytearray(image(library("first"), library("second")))
    at = 32 + len(library("first"))
    broken[at + 4 : at + 8] = struct.pack("<I", size)
    found = read(bytes(broken))
    assert found.images[0].commands.libraries == ["first"]
    assert [(item.kind, item.place.offset) for item in found.limitations] == [("native/macho-bad-command", at)]


def test_a_count_of_commands_that_do_not_fit_is_said_and_bounded():
    broken = bytearray(image(library("a")))
    broken[16:24] = struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)
    found = read(bytes(broken))
    assert found.images[0].commands.libraries == ["a"]
    assert found.limitations[0].kind == "native/macho-bad-header"


def test_the_first_of_a_repeated_command_counts_and_the_second_is_said():
    data = image(uuid(b"a" * 16), uuid(b"b" * 16))
    found = read(data)
    assert found.images[0].commands.uuid == (b"a" * 16).hex()
    assert found.limitations == (
        Limitation("native/macho-repeated-command", found.limitations[0].detail, Place(ENTRY, 32 + 24)),
    )


def test_a_second_platform_is_no_fault():
    versions = struct.pack("<4I", 6, 0x000F0000, 0, 0)
    data = image(minimum_ios(0x000C0000, 0), command(0x32, versions))
    assert (read(data).images[0].commands.platform, kinds(data)) == ("ios", [])


def test_commands_that_are_too_short_and_names_without_end_are_bounded():
    short = image(command(0x1D, b""), command(0x21, b"12345678"), command(0x0C, b""), command(0x19, b"x" * 8))
    assert set(kinds(short)) == {"native/macho-bad-command", "native/macho-repeated-command"}
    endless = command(0x0C, struct.pack("<I", 24) + bytes(12) + b"n" * 5_000)
    assert read(image(endless)).images[0].commands.libraries == ["n" * 1_024]
    outside = command(0x0C, struct.pack("<I", 0xFFFFFFF0) + bytes(12))
    assert read(image(outside)).images[0].commands.libraries == [""]


def test_faults_of_one_kind_are_few_however_many_there_are():
    assert len(kinds(image(*[uuid(b"a" * 16)] * 500))) <= 8


def agree(data: bytes) -> None:
    """What LIEF says of the file, it says here too."""
    theirs, ours = lief.MachO.parse(list(data)), read(data).images
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        commands = mine.commands
        assert mine.offset == other.fat_offset
        assert commands.libraries == [item.name for item in other.libraries if item.command.name != "ID_DYLIB"]
        assert commands.uuid == (bytes(other.uuid.uuid).hex() if other.has_uuid else "")
        assert (commands.signature is not None) == other.has_code_signature
        if commands.signature is not None:
            signature = other.code_signature
            assert (commands.signature.offset, commands.signature.size) == (signature.data_offset, signature.data_size)
        assert (commands.encryption is not None) == other.has_encryption_info
        assert mine.pie == other.is_pie
        stated = other.build_version.minos if other.has_build_version else None
        stated = other.version_min.version if other.has_version_min else stated
        if stated is not None:
            assert commands.minimum == ".".join(map(str, stated[: 3 if stated[2] else 2]))


@settings(max_examples=25, deadline=None)
@given(
    names=st.lists(st.text("abcdef/@._", min_size=1, max_size=40), max_size=6),
    number=st.binary(min_size=16, max_size=16),
)
def test_lief_reads_the_same(names, number):
    agree(image(*map(library, names), uuid(number), minimum_ios(0x000D0000, 0x00100000), code=bytes(64)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_change_of_any_bytes_ends_in_an_answer(data):
    whole = fat(
        [(ARMV7, image(library("a"), cpu=Cpu(ARMV7, 32))), (ARM64, image(library("b"), uuid(bytes(16))))], align=3
    )
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(changed[: data.draw(st.integers(0, len(whole)))])
    found = read_macho(ENTRY, cut)
    assert isinstance(found, MachO | Limitation)
    for item in found.images if isinstance(found, MachO) else ():
        assert item.offset + item.size <= len(cut)


@pytest.mark.corpus
def test_lief_reads_the_same_of_real_files(corpus):
    files = [*sorted((corpus / "ios" / "radare2-macho").iterdir()), corpus / "ios" / "mobsf" / "macho.dylib"]
    assert len(files) >= 6
    for path in files:
        agree(path.read_bytes())
        assert not kinds(path.read_bytes())
