"""The catalogue of known code: what is in it holds together, and each check finds what it is for."""

import msgspec
import pytest

from affidavit.identity.code import catalogue
from affidavit.identity.code.catalogue import FamilyDocument, Known, PackageDocument

DIGEST = "0" * 64


def family(**changes):
    return {
        "id": "okhttp",
        "title": "OkHttp",
        "vendor": "Square",
        "kind": "library",
        "classes": ["okhttp3/"],
        **changes,
    }


def package(*parts, **changes):
    file = {"path": "a.jar", "sha256": DIGEST, "parts": [{"family": "okhttp", **part} for part in parts]}
    box = {"registry": "npm", "name": "p", "version": "1", "sha256": DIGEST, "date": "2020-01-31", "files": [file]}
    return {**box, **changes}


def problems(families=(), packages=()):
    head = {"source": "own", "licence": "facts"}
    typed = {
        "code_families/a.yaml": msgspec.convert({**head, "families": list(families) or [family()]}, FamilyDocument),
        "code_packages/a.yaml": msgspec.convert({**head, "packages": list(packages)}, PackageDocument),
    }
    found = catalogue.check(typed, frozenset({"tencent"}), frozenset({"okhttp", "kotlin"}))
    return [(check, message) for _, check, message in found]


STATED = {"version": "3.12.0", "stated": "name"}


def test_a_good_catalogue_has_no_problems():
    other = family(
        id="wechat-opensdk", classes=["com/tencent/mm/"], entity="tencent", library="kotlin", contains=["okhttp"]
    )
    assert problems([family(), other], [package(STATED), package({}, name="q")]) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Ok Http"}, "its id has other characters"),
        ({"entity": "tensent"}, "unknown organisation 'tensent'"),
        ({"library": "okttp"}, "unknown library 'okttp'"),
        ({"contains": ["okio"]}, "contains an unknown family 'okio'"),
        ({"classes": ["okhttp3."]}, "'okhttp3.' is no prefix of a class"),
        ({"classes": ["okhttp3/", "okhttp3/"]}, "'okhttp3/' is there twice"),
    ],
)
def test_a_wrong_family_is_found(changes, says):
    ((check, message),) = problems([family(**changes)])
    assert check == "code-family"
    assert says in message


def test_families_share_no_id_and_no_classes():
    assert [message for _, message in problems([family(), family()])] == [
        "okhttp: 'okhttp' is there twice",
        "okhttp: 'okhttp3/' is there twice",
    ]


@pytest.mark.parametrize(
    ("boxes", "says"),
    [
        ([package(STATED, sha256="0" * 63)], "is no SHA-256"),
        ([package(STATED, date="31.1.2020")], "'31.1.2020' is no day"),
        ([package({"version": "3.12.0"})], "has a version and says what states it, or has neither"),
        ([package({"stated": "mark"})], "has a version and says what states it, or has neither"),
        ([package({"family": "okio", **STATED})], "unknown family 'okio'"),
        ([package()], "gives no family and is no ordinary app"),
        ([package(STATED), package(STATED, name="q")], "okhttp 3.12.0 is of another package too"),
    ],
)
def test_a_wrong_package_is_found(boxes, says):
    ((check, message),) = problems(packages=boxes)
    assert check == "code-package"
    assert says in message


def test_the_longest_prefix_says_whose_a_class_is():
    def known(name, *prefixes):
        return Known(name, name, "", "library", prefixes)

    of = catalogue.owner({"a": known("a", "x/", "y/Z"), "b": known("b", "x/y/")})
    assert [of(name) for name in ("x/A", "x/y/A", "x/yy/A", "y/Zoo", "y/Y", "x")] == ["a", "b", "a", "a", None, None]


def test_an_index_gets_every_family_with_its_owner():
    families = catalogue.families()
    assert families["wechat-opensdk"].entity == "tencent"
    assert families["wechat-opensdk"].kind == "sdk"
    assert list(families) == list(catalogue.known())


def test_each_version_says_which_package_it_is_from():
    origins = catalogue.origins()
    assert origins["wechat-opensdk", "5.5.3"].name == "react-native-wechat-lib"
    assert {family for family, _ in origins} <= set(catalogue.known())
