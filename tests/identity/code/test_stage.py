"""The stage that compares code: what it adds to a review, whose code classes are, and what it could not tell."""

from dataclasses import replace

import pytest

from affidavit.artefact.budget import Budget
from affidavit.evidence.derive import derive
from affidavit.facts.reading import make_fact
from affidavit.findings.judge import whose
from affidavit.identity.code import stage, store
from affidavit.identity.code.handed import Known
from affidavit.identity.code.stage import identify
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch
from affidavit.model.identity import Package
from affidavit.model.likeness import CodeSketch
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.builders.known_code import app_files, library_index, matched_by_hand, write_app
from tests.builders.made_libraries import signatures
from tests.builders.zip import zip_of
from tests.reading import read

SOURCE = store.opened(store.written(library_index(), "test", packed=False))[1]

PACKAGE = make_fact(Package("org.example.app", "1", 1), Place(""), "test/1")


@pytest.fixture
def by_hand(monkeypatch):
    """The comparison is made by hand: what it decides is not asked here."""
    monkeypatch.setattr(stage, "match", matched_by_hand)


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "known.index"
    path.write_bytes(store.written(library_index(), "test", packed=False))
    return path


def identified(path, limitations=()):
    with read(path, frozenset({"entries", "manifest", "code", "calls"})) as state:
        state.limitations += limitations
        found = identify(state, Known(library_index(), (SOURCE,)))
        return found, state.facts, state.limitations


def test_classes_get_the_family_that_their_code_is_of(by_hand, tmp_path):
    found, _, _ = identified(write_app(tmp_path))
    assert found.origin == {f"La/{letter};": "wechat-opensdk" for letter in "ABCD"}


def test_without_an_index_nothing_is_said_but_a_sample_of_the_code_is_kept(tmp_path):
    with read(write_app(tmp_path), frozenset({"entries", "code"})) as state:
        before = list(state.facts)
        assert identify(state, None).compared is None
        assert state.facts[:-1] == before
        sample = state.facts[-1].what
    assert isinstance(sample, CodeSketch)
    assert (sample.classes, sample.library_classes, sample.families) == (5, 0, 0)


def test_the_sample_of_own_code_leaves_out_classes_of_known_libraries(by_hand, tmp_path):
    _, facts, _ = identified(write_app(tmp_path))
    (sample,) = (fact.what for fact in facts if isinstance(fact.what, CodeSketch))
    assert (sample.classes, sample.library_classes) == (1, 4)
    assert sample.families > 0, "what any app has was left out, too"


def test_an_artefact_without_code_has_no_sample(tmp_path):
    path = tmp_path / "no-code.apk"
    path.write_bytes(zip_of({name: data for name, data in app_files().items() if not name.endswith(".dex")}))
    assert not [fact for fact in identified(path)[1] if isinstance(fact.what, CodeSketch)]


def test_an_app_whose_texts_are_hidden_is_said_to_have_them_hidden(monkeypatch, tmp_path):
    monkeypatch.setattr(
        stage, "match", lambda app, index: replace(matched_by_hand(app, index), regime="strings-hidden")
    )
    (limit,) = (item for item in identified(write_app(tmp_path))[2] if item.kind == "identity/texts-hidden")
    assert "may be there" in limit.detail


def test_code_that_was_not_read_is_no_absence(by_hand, tmp_path):
    hidden = Limitation("code/packed", "packed")
    assert "identity/not-analysable" not in {item.kind for item in identified(write_app(tmp_path))[2]}
    limits = [item for item in identified(write_app(tmp_path), [hidden])[2] if item.kind == "identity/not-analysable"]
    assert "code/packed" in limits[0].detail


def test_too_little_is_said_with_the_families(monkeypatch, tmp_path):
    monkeypatch.setattr(stage, "match", lambda app, index: matched_by_hand(app, index, "too-little"))
    found, facts, limits = identified(write_app(tmp_path))
    assert not found.origin
    (limit,) = (item for item in limits if item.kind == "identity/too-little")
    assert "wechat-opensdk" in limit.detail
    assert any(isinstance(fact.what, CodeIdentity) and fact.what.decision == "too-little" for fact in facts)


def test_a_review_has_the_families_raised_to_reachable_with_the_way_there(by_hand, tmp_path, index):
    made = derive(write_app(tmp_path), Budget(), libraries=[index])
    by_kind = {kind: [fact.what for fact in made.facts if isinstance(fact.what, kind)] for kind in KINDS}
    (search,), (family,) = by_kind[CodeSearch], by_kind[CodeIdentity]
    assert search.indexes == (SOURCE.digest,)
    assert len(by_kind[ClassPair]) == 4
    assert (family.grade, family.reached) == ("reachable", 4)
    assert family.entry.component == "Lorg/example/app/Main;"
    assert family.chain[-1].how == "target"
    assert [(item.version, item.coordinates) for item in family.stated] == [("2.0", "com.tencent:wechat-opensdk")]
    (binding,) = (item for item in made.law.bindings if item.by == "code")
    assert (binding.app, binding.relation, binding.grade) == ("wechat", "contains", "reachable")
    shown = [token.place for pair in by_kind[ClassPair] for token in pair.tokens if token.place][:3]
    assert all(f"{place.entry}@{place.offset}" in made.excerpts for place in shown)


KINDS = (CodeSearch, CodeIdentity, ClassPair)


class Names:
    """An index of libraries by name that knows one package."""

    def attribute(self, name):
        return "named" if name.startswith("Lnamed/") else None


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Lnamed/A;", "named"),
        ("La/A;", "family"),
        ("La/B;", "other"),
        ("Lorg/app/x/C;", "family"),
        ("Lorg/app/D;", "own"),
    ],
)
def test_a_kept_name_comes_before_code_and_code_before_the_place_in_the_app(name, who):
    origin = {"Lnamed/A;": "family", "La/A;": "family", "Lorg/app/x/C;": "family"}
    assert whose(name, "Lorg/app/", Names(), origin) == who


@pytest.mark.parametrize(
    ("name", "own"), [("Lokhttp3/Call;", False), ("Lorg/example/app/Main;", True), ("La/A;", True)]
)
def test_what_an_app_shares_with_others_by_name_is_not_its_own_code(name, own):
    assert stage.own_classes(signatures({name: frozenset({1})}), [PACKAGE]).tolist() == [own]


def test_an_app_that_is_itself_a_known_library_has_its_own_code():
    app = signatures({"Lokhttp3/Call;": frozenset({1})})
    home = make_fact(Package("okhttp3", "1", 1), Place(""), "test/1")
    assert stage.own_classes(app, [home]).tolist() == [True]
