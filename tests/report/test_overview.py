"""What is picked out of the facts for people."""

import msgspec
import pytest

from affidavit.model.code import CodeUnit
from affidavit.model.endpoint import Endpoint
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.report.endpoints import aside_by_role, by_host
from affidavit.report.overview import METHOD_LIMITS, Facts, code_in_words, file_names, folded, hosts, size_in_words
from tests.builders.affidavits import CALL_SITE
from tests.report.accounts import full_affidavit


def facts_of(*subjects):
    from affidavit.facts.reading import make_fact

    return Facts(make_fact(what, CALL_SITE, "t/1") for what in subjects)


def endpoint(value, host, role="endpoint", *, form="url", source="code", used_by=()):
    return Endpoint(form, value, host, role, source, len(used_by), used_by)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (24_600_000, "24.6 MB"), (3_210_000_000, "3.2 GB")],
)
def test_sizes_are_decimal(size, words):
    assert size_in_words(size) == words


def test_the_base_package_is_preferred_to_a_split():
    found = facts_of(Package("app", split="config.de"), Package("app", "1"))
    assert found.package() == Package("app", "1")
    assert facts_of(Package("app", split="config.de")).package().split == "config.de"
    assert facts_of().package() is None


def test_code_is_counted_by_form():
    dex, jar = CodeUnit("dex", "039", 12, 80, 1, 1, 1, 1, 1), CodeUnit("class", "61", 3, 9, 1, 1, 1, 1, 1)
    assert code_in_words(facts_of(dex, dex)) == "2 dex, 24 classes, 160 methods"
    assert code_in_words(facts_of(dex, jar)) == "1 set of class files, 1 dex, 15 classes, 89 methods"
    assert code_in_words(facts_of(EntryFact(1, 1, 0, 0, "", "png"))) == "1 entry, no code read"
    assert code_in_words(facts_of()) == ""


def test_hosts_are_real_endpoints_sorted_from_the_domain_downwards():
    found = facts_of(
        endpoint("https://b.example.org/", "b.example.org"),
        endpoint("https://a.example.org/x", "a.example.org"),
        endpoint("https://z.example.com", "z.example.com"),
        endpoint("http://schemas.android.com", "schemas.android.com", role="schema"),
        endpoint("links.example.net", "links.example.net", form="deep-link-host"),
        endpoint("someone@mail.example", "mail.example", form="email"),
    )
    assert hosts(found) == (["z.example.com", "a.example.org", "b.example.org"], 3)


def test_endpoints_of_one_host_stand_together_with_a_few_examples():
    many = [endpoint(f"https://a.example/{n}", "a.example", source="asset") for n in range(9)]
    place = Place("classes.dex", 4, "La;", "b()V", 1)
    plain = endpoint("HTTP://a.example/plain", "a.example", used_by=(place,))
    (host,) = by_host([*many, plain])
    assert (host.name, host.total, len(host.values), host.sources) == ("a.example", 10, 5, ("asset", "code"))
    assert host.used_by == place
    assert host.cleartext


def test_encrypted_hosts_are_not_called_unencrypted():
    assert not by_host([endpoint("https://a.example/http://b", "a.example")])[0].cleartext


def test_a_value_without_host_stands_under_its_own_name():
    assert by_host([endpoint("opaque:thing", "")])[0].name == "opaque:thing"


@pytest.mark.parametrize(
    ("form", "words"), [("email", "e-mail addresses"), ("deep-link-host", "links that open the app")]
)
def test_what_names_nothing_to_connect_to_is_no_host_to_connect_to(form, words):
    item = endpoint("someone@mail.example", "mail.example", form=form)
    assert by_host([item]) == []
    assert [(role, group[0].name) for role, group in aside_by_role([item])] == [(words, "mail.example")]
    assert by_host([item, endpoint("https://mail.example/", "mail.example")])[0].total == 1


def test_what_was_set_aside_is_grouped_by_the_reason():
    found = aside_by_role([endpoint("s", "s", "schema"), endpoint("d", "d", "documentation"), endpoint("e", "e")])
    assert [(role, [host.name for host in group]) for role, group in found] == [
        ("documentation", ["d"]),
        ("schema", ["s"]),
    ]


def test_limitations_fold_by_kind_and_add_up():
    items = [Limitation("b/x", "second"), Limitation("a/y", "one", count=3), Limitation("b/x", "first", count=2)]
    assert folded(items) == [("a/y", 3, "one"), ("b/x", 3, "first")]


def test_files_are_named_after_the_artefact():
    assert file_names(full_affidavit()) == ("example.apk.affidavit", "example.apk.affidavit.html")


def test_the_limits_of_the_method_claim_no_absence_and_judge_nothing():
    text = " ".join(METHOD_LIMITS).lower()
    assert not {"safe", "clean", "illegal", "score"} & set(text.replace(".", " ").split())
    assert "not whose key that is" in text


def test_pairs_give_each_fact_with_what_it_says():
    found = Facts(full_affidavit().facts)
    assert all(fact.what is what for fact, what in found.pairs(CodeUnit))
    assert [what for _, what in found.pairs(CodeUnit)] == found.about(CodeUnit)
    assert found.about(msgspec.Struct) == []
