"""``affidavit signers``: apps and bundles, one or several, as text and as JSON."""

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.main import main
from tests.builders.block_signing import Signing, plain_apk, signed_apk
from tests.builders.ios_app import App
from tests.signing.judging import file


@pytest.fixture
def apps(tmp_path):
    one = file(tmp_path, signed_apk(v2=[Signing()]), "one.apk")
    return [str(one), str(file(tmp_path, signed_apk(v2=[Signing(kind="ec384")]), "two.apk"))]


def test_an_app_is_told_by_its_signer(apps, capsys):
    assert main(["signers", apps[0]]) == codes.DONE
    said = capsys.readouterr().out
    assert said.startswith("one.apk\n")
    assert "verified by v2" in said


def test_several_apps_are_compared_in_their_order(apps, capsys):
    assert main(["signers", *apps]) == codes.DONE
    assert "As an update of one.apk" in capsys.readouterr().out


def test_json_goes_into_a_file(apps, tmp_path):
    path = tmp_path / "out.json"
    assert main(["signers", *apps, "--format", "json", "-o", str(path)]) == codes.DONE
    one, two = msgspec.json.decode(path.read_bytes())
    assert one["artefact"]["name"] == "one.apk"
    assert two["updates"]


def test_an_unsigned_app_says_so(tmp_path, capsys):
    assert main(["signers", str(file(tmp_path, plain_apk()))]) == codes.DONE
    assert "no signature found" in capsys.readouterr().out


def test_a_bundle_gives_the_same_answer_as_its_app(apps, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["review", apps[0], "--no-sandbox", "--quiet", "--output-dir", str(tmp_path)]) == codes.DONE
    capsys.readouterr()
    main(["signers", apps[0]])
    plain = capsys.readouterr().out
    assert main(["signers", str(tmp_path / "one.apk.affidavit")]) == codes.DONE
    bundled = capsys.readouterr().out
    lines = [line for line in plain.splitlines() if "not read" not in line]
    assert lines == [line for line in bundled.splitlines() if "not read" not in line]


def test_an_ios_app_is_told_by_its_signer(tmp_path, capsys):
    assert main(["signers", str(file(tmp_path, App().build(), "My.ipa"))]) == codes.DONE
    said = capsys.readouterr().out
    assert "App         org.example.app  1.2.3 (45)" in said
    assert "no signature found" not in said
    assert "CN=Apple Development: Test" in said


@pytest.mark.parametrize("words", [["none.apk"], [], ["/"]])
def test_what_is_no_file_is_a_mistake_of_use(words, capsys):
    assert main(["signers", *words]) == codes.USAGE
    assert "affidavit" in capsys.readouterr().err


def test_what_is_no_app_is_unreadable(tmp_path, capsys):
    assert main(["signers", str(file(tmp_path, b"junk"))]) == codes.UNREADABLE
    assert capsys.readouterr().out == ""
