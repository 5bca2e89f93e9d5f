"""Pins of packages say which files they are, of which day, and why one does not come along."""

import pytest

from affidavit.network.snapshot import pins
from affidavit.network.snapshot.pins import Member, Package, PackageDocument


def package(**changed) -> Package:
    said = {
        "registry": "npm",
        "name": "a",
        "version": "1",
        "sha256": "0" * 64,
        "date": "2026-06-17",
        "licence": "CC0-1.0",
        "attribution": "by a",
        "ship": True,
        "files": (Member("a.csv", "1" * 64),),
    }
    return Package(**(said | changed))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, None),
        ({"ship": False, "why": "its licence"}, None),
        ({"ship": False}, "does not say why"),
        ({"date": "17 June"}, "'17 June' is no day"),
        ({"date": ""}, "'' is no day"),
        ({"date": "20260617"}, "'20260617' is no day"),
        ({"files": (Member("a.csv", "1" * 64, date="2026-02-30"),)}, "'2026-02-30' is no day"),
        ({"files": (Member("a.csv", "1" * 64, table="country-as", date="2026-02-28"),)}, None),
        ({"sha256": "0" * 63}, "is no SHA-256"),
        ({"files": (Member("a.csv", "G" * 64),)}, "is no SHA-256"),
        ({"files": (Member("a.csv", "1" * 64, table="country"),)}, "no kind of table is called 'country'"),
    ],
)
def test_what_a_pin_must_say(changed, message):
    found = list(pins.problems({"a.yaml": PackageDocument("x", "x", (package(**changed),))}))
    assert [path for path, _ in found] == (["a.yaml"] if message else [])
    assert all(said.startswith("a 1: ") and message in said for _, said in found)


def test_problems_come_in_the_order_of_files():
    bad = PackageDocument("x", "x", (package(date="x"),))
    assert [path for path, _ in pins.problems({"b": bad, "a": bad})] == ["a", "b"]


def test_a_file_has_the_day_of_its_package_unless_it_has_its_own(monkeypatch):
    files = (Member("a", "1" * 64), Member("b", "2" * 64, table="asn", date="2026-01-02"))
    monkeypatch.setattr(pins, "packages", lambda: (package(registry="debian", files=files),))
    known = pins.by_digest.__wrapped__()
    assert {digest[0]: (held.name, held.date, held.table) for digest, held in known.items()} == {
        "1": ("Debian a 1", "2026-06-17", ""),
        "2": ("Debian a 1", "2026-01-02", "asn"),
    }


def test_pinned_files_are_told_apart():
    members = [member for package in pins.packages() for member in package.files]
    assert len(pins.by_digest()) == len({member.sha256 for member in members})
    assert all(len(member.sha256) == 64 for member in members)
