"""Holders of duties in words and as roles: every one that the register names is known."""

import pytest

from affidavit.law.roles import holder_in_words, roles, roles_of
from tests.builders.law import INFORM, event, measure, register_of, whole

PLAIN = measure("m", [event("e", "2020-01-01", INFORM)])


@pytest.mark.parametrize(
    ("holder", "name", "held"),
    [
        ("app_operator", "operator of the app", ("app_operator",)),
        ("US-Commerce", "US Department of Commerce", ("federal_agency",)),
        ("OMB and agencies", "Office of Management and Budget (OMB) and agencies", ("federal_agency",)),
        ("the mayor of a town", "the mayor of a town", ()),
    ],
)
def test_a_holder_has_a_name_and_roles(holder, name, held):
    assert holder_in_words(whole(), holder) == name
    assert roles_of(whole(), PLAIN, holder) == held


def test_an_organisation_at_which_a_measure_is_aimed_is_the_operator():
    order = whole().measures["us-cfius-2020-08-14"]
    assert holder_in_words(whole(), "bytedance") == "ByteDance Ltd."
    assert roles_of(whole(), order, "bytedance") == ("app_operator",)
    assert roles_of(whole(), PLAIN, "bytedance") == ()


def test_every_holder_in_the_register_has_a_role():
    for item in whole().measures.values():
        for part in item.provisions:
            assert not part.duty_holder or roles_of(whole(), item, part.duty_holder), part.id


def test_every_row_is_of_words_that_the_vocabulary_has():
    words = whole().vocabulary
    named = {role for row in roles().holders.values() for role in row.roles} | set(roles().acts)
    assert named <= set(words.actors)
    assert {act for acts in roles().acts.values() for act in acts} <= set(words.transactions)


def test_no_row_of_holders_is_in_vain():
    named = {part.duty_holder for item in whole().measures.values() for part in item.provisions}
    assert set(roles().holders) <= named


def test_no_row_of_acts_is_in_vain():
    freed = {act for item in whole().measures.values() for row in item.exceptions for act in row.transactions}
    assert {act for acts in roles().acts.values() for act in acts} <= freed


def test_a_register_without_organisations_of_that_name_keeps_the_words():
    assert holder_in_words(register_of(PLAIN), "somebody else") == "somebody else"
