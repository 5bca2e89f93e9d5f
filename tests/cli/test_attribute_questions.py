"""``affidavit attribute``: how questions are written, and where their bounds lie."""

import io
import json
from pathlib import Path

import pytest

from affidavit.cli import attribute, codes
from affidavit.cli.main import main
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import written
from tests.builders.networks_asked import parts


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch):
    monkeypatch.setattr("affidavit.evidence.networks.NETWORKS", Path("/nowhere.nets"))


@pytest.fixture
def stdin(monkeypatch):
    class Stdin:
        buffer = io.BytesIO()

    monkeypatch.setattr("sys.stdin", Stdin)
    return Stdin.buffer


def given(stdin, data):
    stdin.write(data)
    stdin.seek(0)


def answers(capsys, *words):
    """What is said of each host, as JSON."""
    assert main(["attribute", *map(str, words), "--format", "json"]) == codes.DONE
    return json.loads(capsys.readouterr().out)


def hosts(capsys, *words):
    return [item["host"] for item in answers(capsys, *words).get("endpoints", ())]


def refused(capsys, *words):
    assert main(["attribute", *map(str, words)]) == codes.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    ("word", "host", "address"),
    [
        ("www.tiktok.com", "www.tiktok.com", ""),
        ("WWW.TikTok.com.", "www.tiktok.com", ""),
        ("43.156.1.1", "43.156.1.1", "43.156.1.1"),
        ("2606:4700::1", "2606:4700::1", "2606:4700::1"),
        ("[2606:4700::1]", "[2606:4700::1]", "2606:4700::1"),
        ("a.example=43.156.1.1", "a.example", "43.156.1.1"),
        ("a.example=2606:4700::1", "a.example", "2606:4700::1"),
        ("a.example=::ffff:43.156.1.1", "a.example", "::ffff:43.156.1.1"),
        ("=43.156.1.1", "", "43.156.1.1"),
        ("m\u00fcnchen.example", "xn--mnchen-3ya.example", ""),
        # what browsers and resolvers read as numbers is an address to nobody here, and no name either
        ("0x2b.1", "0x2b.1", ""),
        ("731644161", "731644161", ""),
        # no host: it is answered with nothing, as asked
        ("https://www.tiktok.com/", "https://www.tiktok.com/", ""),
        ("evil.example/.tiktok.com", "evil.example/.tiktok.com", ""),
    ],
)
def test_a_question_is_a_name_an_address_or_both(capsys, word, host, address):
    (item,) = answers(capsys, word)["endpoints"]
    assert (item["host"], item["address"]) == (host, address)
    assert ("owner" in item) == (host == "www.tiktok.com")
    assert "served" not in item


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("a.example=", "'' is no address"),
        ("a.example=1.2.3", "'1.2.3' is no address"),
        ("a.example=1.2.3.4=5", "'1.2.3.4=5' is no address"),
        ("a.example=256.1.1.1", "'256.1.1.1' is no address"),
        ("a.example=b.example", "'b.example' is no address"),
        ("=", "'' is no address"),
    ],
)
def test_what_stands_behind_the_equals_sign_is_an_address(capsys, word, said):
    err = refused(capsys, word)
    assert said in err
    assert "www.example.org=192.0.2.1" in err


@pytest.mark.parametrize("length", [1, 253, 254, 1_000])
def test_a_question_of_up_to_a_thousand_characters_is_answered(capsys, length):
    assert hosts(capsys, "a" * length) == ["a" * length]


def test_one_character_more_is_refused(capsys):
    assert "is no host" in refused(capsys, "a" * 1_001)


@pytest.mark.parametrize("text", ["2021-02-29", "2021-13-01", "today", "", "2021-06-09T10:00:00", "9.6.2021", "-1"])
def test_a_day_that_is_none_is_refused(capsys, text):
    assert f"--on: {text!r} is no day" in refused(capsys, "a.example", f"--on={text}")


def test_the_day_stands_in_every_answer(capsys):
    made = answers(capsys, "a.example", "b.example", "--on", "2020-02-29")
    assert {item["asked_on"] for item in made["endpoints"]} == {"2020-02-29"}
    assert all("asked_on" not in item for item in answers(capsys, "a.example")["endpoints"])


def test_of_two_snapshots_the_one_of_the_day_answers(capsys, tmp_path):
    words = ["a.example=43.156.1.1", "--on", "2024-02-01"]
    for day in ("2024-01-01", "2026-06-01"):
        path = tmp_path / f"{day}.nets"
        path.write_bytes(written(built(parts(day), day), packed=False))
        words += ["--networks", path]
    made = answers(capsys, *words)
    (item,) = made["endpoints"]
    assert {claim["gap"] for claim in item["claims"] if claim["about"] == "country"} == {31}
    assert {source["date"] for source in made["sources"] if source["table"] != "knowledge"} == {"2024-01-01"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n\n \n", []),
        (b"a.example", ["a.example"]),
        (b"a.example\nb.example\n", ["a.example", "b.example"]),
        (b"a.example\r\nb.example\r\n", ["a.example", "b.example"]),
        (b"\t a.example \t\n", ["a.example"]),
        (b"\xef\xbb\xbfa.example\n", ["a.example"]),
        (b"a.example\na.example\n", ["a.example", "a.example"]),
        (b"-\n", ["-"]),
    ],
)
def test_lines_of_stdin_are_questions(capsys, stdin, data, expected):
    given(stdin, data)
    assert hosts(capsys, "-") == expected


def test_stdin_is_read_once_where_it_stands(capsys, stdin):
    given(stdin, b"b.example\n")
    assert hosts(capsys, "a.example", "-", "c.example", "-") == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_longest_line_of_the_widest_characters_is_one_question(capsys, stdin, end):
    given(stdin, "\U00020000".encode() * 1_000 + end)
    assert len(hosts(capsys, "-")) == 1


@pytest.mark.parametrize(
    "data",
    [
        "\U00020000".encode() * 1_001 + b"\n",
        b"a.example" + b" " * 4_000 + b"b.example\n",
        b"a" * 4_003,
        b"a" * 1_001 + b"\n",
        "\u4e2d".encode() * 2_000,
    ],
)
def test_a_longer_line_is_refused_and_never_parted_into_two_questions(capsys, stdin, data):
    given(stdin, data)
    assert "is no host" in refused(capsys, "-")


@pytest.mark.parametrize("data", [b"a.example\n\xff\n", b"\x80", "a.example".encode("utf-16"), b"a\xc3"])
def test_bytes_that_are_no_text_are_refused(capsys, stdin, data):
    given(stdin, data)
    assert "stdin is no text in UTF-8" in refused(capsys, "-")


def test_as_many_questions_as_may_be_and_one_more(capsys, stdin, monkeypatch):
    monkeypatch.setattr(attribute, "_MOST", 3)
    given(stdin, b"b.example\nc.example\n")
    assert len(hosts(capsys, "a.example", "-")) == 3
    given(stdin, b"\nb.example\nc.example\n")
    assert "more than 3 hosts" in refused(capsys, "a.example", "d.example", "-")


def test_the_page_can_be_written_to_a_file(capsys, tmp_path):
    path = tmp_path / "page.txt"
    assert main(["attribute", "www.tiktok.com", "--output", str(path)]) == codes.DONE
    assert capsys.readouterr().out == ""
    assert path.read_text("utf-8").startswith("www.tiktok.com\n")


@pytest.mark.parametrize("data", [b"", b"not a snapshot", b"affnets\x00"])
def test_a_file_that_is_no_snapshot_is_refused(capsys, tmp_path, data):
    path = tmp_path / "broken.nets"
    path.write_bytes(data)
    assert main(["attribute", "a.example", "--networks", str(path)]) != codes.DONE
    said = capsys.readouterr()
    assert (said.out, "what you can do:" in said.err) == ("", True)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_argument_that_is_no_text_is_refused(capsys, form):
    assert "is no text in UTF-8" in refused(capsys, "\udcff.tiktok.com", "--format", form)
