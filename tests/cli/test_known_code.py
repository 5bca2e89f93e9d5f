"""``affidavit knowledge build libraries``: fingerprints of one's own code with one command, and what is in an index."""

import json
from pathlib import Path

import pytest

from affidavit import knowledge
from affidavit.identity.code.store import opened
from tests.builders.dex import DexBuilder
from tests.builders.dex_pools import Method
from tests.builders.zip import zip_of
from tests.cli.conftest import Run
from tests.identity.code.test_libraries import dex_of


@pytest.fixture(autouse=True)
def _no_index_of_the_product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(knowledge, "FINGERPRINTS", tmp_path / "none.idx")


def telling(*names: str) -> bytes:
    """Classes with enough strings to be told from any other."""
    made = DexBuilder()
    for name in names:
        code = [("const-string", 0, f"text {number} of {name}") for number in range(12)]
        made.add_class(name, methods=[Method("run", "()V", [*code, ("return-void",)], registers=1)])
    return made.build()


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    path = tmp_path / "my-sdk-1.2.jar"
    path.write_bytes(zip_of({"classes.dex": dex_of("Lorg/mine/A;", "Lorg/mine/B;")}))
    return path


def test_one_command_makes_an_index_of_ones_own_code(run: Run, sdk: Path):
    done = run("knowledge", "build", "libraries", sdk, "-o", "my.idx")
    assert (done.code, done.out) == (0, "")
    data = Path("my.idx").read_bytes()
    index, source = opened(data)
    assert [family.id for family in index.families] == ["my-sdk"]
    assert [(version.label, version.classes, version.stated) for version in index.versions] == [("1.2", 2, "name")]
    assert source.name == "my"
    assert "1 family, 1 version, 2 classes, 2 signatures, 0 ordinary apps" in done.err
    assert f"sha256 {source.digest}" in done.err
    run("knowledge", "build", "libraries", sdk, "-o", "again.idx", "--name", "my")
    assert Path("again.idx").read_bytes() == data


def test_folders_backgrounds_and_what_was_there_before_go_into_one_index(run: Run, sdk: Path, tmp_path: Path):
    run("knowledge", "build", "libraries", sdk, "-o", "my.idx")
    more, apps = tmp_path / "more", tmp_path / "apps"
    more.mkdir()
    apps.mkdir()
    (more / "my-sdk__1.3.dex").write_bytes(dex_of("Lorg/mine/A;"))
    (more / "other__2.dex").write_bytes(dex_of("Lorg/other/O;"))
    (more / "broken__1.dex").write_bytes(b"nothing")
    for name in "abc":
        (apps / f"{name}.dex").write_bytes(dex_of("Lcom/app/Main;"))
    words = ("--background", apps, "--add-to", "my.idx", "--cache", "kept", "--packed")
    done = run("knowledge", "build", "libraries", more, *words, "-o", "all.idx")
    assert done.code == 0, done.err
    assert "left out" in done.err
    assert "broken__1.dex" in done.err
    index, source = opened(Path("all.idx").read_bytes())
    versions = {(index.families[version.family].id, version.label) for version in index.versions}
    assert versions == {("my-sdk", "1.2"), ("my-sdk", "1.3"), ("other", "2")}
    assert len(index.node_name) == 3  # class A of both versions is one
    assert source.background == 3
    assert index.in_background.max() == 3
    assert len(list(Path("kept").iterdir())) == 3  # the apps are one file three times


def test_a_catalogue_of_ones_own_gives_titles_owners_and_origins(run: Run, sdk: Path):
    catalogue = {"source": "own", "licence": "own"}
    family = {"id": "my-sdk", "title": "My SDK", "vendor": "Me", "kind": "sdk", "classes": ["org/mine/"]}
    Path("families.yaml").write_text(json.dumps(catalogue | {"families": [family]}))
    run("knowledge", "build", "libraries", sdk, "--catalogue", "families.yaml", "-o", "my.idx")
    shown = run("knowledge", "show", "libraries", "--libraries", "my.idx").out
    assert shown.splitlines()[-1].split(None, 5) == ["my-sdk", "1", "2", "sdk", "Me", "My SDK"]
    Path("broken.yaml").write_text(json.dumps(catalogue | {"families": [{"id": 5}]}))
    refused = run("knowledge", "build", "libraries", sdk, "--catalogue", "broken.yaml", "-o", "my.idx")
    assert refused.code != 0
    assert "knowledge/code_families" in refused.err


def test_what_the_product_knows_already_is_left_out_of_ones_own(run: Run, tmp_path: Path, monkeypatch):
    made = [f"Lcom/gson/Class{number};" for number in range(8)]
    (tmp_path / "gson__1.dex").write_bytes(telling(*made))
    run("knowledge", "build", "libraries", tmp_path / "gson__1.dex", "-o", "shipped.idx")
    monkeypatch.setattr(knowledge, "FINGERPRINTS", Path("shipped.idx").resolve())
    own = [f"Lorg/mine/Class{number};" for number in range(20)]
    (tmp_path / "mine__1.dex").write_bytes(telling(*made, *own))
    done = run("knowledge", "build", "libraries", tmp_path / "mine__1.dex", "-o", "my.idx")
    assert "mine: left out 8 classes of gson, by its bytes" in done.err
    assert len(opened(Path("my.idx").read_bytes())[0].node_name) == 20
    run("knowledge", "build", "libraries", tmp_path / "mine__1.dex", "-o", "my.idx", "--own")
    assert len(opened(Path("my.idx").read_bytes())[0].node_name) == 28
    assert "gson" in run("knowledge", "show", "libraries").out


def test_an_index_can_be_looked_into(run: Run, sdk: Path):
    run("knowledge", "build", "libraries", sdk, "-o", "my.idx")
    page = run("knowledge", "show", "libraries", "my-sdk", "--libraries", "my.idx").out
    assert page.startswith("my-sdk: ")
    assert "1.2" in page
    listed = json.loads(run("knowledge", "show", "libraries", "--libraries", "my.idx", "--format", "json").out)
    assert listed["index"]["families"] == 1
    assert listed["families"][0]["classes"] == 2
    one = json.loads(run("knowledge", "show", "libraries", "my-sdk", "--libraries", "my.idx", "--format", "json").out)
    assert one["versions"][0]["label"] == "1.2"
    wrong = run("knowledge", "show", "libraries", "my-sdc", "--libraries", "my.idx")
    assert wrong.code == 2
    assert "my-sdk" in wrong.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("build",), "cannot build nothing"),
        (("build", "measures"), "cannot build measures"),
        (("build", "libraries"), "no library is named"),
        (("build", "libraries", "x.jar"), "needs a file"),
        (("build", "libraries", "missing.jar", "-o", "x.idx"), "no such file"),
        (("build", "libraries", ".", "-o", "x.idx"), "has no file that ends in"),
        (("show", "measures", "more"), "unrecognized arguments: more"),
        (("lint", "--packed"), "--packed belongs to build"),
        (("show", "libraries", "--libraries", "missing.idx"), "missing.idx"),
    ],
)
def test_what_makes_no_sense_is_refused_with_advice(run: Run, words, said):
    done = run("knowledge", *words)
    assert done.code == 2
    assert said in done.err
    assert not Path("x.idx").exists()


def test_files_without_code_give_no_index(run: Run, tmp_path: Path):
    (tmp_path / "broken__1.dex").write_bytes(b"nothing")
    Path("no.idx").write_bytes(b"no index, but long enough to be one, or so it would seem to be")
    done = run("knowledge", "build", "libraries", tmp_path / "broken__1.dex", "-o", "x.idx")
    assert done.code == 4
    assert "no file has code" in done.err
    shown = run("knowledge", "show", "libraries", "--libraries", "no.idx")
    assert "no.idx: not an index" in shown.err
