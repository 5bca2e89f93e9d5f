"""``affidavit screen``: forms, roles in everyday words, exit codes, walls, and what it says to whoever asks wrongly."""

import csv
import gzip
import io
from pathlib import Path

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.screen import KINDS
from affidavit.evidence import records as records_reading
from affidavit.model.screening import Screening
from affidavit.network.screen.knowledge import columns, ties
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import written
from tests.builders import records
from tests.builders.networks import part
from tests.builders.records import certificate_pem
from tests.cli.conftest import Run
from tests.network.screen.test_traffic import FLOWS

DATES = ("--on", "2020-11-13", "--known", "2020-09-19")
HERE = ("--no-sandbox",)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(records.LOG)
    return path


def test_the_page_says_what_touches_what_and_what_the_law_says(run: Run, log):
    done = run("screen", log, "--as", "cdn", *DATES, *HERE)
    assert (done.code, done.err) == (codes.DONE, "")
    text = " ".join(done.out.split())
    assert "TikTok: touched, at the most S4" in text
    assert "v16.tiktokcdn.com (domain tiktokcdn.com, sure: M); access.log line 1, virtual host; 2 records" in text
    assert "would be barred" in text or "must not" in text
    assert "not shown the service is paid for, or contracted; it takes: contract, order or invoice" in text
    assert "5 records of 1 file were compared" in text
    assert "no finding that a law was broken" in text


def test_behind_walls_the_same_is_read_as_in_this_process(run: Run, log, tmp_path):
    (tmp_path / "customers.csv").write_text(records.CUSTOMERS)
    words = ("screen", log, tmp_path / "customers.csv", "--as", "cdn", *DATES, "--format", "json")
    made = [msgspec.json.decode(run(*words, *more).out, type=Screening) for more in ((), HERE)]
    assert "seccomp" in made[0].walls
    assert made[1].walls == ""
    assert msgspec.structs.replace(made[0], walls="") == made[1]


def test_what_a_reader_imports_late_is_there_behind_walls(run: Run, tmp_path):
    """A certificate, a name in other letters, an archive of exchanges and a packed log, each in its own process."""
    made = {
        "bundle.pem": certificate_pem("*.tiktokcdn.com"),
        "names.csv": "hostname,cname\nмагазин.example,v16.tiktokcdn.com\nwww.tiktok.com,x.example\n".encode(),
        "log.gz": gzip.compress(records.LOG.encode()),
        "traffic.har": b'{"log": {"version": "1.2", "entries": []}}',
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    done = run("screen", *(tmp_path / name for name in made), "--as", "cdn", *DATES, "--format", "json")
    assert (done.code, done.err) == (codes.DONE, "")
    found = msgspec.json.decode(done.out, type=Screening)
    assert [(item.kind, item.read) for item in found.files] == [
        ("certificates", 1), ("names", 2), ("access-log", 5), ("flow-log", 0),
    ]  # fmt: skip
    assert {item.records for item in found.matches if item.tie == "serves"} == {"bundle.pem", "names.csv", "log.gz"}


def test_addresses_are_told_by_a_snapshot_that_is_given(run: Run, tmp_path):
    networks, log = tmp_path / "made.nets", tmp_path / "flows.log"
    networks.write_bytes(written(built([part("asn", ("203.0.113.0/24", "138699", "TIKTOK"))], "made"), packed=False))
    log.write_text(FLOWS)
    words = ("screen", log, "--as", "transit", *DATES, "--format", "json")
    with_tables = run(*words, "--networks", networks)
    assert (with_tables.code, with_tables.err) == (codes.DONE, "")
    found = msgspec.json.decode(with_tables.out, type=Screening)
    assert [(item.app, item.tie, item.tier, item.size) for item in found.matches] == [("tiktok", "carries", "S2", 1000)]
    assert found.files[0].lacks == ()
    here = msgspec.json.decode(run(*words, "--networks", networks, *HERE).out, type=Screening)
    assert msgspec.structs.replace(found, walls="") == here


def test_a_process_that_dies_is_said_to_have(run: Run, log, monkeypatch):
    dies = "import os, sys; sys.stdin.buffer.read(); os._exit(3)"
    monkeypatch.setattr(records_reading, "_CODE", dies)
    done = run("screen", log, "--as", "cdn", *DATES)
    assert done.code == codes.USAGE
    assert "no process can be started behind walls: the process ended with code 3" in done.err


def test_a_process_that_is_taken_over_can_only_say_what_an_account_can_be(run: Run, log, monkeypatch):
    lies = (
        "import sys, msgspec; from affidavit.sandbox.channel import send; "
        "sys.path; r = msgspec.json.decode(sys.stdin.buffer.read()); send(r['answers'], b'w', b'[\"limits\"]'); "
        "send(r['answers'], b'r', b'[{\"name\": 1}, []]')"
    )
    monkeypatch.setattr(records_reading, "_CODE", f"import sys; sys.path[:] = sys.argv[1:]; {lies}")
    done = run("screen", log, "--as", "cdn", *DATES)
    assert done.code == codes.UNREADABLE
    assert "answered in no form that is known here" in done.err


def test_the_table_has_a_row_for_each_match_and_no_cell_is_a_formula(run: Run, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("Company;Domain\n=TikTok;a.example\nByteDance;v.tiktokv.com\n")
    done = run("screen", path, "--as", "hosting", *DATES, "--format", "csv", *HERE)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["app"], row["operator"], row["tie"], row["where"]) for row in rows] == [
        ("tiktok", "bytedance", "customer", "line 2"),
        ("tiktok", "", "customer", "line 3"),
        ("", "bytedance", "customer", "line 3"),
    ]
    assert [row["recorded"] for row in rows] == ["'=TikTok", "v.tiktokv.com", "ByteDance"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), codes.DONE),
        (("--fail-on", "touched"), codes.FAILED),
        (("--fail-on", "barred"), codes.FAILED),
        (("--fail-on", "PROHIBITED"), codes.FAILED),
        (("--fail-on", "ENJOINED"), codes.DONE),
        (("--strict",), codes.DONE),
    ],
)
def test_exit_codes_say_what_was_found(run: Run, log, words, code):
    assert run("screen", log, "--as", "cdn", *DATES, *HERE, *words).code == code


def test_records_that_could_not_be_read_are_undetermined_when_asked_strictly(run: Run, log):
    log.write_text(records.LOG + "garbage\n")
    assert run("screen", log, "--as", "cdn", *DATES, *HERE, "--strict").code == codes.UNDETERMINED


def test_nothing_of_a_listed_app_is_no_failure(run: Run, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("Company;Domain\nNoodle House;noodles.example\n")
    done = run("screen", path, "--as", "hosting", *DATES, *HERE, "--fail-on", "touched")
    assert done.code == codes.DONE
    assert "Nothing that was read touches a listed app" in done.out


@pytest.mark.parametrize(
    "case",
    [
        ((), codes.NOTHING_GIVEN, "nothing to screen"),
        (("no-such-file.csv", "--as", "cdn"), codes.USAGE, "cannot open"),
        (("LOG",), codes.USAGE, "--as is missing"),
        (("LOG", "--as", "plumber"), codes.USAGE, "unknown actor 'plumber'"),
        (("LOG", "--as", "cdn", "--fail-on", "bared"), codes.USAGE, "none of touched, barred and the outcomes"),
        (("LOG", "--as", "cdn", "--on", "yesterday"), codes.USAGE, "--on"),
        (("LOG", "--as", "cdn", "--kind", "certificates"), codes.UNREADABLE, "nothing in it is of the kind"),
    ],
)
@pytest.mark.parametrize("walls", [(), HERE])
def test_what_is_asked_wrongly_is_refused_with_advice(run: Run, log, case, walls):
    words, code, said = case
    done = run("screen", *(log if word == "LOG" else word for word in words), *walls)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_every_everyday_word_for_a_role_is_one_of_the_register(run: Run, log):
    from affidavit.law.register import register

    assert set(ties().roles.values()) <= set(register().vocabulary.actors)
    assert run("screen", log, "--as", "Content-Delivery", *DATES, *HERE).code == codes.DONE


def test_every_kind_that_can_be_said_is_known():
    assert {item.kind for item in columns().kinds} | {"zone", "flow-log", "dns-log"} == set(KINDS)


def test_knowledge_speaks_of_acts_and_roles_that_there_are():
    from affidavit.law.register import register

    acts = set(register().vocabulary.transactions)
    assert set(ties().elements) <= acts
    assert {act for item in ties().ties.values() for act in item.acts} <= acts
    roles = set(columns().roles)
    for kind in columns().kinds:
        named = {role for needed in kind.needs for role in needed}
        assert named <= roles
    assert len(names := [name for many in columns().roles.values() for name in many]) == len(set(names))
