"""What a role must, must not or may do: known answers, and nothing from after the date of knowledge."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.law.ask import Resolver
from affidavit.law.obligations import obligations
from affidavit.law.roles import roles
from affidavit.model.determination import ENDED, Outcome, Question
from affidavit.model.errors import UsageError
from tests.builders.law import (
    APP,
    INFORM,
    end,
    event,
    exemption,
    measure,
    provision,
    register_of,
    schedule,
    whole,
    with_measures,
)
from tests.law.test_deadlines import as_public_by

REAL = Resolver(whole())


def acts(app, actor, on, known="", **more):
    """Transaction -> obligation, for one role."""
    made = obligations(REAL, app, (actor,), on, known or on, **more)
    return {item.transaction: item for item in made if item.kind == "act"}


# Known answers


@pytest.mark.parametrize(
    ("who", "when", "expected"),
    [
        (("wechat", "app_store", "app_store_update"), ("2020-09-21", "2020-09-18"),
         ("PROHIBITED", "wx-1", "An app store must not deliver updates")),
        (("wechat", "app_store", "app_store_update"), ("2020-09-21", "2020-09-21"),
         ("ENJOINED", "wx-1", "An app store is not bound while the court order stands (act: deliver updates)")),
        (("wechat", "bank", "payment_service"), ("2020-09-21", "2020-09-18"),
         ("PROHIBITED", "wx-pay", "A bank must not process payments through it")),
        (("wechat", "network_provider", "transit_peering"), ("2020-09-21", "2020-09-18"),
         ("PROHIBITED", "wx-4", "A network operator must not arrange transit or peering for it")),
        (("wechat", "individual_user", "user_use"), ("2020-09-25", "2020-09-18"),
         ("EXCEPTED", "wx-x2", "An individual user may use it")),
        (("wechat", "individual_user", "user_download"), ("2020-09-25", "2020-09-18"),
         ("EXCEPTED", "wx-x2", "An individual user may download it")),
        (("wechat", "employer", "pay_wages"), ("2020-09-25", "2020-09-18"),
         ("EXCEPTED", "wx-x1", "An employer may pay its operator's workers")),
        (("tiktok", "hosting_provider", "internet_hosting"), ("2020-10-15", "2020-10-15"),
         ("ANNOUNCED_NOT_EFFECTIVE", "tt-2", "A hosting provider is not bound yet (act: host it)")),
        (("tiktok", "cdn_provider", "cdn"), ("2020-11-13", "2020-10-15"),
         ("PROHIBITED", "tt-3", "A content-delivery provider must not deliver its content (CDN)")),
        (("tiktok", "software_developer", "code_utilisation"), ("2021-06-10", "2021-06-10"),
         ("REVOKED", "tt-5", "A software developer is not bound by it now (act: use its code or services")),
        (("tiktok", "app_store", "app_store_distribution"), ("2025-01-19", "2025-01-18"),
         ("PROHIBITED", "paf-1", "An app store must not offer for download")),
        (("tiktok", "app_store", "app_store_distribution"), ("2025-01-19", "2025-01-21"),
         ("PROHIBITED_NOT_ENFORCED", "paf-1", "An app store must not offer for download, though the authority")),
        (("tiktok", "federal_agency", "install_on_government_device"), ("2023-07-01", "2023-07-01"),
         ("PROHIBITED", "gov-1", "A federal or central government agency must not have it on government IT")),
        (("tiktok", "federal_contractor", "install_on_government_device"), ("2023-07-01", "2023-07-01"),
         ("PROHIBITED", "gov-2", "A federal contractor must not have it on government IT")),
    ],
)  # fmt: skip
def test_a_role_is_told_what_it_must_or_may_do(who, when, expected):
    app, actor, transaction = who
    outcome, decisive, words = expected
    found = acts(app, actor, *when)[transaction]
    assert found.outcome is Outcome(outcome)
    assert found.sentence.startswith(words)
    assert decisive in [item.standing.provision for item in found.grounds[: found.decisive]]


def test_an_obligation_agrees_with_the_determination_of_its_act():
    for item in obligations(REAL, "tiktok", ("app_store", "app_operator"), "2020-10-01", "2020-10-01"):
        if item.kind == "act":
            made = REAL.ask(Question("tiktok", item.transaction, item.actor, "2020-10-01", "2020-10-01"))
            assert (item.outcome, item.decisive, item.confidence) == (
                made.headline, len(made.decisive), made.confidence,
            )  # fmt: skip


def test_no_payment_bar_is_invented_for_tiktok():
    found = obligations(REAL, "tiktok", ("payment_provider",), "2020-09-25", "2020-09-18")
    assert "payment_service" not in {item.transaction for item in found}
    assert not any("process payments" in item.sentence for item in found)


@pytest.mark.parametrize("app", ["wechat", "tiktok"])
def test_a_power_that_leaves_a_role_out_is_not_told_as_leave(app):
    user = acts(app, "individual_user", "2020-09-25", "2020-09-18")
    assert "residual_future" not in user
    assert user["user_use"].outcome is Outcome.EXCEPTED
    assert not any(
        "identifies later" in item.sentence
        for item in obligations(REAL, app, ("individual_user",), "2020-09-25", "2020-09-18")
    )


def test_a_power_is_told_to_the_roles_that_it_speaks_to():
    found = acts("wechat", "any_person", "2020-09-25", "2020-09-18")["residual_future"]
    assert found.outcome is Outcome.AUTHORITY_ONLY
    assert found.sentence.endswith("(act: whatever the agency identifies later).")


def test_the_circumstances_reach_the_determination():
    plain = acts("tiktok", "federal_agency", "2023-07-01")["install_on_government_device"]
    research = acts("tiktok", "federal_agency", "2023-07-01", context={"purpose": "security_research"})
    assert plain.outcome is Outcome.PROHIBITED
    assert research["install_on_government_device"].outcome is Outcome.EXCEPTED


def test_a_state_adds_its_own_bar():
    assert "operate_in_territory" not in acts("tiktok", "app_operator", "2024-02-01", "2023-06-01")
    found = acts("tiktok", "app_operator", "2024-02-01", "2023-06-01", jurisdiction="US-MT")
    assert found["operate_in_territory"].outcome is Outcome.PROHIBITED


def test_what_weighs_most_comes_first():
    made = [item.outcome for item in obligations(REAL, "tiktok", ("app_operator",), "2020-10-15", "2020-10-15")]
    order = whole().vocabulary.precedence
    ranks = [order.index(item) for item in made if item and item not in ENDED]
    assert ranks == sorted(ranks)


def test_what_has_ended_comes_last_what_names_the_role_first():
    made = obligations(REAL, "tiktok", ("app_store",), "2026-02-01", "2026-02-01")
    assert all(item.outcome in ENDED for item in made)
    assert {item.transaction for item in made[:2]} == {"app_store_distribution", "app_store_update"}


def test_an_exception_that_hangs_on_circumstances_is_told_with_them():
    found = acts("tiktok", "federal_agency", "2023-07-01")["install_on_government_device"]
    assert [text.partition(":")[0] for text in found.unless] == [
        "gov-x1 if the purpose is law enforcement or national security or security research"
    ]
    given = acts("tiktok", "federal_agency", "2023-07-01", context={"purpose": "security_research"})
    assert given["install_on_government_device"].unless == ()


def test_what_the_register_does_not_know_travels_with_the_obligation():
    found = acts("tiktok", "federal_agency", "2026-02-01")["install_on_government_device"]
    assert any("joint venture" in text for text in found.open_questions)
    before = acts("tiktok", "federal_agency", "2023-07-01")["install_on_government_device"]
    assert not any("joint venture" in text for text in before.open_questions)


def test_a_dispute_and_an_early_court_order_are_on_the_ground():
    lifted = acts("tiktok", "app_store", "2026-02-01")["app_store_update"]
    assert lifted.grounds[0].standing.contested
    ahead = acts("tiktok", "hosting_provider", "2020-11-01")["internet_hosting"]
    assert ahead.grounds[0].standing.blocked


# Affirmative duties


def duties(app, actor, on, known=""):
    return [item for item in obligations(REAL, app, (actor,), on, known or on) if item.kind == "duty"]


def test_the_operator_owes_its_users_their_data():
    (found,) = [item for item in duties("tiktok", "app_operator", "2024-06-01") if "account data" in item.sentence]
    assert found.sentence.startswith("Duty of an operator of the app: Before the bar applies")
    assert found.deadline.provisions == ("paf-3",)


def test_the_operator_has_to_divest_by_the_day_then_known():
    (found,) = [item for item in duties("tiktok", "app_operator", "2020-11-30") if "Divest" in item.sentence]
    assert found.sentence.startswith("Duty of ByteDance Ltd., due 2020-12-04: ")
    assert (found.deadline.status, found.outcome) == ("extended", None)


@pytest.mark.parametrize(("known", "status"), [("2021-10-11", "not publicly known"), ("2021-10-12", "met")])
def test_agencies_have_the_tasks_of_the_order_on_a_class_of_software(known, status):
    found = {item.deadline.id: item for item in duties("wechat", "federal_agency", known)}
    assert {"eo14034/s2a", "eo14034/s2b-intel", "eo14034/s2b", "eo14034/s2c", "eo14034/s2d"} <= set(found)
    assert found["eo14034/s2b"].deadline.status == status
    assert "(about connected software applications)" in found["eo14034/s2b"].sentence
    assert found["eo14034/s2b"].deadline.apps == ()


def test_a_task_of_a_revoked_order_is_told_as_past():
    (found,) = [item for item in duties("wechat", "federal_agency", "2021-07-01") if "eo13943" in item.deadline.id]
    assert found.sentence.startswith("Former duty of US Department of Commerce")
    assert found.outcome is Outcome.REVOKED


# Silence


def test_a_role_to_which_nothing_speaks_says_what_was_searched():
    (found,) = obligations(REAL, "camscanner", ("state_agency",), "2020-12-01", "2020-12-01")
    assert (found.kind, found.outcome, found.grounds) == ("none", Outcome.NOT_COVERED, ())
    public = len(obligations_public("2020-12-01"))
    assert found.searched.startswith(
        f"{public} measures in the register for United States that were public by then, 0 "
    )
    assert "what the register does not hold was not searched" in found.searched


def obligations_public(day):
    """The US measures with an event that was public by a day."""
    return [
        item
        for item in whole().measures.values()
        if item.jurisdiction == "US" and any(one.public_at[:10] <= day for one in item.events)
    ]


def test_with_all_roles_each_has_its_own_or_is_told_as_silent():
    made = obligations(REAL, "tiktok", (), "2020-10-15", "2020-10-15")
    told = {item.actor for item in made}
    assert set(whole().vocabulary.actors) - told <= {"any_person", "any_us_person"}
    silent = {item.actor for item in made if item.kind == "none"}
    assert "state_agency" in silent
    assert not silent & {item.actor for item in made if item.kind != "none"}


def test_with_all_roles_what_binds_anybody_is_told_once():
    made = obligations(REAL, "tiktok", (), "2020-10-15", "2020-10-15")
    assert [item.actor for item in made if item.transaction == "any_with_operator"] == ["any_person"]


def test_acts_can_be_chosen_and_then_duties_and_silence_are_left_out():
    every = obligations(REAL, "tiktok", (), "2020-10-15", "2020-10-15")
    chosen = obligations(REAL, "tiktok", (), "2020-10-15", "2020-10-15", transactions=("code_utilisation",))
    assert {item.actor for item in chosen} == {"app_operator", "software_developer"}
    assert chosen == tuple(item for item in every if item.transaction == "code_utilisation")
    with pytest.raises(UsageError):
        obligations(REAL, "tiktok", (), "2020-10-15", "", transactions=("code_use",))


def test_a_holder_whose_role_nobody_recorded_is_not_lost():
    task = provision("task", "duty", transactions=[], actors=[], duty_holder="the mayor of a town", due="promptly")
    made = measure("m", [event("e", "2020-01-01", INFORM)], provisions=[task])
    found = obligations(Resolver(register_of(made)), APP, (), "2020-02-01", "")
    (duty,) = [item for item in found if item.kind == "duty"]
    assert (duty.actor, duty.role) == ("", "somebody whose role is not recorded")
    assert duty.sentence == "Duty of the mayor of a town, promptly: provision task"


def test_an_exception_of_a_bar_that_has_ended_gives_no_leave():
    free = exemption("free", transactions=["user_use"])
    events = [event("e", "2020-01-01", schedule("2020-01-02")), event("x", "2020-02-01", end("2020-02-01"))]
    resolver = Resolver(register_of(measure("m", events, exceptions=[free])))
    before, after = (obligations(resolver, APP, ("individual_user",), on, "") for on in ("2020-01-20", "2020-02-02"))
    assert [(item.kind, item.transaction) for item in before] == [("act", "user_use")]
    assert [item.kind for item in after] == ["none"]


@pytest.mark.parametrize(
    ("app", "actors", "jurisdiction", "near"),
    [("tiktak", (), "US", "tiktok"), ("tiktok", ("app_stor",), "US", "app_store"), ("tiktok", (), "USS", "US")],
)
def test_an_unknown_name_gets_the_nearest(app, actors, jurisdiction, near):
    with pytest.raises(UsageError) as raised:
        obligations(REAL, app, actors, "2021-01-01", "", jurisdiction=jurisdiction)
    assert near in raised.value.advice


def test_a_wrong_date_is_refused():
    with pytest.raises(UsageError):
        obligations(REAL, "tiktok", (), "2021-02-30", "")


# Properties

DAYS = st.integers(0, 2_400).map(lambda count: (date(2020, 6, 1) + timedelta(count)).isoformat())
APPS = st.sampled_from(sorted(whole().apps))
ROLES = st.sampled_from(["app_store", "app_operator", "individual_user", "federal_agency", "software_developer"])


@settings(max_examples=40, deadline=None)
@given(DAYS, DAYS, APPS, ROLES)
def test_what_was_not_public_changes_nothing(on, known, app, role):
    past = Resolver(as_public_by(known))
    assert obligations(past, app, (role,), on, known) == obligations(REAL, app, (role,), on, known)


@settings(max_examples=20, deadline=None)
@given(DAYS, APPS, ROLES)
def test_an_unrelated_measure_adds_nothing_but_to_the_count_of_what_was_searched(on, app, role):
    stranger = measure("zz", [event("zz-e", "2019-01-01", INFORM)], targets={"apps": ["nobody"]}, jurisdiction="GB")
    other = Resolver(with_measures([*whole().measures.values(), stranger]))
    assert obligations(other, app, (role,), on, on) == obligations(REAL, app, (role,), on, on)


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(-100, 600), APPS, st.sampled_from(sorted(whole().vocabulary.actors)))
def test_exactly_the_acts_are_told_of_which_something_speaks_to_the_role(on, ahead, app, role):
    known = (date.fromisoformat(on) + timedelta(ahead)).isoformat()
    told = {item.transaction for item in obligations(REAL, app, (role,), on, known) if item.kind == "act"}
    named = set()
    for transaction in whole().vocabulary.transactions:
        made = REAL.ask(Question(app, transaction, role, on, known))
        paths = [whole().paths[item.provision] for item in made.standings if item.provision in whole().paths]
        if any(transaction in path.provision.transactions for path in paths):
            named.add(transaction)
    assert named <= told
    excepted = set(roles().acts.get(role, ()))
    assert told - named <= excepted


@settings(max_examples=30, deadline=None)
@given(DAYS, APPS, ROLES)
def test_every_sentence_names_who_and_ends_in_a_stop(on, app, role):
    for item in obligations(REAL, app, (role,), on, on):
        assert item.sentence[0].isupper()
        assert item.sentence.endswith((".", ")"))
        assert (item.actor, item.app, item.on) == (role, app, on)
        assert not re.search(r"\b(illegal|breach|safe|clean)\b", item.sentence)
