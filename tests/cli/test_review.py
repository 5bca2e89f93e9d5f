"""``affidavit review`` on a small app, and on real ones."""

import json
from pathlib import Path

import msgspec
import pytest

import affidavit
from affidavit.cli import codes
from affidavit.cli.main import main
from affidavit.cli.review import exit_code
from affidavit.report import render
from tests.cli.conftest import Run, app_bytes
from tests.report.accounts import full_affidavit


def test_review_writes_bundle_and_page_and_prints_the_summary(run: Run, app: Path):
    done = run("review", app)
    assert done.code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["small.apk.affidavit", "small.apk.affidavit.html"]
    assert "org.example.app" in done.out
    assert "Not examined" in done.out
    assert "affidavit verify small.apk.affidavit --artefact " in " ".join(done.out.split())


def test_the_verb_may_be_left_out(run: Run, app: Path):
    assert run(app).out == run("review", app).out


def test_files_go_where_they_are_told(run: Run, app: Path):
    assert run(app, "--output-dir", "deep/er").code == 0
    assert sorted(path.name for path in Path("deep/er").iterdir()) == [
        "small.apk.affidavit",
        "small.apk.affidavit.html",
    ]


def test_no_files_writes_none(run: Run, app: Path):
    assert run(app, "--no-files").code == 0
    assert not list(Path().iterdir())


def test_a_key_is_made_on_first_use_and_said_on_stderr(run: Run, app: Path, tmp_path: Path):
    first = run(app)
    assert "affidavit-ed25519 " in first.err
    assert (tmp_path / "key.pem").exists()
    assert run(app).err == ""


def test_what_is_printed_and_the_page_are_what_the_bundle_gives(run: Run, app: Path):
    done = run(app, "--format", "json")
    account = affidavit.read("small.apk.affidavit")
    assert done.out.encode() == render(account, "json")
    assert Path("small.apk.affidavit.html").read_bytes() == render(account, "html")


@pytest.mark.parametrize("form", ["json", "sarif", "csv", "markdown", "html"])
def test_other_formats_go_to_stdout_and_narration_to_stderr(run: Run, app: Path, form):
    done = run(app, "--format", form)
    assert done.code == 0
    assert "Bundle" in done.err
    assert "Check it" not in done.out.splitlines()[0]


def test_output_goes_to_a_file(run: Run, app: Path):
    done = run(app, "--no-files", "--format", "sarif", "-o", "x.sarif")
    assert done.out == ""
    assert json.loads(Path("x.sarif").read_text())["version"] == "2.1.0"


def test_the_bundle_verifies_against_the_app(run: Run, app: Path):
    run(app)
    done = run("verify", "small.apk.affidavit", "--artefact", app)
    assert done.code == 0
    assert "not checked: 6." in done.out


def test_two_runs_give_the_same_bytes(run: Run, app: Path):
    run(app, "--output-dir", "a")
    run(app, "--output-dir", "b")
    for name in ("small.apk.affidavit", "small.apk.affidavit.html"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


def test_facts_and_findings_review_an_app_directly(run: Run, app: Path):
    assert "android.permission.ACCESS_FINE_LOCATION" in run("facts", app, "--kind", "permission").out
    assert "location" in run("findings", app, "--answer", "shown").out


def test_what_is_no_app_is_4(run: Run, tmp_path: Path):
    (tmp_path / "text.apk").write_bytes(b"this is no app")
    done = run("review", tmp_path / "text.apk")
    assert (done.code, done.out) == (codes.UNREADABLE, "")
    assert not list(Path().iterdir())


def test_a_spent_budget_gives_a_partial_affidavit_not_a_failure(run: Run, app: Path):
    done = run(app, "--budget", "0.001s")
    assert done.code == 0
    assert "this affidavit is partial" in done.out
    assert run(app, "--budget", "0.001s", "--strict").code == codes.UNDETERMINED


def options(**given):
    import argparse

    return argparse.Namespace(**({"format": "terminal", "fail_on": None, "strict": False} | given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, codes.DONE),
        ({"fail_on": ["high"]}, codes.FAILED),
        ({"fail_on": ["medium"]}, codes.FAILED),
        ({"fail_on": ["location"]}, codes.FAILED),
        ({"fail_on": ["location/last-known"]}, codes.FAILED),
        ({"fail_on": ["network/plain-http"]}, codes.DONE),
        ({"fail_on": ["hidden"]}, codes.DONE),
        ({"fail_on": ["unheard-of", "high"]}, codes.FAILED),
        ({"strict": True}, codes.UNDETERMINED),
        ({"strict": True, "fail_on": ["high"]}, codes.FAILED),
        ({"strict": True, "fail_on": ["high"], "format": "sarif"}, codes.DONE),
    ],
)
def test_exit_codes_of_a_review(given, code):
    assert exit_code(full_affidavit(), options(**given)) == code


def test_severities_below_the_threshold_do_not_fail():
    account = full_affidavit()
    low = tuple(msgspec.structs.replace(item, severity="low") for item in account.findings)
    account = msgspec.structs.replace(account, findings=low)
    assert exit_code(account, options(fail_on=["medium"])) == codes.DONE
    assert exit_code(account, options(fail_on=["low"])) == codes.FAILED


def test_hostile_names_of_apps_cannot_speak_to_the_terminal(run: Run, tmp_path: Path):
    path = tmp_path / "\x1b[2J\u202e.apk"
    path.write_bytes(app_bytes())
    done = run(path)
    assert done.code == 0
    assert not set(done.out + done.err) & set("\x1b\u202e")


@pytest.mark.samples
def test_a_real_app_ends_with_where_the_report_is(run: Run, sample):
    done = run(sample("uiautomator2"), "--output-dir", "out")
    assert done.code == 0
    assert "com.github.uiautomator" in done.out
    assert "Report" in done.out
    assert len(list(Path("out").iterdir())) == 2


@pytest.mark.corpus
@pytest.mark.parametrize("path", ["realapps/androwarn/_SampleApplication__bin__SampleApplication.apk"])
def test_real_apps_in_every_format(run: Run, corpus: Path, path, capsysbinary):
    for form in ("terminal", "json", "sarif", "csv", "markdown", "html"):
        assert main(["review", str(corpus / path), "--no-files", "--format", form]) == 0
        assert capsysbinary.readouterr().out


def test_a_gate_that_could_never_fail_is_refused(run: Run, app: Path):
    done = run("review", app, "--no-files", "--fail-on", "high", "--fail-on", "lokation")
    assert (done.code, done.out) == (codes.USAGE, "")
    assert "--fail-on 'lokation' is no severity, category or rule" in done.err


@pytest.mark.parametrize("word", ["low", "location", "location/last-known"])
def test_severities_categories_and_rules_can_be_gates(run: Run, app: Path, word):
    assert run("review", app, "--no-files", "-q", "--fail-on", word).code == codes.FAILED


def test_a_folder_is_called_a_folder(run: Run, tmp_path: Path):
    assert "a folder, where a file is expected" in run("review", tmp_path).err


def test_an_unknown_option_leads_to_the_help_of_its_verb(run: Run, app: Path):
    assert "see affidavit review --help" in run("review", app, "--bogus").err
