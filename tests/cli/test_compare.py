"""``affidavit compare``: two apps, or bundles of them, as text and as JSON."""

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.main import main
from tests.builders.apps import write_app


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
