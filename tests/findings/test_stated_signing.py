"""Features that facts about signatures answer: outcomes, decisions, certificates, and what the registry knows."""

import msgspec
import pytest

from affidavit.findings.features import tree_of
from affidavit.findings.schema import Node
from affidavit.findings.stated import FactIndex
from affidavit.findings.stated_signing import FINDERS, is_weak
from tests.builders.rule_app import build_app

DEBUG = "C=US,O=Android,CN=Android Debug"


def count(match: dict[str, object], spec: dict[str, object]) -> int:
    """How many facts of a described app answer a feature."""
    feature = tree_of(msgspec.convert(match, Node)).feature
    assert feature is not None
    assert feature.area == "signing"
    return FactIndex(build_app(spec).facts).hits(feature).count


@pytest.mark.parametrize(
    ("match", "spec"),
    [
        ({"signature": {"scheme": "v1"}}, {"signatures": [{"scheme": "v1"}, {"scheme": "v2"}]}),
        ({"signature": {"outcome": "refused"}}, {"signatures": [{"outcome": "refused"}, {}]}),
        ({"signature": {"issue": "jar-sig-janus"}}, {"signatures": [{"issues": ["jar-sig-janus"]}, {}]}),
        ({"signature": {"algorithm": "SHA-1"}}, {"signatures": [{"algorithms": ["RSA with SHA-1"]}, {}]}),
        ({"platform": {"outcome": "accepted"}}, {"verdicts": [{}, {"outcome": "refused"}]}),
        ({"platform": {"scheme": "v3"}}, {"verdicts": [{"scheme": "v3"}, {}]}),
        ({"platform": {"issue": "v31-block-missing"}}, {"verdicts": [{"issues": ["v31-block-missing"]}, {}]}),
        ({"certificate": {"verified": True}}, {"certificates": [{}, {"verified": False}]}),
        ({"certificate": {"verified": False}}, {"certificates": [{}, {"verified": False}]}),
        ({"certificate": {"debug": True}}, {"certificates": [{"subject": DEBUG}, {"subject": "CN=Android Debugger"}]}),
        ({"certificate": {"weak": True}}, {"certificates": [{"key": "RSA 1024"}, {"key": "RSA 2048"}]}),
        ({"certificate": {}}, {"certificates": [{}, {"scheme": "source-stamp"}]}),
        ({"known-signer": {"key": "public-key"}}, {"known_signers": ["public-key", "maker"]}),
    ],
)
def test_one_of_the_facts_fits(match, spec):
    assert count(match, spec) == 1


@pytest.mark.parametrize(
    ("key", "weak"),
    [("RSA 1024", True), ("RSA 2047", True), ("RSA 2048", False), ("DSA 1024", True), ("DSA 2048", False),
     ("EC 192", True),
     ("EC 224", False), ("EC 256", False), ("RSA", False), ("Ed25519", False), ("other 8", False), ("", False)],
)  # fmt: skip
def test_which_keys_are_short(key: str, weak: bool):
    assert is_weak(key) is weak


@pytest.mark.parametrize(
    ("subject", "debug"),
    [(DEBUG, True), ("CN=Android Debug,O=Android,C=US", True), ("CN=Android Debug", True),
     ("CN=My Android Debug", False), ("O=CN=Android Debug\\,x", False), ("CN=android debug", False)],
)  # fmt: skip
def test_how_development_tools_name_their_key(subject: str, debug: bool):
    assert count({"certificate": {"debug": True}}, {"certificates": [{"subject": subject}]}) == int(debug)


def test_every_feature_here_is_one_of_the_rule_language():
    assert set(FINDERS) <= {field.name for field in msgspec.structs.fields(Node)}
