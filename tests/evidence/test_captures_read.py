"""Every form of capture through the whole of a reading: behind walls as without, with keys, joined with the code."""

import bz2
import gzip
import ssl
from pathlib import Path

import pytest
import zstandard

import affidavit
from affidavit.artefact.budget import Budget
from affidavit.evidence.bundle import members_of
from affidavit.evidence.review import observed
from affidavit.evidence.traffic import Watched
from affidavit.findings import load
from affidavit.findings.observed import Traffic
from affidavit.findings.observed import observed as lifted
from affidavit.findings.schema import FlowQuery
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import Answer, Finding, Grade, Proof
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from tests.builders import traffic
from tests.builders.apps import small_app
from tests.builders.captures import entry, har, mitm_flow
from tests.builders.secure import recorded
from tests.builders.traffic import http_request, http_response
from tests.network.capture.test_fold import made_fact
from tests.network.capture.test_zeek import LINES, log

SERIAL = "R58M41X7QZB"
PROFILE = f"identifiers:\n  serial: {SERIAL}\n"
SAID = (
    (0, http_request("api.example.com", f"/v1/log?id={SERIAL}", "POST", body=b'{"lat":52.5}')),
    (1, http_response(b"y" * 100)),
)


def secure(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> tuple[bytes, bytes]:
    """A pcap of an encrypted connection, and its key log."""
    flights, keys = recorded(version, said=SAID)
    talk = traffic.Talk().open()
    for side, data in flights:
        talk.say(side, data)
    return traffic.pcap(talk.close().packets), keys


MADE = {
    "har": har(entry(url=f"https://a.example/?serial={SERIAL}"), entry()),
    "har.gz": gzip.compress(har(entry(url=f"https://a.example/?serial={SERIAL}"))),
    "har.bz2": bz2.compress(har(entry())),
    "har.zst": zstandard.compress(har(entry())),
    "pcap": secure()[0],
    "mitm": mitm_flow(),
    "zeek": log("conn", LINES["conn"]) + log("dns", LINES["dns"]),
}


def of(kind, found):
    return [fact.what for fact in found.facts if isinstance(fact.what, kind)]


def given(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_captures_of_every_form_are_read_alike_behind_walls(tmp_path):
    paths = tuple(given(tmp_path, f"a.{form}", data) for form, data in MADE.items())
    watched = Watched(paths, given(tmp_path, "keys", secure()[1]), given(tmp_path, "p", PROFILE.encode()))
    behind, bare = observed(watched, Budget()), observed(watched, Budget(), sandbox="none")
    assert behind == bare
    assert {item.name for item in of(Capture, behind)} == {path.name for path in paths}
    assert all(item.records for item in of(Capture, behind))
    assert {item.host for item in of(Disclosure, behind)} == {"a.example", "api.example.com"}
    assert not [item for item in behind.limitations if item.kind.startswith("tool/")]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_keys_open_what_was_encrypted_and_without_them_it_is_counted(tmp_path, version):
    data, keys = secure(version)
    path, profile = given(tmp_path, "a.pcap", data), given(tmp_path, "p.yaml", PROFILE.encode())
    closed = observed(Watched((path,), profile=profile), Budget(), sandbox="none")
    [left] = of(Undecoded, closed)
    assert (left.why, left.messages) == ("encrypted", 1)
    assert left.size > 200
    assert not of(Disclosure, closed)
    opened = observed(Watched((path,), given(tmp_path, "keys.log", keys), profile), Budget(), sandbox="none")
    [told] = [item for item in of(Disclosure, opened) if item.method == "known-value"]
    assert (told.host, told.property) == ("api.example.com", "serialNumber")
    assert not of(Undecoded, opened)
    [contact] = of(Contact, opened)
    assert contact.requests == 1
    assert "decrypted" in contact.marks
    assert of(Capture, opened)[0].keys == opened.artefact.keys != ""


def test_look_ups_lend_their_chain_to_connections(tmp_path):
    found = observed(Watched((given(tmp_path, "a.log", MADE["zeek"]),)), Budget(), sandbox="none")
    [contact], [lookup] = of(Contact, found), of(Lookup, found)
    assert lookup.host == "www.example.org"
    assert contact.address in lookup.addresses


def test_hosts_in_code_and_hosts_contacted_are_one_list(tmp_path):
    app = given(tmp_path, "small.apk", small_app())
    named = {
        fact.what.host
        for fact in affidavit.review(app, sandbox="none", networks=[]).affidavit.facts
        if isinstance(fact.what, Endpoint) and fact.what.role == "endpoint"
    }
    both = min(named)
    path = given(tmp_path, "a.har", har(entry(url=f"https://{both}/"), entry(url="https://other.example/")))
    account = affidavit.review(app, sandbox="none", captures=[path]).affidavit
    seen = {item.host: item.seen for item in account.network.endpoints}
    assert seen[both] == "both"
    assert seen["other.example"] == "observed"
    assert {seen[host] for host in named - {both}} <= {"declared"}
    assert "in captures" in account.network.searched
    assert b'"other.example"' in members_of(account)["network.json"]


# Statements that data leaves the device


RULE = next(rule for rule in load.rules() if rule.id == "location/sent-out")
NAME = "org.example.app"
CODE = Proof("feature", matched=False, feature="flow: location")


def judged(*facts, limitations=(), sought=("location",), answer=Answer.NOT_SHOWN):
    """The statement on the location, beside what captures show."""
    whole = (Capture("a", "ab" * 32, 9, "har", 1), Contact("a.example", "url", requests=3), Package(NAME), *facts)
    grade = Grade.FLOWS if answer is Answer.SHOWN else None
    proof = Proof("feature", matched=answer is Answer.SHOWN, feature="flow: location")
    before = Finding(RULE.id, 1, RULE.title, "location", answer, "Searched code.", proof, grade)
    seen = Traffic([made_fact(what) for what in whole], frozenset(sought))
    (after,), added = lifted([before], [RULE], seen, limitations)
    return after, added


def told(method="known-value", app="", category="location", **more):
    return Disclosure("a.example", category, "latitude", method, ("body",), "ab" * 32, "52.…", app=app, **more)


@pytest.mark.parametrize("method", ["known-value", "adapter"])
@pytest.mark.parametrize("answer", list(Answer))
def test_what_is_certain_shows_whatever_the_code_did(method, answer):
    after, _ = judged(told(method), answer=answer)
    assert (after.answer, after.grade) == (Answer.SHOWN, Grade.OBSERVED)
    assert after.proof.matched
    assert after.proof.children[0].feature == CODE.feature


@pytest.mark.parametrize("method", ["key", "pattern"])
def test_candidates_prove_nothing_and_keep_it_open(method):
    after, added = judged(told(method))
    assert (after.answer, after.grade) == (Answer.UNDETERMINED, None)
    assert [item.kind for item in added] == ["capture/candidates"]
    assert after.limitations == ("capture/candidates",)
    kept, _ = judged(told(method), answer=Answer.SHOWN)
    assert kept.grade is Grade.FLOWS


@pytest.mark.parametrize(
    ("app", "answer"),
    [("", Answer.SHOWN), (NAME, Answer.SHOWN), (f"{NAME}:remote", Answer.SHOWN), ("org.other", Answer.NOT_SHOWN),
     (f"{NAME}.other", Answer.NOT_SHOWN)],
)  # fmt: skip
def test_what_other_apps_sent_does_not_count(app, answer):
    after, _ = judged(told(app=app))
    assert after.answer is answer
    assert ("other apps sent" in after.searched) == (answer is Answer.NOT_SHOWN)
    if app == NAME:
        assert "the capture says is this app's" in after.why_not_higher


def test_what_was_received_and_other_categories_do_not_count():
    assert judged(told(sent=False))[0].answer is Answer.NOT_SHOWN
    assert judged(told(category="contacts"))[0].answer is Answer.NOT_SHOWN


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("capture/not-decrypted", Answer.UNDETERMINED),
        ("capture/truncated", Answer.UNDETERMINED),
        ("budget/captures", Answer.UNDETERMINED),
        ("capture/bad-clock", Answer.NOT_SHOWN),
        ("text/odd", Answer.NOT_SHOWN),
    ],
)
def test_what_could_not_be_read_keeps_it_open(kind, answer):
    assert judged(limitations=(Limitation(kind, "x"),))[0].answer is answer


def test_without_captures_and_for_other_statements_nothing_changes():
    assert judged(sought=())[0].limitations == ("capture/not-sought",)
    before = Finding("location/last-known", 1, "Reads", "location", Answer.NOT_SHOWN, "Searched.", CODE)
    assert lifted([before], [RULE], Traffic([made_fact(told())], frozenset()), ()) == ((before,), ())
    others = [rule for rule in load.rules() if isinstance(rule.match.flow, FlowQuery) and "handed-on" in rule.id]
    seen = Traffic([made_fact(Capture("a", "ab" * 32, 9, "har", 1)), made_fact(told())], frozenset())
    assert lifted([before], others, seen, ()) == ((before,), ())
