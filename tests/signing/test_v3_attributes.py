"""What v3 signers say in their attributes: lineage, a v3.1 signer, and what is odd about them."""

import pytest

from affidavit.model.signing import Issue
from affidavit.signing.outcome import Located, Node
from affidavit.signing.signer import FaultError, Record, SignedContent
from affidavit.signing.v3_attributes import Around, check_attributes, check_rotation, for_unfinished
from tests.builders.block_signing import (
    DEV_RELEASE,
    EC,
    ROTATION,
    ROTATION_MIN,
    RSA,
    Link,
    lineage,
    number,
    own_certificate,
)


def run(*attributes: tuple[int, bytes], own: str = "ec", scheme: str = "v3") -> tuple[tuple[Node, ...], list[Issue]]:
    data = b"before"
    records = []
    for name, value in attributes:
        records.append(Record(name, value, len(data)))
        data += value
    content = SignedContent((), (Located(own_certificate(own), "", 0),), 28, 99, tuple(records))
    issues: list[Issue] = []
    nodes = check_attributes(content, Around(memoryview(data), "base.apk", scheme), issues)
    return nodes, issues


def fault_of(*attributes: tuple[int, bytes], **how) -> str:
    with pytest.raises(FaultError) as caught:
        run(*attributes, **how)
    return caught.value.word


def proof(*links: Link, version: int = 1) -> tuple[int, bytes]:
    return ROTATION, lineage(*links, version=version)[8:]


def test_without_attributes_there_is_nothing_to_say():
    assert run() == ((), [])


def test_a_lineage_ends_with_the_signers_own_key():
    nodes, issues = run(proof(Link("rsa", RSA), Link("ec")))
    assert [node.certificate.der for node in nodes] == [own_certificate("rsa"), own_certificate("ec")]
    assert nodes[0].certificate.entry == "base.apk"
    assert issues == []


def test_a_lineage_that_ends_with_another_key_is_not_the_signers():
    assert fault_of(proof(Link("ec"), Link("rsa", RSA))) == "por-cert-mismatch"


def test_a_signer_has_one_lineage():
    assert fault_of(proof(Link("ec")), proof(Link("ec"))) == "multiple-lineages"


def test_a_lineage_that_does_not_hold_is_refused():
    assert fault_of(proof(Link("rsa", RSA), Link("ec", signature=b"x"))) == "por-did-not-verify"
    assert fault_of((ROTATION, b"\x01")) == "malformed-lineage"


@pytest.mark.parametrize("value", [proof(), proof(Link("ec"), version=2)])
def test_lineages_that_android_takes_all_the_same_are_odd(value):
    _, issues = run(value)
    assert [(issue.word, issue.error) for issue in issues] == [("v3-sig-malformed-lineage", False)]


@pytest.mark.parametrize(
    ("values", "rotation", "found"),
    [
        ([33], 33, []),
        ([34], 34, []),
        ([34], None, [("v31-block-missing", True)]),
        ([34], 33, [("v31-rotation-min-sdk-mismatch", True)]),
        ([33, 34], 33, [("v31-rotation-min-sdk-mismatch", True)]),
        ([], 33, [("v31-rotation-min-sdk-attr-missing", False)]),
        ([], None, []),
    ],
)
def test_an_announced_v31_signer_must_be_there_since_android_13(values, rotation, found):
    assert announced([number(value) for value in values], rotation) == found
    assert run(*[(ROTATION_MIN, number(value)) for value in values])[1] == []


def announced(values: list[bytes], rotation: int | None) -> list[tuple[str, bool]]:
    content = SignedContent((), (), 28, 99, tuple(Record(ROTATION_MIN, value, 0) for value in values))
    return [(issue.word, issue.error) for issue in check_rotation(content, rotation)]


def test_an_announcement_that_breaks_off_is_refused():
    assert announced([b"\x21\0\0"], 33) == [("v3-sig-malformed-additional-attribute", True)]


def test_what_follows_the_announced_level_is_ignored():
    assert announced([number(33) + b"more"], 33) == []


def test_unknown_attributes_are_said_and_passed_over():
    issues = run((0x1234, b"x"), (0x1235, b""))[1]
    assert [(issue.word, issue.error) for issue in issues] == [("v3-sig-unknown-additional-attribute", False)]
    assert "0x00001234, 0x00001235." in issues[0].detail


def test_a_signer_for_an_unfinished_platform_says_so():
    def content(*records: Record) -> SignedContent:
        return SignedContent((), (), 28, 99, records)

    assert for_unfinished(content(Record(EC, b"", 0), Record(DEV_RELEASE, b"", 0)))
    assert not for_unfinished(content(Record(EC, b"", 0)))
    assert run((DEV_RELEASE, b""), scheme="v3.1")[1] == []
