"""Verbs that read a bundle: report, facts, findings, explain, bundle, verify, key."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from affidavit.cli import codes
from affidavit.evidence.keys import public_line
from affidavit.report import FORMATS, render
from tests.builders.affidavits import key
from tests.cli.conftest import Run


@pytest.mark.parametrize("form", FORMATS)
def test_report_gives_what_the_library_renders(run: Run, bundle: Path, form):
    import affidavit

    done = run("report", bundle, "--format", form)
    assert (done.code, done.err) == (0, "")
    assert done.out.encode() == render(affidavit.read(bundle), form)


def test_report_writes_a_file_and_then_says_nothing(run: Run, bundle: Path, tmp_path: Path):
    target = tmp_path / "page.html"
    done = run("report", bundle, "--format", "html", "-o", target)
    assert (done.code, done.out) == (0, "")
    assert target.read_text().startswith("<!DOCTYPE html>")


def test_report_refuses_what_is_no_bundle(run: Run, tmp_path: Path):
    (tmp_path / "x.affidavit").write_bytes(b"PK nonsense")
    done = run("report", tmp_path / "x.affidavit")
    assert done.code == codes.UNREADABLE
    assert "what you can do" in done.err


def test_facts_are_listed_one_a_line(run: Run, bundle: Path):
    import affidavit

    lines = run("facts", bundle).out.splitlines()
    known = affidavit.read(bundle).facts
    assert [line.split()[0] for line in lines] == [fact.id for fact in known]


def test_facts_can_be_chosen_by_kind(run: Run, bundle: Path):
    lines = run("facts", bundle, "--kind", "permission", "--kind", "library").out.splitlines()
    assert sorted(line.split()[1] for line in lines) == ["library", "permission", "permission"]


@pytest.mark.parametrize(
    ("verb", "flag", "known"), [("facts", "--kind", "endpoint"), ("findings", "--category", "location")]
)
def test_a_word_that_can_match_nothing_is_refused_with_those_that_can(run: Run, bundle: Path, verb, flag, known):
    done = run(verb, bundle, flag, "unheard-of")
    assert (done.code, done.out) == (codes.USAGE, "")
    assert f"{flag} 'unheard-of' is not known" in done.err
    assert known in done.err


@pytest.mark.parametrize("verb", ["facts", "findings", "report", "verify"])
def test_a_folder_is_called_a_folder_and_what_is_missing_missing(run: Run, tmp_path: Path, verb):
    done = run(verb, tmp_path)
    assert done.code == codes.USAGE
    assert "a folder, where a file is expected" in done.err
    assert "no such file" in run(verb, tmp_path / "absent").err


def test_facts_come_as_json_and_as_lines_of_json(run: Run, bundle: Path):
    whole = json.loads(run("facts", bundle, "--format", "json").out)
    lines = [json.loads(line) for line in run("facts", bundle, "--format", "jsonl").out.splitlines()]
    assert whole == lines
    assert {"id", "what", "place", "extractor"} <= set(whole[0])


def test_findings_can_be_chosen_by_answer_and_category(run: Run, bundle: Path):
    assert len(run("findings", bundle).out.splitlines()) == 4
    shown = run("findings", bundle, "--answer", "shown").out
    assert "location/last-known" in shown
    assert "plain-http" not in shown
    assert len(json.loads(run("findings", bundle, "--category", "network", "--format", "json").out)) == 2


def test_hostile_text_cannot_break_a_line(run: Run, bundle: Path):
    done = run("findings", bundle)
    assert "\\u202egnp.exe" in done.out
    assert "\u202e" not in done.out


def test_explain_shows_proof_places_and_the_cited_line(run: Run, bundle: Path):
    out = run("explain", bundle, "location/last-known").out
    for part in (
        "Reads the last known location", "searched  2,311 decoded instructions", "Example Tracker (2)",
        "call: android.location.LocationManager.getLastKnownLocation (3 times)",
        "not found     permission: ACCESS_COARSE",
        "classes.dex at byte 4242", "  > invoke-virtual {v0, v1}", "bytes 6e20100021000c00", "+0x0011",
    ):  # fmt: skip
        assert part in " ".join(out.split("\n")), part


def test_explain_shows_a_fact(run: Run, bundle: Path):
    first = json.loads(run("facts", bundle, "--kind", "endpoint", "--format", "json").out)[0]
    out = run("explain", bundle, first["id"]).out
    assert first["what"]["value"] in out
    assert first["extractor"] in out


def test_explain_says_how_to_find_ids(run: Run, bundle: Path):
    done = run("explain", bundle, "no/such-rule")
    assert done.code == codes.USAGE
    assert "affidavit findings" in done.err


def test_bundle_list_names_members_with_digests(run: Run, bundle: Path):
    lines = run("bundle", "list", bundle).out.splitlines()
    names = [line.split()[-1] for line in lines]
    assert names[0] == "manifest.json"
    assert {"facts.json", "findings.json", "limitations.json", "excerpts.json"} <= set(names)
    assert all(len(line.split()[0]) == 64 for line in lines)


def test_verify_prints_numbered_steps_and_what_was_not_checked(run: Run, bundle: Path):
    done = run("verify", bundle)
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[:9]] == list("123456789")
    assert "Every step that was checked holds; not checked: 6, 8, 9, 10." in done.out


def test_verify_compares_the_key(run: Run, bundle: Path):
    right = public_line(key().public_key().public_bytes_raw())
    wrong = public_line(key(8).public_key().public_bytes_raw())
    assert run("verify", bundle, "--key", right).code == 0
    done = run("verify", bundle, "--key", wrong)
    assert done.code == codes.FAILED
    assert "step 6 failed" in done.out


def test_verify_names_a_changed_byte(run: Run, bundle: Path):
    data = bytearray(bundle.read_bytes())
    at = data.index(b"api.example.net")
    data[at] ^= 1
    bundle.write_bytes(data)
    done = run("verify", bundle)
    assert done.code == codes.FAILED
    assert "facts.json" in done.out
    assert "FAILED" in done.out


def test_verify_names_a_swapped_artefact(run: Run, bundle: Path, tmp_path: Path):
    (tmp_path / "other.apk").write_bytes(b"another app")
    done = run("verify", bundle, "--artefact", tmp_path / "other.apk")
    assert done.code == codes.FAILED
    assert "step 8 failed" in done.out


@pytest.mark.parametrize("asked", [(), ("--artefact", "app")])
def test_verify_is_undetermined_when_a_difference_is_put_down_to_another_version(
    run: Run, app: Path, tmp_path: Path, asked
):
    import affidavit
    from affidavit.evidence.bundle import assemble, write_bundle

    made = affidavit.review(app).affidavit
    manifest, other = made.manifest, replace(made.manifest.tool, version="9.9.9")
    forged = assemble(
        manifest.artefact,
        other,
        manifest.knowledge_sha256,
        facts=made.facts,
        findings=made.findings[1:],
        limitations=made.limitations,
        excerpts=made.excerpts,
        categories=made.categories,
    )
    write_bundle(tmp_path / "forged.affidavit", forged, key())
    done = run("verify", tmp_path / "forged.affidavit", *(app if word == "app" else word for word in asked))
    assert done.code == (codes.UNDETERMINED if asked else codes.DONE)
    assert not asked or "no answer from a step that was asked for: 9" in done.out


def test_verify_as_json(run: Run, bundle: Path):
    made = json.loads(run("verify", bundle, "--format", "json").out)
    assert made["passed"] is True
    assert [step["number"] for step in made["steps"]] == list(range(1, 11))


def test_a_key_is_made_once_and_shown(run: Run, tmp_path: Path):
    made = run("key", "new")
    assert made.code == 0
    assert made.out.startswith("affidavit-ed25519 ")
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    assert run("key", "show").out == made.out
    again = run("key", "new")
    assert again.code == codes.USAGE
    assert run("key", "show").out == made.out


def test_a_key_can_be_in_a_named_file(run: Run, tmp_path: Path):
    made = run("key", "new", "--file", tmp_path / "work.pem")
    assert run("key", "show", "--file", tmp_path / "work.pem").out == made.out
