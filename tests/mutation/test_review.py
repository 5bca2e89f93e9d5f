"""What must hold of an account of a changed app, and what is said when it does not."""

import pytest
from msgspec.structs import replace

from affidavit.evidence.derive import derive
from affidavit.model.bundle import Affidavit
from affidavit.model.coverage import CodeCoverage, ContainerCoverage, Coverage, Reason, StageCoverage
from tests.builders.apps import write_app
from tests.mutation.review import _differing, _uncovered

STAGES = (StageCoverage("entries", "done"),)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Affidavit:
    return derive(write_app(tmp_path_factory.mktemp("app")))


def faults(account: Affidavit, *containers: ContainerCoverage, code: tuple[CodeCoverage, ...] = ()) -> list[str]:
    return list(_uncovered(replace(account, coverage=Coverage(containers, code, STAGES), limitations=())))


def test_a_true_account_has_no_fault(account: Affidavit):
    assert not list(_uncovered(account))
    assert not _differing(account, account)


def test_an_account_without_a_record_is_a_fault(account: Affidavit):
    assert faults(account) == ["the account has no coverage record"]


def test_entries_and_bytes_that_are_not_accounted_for_are_faults(account: Affidavit):
    whole = ContainerCoverage("", "base", 100, seen=3, parsed=1, searched=1, unknown=1, claimed=90, unclaimed=10)
    assert not faults(account, whole)
    assert "of 4 entries" in faults(account, replace(whole, seen=4))[0]
    assert "of 2 entries" in faults(account, replace(whole, seen=2))[0]
    assert "of 101 bytes" in faults(account, replace(whole, size=101))[0]


def test_a_budget_may_end_the_count_of_entries_early(account: Affidavit):
    partial = replace(account, manifest=replace(account.manifest, partial=True))
    assert not faults(partial, ContainerCoverage("", "base", 10, seen=3, parsed=1, claimed=10))


def test_what_could_not_be_read_has_to_be_said(account: Affidavit):
    whole = ContainerCoverage("", "base", 10, seen=1, failed=1, claimed=10)
    assert faults(account, whole) == ["1 entries of '' could not be read and nothing says so"]


def test_code_that_was_not_decoded_has_a_reason(account: Affidavit):
    whole = ContainerCoverage("", "base", 10, seen=1, parsed=1, claimed=10)
    code = CodeCoverage("classes.dex", 1, methods=3, coded=2, decoded=1, instructions=9)
    assert "no reason" in faults(account, whole, code=(code,))[0]
    assert not faults(account, whole, code=(replace(code, reasons=(Reason("code/undecoded", 1),)),))
    assert "4 decoded" in faults(account, whole, code=(replace(code, decoded=4),))[0]


def test_another_review_that_differs_is_named_by_its_member(account: Affidavit):
    other = replace(account, findings=account.findings[:1])
    assert "findings.json differs the second time" in _differing(account, other)
