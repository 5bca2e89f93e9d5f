"""APK Signature Schemes v3 and v3.1, level by level: who stands for it, and whether that signer holds."""

import pytest

from affidavit.artefact.budget import Budget
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.outcome import SchemeResult
from tests.builders.block_signing import (
    DEV_RELEASE,
    EC,
    HIGHEST,
    ROTATION_MIN,
    RSA,
    VERITY_EC,
    Link,
    Signing,
    attribute,
    lineage,
    number,
    own_certificate,
    plain_apk,
    signed_apk,
    v3,
)
from tests.builders.signing import V3, V31, block, prefixed, with_block

ROTATED = lineage(Link("ec"), Link("rsa", RSA))


def blocks(**how) -> BlockSchemes:
    return BlockSchemes(memoryview(signed_apk(**how)), Budget())


def at(level: int, *, scheme: str = "v3", **how) -> SchemeResult:
    found = blocks(**how)
    result = found.v31(level) if scheme == "v3.1" else found.v3(level)
    assert result is not None
    return result


def words(result: SchemeResult, *, error: bool = True) -> list[str]:
    return [issue.word for issue in result.every_issue if issue.error is error]


def newer(low: int, high: int = HIGHEST, **how) -> Signing:
    """A signer with a second key."""
    return v3(low, high, kind="rsa", algorithms=(RSA,), **{"attributes": [ROTATED], **how})


@pytest.mark.parametrize("level", [28, 32, 33, 36])
def test_a_good_signature_holds_on_every_level(level):
    result = at(level, v3=[v3()])
    assert result.holds
    assert (result.scheme, result.every_issue) == ("v3", ())
    assert (result.signers[0].min_sdk, result.signers[0].max_sdk) == (28, HIGHEST)
    assert result.covers


def test_each_level_takes_the_signer_that_stands_for_it():
    made = [v3(28, 30), newer(31)]
    for level, kind in ((28, "ec"), (30, "ec"), (31, "rsa"), (40, "rsa")):
        result = at(level, v3=made)
        assert result.holds
        assert [item.certificates[0].der for item in result.signers] == [own_certificate(kind)]


def test_a_bad_signer_for_other_levels_does_not_matter():
    made = [v3(28, 30, signatures={EC: b"x"}), newer(31)]
    assert words(at(30, v3=made)) == ["v3-sig-did-not-verify"]
    assert at(31, v3=made).holds


@pytest.mark.parametrize("level", [28, 33, 40])
def test_a_level_without_signer_is_refused(level):
    result = at(level, v3=[v3(29, 32), v3(34, 39)])
    assert words(result) == ["v3-missing-sdk-versions"]
    assert "29 to 32, 34 to 39" in result.issues[-1].detail
    assert not result.signers


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_level_with_several_signers_is_refused(count):
    result = at(30, v3=[v3(28, 31)] * count)
    assert words(result) == ["v3-inconsistent-sdk-versions"]
    assert not result.holds


def test_levels_that_were_not_signed_are_refused():
    result = at(30, v3=[v3(30, 33, inner_levels=(28, HIGHEST))])
    assert words(result) == [
        "v3-min-sdk-version-mismatch-between-signer-and-signed-data-record",
        "v3-max-sdk-version-mismatch-between-signer-and-signed-data-record",
    ]


def test_a_negative_level_is_odd_and_works_as_java_compares_it():
    result = at(28, v3=[v3(-5)])
    assert result.holds
    assert words(result, error=False) == ["v3-sig-invalid-sdk-versions"]


def test_a_range_that_ends_before_it_begins_holds_nothing():
    assert words(at(30, v3=[v3(31, 29)])) == ["v3-missing-sdk-versions"]


def test_contents_that_changed_do_not_hold():
    data = bytearray(signed_apk(v3=[v3()]))
    data[0] ^= 1
    result = BlockSchemes(memoryview(bytes(data)), Budget()).v3(28)
    assert result is not None
    assert words(result) == ["v3-sig-apk-digest-did-not-verify"]


def test_trees_hold():
    assert at(28, v3=[v3(algorithms=(VERITY_EC,))], pages=True).holds


@pytest.mark.parametrize("scheme", [V3, V31])
@pytest.mark.parametrize("value", [b"", b"\xff\xff\xff\xff"])
def test_a_broken_list_is_refused(scheme, value):
    found = BlockSchemes(memoryview(with_block(plain_apk(), block((scheme, value)))), Budget())
    result = found.v3(33) if scheme == V3 else found.v31(33)
    assert result is not None
    assert words(result) == ["v3-sig-malformed-signers"]


@pytest.mark.parametrize("tail", [b"\x01", prefixed(b"\x09\0\0\0"), prefixed(prefixed(), b"1234567")])
def test_a_broken_signer_is_refused_on_every_level(tail):
    plain = plain_apk()
    value = prefixed(v3(28, 30).make(plain), tail)
    found = BlockSchemes(memoryview(with_block(plain, block((V3, value)))), Budget())
    for level in (28, 31):
        result = found.v3(level)
        assert result is not None
        assert "v3-sig-malformed-signer" in words(result)
    assert found.levels == {28, 29, 31, 33}


def test_a_block_without_signers_is_refused_in_v3_and_passed_over_in_v31():
    assert words(at(28, v3=[])) == ["v3-sig-no-signers"]
    assert at(33, scheme="v3.1", v31=[]) == SchemeResult("v3.1")


def test_more_signers_than_are_read_is_undetermined():
    result = at(28, v3=[v3(40 + number, 40 + number, algorithms=()) for number in range(17)])
    assert "more than 16 signers" in result.undetermined
    assert words(result) == []


def test_v31_takes_over_from_its_level_on():
    how = {"v3": [v3(28)], "v31": [newer(34)]}
    assert at(33, scheme="v3.1", **how) == SchemeResult("v3.1")
    result = at(34, scheme="v3.1", **how)
    assert result.holds
    assert result.scheme == "v3.1"
    assert [node.certificate.der for node in result.signers[0].lineage] == [
        own_certificate("ec"),
        own_certificate("rsa"),
    ]


def test_a_v31_signer_that_does_not_hold_is_refused_not_passed_over():
    result = at(34, scheme="v3.1", v3=[v3()], v31=[newer(33, signatures={RSA: b"x"})])
    assert words(result) == ["v3-sig-did-not-verify"]


def test_v31_without_v3_is_said():
    result = at(33, scheme="v3.1", v31=[newer(33)])
    assert result.holds
    assert words(result, error=False) == ["v31-block-found-without-v3-block"]


def test_a_signer_for_an_unfinished_platform_is_passed_over_by_the_finished_one():
    dev = newer(34, attributes=[ROTATED, attribute(DEV_RELEASE)])
    how = {"v3": [v3()], "v31": [dev]}
    assert at(34, scheme="v3.1", **how) == SchemeResult("v3.1")
    assert at(35, scheme="v3.1", **how).holds
    assert {34, 35} <= blocks(**how).levels


def test_of_two_v31_signers_the_finished_platform_takes_the_one_that_is_not_for_its_predecessor():
    dev = newer(34, attributes=[ROTATED, attribute(DEV_RELEASE)])
    how = {"v3": [v3()], "v31": [v3(33, 34), dev]}
    for level, kind in ((33, "ec"), (34, "ec"), (35, "rsa")):
        result = at(level, scheme="v3.1", **how)
        assert result.holds
        assert result.signers[0].certificates[0].der == own_certificate(kind)


def test_a_signer_for_an_unfinished_platform_must_hold_to_be_passed_over():
    dev = newer(34, attributes=[attribute(DEV_RELEASE)], signatures={RSA: b"x"})
    assert words(at(34, scheme="v3.1", v3=[v3()], v31=[dev])) == ["v3-sig-did-not-verify"]


def test_in_v3_that_attribute_is_passed_over():
    result = at(28, v3=[v3(attributes=[attribute(DEV_RELEASE)])])
    assert result.holds
    assert words(result, error=False) == ["v31-rotation-targets-dev-release-attr-on-v3-signer"]


def test_levels_are_where_the_answer_can_change():
    assert blocks(v3=[v3(28, 30), v3(31, 35)]).levels >= {28, 31, 33, 36}
    assert blocks(v3=[v3()], v31=[newer(40)]).levels >= {28, 33, 40}
    assert max(blocks(v3=[v3()]).levels) == 33


@pytest.mark.parametrize(
    "made",
    [
        [v3(28, 30), newer(31, 32), v3(33)],
        [v3(29, 29), v3(31, 40)],
        [v3(28, 35), v3(30, 31)],
        [v3(28, HIGHEST, inner_levels=(29, HIGHEST))],
    ],
)
def test_between_two_levels_the_answer_is_the_same(made):
    found = blocks(v3=made)
    for level in range(29, 45):
        if level not in found.levels:
            assert [found.v3(level), found.v31(level)] == [found.v3(level - 1), found.v31(level - 1)]


def test_a_v31_block_that_was_taken_out_is_noticed_since_android_13():
    made = [v3(attributes=[attribute(ROTATION_MIN, number(34))])]
    assert at(32, v3=made).holds
    assert words(at(33, v3=made)) == ["v31-block-missing"]
    assert at(33, v3=made, v31=[newer(34)]).holds
    assert words(at(33, v3=made, v31=[newer(35)])) == ["v31-rotation-min-sdk-mismatch"]


def test_signers_that_are_passed_over_do_not_hide_one_that_is_not():
    dev = newer(34, attributes=[ROTATED, attribute(DEV_RELEASE)])
    result = at(34, scheme="v3.1", v3=[v3()], v31=[dev, dev, dev, v3(33, 34)])
    assert result.holds
    assert result.signers[0].certificates[0].der == own_certificate("ec")


def test_a_v31_signer_that_announces_a_v31_signer_needs_one_before_it():
    telling = [ROTATED, attribute(ROTATION_MIN, number(34))]
    older = v3(28, attributes=telling[1:])
    assert words(at(34, scheme="v3.1", v3=[older], v31=[newer(34, attributes=telling)])) == ["v31-block-missing"]
    two = [newer(34, 34), newer(35, attributes=telling)]
    assert at(35, scheme="v3.1", v3=[older], v31=two).holds
    assert words(at(35, scheme="v3.1", v3=[older], v31=two[::-1])) == ["v31-block-missing"]
    other = [newer(33, 34), newer(35, attributes=telling)]
    assert words(at(35, scheme="v3.1", v3=[older], v31=other)) == ["v31-rotation-min-sdk-mismatch"]


BROKEN = lineage(Link("ec"), Link("rsa", RSA, signature=b"x"))


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"attributes": [attribute(DEV_RELEASE), BROKEN]}, []),
        ({"attributes": [BROKEN, attribute(DEV_RELEASE)]}, ["v3-sig-por-did-not-verify"]),
        (
            {"attributes": [attribute(DEV_RELEASE)], "inner_levels": (34, 35)},
            ["v3-max-sdk-version-mismatch-between-signer-and-signed-data-record"],
        ),
        ({"attributes": [attribute(ROTATION_MIN, number(34)), attribute(DEV_RELEASE)]}, ["v31-block-missing"]),
    ],
)
def test_what_is_read_before_a_signer_is_passed_over_must_hold(how, found):
    assert words(at(34, scheme="v3.1", v3=[v3()], v31=[newer(34, **how)])) == found


def test_the_level_of_a_signer_for_an_unfinished_platform_counts_whatever_came_before_it():
    announcing = [v3(attributes=[attribute(ROTATION_MIN, number(34))])]
    old, dev = newer(10, 12), newer(34, attributes=[attribute(DEV_RELEASE)])
    assert at(34, v3=announcing, v31=[old, dev]).holds
    assert words(at(34, v3=announcing, v31=[dev, old])) == ["v31-rotation-min-sdk-mismatch"]
    assert words(at(33, v3=announcing, v31=[old, dev])) == ["v31-rotation-min-sdk-mismatch"]
    assert at(33, v3=announcing, v31=[dev]).holds


def test_many_signers_that_are_passed_over_are_looked_at_once_each():
    dev = newer(34, attributes=[attribute(ROTATION_MIN, number(34)), attribute(DEV_RELEASE)])
    made = [newer(34, attributes=[attribute(DEV_RELEASE)]), *[dev] * 15]
    assert at(34, scheme="v3.1", v3=[v3()], v31=made) == SchemeResult("v3.1")
