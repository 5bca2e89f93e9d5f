"""``affidavit compare``: two apps, or bundles of them, as text and as JSON."""

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.main import main
from tests.builders.apps import write_app
from tests.builders.known_code import dex_of, library_classes
from tests.builders.zip import zip_of


@pytest.fixture
def apps(tmp_path):
    return [str(write_app(tmp_path, name)) for name in ("one.apk", "two.apk")]


def test_two_apps_are_compared_line_by_line(apps, capsys):
    assert main(["compare", *apps, "--no-sandbox", "--quiet"]) == codes.DONE
    said = capsys.readouterr().out
    assert said.startswith("one.apk  and  two.apk\n")
    assert "package          same" in said
    assert "likeness of function, which is not common code" in said


def test_json_has_all_of_it(apps, capsys):
    assert main(["compare", *apps, "--format", "json", "--no-sandbox", "--quiet"]) == codes.DONE
    found = msgspec.json.decode(capsys.readouterr().out)
    assert (found["first"], found["second"]) == ("one.apk", "two.apk")
    assert {item["about"] for item in found["likeness"]["lines"]} >= {"signer", "package", "resources"}


def test_a_bundle_gives_the_same_answer_as_its_app(apps, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["review", apps[0], "--no-sandbox", "--quiet", "--output-dir", str(tmp_path)]) == codes.DONE
    capsys.readouterr()
    main(["compare", *apps, "--no-sandbox", "--quiet"])
    plain = capsys.readouterr().out
    assert main(["compare", f"{tmp_path}/one.apk.affidavit", apps[1], "--no-sandbox", "--quiet"]) == codes.DONE
    assert capsys.readouterr().out == plain


def test_one_app_alone_cannot_be_compared(apps, capsys):
    assert main(["compare", apps[0]]) == codes.USAGE


def test_several_others_come_in_the_order_of_what_they_share(apps, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    bundles = tmp_path / "bundles"
    main(["review", apps[1], "--no-sandbox", "--quiet", "--output-dir", str(bundles)])
    other = tmp_path / "other.zip"
    other.write_bytes(zip_of({"classes.dex": dex_of(library_classes())}))
    capsys.readouterr()
    assert main(["compare", apps[0], str(other), str(bundles), "--no-sandbox", "--quiet"]) == codes.DONE
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("one.apk  and 2 others")
    assert [line.split()[-1] for line in said[2:4]] == ["two.apk", "other.zip"]
    assert "one.apk  and  two.apk" in said, "what something is shown of is compared in full"
    assert "one.apk  and  other.zip" not in said
    main(["compare", apps[0], str(other), str(bundles), "--no-sandbox", "--quiet", "--format", "json"])
    found = msgspec.json.decode(capsys.readouterr().out)
    assert (found[0]["second"], found[0]["likeness"]["level"]) == ("two.apk", "same code")


def test_a_folder_without_bundles_is_refused(apps, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["compare", apps[0], str(tmp_path / "empty"), "--no-sandbox", "--quiet"]) == codes.USAGE
    assert "no .affidavit bundle in it" in capsys.readouterr().err
