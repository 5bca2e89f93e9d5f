import zipfile

from benchmarks.truth import dexes
from benchmarks.truth.apps import Jars, family, manifest, plan
from benchmarks.truth.libraries import take
from benchmarks.truth.real import named, owner
from tests.builders.dex import DexBuilder


def jar(path, names, *, version=52, size=3000):
    """A jar as the planner sees it: names of classes, their version, and weight."""
    head = b"\xca\xfe\xba\xbe\0\0" + version.to_bytes(2, "big")
    with zipfile.ZipFile(path, "w") as out:
        for name in names:
            out.writestr(f"{name}.class", head + bytes(size))
        out.writestr("META-INF/versions/9/x/Y.class", head)
        out.writestr("module-info.class", b"\xca\xfe\xba\xbe\0\0\0\x3d")


def libraries(folder):
    for number in range(12):
        for version in ("1.0", "2.0"):
            names = [f"f{number}/C{row}" for row in range(10)]
            jar(folder / f"lib{number:02d}__{version}.jar", names)
    jar(folder / "copy__1.jar", ["f0/C1", *(f"copy/C{row}" for row in range(10))])  # carries a class of lib00
    jar(folder / "small__1.jar", ["s/A"])
    jar(folder / "modern__1.jar", [f"m/C{row}" for row in range(10)], version=61)
    jar(folder / "never__1.jar", [f"n/C{row}" for row in range(10)])
    return Jars(folder, folder, None)


def test_an_app_has_one_version_of_each_family_and_no_class_twice(tmp_path):
    jars = libraries(tmp_path)
    for number in range(1, 15):
        made = plan(number, 1, jars, frozenset({"never__1"}))
        families = [family(name) for name in made.libraries]
        assert 5 <= len(families) <= 9
        assert len(set(families)) == len(families)
        assert not {"small", "modern", "never"} & set(families)
        assert not {"copy", "lib00"} <= set(families)
        assert made.background == ("never__1",)
        assert len(made.shares) == len(families) + 1


def test_every_family_has_its_turn_and_is_absent_from_most_apps(tmp_path):
    jars = libraries(tmp_path)
    made = [plan(number, 1, jars, frozenset({"never__1", "copy__1"})) for number in range(1, 9)]
    assert {family(name) for item in made for name in item.libraries} == {f"lib{number:02d}" for number in range(12)}
    assert made == [plan(number, 1, jars, frozenset({"never__1", "copy__1"})) for number in range(1, 9)]
    assert made != [plan(number, 2, jars, frozenset({"never__1", "copy__1"})) for number in range(1, 9)]


def test_a_class_belongs_to_a_family_that_has_it_then_to_a_known_package_then_to_the_app(tmp_path):
    jar(tmp_path / "okhttp__3.12.1.jar", ["okhttp3/Call"])
    families = Jars(tmp_path, tmp_path, None).families()
    assert owner("Lokhttp3/Call;", families) == "okhttp__unknown"
    assert owner("Lokhttp3/Other;", families).startswith("other:")
    assert owner("Lcom/example/mine/Main;", families) == "app"


def test_what_the_manifest_names_is_kept(tmp_path):
    app = tmp_path / "a.apk"
    with zipfile.ZipFile(app, "w") as out:
        out.writestr("AndroidManifest.xml", manifest("com.example", ".Main", "com.example.Other"))
        out.writestr("res/raw/note.xml", b"com.example.Raw")
    present = frozenset({"Lcom/example/Main;", "Lcom/example/Other;", "Lcom/example/Unnamed;"})
    with zipfile.ZipFile(app) as archive:
        assert set(named(archive, present)) == {"com.example.Main", "com.example.Other"}


def test_an_archive_gives_one_jar_of_all_its_classes(tmp_path):
    source, target = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    target.mkdir()
    jar(tmp_path / "classes.jar", ["a/A"])
    jar(tmp_path / "more.jar", ["b/B"])
    with zipfile.ZipFile(source / "sdk__1.aar", "w") as out:
        out.write(tmp_path / "classes.jar", "classes.jar")
        out.write(tmp_path / "more.jar", "libs/more.jar")
    jar(source / "huge__1.jar", ["h/H"], size=2_000_000)
    (source / "plain__1.dex").write_bytes(DexBuilder().add_class("Lp/P;", "Ljava/lang/Object;").build())
    (source / "README").write_text("no library", "utf-8")
    take(source, target)
    assert {path.name for path in target.iterdir()} == {"sdk__1.jar", "plain__1.dex"}
    assert dexes.in_jar(target / "sdk__1.jar") == {"La/A;", "Lb/B;"}
    assert dexes.defined(target / "plain__1.dex") == {"Lp/P;"}
