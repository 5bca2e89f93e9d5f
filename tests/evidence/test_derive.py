"""From artefact to affidavit, end to end, on small built apps and on real ones."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.evidence.bundle import EXCERPTS_PER_FINDING, excerpt_key, members_of
from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import cited_places
from affidavit.facts import extract
from affidavit.model.code import CodeUnit, FrameworkCall
from affidavit.model.declared import Component, Permission
from affidavit.model.endpoint import Endpoint
from affidavit.model.errors import UnreadableError
from affidavit.model.finding import Answer, Grade
from affidavit.model.identity import Application, Package
from affidavit.model.inventory import EntryFact
from tests.builders.apps import COLLECT, LOCATION, MAIN, write_app


def subjects(affidavit, kind):
    return [fact.what for fact in affidavit.facts if isinstance(fact.what, kind)]


def one(affidavit, kind):
    (found,) = subjects(affidavit, kind)
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return derive(write_app(tmp_path_factory.mktemp("small")))


def test_the_manifest_names_the_artefact_by_its_digest(tmp_path):
    path = write_app(tmp_path)
    artefact = derive(path).manifest.artefact
    assert artefact.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (artefact.name, artefact.kind, artefact.size) == ("small.apk", "apk", path.stat().st_size)


def test_every_entry_has_its_digest_and_offset(small):
    entries = {fact.place.entry: fact.what for fact in small.facts if isinstance(fact.what, EntryFact)}
    inner = "assets/more.zip!/inner.txt"
    assert set(entries) == {"AndroidManifest.xml", "classes.dex", "assets/config.json", "assets/more.zip", inner}
    assert all(len(entry.sha256) == 64 and entry.header >= 0 for entry in entries.values())


def test_identity_and_declarations_are_read(small):
    assert one(small, Package).name == "org.example.app"
    assert one(small, Application).debuggable
    assert {item.name.rpartition(".")[2] for item in subjects(small, Permission)} == {
        "ACCESS_FINE_LOCATION",
        "INTERNET",
    }
    component = one(small, Component)
    assert (component.name, component.exported, component.exported_why) == ("org.example.app.Main", True, "stated")


def test_code_is_counted_and_its_framework_calls_are_placed(small):
    unit = one(small, CodeUnit)
    assert (unit.classes, unit.methods, unit.instructions) == (1, 1, 4)
    (call,) = [fact for fact in small.facts if isinstance(fact.what, FrameworkCall)]
    assert f"{call.what.class_}->{call.what.method}" == LOCATION
    assert (call.place.class_, call.place.method, call.place.pc) == (MAIN, "onResume()V", 2)


def test_endpoints_come_from_code_with_their_user_and_from_assets(small):
    found = {endpoint.value: endpoint for endpoint in subjects(small, Endpoint)}
    assert found[COLLECT].source == "code"
    assert found[COLLECT].used_by[0].method == "onResume()V"
    assert found["https://backup.vendor-metrics.net/v1"].source == "asset"


def test_the_location_rule_is_shown_with_a_proof_that_leads_to_the_instruction(small):
    shown = [item for item in small.findings if item.category == "location" and item.answer is Answer.SHOWN]
    reached = [item for item in shown if item.grade is Grade.REACHABLE]
    places = [place for item in reached for place in cited_places(item)]
    assert any(place.class_ == MAIN and place.pc == 2 for place in places)
    excerpt = small.excerpts[excerpt_key(next(place for place in places if place.pc == 2))]
    assert "getLastKnownLocation" in excerpt.lines[excerpt.cited]
    assert excerpt.data.startswith("6e20")


def test_what_is_not_shown_says_what_was_searched(small):
    absent = [item for item in small.findings if item.answer is Answer.NOT_SHOWN]
    assert absent
    assert all(item.searched and item.grade is None for item in absent)


def test_facts_are_unique_and_in_the_order_of_the_bytes(small):
    keys = [(fact.place, fact.id) for fact in small.facts]
    assert keys == sorted(keys)
    assert len({fact.id for fact in small.facts}) == len(small.facts)


def test_the_questions_travel_with_the_answers(small):
    assert {item.category for item in small.findings} <= {item.id for item in small.categories}


def test_an_app_without_code_says_so_and_concludes_nothing_about_code(tmp_path):
    found = derive(write_app(tmp_path, classes_dex=None))
    assert not subjects(found, CodeUnit)
    assert one(found, Package).name == "org.example.app"


def test_code_that_cannot_be_read_makes_absence_undetermined(tmp_path):
    found = derive(write_app(tmp_path, classes_dex=b"dex\n035\0" + bytes(400)))
    present = [item for item in found.findings if item.rule == "location/last-known"]
    assert any(item.kind.startswith("code/") for item in found.limitations)
    assert all(item.answer is Answer.UNDETERMINED and item.limitations for item in present)


def test_a_manifest_of_rubbish_does_not_stop_the_review_of_the_code(tmp_path):
    found = derive(write_app(tmp_path, manifest=b"\x03\x00\x08\x00\xff\xff\xff\xff" * 9))
    assert one(found, CodeUnit).classes == 1
    assert any(item.kind.startswith("manifest/") for item in found.limitations)


def test_a_budget_that_runs_out_leaves_a_partial_affidavit(tmp_path):
    found = derive(write_app(tmp_path), Budget(seconds=-1))
    assert found.manifest.partial
    assert {item.kind for item in found.limitations} >= {"budget/entries", "budget/code"}
    assert all(item.answer is not Answer.NOT_SHOWN for item in found.findings if item.rule == "location/last-known")


def test_a_stage_that_breaks_is_a_limitation_and_the_others_go_on(tmp_path, monkeypatch):
    def broken(_state, _progress):
        raise ZeroDivisionError

    stages = tuple((name, broken if name == "signing" else stage) for name, stage in extract.STAGES)
    monkeypatch.setattr(extract, "STAGES", stages)
    monkeypatch.delenv("AFFIDAVIT_DEBUG", raising=False)
    found = derive(write_app(tmp_path))
    assert [item.detail for item in found.limitations if item.kind == "tool/stage-failed"] == [
        "stage 'signing' broke off with ZeroDivisionError; what it would have read is unknown"
    ]
    assert one(found, CodeUnit).classes == 1


def test_progress_names_every_stage(tmp_path):
    seen = []
    derive(write_app(tmp_path), progress=lambda stage, done, total: seen.append((stage, done <= total)))
    assert {name for name, _ in seen} == {
        "opening", "entries", "manifest", "signing", "code", "calls", "endpoints", "libraries", "identity", "flows",
        "paths", "coverage", "findings", "excerpts",
    }  # fmt: skip
    assert all(sane for _, sane in seen)


def test_what_is_no_artefact_is_refused_with_advice(tmp_path):
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(UnreadableError) as caught:
        derive(tmp_path / "note.txt")
    assert caught.value.advice


PROGRAM = """
import sys, hashlib
from pathlib import Path
from affidavit.evidence.derive import derive
from affidavit.evidence.bundle import members_of
members = members_of(derive(Path(sys.argv[1])))
print(hashlib.sha256(b"".join(members[name] for name in sorted(members))).hexdigest())
"""


def digest_in_a_process(path: Path, folder: Path, seed: str, zone: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
    command = [sys.executable, "-c", PROGRAM, str(path)]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def digest_of(account) -> str:
    """As the program prints it."""
    members = members_of(account)
    return hashlib.sha256(b"".join(members[name] for name in sorted(members))).hexdigest() + "\n"


def test_two_processes_derive_the_same_bytes(tmp_path):
    path = write_app(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    first = digest_in_a_process(path, tmp_path, "1", "UTC")
    assert first == digest_in_a_process(path, tmp_path / "elsewhere", "77", "Asia/Tokyo")


@pytest.mark.samples
def test_a_real_app_is_derived_the_same_in_another_process(sample, derived):
    path = sample("uiautomator2")
    assert digest_in_a_process(path, Path("/"), "4", "America/Lima") == digest_of(derived(path))


@pytest.mark.samples
def test_a_real_app_breaks_no_stage_and_each_finding_holds_together(sample, derived):
    found = derived(sample("settings-8.0.10"))
    assert not [item for item in found.limitations if item.kind == "tool/stage-failed"]
    ids = {fact.id for fact in found.facts}
    for finding in found.findings:
        assert facts_of(finding.proof) <= ids
        cited = list(cited_places(finding))[:EXCERPTS_PER_FINDING]
        assert all(excerpt_key(place) in found.excerpts for place in cited if place.offset >= 0)


def facts_of(proof):
    return set(proof.facts).union(*(facts_of(child) for child in proof.children))


@pytest.mark.corpus
def test_no_real_or_malformed_app_breaks_a_stage(corpus, derived):
    folders = ("realapps", "vulnerable", "constituent/apk", "malformed")
    apps = sorted(path for folder in folders for path in (corpus / folder).rglob("*.apk"))
    assert len(apps) > 40
    broken = {}
    for path in apps:
        try:
            found = derived(path)
        except UnreadableError as error:
            broken[path.name] = str(error) if not error.advice else None
            continue
        members_of(found)
        failed = [item.detail for item in found.limitations if item.kind == "tool/stage-failed"]
        if failed:
            broken[path.name] = failed
    assert not {name: why for name, why in broken.items() if why}
