"""Whose certificates sign an app: only verified ones are looked up, and every entry says where it was read."""

import re

from affidavit.facts.reading import make_fact
from affidavit.identity.signers import extract, known_keys, signer_of
from affidavit.model.place import Place
from affidavit.model.signing import Certificate, KnownSigner

TESTKEY = "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"


def fact(sha256: str = TESTKEY, scheme: str = "v2", offset: int = 7, *, verified: bool = True):
    what = Certificate(scheme, "CN=x", "CN=x", "1", "", "", "RSA 2048", "x", sha256, "cd", verified=verified)
    return make_fact(what, Place("", offset), "signing/2")


def test_a_verified_certificate_is_known_by_the_registry():
    (found,) = extract([fact()])
    assert isinstance(found.what, KnownSigner)
    assert (found.what.certificate, found.what.key) == (TESTKEY, "public-key")
    assert (found.place, found.extractor) == (Place("", 7), "signers/1")


def test_a_certificate_that_lies_in_the_file_unverified_is_not():
    assert not list(extract([fact(verified=False)]))


def test_one_certificate_in_several_schemes_is_known_once():
    assert len(list(extract([fact(), fact(scheme="v3", offset=9)]))) == 1


def test_a_certificate_that_nobody_knows_gives_nothing():
    assert not list(extract([fact("ef" * 32)]))


def test_every_entry_is_a_digest_with_a_source():
    for digest, known in known_keys().items():
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert len(known.source) > 20
        assert known.holder
        assert signer_of(digest).holder == known.holder


def test_what_was_computed_from_one_sample_is_not_of_high_confidence_unless_its_key_is_public():
    for known in known_keys().values():
        if "computed here" in known.source and known.key != "public-key":
            assert known.confidence == "M"
