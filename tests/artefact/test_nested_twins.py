"""What lies in archives and compressed files, against slow readers, and what of them is said to be unread."""

import gzip
import io
import tarfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.media import media_of
from affidavit.artefact.nested import NESTED, UNREAD, is_nested, open_nested, read_container
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.model.errors import BudgetError
from affidavit.model.limitation import Limitation
from tests.builders.zip import Item, build_zip, zip_of

NAMES = st.text("abc/.", min_size=1, max_size=40).filter(lambda name: not name.endswith("/") and name[0] not in "/.")
FILES = st.dictionaries(NAMES, st.binary(max_size=1_100), max_size=6)


def opened(data: bytes, name: str, **bounds: int) -> tuple[Part | None, list[Limitation]]:
    said: list[Limitation] = []
    return open_nested(memoryview(data), name, media_of(data, name), Budget(**bounds), Notes(said)), said


def content(data: bytes, name: str) -> dict[str, bytes | None]:
    part, said = opened(data, name)
    assert said == []
    return {entry.name: part.read(entry) for entry in part.entries} if part else {}


def tar_of(files: dict[str, bytes], form: int = tarfile.USTAR_FORMAT, kind: bytes = tarfile.REGTYPE) -> bytearray:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), kind
            archive.addfile(info, io.BytesIO(data))
    return bytearray(out.getvalue())


def gzip_of(data: bytes, *, extra: bytes = b"", name: bytes = b"", comment: bytes = b"", check: bool = False) -> bytes:
    """RFC 1952, field by field."""
    flags = 2 * check | 4 * bool(extra) | 8 * bool(name) | 16 * bool(comment)
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6)
    head += len(extra).to_bytes(2, "little") + extra if extra else b""
    head += b"".join(text + b"\0" for text in (name, comment) if text)
    head += (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little") if check else b""
    return head + gzip.compress(data)[10:]


@given(FILES, st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT]))
def test_tars_are_read_as_python_reads_them(files: dict[str, bytes], form: int):
    data = bytes(tar_of(files, form))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        theirs = {item.name: archive.extractfile(item).read() for item in archive.getmembers()}  # type: ignore[union-attr]
    assert content(data, "a.tar") == theirs == files


@given(FILES)
def test_whether_a_zip_or_a_tar_holds_files_changes_nothing_about_them(files: dict[str, bytes]):
    assert content(zip_of(files), "a.zip") == content(bytes(tar_of(files)), "a.tar") == files


@given(
    st.binary(max_size=300),
    st.binary(max_size=30),
    st.text("xy", max_size=9).map(str.encode),
    st.text("xy", max_size=9).map(str.encode),
    st.booleans(),
)
def test_gzips_with_any_optional_fields_are_read_as_python_reads_them(data, extra, name, comment, check):
    whole = gzip_of(data, extra=extra, name=name, comment=comment, check=check)
    assert gzip.decompress(whole) == data
    assert content(whole, "assets/x.json.gz") == {"x.json": data}


def test_the_name_that_a_gzip_itself_states_is_not_believed():
    assert content(gzip_of(b"1", name=b"../../classes.dex"), "assets/a.GZ") == {"a": b"1"}


def test_a_gzip_without_room_for_a_stream_is_no_container():
    for data in (gzip.compress(b"x")[:17], gzip_of(b"x", extra=b"abc")[:10] + b"\xff\xff" + bytes(30)):
        assert opened(data, "a.gz")[0] is None


def test_the_paths_of_entries_begin_with_those_of_all_containers_around_them():
    outer, _ = opened(zip_of({"in/b.tar": bytes(tar_of({"c/d.txt": b"1"}))}), "assets/a.zip")
    assert outer is not None
    [inside] = outer.entries
    inner, _ = opened(outer.read(inside) or b"", inside.path)
    assert inner is not None
    assert (inner.prefix, inner.role) == ("assets/a.zip!/in/b.tar!/", NESTED)
    assert [entry.path for entry in inner.entries] == ["assets/a.zip!/in/b.tar!/c/d.txt"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_folders_and_devices_of_a_tar_are_no_files_and_what_follows_is_read(kind: bytes):
    assert content(bytes(tar_of({"a": b""}, kind=kind)[:512] + tar_of({"b": b"2"})), "a.tar") == {"b": b"2"}


def test_names_that_lead_out_of_a_folder_are_listed_as_they_are_and_marked():
    part, _ = opened(bytes(tar_of({"../../x.so": b"1"})), "a.tar")
    assert part is not None
    assert [(entry.name, entry.oddities) for entry in part.entries] == [("../../x.so", ("name-traversal",))]


def test_a_long_name_counts_for_the_next_file_only():
    long = "d/" * 80 + "x"
    data = tar_of({long: b"!"}, tarfile.GNU_FORMAT)
    behind = data[: data.index(b"!") + 512] + tar_of({"y": b"2"})
    assert content(bytes(behind), "a.tar") == {long: b"!", "y": b"2"}


@pytest.mark.parametrize("field", [b"\x80" + bytes(10) + b"\1", b"9" * 12, b"-1".ljust(12), b"0x10".ljust(12, b"\0")])
def test_a_size_that_cannot_be_read_ends_a_tar_and_is_said(field: bytes):
    data = tar_of({"a": b"1", "b": b"2", "c": b"3"})
    data[1024 + 124 : 1024 + 136] = field
    part, said = opened(bytes(data), "x/a.tar")
    assert part is not None
    assert [entry.name for entry in part.entries] == ["a"]
    assert [(item.kind, item.place and item.place.entry) for item in said] == [(UNREAD, "x/a.tar")]
    assert "byte 1024" in said[0].detail


def test_bytes_behind_the_files_of_a_tar_that_are_no_header_are_said():
    data = bytes(tar_of({"a": b"1"})[:1024])
    assert [item.kind for item in opened(data + b"?" * 512, "a.tar")[1]] == [UNREAD]
    assert opened(data + bytes(512) + b"?" * 512, "a.tar")[1] == [], "a block of zeros is the end"
    assert opened(data + b"?" * 511, "a.tar")[1] == [], "less than a block is none"


def test_a_file_that_passes_the_end_of_its_tar_is_listed_and_cannot_be_read():
    data = tar_of({"a": b"x" * 900})[:1200]
    part, said = opened(bytes(data), "a.tar")
    assert part is not None
    assert [part.read(entry) for entry in part.entries] == [None]
    assert [item.kind for item in said] == ["container/entry-out-of-bounds"]


@pytest.mark.parametrize(("allowed", "kinds"), [(3, []), (2, ["budget/entries"]), (0, ["budget/entries"])])
def test_files_of_a_tar_past_the_budget_are_said_to_be_unknown(allowed: int, kinds: list[str]):
    part, said = opened(bytes(tar_of({"a": b"", "b": b"", "c": b""})), "a.tar", entries=allowed)
    assert len(part.entries if part else ()) == allowed
    assert [item.kind for item in said] == kinds


def test_tars_and_zips_share_one_budget():
    budget, said = Budget(entries=3), list[Limitation]()
    for name, data in (("a.zip", zip_of({"a": b"", "b": b""})), ("b.tar", bytes(tar_of({"c": b"", "d": b""})))):
        open_nested(memoryview(data), name, media_of(data, name), budget, Notes(said))
    assert budget.listed == 3
    assert [(item.kind, item.place and item.place.entry) for item in said] == [("budget/entries", "b.tar")]


def test_time_is_looked_at_while_a_tar_is_listed():
    data = bytes(tar_of({str(row): b"" for row in range(1_100)}))
    with pytest.raises(BudgetError):
        open_nested(memoryview(data), "a.tar", "tar", Budget(seconds=-1), Notes([]))


@pytest.mark.parametrize(
    ("media", "empty"),
    [("zip", b""), ("zip", b"PK\x05\x06" + bytes(18)), ("zip", b"PK\x03\x04" + bytes(40)), ("tar", b""),
     ("tar", bytes(1024)), ("tar", bytes(tar_of({"a": b""}, kind=tarfile.DIRTYPE))), ("gzip", b""),
     ("gzip", b"\x1f\x8b\x08" + bytes(14))],
)  # fmt: skip
def test_containers_without_entries_are_no_parts(media: str, empty: bytes):
    assert open_nested(memoryview(empty), "a", media, Budget(), Notes([])) is None
    assert read_container(memoryview(empty), "a!/", "library", Budget(), Notes([])) is None


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_stands_before_and_behind_a_zip_does_not_hide_it(before: bytes, behind: bytes):
    data = build_zip([Item("classes.dex", b"dex", 0)], prefix=before, counted=False, comment=behind)
    assert is_nested(data, "unknown")
    part = open_nested(memoryview(data), "a", "unknown", Budget(), Notes([]))
    assert part is not None
    assert [(entry.path, part.read(entry)) for entry in part.entries] == [("a!/classes.dex", b"dex")]
