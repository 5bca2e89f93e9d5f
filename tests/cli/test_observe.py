"""``affidavit observe`` and captures given to a review: what people see, and the way from the review to its check."""

import csv
import io
import json
from pathlib import Path

import pytest

from affidavit.report.observed import COLUMNS
from tests.builders.captures import entry, har
from tests.cli.conftest import Run

AAID = "7c1e9f52-3ab8-4d60-9e17-b54c02d8a6f3"
PROFILE = f"identifiers:\n  advertising-id: {AAID}\n"
HOSTILE = "\x1b[31m\u202egpj.exe=cmd()"


@pytest.fixture
def capture(run: Run) -> Path:
    """A capture in the working directory, a profile beside it."""
    path = Path("phone.har")
    url = f"https://collect.example.net/x?ad={AAID}"
    path.write_bytes(har(entry(url=url), entry(url="http://www.example.org/")))
    Path("device.yaml").write_text(PROFILE)
    return path


def test_hosts_data_and_what_was_not_read_are_shown_as_text(run: Run, capture):
    done = run("observe", capture, "--profile", "device.yaml", "-q")
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "phone.har form: har; records: 2 of" in said
    assert "collect.example.net" in said
    assert "Device and advertising identifiers: advertisingId" in said
    assert "a known value of the device" in said
    assert AAID not in done.out
    assert AAID in run("observe", capture, "--profile", "device.yaml", "--show-values", "-q", "--no-sandbox").out


def test_json_has_every_fact_and_what_was_given(run: Run, capture):
    done = run("observe", capture, "--profile", "device.yaml", "--format", "json", "-q", "--no-sandbox")
    found = json.loads(done.out)
    assert found["schema"] == "affidavit/observe/1"
    assert [item["name"] for item in found["artefact"]["captures"]] == ["phone.har"]
    assert len(found["artefact"]["profile"]) == 64
    kinds = sorted(fact["what"]["kind"] for fact in found["facts"])
    assert kinds == ["capture", "contact", "contact", "disclosure"]
    hosts = {item["host"]: item["seen"] for item in found["network"]["endpoints"]}
    assert hosts == {"collect.example.net": "observed", "www.example.org": "observed"}


def test_csv_has_a_line_for_each_fact_and_no_formula(run: Run, capture):
    capture.write_bytes(har(entry(url="http://a.example/?email=%3Dcmd()@a.example"), entry(url="http:///")))
    out = run("observe", capture, "--format", "csv", "-q", "--no-sandbox").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == COLUMNS
    assert {row["kind"] for row in rows} >= {"capture", "contact", "limitation"}
    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(("=", "+", "@"))]


@pytest.mark.parametrize("form", ["text", "csv"])
def test_hostile_names_reach_no_terminal(run: Run, form):
    path = Path(f"{HOSTILE}.har")
    headers = [{"name": HOSTILE, "value": HOSTILE}, {"name": "X-Android-Id", "value": HOSTILE}]
    path.write_bytes(
        har(
            entry(url=f"http://{HOSTILE}.example/{HOSTILE}", serverIPAddress=HOSTILE, request={"headers": headers}),
            entry(url=f"http://a.example/?email={HOSTILE}@a.example&imei={HOSTILE}"),
        )
    )
    done = run("observe", path, "--format", form, "-q", "--no-sandbox", "--show-values")
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err


def test_nothing_given_no_file_and_no_capture_are_told_apart(run: Run):
    Path("notes.txt").write_text("nothing")
    assert run("observe").code == 5
    assert run("observe", "none.pcap").code == 2
    done = run("observe", "notes.txt", "-q", "--no-sandbox")
    assert done.code == 4
    assert "pcap, pcapng" in done.err
    assert "HAR" in done.err


def test_a_reading_that_was_cut_short_is_undetermined_under_strict(run: Run, capture):
    capture.write_bytes(har(*[entry()] * 3_000))  # more than any machine reads in a thousandth of a second
    done = run("observe", capture, "--budget", "0.001s", "--strict", "-q", "--no-sandbox")
    assert done.code == 3
    assert "budget/captures" in done.out


def test_a_review_with_captures_is_checked_with_the_same_files_under_any_name(run: Run, app, capture):
    done = run("review", app, "--capture", capture, "--profile", "device.yaml", "-q", "--no-sandbox")
    assert done.code == 0
    assert "--capture phone.har --profile device.yaml" in " ".join(done.out.split())
    page = Path("small.apk.affidavit.html").read_text()
    assert "collect.example.net" in page
    assert AAID not in page
    capture.rename("other.har")
    Path("more.har").write_bytes(har(entry()))
    asked = ("verify", "small.apk.affidavit", "--artefact", app, "--no-sandbox", "--profile", "device.yaml")
    assert run(*asked, "--capture", "other.har", "--capture", "more.har").code == 0


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), {"capture", "profile"}),
        (("--capture", "phone.har"), {"profile"}),
        (("--capture", "phone.har", "--profile", "other.yaml"), {"profile"}),
        (("--capture", "phone.har", "--profile", "device.yaml", "--keys", "keys.log"), {"keys"}),
    ],
)
def test_a_check_that_lacks_what_the_review_was_given_says_so_and_accuses_nobody(
    run: Run, app, capture, given, missing
):
    run("review", app, "--capture", capture, "--profile", "device.yaml", "-q", "--no-sandbox", "--show-values")
    Path("other.yaml").write_text(PROFILE.replace("7c1e", "8d2f"))
    Path("keys.log").write_text("")
    done = run("verify", "small.apk.affidavit", "--artefact", app, "--no-sandbox", "--format", "json", *given)
    result = json.loads(done.out)
    step = result["steps"][8]
    assert done.code == 3
    assert {item["what"] for item in result["needs"]} == missing
    assert step["passed"] is None
    assert "what was sent" in step["detail"]
    assert "are the same" in step["detail"]


def test_a_capture_that_the_review_was_not_given_is_to_be_left_away(run: Run, app, capture):
    run("review", app, "-q", "--no-sandbox")
    done = run("verify", "small.apk.affidavit", "--artefact", app, "--no-sandbox", "--capture", capture)
    assert done.code == 3
    assert "leave --capture away" in done.out
