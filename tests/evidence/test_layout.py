"""The container has one form; every departure is named by member and field. `zipfile` is the twin."""

import io
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence import layout
from affidavit.evidence.layout import in_order, pack, unpack
from tests.oracles import bundle as oracle

MEMBERS = [("manifest.json", b'{"a":1}'), ("facts.json", b"[1,2,3]"), ("limitations.json", b"[]")]
WHOLE = pack(MEMBERS)
DIRECTORY = WHOLE.index(b"PK\x01\x02")
END = WHOLE.index(b"PK\x05\x06")

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", min_size=1, max_size=30)
contents = st.dictionaries(names, st.binary(max_size=200), max_size=8)


@given(contents)
def test_the_container_is_what_zipfile_writes_with_the_same_settings(content):
    members = [(name, content[name]) for name in in_order(content)]
    assert pack(members) == oracle.pack(members)


@given(contents)
def test_what_was_packed_is_unpacked_without_fault(content):
    members = tuple((name, content[name]) for name in in_order(content))
    unpacked = unpack(pack(members))
    assert unpacked.members == members
    assert unpacked.faults == (() if content else unpacked.faults)


@given(contents)
def test_zipfile_reads_the_same_members(content):
    members = [(name, content[name]) for name in in_order(content)]
    assert oracle.unpack(pack(members)) == members


def test_other_zip_tools_open_it(tmp_path):
    path = tmp_path / "a.affidavit"
    path.write_bytes(WHOLE)
    done = subprocess.run(["unzip", "-t", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "warning" not in done.stdout + done.stderr


def test_the_manifest_comes_first_and_the_others_by_name():
    assert in_order(["b", "manifest.json", "a", "z"]) == ["manifest.json", "a", "b", "z"]


@pytest.mark.parametrize("bit", [0, 7])
def test_a_flip_of_any_byte_is_caught_and_named(bit):
    for offset in range(len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[offset] ^= 1 << bit
        unpacked = unpack(bytes(damaged))
        said = "; ".join(unpacked.faults)
        assert said, offset
        assert structure_of(offset) in said, (offset, said)


def structure_of(offset):
    """What a fault has to name for a change at this byte: the member, or the structure of the zip."""
    if offset >= END:
        return "end of central directory"
    chunk, start = ("local header of", 0) if offset < DIRECTORY else ("central directory", DIRECTORY)
    for name, data in MEMBERS:
        size = 30 + len(name) + len(data) if chunk.startswith("local") else 46 + len(name)
        if offset < start + size:
            return name
        start += size
    raise AssertionError(offset)


@pytest.mark.parametrize(
    ("offset", "field"),
    [
        (4, "version needed in the local header of manifest.json"),
        (6, "flags in the local header of manifest.json"),
        (8, "compression method in the local header of manifest.json"),
        (10, "time in the local header"),
        (12, "date in the local header"),
        (14, "CRC-32 in the local header of manifest.json (or the bytes that it covers)"),
        (18, "compressed size in the local header"),
        (44, "CRC-32 in the local header of manifest.json (or the bytes that it covers)"),
        (DIRECTORY + 4, "version made by in the central directory entry of manifest.json"),
        (DIRECTORY + 16, "CRC-32 in the central directory entry of manifest.json"),
        (DIRECTORY + 38, "external attributes in the central directory entry of manifest.json"),
        (DIRECTORY + 42, "offset in the central directory entry of manifest.json"),
        (END + 8, "entries on disk in the end of central directory record"),
        (END + 20, "comment length in the end of central directory record"),
    ],
)
def test_a_changed_field_is_called_by_its_name(offset, field):
    damaged = bytearray(WHOLE)
    damaged[offset] ^= 1
    assert field in "; ".join(unpack(bytes(damaged)).faults)


@pytest.mark.parametrize("offset", [0, 22, 26, 28, 50])
def test_members_behind_a_damaged_local_header_are_found_by_the_directory(offset):
    damaged = bytearray(WHOLE)
    damaged[offset] ^= 1
    assert dict(unpack(bytes(damaged)).members)["limitations.json"] == b"[]"


@pytest.mark.parametrize("offset", [DIRECTORY + 24, DIRECTORY + 28, END, END + 10, END + 16])
def test_members_are_found_by_local_headers_when_the_directory_is_damaged(offset):
    damaged = bytearray(WHOLE)
    damaged[offset] ^= 1
    assert unpack(bytes(damaged)).members == tuple(MEMBERS)


def test_every_truncation_is_caught_and_says_where():
    for size in range(len(WHOLE)):
        said = "; ".join(unpack(WHOLE[:size]).faults)
        assert said, size
        if size > DIRECTORY:
            assert "the file ends inside" in said or "expected" in said


def test_a_truncated_member_says_how_much_of_it_is_there():
    cut = WHOLE.index(b"[1,2,3]") + 3
    assert unpack(WHOLE[:cut]).faults == ("the file ends inside facts.json: 3 of 7 bytes are there",)
    assert unpack(WHOLE[:5]).faults == ("the file ends inside the local header at byte 0",)


@pytest.mark.parametrize("more", [b"\0", b"PK\x03\x04", WHOLE])
def test_appended_bytes_are_caught(more):
    assert unpack(WHOLE + more).faults == (f"{len(more)} bytes follow the end of central directory record",)


def test_prepended_bytes_are_caught():
    assert unpack(b"MZ" + WHOLE).faults


def test_members_in_another_order_are_caught():
    faults = unpack(pack([MEMBERS[1], MEMBERS[0], MEMBERS[2]])).faults
    assert faults == ("members are in another order: facts.json where manifest.json is expected",)


def test_a_member_that_occurs_twice_is_caught():
    unpacked = unpack(pack([*MEMBERS[:2], ("facts.json", b"[]"), MEMBERS[2]]))
    assert unpacked.faults == ("facts.json occurs 2 times",)
    assert len(unpacked.members) == 4


def test_a_header_that_calls_its_member_differently_than_the_directory_is_caught():
    first = WHOLE.index(b"facts.json")
    damaged = WHOLE[:first] + b"fakes.json" + WHOLE[first + 10 :]
    said = "the local header says fakes.json where the central directory says facts.json"
    assert unpack(damaged).faults[0] == said


@pytest.mark.parametrize(
    "change",
    [
        {"compress_type": zipfile.ZIP_DEFLATED},
        {"date_time": (2026, 1, 1, 0, 0, 0)},
        {"extra": b"\x01\x00\x02\x00ab"},
        {"comment": b"hello"},
        {"external_attr": 0o100755 << 16},
        {"create_system": 0},
        {"extract_version": 20},
        {"filename": "../evil.json"},
        {"filename": "É.json"},
    ],
)
def test_a_zip_of_another_form_is_caught(change):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in MEMBERS:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_version = info.extract_version = 10
            info.external_attr = 0o100644 << 16
            if name == "facts.json":
                for field, value in change.items():
                    setattr(info, field, value)
            archive.writestr(info, data, info.compress_type)
    assert unpack(file.getvalue()).faults


def test_names_are_shown_as_printable_ascii():
    raw = WHOLE.replace(b"facts.json", b"\x1b[31m\xe2\x80\xae\nx")
    for name, _ in unpack(raw).members:
        assert name.isascii()
        assert name.isprintable()


def test_more_members_than_any_bundle_has_are_refused():
    many = [(f"m{number:03}", b"") for number in range(500)]
    unpacked = unpack(pack(many))
    assert len(unpacked.members) <= layout.MEMBER_LIMIT
    assert "more than" in unpacked.faults[0]


@given(st.binary(max_size=300))
def test_any_bytes_give_faults_and_never_an_exception(data):
    assert unpack(data).faults


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_gives_faults_and_never_an_exception(changes):
    damaged = bytearray(WHOLE)
    for offset, value in changes:
        damaged[offset] = value
    assert bool(unpack(bytes(damaged)).faults) == (bytes(damaged) != WHOLE)
