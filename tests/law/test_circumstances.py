"""A circumstance that no exception asks for is refused, so that a slip of the pen does not pass as an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.circumstances import check_context, circumstances
from affidavit.law.register import register
from affidavit.model.errors import UsageError

WANTED = {"purpose": {"audit", "security_research"}, "scope": {"state"}}


def test_the_register_names_what_its_exceptions_ask_for():
    found = circumstances(register())
    asked = [
        (name, value)
        for measure in register().measures.values()
        for item in measure.exceptions
        for name, values in item.context.items()
        for value in values
    ]
    assert asked
    check_context(found, asked)
    assert {(name, value) for name, values in found.items() for value in values} == set(asked)


@pytest.mark.parametrize("given", [("purpose", "fun"), ("purpos", "audit"), ("scope", "audit"), ("purpose", "")])
def test_a_name_or_a_value_that_nothing_asks_for_is_refused_with_those_that_are_known(given):
    with pytest.raises(UsageError, match=f"context '{given[0]}={given[1]}' is nothing") as raised:
        check_context(WANTED, [("purpose", "audit"), given])
    assert raised.value.advice == "known: purpose=audit|security_research; scope=state"


def test_a_long_one_is_shortened():
    with pytest.raises(UsageError) as raised:
        check_context(WANTED, [("x" * 5_000, "y")])
    assert len(str(raised.value)) < 300


@given(st.text(max_size=9), st.text(max_size=9))
def test_any_pair_is_asked_for_or_refused(name, value):
    if value in WANTED.get(name, ()):
        check_context(WANTED, [(name, value)])
    else:
        with pytest.raises(UsageError):
            check_context(WANTED, [(name, value)])
