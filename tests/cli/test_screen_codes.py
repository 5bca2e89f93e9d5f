"""Exit codes of ``affidavit screen`` from made accounts, words for roles, and which tables of networks are asked."""

import argparse
from datetime import date
from functools import cache
from typing import get_args

import msgspec
import pytest

from affidavit.cli import codes
from affidavit.cli.screen import KINDS, _role, exit_code
from affidavit.evidence.records_worker import LATER, Reading
from affidavit.model.errors import UsageError
from affidavit.model.network import Strength
from affidavit.model.screening import Asked, Match, RecordKind, Records, Screening, SelectorKind, Tie
from affidavit.network.screen.knowledge import columns, ties
from affidavit.network.screen.selectors import known_selectors
from tests.builders import records
from tests.builders.screenings import screening


@cache
def base() -> Screening:
    return screening("cdn_provider", "2020-11-13", "2020-09-19", records.LOG)


def account(*outcomes: str, touched=True, unread=0, lacks=(), bearing=True) -> Screening:
    """An account in which the law says these outcomes."""
    made = base()
    first = next(item for item in made.asks if item.matches)
    replace = msgspec.structs.replace
    asks = tuple(
        Asked(first.apps, replace(first.obligation, outcome=outcome), first.matches if bearing else ())
        for outcome in outcomes
    )
    files = (replace(made.files[0], unread=unread, lacks=lacks),)
    return replace(made, asks=asks, files=files, touched=made.touched if touched else ())


BARRED, SPARED = "PROHIBITED", "PROHIBITED_NOT_ENFORCED"
CODES = [
    # the account, --fail-on, --strict, the code
    (account(BARRED), [], False, codes.DONE),
    (account(BARRED), ["barred"], False, codes.FAILED),
    (account(SPARED), ["barred"], False, codes.FAILED),
    (account("ENJOINED"), ["barred"], False, codes.DONE),
    (account("ENJOINED"), ["barred", "ENJOINED"], False, codes.FAILED),
    (account("ENJOINED", BARRED), ["barred"], False, codes.FAILED),
    (account(BARRED, bearing=False), ["barred"], False, codes.DONE),
    (account(SPARED), ["PROHIBITED"], False, codes.DONE),
    (account(), ["touched"], False, codes.FAILED),
    (account(touched=False), ["touched"], False, codes.DONE),
    (account(), ["barred"], False, codes.DONE),
    (account(unread=1), [], False, codes.DONE),
    (account(unread=1), [], True, codes.UNDETERMINED),
    (account(lacks=("addresses",)), [], True, codes.UNDETERMINED),
    (account(), [], True, codes.DONE),
    (account(unread=1), ["touched"], True, codes.FAILED),
    (account(unread=1, touched=False), ["touched"], True, codes.UNDETERMINED),
]


@pytest.mark.parametrize(("made", "fail_on", "strict", "code"), CODES, ids=range(len(CODES)))
def test_the_exit_code_is_the_gravest_that_was_asked_for(made, fail_on, strict, code):
    assert exit_code(made, argparse.Namespace(fail_on=fail_on or None, strict=strict)) == code


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("cdn", "cdn_provider"),
        ("CDN", "cdn_provider"),
        ("content-delivery", "cdn_provider"),
        ("  Internet   Exchange ", "network_provider"),
        ("app_store", "app_store"),
        ("App-Store", "app_store"),
        ("hosting_provider", "hosting_provider"),
        ("plumber", "plumber"),
        ("", ""),
    ],
)
def test_a_role_is_understood_in_everyday_words_and_others_are_left_as_they_are(said, role):
    assert _role(said) == role


def test_a_word_that_can_never_fail_is_refused_before_a_record_is_read(run):
    done = run("screen", "no-such-file", "--as", "cdn", "--fail-on", "touched", "--fail-on", "Barred")
    assert done.code == codes.USAGE
    assert "'Barred' is none of touched" in done.err
    assert "cannot open" not in done.err


@pytest.mark.parametrize(("form", "start"), [("terminal", "Asked as"), ("json", "{"), ("csv", "id,app,")])
def test_every_form_can_be_put_into_a_file(run, tmp_path, form, start):
    log, out = tmp_path / "access.log", tmp_path / "out"
    log.write_text(records.LOG)
    words = ("screen", log, "--as", "cdn", "--on", "2020-11-13", "--no-sandbox", "--format", form)
    done = run(*words, "-o", out)
    assert (done.code, done.out) == (codes.DONE, "")
    with out.open(newline="") as file:
        written = file.read()
    assert written.startswith(start)
    assert written.strip() == run(*words).out.replace("\r\r\n", "\r\n").strip()


# Words that stand in several places are the same there


def test_kinds_are_the_same_for_a_person_a_file_and_the_knowledge():
    assert get_args(RecordKind) == KINDS
    assert set(ties().tiers) == set(KINDS)
    assert set(ties().caveats) <= set(KINDS)
    assert {item.kind for item in columns().kinds} < set(KINDS)


def test_every_tie_has_its_words_and_no_element_names_another():
    assert set(ties().ties) == set(get_args(Tie))
    for many in ties().elements.values():
        for words in many:
            assert {*words.shown, *words.part, *words.direct} <= set(get_args(Tie))
            assert set(words.shown).isdisjoint(words.part) or words.kinds, words.text
            assert words.needs


def test_a_kind_that_shows_more_is_never_weaker_than_a_log_of_questions():
    order = list(Strength)
    tiers = {kind: order.index(tier) for kind, tier in ties().tiers.items()}
    assert tiers["dns-log"] < tiers["flow-log"] < tiers["access-log"] < tiers["customers"] == tiers["zone"]


def test_selectors_are_of_kinds_that_there_are():
    known = known_selectors()
    by = {item.by for table in (known._domains, known._packages, known._companies, known._paid)
          for many in table.values() for item in many}  # fmt: skip
    assert by <= set(get_args(SelectorKind))
    assert {"domain", "package", "operator", "name", "descriptor"} <= by


# What goes between processes and into files comes back the same


def test_an_account_is_the_same_behind_its_json():
    made = screening("hosting_provider", "2020-09-20", "2020-09-20", records.CUSTOMERS, records.LOG)
    data = msgspec.json.encode(made)
    assert msgspec.json.decode(data, type=Screening) == made
    assert msgspec.json.encode(msgspec.json.decode(data, type=Screening)) == data


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"name": "a", "sha256": "", "size": "1", "kind": "zone", "form": "zone", "read": 1}',
        b'{"name": "a", "sha256": "", "size": 1, "kind": "zones", "form": "zone", "read": 1}',
        b'{"name": "a", "sha256": "", "size": 1, "kind": "zone", "form": "zone", "read": 1, "problems": [1]}',
        b'{"name": "a", "sha256": "", "size": 1, "kind": "zone", "form": "zone", "read": 1, "columns": [["a"]]}',
    ],
)
def test_what_is_no_account_of_a_file_is_refused(body):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Records)


@pytest.mark.parametrize(
    ("field", "value"),
    [("tier", "S6"), ("confidence", "X"), ("tie", "owns"), ("by", "smell"), ("kind", ""), ("count", "1")],
)
def test_a_match_of_words_that_nobody_knows_is_refused(field, value):
    (match, *_) = screening("cdn_provider", "2020-11-13", "2020-11-13", records.LOG).matches
    plain = msgspec.to_builtins(match)
    assert msgspec.convert(plain, Match) == match
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(plain | {field: value}, Match)


def test_a_request_to_read_is_the_same_in_the_other_process():
    asked = Reading("a", 1, "00", 3, 4, "", 5, confined=True, networks=(6, 7), day=date(2020, 9, 20))
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Reading) == asked
    assert len(set(LATER)) == len(LATER)


def test_a_kind_that_nobody_knows_is_refused_before_a_file_is_read():
    from tests.builders.records import screened

    with pytest.raises(UsageError, match="unknown kind of records 'customer'"):
        screened(b"", kind="customer")
