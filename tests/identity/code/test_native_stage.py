"""Native files in a review: what is stated, of what, and what was left out."""

import pytest
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.evidence.derive import derive
from affidavit.identity.code import native_stage, store
from affidavit.identity.code.build import build
from affidavit.identity.code.handed import Known
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.native import of_native, rows_of
from affidavit.identity.code.stage import identify
from affidavit.identity.listed import bind, known_marks, values_of
from affidavit.model.artefact import Artefact
from affidavit.model.code_identity import NativeIdentity, NativeSearch
from affidavit.report.html import render_html
from affidavit.report.identified import Account, as_json, as_text
from affidavit.report.markdown import render_markdown
from affidavit.report.natives import rows, statement
from affidavit.report.overview import Facts
from affidavit.report.terminal import render_terminal
from tests.builders.affidavits import small_affidavit
from tests.builders.known_code import app_files
from tests.builders.zip import zip_of
from tests.identity.code.test_native_files import elf
from tests.reading import read

FAMILY = Family("wechat-opensdk", "WeChat Open SDK", "Tencent", "tencent", "sdk")
VERSIONS = [elf("pay") + elf(f"pay {number}", count=20) for number in (1, 2)]
INDEX = build(
    [FAMILY, Family("other")],
    [
        (Version(0, "1.0"), rows_of([of_native("arm64-v8a/libpay.so", VERSIONS[0])])),
        (Version(0, "2.0"), rows_of([of_native("arm64-v8a/libpay.so", VERSIONS[1])])),
        (Version(1, "7"), rows_of([of_native("x86/libother.so", elf("other", count=400))])),
    ],
)
DATA = store.written(INDEX, "test", packed=False)
SOURCE = store.opened(DATA)[1]
NATIVES = {
    "lib/arm64-v8a/libx.so": VERSIONS[1],
    "lib/x86/liby.so": elf("own", "more", "other", count=400),
    "assets/own.bin": elf("nothing known"),
}


def write(folder, **more):
    path = folder / "app.apk"
    path.write_bytes(zip_of({**app_files(), **NATIVES, **more}))
    return path


def identified(path):
    with read(path, frozenset({"entries"})) as state:
        identify(state, Known(INDEX, (SOURCE,)))
        return [fact for fact in state.facts if isinstance(fact.what, NativeIdentity | NativeSearch)], state.limitations


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return identified(write(tmp_path_factory.mktemp("app")))[0]


def test_each_native_file_says_which_it_is_or_holds_and_on_what_that_rests(facts):
    (search, first, second) = sorted(facts, key=lambda fact: fact.place.entry)
    assert search.what == NativeSearch((SOURCE.digest,), 3, 3, sum(map(len, NATIVES.values())), 2, 2)
    assert (first.place.entry, first.what.relation, first.what.family) == (
        "lib/arm64-v8a/libx.so",
        "is",
        "wechat-opensdk",
    )
    assert (first.what.file, first.what.versions, first.what.known) == ("arm64-v8a/libpay.so", ("2.0",), 2)
    assert first.what.inside == first.what.around == 1_000
    assert any(text.startswith("pay 2_") for text in first.what.shared)
    assert (second.what.relation, second.what.file) == ("holds", "x86/libother.so")
    assert second.what.around > 900 > second.what.inside


def test_what_the_bounds_leave_out_is_a_limitation_and_arm_comes_first(monkeypatch, tmp_path):
    monkeypatch.setattr(native_stage, "FILES", 1)
    found, limits = identified(write(tmp_path))
    (search,) = (fact.what for fact in found if isinstance(fact.what, NativeSearch))
    assert (search.files, search.of) == (1, 3)
    assert [fact.place.entry for fact in found if isinstance(fact.what, NativeIdentity)] == ["lib/arm64-v8a/libx.so"]
    (limit,) = (item for item in limits if item.kind == "identity/native-bounded")
    assert limit.count == 2
    monkeypatch.setattr(native_stage, "BYTES", 10)
    assert not [fact for fact in identified(write(tmp_path))[0] if isinstance(fact.what, NativeIdentity)]


def test_damaged_native_files_are_no_known_ones(tmp_path):
    broken = VERSIONS[1][:200]
    found, _ = identified(write(tmp_path, **{"lib/arm64-v8a/libx.so": broken}))
    assert "lib/arm64-v8a/libx.so" not in {fact.place.entry for fact in found}


def test_native_code_ties_an_app_to_a_listed_one(facts):
    found = [item for item in bind(values_of(facts), known_marks()) if item.by == "code"]
    assert [(item.app, item.relation, item.grade) for item in found] == [("wechat", "contains", "present")]
    assert "1 native file" in found[0].note


def test_a_review_compares_native_files(tmp_path):
    index = tmp_path / "known.index"
    index.write_bytes(DATA)
    made = derive(write(tmp_path), Budget(), libraries=[index])
    assert {"is", "holds"} == {fact.what.relation for fact in made.facts if isinstance(fact.what, NativeIdentity)}


def test_every_form_of_the_report_has_the_table(facts):
    account = replace(small_affidavit(), facts=(*small_affidavit().facts, *facts))
    said = Account(Artefact("app.apk", "apk", 7, "ab" * 32), tuple(facts), ())
    texts = [render_html(account), render_markdown(account), render_terminal(account), as_text(said)]
    for text in (text if isinstance(text, str) else text.decode() for text in texts):
        flat = " ".join(text.replace("\\", "").split())
        assert "arm64-v8a/libpay.so of WeChat Open SDK (2.0)" in flat
        assert "3 native files of 3" in flat
    assert b'"native-identity"' in as_json(said)


def test_texts_of_an_app_stay_texts(facts):
    hostile = "<script>alert(1)</script>\x1b[31m|`"
    bad = [
        replace(fact, what=replace(fact.what, shared=(hostile,)))
        for fact in facts
        if isinstance(fact.what, NativeIdentity)
    ]
    account = replace(small_affidavit(), facts=(*small_affidavit().facts, *bad))
    html, terminal = render_html(account), render_terminal(account)
    assert "<script>alert" not in (html if isinstance(html, str) else html.decode())
    assert "\x1b[31m" not in terminal
    assert "\x1b" not in as_text(Account(Artefact("app.apk", "apk", 7, "ab" * 32), tuple(bad), ()))


@pytest.mark.parametrize(
    ("versions", "allowed", "known", "said"),
    [(("1",), 1, 3, "(1)"), (("1", "2"), 2, 2, "(any of 2 known versions)"), (tuple("12345"), 5, 9, "and 1 more)")],
)
def test_versions_are_those_whose_file_is_as_like(versions, allowed, known, said):
    what = NativeIdentity("f", "libf.so", "is", 1, 1, 1, versions=versions, allowed=allowed, known=known)
    assert statement(what).endswith(said)


def test_known_files_come_before_what_holds_one(facts):
    assert [row[0] for row in rows(Facts(facts))] == ["lib/arm64-v8a/libx.so", "lib/x86/liby.so"]
