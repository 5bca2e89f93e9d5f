"""What an artefact is taken for, what its parts are, and what is said of everything else."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.model.errors import UnreadableError, UsageError
from tests.builders.zip import Item, build_zip, zip_of

AXML = b"\x03\x00\x08\x00" + bytes(60)
DEX = b"dex\n035\x00" + bytes(104)
CLASS = b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(20)
TEXT_MANIFEST = b'<?xml version="1.0"?><manifest package="a.b"/>'
APK = zip_of({"AndroidManifest.xml": AXML, "classes.dex": DEX})
SPLIT = zip_of({"AndroidManifest.xml": AXML, "res/a.png": b"x"})
JAR = zip_of({"a/B.class": CLASS})


@pytest.fixture
def given(tmp_path):
    def write(data, name="a.bin"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def shape(path, **bounds):
    """Kind and (prefix, role) of the parts."""
    with open_artefact(path, Budget(**bounds)) as opened:
        return opened.artefact.kind, [(part.prefix, part.role) for part in opened.parts]


@pytest.mark.parametrize(
    ("files", "kind", "parts"),
    [
        ({"AndroidManifest.xml": AXML}, "apk", [("", "base")]),
        ({"AndroidManifest.xml": AXML, "classes.jar": JAR}, "apk", [("", "base")]),
        ({"AndroidManifest.xml": TEXT_MANIFEST}, "apk", [("", "base")]),
        (
            {"AndroidManifest.xml": TEXT_MANIFEST, "classes.jar": JAR, "libs/b.jar": JAR, "assets/c.jar": JAR},
            "aar",
            [("", "base"), ("classes.jar!/", "library"), ("libs/b.jar!/", "library")],
        ),
        ({"AndroidManifest.xml": TEXT_MANIFEST, "R.txt": b"int x"}, "aar", [("", "base")]),
        ({"classes.dex": DEX}, "jar", [("", "library")]),
        ({"a/b/C.class": CLASS, "META-INF/MANIFEST.MF": b""}, "jar", [("", "library")]),
        (
            {"config.de.apk": SPLIT, "com.example.apk": APK, "manifest.json": b"{}"},
            "splits",
            [("com.example.apk!/", "base"), ("config.de.apk!/", "split"), ("", "container")],
        ),
        (
            {"split_config.de.apk": SPLIT + bytes(500), "base.apk": APK},
            "splits",
            [("base.apk!/", "base"), ("split_config.de.apk!/", "split"), ("", "container")],
        ),
        (
            {"splits/base-de.apk": SPLIT, "splits/base-master.apk": APK, "standalones/standalone-hdpi.apk": APK},
            "splits",
            [("splits/base-master.apk!/", "base"), ("splits/base-de.apk!/", "split"), ("", "container")],
        ),
        (
            {"standalones/standalone-hdpi.apk": APK, "toc.pb": b"x"},
            "splits",
            [("standalones/standalone-hdpi.apk!/", "base"), ("", "container")],
        ),
        ({"Payload/My.app/Info.plist": b"x"}, "ipa", [("", "base")]),
        ({"iTunesMetadata.plist": b"x", "Payload/My.app/classes.dex": DEX, "a.apk": APK}, "ipa", [("", "base")]),
        ({"AndroidManifest.xml": AXML, "Payload/My.app/Info.plist": b"x"}, "apk", [("", "base")]),
    ],
)
@pytest.mark.parametrize("method", [0, 8])
def test_kind_and_parts_come_from_the_bytes(files, kind, parts, method, given):
    assert shape(given(zip_of(files, method))) == (kind, parts)


def test_bare_dex_is_one_part_with_one_entry_named_as_the_file(given):
    path = given(DEX, "app.dex")
    with open_artefact(path, Budget()) as opened:
        (part,) = opened.parts
        (entry,) = part.entries
        assert (opened.artefact.kind, part.role) == ("dex", "dex")
        assert (entry.name, entry.path, entry.header, entry.data) == ("app.dex", "app.dex", -1, 0)
        assert part.read(entry) == DEX
        assert entry.oddities == ()


def test_artefact_has_name_size_and_digest(given):
    path = given(APK, "My App.apk")
    with open_artefact(path, Budget()) as opened:
        artefact = opened.artefact
    assert (artefact.name, artefact.size) == ("My App.apk", len(APK))
    assert artefact.sha256 == hashlib.sha256(APK).hexdigest()


def test_paths_of_entries_inside_parts_are_joined(given):
    with open_artefact(given(zip_of({"base.apk": APK}, 0)), Budget()) as opened:
        part = opened.parts[0]
        assert [entry.path for entry in part.entries] == ["base.apk!/AndroidManifest.xml", "base.apk!/classes.dex"]
        assert part.read(part.find("classes.dex")) == DEX
        assert bytes(part.view) == APK


def test_alternatives_of_an_apk_set_are_left_out_and_that_is_said(given):
    files = {"splits/base-master.apk": APK, "standalones/s.apk": APK, "instant/base-master.apk": APK}
    with open_artefact(given(zip_of(files)), Budget()) as opened:
        assert [part.prefix for part in opened.parts] == ["splits/base-master.apk!/", ""]
        assert [limitation.kind for limitation in opened.limitations] == ["container/alternatives-left-out"]


def test_base_is_the_apk_whose_manifest_names_no_split(given):
    def apk(attribute, size):
        return zip_of({"AndroidManifest.xml": b'<manifest package="a.b" %s/>' % attribute, "x": bytes(size)}, 0)

    files = {"feature.apk": apk(b'split="feature"', 9_000), "small.apk": apk(b"", 10), "z.apk": apk(b'split="z"', 99)}
    parts = shape(given(zip_of(files)))[1]
    assert parts == [("small.apk!/", "base"), ("feature.apk!/", "split"), ("z.apk!/", "split"), ("", "container")]
    only_splits = {"b.apk": apk(b'split="b"', 10), "a.apk": apk(b'split="a"', 500)}
    assert shape(given(zip_of(only_splits)))[1][0] == ("a.apk!/", "base")


def test_split_that_is_no_zip_is_said_and_the_others_are_opened(given):
    with open_artefact(given(zip_of({"base.apk": APK, "config.de.apk": b"no zip"})), Budget()) as opened:
        assert [part.prefix for part in opened.parts] == ["base.apk!/", ""]
        assert [limitation.kind for limitation in opened.limitations] == ["container/not-a-zip"]
        assert opened.limitations[0].place.entry == "config.de.apk"


def test_lies_inside_a_split_are_said_with_its_path(given):
    lying = build_zip([Item("AndroidManifest.xml", AXML), Item("a", b"x"), Item("a", b"y")], trailing=b"z")
    with open_artefact(given(zip_of({"base.apk": lying})), Budget()) as opened:
        places = {limitation.kind: limitation.place.entry for limitation in opened.limitations}
    assert places == {"container/trailing-bytes": "base.apk", "container/duplicate-name": "base.apk!/a"}


def test_nesting_is_bounded(given):
    # A set of splits inside a set of splits is an entry: only one level is opened, whatever the budget says.
    nested = zip_of({"base.apk": zip_of({"base.apk": APK})})
    kind, parts = shape(given(nested))
    assert (kind, parts) == ("splits", [("base.apk!/", "base"), ("", "container")])
    aar = given(zip_of({"AndroidManifest.xml": TEXT_MANIFEST, "classes.jar": JAR}))
    with open_artefact(aar, Budget(depth=0)) as opened:
        assert [part.prefix for part in opened.parts] == [""]
        assert [limitation.kind for limitation in opened.limitations] == ["budget/depth"]


@pytest.mark.parametrize(
    ("data", "found", "advice"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "png", "give an APK"),
        (b"\x7fELF" + bytes(60), "elf", "give an APK"),
        (b"cdex001\0" + bytes(100), "cdex", "give an APK"),
        (b"hello world\n", "text", "give an APK"),
        (b"\x9d\x01\xfe\x80qz\x99\x03".replace(b"\xff", b"\0") + b"\xff\xfe\0\1" * 9, "", "give an APK"),
        (b"PK\x03\x04" + bytes(300), "zip", "give an APK"),
        (build_zip([]), "zip", "give an APK"),
        (zip_of({"a.txt": b"x", "b": b"y"}), "'a.txt', 'b'", "give an APK"),
        (zip_of({"x/Payload/My.app/Info.plist": b"x", "Payload/My.app": b"x"}), "Payload/NAME.app", "IPA"),
        (zip_of({"BundleConfig.pb": b"x", "base/manifest/AndroidManifest.xml": b"y"}), "AAB", "bundletool"),
        (zip_of({"base.apk": b"rubbish", "b.apk": b"\0\0"}), "none of them can be opened", "give an APK"),
    ],
)
def test_everything_else_is_refused_with_what_was_found_and_advice(data, found, advice, given):
    with pytest.raises(UnreadableError) as caught:
        open_artefact(given(data), Budget())
    assert found in str(caught.value)
    assert advice in caught.value.advice


def test_empty_and_oversized_files_are_refused(given):
    with pytest.raises(UnreadableError, match="is empty"):
        open_artefact(given(b""), Budget())
    with pytest.raises(UnreadableError, match="the budget allows 10"):
        open_artefact(given(APK), Budget(total_bytes=10))


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name, why in (
        ("", "is a folder"),
        ("pipe", "not a regular file"),
        ("dangling", "No such file"),
        ("x", "No such"),
    ):
        with pytest.raises(UsageError, match=why):
            open_artefact(tmp_path / name, Budget())
    with pytest.raises(UsageError, match="not a regular file"):
        open_artefact(Path("/dev/zero"), Budget())
    with pytest.raises(UsageError, match="null byte"):
        open_artefact(tmp_path / "a\0b", Budget())


def test_link_to_a_file_is_followed(given, tmp_path):
    given(APK)
    (tmp_path / "link.apk").symlink_to(tmp_path / "a.bin")
    assert shape(tmp_path / "link.apk")[0] == "apk"


def test_closing_lets_the_file_go_even_while_a_slice_is_held(given):
    with open_artefact(given(APK), Budget()) as opened:
        held = opened.parts[0].view[:4]
        files = len(list(Path("/proc/self/fd").iterdir()))
    assert bytes(held) == b"PK\x03\x04"
    opened.close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= files


@pytest.mark.corpus
def test_every_malformed_apk_opens_and_every_entry_is_read_or_its_absence_explained(corpus):
    files = sorted(path for path in corpus.glob("malformed/**/*") if path.suffix in {".apk", ".aar"})
    assert len(files) >= 18
    for path in files:
        with open_artefact(path, Budget()) as opened:
            contents = [part.read(entry) for part in opened.parts for entry in part.entries]
            assert contents
            assert all(data is not None for data in contents) or opened.limitations, path.name


@pytest.mark.corpus
def test_refusal_by_the_platforms_own_code_is_always_said(corpus):
    if (aapt := shutil.which("aapt")) is None:
        pytest.skip("needs Debian's aapt")
    files = sorted(corpus.glob("malformed/**/*.apk"))
    assert len(files) >= 17
    for path in files:
        done = subprocess.run([aapt, "dump", "badging", path], check=False, capture_output=True, timeout=60)
        with open_artefact(path, Budget()) as opened:
            said = {limitation.kind for limitation in opened.limitations}
            words = {word for part in opened.parts for entry in part.entries for word in entry.oddities}
        refused = b"Error opening archive" in done.stderr
        assert refused == bool(said | words & {"name-nul", "name-not-utf8"}), path.name


@pytest.mark.corpus
def test_where_apkinspector_lists_entries_the_same_ones_are_listed_here(corpus):
    from apkInspector.headers import ZipEntry

    compared = 0
    for path in sorted(corpus.glob("malformed/**/*.apk")):
        try:
            theirs = set(ZipEntry.parse(str(path), raw=False).central_directory.entries)
        except Exception:  # noqa: BLE001, S112 - a peer that cannot open it is no oracle for it
            continue
        with open_artefact(path, Budget()) as opened:
            ours = {entry.name for entry in opened.parts[0].entries}
        assert theirs <= ours, path.name
        compared += bool(theirs)
    assert compared >= 9


@pytest.mark.corpus
def test_real_bundles_open_as_what_they_are(corpus):
    bundles = corpus / "bundles"
    kind, parts = shape(next((bundles / "mobsf").glob("*.xapk")))
    assert (kind, parts[0][1], parts[-1], len(parts)) == ("splits", "base", ("", "container"), 29)
    kinds = {path.name: shape(path) for path in (bundles / "aar").glob("*.aar") if path.read_bytes()[:2] == b"PK"}
    assert {kind for kind, _ in kinds.values()} == {"aar"}
    assert kinds["detox-20.51.4.aar"][1][1:] == [
        ("classes.jar!/", "library"),
        ("libs/genymotion-api-1.2.0.jar!/", "library"),
    ]
    with pytest.raises(UnreadableError, match="AAB"):
        open_artefact(next((bundles / "bundletool").glob("*.aab")), Budget())


def test_pages_that_were_let_go_are_read_again_from_the_file(tmp_path):
    path = tmp_path / "app.apk"
    path.write_bytes(zip_of({"AndroidManifest.xml": b"\x03\x00\x08\x00rest", "assets/a": b"a" * 100_000}))
    with open_artefact(path, Budget()) as opened:
        part = opened.parts[0]
        before = part.read(part.find("assets/a"))
        opened.release_pages()
        assert part.read(part.find("assets/a")) == before


def test_a_dex_that_is_a_zip_as_well_is_read_as_both(given):
    path = given(build_zip([Item("AndroidManifest.xml", AXML), Item("classes.dex", DEX)], prefix=DEX), "janus.apk")
    with open_artefact(path, Budget()) as opened:
        outer, bare = opened.parts
        assert (opened.artefact.kind, outer.role, bare.role) == ("apk", "base", "dex")
        assert [entry.path for entry in outer.entries] == ["AndroidManifest.xml", "classes.dex"]
        assert bare.read(bare.entries[0]) == path.read_bytes()
        assert "container/two-faced" in {item.kind for item in opened.limitations}


def test_a_dex_whose_entries_are_no_app_stays_a_dex_and_says_so(given):
    path = given(build_zip([Item("notes.txt", b"hello")], prefix=DEX), "a.dex")
    with open_artefact(path, Budget()) as opened:
        bare, outer = opened.parts
        assert (opened.artefact.kind, bare.role, outer.role) == ("dex", "dex", "container")
        assert "container/two-faced" in {item.kind for item in opened.limitations}


def test_a_dex_named_like_an_entry_of_its_own_zip_has_a_path_of_its_own(given):
    path = given(build_zip([Item("AndroidManifest.xml", AXML), Item("a.apk", b"x")], prefix=DEX), "a.apk")
    with open_artefact(path, Budget()) as opened:
        paths = [entry.path for part in opened.parts for entry in part.entries]
        assert len(paths) == len(set(paths))


def test_the_budget_knows_the_size_of_the_artefact(given):
    budget = Budget()
    with open_artefact(given(APK), budget) as opened:
        assert budget.size == opened.artefact.size == len(APK)
        assert budget.listed == 2


def test_a_name_that_is_not_utf8_is_shown_with_escapes(tmp_path: Path):
    path = tmp_path / os.fsdecode(b"a\xff.apk")
    path.write_bytes(zip_of({"AndroidManifest.xml": b"\x03\x00\x08\x00"}))
    with open_artefact(path, Budget()) as opened:
        assert opened.artefact.name == "a\\xff.apk"
