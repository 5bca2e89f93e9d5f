"""Tables in their dialects: what a row is, and how hostile ones end."""

import csv
import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.errors import UnreadableError
from affidavit.network.screen import tables
from affidavit.network.screen.account import MOST, Account
from affidavit.network.screen.columns import kind_of, role_of
from affidavit.network.screen.opening import compared
from affidavit.network.screen.tables import csv_rows, flat, json_rows, w3c_rows
from tests.builders import signing
from tests.builders.records import certificate_pem, screened, selectors, source, told

CELL = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_rows_are_those_of_a_table_read_at_once(rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([["a", "b", "c", "d"], *rows])
    account = Account("names", selectors())
    with source(text.getvalue().encode()) as opened:
        found = [[value for _, value in row.fields] for row in csv_rows(opened, account, delimiter)]
    assert found == list(csv.reader(io.StringIO(text.getvalue()), delimiter=delimiter))[1:]


def test_a_quoted_field_may_go_over_lines_and_places_are_those_of_its_end():
    _, matches = screened('Company,Domain\n"Noodle\nHouse",weixin.qq.com\nx,wechat.com\n')
    assert sorted(item.where for item in matches) == ["line 3", "line 4"]


def test_a_quote_that_is_never_closed_costs_what_is_behind_it_and_says_so():
    rows = "x,a.example\n" * 20_000
    found, _ = screened(f'Company,Domain\nByteDance,a.example\n"open,b.example\n{rows}')
    assert {item.kind for item in found.problems} == {"damaged"}
    assert told(_) == ["bytedance customer S5"]


def test_a_line_with_one_field_is_no_row():
    found, _ = screened("Company,Domain\nByteDance,a.example\ntotal\n")
    assert [(item.kind, item.where) for item in found.problems] == [("damaged", "line 3")]


@pytest.mark.parametrize(
    ("text", "asides"),
    [
        ("Company,Domain\nx,a.example\n", []),
        ("Company,Domain\nx,a.example,,  \n", []),
        ('Company,Domain\nx,a.example\nNoodle, Ltd.,weixin.qq.com\n"a,b",c,d,e\n', [(2, "line 3")]),
        ("Company;Domain\nx;a.example;weixin.qq.com\n", [(1, "line 2")]),
        ("Company,Domain" + ",note" * 199 + "\nx,a.example" + ",x" * 199 + "\n", [(1, "line 2")]),
        ("#Fields: cs-host sc-status sc-bytes\nv.tiktokv.com 200 5 \nw.tiktokv.com 200 5 rest\n", [(1, "line 3")]),
    ],
)
def test_rows_with_more_fields_than_headings_are_read_and_counted(text, asides):
    found, _ = screened(text)
    assert found.read == text.count("\n") - 1
    assert found.unread == 0
    assert [(item.count, item.example) for item in found.asides if "more fields" in item.why] == asides


def test_a_mark_at_the_start_and_other_ends_of_lines_change_nothing():
    plain = "Company,Domain\nx,weixin.qq.com\n"
    assert told(screened(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode())[1]) == told(screened(plain)[1])


def test_more_different_values_than_are_listed_are_counted_together():
    lines = "".join(f"h{number}.tiktokcdn.com,a.example\n" for number in range(MOST + 500))
    _, matches = screened("hostname,cname\n" + lines)
    assert len(matches) == MOST + 1
    assert [item.count for item in matches if not item.recorded] == [500]
    assert sum(item.count for item in matches) == MOST + 500


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab.", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def slowly_flat(name, value, depth):
    if isinstance(value, dict):
        return [
            pair
            for key, each in value.items()
            for pair in slowly_flat(f"{name}.{key}" if name else key, each, depth + 1)
        ]
    if isinstance(value, list):
        return [pair for each in value for pair in slowly_flat(name, each, depth + 1)]
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return [(name, text)] if depth <= 5 else []


@given(st.dictionaries(st.text("ab", min_size=1, max_size=2), VALUE, max_size=3))
def test_fields_of_an_object_are_those_found_by_walking_it(item):
    def depth(value):
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return 1 + max(map(depth, inside), default=0)

    if depth(item) <= 5:
        assert flat(item) == slowly_flat("", item, 0)


def test_an_object_of_any_depth_ends():
    deep: object = "com.tencent.mm"
    for _ in range(500):
        deep = {"package": deep}
    assert flat({"a": deep}) == []


@pytest.mark.parametrize(
    "found",
    [
        [{"package": "a.b", "status": "x"}],
        {"apps": [{"package": "a.b", "status": "x"}], "count": 1},
        {"meta": [1, 2], "apps": [{"package": "a.b", "status": "x"}]},
        {"package": "a.b", "status": "x"},
    ],
)
def test_records_of_a_document_are_found_where_exports_have_them(found):
    (row,) = json_rows(found, Account("listings", selectors()))
    assert ("package", "a.b") in row.fields


@pytest.mark.parametrize("found", [[], [1, 2], "text", 7, None, {"apps": []}])
def test_a_document_without_records_gives_none_that_tell(found):
    assert not [
        row
        for row in json_rows(found, Account("listings", selectors()))
        if any(name == "package" for name, _ in row.fields)
    ]


def test_a_document_that_is_too_large_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(tables, "WHOLE", 10)
    with pytest.raises(UnreadableError, match="JSON document of more than") as refused:
        screened('[{"package": "com.tencent.mm"}]')
    assert "one object to a line" in refused.value.advice


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b'[{"package": "a.b"', b'{"a": 1e999999}'])
def test_documents_that_are_none_are_refused(data):
    with pytest.raises(UnreadableError):
        screened(data)


def test_lines_that_are_no_json_cost_themselves_alone():
    line = json.dumps({"host": "v.tiktokv.com", "status": 200, "bytes": 5})
    found, matches = screened(f"{line}\n{line[:-3]}\n[1]\n{line}\n")
    assert {(item.kind, item.count) for item in found.problems} == {("damaged", 1), ("unsupported", 1)}
    assert [item.count for item in matches] == [2]


def test_fields_of_a_log_may_be_named_anew_on_the_way():
    text = "#Fields: date cs-host sc-status sc-bytes\nd v.tiktokv.com 200 5\n#Fields: sc-status cs(Host) sc-bytes\n"
    account = Account("access-log", selectors())
    with source(f"{text}200 w.tiktokv.com 7\n404\n".encode()) as opened:
        rows = list(w3c_rows(opened, account))
    assert [dict(row.fields).get("cs(Host)") for row in rows] == [None, "w.tiktokv.com"]
    assert account.records("log", 0, "", "w3c", asked=False).unread == 1


def test_columns_are_known_by_their_name_in_any_writing():
    assert role_of("Bundle ID") == role_of("app.bundle_id") == role_of("BUNDLE-ID") == "bundle"
    assert role_of("cs(Host)") == role_of("ClientRequestHost") == "host"
    assert role_of("colour") == ""
    assert kind_of(["colour", "size"]) is None


# Certificates


def test_certificates_tell_by_names_and_by_whom_they_are_made_out_to():
    data = certificate_pem("*.tiktokcdn.com", "tiktok.com.evil.example") + certificate_pem(
        "shop.example", organisation="TikTok Pte. Ltd."
    )
    found, matches = screened(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + data)
    assert (found.read, found.form) == (2, "pem")
    assert told(matches) == ["tiktok customer S5", "tiktok serves S5"]
    assert all("was not checked" in " ".join(item.caveats) for item in matches)


def test_certificates_that_cannot_be_read_are_counted():
    good = certificate_pem("a.tiktokcdn.com")
    cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    bad = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"
    large = b"-----BEGIN CERTIFICATE-----\n" + (b"A" * 64 + b"\n") * 2_000 + b"-----END CERTIFICATE-----\n"
    found, matches = screened(cut + bad + large + good + good[:200])
    assert {(item.kind, item.count) for item in found.problems} == {("damaged", 2), ("too-large", 1), ("truncated", 1)}
    assert told(matches) == ["tiktok serves S5"]
    assert signing.START.year == 2020


# All of it


@given(st.binary(max_size=400))
def test_any_bytes_are_an_account_or_are_refused(data):
    with source(data) as opened:
        try:
            found, matches = compared(opened, selectors())
        except UnreadableError:
            return
    assert msgspec.json.decode(msgspec.json.encode((found, matches)), type=tuple[type(found), list]) is not None


@given(st.lists(st.sampled_from(["a.tiktokv.com", "b.example", "wechat.com", "x"]), max_size=12))
def test_the_same_records_in_any_order_give_the_same_counts(hosts):
    def counts(names):
        _, matches = screened("hostname,origin\n" + "".join(f"{name},o.example\n" for name in names))
        return [(item.app, item.recorded, item.count) for item in matches]

    assert counts(hosts) == counts(hosts[::-1]) == counts(sorted(hosts))
