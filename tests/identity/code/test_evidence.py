"""Evidence of code identity: what was compared, what carries each pair, and what else could explain it."""

from dataclasses import replace

import msgspec
import numpy as np

from affidavit.identity.code.doubts import rivals_of, tried, weighed
from affidavit.identity.code.evidence import PAIRS, TOKENS, facts_of
from affidavit.identity.code.result import Matched, Pairing
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch
from affidavit.model.fact import Fact
from affidavit.model.library import LibraryVersion
from affidavit.model.place import Place
from tests.builders.known_code import compared_by_hand

STATED = Fact("f0", LibraryVersion("com.tencent:wechat-opensdk", "2.0"), Place("META-INF/x.version"), "x/1")


def of_kind(facts, kind):
    return [fact.what for fact in facts if isinstance(fact.what, kind)]


def test_what_was_compared_is_said_even_when_nothing_was_found():
    made = compared_by_hand()
    nothing = replace(made, matched=Matched("plain", (), np.full(len(made.app), -1, np.int32)))
    facts = list(facts_of(nothing))
    assert [type(fact.what) for fact in facts] == [CodeSearch]
    assert facts[0].what == CodeSearch(("ab" * 32,), made.index.scheme, 2, 3, 5, 0, 0, "plain")


def test_a_family_says_how_much_of_it_is_there_and_which_versions_the_bytes_allow():
    (found,) = of_kind(facts_of(compared_by_hand(), [STATED]), CodeIdentity)
    assert (found.family, found.entity, found.decision, found.regime) == (
        "wechat-opensdk",
        "tencent",
        "found",
        "shrunk",
    )
    assert (found.probability, found.log_ratio, found.p_value) == (998_700, 4_150, 4_000)
    assert (found.versions, found.allowed, found.known) == (("2.0",), 1, 2)
    assert (found.classes, found.of, found.share, found.pairs) == (4, 4, 1_000, 4)
    assert [(item.version, item.allowed) for item in found.stated] == [("2.0", True)]
    assert found.grade == "present"


def test_every_number_is_whole_as_a_bundle_needs_it():
    data = msgspec.json.encode(list(facts_of(compared_by_hand())))
    assert not [item for item in walk(msgspec.json.decode(data)) if isinstance(item, float)]


def walk(value):
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(item)


def test_a_pair_shows_the_rarest_texts_first_with_their_places():
    pairs = of_kind(facts_of(compared_by_hand()), ClassPair)
    assert [pair.rank for pair in pairs] == [1, 2, 3, 4]
    first = pairs[0]
    assert (first.app_class, first.library_class) == ("La/A;", "Lcom/tencent/mm/opensdk/A;")
    assert (first.versions, first.in_versions, first.rarest) == (("2.0",), 1, 1)
    assert (first.agree, first.neighbours) == (2, 2)
    assert 0 < len(first.tokens) <= TOKENS
    texts = {item.text: item for item in first.tokens}
    assert texts["speaks of 1"].families == 1
    assert texts["speaks of 1"].place.class_ == "La/A;"
    assert max(sum(item.form == form for item in first.tokens) for form in ("string", "call", "literal")) <= TOKENS // 2


def test_what_another_family_has_too_is_said_with_the_token():
    pair = next(pair for pair in of_kind(facts_of(compared_by_hand()), ClassPair) if pair.app_class == "La/D;")
    assert next(item.families for item in pair.tokens if item.text == "speaks of 4") == 2


def test_more_pairs_than_are_shown_are_counted():
    made = compared_by_hand()
    match = made.matched.families[0]
    many = replace(match, pairs=match.pairs * 20)
    (found,) = of_kind(facts_of(replace(made, matched=replace(made.matched, families=(many,)))), CodeIdentity)
    shown = of_kind(facts_of(replace(made, matched=replace(made.matched, families=(many,)))), ClassPair)
    assert (found.pairs, len(shown)) == (80, PAIRS)


def test_a_family_that_is_not_shown_makes_no_fact():
    made = compared_by_hand()
    hidden = replace(made.matched, families=(replace(made.matched.families[0], decision="not-shown"),))
    assert len(list(facts_of(replace(made, matched=hidden)))) == 1


def hypotheses(made, match=None):
    match = match or made.matched.families[0]
    studied = [weighed(made.app, made.index, pair) for pair in match.pairs]
    return {item.hypothesis: item for item in tried(made.app, made.index, rivals_of(made.matched), match, studied)}


def test_every_counter_hypothesis_is_tried_and_excluded_by_code_of_its_own():
    found = hypotheses(compared_by_hand())
    assert {name: item.excluded for name, item in found.items()} == {
        "shared-dependency": True,
        "interface-only": True,
        "name-only": True,
        "other-family": True,
    }
    assert found["shared-dependency"].said.startswith("3 of 4 classes")


def test_one_class_alone_excludes_nothing():
    made = compared_by_hand()
    one = replace(made.matched.families[0], pairs=made.matched.families[0].pairs[:1])
    assert not any(item.excluded for name, item in hypotheses(made, one).items() if name != "other-family")


def test_another_family_that_explains_the_same_classes_is_named():
    made = compared_by_hand()
    match = made.matched.families[0]
    base = made.index.node_name.index("Lbase/Z;")
    form = made.index.node.tolist().index(base)
    rival = replace(match, family=1, pairs=tuple(Pairing(pair.app, base, form, 60.0, 0.9) for pair in match.pairs))
    both = replace(made, matched=replace(made.matched, families=(match, rival)))
    found = hypotheses(both)["other-family"]
    assert not found.excluded
    assert found.said.startswith("common-base explains 4 of 4 classes")


def test_the_same_comparison_gives_the_same_bytes():
    first, second = (msgspec.json.encode(list(facts_of(compared_by_hand(), [STATED]))) for _ in range(2))
    assert first == second
