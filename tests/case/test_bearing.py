"""What a review has to say on a question of fact: for, against or undetermined, and always what is missing."""

import pytest
from msgspec.structs import replace

from affidavit.case.bearing import NAMED, evidence, known_evidence
from affidavit.facts.reading import make_fact
from affidavit.law.ask import Resolver
from affidavit.law.obligations import obligations
from affidavit.model.binding import Binding, LawRecord
from affidavit.model.determination import Outcome
from affidavit.model.duty import Obligation
from affidavit.model.endpoint import Endpoint
from affidavit.model.finding import Grade
from affidavit.model.library import Library
from affidavit.model.place import Place
from tests.builders.affidavits import small_affidavit
from tests.builders.law import whole

SEARCHED = "marks of 2 listed apps were compared with 1 package name"
SDK = Binding("wechat", "contains", "library", "wechat-opensdk", Grade.PRESENT, ("f1",), 1, "H", "test", "by its name")
NAME = Binding("wechat", "is", "package", "com.tencent.mm", Grade.DECLARED, ("f2",), 1, "H", "test")
HOST = Binding("wechat", "contacts", "domain", "weixin.qq.com", Grade.PRESENT, ("f3",), 1, "M", "test")


def asked(transaction, app="wechat", kind="act"):
    return Obligation(
        kind=kind, actor="app_store", role="app store", app=app, names=("WeChat",), sentence="An app store must.",
        on="2020-09-21", jurisdiction="US", transaction=transaction, outcome=Outcome.PROHIBITED,
    )  # fmt: skip


def reviewed(*bindings, limitations=(), facts=None):
    account = small_affidavit()
    law = LawRecord(searched=SEARCHED, limitations=limitations, bindings=bindings)
    return replace(account, law=law, facts=account.facts if facts is None else facts)


def on(transaction, account, app="wechat"):
    (found,) = evidence([asked(transaction, app)], account)
    return found


def stances(found):
    return [item.stance for item in found.items]


# Code of a listed app inside other software


def test_code_that_was_found_is_for_it_with_its_grade_and_facts():
    found = on("code_utilisation", reviewed(SDK))
    assert found.items[0].stance == "for"
    assert (found.items[0].grade, found.items[0].facts) == (Grade.PRESENT, ("f1",))
    assert "wechat-opensdk (by its name)" in found.items[0].text


def test_code_that_was_not_found_is_against_it_and_says_what_was_searched():
    found = on("code_utilisation", reviewed())
    assert found.items[0].stance == "against"
    assert (found.items[0].text, found.items[0].searched) == ("Not found: code of the listed app", SEARCHED)
    assert found.items[0].facts == ()


def test_a_gap_that_can_hide_code_leaves_it_undetermined_and_is_named():
    found = on("code_utilisation", reviewed(limitations=("code/undecoded-method",)))
    assert "against" not in stances(found)
    assert any("not examined in full: code/undecoded-method" in item.text for item in found.items)


def test_a_domain_alone_does_not_show_that_services_are_used():
    found = on("code_utilisation", reviewed(HOST))
    (item,) = [item for item in found.items if "weixin.qq.com" in item.text]
    assert item.stance == "undetermined"


def test_the_marks_of_another_app_do_not_count():
    found = on("code_utilisation", reviewed(SDK), app="tiktok")
    assert stances(found)[0] == "against"


def test_a_review_without_a_record_of_the_law_decides_nothing():
    found = on("code_utilisation", replace(small_affidavit(), law=LawRecord()))
    assert set(stances(found)) == {"undetermined"}
    assert "was not compared with the register" in found.items[0].text
    assert len(found.items) == 1


# Who it is


@pytest.mark.parametrize("transaction", ["app_store_update", "app_store_distribution", "install_on_government_device"])
def test_identity_bears_on_stores_and_devices_with_the_grade_of_its_mark(transaction):
    found = on(transaction, reviewed(NAME))
    assert (found.items[0].stance, found.items[0].grade) == ("for", Grade.DECLARED)
    assert found.missing


@pytest.mark.parametrize("transaction", ["app_store_update", "install_on_government_device"])
def test_a_file_without_a_known_mark_is_not_told_to_be_another_app(transaction):
    found = on(transaction, reviewed())
    assert set(stances(found)) == {"undetermined"}
    assert all(item.searched == SEARCHED for item in found.items)


def test_a_store_is_told_that_its_own_records_are_missing():
    assert any("store's own records" in text for text in on("app_store_update", reviewed(NAME)).missing)


# Hosts


@pytest.mark.parametrize("transaction", ["internet_hosting", "cdn", "transit_peering"])
def test_hosts_bear_on_who_serves_but_do_not_decide_it(transaction):
    found = on(transaction, reviewed())
    (item,) = [item for item in found.items if "api.example.net" in item.text]
    assert (item.stance, item.grade) == ("undetermined", Grade.PRESENT)
    assert "not determined before the software is run" in item.text
    assert len(item.facts) == 1
    assert "www.w3.org" not in item.text


def test_no_host_is_told_with_what_was_read():
    found = on("internet_hosting", reviewed(facts=()))
    item = found.items[-1]
    assert (item.text, item.searched) == ("Not found: a host named in the bytes", "addresses read: 0")


def test_many_hosts_are_counted_and_all_their_facts_are_kept():
    hosts = [f"h{number:02}.example" for number in range(20)]
    facts = tuple(make_fact(Endpoint("host", host, host, "endpoint", "code"), Place("a"), "e/1") for host in hosts)
    (item,) = [item for item in on("internet_hosting", reviewed(facts=facts)).items if item.facts]
    assert item.text.endswith(f"h{NAMED - 1:02}.example and {20 - NAMED} more")
    assert len(item.facts) == 20


# Payments


def test_payment_code_bears_on_payments_without_deciding_whose_funds_move():
    pay = make_fact(Library("payer", "Payer", ("package:a.b",), purpose="payment"), Place("a"), "l/1")
    found = on("payment_service", reviewed(facts=(pay,)))
    (item,) = [item for item in found.items if "Payer" in item.text]
    assert (item.stance, item.facts) == ("undetermined", (pay.id,))


def test_payment_code_of_the_listed_app_itself_is_for_it():
    kit = Binding("alipay", "contains", "library", "alipay-sdk", Grade.PRESENT, ("f4",), 1, "H", "test")
    code = Library("alipay-sdk", "Alipay", ("package:a.b",), purpose="payment")
    facts = (make_fact(code, Place("a"), "l/1"),)
    assert stances(on("payment_service", reviewed(kit, facts=facts), app="alipay"))[0] == "for"
    other = (make_fact(replace(code, purpose="login"), Place("a"), "l/1"),)
    assert "for" not in stances(on("payment_service", reviewed(kit, facts=other), app="alipay"))


def test_without_payment_code_it_is_not_shown_having_searched():
    found = on("payment_service", reviewed())
    assert (found.items[0].stance, found.items[0].searched) == ("against", SEARCHED)
    assert found.items[0].text == "Not found: code of the listed app for payment"
    assert any("which renaming defeats" in item.text for item in found.items)


# All of them


def test_what_was_found_comes_before_what_was_not():
    found = on("internet_hosting", reviewed(HOST))
    assert stances(found) == ["for", "undetermined", "undetermined"]
    assert [bool(item.facts) for item in found.items] == [True, True, False]


def test_an_act_on_which_no_file_bears_says_so():
    found = on("pay_wages", reviewed(SDK, NAME))
    assert found.items == ()
    assert "records of whoever has to act" in found.missing[0]


def test_roles_to_which_nothing_speaks_raise_no_question():
    assert evidence([asked("", kind="none")], reviewed()) == ()


def test_every_row_is_of_an_act_of_the_vocabulary_and_says_what_is_missing():
    rows = known_evidence()
    assert set(rows.acts) <= set(whole().vocabulary.transactions)
    assert all(row.missing and row.asks.endswith("?") for row in (*rows.acts.values(), rows.otherwise))


def test_every_act_of_every_measure_gets_its_evidence_and_no_verdict():
    resolver = Resolver(whole())
    for app in ("wechat", "tiktok"):
        made = obligations(resolver, app, (), "2020-10-15", "2020-10-15")
        found = evidence(made, reviewed(SDK, NAME, HOST))
        assert len(found) == sum(item.kind != "none" for item in made)
        for item in found:
            text = " ".join((item.asks, *(one.text for one in item.items), *item.missing)).casefold()
            assert not {"breach", "illegal", "violat", "safe", "clean"} & set(text.replace(",", " ").split())


# Real reviews


@pytest.mark.samples
def test_the_kit_of_a_listed_app_is_evidence_under_a_bar_on_its_code(sample, derived):
    account = derived(sample("wechat-sdk"))
    made = obligations(Resolver(whole()), "wechat", ("software_developer",), "2020-09-21", "2020-09-18")
    (bar,) = [item for item in made if item.transaction == "code_utilisation"]
    assert bar.outcome is Outcome.PROHIBITED
    (found,) = evidence([bar], account)
    carried = {item.text for item in found.items if item.stance == "for"}
    assert any("wechat-opensdk" in text for text in carried)
    assert any("constituent code" in text for text in found.missing)
    known = {fact.id for fact in account.facts}
    assert all(set(item.facts) <= known for item in found.items)


@pytest.mark.samples
def test_an_app_without_such_code_is_told_so_having_searched(sample, derived):
    account = derived(sample("uiautomator2"))
    made = obligations(Resolver(whole()), "wechat", ("software_developer",), "2020-09-21", "2020-09-18")
    (bar,) = [item for item in made if item.transaction == "code_utilisation"]
    (found,) = evidence([bar], account)
    assert all(item.stance != "for" for item in found.items)
    assert account.law.searched in {item.searched for item in found.items}
