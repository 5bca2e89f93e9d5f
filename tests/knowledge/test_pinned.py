"""Pins of packages are told by digests and days in one form."""

import msgspec
import pytest

from affidavit.knowledge.pinned import Pinned, faults

PACKAGE = {"registry": "npm", "name": "a", "version": "1", "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("sha256", "digests", "days", "said"),
    [
        ("0" * 64, [], [], []),
        ("0" * 64, ["1f" * 32], ["2024-02-29"], []),
        ("0" * 63, ["1" * 65], [], [f"'{'0' * 63}' is no SHA-256", f"'{'1' * 65}' is no SHA-256"]),
        ("F" * 64, [], [], [f"'{'F' * 64}' is no SHA-256"]),
        ("0" * 64, [], ["2023-02-29", "20240229", "", "2024-02"], [
            "'2023-02-29' is no day", "'20240229' is no day", "'' is no day", "'2024-02' is no day",
        ]),
    ],
)  # fmt: skip
def test_each_digest_and_day_that_is_none_is_named(sha256, digests, days, said):
    assert list(faults(Pinned(**PACKAGE | {"sha256": sha256}), digests, days)) == said


@pytest.mark.parametrize("changed", [{"registry": "maven"}, {"more": 1}])
def test_a_package_of_another_registry_or_with_other_words_is_refused(changed):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(PACKAGE | changed, Pinned)
