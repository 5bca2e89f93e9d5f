"""Captures from the command line to the check: keys that open what was sent, and what bundle and reports have of it."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.builders.captures import entry, har
from tests.cli.conftest import Run
from tests.evidence.test_captures_read import PROFILE, SERIAL, secure

ASKED = ("-q", "--no-sandbox")


@pytest.fixture(scope="module")
def wire():
    """An encrypted connection, and what opens it."""
    return secure()


@pytest.fixture
def given(run: Run, wire) -> None:
    """Packets, keys and a profile in the working directory."""
    Path("phone.pcap").write_bytes(wire[0])
    Path("keys.log").write_bytes(wire[1])
    Path("device.yaml").write_text(PROFILE)


def kinds(out: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for fact in json.loads(out)["facts"]:
        found[fact["what"]["kind"]] = found.get(fact["what"]["kind"], 0) + 1
    return found


def test_with_its_keys_a_capture_shows_what_was_sent_and_without_them_how_much(run: Run, given):
    more = ("--profile", "device.yaml", "--format", "json", *ASKED)
    closed = run("observe", "phone.pcap", *more).out
    opened = run("observe", "phone.pcap", "--keys", "keys.log", *more).out
    assert (kinds(closed).get("undecoded"), kinds(closed).get("disclosure")) == (1, None)
    assert "undecoded" not in kinds(opened)
    assert kinds(opened)["disclosure"] >= 1
    assert {item["host"] for item in json.loads(opened)["network"]["endpoints"]} == {"api.example.com"}
    assert SERIAL not in opened


def test_a_key_log_of_another_session_opens_nothing_and_harms_nothing(run: Run, given):
    Path("other.log").write_text("CLIENT_RANDOM " + "0" * 64 + " " + "1" * 96 + "\n")
    out = run("observe", "phone.pcap", "--keys", "other.log", "--format", "json", *ASKED).out
    assert kinds(out)["undecoded"] == 1
    assert "capture/not-decrypted" in out


def test_a_review_with_keys_is_checked_with_the_same_keys_and_with_no_others(run: Run, app, given):
    files = ("--capture", "phone.pcap", "--keys", "keys.log", "--profile", "device.yaml")
    assert run("review", app, *files, *ASKED).code == 0
    check = ("verify", "small.apk.affidavit", "--artefact", app, "--no-sandbox", "--format", "json")
    assert run(*check, *files).code == 0
    Path("other.log").write_text("")
    other = run(*check, *files[:2], "--keys", "other.log", *files[4:])
    assert other.code == 3
    assert [item["what"] for item in json.loads(other.out)["needs"]] == ["keys"]
    Path("keys.log").write_bytes(Path("keys.log").read_bytes() + b"# more\n")
    assert run(*check, *files).code == 3


def test_the_bundle_names_hosts_and_digests_and_holds_no_value_and_no_key(run: Run, app, given):
    files = ("--capture", "phone.pcap", "--keys", "keys.log", "--profile", "device.yaml")
    assert run("review", app, *files, *ASKED).code == 0
    with zipfile.ZipFile("small.apk.affidavit") as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    record = json.loads(next(data for name, data in members.items() if name.endswith("network.json")))
    assert [item["seen"] for item in record["endpoints"] if item["host"] == "api.example.com"] == ["observed"]
    secrets = [line.split()[-1] for line in Path("keys.log").read_text().splitlines() if line.strip()]
    everything = b"".join(members.values())
    assert SERIAL.encode() not in everything
    assert not [secret for secret in secrets if secret.encode() in everything]


@pytest.mark.parametrize("form", ["terminal", "html", "json", "markdown", "csv", "sarif"])
def test_no_form_of_the_report_has_a_value_or_live_text_of_a_host(run: Run, app, form):
    Path("device.yaml").write_text(PROFILE)
    hostile = "<script>alert(1)</script>"
    url = f"https://a.example/{hostile}?serial={SERIAL}&q={hostile}"
    header = {"headers": [{"name": "X-Id", "value": f"{hostile}{SERIAL}"}]}
    Path("a.har").write_bytes(har(entry(url=url, request=header), entry(url=f"http://{hostile}.example/")))
    done = run("review", app, "--capture", "a.har", "--profile", "device.yaml", "--format", form, *ASKED)
    text = done.out
    assert done.code == 0
    assert form == "sarif" or "a.example" in text
    assert SERIAL not in text
    assert form in {"terminal", "json", "csv", "sarif"} or hostile not in text


@pytest.mark.parametrize("count", [1, 2])
def test_captures_of_several_forms_are_one_account(run: Run, given, count):
    Path("a.har").write_bytes(har(entry(url="https://b.example/")))
    out = run("observe", *["phone.pcap", "a.har"][:count], "--format", "json", *ASKED).out
    assert kinds(out)["capture"] == count
    assert len(json.loads(out)["artefact"]["captures"]) == count
