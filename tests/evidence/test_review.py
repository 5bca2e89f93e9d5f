"""A review as a value: what it gives, how it is written, and that what was written can be derived again."""

import pytest

import affidavit
from affidavit.evidence import indexes, keys
from affidavit.evidence.derive import derive
from affidavit.evidence.review import Review, derived_members
from tests.builders.apps import write_app


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """The bundles here were made without an index of known code, so they are checked without one."""
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "home" / "key.pem"))
    return tmp_path


@pytest.fixture
def review(home):
    return Review(derive(write_app(home)))


def test_it_gives_facts_findings_and_limitations_of_the_affidavit(review):
    assert review.facts is review.affidavit.facts
    assert review.findings is review.affidavit.findings
    assert review.limitations is review.affidavit.limitations
    assert review.artefact.name == "small.apk"


def test_the_first_write_makes_a_key_and_says_so(review, home):
    said = []
    review.write(home / "one.affidavit", announce=said.append)
    review.write(home / "two.affidavit", announce=said.append)
    assert len(said) == 1
    assert (home / "one.affidavit").read_bytes() == (home / "two.affidavit").read_bytes()


def test_a_given_key_signs(review, home):
    key = keys.create(home / "other.pem")
    written = review.write(home / "a.affidavit", key=home / "other.pem")
    assert written.key_id == affidavit.read(home / "a.affidavit").key_id
    expected = keys.public_line(key.public_key().public_bytes_raw())
    assert affidavit.verify(home / "a.affidavit", key=expected).passed


def test_what_was_written_is_read_back_whole(review, home):
    review.write(home / "a.affidavit")
    back = affidavit.read(home / "a.affidavit")
    assert (back.facts, back.findings, back.limitations) == (review.facts, review.findings, review.limitations)
    assert (back.excerpts, back.categories) == (review.affidavit.excerpts, review.affidavit.categories)


def test_with_the_artefact_everything_is_derived_again(review, home):
    review.write(home / "a.affidavit")
    checked = affidavit.verify(home / "a.affidavit", home / "small.apk")
    assert checked.passed
    assert checked.steps[-1].passed is True


def test_another_artefact_is_caught(review, home):
    review.write(home / "a.affidavit")
    other = write_app(home, "other.apk", classes_dex=None)
    checked = affidavit.verify(home / "a.affidavit", other)
    assert not checked.passed
    assert [step.number for step in checked.steps if step.passed is False] == [8]


def test_another_key_than_the_expected_is_caught(review, home):
    review.write(home / "a.affidavit")
    stranger = keys.public_line(keys.create(home / "b.pem").public_key().public_bytes_raw())
    checked = affidavit.verify(home / "a.affidavit", key=stranger)
    assert [step.number for step in checked.steps if step.passed is False] == [6]


def test_the_derived_members_are_those_of_the_bundle(review, home):
    members = derived_members(home / "small.apk", [])
    assert {item.path for item in review.affidavit.manifest.members} == set(members)
