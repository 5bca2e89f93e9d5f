"""``affidavit attribute``: what a person sees who asks about hosts, and what is refused."""

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
def tables(tmp_path):
    path = tmp_path / "my.nets"
    path.write_bytes(written(built(parts(), "my"), packed=False))
    return ["--networks", str(path)]


def asked(capsys, *words):
    code = main(["attribute", *map(str, words)])
    said = capsys.readouterr()
    assert code == codes.DONE, said.err
    return said.out


def refused(capsys, *words):
    assert main(["attribute", *map(str, words)]) == codes.USAGE
    return capsys.readouterr().err


def test_conclusions_come_first_and_every_claim_has_its_source_and_age(capsys, tables):
    page = asked(capsys, "vcs-va.tiktokv.com=92.122.95.99", "--on", "2021-06-09", *tables)
    lines = page.splitlines()
    assert lines[0] == "vcs-va.tiktokv.com at 92.122.95.99, on 2021-06-09"
    assert lines[1] == "  whose name   TikTok Ltd. and its companies (TikTok Pte. Ltd.)"
    assert lines[2] == "  who runs it  Akamai Technologies, Inc., cdn, seat US"
    assert lines[3] == "  where        undetermined: EU is not one country"
    assert "1,818 days younger than the observation: dated" in " ".join(page.split())
    assert "Claims rest on these sources:\n  [1]" in page
    assert max(map(len, lines)) <= 80


def test_json_answers_in_the_order_asked(capsys, tables):
    made = json.loads(asked(capsys, "b.example", "9.9.9.9", "a.example", "--format", "json", *tables))
    assert [(item["host"], item["address"]) for item in made["endpoints"]] == [
        ("b.example", ""), ("9.9.9.9", "9.9.9.9"), ("a.example", ""),
    ]  # fmt: skip
    assert {item["id"] for item in made["sources"]} >= {
        item["source"] for row in made["endpoints"] for item in row["claims"]
    }


def test_questions_come_from_stdin_one_a_line(capsys, tables, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(b"www.tiktok.com\n\n  a.example=43.156.1.1 \r\n")

    monkeypatch.setattr("sys.stdin", Stdin)
    made = json.loads(asked(capsys, "first.example", "-", "--format", "json", *tables))
    assert [(item["host"], item.get("place", "")) for item in made["endpoints"]] == [
        ("first.example", ""), ("www.tiktok.com", ""), ("a.example", "SG"),
    ]  # fmt: skip


def test_without_any_table_names_are_still_answered(capsys):
    page = asked(capsys, "www.tiktok.com")
    assert "TikTok Ltd." in page
    assert "no address was seen" in page


def test_the_same_question_gives_the_same_bytes(capsys, tables):
    words = ("vcs-va.tiktokv.com=92.122.95.99", "x.shop.example", "--format", "json", *tables)
    assert asked(capsys, *words) == asked(capsys, *words)


def test_hidden_characters_do_not_reach_a_terminal(capsys):
    page = asked(capsys, "a\u202eexe.example", "\x1b[31mred.example")
    assert "\u202e" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.example", "--on", "1970"], "--on: '1970' is no day"),
        (["a.example=nowhere"], "'nowhere' is no address"),
        (["a" * 2_000], "is no host"),
        (["a.example", "--networks", "no-such.nets"], "no-such.nets"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_advice(capsys, words, said):
    err = refused(capsys, *words)
    assert said in err
    assert "what you can do:" in err


def test_too_many_questions_are_refused(capsys, monkeypatch):
    monkeypatch.setattr(attribute, "_MOST", 2)
    assert "more than 2 hosts" in refused(capsys, "a.example", "b.example", "c.example")


def test_stdin_that_is_no_text_is_refused(capsys, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(b"\xff\xfe\n")

    monkeypatch.setattr("sys.stdin", Stdin)
    assert "no text" in refused(capsys, "-")
