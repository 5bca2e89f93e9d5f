"""What was examined is counted from what was read, and what nobody accounts for is said."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.evidence.derive import derive
from affidavit.facts import coverage
from affidavit.facts.inventory import entry_fact
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Gap, Reason
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from tests.artefact.reading import read_zip
from tests.builders import signing
from tests.builders.apps import small_app
from tests.builders.zip import Item, build_zip, zip_of
from tests.derived import Derived
from tests.oracles.coverage import unclaimed


def of(data: bytes) -> ContainerCoverage:
    """Coverage of a zip read as one part."""
    part = read_zip(data).part
    facts = [entry_fact(part, entry, part.read(entry)) for entry in part.entries if not entry.name.endswith("/")]
    [found] = coverage.of_containers([part], facts)
    return found


def virtual_entry(size: int) -> bytes:
    """A local header without a name, over zeros: how Android's zip writer leaves room."""
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 0, 0, 0, 0, 0, 0, 0, 0, 0, size - 30) + bytes(size - 30)


def test_every_entry_is_counted_once_by_what_became_of_it():
    found = of(
        build_zip(
            [
                Item("AndroidManifest.xml", b"\x03\x00\x08\x00"),
                Item("classes.dex", b"dex\n035\0"),
                Item("res/a.png", b"\x89PNG\r\n\x1a\n"),
                Item("assets/inner.zip", zip_of({"a": b"b"})),
                Item("assets/data", b"\xf7\xf8\x91\xb2" * 9),
                Item("assets/", b""),
                Item("assets/broken", b"abc", stream=b"\xff"),
            ]
        )
    )
    assert (found.seen, found.parsed, found.searched, found.unknown) == (7, 2, 1, 1)
    assert (found.archives, found.folders, found.failed) == (1, 1, 1)
    assert found.claimed == found.size
    assert not found.gaps


def test_bytes_that_nothing_claims_are_found():
    found = of(build_zip([Item("a", b"b")], prefix=b"secret" * 10))
    assert found.gaps == (Gap(0, 60),)
    assert found.unclaimed == 60
    assert found.claimed == found.size - 60


@pytest.mark.parametrize("prefix", [bytes(64), virtual_entry(132), virtual_entry(132) + virtual_entry(40)])
def test_padding_is_no_gap(prefix):
    assert of(build_zip([Item("a", b"b")], prefix=prefix)).unclaimed == 0


@pytest.mark.parametrize(
    "prefix", [virtual_entry(132)[:-1] + b"x", b"PK\x03\x04" + bytes(14) + b"\1" + bytes(60), bytes(63) + b"x"]
)
def test_what_looks_like_padding_and_holds_something_is_a_gap(prefix):
    assert of(build_zip([Item("a", b"b")], prefix=prefix)).unclaimed == len(prefix)


def test_a_signing_block_and_descriptors_are_claimed():
    data = signing.apk((signing.V2, bytes(300)), (signing.PADDING, bytes(99)))
    assert of(data).unclaimed == 0
    assert of(build_zip([Item("a", b"b" * 99, descriptor=True), Item("c", b"d", descriptor=True)])).unclaimed == 0


@given(
    st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 60)), min_size=1, max_size=6),
    st.binary(max_size=80),
)
def test_the_stretches_are_those_of_the_byte_by_byte_count(items, prefix):
    built = [Item(f"e{number}", data, 0, local_extra=bytes(room)) for number, (data, room) in enumerate(items)]
    part = read_zip(build_zip(built, prefix=prefix)).part
    slow = unclaimed(part)
    [fast] = coverage.of_containers([part], ())
    assert fast.unclaimed in (len(slow), 0)
    if any(prefix):
        assert fast.unclaimed == len(slow)
        assert fast.gaps[0].offset == slow[0]


def test_only_the_first_gaps_are_listed_and_all_are_counted():
    pieces = [Item(f"e{number}", b"x", 0, unlisted=number % 2 == 1) for number in range(60)]
    found = of(build_zip(pieces))
    assert len(found.gaps) == coverage.GAPS
    assert found.unclaimed == sum(30 + len(f"e{number}") + 1 for number in range(1, 60, 2))


def container(**counts: int) -> ContainerCoverage:
    return ContainerCoverage("base.apk", "base", 100, 10, **counts)


def test_entries_that_nobody_says_were_not_read_are_said():
    [said] = coverage.shortfalls([container(failed=2)], [], [])
    assert (said.kind, said.place) == ("container/entries-not-read", Place("base.apk"))
    for known in (
        Limitation("container/bad-deflate", "x", Place("base.apk!/a")),
        Limitation("budget/total-bytes", "x", Place("base.apk!/a")),
        Limitation("budget/entries", "x"),
    ):
        assert not list(coverage.shortfalls([container(failed=2)], [], [known]))
    other = Limitation("container/bad-deflate", "x", Place("split.apk!/a"))
    assert list(coverage.shortfalls([container(failed=2)], [], [other])) == [said]


def test_methods_that_nobody_says_were_not_decoded_are_said():
    lost = CodeCoverage("classes.dex", 1, 5, 4, 3, 9)
    [said] = coverage.shortfalls([], [lost], [])
    assert said == Limitation(
        "code/undecoded", "the code of 1 methods was not decoded to its end", Place("classes.dex")
    )
    known = CodeCoverage("classes.dex", 1, 5, 4, 3, 9, (Reason("code/bad-instruction", 1),))
    assert not list(coverage.shortfalls([], [known], []))


def test_unclaimed_bytes_are_said_with_their_place():
    [said] = coverage.shortfalls([container(unclaimed=7, gaps=(Gap(3, 7),))], [], [])
    assert said.kind == "container/unclaimed-bytes"
    assert "7 bytes belong to no entry, header or signature, the first 7 of them at 3" in said.detail


def test_the_account_has_the_record(tmp_path: Path):
    path = tmp_path / "small.apk"
    path.write_bytes(small_app())
    account = derive(path)
    found, inner = account.coverage.containers
    assert (found.entry, found.role, found.seen, found.parsed, found.archives) == ("", "base", 4, 3, 0)
    assert (inner.entry, inner.role, inner.seen, inner.searched) == ("assets/more.zip", "nested", 1, 1)
    [code] = account.coverage.code
    assert (code.entry, code.classes, code.methods, code.coded, code.decoded) == ("classes.dex", 1, 1, 1, 1)
    assert {stage.outcome for stage in account.coverage.stages} == {"done"}


def test_a_budget_that_ends_early_shows_in_the_record(tmp_path: Path):
    path = tmp_path / "small.apk"
    path.write_bytes(small_app())
    account = derive(path, Budget(seconds=0))
    outcomes = {stage.name: stage.outcome for stage in account.coverage.stages}
    assert outcomes["entries"] == outcomes["code"] == "cut"
    assert outcomes["coverage"] == "done"
    [found] = account.coverage.containers
    assert (found.seen, found.failed) == (4, 4)


@pytest.mark.samples
@pytest.mark.parametrize("name", ["uiautomator2", "settings-8.0.10"])
def test_real_apps_are_read_whole(sample: Callable[[str], Path], derived: Derived, name):
    path = sample(name)
    account = derived(path)
    for found in account.coverage.containers:
        assert found.failed == 0
        assert found.seen == sum(
            (found.parsed, found.searched, found.unknown, found.archives, found.folders, found.failed)
        )
    for code in account.coverage.code:
        assert code.decoded == code.coded
    with open_artefact(path, Budget()) as opened:
        slow = len(unclaimed(opened.parts[0]))
    assert account.coverage.containers[0].unclaimed <= slow


def test_a_bare_dex_claims_all_of_itself_and_its_broken_code_has_reasons(tmp_path: Path):
    path = tmp_path / "a.dex"
    path.write_bytes(b"dex\n035\0" + bytes(200))
    account = derive(path)
    [found] = account.coverage.containers
    assert (found.size, found.claimed, found.unclaimed, found.seen) == (208, 208, 0, 1)
    [code] = account.coverage.code
    assert {reason.kind for reason in code.reasons} <= {item.kind for item in account.limitations}
    assert code.reasons


def test_an_entry_without_a_local_header_claims_nothing():
    found = of(build_zip([Item("a", b"first"), Item("b", b"second", at=5_000, hidden=True)]))
    assert (found.seen, found.unknown + found.searched, found.failed) == (2, 1, 1)
    assert found.unclaimed == 0
    hollow = of(build_zip([Item("a", b"x" * 9, 0, at=5_000), Item("b", b"second")]))
    assert hollow.gaps == (Gap(0, 30 + 1 + 9),)
