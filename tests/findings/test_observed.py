"""What captures show of statements that data is sent: counted, weighed for each category, and said with its proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.findings import load
from affidavit.findings.features import SHOWN
from affidavit.findings.observed import CANDIDATES, NOT_SOUGHT, OPEN, PROVING, Traffic, observed
from affidavit.model.capture import Capture, Contact, Disclosure, Undecoded
from affidavit.model.finding import Answer, Finding, Grade, Proof
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from tests.network.capture.test_fold import made_fact

NAME = "org.example.app"
RULES = {rule.id: rule for rule in load.rules() if rule.id.endswith("/sent-out")}
CATEGORIES = frozenset(rule.match.flow.category for rule in RULES.values() if rule.match.flow)
HAR = Capture("a.har", "ab" * 32, 9, "har", 1)


def told(category="location", method="known-value", value=0, **more):
    """Personal data in messages to one host."""
    return Disclosure("a.example", category, "some", method, ("body",), f"{value:064x}", "5…", **more)


def traffic(*facts, sought=CATEGORIES):
    return Traffic([made_fact(what) for what in (HAR, Package(NAME), *facts)], sought)


def statement(rule="location/sent-out", answer=Answer.NOT_SHOWN, **more):
    proof = Proof("feature", matched=answer is Answer.SHOWN, feature="flow")
    category = RULES[rule].category
    return Finding(rule, 1, RULES[rule].title, category, answer, "Searched code.", proof, **more)


def judged(seen, *limitations, before=None):
    before = before or statement()
    (after,), added = observed([before], [RULES[before.rule]], seen, limitations)
    return after, added


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((), "Searched in 1 capture: 0 messages."),
        ((HAR,), "Searched in 2 captures: 0 messages."),
        ((Contact("a.example", "url", requests=1),), "Searched in 1 capture: 1 message."),
        (
            (Contact("a.example", "url", requests=999), Contact("b.example", "url", requests=1)),
            "Searched in 1 capture: 1,000 messages.",
        ),
        ((Contact("a.example", "tls-sni"),), "Searched in 1 capture: 0 messages."),
        (
            (Undecoded("a.example", "opaque", 2, 1_500), Undecoded("b.example", "encrypted", 1, 500)),
            "Searched in 1 capture: 0 messages; 2,000 bytes that were sent were not decoded.",
        ),
        ((Undecoded("a.example", "not-kept", 1, 0),), "Searched in 1 capture: 0 messages."),
        (
            (Contact("a.example", "url", app=NAME, requests=1), Contact("a.example", "url", app="org.b", requests=5)),
            "Searched in 1 capture: 1 message.",
        ),
        (
            (told(app="org.other", count=3),),
            "Searched in 1 capture: 0 messages; not counted: 3 values that other apps sent.",
        ),
        (
            (Undecoded("a.example", "opaque", 1, 7), told(app="org.other"), Contact("a.example", "url", requests=2)),
            ("Searched in 1 capture: 2 messages; 7 bytes that were sent were not decoded; "
            "not counted: 1 value that other apps sent."),
        ),
    ],
)  # fmt: skip
def test_what_was_searched_is_said_with_numbers(facts, said):
    assert traffic(*facts).searched == said
    assert judged(traffic(*facts))[0].searched.startswith("Searched code. ")


@pytest.mark.parametrize("app", ["", NAME, f"{NAME}:push", f"{NAME}.debug", "org.example", ":push", "ORG.EXAMPLE.APP"])
def test_traffic_is_of_the_app_by_its_whole_name(app):
    mine = app in {"", NAME, f"{NAME}:push"}
    assert len(traffic(told(app=app)).sent("location")) == mine


@pytest.mark.parametrize(
    ("app", "mine", "whose"),
    [
        ("Example", True, "with this one's title"), ("example", False, ""), ("Example 2", False, ""),
        ("uid 10123", True, "whoever"), ("uid x", False, ""), (NAME, True, "is this app's"),
    ],
)  # fmt: skip
def test_traffic_is_of_the_app_by_its_title_and_of_nobody_by_a_number(app, mine, whose):
    seen = Traffic([made_fact(what) for what in (HAR, Package(NAME, label="Example"), told(app=app))], CATEGORIES)
    assert (bool(seen.sent("location")), seen.others) == (mine, 0 if mine else 1)
    if mine:
        assert whose in judged(seen)[0].why_not_higher


def test_an_app_without_a_known_name_has_the_traffic_that_is_nobodys_alone():
    facts = [made_fact(what) for what in (HAR, told(), told(app=NAME, value=1))]
    seen = Traffic(facts, frozenset())
    assert (len(seen.sent("location")), seen.others) == (1, 1)


@pytest.mark.parametrize("method", ["known-value", "adapter", "key", "pattern"])
@pytest.mark.parametrize("sent", [True, False])
def test_only_what_is_told_for_certain_and_was_sent_proves(method, sent):
    seen = traffic(told(method=method, sent=sent, count=4))
    assert bool(seen.sent("location")) == (sent and method in PROVING)
    assert seen.candidates("location") == (4 if sent and method not in PROVING else 0)
    assert not seen.sent("contacts")


@pytest.mark.parametrize("count", [1, SHOWN, SHOWN + 1])
def test_a_proof_names_few_facts_and_counts_every_message(count):
    after, _ = judged(traffic(*(told(value=at, count=2) for at in range(count))))
    code, leaf = after.proof.children
    assert (after.proof.op, after.proof.matched, code.matched) == ("or", True, False)
    assert (leaf.feature, leaf.count, len(leaf.facts)) == ("traffic: location", 2 * count, min(count, SHOWN))
    assert set(leaf.facts) <= {made_fact(told(value=at, count=2)).id for at in range(count)}


@pytest.mark.parametrize(
    ("apps", "whose"),
    [(("",), "whoever"), ((NAME,), "this app's"), (("", NAME), "this app's"), (("", "org.other"), "whoever")],
)
def test_whose_word_it_is_that_the_app_sent_it(apps, whose):
    after, _ = judged(traffic(*(told(app=app, value=at) for at, app in enumerate(apps))))
    assert after.grade is Grade.OBSERVED
    assert whose in after.why_not_higher


def test_what_was_sent_stays_shown_whatever_else_was_not_read():
    every = tuple(Limitation(kind, "x") for kind in sorted(OPEN))
    after, _ = judged(traffic(told(), told(method="pattern", value=1)), *every)
    assert (after.answer, after.grade, after.limitations) == (Answer.SHOWN, Grade.OBSERVED, ())


# What keeps a category open


@pytest.mark.parametrize("kind", sorted(OPEN - {CANDIDATES, NOT_SOUGHT}))
def test_each_kind_of_what_was_not_read_keeps_every_category_open(kind):
    after, added = judged(traffic(), Limitation(kind, "x"), Limitation(kind, "y"))
    assert (after.answer, after.limitations, added) == (Answer.UNDETERMINED, (kind,), ())
    assert f"captures leave it open ({kind})" in after.searched


@pytest.mark.parametrize("answer", [Answer.SHOWN, Answer.UNDETERMINED])
def test_an_answer_of_the_code_stays_as_it_is_and_says_where_else_was_searched(answer):
    before = statement(answer=answer, limitations=("text/odd",))
    after, _ = judged(traffic(), Limitation("capture/truncated", "x"), before=before)
    assert (after.answer, after.grade, after.proof, after.limitations) == (answer, None, before.proof, ("text/odd",))
    assert after.searched == "Searched code. Searched in 1 capture: 0 messages."


def test_what_the_code_left_open_is_named_beside_what_captures_do():
    before = statement(limitations=("text/odd", "capture/truncated"))
    after, _ = judged(
        traffic(), Limitation("capture/damaged", "x"), Limitation("capture/truncated", "x"), before=before
    )
    assert after.limitations == ("capture/damaged", "capture/truncated", "text/odd")


def test_a_candidate_keeps_its_own_category_open_and_no_other():
    seen = traffic(told(method="key", count=2))
    rules = [RULES["location/sent-out"], RULES["contacts/sent-out"]]
    both, added = observed([statement(rule.id) for rule in rules], rules, seen, ())
    assert [item.answer for item in both] == [Answer.UNDETERMINED, Answer.NOT_SHOWN]
    assert [(item.kind, item.detail) for item in added] == [
        (CANDIDATES, "2 values may be data of location, by the name of a field or by their form")
    ]


def test_categories_without_a_value_are_named_in_one_limitation():
    rules = [RULES[name] for name in sorted(RULES)]
    wanted = sorted(CATEGORIES)
    _, added = observed([statement(rule.id) for rule in rules], rules, traffic(sought=frozenset()), ())
    [limit] = added
    assert limit.kind == NOT_SOUGHT
    assert f"given for {', '.join(wanted)}:" in limit.detail
    _, fewer = observed([statement(rule.id) for rule in rules], rules, traffic(sought=frozenset(wanted[1:])), ())
    assert f"given for {wanted[0]}:" in fewer[0].detail
    assert observed([statement(rule.id) for rule in rules], rules, traffic(sought=frozenset(wanted)), ())[1] == ()


def test_what_was_told_without_a_profile_was_found_and_not_left_open():
    after, added = judged(traffic(told(method="adapter"), sought=frozenset()))
    assert (after.answer, added) == (Answer.SHOWN, ())


def test_without_a_capture_nothing_is_said_of_captures():
    seen = Traffic([made_fact(Package(NAME)), made_fact(told())], frozenset())
    before = statement()
    assert observed([before], [RULES[before.rule]], seen, [Limitation("capture/damaged", "x")]) == ((before,), ())


METHODS = st.sampled_from(["known-value", "adapter", "key", "pattern"])
SENT = st.builds(
    told,
    st.sampled_from(["location", "contacts"]),
    METHODS,
    st.integers(0, 9),
    app=st.sampled_from(["", NAME, f"{NAME}:p", "org.other"]),
    count=st.integers(1, 5),
    sent=st.booleans(),
)


@given(st.lists(SENT, max_size=6), st.booleans(), st.booleans())
def test_the_answer_is_the_strongest_of_what_was_sent(facts, damaged, sought):
    """The rules again, one after the other, for one category."""
    mine = [
        what for what in facts if what.sent and what.app.split(":")[0] in {"", NAME} and what.category == "location"
    ]
    certain = [what for what in mine if what.method in {"known-value", "adapter"}]
    limits = [Limitation("capture/damaged", "x")] if damaged else []
    after, _ = judged(traffic(*facts, sought={"location"} if sought else set()), *limits)
    wanted = Answer.SHOWN if certain else Answer.UNDETERMINED if mine or damaged or not sought else Answer.NOT_SHOWN
    assert after.answer is wanted
    assert (after.grade is Grade.OBSERVED) == bool(certain)
    if certain:
        assert after.proof.children[1].count == sum(what.count for what in certain)
