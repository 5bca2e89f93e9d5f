"""Captures given to a review: read behind walls as without, put into the account, and asked for again by a check."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.evidence import process, traffic
from affidavit.evidence.bundle import members_of
from affidavit.evidence.proofs import broken
from affidavit.evidence.review import observed
from affidavit.evidence.traffic import Watched, fingerprint
from affidavit.model.capture import Capture, Contact, Disclosure, Undecoded
from affidavit.model.errors import UnreadableError, UsageError
from affidavit.model.finding import Answer, Grade
from tests.builders.apps import small_app
from tests.builders.captures import entry, har
from tests.evidence.test_confined import start

AAID = "7c1e9f52-3ab8-4d60-9e17-b54c02d8a6f3"
PROFILE = f"identifiers:\n  advertising-id: {AAID}\nlocation:\n  lat: '52.520812'\n  lon: '13.409419'\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "small.apk"
    path.write_bytes(small_app())
    return path


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "device.yaml"
    path.write_text(PROFILE)
    return path


def capture(folder: Path, name: str = "phone.har", url: str = f"https://collect.example.net/x?ad={AAID}") -> Path:
    """A HAR with one request."""
    path = folder / name
    path.write_bytes(har(entry(url=url)))
    return path


def reviewed(app: Path, *captures: Path, **more):
    return affidavit.review(app, captures=captures, **{"sandbox": "none", **more}).affidavit


def of(kind, account):
    return [fact.what for fact in account.facts if isinstance(fact.what, kind)]


def finding(account, rule):
    [found] = [item for item in account.findings if item.rule == rule]
    return found


def test_the_account_is_the_same_behind_walls(tmp_path, app, profile):
    path, keys = capture(tmp_path), tmp_path / "keys.log"
    keys.write_text("CLIENT_RANDOM 00 00\n")
    bare = reviewed(app, path, profile=profile, keys=keys)
    behind = reviewed(app, path, profile=profile, keys=keys, sandbox="auto")
    assert members_of(behind) == members_of(bare)
    assert behind.manifest.artefact == bare.manifest.artefact
    assert [item.name for item in behind.coverage.stages if item.outcome != "done"] == []
    assert "captures" in [item.name for item in behind.coverage.stages]
    assert not list(broken(behind))


def test_what_a_capture_shows_is_in_the_account(tmp_path, app, profile):
    path = capture(tmp_path)
    account = reviewed(app, path, profile=profile)
    [whole], [contact], [told] = of(Capture, account), of(Contact, account), of(Disclosure, account)
    assert (whole.name, whole.form, whole.records) == ("phone.har", "har", 1)
    assert (contact.host, contact.requests) == ("collect.example.net", 1)
    assert (told.property, told.method, told.host) == ("advertisingId", "known-value", "collect.example.net")
    assert AAID not in json.dumps(json.loads(members_of(account)["facts.json"]))
    [listed] = account.manifest.artefact.captures
    assert (listed.name, listed.size, listed.sha256) == ("phone.har", path.stat().st_size, whole.sha256)


def test_values_are_shown_when_that_is_asked_for(tmp_path, app, profile):
    account = reviewed(app, capture(tmp_path), profile=profile, show_values=True)
    assert of(Disclosure, account)[0].shown == AAID
    assert account.manifest.artefact.revealed


def test_a_known_value_that_was_sent_lifts_the_statement_that_data_is_sent_to_observed(tmp_path, app, profile):
    without = finding(reviewed(app), "identifiers/sent-out")
    assert (without.answer, without.grade) == (Answer.NOT_SHOWN, None)
    account = reviewed(app, capture(tmp_path), profile=profile)
    told = finding(account, "identifiers/sent-out")
    assert (told.answer, told.grade) == (Answer.SHOWN, Grade.OBSERVED)
    [fact] = [fact for fact in account.facts if isinstance(fact.what, Disclosure)]
    assert told.proof.children[1].facts == (fact.id,)
    assert "is the word of whoever gave the capture" in told.why_not_higher
    assert "Searched in 1 capture: 1 message." in told.searched
    other = finding(account, "location/sent-out")
    assert (other.answer, other.searched.endswith("Searched in 1 capture: 1 message.")) == (Answer.NOT_SHOWN, True)


def test_a_category_that_was_not_looked_for_stays_open(tmp_path, app, profile):
    account = reviewed(app, capture(tmp_path, url="https://collect.example.net/"), profile=profile)
    told = finding(account, "contacts/sent-out")
    assert (told.answer, told.limitations) == (Answer.UNDETERMINED, ("capture/not-sought",))
    assert finding(account, "location/sent-out").answer is Answer.NOT_SHOWN


def test_one_file_given_twice_under_two_names_is_read_once(tmp_path, app):
    account = reviewed(app, capture(tmp_path), capture(tmp_path, "copy.har"))
    assert len(of(Capture, account)) == 1
    assert reviewed(app, capture(tmp_path, "b.har", "http://b.example/"), capture(tmp_path)) == reviewed(
        app, capture(tmp_path), capture(tmp_path, "b.har", "http://b.example/")
    )


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_a_file_that_is_no_capture_is_refused_with_what_is_read(tmp_path, app, sandbox):
    path = tmp_path / "notes.txt"
    path.write_text("no capture\n")
    with pytest.raises(UnreadableError, match="no capture") as met:
        reviewed(app, path, sandbox=sandbox)
    assert "HAR" in met.value.advice
    with pytest.raises(UnreadableError):
        observed(Watched((path,)), Budget(), sandbox=sandbox)


def test_a_profile_that_is_none_and_keys_without_a_capture_are_mistakes_of_the_request(tmp_path, app):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("identifiers: [1")
    with pytest.raises(UsageError, match=r"wrong\.yaml"):
        reviewed(app, capture(tmp_path), profile=wrong)
    with pytest.raises(UsageError, match="no capture"):
        reviewed(app, keys=wrong)
    with pytest.raises(UsageError, match="cannot read"):
        reviewed(app, capture(tmp_path), keys=tmp_path / "none")


def test_captures_without_an_app_are_read_alike_behind_walls(tmp_path, profile):
    paths = capture(tmp_path), capture(tmp_path, "b.har", "http://b.example/")
    watched = Watched(paths, profile=profile)
    behind, bare = observed(watched, Budget()), observed(watched, Budget(), sandbox="none")
    assert behind == bare
    assert behind.artefact.kind == "captures"
    assert sorted(item.host for item in of(Contact, behind)) == ["b.example", "collect.example.net"]


def test_a_worker_that_dies_over_a_capture_costs_the_captures_and_not_the_app(tmp_path, app, monkeypatch):
    monkeypatch.setattr(process, "_CODE", start("name == 'captures' and ctypes.string_at(0)"))
    account = reviewed(app, capture(tmp_path), sandbox="auto")
    assert {item.name: item.outcome for item in account.coverage.stages}["captures"] == "skipped"
    assert of(Capture, account) == []
    assert [item.name for item in account.manifest.artefact.captures] == ["phone.har"]
    assert account.manifest.artefact.kind == "apk"
    assert not list(broken(account))


def test_what_the_budget_cuts_off_is_said_and_what_was_read_is_kept(tmp_path):
    watched = Watched((capture(tmp_path),))
    found = observed(watched, Budget(seconds=0.0), sandbox="none")
    assert found.partial
    assert [item.kind for item in found.limitations if item.kind.startswith("budget/")] == ["budget/captures"]
    assert of(Capture, found)


@pytest.mark.parametrize("cut", [1, 10, 60, 300])
def test_captures_that_are_cut_short_are_limitations_behind_walls(tmp_path, cut):
    path = tmp_path / "cut.har"
    path.write_bytes(har(entry(), entry())[:-cut])
    found = observed(Watched((path,)), Budget())
    assert of(Capture, found)
    assert {item.kind.partition("/")[0] for item in found.limitations} <= {"capture"}


def test_a_fingerprint_tells_profiles_apart_and_depends_on_the_captures():
    one = fingerprint(b"phone: '+49301234567'", ["aa", "bb"])
    assert one == fingerprint(b"phone: '+49301234567'", ["aa", "bb"])
    assert len({one, fingerprint(b"phone: '+49301234568'", ["aa", "bb"]), fingerprint(b"phone: x", ["aa"])}) == 3


def test_more_captures_than_a_worker_can_hold_open_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(traffic, "MOST_CAPTURES", 1)
    paths = capture(tmp_path), capture(tmp_path, "b.har")
    with pytest.raises(UsageError, match="more than 1 captures"):
        observed(Watched(paths), Budget(), sandbox="none")


def test_undecoded_content_keeps_not_shown_open(tmp_path, app, profile):
    path = tmp_path / "opaque.har"
    noise = base64.b64encode(hashlib.shake_256(b"noise").digest(4_000)).decode()
    sent = {"mimeType": "application/octet-stream", "text": noise, "encoding": "base64"}
    path.write_bytes(har(entry(method="POST", request={"postData": sent})))
    account = reviewed(app, path, profile=profile)
    [left] = of(Undecoded, account)
    assert (left.why, left.size) == ("opaque", 4_000)
    told = finding(account, "location/sent-out")
    assert (told.answer, told.limitations) == (Answer.UNDETERMINED, ("capture/undecoded",))
    assert "4,000 bytes that were sent were not decoded" in told.searched
