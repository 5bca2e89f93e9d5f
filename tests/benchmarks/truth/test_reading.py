import json
import lzma

from benchmarks.truth import given, reading
from benchmarks.truth.labels import Row
from tests.builders.dex import DexBuilder
from tests.builders.zip import zip_of


def dex(*names):
    builder = DexBuilder()
    for name in names:
        builder.add_class(name, "Ljava/lang/Object;")
    return builder.build()


def source(folder):
    """A folder as somebody gives it: one app of one library, before and after a shrinker."""
    (folder / "libraries").mkdir(parents=True)
    (folder / "libraries" / "big_lib__1.2.dex").write_bytes(dex("Ll/A;", "Ll/B;"))
    app = folder / "app00"
    app.mkdir()
    (app / "d8.apk").write_bytes(zip_of({"classes.dex": dex("Ll/A;", "Ll/B;", "Lapp/Main;")}))
    (app / "r8srk.apk").write_bytes(zip_of({"classes.dex": dex("La;", "Lapp/Main;")}))
    (app / "pgopt.apk").write_bytes(zip_of({"classes.dex": dex("Lo;")}))
    (app / "r8srk.map.xz").write_bytes(lzma.compress(b"l.A -> a:\napp.Main -> app.Main:\n"))
    (app / "meta.json").write_text(json.dumps({"libs": ["big_lib__1.2"], "bg": ["other__3"]}), "utf-8")
    return folder


def test_given_apps_are_read_like_generated_ones(tmp_path):
    given.bring(source(tmp_path / "given"), tmp_path / "out")
    (app,) = reading.apps(tmp_path / "out")
    assert (app.name, app.libraries, app.background) == ("app00", ("big-lib__1.2",), ("other__3",))
    assert list(reading.libraries(tmp_path / "out")) == ["big-lib__1.2"]
    builds = {build.name: build for build in app.builds}
    assert list(builds["r8srk"].rows()) == [
        Row("", "Ll/B;", "big-lib__1.2", "gone"),
        Row("La;", "Ll/A;", "big-lib__1.2", "is"),
        Row("Lapp/Main;", "Lapp/Main;", "own", "is"),
    ]
    assert app.alive(builds["d8"], 2) == ("big-lib__1.2",)
    assert app.alive(builds["r8srk"], 2) == ()


def test_a_build_without_a_map_has_no_truth_by_class(tmp_path):
    given.bring(source(tmp_path / "given"), tmp_path / "out")
    (app,) = reading.apps(tmp_path / "out")
    build = next(build for build in app.builds if build.name == "pgopt")
    assert list(build.rows()) == []
    assert app.alive(build) == app.libraries


def test_an_app_that_is_being_made_is_left_out(tmp_path):
    (tmp_path / "apps" / "gen01").mkdir(parents=True)
    (tmp_path / "apps" / "gen01" / "d8.apk").write_bytes(b"")
    assert list(reading.apps(tmp_path)) == []
