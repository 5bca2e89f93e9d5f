"""Files of records in processes of their own: what is refused, what dies, and that none of it is left open."""

import hashlib
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from affidavit.evidence import records as reading
from affidavit.evidence.records import read_records
from affidavit.model.errors import KnowledgeError, UnreadableError, UsageError
from affidavit.model.screening import Days
from affidavit.sandbox import bubblewrap
from tests.builders import records
from tests.builders.records import selectors

HEAD = "import os, sys; sys.path[:] = sys.argv[1:]; import msgspec; from affidavit.sandbox.channel import send; "
ASKED = "r = msgspec.json.decode(sys.stdin.buffer.read()); a = r['answers']; "


def says(*frames: tuple[str, str], then: str = "os._exit(0)") -> str:
    """A worker that answers with these frames, whatever it is asked."""
    sent = "".join(f"send(a, {kind.encode()!r}, {body.encode()!r}); " for kind, body in frames)
    return HEAD + ASKED + sent + then


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(records.LOG)
    return path


def handles() -> set[Path]:
    """What this process has open."""
    return set(Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_the_account_names_the_bytes_that_were_read(log, sandbox):
    before = handles()
    made = read_records([log, log], selectors(), sandbox)
    for found, _ in made.found:
        assert (found.name, found.size) == ("access.log", log.stat().st_size)
        assert found.sha256 == hashlib.sha256(log.read_bytes()).hexdigest()
    assert bool(made.walls) == (sandbox == "auto")
    assert handles() == before


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_days_are_counted_beside_the_day_asked_about(log, sandbox):
    setting = reading.Setting(day=date(2020, 9, 19))
    ((found, matches),) = read_records([log], selectors(), sandbox, setting).found
    assert found.days == Days("2020-09-20", "2020-09-20", after=5)
    assert {(item.first, item.last, item.on) for item in matches} == {("2020-09-20", "2020-09-20", 0)}
    ((found, _),) = read_records([log], selectors(), sandbox).found
    assert found.days is None


@pytest.mark.parametrize("sandbox", ["auto", "none"])
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda _: None, UsageError),
        (lambda path: path.mkdir(), UsageError),
        (lambda path: path.write_bytes(b""), UnreadableError),
        (lambda path: path.write_bytes(b"\0" * 100), UnreadableError),
        (os.mkfifo, UsageError),
    ],
)
def test_what_is_no_file_of_records_is_refused_in_either_way(tmp_path, make, error, sandbox):
    before, path = handles(), tmp_path / "records"
    make(path)
    with pytest.raises(error) as refused:
        read_records([path], selectors(), sandbox)
    assert refused.value.advice
    assert handles() == before


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (says(("w", '["limits"]')), "ended without an answer"),
        (says(("w", '["limits"]'), ("r", "{}")), "answered in no form that is known here"),
        (says(("w", '["limits"]'), ("w", '["limits"]')), "answered in no form that is known here"),
        (says(("w", '["limits"]'), ("z", "")), "answered in no form that is known here"),
        (says(("w", '["limits"]'), then="os.kill(os.getpid(), 9)"), r"was killed by signal 9 \(SIGKILL\)"),
    ],
)
def test_a_worker_that_says_no_account_is_no_account(log, monkeypatch, code, said):
    monkeypatch.setattr(reading, "_CODE", code)
    before = handles()
    with pytest.raises(UnreadableError, match=said):
        read_records([log], selectors())
    assert handles() == before


@pytest.mark.parametrize(
    "code",
    [
        says(),
        says(("r", "[]")),
        says(("e", '{"error": "WallError", "message": "no walls", "advice": ""}')),
        "raise SystemExit(1)",
    ],
)
def test_without_walls_nothing_is_read(log, monkeypatch, code):
    monkeypatch.setattr(reading, "_CODE", code)
    monkeypatch.setattr(bubblewrap, "found", lambda: "")
    with pytest.raises(UsageError, match="no process can be started behind walls") as refused:
        read_records([log], selectors())
    assert "--no-sandbox" in refused.value.advice


def test_a_worker_that_does_not_end_is_killed(log, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 2)
    monkeypatch.setattr(reading, "_CODE", says(("w", '["limits"]'), then="import time; time.sleep(600)"))
    with pytest.raises(UnreadableError, match="did not end in time and was killed"):
        read_records([log], selectors())


def test_a_refusal_behind_walls_is_shown_without_what_a_terminal_would_run(log, monkeypatch):
    refusal = '{"error": "UnreadableError", "message": "bad \\u001b[31m", "advice": "mend \\u202e"}'
    monkeypatch.setattr(reading, "_CODE", says(("w", '["limits"]'), ("e", refusal)))
    with pytest.raises(UnreadableError) as refused:
        read_records([log], selectors())
    assert (str(refused.value), refused.value.advice) == ("bad \\x1b[31m", "mend \\u202e")


def test_behind_walls_only_what_records_can_be_is_refused(log, monkeypatch):
    for error, raised in (
        ("UsageError", UsageError),
        ("KnowledgeError", UnreadableError),
        ("OSError", UnreadableError),
    ):
        refusal = f'{{"error": "{error}", "message": "no such kind", "advice": "say another"}}'
        monkeypatch.setattr(reading, "_CODE", says(("w", '["limits"]'), ("e", refusal)))
        with pytest.raises(raised, match="no such kind"):
            read_records([log], selectors())


def test_what_is_wrong_with_the_tables_is_said_as_it_is(log, tmp_path):
    tables = tmp_path / "tables.nets"
    tables.write_bytes(b"no snapshot")
    with pytest.raises(KnowledgeError) as bare:
        read_records([log], selectors(), "none", setting=reading.Setting(networks=(tables,)))
    with pytest.raises(KnowledgeError) as behind:
        read_records([log], selectors(), setting=reading.Setting(networks=(tables,)))
    assert str(behind.value) == str(bare.value)
    assert behind.value.advice == bare.value.advice


def test_bubblewrap_that_is_asked_for_has_to_be_there(log, monkeypatch):
    monkeypatch.setattr(bubblewrap, "found", lambda: "")
    with pytest.raises(UsageError, match="bubblewrap was asked for"):
        read_records([log], selectors(), "bubblewrap")


def test_other_systems_have_no_walls_and_are_told(log, monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(UsageError, match="no walls for a process on 'plan9'"):
        read_records([log], selectors())
    assert read_records([log], selectors(), "none").walls == ""


def test_a_file_without_records_of_the_kind_is_refused_and_the_others_are_not_half_told(log, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("colour,size\nred,1\n")
    with pytest.raises(UnreadableError, match=r"other\.csv"):
        read_records([log, other], selectors(), "none")
