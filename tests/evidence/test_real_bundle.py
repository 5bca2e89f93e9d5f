"""The bundle of a real app: it verifies with the app, and each kind of tampering is caught and named."""

import msgspec
import pytest

from affidavit.evidence import bundle, derive, indexes, layout
from affidavit.evidence.review import checked_paths, derived_members
from affidavit.evidence.tool import this_tool
from affidavit.evidence.verify import verify
from tests.builders.affidavits import key
from tests.oracles import bundle as oracle

PUBLIC = key().public_key().public_bytes_raw()
pytestmark = pytest.mark.corpus


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """The bundles here were made without an index of known code, so they are checked without one."""
    monkeypatch.setattr(indexes, "FINGERPRINTS", tmp_path / "none.idx")


@pytest.fixture(scope="module")
def app(corpus):
    """The smallest app of the corpus that has findings of its own and cites a fact."""
    return min((corpus / "realapps").rglob("*SampleApplication.apk"), key=lambda path: path.stat().st_size)


@pytest.fixture(scope="module")
def whole(app, tmp_path_factory):
    """The bytes of its bundle."""
    path = tmp_path_factory.mktemp("bundle") / "a.affidavit"
    bundle.write_bundle(path, derive.derive(app), key())
    return path.read_bytes()


def check(data, folder, app=None, trusted=PUBLIC, review=None):
    path = folder / "checked.affidavit"
    path.write_bytes(data)
    return {step.number: step for step in verify(path, app, trusted, review, check=checked_paths).steps}


def derived(path, indexes, watched, networks):
    return derived_members(path, indexes, watched=watched, networks=networks)


def failed(steps):
    return {number: step.detail for number, step in steps.items() if step.passed is False}


def test_it_passes_all_ten_steps_with_the_app(whole, app, tmp_path):
    steps = check(whole, tmp_path, app, PUBLIC, derived)
    assert {number: step.passed for number, step in steps.items()} == dict.fromkeys(range(1, 11), True)


def test_the_standard_library_and_openssl_agree(whole):
    assert oracle.holds(whole)
    assert oracle.unpack(whole) == list(layout.unpack(whole).members)


def test_every_member_is_as_rfc_8785_says(whole):
    import json

    import rfc8785

    for name, data in layout.unpack(whole).members:
        assert rfc8785.dumps(json.loads(data)) == data, name


def test_reviewing_again_gives_the_same_bytes(whole, app):
    assert bundle.bundle_bytes(derive.derive(app), key()) == whole


def test_a_flipped_byte_in_each_member_is_caught_and_named(whole, tmp_path):
    start = 0
    for name, data in layout.unpack(whole).members:
        start += 30 + len(name)
        for share in (0, len(data) // 3, len(data) - 1):
            damaged = bytearray(whole)
            damaged[start + share] ^= 1
            faults = failed(check(bytes(damaged), tmp_path))
            assert any(name in detail for detail in faults.values()), (name, faults)
        start += len(data)


def test_a_swapped_app_is_caught(whole, app, tmp_path):
    other = tmp_path / "other.apk"
    other.write_bytes(app.read_bytes() + b"\0")
    assert set(failed(check(whole, tmp_path, other, PUBLIC, derived))) == {8}


def test_a_wrong_key_is_caught(whole, tmp_path):
    assert set(failed(check(whole, tmp_path, trusted=key(2).public_key().public_bytes_raw()))) == {6}


def resigned(whole, app, tmp_path, remove):
    """What fails after one fact is taken out and everything is made and signed anew with the right key."""
    (tmp_path / "a").write_bytes(whole)
    read = bundle.read_bundle(tmp_path / "a")
    cited = {fact for finding in read.findings for fact in _facts(finding.proof)}
    gone = next(fact for fact in read.facts if (fact.id in cited) == remove)
    left = bundle.assemble(
        read.manifest.artefact,
        this_tool(),
        read.manifest.knowledge_sha256,
        facts=[fact for fact in read.facts if fact is not gone],
        findings=read.findings,
        limitations=read.limitations,
        excerpts=read.excerpts,
        categories=read.categories,
    )
    return gone, failed(check(bundle.bundle_bytes(left, key()), tmp_path, app, PUBLIC, derived))


def _facts(proof):
    yield from proof.facts
    for child in proof.children:
        yield from _facts(child)


@pytest.mark.parametrize("cited", [True, False])
def test_a_removed_fact_is_caught_even_when_signed_again(whole, app, tmp_path, cited):
    gone, faults = resigned(whole, app, tmp_path, cited)
    assert set(faults) == ({7, 9} if cited else {9})
    assert all(gone.id in detail for detail in faults.values())


def test_a_removed_fact_without_a_new_signature_is_caught_by_its_digest(whole, tmp_path):
    named = dict(layout.unpack(whole).members)
    named["facts.json"] = bundle.encode(msgspec.json.decode(named["facts.json"])[1:])
    faults = failed(check(layout.pack(list(named.items())), tmp_path))
    assert faults[3].startswith("facts.json has ")
