"""Verification: every step passes on an honest bundle, and each kind of tampering fails the step that names it."""

import hashlib

import msgspec
import pytest

from affidavit.evidence import bundle, layout
from affidavit.evidence.tool import this_tool
from affidavit.evidence.verify import verify
from affidavit.knowledge import digest
from affidavit.model.bundle import Tool
from affidavit.model.errors import KnowledgeError, UnreadableError, UsageError
from affidavit.model.finding import Answer
from tests.builders import affidavits
from tests.builders.affidavits import APP, key, small_affidavit, tiny_affidavit, write_small_bundle
from tests.oracles import bundle as oracle

PUBLIC = key().public_key().public_bytes_raw()


@pytest.fixture
def app(tmp_path):
    path = tmp_path / "example.apk"
    path.write_bytes(APP)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "example.affidavit"


def by_this_tool(affidavit=None, **changes):
    """The small affidavit as this very version would have made it, with parts changed and its digests made anew."""
    affidavit = affidavit or small_affidavit()
    manifest = affidavit.manifest
    names = ("facts", "findings", "limitations", "excerpts", "categories", "law", "coverage", "network")
    parts = {name: getattr(affidavit, name) for name in names}
    parts |= {"partial": manifest.partial} | changes
    tool, knowledge = parts.pop("tool", this_tool()), parts.pop("knowledge", digest())
    return bundle.assemble(manifest.artefact, tool, knowledge, **parts)


def derived(_path=None, _indexes=(), _watched=None, _networks=()):
    """What reviewing the artefact gives."""
    return bundle.members_of(small_affidavit())


def unasked(path, claims):
    """The check of paths, of a bundle that states none."""
    raise AssertionError((path, claims))


def outcome(verification):
    return {step.number: step.passed for step in verification.steps}


def failed(verification):
    assert verification.passed == all(step.passed is not False for step in verification.steps)
    return {step.number: step.detail for step in verification.steps if step.passed is False}


def test_an_honest_bundle_passes_all_ten_steps(path, app):
    bundle.write_bundle(path, by_this_tool(), key())
    verification = verify(path, app, PUBLIC, derived, check=unasked)
    assert outcome(verification) == dict.fromkeys(range(1, 11), True)
    assert verification.passed
    assert verification.key_id == hashlib.sha256(PUBLIC).hexdigest()
    assert all(step.name and step.detail for step in verification.steps)


def test_what_was_not_checked_is_said_and_why(path):
    write_small_bundle(path)
    verification = verify(path)
    assert outcome(verification) == {**dict.fromkeys(range(1, 8), True), 6: None, **dict.fromkeys(range(8, 11))}
    assert verification.passed
    assert "affidavit-ed25519 " in verification.steps[5].detail
    assert verification.steps[7].detail == verification.steps[8].detail == "no artefact was given"


def test_without_a_way_to_review_again_the_last_step_is_not_checked(path, app):
    write_small_bundle(path)
    assert outcome(verify(path, app))[8] is True
    assert outcome(verify(path, app))[9] is None


def test_a_flip_in_any_byte_fails_and_is_named(path):
    bundle.write_bundle(path, tiny_affidavit(), key())
    whole = path.read_bytes()
    assert verify(path).passed
    wanted = structures(whole)
    for offset in range(len(whole)):
        damaged = bytearray(whole)
        damaged[offset] ^= 1 << offset % 8
        path.write_bytes(damaged)
        verification = verify(path)
        assert not verification.passed, offset
        assert wanted[offset] in " ".join(failed(verification).values()), (offset, wanted[offset], verification)


def structures(whole):
    """For each byte of a bundle, the member or zip structure that has to be named when it changes."""
    members = layout.unpack(whole).members
    named = [name for name, data in members for _ in range(30 + len(name) + len(data))]
    named += [name for name, _ in members for _ in range(46 + len(name))]
    return named + ["end of central directory record"] * 22


def test_flips_in_members_fail_the_step_of_digests_too(path):
    write_small_bundle(path)
    whole = path.read_bytes()
    for name, data in bundle.members(path).items():
        offset = whole.index(data) + len(data) // 2
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :])
        faults = failed(verify(path))
        assert 1 in faults
        step = {"manifest.json": {2, 4}, "statement.dsse.json": {4, 5}}.get(name, {3})
        assert any(name in faults.get(number, "") for number in step), (name, faults)


def test_every_truncation_fails(path):
    bundle.write_bundle(path, tiny_affidavit(), key())
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        assert 1 in failed(verify(path))


def test_appended_bytes_fail(path):
    write_small_bundle(path)
    path.write_bytes(path.read_bytes() + b"\n")
    assert failed(verify(path)) == {1: "1 bytes follow the end of central directory record"}


def repack(path, members):
    path.write_bytes(layout.pack(members))
    return failed(verify(path))


def test_reordered_repeated_extra_and_missing_members_fail_and_are_named(path):
    write_small_bundle(path)
    members = list(bundle.members(path).items())
    assert "another order: facts.json" in repack(path, [*members[:3], members[4], members[3], *members[5:]])[1]
    assert "facts.json occurs 2 times" in repack(path, [*members[:5], members[4], *members[5:]])[1]
    assert repack(path, [*members[:8], ("notes.txt", b""), *members[8:]])[3].startswith("notes.txt is extra")
    for index, (name, _) in enumerate(members):
        faults = repack(path, members[:index] + members[index + 1 :])
        assert f"{name} is missing" in faults.values()


def test_an_edited_finding_fails_by_its_digest(path):
    write_small_bundle(path)
    members = bundle.members(path)
    members["findings.json"] = members["findings.json"].replace(b"Reads the last", b"Reads no last")
    faults = repack(path, list(members.items()))
    assert set(faults) == {3}
    assert faults[3].startswith("findings.json has ")


def test_an_edited_member_with_an_edited_manifest_fails_by_the_statement(path):
    write_small_bundle(path)
    signed = bundle.members(path)
    bundle.write_bundle(path, by_this_tool(limitations=affidavits.limitations()[:1]), key())
    forged = bundle.members(path) | {"statement.dsse.json": signed["statement.dsse.json"]}
    faults = repack(path, list(forged.items()))
    assert "statement.dsse.json and manifest.json differ: digest of manifest.json" in faults[4]
    assert 5 not in faults
    assert "counts other numbers" in faults[7]


def test_a_signature_of_another_statement_fails(path):
    write_small_bundle(path)
    first = msgspec.json.decode(bundle.members(path)["statement.dsse.json"])
    bundle.write_bundle(path, tiny_affidavit(), key())
    members = bundle.members(path)
    second = msgspec.json.decode(members["statement.dsse.json"])
    members["statement.dsse.json"] = bundle.encode({**second, "signatures": first["signatures"]})
    faults = repack(path, list(members.items()))
    assert set(faults) == {5}
    assert "not this key's signature" in faults[5]
    assert verify(path).key_id == ""
    assert not oracle.holds(path.read_bytes())


def test_a_wrong_key_fails_and_both_are_named(path):
    write_small_bundle(path)
    other = key(9).public_key().public_bytes_raw()
    faults = failed(verify(path, trusted_key=other))
    assert set(faults) == {6}
    assert hashlib.sha256(other).hexdigest() in faults[6]
    assert hashlib.sha256(PUBLIC).hexdigest() in faults[6]


def test_a_bundle_signed_again_by_someone_else_fails_only_by_the_expected_key(path):
    bundle.write_bundle(path, small_affidavit(), key(9))
    assert verify(path).passed
    assert set(failed(verify(path, trusted_key=PUBLIC))) == {6}


def test_a_removed_fact_that_a_finding_cites_fails_even_when_signed_again(path):
    facts = affidavits.facts()
    bundle.write_bundle(path, by_this_tool(facts=facts[:2] + facts[3:]), key())
    faults = failed(verify(path))
    assert set(faults) == {7}
    assert f"finding 'location/last-known' rests on fact '{facts[2].id}', which is not there" in faults[7]


def test_a_removed_fact_that_nothing_cites_fails_by_reviewing_again(path, app):
    facts = affidavits.facts()
    bundle.write_bundle(path, by_this_tool(facts=facts[:3] + facts[4:]), key())
    assert verify(path, app, PUBLIC).passed
    faults = failed(verify(path, app, PUBLIC, derived))
    assert set(faults) == {9}
    assert faults[9].startswith(
        f"facts.json: fact {facts[3].id} (permission) is derived from the artefact, but is missing"
    )


def test_an_edited_fact_fails_even_when_signed_again(path):
    facts = affidavits.facts()
    edited = msgspec.structs.replace(facts[1], place=affidavits.URL_SITE)
    bundle.write_bundle(path, by_this_tool(facts=(facts[0], edited, *facts[2:])), key())
    faults = failed(verify(path))
    assert set(faults) == {7}
    assert faults[7].startswith("fact 1 says id ")


def test_an_invented_finding_fails_by_reviewing_again(path, app):
    findings = affidavits.findings(affidavits.facts())
    invented = msgspec.structs.replace(findings[1], rule="invented")
    bundle.write_bundle(path, by_this_tool(findings=(*findings, invented)), key())
    faults = failed(verify(path, app, PUBLIC, derived))
    assert faults == {9: "findings.json: finding invented is in the bundle, but is not derived from the artefact"}


def test_a_turned_answer_fails_by_reviewing_again(path, app):
    findings = list(affidavits.findings(affidavits.facts()))
    findings[1] = msgspec.structs.replace(findings[1], answer=Answer.UNDETERMINED)
    bundle.write_bundle(path, by_this_tool(findings=tuple(findings)), key())
    faults = failed(verify(path, app, PUBLIC, derived))
    assert faults == {9: "findings.json: finding network/plain-http differs from what the artefact gives"}


def test_a_swapped_artefact_fails_and_is_not_reviewed(path, app):
    write_small_bundle(path)
    app.write_bytes(APP + b"!")
    verification = verify(path, app, PUBLIC, lambda *_: pytest.fail("was reviewed"))
    assert set(failed(verification)) == {8}
    assert hashlib.sha256(APP).hexdigest() in verification.steps[7].detail
    assert outcome(verification)[9] is None


def other_review(_path, _indexes, _watched, _networks):
    return {**derived(), "limitations.json": b"[]"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tool": Tool("affidavit", "9.9", "33" * 32)}, "made by 9.9"),
        ({"knowledge": "44" * 32}, "knowledge 4444444444444444"),
        ({"partial": True}, "cut short by its budget"),
    ],
)
def test_a_difference_that_another_version_or_a_budget_may_explain_is_no_accusation(path, app, changes, why):
    bundle.write_bundle(path, by_this_tool(**changes), key())
    verification = verify(path, app, PUBLIC, other_review)
    assert verification.passed
    assert verification.steps[8].passed is None
    assert why in verification.steps[8].detail
    assert "limitations.json: limitation" in verification.steps[8].detail


def test_another_version_that_derives_the_same_passes_and_says_so(path, app):
    write_small_bundle(path)
    step = verify(path, app, PUBLIC, derived).steps[8]
    assert step.passed is True
    assert "by another version" in step.detail


def test_a_difference_by_this_version_fails(path, app):
    bundle.write_bundle(path, by_this_tool(), key())
    faults = failed(verify(path, app, PUBLIC, other_review))
    assert faults[9].startswith("limitations.json: limitation code/undecoded-method")


def test_an_artefact_that_cannot_be_reviewed_again_fails_the_last_step(path, app):
    def fail(_path, _indexes, _watched, _networks):
        raise UnreadableError("no app", advice="give the app")

    bundle.write_bundle(path, by_this_tool(), key())
    assert failed(verify(path, app, PUBLIC, fail)) == {9: "the artefact could not be reviewed again: no app"}


@pytest.mark.parametrize("error", [KnowledgeError, UsageError])
def test_what_is_wrong_with_this_check_accuses_no_bundle(path, app, error):
    def fail(_path, _indexes, _watched, _networks):
        raise error("the index is damaged", advice="get it again")

    bundle.write_bundle(path, by_this_tool(), key())
    verification = verify(path, app, PUBLIC, fail)
    assert verification.steps[8].passed is None
    assert verification.steps[8].detail == "no review can be made here: the index is damaged; get it again"


def test_many_faults_are_counted_and_the_first_are_named(path):
    facts = tuple(msgspec.structs.replace(fact, extractor="other/1") for fact in affidavits.facts())
    bundle.write_bundle(path, by_this_tool(facts=facts), key())
    assert failed(verify(path))[7].endswith("; and 12 more")


def test_a_file_that_is_no_bundle_fails_without_an_exception(path):
    for content in (b"", b"hello", b"PK\x03\x04" + bytes(26), APP):
        path.write_bytes(content)
        verification = verify(path, trusted_key=PUBLIC)
        assert {1, 2, 4} <= set(failed(verification))
        assert len(verification.steps) == 10


def test_a_file_larger_than_any_bundle_fails_the_first_step(path):
    with path.open("wb") as file:
        file.truncate(layout.FILE_LIMIT + 1)
    assert "larger than" in failed(verify(path))[1]


def test_files_that_are_not_there_are_usage_errors(path, app):
    with pytest.raises(UsageError):
        verify(path)
    write_small_bundle(path)
    with pytest.raises(UsageError):
        verify(path, app.with_name("missing"))


def test_texts_from_a_bundle_are_printed_without_control_characters(path):
    small = small_affidavit()
    artefact = msgspec.structs.replace(small.manifest.artefact, name="\x1b[31m\u202eevil\n")
    findings = tuple(
        msgspec.structs.replace(finding, rule=f"\x1b]0;{index}\u2066", limitations=("\x07gone",), grade=None)
        for index, finding in enumerate(small.findings)
    )
    made = bundle.assemble(
        artefact, this_tool(), digest(), facts=small.facts, findings=findings, limitations=(), excerpts={}
    )
    bundle.write_bundle(path, made, key())
    path.with_name("x").write_bytes(APP)
    verification = verify(path, path.with_name("x"), PUBLIC, derived)
    assert {7, 9} <= set(failed(verification))
    for step in verification.steps:
        assert step.detail.isprintable()


def test_a_v4_signature_file_that_the_review_had_and_the_check_has_not_accuses_nobody(path, app, tmp_path):
    small = small_affidavit()
    digest_of_it = hashlib.sha256(b"v4").hexdigest()
    artefact = msgspec.structs.replace(small.manifest.artefact, v4_signature=digest_of_it)
    manifest = msgspec.structs.replace(small.manifest, artefact=artefact)
    bundle.write_bundle(path, by_this_tool(msgspec.structs.replace(small, manifest=manifest)), key())
    step = verify(path, app, PUBLIC, other_review).steps[8]
    assert step.passed is None
    assert f"was given a v4 signature file with SHA-256 {digest_of_it}" in step.detail
    (tmp_path / "app.idsig").write_bytes(b"v4")
    assert verify(path, app, PUBLIC, derived, tmp_path / "app.idsig").steps[8].passed is True
    (tmp_path / "app.idsig").write_bytes(b"v5")
    assert verify(path, app, PUBLIC, derived, tmp_path / "app.idsig").steps[8].passed is None


def test_a_v4_signature_file_that_only_the_check_has_accuses_nobody(path, app, tmp_path):
    write_small_bundle(path)
    (tmp_path / "app.idsig").write_bytes(b"v4")
    step = verify(path, app, PUBLIC, other_review, tmp_path / "app.idsig").steps[8]
    assert step.passed is None
    assert "was given no v4 signature file" in step.detail
