"""``affidavit identify``, and the index that a review used when its bundle is verified."""

import json

import pytest

from affidavit.cli import codes
from affidavit.cli.main import main
from affidavit.evidence import indexes
from affidavit.identity.code import stage, store
from tests.builders.known_code import FAMILY, dex_of, library_classes, library_index, matched_by_hand, write_app


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """The product's own index is left out: what is compared here was made by hand."""
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture
def app(tmp_path):
    return str(write_app(tmp_path))


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "mine.index"
    path.write_bytes(store.written(library_index(), "mine", packed=False))
    return str(path)


@pytest.fixture
def by_hand(monkeypatch):
    """The comparison is made by hand, in this process."""
    monkeypatch.setattr(stage, "match", matched_by_hand)


def identify(*words):
    return main(["identify", *words, "-q", "--no-sandbox"])


def test_families_are_listed_with_what_else_could_explain_them(by_hand, app, index, capsys):
    assert identify(app, "--libraries", index) == codes.DONE
    said = capsys.readouterr().out
    assert "Contains code of WeChat Open SDK 2.0" in said
    assert "interface-only: excluded" in said
    assert "1. a.A is" not in said


def test_the_pairs_of_one_family_are_shown_when_asked_for(by_hand, app, index, capsys):
    assert identify(app, "--libraries", index, "--pairs", FAMILY.id) == codes.DONE
    assert "1. a.A is com.tencent.mm.opensdk.A (2.0)" in " ".join(capsys.readouterr().out.split())
    assert identify(app, "--libraries", index, "--pairs", "nothing") == codes.USAGE


def test_json_and_a_bill_of_materials_go_into_files(by_hand, app, index, tmp_path):
    for form, key, value in (("json", "schema", "affidavit/identify/1"), ("cyclonedx", "specVersion", "1.6")):
        path = tmp_path / form
        assert identify(app, "--libraries", index, "--format", form, "-o", str(path)) == codes.DONE
        assert json.loads(path.read_text())[key] == value


def test_an_index_is_compared_behind_walls(app, index, capsys):
    assert main(["identify", app, "--libraries", index, "-q"]) == codes.DONE
    assert "5 classes of the app" in " ".join(capsys.readouterr().out.split())


def test_what_is_no_index_is_refused_behind_walls_as_without_them(app, tmp_path, capsys):
    (tmp_path / "no.index").write_bytes(b"x" * 100)
    for walls in ([], ["--no-sandbox"]):
        assert main(["identify", app, "--libraries", str(tmp_path / "no.index"), "-q", *walls]) != codes.DONE
        assert "index" in capsys.readouterr().err


@pytest.mark.usefixtures("by_hand")
def test_a_bundle_is_verified_with_the_index_that_its_review_used_and_with_no_other(
    app, index, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key"))
    assert main(["review", app, "--libraries", index, "-q", "--no-sandbox"]) == codes.DONE
    bundle = "renamed.apk.affidavit"
    assert identify(bundle, "--pairs", FAMILY.id) == codes.DONE
    capsys.readouterr()
    asked = ["verify", bundle, "--artefact", app, "--no-sandbox"]
    assert main([*asked, "--libraries", index]) == codes.DONE
    assert main(asked) == codes.UNDETERMINED
    assert "give it with --libraries" in capsys.readouterr().out


@pytest.fixture
def beside(app, index, tmp_path):
    path = tmp_path / "lib.dex"
    path.write_bytes(dex_of(library_classes()))
    return [app, "--libraries", index, "--beside", str(path)]


def test_pairs_stand_beside_the_code_of_a_library_file(by_hand, beside, tmp_path, capsys):
    assert identify(*beside, "--pairs", FAMILY.id) == codes.DONE
    said = " ".join(capsys.readouterr().out.split())
    assert "lib.dex (SHA-256" in said
    assert "wechat-opensdk 1. a.A is com.tencent.mm.opensdk.A 100 % of the app's" in said
    page = tmp_path / "x.html"
    assert identify(*beside, "-o", str(page)) == codes.DONE
    assert page.read_text().count('<table class="beside">') == 4 * 4


def test_without_a_file_the_advice_says_which_one_to_get(by_hand, app, index, capsys):
    assert identify(app, "--libraries", index, "--pairs", FAMILY.id) == codes.DONE
    said = " ".join(capsys.readouterr().out.split())
    assert "To see the code side by side, get wechat-opensdk" in said
    assert "--beside" in said


def test_a_file_that_is_no_library_or_an_app_that_is_a_bundle_is_refused(by_hand, app, index, tmp_path, capsys):
    text = tmp_path / "readme.jar"
    text.write_bytes(b"no code at all")
    assert identify(app, "--libraries", index, "--beside", str(text)) == codes.UNREADABLE
    assert "readme.jar" in capsys.readouterr().err
    assert identify(app, "--libraries", index, "--beside", str(tmp_path / "none.jar")) == codes.USAGE
    assert main(["identify", str(tmp_path / "x.affidavit"), "--beside", str(text)]) == codes.USAGE


def test_a_library_file_is_read_behind_the_walls_as_the_app_is(beside, capsys):
    words = ["identify", *beside, "-q", "--format", "json"]
    assert main(words) == codes.DONE
    behind = json.loads(capsys.readouterr().out)
    assert main([*words, "--no-sandbox"]) == codes.DONE
    assert json.loads(capsys.readouterr().out) == behind
    assert behind["beside"]["files"][0]["name"] == "lib.dex"
