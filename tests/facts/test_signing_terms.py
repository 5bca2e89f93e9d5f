"""What a manifest says that bears on signatures, read as the package manager and apksig read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.axml import parse_axml
from affidavit.facts.signing_terms import DEVELOPMENT, declared_of, level_before
from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.platform import Declared
from tests.builders.axml import E, binary, e


def terms(*children: E, **attributes: object) -> Declared:
    """The terms of a manifest with these elements in it."""
    root = e("manifest", {"package": "a.b"} | {f"android:{key}": value for key, value in attributes.items()}, *children)
    return declared_of(parse_axml(binary(root)), None)


def sdk(**levels: object) -> E:
    return e("uses-sdk", {f"android:{key}": value for key, value in levels.items()})


def test_levels_and_sandbox_are_read():
    found = terms(sdk(minSdkVersion=21, targetSdkVersion=30), targetSandboxVersion=2)
    assert found == Declared(21, 30, 2)


def test_what_is_not_stated_has_the_platforms_defaults():
    assert terms() == Declared(1, 1, 1)
    assert terms(sdk(targetSdkVersion=30)) == Declared(1, 30, 1)
    assert terms(sdk(minSdkVersion=19)) == Declared(19, 19, 1)


def test_the_highest_minimum_of_several_elements_counts():
    assert terms(sdk(minSdkVersion=26), sdk(minSdkVersion=19, targetSdkVersion=28)) == Declared(26, 28, 1)


@pytest.mark.parametrize(
    ("codename", "level"),
    [("N", 23), ("O", 25), ("P", 26), ("Q", 27), ("R", 28), ("Tiramisu", 30), ("M", 22), ("L", 20), ("E", 4), ("A", 1),
     ("Baklava", 34), ("CinnamonBun", 35), ("CANARY", 9999), ("n", 0), ("", 0), ("9", 0)],
)  # fmt: skip
def test_a_code_name_stands_for_the_level_before_its_release(codename: str, level: int):
    assert level_before(codename) == level


def test_code_names_in_a_manifest():
    assert terms(sdk(minSdkVersion="Q", targetSdkVersion="Q")) == Declared(27, DEVELOPMENT, 1)
    odd = terms(sdk(minSdkVersion="next", targetSdkVersion="30"))
    assert (odd.min_sdk, odd.target_sdk) == (1, 30)
    assert "no number" in odd.unknown


def test_a_manifest_that_is_none_is_said():
    assert declared_of(None, None) == Declared(unknown="no manifest could be read")
    assert "<manifest>" in declared_of(parse_axml(binary(e("other"))), None).unknown
    assert "<manifest>" in declared_of(parse_axml(b"garbage"), None).unknown


@given(st.text(max_size=24), st.text(max_size=24))
def test_any_text_gives_levels_within_bounds(minimum: str, target: str):
    found = terms(sdk(minSdkVersion=minimum, targetSdkVersion=target))
    assert 1 <= found.min_sdk <= ANY_LEVEL
    assert 0 <= found.target_sdk <= ANY_LEVEL


@given(st.integers(-(1 << 31), (1 << 31) - 1))
def test_any_number_gives_levels_within_bounds(number: int):
    found = terms(sdk(minSdkVersion=number, targetSdkVersion=number), targetSandboxVersion=number)
    assert 1 <= found.min_sdk <= ANY_LEVEL
    assert 0 <= found.target_sdk <= ANY_LEVEL
