"""The signed statement: an in-toto Statement that binds the manifest and the artefact."""

import json

import pytest

from affidavit.evidence import statement
from affidavit.evidence.canonical import encode
from affidavit.model.errors import VerificationError
from tests.builders.affidavits import key, small_affidavit, tiny_affidavit

PUBLIC = key().public_key().public_bytes_raw()
AFFIDAVIT = small_affidavit()
PAYLOAD = statement.make_statement(AFFIDAVIT, PUBLIC)


def changed(path, value):
    """The statement with one part changed, in canonical form."""
    parts = json.loads(PAYLOAD)
    inner = parts
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return encode(parts)


def test_it_has_the_members_that_in_toto_names():
    read = json.loads(PAYLOAD)
    assert sorted(read) == ["_type", "predicate", "predicateType", "subject"]
    assert read["_type"] == "https://in-toto.io/Statement/v1"
    assert read["subject"] == [{"name": "example.apk", "digest": {"sha256": AFFIDAVIT.manifest.artefact.sha256}}]


def test_it_counts_what_is_stated():
    read = json.loads(PAYLOAD)["predicate"]["counts"]
    assert read == {"facts": len(AFFIDAVIT.facts), "findings": 4, "limitations": 2, "shown": 2}


def test_it_is_read_back_and_names_its_signer():
    stated = statement.read_statement(PAYLOAD, "s")
    assert statement.public_key(stated, "s") == PUBLIC
    assert not statement.unbound(stated, AFFIDAVIT.manifest, encode(AFFIDAVIT.manifest))


def test_it_does_not_bind_another_manifest():
    stated = statement.read_statement(PAYLOAD, "s")
    other = tiny_affidavit().manifest
    assert statement.unbound(stated, other, encode(other)) == [
        "digest of manifest.json",
        "subject (artefact name and digest)",
        "tool",
    ]


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (("predicate", "manifest_sha256"), "00", "digest of manifest.json"),
        (("subject", 0, "name"), "b.apk", "subject (artefact name and digest)"),
        (("subject", 0, "digest"), {"sha512": "00"}, "subject (artefact name and digest)"),
        (("predicate", "tool", "version"), "9", "tool"),
        (("predicate", "knowledge_sha256"), "00", "knowledge digest"),
        (("predicate", "partial"), True, "partial"),
        (("predicate", "protection"), "all", "protection"),
    ],
)
def test_a_part_that_differs_from_the_manifest_is_named(path, value, part):
    stated = statement.read_statement(changed(path, value), "s")
    assert statement.unbound(stated, AFFIDAVIT.manifest, encode(AFFIDAVIT.manifest)) == [part]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "https://slsa.dev/provenance/v1"),
        (("predicate", "more"), 1),
        (("subject",), "example.apk"),
    ],
)
def test_a_statement_of_another_kind_is_refused(path, value):
    with pytest.raises(VerificationError) as caught:
        statement.read_statement(changed(path, value), "s")
    assert caught.value.advice


@pytest.mark.parametrize(("part", "value"), [("algorithm", "rsa"), ("public_key", "é"), ("public_key", "AA")])
def test_a_signer_that_cannot_be_checked_is_refused(part, value):
    stated = statement.read_statement(changed(("predicate", "signer", part), value), "s")
    with pytest.raises(VerificationError):
        statement.public_key(stated, "s")
