"""Verifying a bundle with other indexes than its review had: what is missing, and what holds all the same."""

import json
from pathlib import Path

import pytest

import affidavit
from affidavit.cli import codes
from affidavit.cli.main import main
from affidavit.evidence import bundle, indexes, keys
from affidavit.identity.code import stage, store
from affidavit.identity.code.index import Family
from affidavit.model.code import CodeUnit
from tests.builders.known_code import FAMILY, library_index, matched_by_hand, write_app


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No index comes along; a folder and a key of its own."""
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def by_hand(monkeypatch):
    """The comparison is made by hand."""
    monkeypatch.setattr(stage, "match", matched_by_hand)


@pytest.fixture
def app(tmp_path):
    return write_app(tmp_path)


def index(name, second="common"):
    path = Path(f"{name}.idx")
    path.write_bytes(store.written(library_index((FAMILY, Family(second))), name, packed=False))
    return path


def digest(path):
    return path.read_bytes()[-32:].hex()


def reviewed(app, *given):
    said = [word for path in given for word in ("--libraries", str(path))]
    assert main(["review", str(app), "-q", "--no-sandbox", *said]) == codes.DONE
    return Path(f"{app.name}.affidavit")


def verified(capsys, made, app, *given):
    """Exit code, step 9 and what is missing, as JSON says; text says it as well."""
    said = [word for path in given for word in ("--libraries", str(path))]
    asked = ["verify", str(made), "--artefact", str(app), "--no-sandbox", *said]
    capsys.readouterr()
    code = main(asked)
    text = capsys.readouterr().out
    assert main([*asked, "--format", "json"]) == code
    result = json.loads(capsys.readouterr().out)
    assert result["steps"][8]["detail"][:100] in text
    return code, result["steps"][8], result["needs"]


@pytest.mark.usefixtures("by_hand")
def test_an_index_that_is_missing_is_named_with_what_cannot_be_checked_without_it(capsys, app):
    ours, other = index("ours", "one"), index("other", "two")
    made = reviewed(app, ours)
    for given, here in (((), "here is none"), ((other,), f"here is {digest(other)[:16]}")):
        code, step, needs = verified(capsys, made, app, *given)
        assert (code, step["passed"]) == (codes.UNDETERMINED, None)
        assert f"1 index of known code missing here ({digest(ours)[:16]}; {here}): give it" in step["detail"]
        assert "cannot be checked again: whose code it is, and in whose code calls" in step["detail"]
        assert step["detail"].endswith("were derived again, and are the same")
        assert needs == [{"what": "index", "sha256": digest(ours), "option": "--libraries"}]


@pytest.mark.usefixtures("by_hand")
def test_of_the_indexes_that_are_here_those_of_the_review_are_taken(capsys, app):
    ours, other = index("ours", "one"), index("other", "two")
    made = reviewed(app, ours)
    code, step, needs = verified(capsys, made, app, other, ours)
    assert (code, step["passed"], needs) == (codes.DONE, True, [])


def test_in_whatever_order_two_are_given_the_review_is_derived_in_its_own(capsys, app):
    first, second = index("first", "one"), index("second", "two")
    made = reviewed(app, first, second)
    code, step, needs = verified(capsys, made, app, second, first)
    assert (code, step["passed"], needs) == (codes.DONE, True, [])
    _, step, needs = verified(capsys, made, app, second)
    assert [item["sha256"] for item in needs] == [digest(first)]


@pytest.mark.usefixtures("by_hand")
def test_a_bundle_that_was_made_without_an_index_is_derived_without_one(capsys, app):
    made = reviewed(app)
    code, step, needs = verified(capsys, made, app, index("ours"))
    assert (code, step["passed"], needs) == (codes.DONE, True, [])
    assert step["detail"].endswith("compared the code with no index of known code, and so does this check")
    assert "no index" not in verified(capsys, made, app)[1]["detail"]


@pytest.mark.usefixtures("by_hand")
def test_what_is_false_and_rests_on_no_index_fails_although_one_is_missing(capsys, app):
    made = reviewed(app, index("ours"))
    account = affidavit.read(made)
    facts = tuple(fact for fact in account.facts if not isinstance(fact.what, CodeUnit))
    assert len(facts) < len(account.facts)
    forged = bundle.assemble(
        account.manifest.artefact, account.manifest.tool, account.manifest.knowledge_sha256, facts=facts,
        findings=account.findings, limitations=account.limitations, excerpts=account.excerpts,
        categories=account.categories, law=account.law, coverage=account.coverage,
    )  # fmt: skip
    bundle.write_bundle(made, forged, keys.load(Path("key")))
    code, step, _ = verified(capsys, made, app)
    assert (code, step["passed"]) == (codes.FAILED, False)
    assert "and differ: facts.json: fact" in step["detail"]
    assert "(code-unit) is derived from the artefact, but is missing" in step["detail"]


def test_a_file_that_is_no_index_is_refused_and_not_passed_over(capsys, app):
    made = reviewed(app)
    Path("bad.idx").write_bytes(b"x" * 100)
    assert main(["verify", str(made), "--artefact", str(app), "--libraries", "bad.idx"]) == codes.USAGE
    assert "bad.idx: not an index of known code" in capsys.readouterr().err


@pytest.mark.usefixtures("by_hand")
def test_an_index_whose_bytes_are_not_those_of_its_digest_accuses_no_bundle(capsys, app):
    ours = index("ours")
    made = reviewed(app, ours)
    data = bytearray(ours.read_bytes())
    data[-50] ^= 1
    ours.write_bytes(data)
    code, step, _ = verified(capsys, made, app, ours)
    assert (code, step["passed"]) == (codes.UNDETERMINED, None)
    assert "no review can be made here: ours.idx: the index is damaged" in step["detail"]
