"""A file of questions is read within bounds, and alike for every reader, or refused."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.question_file import LARGEST, read
from affidavit.model.errors import UsageError

WECHAT = {"app": "wechat", "transaction": "app_store_update", "actor": "app_store", "as_of": "2020-09-21"}
ENTRIES = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(-9, 9), max_size=3), max_size=4
)


def test_yaml_and_json_files_give_the_same_entries(tmp_path):
    entries = [{"id": "Q1", "query": WECHAT, "expect": {"headline": "PROHIBITED"}}]
    (tmp_path / "q.yaml").write_text(yaml.safe_dump({"questions": entries}))
    (tmp_path / "q.json").write_text(json.dumps({"questions": entries}))
    assert read(tmp_path / "q.yaml") == read(tmp_path / "q.json") == entries


def test_dates_without_quotes_stay_text(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text(
        "questions:\n- id: Q\n  query: {app: wechat, transaction: app_store_update, actor: app_store, "
        "as_of: 2020-09-21, known_at: 2020-09-18}\n"
    )
    (entry,) = read(path)
    assert (entry["query"]["as_of"], entry["query"]["known_at"]) == ("2020-09-21", "2020-09-18")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("q.yaml", b"questions: [", "cannot be read"),
        ("q.yaml", b"questions: &a [1]\nmore: *a\n", "anchor or alias 'a'"),
        ("q.yaml", b"questions: !!python/object:os.system {}\n", "cannot be read"),
        ("q.yaml", b"\xff\xfe\x00", "cannot be read"),
        ("q.yaml", b"- 1\n", "no list"),
        ("q.yaml", b"questions: {a: 1}\n", "no list"),
        ("q.yaml", b"questions: [1]\n", "no list"),
        ("q.yaml", b"", "no list"),
        ("q.yaml", b"questions: " + b"[" * 40 + b"]" * 40, "levels deep"),
        ("q.json", b"{", "cannot be read"),
        ("q.json", b"[" * 100_000, "cannot be read"),
        ("q.yaml", b"[" * 100_000, "cannot be read"),
        ("q.json", b'{"questions": [{"id": NaN}]}', "cannot be read"),
        ("q.json", b'{"questions": [{"id": "\\ud800"}]}', "cannot be read"),
        ("q.json", b'{"questions": [{"query": {"app": "wechat", "app": "tiktok"}}]}', "key 'app' twice"),
        ("q.yaml", b"questions: [{query: {app: wechat, app: tiktok}}]", "key 'app' twice"),
        ("q.yaml", b"questions: []\nquestions: []\n", "key 'questions' twice"),
        ("q.yaml", b"questions: [" + b"[]," * 700_000 + b"]", "more than 1,250,000 values"),
        ("q.json", b'{"questions": [' + b"{}," * 50_000 + b"{}]}", "more than 50,000 questions"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_questions_is_refused(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read(path)


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none.yaml")
    path = tmp_path / "large.yaml"
    with path.open("wb") as handle:
        handle.truncate(LARGEST + 1)
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        read(path)


@given(entries=ENTRIES)
def test_what_is_written_is_read_back(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("questions") / "q.json"
    path.write_text(json.dumps({"questions": entries}))
    assert read(path) == entries
