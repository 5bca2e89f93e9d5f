"""What a file of records is told to be: by its content, whatever stands before it, and by what a person says."""

import bz2
import gzip
import json
from typing import get_args

import pytest
import zstandard

from affidavit.model.errors import UnreadableError
from affidavit.model.screening import RecordKind
from affidavit.network.capture import source as capture_source
from affidavit.network.screen import access
from affidavit.network.screen.opening import HEAD, _origin, opened
from affidavit.network.screen.tables import numbered
from tests.builders.records import LOG, MEMBERS, certificate_pem, screened, source, told

W3C = "#Fields: date cs-host sc-status sc-bytes\nd v.tiktokv.com 200 5\n"
ZONE = "$ORIGIN tiktokcdn.com.\n@ IN SOA a b ( 1 2 3 4 5 )\n"
ONE = 'v.tiktokv.com 192.0.2.1 - - [x] "GET / HTTP/1.1" 200 5\n'
FORMS = {
    "combined": (ONE, "access-log", "tiktok serves S4"),
    "w3c": (W3C, "access-log", "tiktok serves S4"),
    "zone": (ZONE, "zone", "tiktok serves S5"),
    "csv": ("Company,Domain\nx,weixin.qq.com\n", "customers", "wechat customer S5"),
    "json": ('[\n{"package": "com.tencent.mm"}\n]', "listings", "wechat offers S5"),
    "json lines": ('{"package": "com.tencent.mm"}\n{"package": "a.b"}\n', "listings", "wechat offers S5"),
    "ix-f": (MEMBERS, "peers", "tiktok peers S5"),
    "pem": (certificate_pem("a.tiktokcdn.com").decode(), "certificates", "tiktok serves S5"),
}
BEFORE = {
    "nothing": lambda data: data,
    "a mark of UTF-8": lambda data: b"\xef\xbb\xbf" + data,
    "empty lines": lambda data: b"\n\r\n" + data,
    "ends of another system": lambda data: data.replace(b"\n", b"\r\n"),
    "no end of the last line": lambda data: data.rstrip(b"\n"),
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "zstandard": zstandard.compress,
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_told_and_read_whatever_is_around_it(form, before):
    text, kind, expected = FORMS[form]
    found, matches = screened(BEFORE[before](text.encode()))
    assert (found.kind, found.form, found.unread) == (kind, form, 0)
    assert told(matches) == [expected]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", get_args(RecordKind))
def test_what_a_person_says_is_kept_to_or_refused_and_never_half_followed(form, kind):
    text, _, _ = FORMS[form]
    said = ""
    try:
        found, _ = screened(text, kind=kind)
    except UnreadableError as error:
        said = str(error)
        found = None
    assert f"of the kind {kind}" in said if found is None else (found.kind, found.asked) == (kind, True)


@pytest.mark.parametrize("form", ["pem", "combined", "zone", "w3c", "csv"])
def test_a_file_is_told_by_its_start_wherever_it_is_cut(form):
    """Each end of the first part of a file gives the same kind as before it, or none: never another."""
    text, kind, _ = FORMS[form]
    for end in range(0, min(len(text), 120), 3):
        try:
            with source(text[:end].encode()) as cut:
                found = opened(cut)
        except UnreadableError:
            continue
        assert found.kind in {kind, "names"}, text[:end]


def test_what_comes_first_in_the_head_is_asked_first():
    assert screened("Company,Domain,asn\nx,weixin.qq.com,138699\n")[0].kind == "peers"
    assert screened("hostname,status,san\nv.tiktokv.com,200,a.tiktokcdn.com\n")[0].kind == "access-log"


@pytest.mark.parametrize(
    ("heading", "delimiter"),
    [("Company,Domain", ","), ("Company;Domain", ";"), ("Company\tDomain", "\t"), ("Company|Domain", "|")],
)
def test_a_table_is_split_at_the_sign_that_its_headings_have_most(heading, delimiter):
    _, matches = screened(f"{heading}\nByteDance{delimiter}a.example\n")
    assert told(matches) == ["bytedance customer S5"]


def test_a_table_of_one_column_is_one():
    found, matches = screened("package_name\ncom.tencent.mm\ncom.example\n")
    assert (found.read, found.unread, told(matches)) == (2, 0, ["wechat offers S5"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_two_byte_letters_is_refused_with_what_to_do(encoding):
    text = "\ufeffCompany,Domain\nx,weixin.qq.com\n"
    with pytest.raises(UnreadableError, match="UTF-16") as refused:
        screened(text.encode(encoding))
    assert "UTF-8" in refused.value.advice


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \t\r\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_a_file_of_nothing_holds_nothing(data):
    with pytest.raises(UnreadableError, match="holds nothing"):
        screened(data)


def test_a_key_before_a_certificate_does_not_hide_it():
    key = b"-----BEGIN PRIVATE KEY-----\n" + (b"A" * 64 + b"\n") * 52 + b"-----END PRIVATE KEY-----\n"
    found, matches = screened(key + certificate_pem("a.tiktokcdn.com"))
    assert (found.form, found.read, told(matches)) == ("pem", 1, ["tiktok serves S5"])
    with pytest.raises(UnreadableError):
        screened(key)


def test_other_forms_of_certificates_are_counted_as_not_read():
    other = certificate_pem("a.tiktokcdn.com").replace(b" CERT", b" TRUSTED CERT")
    found, matches = screened(other + certificate_pem("b.tiktokcdn.com"))
    assert [(item.kind, item.where, item.count) for item in found.problems] == [("unsupported", "line 1", 1)]
    assert [item.recorded for item in matches] == ["b.tiktokcdn.com"]


def test_every_list_of_a_document_is_read_and_entries_that_are_none_are_counted():
    made = {"a": [{"package": "com.tencent.mm"}], "b": [{"package": "a.b"}, {"package": "c.d"}, 7], "c": [1, 2]}
    found, matches = screened(json.dumps(made))
    assert (found.read, [item.where for item in matches]) == (3, ["a[0]"])
    assert [(item.kind, item.where, item.count) for item in found.problems] == [("unsupported", "b[2]", 1)]


def test_a_whole_document_on_one_line_is_read_as_one_of_many_lines():
    made = {"count": 2, "apps": [{"package": "com.tencent.mm"}, {"package": "a.b"}]}
    for text in (json.dumps(made), json.dumps(made, indent=1)):
        found, matches = screened(text)
        assert (found.form, found.read, told(matches)) == ("json", 2, ["wechat offers S5"])


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("example.com.zone", "example.com"),
        ("db.example.com", "example.com"),
        ("/etc/bind/db.example.com.gz", "example.com"),
        ("EXAMPLE.com.db", "example.com"),
        ("example.com.txt", "example.com"),
        ("example.com", "example.com"),
        ("named.conf", "named.conf"),
        ("zone", ""),
        ("db.", ""),
        ("", ""),
        ("a b.txt", ""),
        ("192.0.2.1.zone", ""),
    ],
)
def test_the_name_of_a_file_tells_an_origin_or_none(name, origin):
    assert _origin(name) == origin


# Lines


def test_lines_keep_their_numbers_behind_one_that_is_too_long(monkeypatch):
    long = capture_source.LONGEST + capture_source.PIECE + 5
    text = f"Company,Domain\n{'x' * long}\nByteDance,b.example\n"
    found, (match,) = screened(text)
    assert match.where == "line 3"
    assert [(item.kind, item.count) for item in found.problems] == [("too-large", 1)]
    with source(text.encode()) as opened_file:
        starts = [(number, bytes(line[:9])) for number, line in numbered(opened_file)]
        places = [text[at : at + 9] for at, _ in opened_file.lines()]
    assert starts == [(1, b"Company,D"), (2, b""), (3, b"ByteDance")]
    assert places == ["Company,D", "ByteDance"]


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_mark_or_an_end_at_a_border_of_pieces_changes_no_line(extra, monkeypatch):
    monkeypatch.setattr(capture_source, "PIECE", 64)
    data = b"\xef\xbb\xbf" + b"\r\n".join(b"x" * (61 + extra) for _ in range(5)) + b"\r\n\r\nlast"
    with source(data) as opened_file:
        found = list(numbered(opened_file))
    assert found == list(enumerate(data[3:].decode().replace("\r\n", "\n").encode().split(b"\n"), 1))


def test_virtual_hosts_of_any_length_are_not_kept(monkeypatch):
    monkeypatch.setattr(access, "_REMEMBERED", 3)
    lines = "".join(ONE.replace("v.", "x" * (number % 2 * 600) + f"v{number}.", 1) for number in range(20))
    found, matches = screened(lines + ONE)
    assert (found.read, found.unread) == (21, 0)
    assert sorted(item.recorded for item in matches) == sorted(
        ["v.tiktokv.com", *(f"v{number}.tiktokv.com" for number in range(0, 20, 2))]
    )


def test_a_file_is_told_by_its_first_part_and_read_to_its_end():
    filler = 'a.example 192.0.2.1 - - [x] "GET / HTTP/1.1" 200 5\n'
    many = HEAD // len(filler) + 10
    found, matches = screened(filler * many + LOG)
    assert found.read == many + 5
    assert min(int(item.where.removeprefix("line ")) for item in matches) > many
