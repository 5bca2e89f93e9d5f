"""A carved file has the classes of one family, and is a file of its kind."""

import io
import tarfile
import zipfile

import pytest

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.identity.code.signatures import of_program
from benchmarks.carve import carve, cut_dex, find
from tests.builders.dex import DexBuilder, Method


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files, kind):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{kind}") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def debian(data):
    members = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": data}
    parts = (
        f"{name:<16}{'':<32}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) & 1)
        for name, body in members.items()
    )
    return b"!<arch>\n" + b"".join(parts)


def dex(*names):
    """Classes that differ in what they refer to: their own name, and the one before."""
    builder = DexBuilder()
    for name, other in zip(names, (*names[1:], names[0]), strict=True):
        code = (("const-string", 0, name), ("new-instance", 0, other), ("return-void",))
        builder.add_class(name, methods=[Method("go", "()V", code=code)])
    return builder.build()


def names_of(data):
    return sorted(of_program(Program(read_dexes("classes.dex", data))).names)


def in_okio(name):
    return name.startswith("okio/")


def test_a_cut_dex_is_whole_and_defines_only_what_is_kept():
    cut = cut_dex(dex("Lokio/Buffer;", "Lokhttp3/Call;", "Lokio/R$id;", "Lokio/Sink;"), in_okio)
    assert names_of(cut) == ["Lokio/Buffer;", "Lokio/Sink;"]


def test_classes_that_are_kept_look_the_same_as_before():
    whole = dex("La/A;", "Lokio/Buffer;", "Lz/Z;")
    before, after = (of_program(Program(read_dexes("classes.dex", data))) for data in (whole, cut_dex(whole, in_okio)))
    assert after.of(0).tolist() == before.of(before.names.index("Lokio/Buffer;")).tolist()


def test_nothing_is_carved_where_nothing_is_kept():
    assert cut_dex(dex("La/A;"), in_okio) is None
    assert carve([zipped(**{"a/A.class": b"1"})], in_okio) is None


def test_classes_of_several_archives_become_one():
    inside = zipped(**{"okio/Sink.class": b"2", "a/A.class": b"3", "okio/BuildConfig.class": b"4"})
    aar = zipped(**{"classes.jar": inside, "AndroidManifest.xml": b"", "META-INF/okio/Old.class": b"5"})
    kind, data = carve([zipped(**{"okio/Buffer.class": b"1"}), aar], in_okio)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert (kind, made.namelist()) == ("jar", ["okio/Buffer.class", "okio/Sink.class"])


def test_an_archive_with_nothing_in_it_is_passed_over():
    kind, data = carve([zipped(**{"lib/none.jar": b"", "okio/Buffer.class": b"1"})], in_okio)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert (kind, made.namelist()) == ("jar", ["okio/Buffer.class"])


def test_each_dex_of_an_app_is_cut():
    app = {f"classes{number}.dex": dex(f"L{name};") for number, name in (("", "okio/A"), (2, "okio/B"), (3, "x/C"))}
    kind, data = carve([zipped(**app)], in_okio)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert (kind, [names_of(made.read(name)) for name in made.namelist()]) == ("apk", [["Lokio/A;"], ["Lokio/B;"]])
    kind, data = carve([zipped(**{"classes.dex": dex("Lokio/A;"), "classes2.dex": dex("Lx/C;")})], in_okio)
    assert (kind, names_of(data)) == ("dex", ["Lokio/A;"])


@pytest.mark.parametrize(
    "pack",
    [lambda files: tarred(files, "gz"), lambda files: debian(tarred(files, "xz")), lambda files: zipped(**files)],
)
def test_files_are_found_in_packages_of_every_registry(pack):
    package = pack({"x/a.jar": b"jar", "x/b.zip": zipped(**{"c/d.jar": b"inside"}), "e": b""})
    wanted = {"", "x/a.jar", "x/b.zip!/c/d.jar", "not/there"}
    assert find(package, wanted) == {"": package, "x/a.jar": b"jar", "x/b.zip!/c/d.jar": b"inside"}
