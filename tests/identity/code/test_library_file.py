"""The code of a library's file: which entries of which kind of file count, under which names, and what is refused."""

from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.identity.code.library_file import code_of, named_native, program_of
from affidavit.identity.code.signatures import of_program
from affidavit.model.errors import UnreadableError, UsageError
from tests.builders.ar import archive
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import DexBuilder
from tests.builders.elf import ElfBuilder
from tests.builders.zip import Item, build_zip

MANIFEST = Item("AndroidManifest.xml", b"<manifest package='x'/>")
ONE = ClassBuilder("a/One").build()


def elf(word: str) -> bytes:
    return ElfBuilder(imports=["malloc"], exports=[f"{word}_{row}" for row in range(40)]).build()


def put(path: Path, *items: Item | bytes) -> Path:
    """A file of these bytes, or an archive of these entries."""
    whole = [item for item in items if isinstance(item, bytes)]
    path.write_bytes(whole[0] if whole else build_zip(list(items)))
    return path


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("lib/arm64-v8a/libx.so", True),
        ("libx.so.1.2", True),
        ("a/libx.a", True),
        ("x.jnilib", True),
        ("Payload/A.app/Frameworks/Net.framework/Net", True),
        ("Net.framework/Versions/A/Net", True),
        ("Net.framework/Info.plist", False),
        ("Net.framework/Other", False),
        ("libx.so.txt", False),
        ("so", False),
        ("", False),
        ("a\nb.so", True),
        (".so" * 5_000 + "x", False),
    ],
)
def test_native_libraries_are_known_by_their_names(name: str, native: bool) -> None:
    assert named_native(name) is native


def test_native_files_of_an_aar_are_named_by_processor_and_file(tmp_path: Path) -> None:
    path = put(
        tmp_path / "a.aar",
        MANIFEST,
        Item("classes.jar", build_zip([Item("a/One.class", ONE)])),
        Item("jni/arm64-v8a/libx.so", elf("arm")),
        Item("jni/x86/libx.so", elf("other")),
        Item("other/x86/libx.so", elf("later")),
        Item("jni/x86/libtext.so", b"no library"),
        Item("jni/x86/libshort.so", b"\x7fELF"),
    )
    found = code_of(path)
    assert [item.entry for item in found.natives] == ["arm64-v8a/libx.so", "x86/libx.so"]
    assert all(len(item.tokens) for item in found.natives)
    assert of_program(found.program).names == of_program(program_of(path)).names == ("La/One;",)


def test_a_native_file_is_a_library_by_itself_without_its_version(tmp_path: Path) -> None:
    plain, packed = elf("plain"), archive([("one.o", elf("packed"))])
    found = [code_of(put(tmp_path / "libx.so__1.2.so", plain)), code_of(put(tmp_path / "liby.A", packed))]
    assert [[item.entry for item in one.natives] for one in found] == [["libx.so"], ["liby.A"]]
    assert not any(one.program.units for one in found)


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"!<arch>\n", b"\xca\xfe\xba\xbe" + b"\xff" * 40, b"text" * 90])
def test_a_native_file_without_code_is_refused_with_the_reason(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"'x\.so' is no native library that can be read: .+"):
        code_of(put(tmp_path / "x.so", data))


@pytest.mark.parametrize("name", ["x.so", "x.jar"])
def test_what_is_not_there_is_said_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        code_of(tmp_path / name)


def test_a_folder_is_no_native_file(tmp_path: Path) -> None:
    (tmp_path / "x.so").mkdir()
    with pytest.raises(UsageError):
        code_of(tmp_path / "x.so")


def test_a_native_file_beyond_the_budget_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="larger than the budget"):
        code_of(put(tmp_path / "x.so", elf("large")), Budget(total_bytes=100))


def test_classes_of_other_releases_of_java_do_not_count(tmp_path: Path) -> None:
    two = ClassBuilder("a/Two").build()
    path = put(tmp_path / "a.jar", Item("a/One.class", ONE), Item("META-INF/versions/11/a/Two.class", two))
    assert of_program(program_of(path)).names == ("La/One;",)


def test_a_jar_of_a_dex_and_classes_gives_both_and_damage_takes_nothing_else(tmp_path: Path) -> None:
    dex = DexBuilder().add_class("Lb/Dex;").build()
    path = put(
        tmp_path / "a.jar",
        Item("a/One.class", ONE),
        Item("a/Bad.class", ONE[:30]),
        Item("a/Text.class", b"text"),
        Item("classes.dex", dex),
        Item("bad.dex", dex[:60]),
    )
    assert sorted(of_program(program_of(path)).names) == ["La/One;", "Lb/Dex;"]


def test_the_same_file_gives_the_same_tokens_each_time(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jar", Item("a/One.class", ONE), Item("x/libx.so", elf("x")))
    one, other = code_of(path), code_of(path)
    assert of_program(one.program).tokens.tolist() == of_program(other.program).tokens.tolist()
    assert [item.tokens.tolist() for item in one.natives] == [item.tokens.tolist() for item in other.natives]
