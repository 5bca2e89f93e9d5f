"""A review with a mapping file: names of the source beside those of the app, wherever code is named, and verified."""

import hashlib
import json
from pathlib import Path

import pytest

import affidavit
from affidavit.evidence import indexes
from affidavit.model.source_name import NameMapping, SourceName
from affidavit.report import render
from tests.builders.axml import binary, e, manifest
from tests.builders.dex import Class, DexBuilder, Method
from tests.builders.zip import zip_of
from tests.cli.conftest import Run

CALL = "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
MAPPING = "org.example.<b>Tracker</b> -> a.b:\n    void where(android.content.Context) -> a\n"
NAME = "org.example.<b>Tracker</b>.where(android.content.Context)"
RULE = "location/last-known"


@pytest.fixture
def app(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An activity that leads to a call in a renamed class; the names of the source are hostile."""
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")
    made = DexBuilder()
    asks = [("const/4", 0, 0), ("const/4", 1, 0), ("invoke-virtual", [0, 1], CALL), ("return-void",)]
    leads = [("invoke-static", [1], "La/b;->a(Landroid/content/Context;)V"), ("return-void",)]
    made.classes += [
        Class("La/b;", methods=[Method("a", "(Landroid/content/Context;)V", asks, 0x9)]),
        Class("Lorg/example/app/Main;", "Landroid/app/Activity;",
              methods=[Method("onCreate", "(Landroid/os/Bundle;)V", leads)]),
    ]  # fmt: skip
    declared = manifest(
        e("activity", {"android:name": ".Main", "android:exported": True}),
    )
    Path("app.apk").write_bytes(zip_of({"AndroidManifest.xml": binary(declared), "classes.dex": made.build()}))
    Path("mapping.txt").write_text(MAPPING)
    return Path("app.apk")


def test_names_of_the_source_stand_beside_those_of_the_app_in_every_form(run: Run, app):
    done = run("review", app, "--mapping", "mapping.txt", "-q", "--no-sandbox")
    assert done.code == 0, done.err
    assert "--mapping mapping.txt" in done.out  # how to check it
    made = affidavit.read("app.apk.affidavit")
    digest = hashlib.sha256(MAPPING.encode()).hexdigest()
    assert made.manifest.artefact.mapping == digest
    beside = f"({NAME} by the mapping)"
    said = run("explain", "app.apk.affidavit", RULE).out
    assert said.count(beside) == 2  # in the chain, and at the place
    assert f"{beside}`" in render(made, "markdown").decode()
    page = render(made, "html").decode().replace("<wbr>", "")
    escaped = NAME.replace("<", "&lt;").replace(">", "&gt;")
    assert page.count(f"(<bdi>{escaped}</bdi> by the mapping)") >= 2
    assert "<b>Tracker" not in page
    assert f"SHA-256 {digest}; the app has 1 of the 1 class that it names" in page
    assert f'"nameInSource": "{NAME}"' in run("report", "app.apk.affidavit", "--format", "sarif").out


def test_nothing_but_names_changes_by_a_mapping_file(app):
    plain = affidavit.review(app, sandbox="none").affidavit
    named = affidavit.review(app, sandbox="none", mapping="mapping.txt").affidavit
    assert named.facts != plain.facts
    assert plain.facts == tuple(fact for fact in named.facts if not isinstance(fact.what, NameMapping | SourceName))
    assert (plain.findings, plain.limitations, plain.law) == (named.findings, named.limitations, named.law)
    assert plain.excerpts == named.excerpts
    assert [stage.name for stage in named.coverage.stages if stage not in plain.coverage.stages] == ["names"]
    assert named.facts == affidavit.review(app, mapping="mapping.txt").facts  # behind walls


def test_verifying_takes_the_same_mapping_file(run: Run, app):
    run("review", app, "--mapping", "mapping.txt", "-q", "--no-sandbox")
    Path("other.txt").write_text(MAPPING + "# another\n")
    asked = ["verify", "app.apk.affidavit", "--artefact", app, "--no-sandbox", "--format", "json"]
    assert run(*asked, "--mapping", "mapping.txt").code == 0
    digest = hashlib.sha256(MAPPING.encode()).hexdigest()
    for given in ((), ("--mapping", "other.txt")):
        done = run(*asked, *given)
        result = json.loads(done.out)
        assert done.code == 3
        assert result["needs"] == [{"what": "mapping", "sha256": digest, "option": "--mapping"}]
        step = result["steps"][8]
        assert f"was given a mapping file with SHA-256 {digest}" in step["detail"]
        assert "these cannot be checked again: names in the source (3 facts)" in step["detail"]
        assert step["detail"].endswith("and are the same")
        assert result["steps"][9]["passed"] is True


def test_a_mapping_file_that_the_review_was_not_given_is_to_be_left_away(run: Run, app):
    run("review", app, "-q", "--no-sandbox")
    done = run("verify", "app.apk.affidavit", "--artefact", app, "--no-sandbox", "--mapping", "mapping.txt")
    assert done.code == 3
    assert "the review was given no mapping file, and this check one: leave --mapping away" in done.out


def test_a_mapping_file_of_another_app_gives_no_name_and_is_said(run: Run, app):
    Path("mapping.txt").write_text(MAPPING + "x.Y -> y.z:\nx.Z -> z.z:\n")
    out = run("review", app, "--mapping", "mapping.txt", "-q", "--no-sandbox").out
    assert "the mapping file is not that of this app" in " ".join(out.split())
    assert "Tracker" not in run("explain", "app.apk.affidavit", RULE).out
    assert "it is not of this app: no name is from it" in render(affidavit.read("app.apk.affidavit"), "html").decode()


@pytest.mark.parametrize("name", ["none.txt", "."])
def test_a_mapping_file_that_cannot_be_read_is_a_mistake_of_the_request(run: Run, app, name):
    done = run("review", app, "--mapping", name, "-q")
    assert (done.code, done.out) == (2, "")
    assert "mapping file" in done.err
