"""JAR signatures: what holds, what is refused and why, what could not be checked."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.issues import issue_texts
from affidavit.signing.jar import LEVELS, JarScheme
from tests.artefact.reading import read_zip
from tests.builders.jar_signing import (
    APP,
    Info,
    Jar,
    block,
    chunks,
    digest,
    header,
    manifest,
    section,
    signature_file,
)
from tests.builders.signing import certificate
from tests.builders.zip import Item, build_zip
from tests.signing.jars import NONE, at, second, signers, words


def test_a_signed_app_holds_and_says_by_whom_with_what_and_what_it_covers():
    result = at(Jar())
    assert result.holds
    assert result.every_issue == ()
    assert signers(result) == [hashlib.sha256(certificate()).hexdigest()]
    assert result.signers[0].algorithms == ("ECDSA with SHA-256",)
    assert result.covers == "3 of 6 entries; 3 under META-INF are not covered"
    (own,) = result.signers[0].certificates
    assert own.entry == "META-INF/CERT.EC"
    assert block(Info(Jar().own_text()))[own.offset :].startswith(own.der)


@pytest.mark.parametrize("kind", ["rsa", "dsa", "ec"])
@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_keys_of_every_kind(kind: str, name: str):
    jar = Jar(digests=(name,), kind=kind, digest=name)
    assert at(jar, 24).holds
    assert at(jar, 17).holds is (name == "sha1" and kind != "ec")


def test_without_a_signature_the_answer_says_what_is_missing():
    files = [Item(name, data) for name, data in APP.items()]
    assert words(at(build_zip(files))) == ["jar-sig-no-manifest"]
    assert words(at(build_zip([*files, Item("META-INF/MANIFEST.MF", manifest(APP))]))) == ["jar-sig-no-signatures"]
    assert not at(build_zip(files)).holds


def test_a_block_file_without_its_signature_file_signs_nothing():
    jar = Jar(more=[Item("META-INF/OTHER.RSA", b"x")])
    assert at(jar).holds
    assert words(at(jar), error=False) == ["jar-sig-missing-file", "jar-sig-unprotected-zip-entry"]
    alone = [item for item in Jar().items() if not item.raw.endswith(b".SF")]
    assert words(at(build_zip(alone))) == ["jar-sig-no-signatures"]


@pytest.mark.parametrize(
    ("name", "word"), [("CERT.SF", "no-signatures"), ("CERT.EC", "no-signatures"), ("MANIFEST.MF", "no-manifest")]
)
def test_names_under_meta_inf_count_as_they_are_written(name: str, word: str):
    old = f"META-INF/{name}".encode()
    items = [Item(item.raw.replace(old, b"META-INF/" + name.lower().encode()), item.data) for item in Jar().items()]
    assert words(at(build_zip(items))) == [f"jar-sig-{word}"]
    assert at(build_zip(items), java=True).holds


def test_a_file_that_differs_in_case_only_is_another_file():
    more = [Item("META-INF/cert.sf", b"x"), Item("META-INF/cert.ec", b"y")]
    assert at(Jar(more=more)).holds
    result = at(Jar(more=more), java=True)
    assert (result.holds, words(result)) == (False, [])
    assert "differ in case only" in result.undetermined


@pytest.mark.parametrize("made", [b"broken", block(Info(Jar().own_text(), kind="rsa"))])
def test_two_block_files_with_one_signature_file_leave_it_open(made: bytes):
    result = at(Jar(more=[Item("META-INF/CERT.RSA", made)]))
    assert (result.holds, result.signers, words(result)) == (False, (), [])
    assert "'META-INF/CERT.EC' and 'META-INF/CERT.RSA' both sign 'META-INF/CERT.SF'" in result.undetermined


@pytest.mark.parametrize("level", sorted(LEVELS | {1, 17, 23}))
def test_a_changed_entry_is_refused_at_every_level(level: int):
    jar = Jar(digests=("sha1",), kind="rsa", digest="sha1")
    items = jar.items()
    assert at(build_zip(items), level).holds
    items[-1].data += b"!"
    result = at(build_zip(items), level)
    assert words(result) == ["jar-sig-zip-entry-digest-did-not-verify"]
    assert "'res/a.txt'" in result.issues[0].detail
    assert "SHA1-Digest" in result.issues[0].detail


def test_an_added_entry_is_refused_outside_meta_inf_and_said_inside():
    assert words(at(Jar(more=[Item("added", b"x")]))) == ["jar-sig-no-zip-entry-digest-in-manifest"]
    inside = at(Jar(more=[Item("META-INF/services/x", b"x"), Item("META-INF/", b"")]))
    assert inside.holds
    assert words(inside, error=False) == ["jar-sig-unprotected-zip-entry"]
    assert inside.covers == "3 of 7 entries; 4 under META-INF are not covered; 1 folder entry is not either"


def test_a_folder_that_holds_bytes_is_said():
    result = at(Jar(more=[Item("lib/", b"payload"), Item("res/", b"")]))
    assert result.holds
    (issue,) = result.issues
    assert issue.detail == "'lib/' is named as a folder and holds 7 bytes; it is not covered"


def test_many_uncovered_entries_are_counted():
    result = at(Jar(more=[Item(f"META-INF/{number}", b"") for number in range(40)]))
    assert len(result.issues) == 6
    assert result.issues[-1].detail == "and 35 more like these"


def test_a_removed_entry_is_refused():
    items = Jar().items()[:-1]
    assert words(at(build_zip(items))) == ["jar-sig-missing-zip-entry-referenced-in-manifest"]


def test_two_entries_of_one_name_are_refused():
    result = at(Jar(more=[Item("classes.dex", b"other")]))
    assert words(result) == ["jar-sig-duplicate-zip-entry"]
    assert "8219321" in result.issues[0].detail


def test_an_entry_that_the_signature_file_does_not_list_is_refused():
    text = signature_file(manifest(APP), names=["AndroidManifest.xml", "classes.dex"])
    assert words(at(Jar(text=text))) == ["jar-sig-zip-entry-not-signed"]


def test_a_signature_over_nothing_is_refused():
    only = manifest({})
    result = at(Jar(files={}, manifest=only, more=[Item("META-INF/x", b"")]))
    assert words(result) == ["jar-sig-no-signed-zip-entries"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (section(("Manifest-Version", "1.0")) + "bad\n", "jar-sig-malformed-manifest"),
        (section(("Manifest-Version", "1.0")) + section(("X", "y")), "jar-sig-unnnamed-manifest-section"),
        (manifest(APP).decode() + section(("Name", "classes.dex")), "jar-sig-duplicate-manifest-section"),
        (manifest(APP).decode() + section(("Name", "gone")), "jar-sig-missing-zip-entry-referenced-in-manifest"),
    ],
)
def test_a_manifest_that_a_platform_refuses(text: str, word: str):
    assert words(at(Jar(manifest=text.encode()))) == [word]


def test_a_line_break_in_a_name_makes_a_section_without_a_name():
    text = manifest(APP) + b"Name: a\n\r\nSHA-256-Digest: QQ==\r\n\r\n"
    assert "jar-sig-unnnamed-manifest-section" in words(at(Jar(manifest=text, more=[Item("a\n", b"")])))


def test_nul_in_a_name_is_taken_as_apksig_does_and_said():
    jar = Jar(files={**APP, "a\0": b"x"})
    assert at(jar).holds
    assert words(at(jar), error=False) == ["jar-sig-odd-manifest"]


def test_long_and_foreign_names_are_signed_too():
    assert at(Jar(files={**APP, "ä/" + "名" * 200: b"x"})).holds


# --- the signature file ---------------------------------------------------------------------------------------------


def test_without_a_digest_of_the_whole_manifest_each_section_is_compared():
    made = manifest(APP)
    result = at(Jar(text=signature_file(made, whole=False)))
    assert result.holds
    assert words(result, error=False) == ["jar-sig-no-manifest-digest-in-sig-file"]


def test_a_manifest_with_an_added_section_holds_section_by_section():
    made = manifest(APP)
    grown = made + section(("Name", "added"), ("SHA-256-Digest", digest("sha256", b"x"))).encode()
    jar = Jar(manifest=grown, text=signature_file(made), more=[Item("META-INF/x", b"")])
    result = at(jar)
    assert words(result) == ["jar-sig-missing-zip-entry-referenced-in-manifest"]
    with_entry = at(Jar(manifest=grown, text=signature_file(made), more=[Item("added", b"x")]))
    assert words(with_entry) == ["jar-sig-zip-entry-not-signed"]
    assert "jar-sig-manifest-digest-did-not-verify" in words(with_entry, error=False)


def test_a_changed_section_is_refused():
    made = manifest(APP)
    changed = made.replace(digest("sha256", APP["classes.dex"]).encode(), digest("sha256", b"evil").encode())
    jar = Jar(files={**APP, "classes.dex": b"evil"}, manifest=changed, text=signature_file(made))
    assert words(at(jar)) == ["jar-sig-manifest-section-digest-did-not-verify"]


def test_a_signature_file_that_lists_more_than_the_manifest_is_passed_over():
    text = signature_file(manifest(APP), whole=False) + section(("Name", "gone"), ("SHA-256-Digest", "QQ==")).encode()
    result = at(Jar(text=text))
    assert words(result) == ["jar-sig-no-signatures"]
    assert "jar-sig-no-zip-entry-digest-in-sig-file" in words(result, error=False)


def test_a_section_without_a_digest_that_the_level_knows_is_refused():
    made = manifest(APP, ("sha1", "sha256"))
    jar = Jar(manifest=made, text=signature_file(made, ("sha256",), whole=False), kind="rsa", digest="sha1")
    assert at(jar, 18).holds
    assert words(at(jar, 17)) == ["jar-sig-no-zip-entry-digest-in-sig-file"]


@pytest.mark.parametrize(
    ("fits", "expected"), [(True, []), (False, ["jar-sig-manifest-main-section-digest-did-not-verify"])]
)
def test_the_digest_of_the_main_section_must_fit_where_it_is_stated(fits: bool, expected: list[str]):
    made = manifest(APP)
    first = made[: made.index(b"\r\n\r\n") + 4] if fits else b"other"
    text = signature_file(made, main=[("SHA-256-Digest-Manifest-Main-Attributes", digest("sha256", first))])
    assert words(at(Jar(text=text))) == expected


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_signtool_leaves_an_empty_line_out(ending: bytes):
    made = b"Manifest-Version: 1.0\n\n" + b"".join(
        f"Name: {name}\nSHA1-Digest: {digest('sha1', data)}\n\n".encode() for name, data in APP.items()
    )
    parts = [b"Signature-Version: 1.0\nCreated-By: signtool\nSHA1-Digest-Manifest-Main-Attributes: QQ==\n\n"]
    for part in made.split(b"\n\n")[1:-1]:
        name = part.split(b"\n")[0]
        parts.append(name + b"\nSHA1-Digest: " + digest("sha1", part + b"\n" + ending).encode() + b"\n\n")
    result = at(Jar(manifest=made, text=b"".join(parts)))
    assert result.holds is (ending == b"")
    assert words(result) == ([] if ending == b"" else ["jar-sig-manifest-section-digest-did-not-verify"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (signature_file(manifest(APP), version=False), "jar-sig-missing-version-attr-in-sig-file"),
        (signature_file(manifest(APP)) + b"bad\r\n", "jar-sig-malformed-sig-file"),
        (signature_file(manifest(APP)) + b"X: y\r\n\r\n", "jar-sig-unnnamed-sig-file-section"),
        (signature_file(manifest(APP)) + b"Name: classes.dex\r\n\r\n", "jar-sig-duplicate-sig-file-section"),
    ],
)
def test_a_signature_file_that_platforms_pass_over_leaves_no_signature(text: bytes, word: str):
    result = at(Jar(text=text))
    assert words(result) == ["jar-sig-no-signatures"]
    assert word in words(result, error=False)
    assert result.signers == ()


# --- entries that platforms cannot read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Item("res/a.txt", APP["res/a.txt"], local={"name": b"res/b.txt"}), "another name"),
        (Item("res/a.txt", APP["res/a.txt"], central={"size": 7}), "not the size"),
        (Item("res/a.txt", APP["res/a.txt"], method=0, central={"compressed": 299}), "two sizes differ"),
        (Item("res/a.txt", APP["res/a.txt"], stream=b"\xff\xff\xff"), "no deflate stream"),
        (Item("res/a.txt", APP["res/a.txt"], method=0x77), "method is unknown"),
        (Item("res/a.txt", APP["res/a.txt"], at=5), "no local header"),
        (Item("res/a.txt", APP["res/a.txt"], central={"compressed": 1 << 30}), "end of the file"),
    ],
)
def test_an_entry_that_a_platform_cannot_read_is_refused(item: Item, why: str):
    items = [each for each in Jar().items() if each.raw != item.raw]
    result = at(build_zip([*items, item]))
    assert words(result) == ["jar-sig-malformed-zip-entry"]
    assert why in result.issues[0].detail


def test_bytes_that_reach_into_the_directory_are_no_entry():
    items = [each for each in Jar().items() if each.raw != b"res/a.txt"]
    odd = Item("res/a.txt", APP["res/a.txt"], central={"compressed": 60})
    result = at(build_zip([*items, odd]))
    assert "pass the central directory" in result.issues[0].detail


def test_a_manifest_that_lies_about_its_size_is_refused_as_apksig_does():
    items = Jar().items()
    items[0].central = {"size": 2_016_310_387}
    result = at(build_zip(items))
    assert words(result) == ["jar-sig-malformed-zip-entry"]


def test_an_unknown_method_over_a_deflate_stream_is_read_as_old_platforms_do():
    data = APP["res/a.txt"]
    odd = Item("res/a.txt", data)
    stream = odd.payload()
    odd = Item("res/a.txt", data, method=9, stream=stream)
    assert at(build_zip([*[each for each in Jar().items() if each.raw != odd.raw], odd])).holds


# --- bounds ---------------------------------------------------------------------------------------------------------


def test_an_entry_past_the_budget_leaves_it_open_and_is_not_verified():
    big = {**APP, "assets/zero": bytes(200_000)}
    result = at(Jar(files=big), entry_bytes=100_000)
    assert not result.holds
    assert words(result) == []
    assert result.undetermined == "the bytes of 'assets/zero' were not compared (it passes a bound)"
    assert at(Jar(files=big)).holds


def test_several_entries_past_the_budget_are_counted():
    big = {**APP, **{f"assets/{number}": bytes(200_000) for number in range(3)}}
    assert at(Jar(files=big), entry_bytes=100_000).undetermined.endswith(", and 2 more")


def test_an_entry_that_breaks_outweighs_one_that_was_not_read():
    items = Jar(files={**APP, "assets/zero": bytes(200_000)}).items()
    items[-2].data += b"!"
    result = at(build_zip(items), entry_bytes=100_000)
    assert (words(result), result.undetermined) == (["jar-sig-zip-entry-digest-did-not-verify"], "")


def test_a_manifest_past_the_budget_leaves_it_open():
    long = manifest(APP) + b"\r\n" * 50_000
    result = at(Jar(manifest=long), entry_bytes=50_000)
    assert (words(result), "was not read" in result.undetermined) == ([], True)


def test_a_signature_file_of_too_many_attributes_leaves_it_open(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("affidavit.signing.jar_reading.MAX_HEADERS", 5)
    assert "more than 5 attributes" in at(Jar()).undetermined


def test_the_lines_of_all_texts_are_bounded_together(monkeypatch: pytest.MonkeyPatch):
    lines = manifest(APP).count(b"\n") * 2
    monkeypatch.setattr("affidavit.signing.jar_reading.MAX_LINES", lines)
    assert "more lines than are read here (0 line breaks)" in at(Jar()).undetermined
    monkeypatch.setattr("affidavit.signing.jar_reading.MAX_LINES", 3 * lines)
    assert at(Jar()).holds


def test_a_block_file_past_the_bound_leaves_it_open():
    result = at(Jar(block=bytes(range(256)) * 1024))
    assert (words(result), "more than are read" in result.undetermined) == ([], True)


def test_a_bomb_as_manifest_is_bounded():
    items = Jar().items()
    items[0] = Item("META-INF/MANIFEST.MF", bytes(40 << 20))
    result = at(build_zip(items))
    assert "more than are read" in result.undetermined


# --- hostile bytes --------------------------------------------------------------------------------------------------

GOOD = Jar(more=[Item("META-INF/x", b"y")]).build()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)), min_size=1, max_size=4))
def test_changed_bytes_never_give_another_content_that_holds(changes: list[tuple[int, int]]):
    data = bytearray(GOOD)
    for at_, change in changes:
        data[at_] ^= change
    read = read_zip(bytes(data))
    result = JarScheme(read.part, read.budget).at(24, NONE)
    assert {issue.word for issue in result.every_issue} <= set(issue_texts())
    if result.holds:
        found = {entry.name: read.part.read(entry) for entry in read.part.entries if entry.raw[:9] != b"META-INF/"}
        assert {name: data for name, data in found.items() if not name.endswith("/")} == APP


def test_names_are_shown_printable_and_cut():
    evil = "\x1b[31m" + "x" * 500
    result = at(Jar(more=[Item(evil, b"")]))
    assert result.issues[0].detail.isprintable()
    assert len(result.issues[0].detail) < 200


def test_the_shown_details_do_not_depend_on_the_run():
    data = Jar(more=second()).build()
    assert repr(at(data)) == repr(at(data))


def test_headers_longer_than_a_line_are_continued():
    assert header("Name", "x" * 100).count("\r\n ") == 1
    assert len(chunks(manifest({"y" * 300: b""}))) == 1
