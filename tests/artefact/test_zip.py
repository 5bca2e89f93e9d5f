"""The zip reader against the platform's own code, against the standard library, and against lies."""

import io
import struct
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.errors import BudgetError
from tests.artefact.reading import android_refuses, read_zip
from tests.builders.zip import Item, build_zip, deflated, zip_of

MANIFEST = Item("AndroidManifest.xml", b"<manifest/>" * 20)
OTHER = Item("classes.dex", b"dex\n035\0" * 30)

# name -> zip, what the file as a whole is said to be, oddities of its last entry
LIES = {
    "honest": (build_zip([MANIFEST, OTHER]), [], ()),
    "stored": (build_zip([Item("AndroidManifest.xml", b"abc", 0)]), [], ()),
    "signing-block": (build_zip([MANIFEST], before_directory=b"APK Sig Block 42"), [], ()),
    "comment": (build_zip([MANIFEST], comment=b"PK hello"), [], ()),
    "data-descriptor": (build_zip([Item("a", b"abc", descriptor=True)]), [], ()),
    "trailing-bytes": (build_zip([MANIFEST], trailing=b"more"), ["container/trailing-bytes"], ()),
    "prefix": (build_zip([MANIFEST], prefix=b"dex\n035\0"), ["container/prefix"], ()),
    "uncounted-prefix": (
        build_zip([MANIFEST], prefix=b"MZ" * 50, counted=False),
        ["container/shifted-offsets"],
        (),
    ),
    "fewer-counted": (build_zip([MANIFEST, OTHER], count=1), ["container/uncounted-entries"], ()),
    "more-counted": (build_zip([MANIFEST], count=7), ["container/broken-directory"], ()),
    "directory-too-short": (build_zip([MANIFEST], directory_size=20), ["container/directory-size"], ()),
    "directory-too-long": (build_zip([MANIFEST], directory_size=999), ["container/directory-size"], ()),
    "record-past-the-end": (
        build_zip([Item("x", b"abc", central={"extra_length": 260})], directory_size=46 + 1 + 260),
        ["container/directory-size"],
        (),
    ),
    "encrypted-flag": (
        build_zip([Item("a", b"abc", central={"flags": 1}, local={"flags": 1})]),
        [],
        ("encrypted-flag",),
    ),
    "unknown-method": (
        build_zip([Item("a", b"abc", central={"method": 0x1234})]),
        [],
        ("local-method-differs", "read-as-deflated", "unknown-method"),
    ),
    "unknown-method-stored": (
        build_zip([Item("a", b"abc", 0, central={"method": 0x1234})]),
        [],
        ("local-method-differs", "read-as-stored", "unknown-method"),
    ),
    "local-method": (build_zip([Item("a", b"abc", local={"method": 0x4321})]), [], ("local-method-differs",)),
    "local-name": (build_zip([Item("a", b"abc", local={"name": b"b"})]), [], ("local-name-differs",)),
    "local-name-longer": (build_zip([Item("a", b"abc", local={"name": b"bcd"})]), [], ("local-name-differs",)),
    "local-sizes": (
        build_zip([Item("a", b"abc", local={"size": 9, "compressed": 1, "crc": 5})]),
        [],
        ("local-sizes-differ",),
    ),
    "local-extra": (build_zip([Item("a", b"abc", local_extra=b"\xff" * 7)]), [], ()),
    "corrupt-extra": (build_zip([Item("a", b"abc", extra=b"\x2a\x2a\x2a\x20junk")]), [], ()),
    "bad-crc": (build_zip([Item("a", b"abc", central={"crc": 1}, local={"crc": 1})]), [], ("bad-crc",)),
    "size-too-small": (
        build_zip([Item("a", b"abc" * 99, central={"size": 4}, local={"size": 4})]),
        [],
        ("size-differs",),
    ),
    "size-too-large": (
        build_zip([Item("a", b"abc" * 99, central={"size": 3000}, local={"size": 3000})]),
        [],
        ("size-differs",),
    ),
    "size-zero": (build_zip([Item("a", b"abc", central={"size": 0}, local={"size": 0})]), [], ("size-differs",)),
    "bidi-name": (build_zip([Item("a\u202egnp.exe", b"abc")]), [], ("name-bidi",)),
    "nul-name": (build_zip([Item("a\0b", b"abc")]), [], ("name-nul",)),
    "control-name": (build_zip([Item("a\nb", b"abc")]), [], ("name-control",)),
    "not-utf8-name": (build_zip([Item(b"a\xffb", b"abc")]), [], ("name-not-utf8",)),
    "traversing-name": (build_zip([Item("../../etc/passwd", b"abc")]), [], ("name-traversal",)),
    "absolute-name": (build_zip([Item("/etc/passwd", b"abc")]), [], ("name-traversal",)),
    "backslash-name": (build_zip([Item("a\\..\\b", b"abc")]), [], ("name-traversal",)),
    "empty-name": (build_zip([Item("", b"abc")]), [], ("name-empty",)),
    "zip64-end": (build_zip([MANIFEST], zip64=True), [], ()),
    "zip64-entry": (build_zip([Item("a", b"abc", zip64=True)]), [], ()),
    "zip64-missing": (
        build_zip([Item("a", b"abc", central={"size": 0xFFFFFFFF})]),
        [],
        ("local-sizes-differ", "size-differs", "zip64-missing"),
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_says_what_is_odd_and_reads_the_entry_all_the_same(lie):
    data, kinds, words = LIES[lie]
    read = read_zip(data)
    assert read.kinds == kinds
    assert read.part.entries
    assert all(content for _, content in read.all())
    assert read.part.entries[-1].oddities == words
    assert read.kinds == kinds


REFUSED = frozenset(
    {
        "trailing-bytes",
        "prefix",
        "uncounted-prefix",
        "more-counted",
        "directory-too-short",
        "directory-too-long",
        "nul-name",
        "not-utf8-name",
        "record-past-the-end",
    }
)


@pytest.mark.parametrize("lie", sorted(LIES.keys() - {"zip64-end", "zip64-entry"}))  # the platform reads ZIP64 since 12
def test_statements_about_android_agree_with_the_platforms_own_code(lie, tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(LIES[lie][0])
    assert android_refuses(path) == (lie in REFUSED)


def test_first_of_two_entries_of_one_name_is_the_apps_and_both_are_read(tmp_path):
    data = build_zip([Item("classes.dex", b"first"), MANIFEST, Item("classes.dex", b"second")])
    read = read_zip(data)
    assert read.part.read(read.part.find("classes.dex")) == b"first"
    assert [(entry.path, read.part.read(entry)) for entry in read.part.entries if entry.name == "classes.dex"] == [
        ("classes.dex", b"first"),
        ("classes.dex#2", b"second"),
    ]
    assert read.part.entries[0].oddities == ("duplicate-name",)
    assert read.part.entries[2].oddities == ("duplicate-ignored", "duplicate-name")
    assert read.kinds == ["container/duplicate-name"]
    (tmp_path / "a.apk").write_bytes(data)
    assert android_refuses(tmp_path / "a.apk")
    assert zipfile.ZipFile(io.BytesIO(data)).read("classes.dex") == b"second"


def test_paths_stay_unique_when_a_name_imitates_the_mark_of_a_duplicate_or_an_escape():
    names = ["a", "a#2", "a", "a", b"\xff", "\\xff"]
    paths = [entry.path for entry in read_zip(build_zip([Item(name, b"x") for name in names])).part.entries]
    assert paths == ["a", "a#2", "a#3", "a#4", "\\xff", "\\xff#2"]


def test_names_are_printable_text_with_visible_escapes():
    names = ["é", "日本", "a\u202eb", "a\x1b[31m", b"\xff\xfe", "\U000e0041", "a\u2028"]
    shown = [entry.name for entry in read_zip(build_zip([Item(name, b"x") for name in names])).part.entries]
    assert shown == ["é", "日本", "a\\u202eb", "a\\x1b[31m", "\\xff\\xfe", "\\U000e0041", "a\\u2028"]


def test_find_takes_the_exact_name_only():
    part = read_zip(zip_of({"a/b": b"1"})).part
    assert part.find("a/b") is part.entries[0]
    assert part.find("A/b") is part.find("a/") is part.find("\ud800") is None


def test_broken_record_is_stepped_over_and_said():
    items = [Item("a", b"1", central={"extra_length": 2}, extra=b"abc"), Item("b", b"2"), Item("c", b"3")]
    read = read_zip(build_zip(items))
    assert read.all() == [("a", b"1"), ("b", b"2"), ("c", b"3")]
    assert read.kinds == ["container/broken-directory"]


def test_name_that_passes_the_end_of_the_directory_ends_the_listing():
    read = read_zip(build_zip([Item("a", b"1"), Item("b", b"2", central={"name_length": 5000})]))
    assert [entry.name for entry in read.part.entries] == ["a"]
    assert read.kinds == ["container/broken-directory"]


@pytest.mark.parametrize("header", [1, 10_000, 0xFFFFFFFE])
def test_entry_without_a_local_header_is_listed_and_unread(header):
    read = read_zip(build_zip([Item("a", b"1", at=header), Item("b", b"2")]))
    assert read.all() == [("a", None), ("b", b"2")]
    assert read.named("a").oddities == ("no-local-header",)
    assert read.kinds == ["container/entry-out-of-bounds"]


def test_data_past_the_end_of_the_file_is_listed_and_unread():
    read = read_zip(build_zip([Item("a", b"1", central={"compressed": 1 << 30})]))
    assert read.all() == [("a", None)]
    assert read.named("a").oddities == ("local-sizes-differ", "past-directory")
    assert read.kinds == ["container/entry-out-of-bounds"]


def test_stored_entry_has_as_many_bytes_as_its_inflated_size_says():
    read = read_zip(build_zip([Item("a", b"abcdef", 0, central={"compressed": 2}), Item("b", b"2")]))
    assert read.data("a") == b"abcdef"
    assert "stored-sizes-differ" in read.named("a").oddities
    read = read_zip(build_zip([Item("a", b"abcdef", 0, central={"size": 1 << 31})]))
    assert read.data("a") == b"abcdef"


def test_second_directory_inside_the_comment_is_said():
    hidden = build_zip([Item("evil.dex", b"x")])
    shown = build_zip([Item("good.dex", b"y")], prefix=hidden)
    read = read_zip(shown)
    assert [entry.name for entry in read.part.entries] == ["good.dex"]
    assert read.kinds == ["container/second-directory"]


def test_false_end_record_in_the_comment_leads_to_the_true_one_and_is_said():
    read = read_zip(build_zip([MANIFEST], comment=b"PK\x05\x06" + bytes(18)))
    assert [entry.name for entry in read.part.entries] == ["AndroidManifest.xml"]
    assert read.kinds == ["container/end-record"]


def test_end_record_is_found_beyond_androids_window():
    read = read_zip(build_zip([MANIFEST], trailing=bytes(300_000)))
    assert [entry.name for entry in read.part.entries] == ["AndroidManifest.xml"]
    assert read.kinds == ["container/trailing-bytes"]


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\0" * 70_000, b"PK\x05\x06" * 20_000])
def test_what_has_no_directory_has_no_entries(data):
    assert read_zip(data).part.entries == ()


def test_overlapping_entries_are_marked_on_both_sides():
    kernel = deflated(b"0" * 1000)
    items = [Item("a", b"0" * 1000, stream=kernel)]
    items += [Item(f"b{number}", b"0" * 1000, stream=kernel, at=0, hidden=True) for number in range(3)]
    read = read_zip(build_zip([*items, Item("alone", b"1")]))
    marked = {entry.name for entry in read.part.entries if "overlap" in entry.oddities}
    assert marked == {"a", "b0", "b1", "b2"}


def test_sixty_thousand_entries_are_listed_quickly():
    data = build_zip([Item(f"res/drawable/picture_{number}.png", b"", 0) for number in range(60_000)])
    started = time.process_time()
    read = read_zip(data)
    assert time.process_time() - started < 30  # what is quadratic takes minutes
    assert len(read.part.entries) == 60_000
    assert read.kinds == []


def test_entries_beyond_the_budget_are_not_listed_and_that_is_said():
    read = read_zip(zip_of({str(number): b"x" for number in range(50)}), entries=10)
    assert len(read.part.entries) == 10
    assert read.kinds == ["budget/entries"]


def test_thousands_of_duplicates_and_broken_records_cost_no_more_than_their_number():
    started = time.process_time()
    read = read_zip(build_zip([Item("same", b"x", 0) for _ in range(20_000)]))
    assert len({entry.path for entry in read.part.entries}) == 20_000
    broken = [Item(f"{number}", b"", 0, extra=b"xyz", central={"extra_length": 60_000}) for number in range(5_000)]
    assert read_zip(build_zip(broken)).kinds == ["container/broken-directory"]
    assert time.process_time() - started < 30  # what is quadratic takes minutes
    assert max(limitation.count for limitation in read.limitations) > 10_000 or len(read.limitations) == 1


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
contents = st.one_of(st.binary(max_size=300), st.binary(min_size=1, max_size=4).map(lambda piece: piece * 3000))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        names, st.tuples(contents, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])), min_size=1
    ),
    st.binary(max_size=30).filter(lambda comment: b"PK" not in comment),
    st.booleans(),
)
def test_agrees_with_the_standard_library_on_what_that_writes(files, comment, stream):
    class Unseekable(io.BytesIO):  # makes zipfile write data descriptors
        def seekable(self):
            return not stream

        def seek(self, *_):
            raise OSError

    sink = Unseekable() if stream else io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(sink, "w") as written:
        warnings.simplefilter("ignore")
        written.comment = comment
        for name, (data, method) in files.items():
            written.writestr(zipfile.ZipInfo(name), data, method)
    raw = sink.getvalue()
    read = read_zip(raw)
    oracle = zipfile.ZipFile(io.BytesIO(raw))
    assert len(read.part.entries) == len(oracle.infolist())
    for entry, info in zip(read.part.entries, oracle.infolist(), strict=True):
        assert entry.raw.decode() == info.orig_filename
        assert (entry.header, entry.size, entry.compressed) == (info.header_offset, info.file_size, info.compress_size)
        assert read.part.read(entry) == files[info.orig_filename][0]
        assert not {"bad-crc", "size-differs", "overlap", "local-sizes-differ"} & set(entry.oddities)
    assert read.limitations == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_ends_in_a_statement_and_never_in_an_exception(data):
    raw = bytearray(build_zip([MANIFEST, OTHER, Item("c", b"c" * 500, descriptor=True, zip64=True)], zip64=True))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.sampled_from([0, 1, 8, 0x50, 0x7F, 0xFF]))
    raw = raw[: data.draw(st.sampled_from([len(raw), len(raw) - 1, len(raw) // 2]))]
    read = read_zip(bytes(raw), entry_bytes=1 << 20, total_bytes=1 << 22)
    for entry in read.part.entries:
        content = read.part.read(entry)
        assert content is not None or read.limitations
        assert entry.name.encode() is not None
        assert entry.path == entry.path.encode("utf-8").decode("utf-8")
    assert read.budget.inflated <= 1 << 25


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_after_an_end_record_are_survived(data):
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, len(data), 0, 0)
    for entry in (read := read_zip(data + end)).part.entries:
        read.part.read(entry)


@pytest.mark.samples
@pytest.mark.parametrize("name", ["uiautomator2", "settings-8.0.10", "apidemos", "wechat-sdk"])
def test_every_entry_of_a_real_app_is_what_the_standard_library_reads(name, sample):
    raw = Path(sample(name)).read_bytes()
    read, oracle = read_zip(raw), zipfile.ZipFile(io.BytesIO(raw))
    assert [entry.name for entry in read.part.entries] == oracle.namelist()
    assert all(read.part.read(entry) == oracle.read(entry.name) for entry in read.part.entries)
    assert read.limitations == []
    assert all(entry.oddities == () for entry in read.part.entries)


def test_a_symbolic_link_is_named_as_one():
    link = {"made_by": 3 << 8 | 20, "external": 0o120777 << 16}
    plain = {"made_by": 3 << 8 | 20, "external": 0o100644 << 16}
    read = read_zip(build_zip([Item("a", b"/etc", 0, central=link), Item("b", b"x", 0, central=plain)]))
    assert [entry.oddities for entry in read.part.entries] == [("symbolic-link",), ()]


def test_only_a_unix_writer_makes_links():
    dos = {"made_by": 20, "external": 0o120777 << 16}
    read = read_zip(build_zip([Item("a", b"/etc", 0, central=dos)]))
    assert read.part.entries[0].oddities == ()


def test_entries_of_all_containers_together_are_bounded():
    data = zip_of({str(number): b"x" for number in range(10)})
    read = read_zip(data, entries=15, listed=8)
    assert len(read.part.entries) == 7
    assert read.kinds == ["budget/entries"]


def test_time_is_looked_at_while_a_directory_is_listed():
    data = zip_of({str(number): b"" for number in range(3_000)})
    with pytest.raises(BudgetError):
        read_zip(data, seconds=-1)


END = struct.Struct("<4s4H2IH")


def test_an_end_record_that_asks_for_a_zip64_one_and_has_no_room_for_it_is_read_as_it_is():
    assert read_zip(END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0)).part.entries == ()


@pytest.mark.parametrize("offset", [0, 8, 16])
def test_a_zip64_locator_that_leads_nowhere_leaves_the_plain_record(offset):
    """Signature, place and (unused) number of the locator: without the first two there is no directory."""
    raw = bytearray(build_zip([Item("a", b"abc")], zip64=True))
    at = raw.rindex(b"PK\x06\x07")
    raw[at + offset] ^= 0x55
    assert [entry.name for entry in read_zip(bytes(raw)).part.entries] == ([] if offset < 16 else ["a"])


@pytest.mark.parametrize("before", [b"", struct.pack("<2HI", 0xCAFE, 4, 0)])
def test_a_zip64_field_may_hold_only_the_sizes_that_are_asked_for(before):
    extra = before + struct.pack("<2HQ", 1, 8, 3)
    entry = Item("a", b"abc", 0, central={"compressed": 0xFFFFFFFF}, extra=extra)
    read = read_zip(build_zip([entry]))
    assert (read.part.entries[0].compressed, read.part.entries[0].size) == (3, 3)
    assert read.data("a") == b"abc"
