"""What is decided on a family: more evidence never makes it less likely, and one class alone never decides."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.identity.code.decide import calibration, decide, scaled

Features = dict[str, float]

STRONG = {
    "classes": 12.0,
    "strong": 9.0,
    "special": 200.0,
    "rest": 175.0,
    "own": 0.6,
    "edge": 1.0,
    "similarity": 0.95,
    "foreign": 2.0,
    "chances": 14_000.0,
    "size": 14.0,
}
"""A library that is there beyond doubt."""
WEAK = STRONG | {"special": 0.5, "rest": 0.2, "own": 0.0, "edge": 0.0, "similarity": 0.2}
"""One that is not: chance."""
SPEAKING_FOR = ("special", "rest", "own", "edge", "similarity")

_share = st.floats(0, 1)
_sum = st.floats(0, 1e6)
_families = st.fixed_dictionaries(
    {
        "classes": st.integers(1, 50).map(float),
        "strong": st.integers(0, 50).map(float),
        "special": _sum,
        "rest": _sum,
        "own": _share,
        "edge": _share,
        "similarity": _share,
        "foreign": _sum,
        "chances": st.floats(1, 1e9),
        "size": st.integers(1, 5_000).map(float),
    }
)
_many = st.dictionaries(st.integers(0, 40), _families, max_size=8)


def _ratio(item: Features) -> float:
    return decide({0: item})[0].log_ratio


def _middling() -> Features:
    """Features about as much for as against, so that no bound hides a change."""
    return STRONG | {"special": 9.0, "rest": 5.0, "similarity": 0.6, "own": 0.2}


def test_what_is_there_is_found_and_chance_is_not_shown():
    made = decide({3: STRONG, 8: WEAK})
    assert made[3].decision == "found"
    assert made[3].probability > 0.99
    assert made[8].decision == "not-shown"
    assert made[8].probability < 0.01


def test_what_is_found_in_few_comparisons_says_more_than_the_same_found_in_many():
    few, many = (_middling() | {"chances": chances} for chances in (4e3, 4e6))
    weight = calibration().coefficients["chance"]
    assert _ratio(few) - _ratio(many) == pytest.approx(weight * math.log(1000))
    assert weight > 0


def test_nothing_is_decided_on_nothing():
    assert decide({}) == {}


def test_no_coefficient_is_negative_and_every_one_is_of_a_feature_that_there_is():
    numbers = calibration()
    assert set(numbers.coefficients) == set(scaled(STRONG))
    assert min(numbers.coefficients.values()) >= 0
    assert 0 < numbers.hinted < numbers.found < 1
    assert numbers.classes >= 2
    assert numbers.strong >= 1


@pytest.mark.parametrize("name", SPEAKING_FOR)
def test_more_evidence_of_any_sort_makes_a_family_likelier(name: str):
    before = _middling()
    assert abs(_ratio(before)) < calibration().certain
    assert _ratio(before | {name: before[name] * 1.5}) > _ratio(before) > _ratio(before | {name: before[name] * 0.5})


@given(_families, st.sampled_from(SPEAKING_FOR), st.floats(1, 10))
def test_more_evidence_never_makes_a_family_less_likely(item: Features, name: str, times: float):
    assert _ratio(item | {name: item[name] * times}) >= _ratio(item)
    assert _ratio(item | {"foreign": item["foreign"] * times}) <= _ratio(item)
    assert _ratio(item | {"chances": item["chances"] * times}) <= _ratio(item)


@settings(max_examples=25)
@given(_many)
def test_every_number_is_what_the_document_says(features: dict[int, Features]):
    numbers = calibration()
    for family, made in decide(features).items():
        item = features[family]
        ratio = numbers.base - numbers.coefficients["plain"] * math.log(1 + item["foreign"])
        ratio -= numbers.coefficients["chance"] * math.log(item["chances"])
        for name in ("special", "rest"):
            ratio += numbers.coefficients[name] * math.log(1 + item[name])
        for name in ("own", "edge", "similarity"):
            ratio += numbers.coefficients[name] * item[name]
        ratio = min(max(ratio, -numbers.certain), numbers.certain)
        assert made.log_ratio == pytest.approx(ratio, abs=1e-9)
        odds = math.exp(made.log_ratio + numbers.prior)
        assert made.probability == pytest.approx(odds / (1 + odds))


@settings(max_examples=25)
@given(_many)
def test_shares_among_the_absent_are_those_counted_one_by_one(features: dict[int, Features]):
    made = decide(features)
    for family, mine in made.items():
        size = features[family]["size"]
        absent = [
            other
            for number, other in made.items()
            if number != family
            and other.probability < calibration().hinted
            and size / 4 <= features[number]["size"] <= size * 4
        ]
        as_much = [other for other in absent if other.log_ratio >= mine.log_ratio]
        assert mine.p_value == pytest.approx((1 + len(as_much)) / (1 + len(absent)))
        assert 0 < mine.p_value <= 1


@settings(max_examples=25)
@given(_many)
def test_a_decision_says_no_more_than_its_probability(features: dict[int, Features]):
    numbers = calibration()
    for family, made in decide(features).items():
        item = features[family]
        enough = item["classes"] >= numbers.classes and item["strong"] >= numbers.strong
        assert (made.decision == "found") == (made.probability >= numbers.found and enough)
        assert (made.decision == "not-shown") == (made.probability < numbers.hinted)
        assert -numbers.certain <= made.log_ratio <= numbers.certain


@settings(max_examples=25)
@given(_many)
def test_order_of_the_families_changes_nothing(features: dict[int, Features]):
    turned = dict(reversed(features.items()))
    assert list(decide(features).items()) == list(decide(turned).items())
    assert list(decide(turned)) == sorted(features)


@settings(max_examples=25)
@given(_many, _families)
def test_another_family_changes_no_probability(features: dict[int, Features], more: Features):
    with_more = decide(features | {99: more})
    for family, made in decide(features).items():
        assert (with_more[family].probability, with_more[family].decision) == (made.probability, made.decision)


def test_one_class_alone_or_none_that_is_strong_leaves_too_little():
    few = calibration().classes - 1
    assert decide({0: STRONG | {"classes": float(few)}})[0].decision == "too-little"
    assert decide({0: STRONG | {"strong": 0.0}})[0].decision == "too-little"


def test_evidence_without_end_is_no_more_than_the_apps_seen_support():
    boundless = STRONG | {"special": 1e300, "rest": 1e300}
    assert _ratio(boundless) == calibration().certain
    assert decide({0: boundless})[0].probability < 1
    nothing = dict.fromkeys(STRONG, 0.0) | {"foreign": 1e300, "chances": 1e9}
    assert _ratio(nothing) == -calibration().certain
    assert decide({0: nothing})[0].probability > 0


def test_sums_below_zero_count_as_nothing():
    below = _middling() | {"rest": -5.0, "special": -0.1}
    assert _ratio(below) == _ratio(_middling() | {"rest": 0.0, "special": 0.0})


def test_families_of_another_size_say_nothing_on_how_rare_the_evidence_is():
    small, large = {number: WEAK | {"size": 10.0} for number in range(9)}, STRONG | {"size": 1_000.0}
    assert decide(small | {50: large})[50].p_value == 1
    assert decide(small | {50: large | {"size": 40.0}})[50].p_value == pytest.approx(0.1)
