"""The walk over an artefact keeps to the budget, and says what it left out."""

from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.derive import derive
from affidavit.facts import extract
from affidavit.facts.extract import Extraction, stages
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import BudgetError
from affidavit.model.finding import Answer
from affidavit.model.progress import silent
from tests.builders.apps import app_files, small_app, write_app
from tests.builders.dex import Class, DexBuilder
from tests.builders.zip import zip_of


def kinds(account: Affidavit) -> set[str]:
    return {item.kind for item in account.limitations}


def test_facts_beyond_the_bound_are_left_out_and_every_question_stays_open(tmp_path: Path):
    account = derive(write_app(tmp_path), Budget(facts=3))
    assert len(account.facts) < 10
    assert "budget/facts" in kinds(account)
    assert Answer.NOT_SHOWN not in {item.answer for item in account.findings}


def test_facts_within_the_bound_are_all_kept(tmp_path: Path):
    path = write_app(tmp_path)
    whole = derive(path)
    assert derive(path, Budget(facts=len(whole.facts) * 2)).facts == whole.facts
    assert "budget/facts" not in kinds(whole)


def test_the_bound_on_facts_is_said_once(tmp_path: Path):
    path = tmp_path / "a.apk"
    path.write_bytes(small_app())
    with open_artefact(path, Budget(facts=1)) as opened, Spool() as spool:
        state = Extraction(opened, Budget(facts=1), spool)
        for _, stage in stages(state, silent):
            stage()
    assert [item.kind for item in state.limitations].count("budget/facts") == 1
    assert state.full


def test_time_is_looked_at_while_facts_are_taken(tmp_path: Path):
    path = tmp_path / "a.apk"
    path.write_bytes(small_app())
    with open_artefact(path, Budget()) as opened, Spool() as spool:
        state = Extraction(opened, Budget(seconds=-1), spool)
        with pytest.raises(BudgetError):
            state.add(iter(lambda: None, 1))  # type: ignore[arg-type]


def test_code_of_more_rows_than_compilers_write_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Budget, "rows", lambda _self, _least=8: 30)
    large = DexBuilder([Class(f"La{row};") for row in range(40)]).build()
    account = derive(_with(tmp_path, large))
    [item] = [item for item in account.limitations if item.kind == "code/too-many-rows"]
    assert item.place is not None
    assert item.place.entry == "classes2.dex"
    shown = {item.rule: item for item in account.findings}
    assert shown["location/last-known"].answer is Answer.SHOWN
    open_ones = [item for item in account.findings if "code/too-many-rows" in item.limitations]
    assert any(item.answer is Answer.UNDETERMINED for item in open_ones)


def _with(folder: Path, large: bytes) -> Path:
    path = folder / "a.apk"
    path.write_bytes(zip_of({**app_files(), "classes2.dex": large}))
    return path


def test_manifests_of_many_parts_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extract, "ELEMENTS", 5)
    app = small_app()
    path = tmp_path / "a.xapk"
    path.write_bytes(zip_of({"base.apk": app, "config.de.apk": app, "config.fr.apk": app}))
    account = derive(path)
    assert [item.kind for item in account.limitations].count("manifest/too-many-manifests") == 2


def test_endpoints_of_many_entries_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extract, "SIGHTINGS", 1)
    path = tmp_path / "a.apk"
    path.write_bytes(
        zip_of({"AndroidManifest.xml": b"", **{f"assets/{row}.txt": b"https://a.example.org/" for row in range(4)}})
    )
    account = derive(path)
    assert "text/endpoints-bounded" in kinds(account)


def test_a_judgement_that_the_budget_cuts_leaves_every_question_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_app(tmp_path)
    conclude = Budget.conclude

    def spent(budget: Budget) -> None:
        conclude(budget)
        budget.until = -1.0

    monkeypatch.setattr(Budget, "conclude", spent)
    account = derive(path)
    assert account.manifest.partial
    assert "budget/findings" in kinds(account)
    assert account.findings
    assert Answer.NOT_SHOWN not in {item.answer for item in account.findings}
