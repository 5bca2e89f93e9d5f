"""The algorithms of the signing block: each known one can be checked, and they are ordered as a platform prefers."""

import pytest

from affidavit.signing.algorithms import algorithms
from tests.builders import block_signing as made

KINDS = {"rsa": "rsa", "rsa-pss": "rsa", "ec": "ec", "dsa": "dsa"}


@pytest.mark.parametrize("number", sorted(algorithms()))
def test_each_algorithm_checks_a_signature_made_with_it(number):
    from affidavit.signing.keys import holds

    algorithm = algorithms()[number]
    kind = KINDS[algorithm.family]
    signature = made.signed_by(kind, number, b"data")
    assert holds(made.public_key(kind), algorithm.family, algorithm.digest, signature, b"data")
    assert algorithm.content == made.content_kind(number)


def test_the_ids_are_those_of_the_format():
    assert sorted(algorithms()) == [0x101, 0x102, 0x103, 0x104, 0x201, 0x202, 0x301, 0x421, 0x423, 0x425]


def test_a_platform_prefers_long_digests_then_trees():
    strengths = {item.content: item.strength for item in algorithms().values()}
    assert strengths["chunked-sha512"] > strengths["verity-sha256"] > strengths["chunked-sha256"]
    assert len({(item.content, item.strength) for item in algorithms().values()}) == 3


def test_trees_are_known_since_android_9():
    assert {item.min_sdk for item in algorithms().values() if item.content == "verity-sha256"} == {28}
    assert {item.min_sdk for item in algorithms().values() if item.content != "verity-sha256"} == {24}


def test_every_algorithm_has_its_own_title():
    assert len({item.title for item in algorithms().values()}) == len(algorithms())
