"""Captures, keys, profile and snapshots of networks by the public API: however written, and asked for again."""

from pathlib import Path

import pytest

import affidavit
from affidavit.evidence.bundle import members_of
from affidavit.network.snapshot.build import built
from affidavit.network.snapshot.store import written
from affidavit.network.snapshot.view import opened_file
from tests.builders.apps import write_app
from tests.builders.captures import entry, har
from tests.builders.networks_asked import parts

VALUE = "7c1e9f52-3ab8-4d60-9e17-b54c02d8a6f3"
BARE = {"sandbox": "none"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An app, a capture, a key log, a profile, a snapshot of networks, and the bundle of a review with all of them."""
    made = tmp_path_factory.mktemp("traffic")
    write_app(made).rename(made / "an.apk")
    (made / "captures").write_bytes(har(entry(url=f"https://api.pangle.io/x?ad={VALUE}", serverIPAddress="43.156.1.1")))
    (made / "keys").write_text("CLIENT_RANDOM 00 00\n")
    (made / "profile").write_text(f"identifiers:\n  advertising-id: {VALUE}\n")
    (made / "networks").write_bytes(written(built(parts(), "my"), packed=False))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AFFIDAVIT_KEY", str(made / "key.pem"))
        affidavit.review(made / "an.apk", **words(made, Path), **BARE).write(made / "a.affidavit")
    return made


def words(folder, kind):
    """The files as arguments, as texts or as paths."""
    made = {name: kind(folder / name) for name in ("captures", "keys", "profile")}
    return {**made, "captures": (made["captures"],), "networks": [folder / "networks"]}


def test_files_may_be_named_by_text_or_path_and_give_the_same_account(folder):
    by_text = affidavit.review(str(folder / "an.apk"), **words(folder, str), **BARE).affidavit
    assert members_of(by_text) == members_of(affidavit.read(folder / "a.affidavit"))
    assert [item.name for item in by_text.manifest.artefact.captures] == ["captures"]


def test_the_account_says_who_serves_what_the_capture_met_by_the_tables_given(folder):
    made = affidavit.read(str(folder / "a.affidavit"))
    (met,) = [item for item in made.network.endpoints if item.host == "api.pangle.io"]
    assert (met.address, met.owner, met.operator, met.parent) == ("43.156.1.1", "pangle", "tencent-cloud", "tencent")
    assert ("tencent-cloud", "Tencent Cloud") in made.network.entities
    assert [(item.host, item.grade) for item in made.network.recipients] == [("api.pangle.io", "observed")]
    assert opened_file(folder / "networks").digest in made.manifest.networks


def test_a_check_takes_the_same_files_whatever_they_are_called_now(folder, tmp_path):
    for name in ("captures", "keys", "profile", "networks"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "renamed").symlink_to(folder / "captures")
    given = {**words(tmp_path, Path), "captures": [str(tmp_path / "renamed")]}
    result = affidavit.verify(str(folder / "a.affidavit"), str(folder / "an.apk"), **given, **BARE)
    assert (result.passed, result.needs) == (True, ())


@pytest.mark.parametrize(("name", "option"), [("captures", "--capture"), ("networks", "--networks")])
def test_a_check_without_one_of_them_accuses_nobody_and_says_what_it_needs(folder, name, option):
    rest = {key: value for key, value in words(folder, Path).items() if key != name}
    result = affidavit.verify(folder / "a.affidavit", folder / "an.apk", **rest, **BARE)
    assert [item.option for item in result.needs] == [option]
    assert [step.number for step in result.steps if step.passed is False] == []


@pytest.mark.parametrize("name", ["captures", "keys", "profile", "networks"])
def test_a_file_that_is_not_there_is_named(folder, name):
    nowhere = folder / "nowhere"
    given = {**words(folder, Path), name: [nowhere] if name in {"captures", "networks"} else nowhere}
    with pytest.raises(affidavit.UsageError, match="nowhere"):
        affidavit.review(folder / "an.apk", **given, **BARE)
