"""Snapshots that a review asks who serves hosts: named in the manifest, and asked for again by a check."""

import subprocess
import sys
from pathlib import Path

import pytest

import affidavit
from affidavit.evidence import networks
from affidavit.evidence.companions import Companions, Need, needs
from affidavit.evidence.networks import network_of, snapshots, with_shipped
from affidavit.evidence.traffic import Watched
from affidavit.facts.reading import make_fact
from affidavit.model.artefact import Artefact, GivenCapture
from affidavit.model.capture import Contact
from affidavit.model.errors import AffidavitError, UsageError
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord
from affidavit.model.place import Place
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import written
from tests.builders.apps import small_app
from tests.builders.networks import part

CONTACT = make_fact(Contact("a.example", "url", "192.0.2.7"), Place("capture/00"), "captures/1")
BARE = Artefact("a.apk", "apk", 1, "ab" * 32)
CAPTURED = Artefact("a.apk", "apk", 1, "ab" * 32, captures=(GivenCapture("cc" * 32, "a.har", 9),))


def test_facts_that_name_no_host_ask_nothing():
    assert network_of((), [], [Path("/nowhere.nets")]) == (NetworkRecord(), ())


def test_a_review_that_asks_nothing_of_tables_does_not_pay_for_reading_them():
    code = (
        "import sys; from affidavit.evidence import networks; "
        "networks.network_of((), [], networks.with_shipped(None)); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_a_snapshot_hosts_are_listed_and_no_digest_is_named():
    record, digests = network_of((CONTACT,), [], [])
    assert [(item.host, item.seen, item.place) for item in record.endpoints] == [("a.example", "observed", "")]
    assert digests == ()


def test_what_bears_on_hosts_is_named_in_the_record():
    limits = [
        Limitation("capture/truncated", "x"), Limitation("text/endpoints-bounded", "x"),
        Limitation("signing/odd", "x"), Limitation("budget/captures", "x"),
    ]  # fmt: skip
    record, _ = network_of((CONTACT,), limits, [])
    assert record.limitations == ("budget/captures", "capture/truncated", "text/endpoints-bounded")


def test_a_fault_of_ours_costs_the_record_and_not_the_review(monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("affidavit.network.attribute.recording.record", fail)
    monkeypatch.delenv("AFFIDAVIT_DEBUG", raising=False)
    limits: list[Limitation] = []
    assert network_of((CONTACT,), limits, []) == (NetworkRecord(), ())
    [limit] = limits
    assert (limit.kind, "'network' broke off with RuntimeError" in limit.detail) == ("tool/stage-failed", True)


def test_a_file_that_is_no_snapshot_is_refused(tmp_path):
    path = tmp_path / "a.nets"
    for data in (b"", b"no snapshot" * 99):
        path.write_bytes(data)
        with pytest.raises(AffidavitError):
            snapshots([path])
    with pytest.raises(UsageError):
        snapshots([tmp_path / "none.nets"])


def test_the_snapshot_that_comes_along_is_asked_first(tmp_path, monkeypatch):
    own, mine = tmp_path / "own.nets", tmp_path / "mine.nets"
    monkeypatch.setattr("affidavit.evidence.networks.NETWORKS", own)
    assert with_shipped([mine]) == (mine,)
    own.write_bytes(b"x")
    assert with_shipped([mine]) == (own, mine)
    assert with_shipped(None) == (own,)


@pytest.mark.parametrize(
    ("artefact", "asked", "here", "needed"),
    [
        (BARE, (), Companions(), []),
        (BARE, ("dd" * 32,), Companions(), [("networks", "dd" * 32)]),
        (BARE, ("dd" * 32,), Companions(networks={"dd" * 32: Path("x")}), []),
        (BARE, (), Companions(networks={"dd" * 32: Path("x")}), []),
        (CAPTURED, (), Companions(), [("capture", "cc" * 32)]),
        (CAPTURED, (), Companions(captures={"cc" * 32: Path("x"), "ee" * 32: Path("y")}), []),
        (BARE, (), Companions(captures={"cc" * 32: Path("x")}), [("capture", "")]),
        (BARE, (), Companions(keys="ff" * 32), [("keys", "")]),
    ],
)
def test_a_check_knows_what_it_lacks(artefact, asked, here, needed):
    found = needs(artefact, (), asked, here)
    assert [(item.what, item.sha256) for item in found] == needed
    assert all(item == Need(item.what, item.sha256, f"--{item.what}") for item in found)


def test_a_check_reads_the_captures_of_the_review_under_the_names_that_they_had():
    here = Companions(
        captures={"cc" * 32: Path("new.har"), "ee" * 32: Path("other.har")},
        watched=Watched((Path("new.har"), Path("other.har"))),
    )
    found = here.watched_as(CAPTURED)
    assert (found.captures, dict(found.names), found.reveal) == ((Path("new.har"),), {"cc" * 32: "a.har"}, False)


def test_a_bundle_that_asked_a_snapshot_which_is_not_here_accuses_nobody(tmp_path, monkeypatch):
    app, bundle = tmp_path / "small.apk", tmp_path / "a.affidavit"
    app.write_bytes(small_app())
    whole = network_of
    monkeypatch.setattr("affidavit.evidence.conclude.network_of", lambda *given: (whole(*given)[0], ("dd" * 32,)))
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key.pem"))
    affidavit.review(app, sandbox="none", networks=[]).write(bundle)
    monkeypatch.setattr("affidavit.evidence.conclude.network_of", networks.network_of)
    result = affidavit.verify(bundle, app, sandbox="none")
    step = result.steps[8]
    assert step.passed is None
    assert "snapshot of networks with SHA-256 " + "dd" * 32 in step.detail
    assert [item.option for item in result.needs] == ["--networks"]
    assert affidavit.read(bundle).manifest.networks == ("dd" * 32,)


def test_a_snapshot_that_is_given_twice_is_one(tmp_path):
    one, other, copy = (tmp_path / name for name in ("one.nets", "other.nets", "copy.nets"))
    for path, value in ((one, "1"), (other, "2"), (copy, "1")):
        path.write_bytes(written(built([part("asn", ("192.0.2.0/24", value))], "x"), packed=False))
    found = snapshots([one, other, copy, one])
    assert sorted(found.values()) == [one, other]
    assert all(path.read_bytes()[-32:].hex() == digest for digest, path in found.items())


def test_the_digests_that_are_named_do_not_hang_on_the_order_of_files(tmp_path):
    paths = [tmp_path / f"{number}.nets" for number in range(3)]
    for path in paths:
        path.write_bytes(written(built([part("asn", ("192.0.2.0/24", "1"))], path.name), packed=False))
    _, digests = network_of((CONTACT,), [], paths)
    assert digests == network_of((CONTACT,), [], [*paths[::-1], paths[0]])[1] == tuple(sorted(snapshots(paths)))


@pytest.mark.parametrize(
    ("error", "debug"),
    [(RuntimeError("x"), "1"), (UsageError("x", advice="y"), ""), (UsageError("x", advice="y"), "1")],
)
def test_what_a_person_can_mend_or_wants_to_see_is_raised(error, debug, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr("affidavit.network.attribute.recording.record", fail)
    monkeypatch.setenv("AFFIDAVIT_DEBUG", debug)
    limits: list[Limitation] = []
    with pytest.raises(type(error)):
        network_of((CONTACT,), limits, [])
    assert limits == []
