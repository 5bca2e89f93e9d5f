"""Whatever a file of the register holds, the linter answers with problems: it never fails, hangs or believes it."""

import copy
import json
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.law.lint import lint, reading, unverified
from tests.builders.measures import CHILD, PARENT, WORDS, small_register, write_register

BOMB = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n".encode() for n in range(1, 12)
)
HOSTILE = {
    "aliases that multiply": (BOMB, "aliases"),
    "an alias of itself": (b"a: &a [*a]\n", "aliases"),
    "a merged alias": (b"a: &a {b: c}\nd: {<<: *a}\n", "aliases"),
    "brackets without end": (b"[" * 500_000, "yaml"),
    "braces without end": (b"{a: " * 200_000, "yaml"),
    "dashes without end": (b"- " * 400_000, "yaml"),
    "a large file": (b"#" * (reading.SIZE + 1), "size"),
    "a call": (b"a: !!python/object/apply:os.system [id]\n", "yaml"),
    "a set": (b"a: !!set {b, c}\n", "schema"),
    "bytes": (b"a: !!binary aGVsbG8=\n", "schema"),
    "no text at all": (bytes(range(256)), "yaml"),
    "a null byte": (b"a: b\0c\n", "yaml"),
    "a long key": (b'"' + b"k" * 500_000 + b'": 1\n', "yaml"),
    "a large number": (b"id: " + b"9" * 5_000 + b"\n", "yaml"),
    "an escape": (b'id: "\\ud800"\n', "yaml"),
    "two documents": (b"a: b\n---\n" * 3, "yaml"),
}
SPELLINGS = ("no", "on", "Yes", "OFF", "2020-09-18", "2020-09-18T12:00:00Z", "~", "1", "1.5", "0x10")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_problem(tmp_path, name):
    data, check = HOSTILE[name]
    found = lint(write_register(tmp_path, {**small_register(), "measures/us/new.yaml": data}))
    assert [(item.path, item.check) for item in found] == [("measures/us/new.yaml", check)]
    assert unverified(tmp_path)


@given(st.binary(max_size=300) | st.text(alphabet="ab:-[]{}&*!?|>#'\"\n ,012", max_size=300).map(str.encode))
def test_any_bytes_are_a_document_or_a_problem(data):
    document, found = reading.read(data)
    assert document is None or not found
    assert {check for check, _ in found} <= set(reading.CHECKS)


TEXTS = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)


@given(
    st.recursive(
        TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=15,
    )
)
def test_what_is_written_with_quotes_is_read_as_it_was_meant(document):
    assert reading.read(json.dumps(document).encode()) == (document, [])


@pytest.mark.parametrize("word", SPELLINGS)
def test_a_key_that_yaml_reads_as_something_else_is_named_with_its_line(word):
    assert reading.read(f"a: b\n{word}: c\n".encode())[1][0][0] == "quoting"
    assert f"line 2: YAML reads the key {word} as" in reading.read(f"a: b\n{word}: c\n".encode())[1][0][1]
    assert reading.read(f'a: b\n"{word}": c\n'.encode()) == ({"a": "b", word: "c"}, [])


@pytest.mark.parametrize("word", ["true", "false", "7", "0.5", "null"])
def test_values_that_are_meant_as_they_are_read_are_left_alone(word):
    assert reading.read(f"a: {word}\n".encode()) == (yaml.safe_load(f"a: {word}"), [])


def places(document):
    """Every place in a document: the container and the key."""
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield document, key
        if isinstance(value, dict | list):
            yield from places(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_register_with_anything_anywhere_is_answered(tmp_path_factory, data):
    files = copy.deepcopy(small_register())
    path = data.draw(st.sampled_from([CHILD, PARENT, WORDS]))
    container, key = data.draw(st.sampled_from(list(places(files[path]))))
    other = st.sampled_from(["all", "us-list", "l-2", "2020-09-18", "9999-12-31", "0001-01-01", "promptly", ""])
    container[key] = data.draw(other | st.text(max_size=5) | st.integers() | st.none() | st.just([]) | st.just({}))
    folder = write_register(tmp_path_factory.mktemp("register"), files)
    found = lint(folder)
    assert found == sorted(found)
    assert found == lint(folder)
    assert all(item.message and item.path for item in [*found, *unverified(folder)])


def test_the_order_of_files_and_their_names_on_disk_do_not_matter(tmp_path):
    files = small_register()
    files[CHILD]["events"][0]["sources"] = []
    there = lint(write_register(tmp_path / "a", files))
    back = lint(write_register(tmp_path / "b", dict(reversed(files.items()))))
    assert there == back
    assert len(there) == 1


def test_long_names_are_compared_too(tmp_path):
    files = small_register()
    files[CHILD]["provisions"][0]["transactions"] = ["x" * 900_000]
    (found,) = lint(write_register(tmp_path, files))
    assert found.check == "vocabulary"


def test_many_problems_of_one_kind_are_cut(tmp_path):
    files = small_register()
    files[CHILD]["exceptions"][0]["transactions"] = [f"unknown-{n}" for n in range(5_000)]
    assert len(lint(write_register(tmp_path, files))) == 500


def test_a_link_that_leads_nowhere_or_round_is_not_followed_for_ever(tmp_path):
    write_register(tmp_path, small_register())
    (tmp_path / "measures" / "us" / "round").symlink_to(tmp_path / "measures")
    (tmp_path / "measures" / "us" / "lost.yaml").symlink_to(Path("nowhere.yaml"))
    assert {item.path for item in lint(tmp_path)} == {"measures/us/lost.yaml"}


def test_a_pipe_under_the_name_of_a_file_is_told_and_not_waited_for(tmp_path):
    write_register(tmp_path, small_register())
    os.mkfifo(tmp_path / "measures" / "us" / "pipe.yaml")
    assert [str(item) for item in lint(tmp_path)] == [
        "measures/us/pipe.yaml: yaml: is no file, or a link that leads nowhere"
    ]


def test_each_of_many_wrong_files_is_told(tmp_path):
    write_register(tmp_path, small_register())
    for number in range(2_000):
        (tmp_path / "measures" / f"{number}.yaml").write_text("id: 1\n")
    assert len(lint(tmp_path)) == 2_000
