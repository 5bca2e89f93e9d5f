"""Whose code an artefact holds: what is said and what not, with budgets that run out, lost stages and mapping files."""

import hashlib
import os

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given
from affidavit.evidence.examined import Lost
from affidavit.evidence.identity_of import ABOUT, identity_of
from affidavit.facts.reading import bounded
from affidavit.identity.code import stage, store
from affidavit.identity.code.handed import Known
from affidavit.identity.code.match import match
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch
from affidavit.model.errors import BudgetError, UnreadableError
from affidavit.model.identity import Package
from affidavit.model.library import LibraryVersion
from affidavit.model.progress import silent
from affidavit.model.source_name import SourceName
from tests.builders.dex import Class, Method
from tests.builders.known_code import app_files, dex_of, library_index, matched_by_hand, write_app
from tests.builders.zip import zip_of

SOURCE = store.opened(store.written(library_index(), "test", packed=False))[1]


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch):
    monkeypatch.setattr(stage, "match", matched_by_hand)


def asked(path, known=True, budget=None, progress=silent, **more):
    file = given(path)
    try:
        with_code = Known(library_index(), (SOURCE,)) if known else None
        return identity_of(file, budget or Budget(), progress, known=with_code, **more)
    finally:
        os.close(file.handle)


def of_kind(found, kind):
    return [fact.what for fact in found.facts if isinstance(fact.what, kind)]


def kinds(found):
    return {item.kind for item in found.limitations}


def app(folder, **changed):
    path = folder / "app.apk"
    files = {**app_files(), **changed}
    path.write_bytes(zip_of({name: data for name, data in files.items() if data is not None}))
    return path


def test_everything_that_is_said_is_about_whose_code_it_is(tmp_path):
    found = asked(write_app(tmp_path))
    assert all(isinstance(fact.what, ABOUT) for fact in found.facts)
    assert [item.family for item in of_kind(found, CodeIdentity)] == ["wechat-opensdk"]
    assert [item.name for item in of_kind(found, Package)] == ["org.example.app"]
    assert [item.version for item in of_kind(found, LibraryVersion)] == ["2.0"]
    assert len(of_kind(found, ClassPair)) == 4
    assert (found.partial, found.artefact.mapping, found.findings, found.excerpts) == (False, "", (), {})


def test_ids_are_unique_and_the_same_bytes_give_the_same_answer(tmp_path):
    path = write_app(tmp_path)
    first, second = asked(path), asked(path)
    assert first == second
    assert len({fact.id for fact in first.facts}) == len(first.facts)


def test_without_known_code_names_and_versions_are_still_told(tmp_path):
    found = asked(write_app(tmp_path), known=False)
    assert not of_kind(found, CodeSearch)
    assert not of_kind(found, CodeIdentity)
    assert of_kind(found, LibraryVersion)


def test_an_artefact_without_code_says_nothing_of_families(tmp_path):
    found = asked(app(tmp_path, **{"classes.dex": None}))
    assert not of_kind(found, CodeSearch)
    assert of_kind(found, Package)


@pytest.mark.parametrize("data", [b"dex\n035\0", b"dex\n035\0" + b"\xff" * 200])
def test_code_that_cannot_be_read_is_a_limitation_and_no_absence(tmp_path, data, monkeypatch):
    monkeypatch.setattr(stage, "match", match)
    found = asked(app(tmp_path, **{"classes.dex": data}))
    assert not of_kind(found, CodeIdentity)
    assert any(kind.startswith(("code/", "container/")) for kind in kinds(found))


@pytest.mark.parametrize("data", [None, b"", b"\x13\x37" * 300])
def test_code_that_the_manifest_names_and_nobody_could_read_is_said(tmp_path, data):
    assert "code/components-missing" in kinds(asked(app(tmp_path, **{"classes.dex": data})))


def test_families_not_found_are_no_absence_when_the_code_that_people_start_is_elsewhere(tmp_path, monkeypatch):
    usual = asked(write_app(tmp_path))
    monkeypatch.setattr(stage, "match", match)
    shell = dex_of([Class("Lshell/Stub;", methods=[Method("go", "()V", [("return-void",)])])])
    found = asked(app(tmp_path, **{"classes.dex": shell}))
    assert {"code/components-missing", "identity/not-analysable"} <= kinds(found)
    assert not {"code/components-missing", "identity/not-analysable"} & kinds(usual)


def test_what_speaks_of_other_parts_of_a_review_is_not_said(tmp_path):
    found = asked(app(tmp_path, **{"AndroidManifest.xml": b"broken"}))
    areas = {kind.partition("/")[0] for kind in kinds(found)}
    assert areas <= {"budget", "code", "container", "identity", "tool"}
    assert of_kind(found, CodeIdentity)


@pytest.mark.parametrize("data", [b"", b"no archive at all", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_artefact_is_refused(tmp_path, data):
    path = tmp_path / "x.apk"
    path.write_bytes(data)
    with pytest.raises(UnreadableError):
        asked(path)


def test_a_lost_stage_is_told_and_nothing_is_read_again(tmp_path):
    seen = []
    lost = [Lost("code", "was killed"), Lost("identity", "ran out of memory")]
    found = asked(write_app(tmp_path), lost=lost, progress=lambda name, *_: seen.append(name))
    assert found.facts == ()
    assert [item.kind for item in found.limitations].count("tool/worker-died") == 2
    assert "ran out of memory" in found.limitations[-1].detail
    assert seen == ["opening"]
    assert len(found.artefact.sha256) == 64


def test_when_time_has_run_out_what_is_known_is_kept_and_called_partial(tmp_path):
    found = asked(write_app(tmp_path), budget=Budget(seconds=0.0))
    assert found.partial
    assert "budget/identity" in kinds(found)
    assert not of_kind(found, CodeIdentity)


def test_a_budget_that_ends_the_comparison_leaves_what_was_read_before(tmp_path, monkeypatch):
    def spent(*_):
        raise BudgetError("no time is left", advice="give more")

    monkeypatch.setattr(stage, "match", spent)
    found = asked(write_app(tmp_path), mapping=b"x.A -> a.A:\n")
    assert found.partial
    (limit,) = (item for item in found.limitations if item.kind == "budget/identity")
    assert "no time is left" in limit.detail
    assert of_kind(found, Package)
    assert of_kind(found, LibraryVersion)
    assert found.artefact.mapping == hashlib.sha256(b"x.A -> a.A:\n").hexdigest()


def test_stages_come_in_one_order_and_identity_is_last(tmp_path):
    seen = []
    asked(write_app(tmp_path), progress=lambda name, *_: seen.append(name))
    stages = list(dict.fromkeys(seen))
    assert (stages[0], stages[-1]) == ("opening", "identity")


def test_a_mapping_file_changes_the_names_and_nothing_else(tmp_path):
    path = write_app(tmp_path)
    plain, named = asked(path), asked(path, mapping=b"real.Name -> a.B:\n")
    assert [item.name for item in of_kind(named, SourceName)] == ["real.Name"]
    extra = {"name-mapping", "source-name"}
    assert plain.facts == tuple(fact for fact in named.facts if fact.what.__struct_config__.tag not in extra)
    assert of_kind(plain, CodeIdentity) == of_kind(named, CodeIdentity)
    assert [item.library_class for item in of_kind(plain, ClassPair)] == [
        item.library_class for item in of_kind(named, ClassPair)
    ]


def test_a_name_without_end_in_a_mapping_file_is_cut(tmp_path):
    mapping = b"x." + b"Long" * 400 + b" -> a.B:\n"
    found = asked(write_app(tmp_path), mapping=mapping)
    (said,) = of_kind(found, SourceName)
    assert said.name == bounded("x." + "Long" * 400, 400)
    assert len(said.name) < 450


@pytest.mark.parametrize(
    ("mapping", "told"),
    [(b"", True), (b"\xff\xfe\x00", True), (b"x.A -> a.A:\nrubbish\n", True), (b"x.A -> a.A:\n", False)],
)
def test_lines_that_no_mapping_file_has_are_counted(tmp_path, mapping, told):
    assert ("identity/mapping" in kinds(asked(write_app(tmp_path), mapping=mapping))) == told
