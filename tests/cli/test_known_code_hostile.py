"""Texts of an index command no terminal; what is no index or catalogue is refused; nothing is half written."""

import json
from pathlib import Path

import pytest

from affidavit import knowledge
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.store import opened, written
from affidavit.report.text import HIDDEN
from tests.builders.known_code import code_class, dex_of, library_index, of_program, program_of
from tests.cli.conftest import Run

HOSTILE = "\x1b]0;owned\x07\nfamily\u202e"


@pytest.fixture(autouse=True)
def _no_index_of_the_product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(knowledge, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture
def hostile(run: Run) -> Path:
    """An index whose every text wants to command the terminal."""
    family = Family("okhttp", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    version = Version(0, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1)
    index = build([family], [(version, of_program(program_of(dex_of([code_class("La/B;", 1)]))))])
    path = Path("hostile.idx")
    path.write_bytes(written(index, HOSTILE, packed=False))
    return path


@pytest.fixture
def ours(run: Run) -> Path:
    path = Path("ours.idx")
    path.write_bytes(written(library_index(), "ours", packed=False))
    return path


@pytest.fixture
def sdk(run: Run) -> Path:
    path = Path("sdk__1.dex")
    path.write_bytes(dex_of([code_class("Lorg/mine/A;", 1), code_class("Lorg/mine/B;", 2)]))
    return path


@pytest.mark.parametrize("family", [(), ("okhttp",)])
@pytest.mark.parametrize("form", ["text", "json"])
def test_texts_of_an_index_command_no_terminal_and_begin_no_line(run: Run, hostile, family, form):
    done = run("knowledge", "show", "libraries", *family, "--libraries", hostile, "--format", form)
    assert done.code == 0, done.err
    assert "owned" in done.out
    assert not HIDDEN.search(done.out.replace("\n", ""))
    assert not [line for line in done.out.splitlines() if line.startswith("family\\u202e")]


def test_one_family_is_shown_with_its_versions_in_a_table(run: Run, ours):
    lines = run("knowledge", "show", "libraries", "wechat-opensdk", "--libraries", ours).out.splitlines()
    assert lines[:2] == ["wechat-opensdk: WeChat Open SDK, sdk, of Tencent", "owner: tencent"]
    assert lines[3].split() == ["version", "classes", "published", "stated", "by", "from", "sha256"]
    assert [line.split()[:2] for line in lines[4:]] == [["1.0", "4"], ["2.0", "4"]]


def test_a_family_without_vendor_or_owner_says_so(run: Run, ours):
    lines = run("knowledge", "show", "libraries", "common-base", "--libraries", ours).out.splitlines()
    assert lines[0] == "common-base: Common Base, library, of an unnamed vendor"
    assert not any(line.startswith("owner") for line in lines)


def test_the_list_of_families_counts_what_the_index_holds(run: Run, ours):
    digest = opened(ours.read_bytes())[1].digest
    shown = run("knowledge", "show", "libraries", "--libraries", ours).out
    assert shown.startswith("ours: 2 families, 3 versions, ")
    assert digest in shown.splitlines()[0]
    made = json.loads(run("knowledge", "show", "libraries", "--libraries", ours, "--format", "json").out)
    assert set(made) == {"index", "families", "left_out"}
    assert made["index"]["digest"] == digest
    assert [item["versions"] for item in made["families"]] == [2, 1]


def test_what_is_shown_goes_into_a_file_when_one_is_named(run: Run, ours):
    done = run("knowledge", "show", "libraries", "--libraries", ours, "-o", "list.txt")
    assert done.out == ""
    assert Path("list.txt").read_text() == run("knowledge", "show", "libraries", "--libraries", ours).out


def test_a_second_family_is_not_silently_left_out(run: Run, ours):
    done = run("knowledge", "show", "libraries", "wechat-opensdk", "common-base", "--libraries", ours)
    assert (done.code, done.out) == (2, "")
    assert "unrecognized arguments: common-base" in done.err


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_an_index_that_was_damaged_is_refused_by_its_name(run: Run, ours, damage):
    data = ours.read_bytes()
    middle = len(data) // 2
    broken = {
        "cut": data[:middle],
        "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "empty": b"",
        "text": b"okhttp 4.9.0\n" * 40,
    }[damage]
    Path("broken.idx").write_bytes(broken)
    done = run("knowledge", "show", "libraries", "--libraries", "broken.idx")
    assert (done.code, done.out) == (2, "")
    assert "broken.idx: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "text",
    [
        "- a list",
        "just words",
        "families: 7",
        "families:\n- id: [1]",
        "packages:\n- registry: 5",
        "a: [unclosed",
        "\x00",
    ],
)
def test_what_is_no_catalogue_is_refused_and_no_index_is_written(run: Run, sdk, text):
    Path("mine.yaml").write_text(text)
    done = run("knowledge", "build", "libraries", sdk, "--catalogue", "mine.yaml", "-o", "x.idx", "-q")
    assert done.code == 2
    assert "mine.yaml" in done.err
    assert len(done.err.splitlines()) > 1  # what is wrong, then what to do
    assert not Path("x.idx").exists()


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_catalogue_that_cannot_be_read_is_refused(run: Run, sdk, name):
    done = run("knowledge", "build", "libraries", sdk, "--catalogue", name, "-o", "x.idx", "-q")
    assert done.code == 2
    assert not Path("x.idx").exists()


def test_adding_to_an_index_leaves_it_as_it_was_and_twice_is_once(run: Run, sdk, ours):
    before = ours.read_bytes()
    for out in ("more.idx", "again.idx"):
        assert run("knowledge", "build", "libraries", sdk, "--add-to", ours, "-o", out, "--name", "m", "-q").code == 0
    assert ours.read_bytes() == before
    assert Path("more.idx").read_bytes() == Path("again.idx").read_bytes()
    families = [family.id for family in opened(Path("more.idx").read_bytes())[0].families]
    assert sorted(families) == ["common-base", "sdk", "wechat-opensdk"]


def test_adding_to_what_is_no_index_writes_nothing(run: Run, sdk):
    Path("no.idx").write_bytes(b"nothing" * 40)
    for name in ("no.idx", "missing.idx", "."):
        done = run("knowledge", "build", "libraries", sdk, "--add-to", name, "-o", "x.idx", "-q")
        assert done.code != 0
        assert f"{name}: " in done.err
    assert not Path("x.idx").exists()


def test_a_packed_index_is_smaller_and_says_the_same(run: Run, sdk):
    run("knowledge", "build", "libraries", sdk, "-o", "flat.idx", "--name", "n", "-q")
    run("knowledge", "build", "libraries", sdk, "-o", "packed.idx", "--name", "n", "--packed", "-q")
    assert Path("packed.idx").stat().st_size < Path("flat.idx").stat().st_size
    shown = [
        json.loads(run("knowledge", "show", "libraries", "--libraries", f"{name}.idx", "--format", "json").out)
        for name in ("flat", "packed")
    ]
    assert shown[0]["families"] == shown[1]["families"]


def test_the_order_in_which_files_are_named_changes_no_byte(run: Run, sdk):
    Path("other__2.dex").write_bytes(dex_of([code_class("Lorg/other/A;", 3)]))
    for out, files in (("a", (sdk, "other__2.dex")), ("b", ("other__2.dex", sdk))):
        run("knowledge", "build", "libraries", *files, "-o", f"{out}.idx", "--name", "n", "-q")
    first, second = (opened(Path(f"{name}.idx").read_bytes())[0] for name in "ab")
    assert sorted(family.id for family in first.families) == sorted(family.id for family in second.families)
    assert len(first.node_name) == len(second.node_name) == 3


def test_help_gives_the_command_that_builds_an_index(run: Run, sdk):
    helped = run("knowledge", "--help").out
    assert "affidavit knowledge build libraries my-sdk-1.2.aar -o my.idx" in helped
    assert "--libraries my.idx" in helped
