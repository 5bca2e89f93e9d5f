import json

import pytest

from affidavit.network.capture import json_stream
from affidavit.network.capture.har_entry import entry_of
from affidavit.network.capture.json_stream import BrokenError, Reader


def texts(data: bytes, *path: str, piece: int = 3) -> list[bytes | None]:
    pieces = iter([data[at : at + piece] for at in range(0, len(data), piece)])
    return [element.data for element in Reader(pieces).elements(*path)]


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        (b"[1, 2.5, -3e4]", (), [b"1", b"2.5", b"-3e4"]),
        (b'[{"a": [1]}, [2], "x", null]', (), [b'{"a": [1]}', b"[2]", b'"x"', b"null"]),
        (b"[]", (), []),
        (b"[] [1] [2]", (), [b"1", b"2"]),
        (b'{"a": 1}\n{"b": 2}\n', (), [b'{"a": 1}', b'{"b": 2}']),
        (b"\xef\xbb\xbf[1]", (), [b"1"]),
        (b"[1 2]", (), [b"1", b"2"]),
        (b"7", (), [b"7"]),
        (b'{"a": [1]}', ("a",), [b"1"]),
        (b'{"b": [0], "a": [1], "c": [2]}', ("a",), [b"1"]),
        (b'{"a": [1], "a": [2]}', ("a",), [b"1", b"2"]),
        (b'{"a": {"a": [1]}}', ("a",), [b"1"]),
        (b'{"x": {"log": {"entries": [1]}}}', ("log", "entries"), [b"1"]),
        (b'{"entries": [0], "log": {"entries": [1]}}', ("log", "entries"), [b"1"]),
        (b'{"log": {"x": {"entries": [0]}, "entries": [1]}}', ("log", "entries"), [b"1"]),
        (b'{"w": {"x": {"y": {"log": {"entries": [0]}}}}}', ("log", "entries"), []),
        (b'{"log": {"entries": {"entries": [0]}}}', ("log", "entries"), []),
        (b'{"\\u006cog": {"entries": [1]}}', ("log", "entries"), [b"1"]),
        (b'{"log": {"s": "\\"entries\\": [0]", "entries": [1]}}', ("log", "entries"), [b"1"]),
        (b"[5]", ("a",), []),
        (b"", (), []),
        (b" \r\n\t,", ("a",), []),
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 1_000])
def test_elements_of_the_array_at_a_path(data, path, expected, piece):
    assert texts(data, *path, piece=piece) == expected


@pytest.mark.parametrize(
    ("data", "path", "kind", "offset"),
    [
        (b"[1, 2", (), "capture/truncated", 5),
        (b'[1, "ab', (), "capture/truncated", 4),
        (b"[1, {", (), "capture/truncated", 4),
        (b"]", (), "capture/damaged", 0),
        (b"[1}", (), "capture/damaged", 2),
        (b"[1, :2]", (), "capture/damaged", 4),
        (b'{"a": [1]', ("a",), "capture/truncated", 9),
        (b'{"a"', ("a",), "capture/damaged", 4),
        (b'{"a":', ("a",), "capture/damaged", 5),
        (b'{"a" 1}', ("a",), "capture/damaged", 5),
        (b"{a: 1}", ("a",), "capture/damaged", 1),
        (b'{"a": }', ("a",), "capture/damaged", 6),
        (b'{"b": 1', ("a",), "capture/truncated", 7),
        (b'{"b": "x', ("a",), "capture/truncated", 6),
    ],
)
@pytest.mark.parametrize("piece", [1, 1_000])
def test_where_a_text_breaks_and_how_is_said(data, path, kind, offset, piece):
    with pytest.raises(BrokenError) as raised:
        texts(data, *path, piece=piece)
    assert (raised.value.kind, raised.value.offset) == (kind, offset)


def test_elements_before_a_break_are_given():
    reader, found = Reader(iter([b'[1, {"a": 2}, 3, "x'])).elements(), []
    with pytest.raises(BrokenError):
        found.extend(reader)
    assert [json.loads(element.data) for element in found] == [1, {"a": 2}, 3]


@pytest.mark.parametrize(("depth", "kept"), [(399, True), (400, True), (401, False)])
def test_depth_has_a_bound(depth, kept):
    [data] = texts(b"[" + b"[" * depth + b"]" * depth + b"]", piece=100)
    assert (data is not None) is kept


@pytest.mark.parametrize(("size", "kept"), [(99, True), (100, True), (101, False)])
@pytest.mark.parametrize("piece", [7, 1_000])
def test_size_has_a_bound_and_what_follows_is_read(monkeypatch, size, kept, piece):
    monkeypatch.setattr(json_stream, "LONGEST", 100)
    first, second = texts(b'["' + b"x" * (size - 2) + b'", 5]', piece=piece)
    assert ((first is not None), second) == (kept, b"5")


def test_a_key_that_is_too_long_or_damaged_is_no_key(monkeypatch):
    monkeypatch.setattr(json_stream, "_KEY", 10)
    assert texts(b'{"a": [1], "' + b"a" * 20 + b'": [2], "\\q": [3], "\xff": [4]}', "a") == [b"1"]


def test_an_entry_keeps_what_fits_when_something_else_does_not():
    entry = entry_of(
        b'{"startedDateTime": 5, "request": {"url": "u", "headers": [1, {"name": "n", "value": 2}], "bodySize": "x"},'
        b'"response": {"status": 204, "content": {"size": 3, "text": "\\ud800"}}, "_webSocketMessages": [{"time": 1}]}'
    )
    assert entry.started_date_time is None
    assert entry.request is not None
    assert entry.response is not None
    assert entry.response.content is not None
    assert entry.socket_messages is not None
    assert (entry.request.url, entry.request.body_size, entry.response.status) == ("u", "x", 204)
    assert [(header.name, header.value) for header in entry.request.headers or ()] == [("n", None)]
    assert (entry.response.content.text, entry.socket_messages[0].time) == ("\ud800", 1)


@pytest.mark.parametrize("data", [b"", b"[]", b"5", b"null", b"{", b'{"a": }', b"{}x", b'{"a":' * 9_000])
def test_what_is_no_object_is_no_entry(data):
    with pytest.raises(ValueError, match=r".*"):
        entry_of(data)
