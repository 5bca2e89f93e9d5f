"""What hosts, names and payments tell, against trying every mark in the plainest way."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.model.entity import Mark, Marks
from affidavit.network.screen.groups import Groups, Selector
from affidavit.network.screen.knowledge import extra
from affidavit.network.screen.names import company, words_of
from affidavit.network.screen.selectors import Selectors, known_selectors
from tests.builders.records import selectors
from tests.oracles import screening as slow

LABEL = st.sampled_from(["a", "b", "c", "a-b", "x"])
NAME = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
DOMAIN = st.lists(LABEL, min_size=1, max_size=3).map(".".join)
APP = st.sampled_from(["app", "pay", "chat"])
SURE = st.sampled_from(["H", "M", "L"])


def built(domains, others, zones):
    """Selectors of these domains, one app each."""
    marks = {
        app: Marks(domains=tuple(Mark(domain, "made", sure) for domain, (of, sure) in domains.items() if of == app))
        for app in sorted({app for app, _ in domains.values()})
    }
    made = Selectors(marks, (), extra(), Groups(others=others, zones=zones))
    made._others = dict(others)  # those of the knowledge are about other names
    return made


@given(
    NAME,
    st.dictionaries(DOMAIN, st.tuples(APP, SURE), max_size=5),
    st.dictionaries(DOMAIN, st.just("something else"), max_size=3),
    st.dictionaries(DOMAIN, st.sampled_from(["customer", "anyone", "code"]), max_size=3),
)
@example("a.b.c", {"b": ("app", "H")}, {}, {"c": "customer"})
@example("a-b.c", {"a.b": ("app", "H")}, {}, {"c": "customer"})
@example("x-a-b.c", {"a.b": ("app", "H"), "b": ("pay", "H")}, {}, {"c": "anyone"})
@example("a.b.c", {"b.c": ("app", "L"), "c": ("app", "H")}, {"a.b.c": "something else"}, {})
@settings(max_examples=100)
def test_a_host_tells_what_trying_every_mark_tells(name, domains, others, zones):
    found = built(domains, others, zones).host(name)
    told = {item.app: (item.by, item.confidence) for item in found.selectors}
    assert (told, found.why) == slow.host(name, domains, others, zones)


@given(NAME, DOMAIN)
@settings(max_examples=60)
def test_no_letters_added_to_a_label_keep_what_it_tells(name, domain):
    made = built({domain: ("app", "H")}, {}, {})
    if made.host(name).selectors:
        assert made.host(f"more.{name}").selectors == made.host(name).selectors
        assert not made.host(f"{name}x").selectors
        assert not made.host(f"{name}.evil").selectors
        assert not made.host(f"q{domain}").selectors


WORD = st.sampled_from(["WeChat", "pay", "TikTok", "ads", "shop", "for", "Business", "7", "Lark", "Tencent", "Cloud"])


@given(st.lists(WORD, max_size=6), st.sampled_from([" ", "*", "-", "  ", "/"]))
def test_a_payment_is_told_by_its_longest_beginning(words, between):
    tables = selectors()
    known = {words_of(item.value): item.value for item in extra().descriptors}
    told = [begin for end in range(5) if (begin := tuple(word.lower() for word in words[:end])) in known]
    values = {item.value for item in extra().descriptors if told and words_of(item.value) == told[-1]}
    assert {item.value for item in tables.payment(between.join(words))} == values


@given(st.lists(WORD, max_size=3), st.lists(st.sampled_from(["Inc.", "LTD", "pte", "Co.,", "GmbH"]), max_size=3))
def test_the_legal_form_of_a_company_changes_nothing(words, forms):
    tables = selectors()
    bare = tables.organisation(" ".join(words))
    assert tables.organisation(" ".join([*words, *forms])) == bare or not words
    for item in bare.selectors:
        assert company(item.value, extra().legal_forms) == words_of(" ".join(words))


def test_every_mark_of_the_knowledge_is_found_by_itself():
    tables = selectors()
    for domain, items in tables._domains.items():
        found = tables.host(domain)
        assert found.selectors or found.why, domain
        assert {item.app for item in items} <= {item.app for item in found.selectors} or found.why
    for package in tables._packages:
        assert tables.package(package).selectors
    for told in extra().names:
        assert (told.app, told.operator) in {
            (item.app, item.operator) for item in tables.organisation(told.value).selectors
        }
    for paid in extra().descriptors:
        assert paid.app in {item.app for item in tables.payment(f"{paid.value} 123")}


def test_nothing_that_is_listed_as_something_else_tells_an_app():
    tables = selectors()
    assert [item.value for item in extra().other_packages if tables.package(item.value).selectors] == []
    assert [item.value for item in extra().other_names if tables.organisation(item.value).selectors] == []
    assert [item.value for item in extra().others if tables.host(item.value).selectors] == []
    assert all(tables.host(f"a.{item.value}").why == tables.host(item.value).why for item in extra().others)


def test_selectors_are_counted_in_words():
    assert known_selectors().counted() == selectors().counted()
    small = Selectors({"app": Marks(domains=(Mark("a.b", "made", "H"),))}, (), extra(), Groups())
    assert small.counted().startswith("1 domain, ")
    assert ", 0 networks, " in small.counted()
    with_network = Selectors(
        {}, (Selector("", "tencent", "operator", "Tencent", "M", "made"),), extra(),
        Groups(networks={1: (Selector("", "tencent", "network", "AS1", "M", "made"),)}),
    )  # fmt: skip
    assert ", 1 network, " in with_network.counted()
    assert small.apps == 1
