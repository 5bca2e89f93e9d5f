"""The matrix says what single questions say, put together by a stated rule, and leaves nothing out."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.matrix import matrix
from affidavit.law.register import register
from affidavit.model.determination import ENDED, Outcome, Question
from affidavit.model.errors import UsageError
from affidavit.model.matrix import Cell, Matrix


def asked(on: str, known: str, place: str = "US", **more: str) -> Question:
    return Question("", "", more.get("actor", ""), on, known, place)


def cells(found: Matrix) -> dict[tuple[str, str], Cell]:
    return {(cell.app, cell.transaction): cell for cell in found.cells}


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(register())


@pytest.fixture(scope="module")
def september(resolver) -> Matrix:
    return matrix(resolver, asked("2020-09-21", "2020-09-18"))


def test_the_lists_of_september_2020_fill_the_matrix_as_then_known(september):
    found = cells(september)
    assert found["wechat", "app_store_update"].headline is Outcome.PROHIBITED
    assert found["wechat", "app_store_update"].decisive == ("wx-1",)
    assert found["wechat", "app_store_update"].actors == ("app_store", "online_marketplace")
    assert found["tiktok", "internet_hosting"].headline is Outcome.ANNOUNCED_NOT_EFFECTIVE
    assert found["wechat", "payment_service"].actors == ("bank", "payment_provider")
    assert found["wechat", "user_use"].headline is Outcome.EXCEPTED
    assert found["tiktok", "payment_service"].headline is Outcome.AUTHORITY_ONLY


def test_knowledge_of_a_later_day_changes_the_cells(resolver):
    found = cells(matrix(resolver, asked("2020-09-21", "2020-09-21")))
    assert found["wechat", "app_store_update"].headline is Outcome.ENJOINED
    assert found["wechat", "payment_service"].headline is Outcome.ENJOINED


def test_a_standing_is_contested_when_an_event_that_it_rests_on_is_disputed(resolver):
    found = cells(matrix(resolver, asked("2026-02-01", "2026-02-01")))
    lifted = found["tiktok", "app_store_update"]
    disputed = {item.provision for item in lifted.standings if item.contested}
    assert disputed == {"paf-1"}
    assert lifted.contested
    assert not any(item.contested for item in found["lark", "app_store_update"].standings)


@given(
    on=st.dates(min_value=date(2019, 1, 1), max_value=date(2026, 12, 31)),
    later=st.integers(-400, 400),
    place=st.sampled_from(["US", "US-MT", "US-VA", "IN", "CA", "GB", "FR"]),
)
@settings(max_examples=25, deadline=None)
def test_every_role_of_a_cell_gets_its_headline_when_asked_about_alone(resolver, on, later, place):
    frame = asked(on.isoformat(), (on + timedelta(days=later)).isoformat(), place)
    for cell in matrix(resolver, frame).cells:
        listed = {item.provision for item in cell.standings}
        for actor in cell.actors:
            alone = resolver.ask(replace(frame, app=cell.app, transaction=cell.transaction, actor=actor))
            assert alone.headline is cell.headline
            assert {item.provision for item in alone.standings} <= listed
        assert set(cell.decisive) <= listed


def test_a_single_question_never_reaches_more_than_the_cell_says(resolver, september):
    found = cells(september)
    words = register().vocabulary
    order = words.precedence
    for app in register().apps:
        for transaction in words.transactions:
            cell = found.get((app, transaction))
            for actor in words.actors:
                alone = resolver.ask(Question(app, transaction, actor, "2020-09-21", "2020-09-18"))
                if cell is None:
                    assert alone.headline is Outcome.NOT_COVERED
                else:
                    assert order.index(cell.headline) <= order.index(alone.headline)


def test_an_act_that_nothing_names_is_answered_like_any_dealing(september):
    found = cells(september)
    unnamed = [cell for cell in september.cells if not cell.named]
    assert {cell.transaction for cell in unnamed if cell.app == "capcut"} >= {"cdn", "public_access"}
    for cell in unnamed:
        every = found[cell.app, "any_with_operator"]
        assert (cell.headline, cell.decisive, cell.standings) == (every.headline, every.decisive, every.standings)


def test_apps_that_nothing_reaches_are_told_with_what_was_searched(september):
    covered = {cell.app for cell in september.cells}
    assert set(september.not_covered) == register().apps.keys() - covered
    assert "kaspersky-av" in september.not_covered
    assert "public_access" in september.silent
    assert september.searched == sum(item.jurisdiction == "US" for item in register().measures.values())


def test_acts_apps_and_one_role_can_be_chosen(resolver):
    found = matrix(resolver, asked("2020-09-21", "2020-09-18", actor="bank"), ("wechat",), ("payment_service", "cdn"))
    assert set(cells(found)) == {("wechat", "payment_service"), ("wechat", "cdn")}
    assert cells(found)["wechat", "payment_service"].actors == ("bank",)
    assert cells(found)["wechat", "cdn"].headline is Outcome.AUTHORITY_ONLY


def test_dates_outside_the_register_are_noted(resolver):
    early = matrix(resolver, asked("2001-01-01", "2001-01-01"))
    assert not early.cells
    assert set(early.not_covered) == set(register().apps)
    assert any("before the first event" in note for note in early.notes)
    assert any("last updated" in note for note in matrix(resolver, asked("2020-09-21", "2090-01-01")).notes)


def test_an_unknown_place_and_a_wrong_date_are_refused(resolver):
    with pytest.raises(UsageError):
        matrix(resolver, asked("2020-02-30", "2020-09-18"))


def naive(resolver: Resolver, frame: Question) -> tuple[Outcome, set[str]]:
    """The headline and the list of a cell, from the answers of every role of the vocabulary that a provision names."""
    law = resolver.register
    named = {
        actor
        for path in law.paths.values()
        for actor in path.provision.actors
        if frame.transaction in path.provision.transactions or "any_with_operator" in path.provision.transactions
    }
    gravest: dict[str, str] = {}
    ended: dict[str, int] = {}
    for actor in named | {"any_person"}:
        for item in resolver.ask(replace(frame, actor=actor)).standings:
            rank = law.vocabulary.precedence.index
            if item.provision not in gravest or rank(item.outcome) < rank(gravest[item.provision]):
                gravest[item.provision] = item.outcome
                ended[item.provision] = item.ended_at or 0
    alive = {name: state for name, state in gravest.items() if state not in ENDED}
    if not gravest:
        return Outcome.NOT_COVERED, set()
    if not alive:
        last = [state for name, state in gravest.items() if ended[name] == max(ended.values())]
        return Outcome(min(last, key=law.vocabulary.precedence.index)), set(gravest)
    owners = {law.paths[name].measure.id if name in law.paths else owner_of(name) for name in alive}
    spoken = [
        state
        for name, state in alive.items()
        if not (state == "AUTHORITY_ONLY" and owners & set(law.children.get(law.paths[name].measure.id, ())))
    ]
    return Outcome(min(spoken or list(alive.values()), key=law.vocabulary.precedence.index)), set(gravest)


def owner_of(exception: str) -> str:
    """The measure of an exception."""
    return next(item.id for item in register().measures.values() if exception in {each.id for each in item.exceptions})


@given(
    act=st.tuples(
        st.sampled_from(sorted(register().apps)), st.sampled_from(sorted(register().vocabulary.transactions))
    ),
    on=st.dates(min_value=date(2020, 6, 1), max_value=date(2026, 6, 30)),
    later=st.integers(-300, 300),
    place=st.sampled_from(["US", "US-MT", "US-VA", "IN", "CA", "GB", "DE"]),
)
@settings(max_examples=150, deadline=None)
def test_a_cell_is_what_a_naive_reckoning_over_all_roles_gives(resolver, act, on, later, place):
    (app, transaction), known = act, on + timedelta(days=later)
    frame = Question(app, transaction, "", on.isoformat(), known.isoformat(), place)
    found = cells(matrix(resolver, frame, (app,), (transaction,))).get((app, transaction))
    outcome, listed = naive(resolver, frame)
    if found is None:
        assert (outcome, listed) == (Outcome.NOT_COVERED, set())
    else:
        assert (found.headline, {item.provision for item in found.standings}) == (outcome, listed)
