"""Accounts of any records for any role and day: what is said is what the register says when it is asked act by act."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.register import register
from affidavit.model.determination import Question
from affidavit.model.network import Strength
from affidavit.network.screen.knowledge import ties
from tests.builders import records
from tests.builders.screenings import resolver, screening

FILES = (
    records.ZONE,
    records.LOG,
    records.CUSTOMERS,
    records.MEMBERS,
    records.SESSIONS,
    records.LISTINGS,
    records.PAYMENTS,
    records.DEVICES,
    "hostname,cname\nwww.shop.example,www.tiktok.com\n",
    "Company;Domain\nNoodle House;noodles.example\n",
)
ROLES = (
    "hosting_provider",
    "cdn_provider",
    "network_provider",
    "app_store",
    "payment_provider",
    "business_user",
    "federal_agency",
    "any_us_person",
)
DAYS = (
    "2020-08-05",
    "2020-09-18",
    "2020-09-20",
    "2020-09-27",
    "2020-11-13",
    "2021-06-10",
    "2023-03-01",
    "2025-01-19",
    "2025-01-21",
    "2026-02-01",
)


@st.composite
def accounts(draw):
    """An account of some files."""
    chosen = draw(st.lists(st.sampled_from(FILES), min_size=1, max_size=4, unique=True))
    return screening(draw(st.sampled_from(ROLES)), draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS)), *chosen)


@given(accounts())
@settings(max_examples=40)
def test_every_outcome_is_the_register_s_own(made):
    for asked in made.asks:
        if asked.obligation.kind != "act":
            continue
        for app in asked.apps:
            put = Question(app, asked.obligation.transaction, made.actor, made.on, made.known)
            answer = resolver().ask(put)
            assert answer.headline == asked.obligation.outcome
            grounds = {ground.standing.provision for ground in asked.obligation.grounds}
            assert set(answer.decisive) <= grounds


@given(accounts())
@settings(max_examples=40)
def test_matches_bear_on_acts_of_their_tie_alone_and_on_apps_that_they_touch(made):
    by_id = {item.id: item for item in made.matches}
    touched = {item.app: item for item in made.touched}
    acts = ties().ties
    for asked in made.asks:
        for name in asked.matches:
            assert asked.obligation.transaction in acts[by_id[name].tie].acts
            assert all(name in touched[app].matches for app in asked.apps)
        assert bool(asked.elements) <= bool(asked.matches)


@given(accounts())
@settings(max_examples=40)
def test_what_is_shown_rests_on_matches_and_what_is_not_says_what_it_takes(made):
    by_id = {item.id: item for item in made.matches}
    for element in (element for asked in made.asks for element in asked.elements):
        assert bool(element.by) == (element.shown != "not shown")
        assert bool(element.needs) == (element.shown != "shown")
        if element.shown == "shown":
            assert all(
                by_id[name].app and by_id[name].tier >= Strength.S4 and by_id[name].confidence != "L"
                for name in element.by
            )


@given(accounts())
@settings(max_examples=40)
def test_every_match_is_touched_or_merely_names_and_is_told_of(made):
    used = {name for item in made.touched for name in item.matches}
    said = " ".join(made.unasked)
    organisations = register().organisations
    for match in made.matches:
        if match.tie == "names":
            assert match.id not in used
            assert match.tier == Strength.S0
        elif match.id not in used:
            assert organisations[match.operator].name in said
    borne = {name for asked in made.asks for name in asked.matches}
    assert all(name in borne or f"{name}" in said for name in used)


@given(accounts())
@settings(max_examples=20)
def test_an_app_is_touched_once_and_as_strongly_as_its_strongest_match(made):
    by_id = {item.id: item for item in made.matches}
    names = [item.app for item in made.touched]
    assert len(names) == len(set(names))
    for item in made.touched:
        assert item.tier == max(by_id[name].tier for name in item.matches)
        if not item.through:
            assert any(by_id[name].app == item.app for name in item.matches)
        else:
            assert all(by_id[name].operator == item.through for name in item.matches)


@given(st.permutations(FILES[:5]))
@settings(max_examples=8)
def test_the_order_of_files_changes_nothing_but_their_order(files):
    def bare(made):
        return sorted(repr(replace(item, id="", records="")) for item in made.matches)

    first = screening("network_provider", "2020-11-13", "2020-11-13", *FILES[:5])
    other = screening("network_provider", "2020-11-13", "2020-11-13", *files)
    assert bare(first) == bare(other)
    assert [item.app for item in first.touched] == [item.app for item in other.touched]
    assert [item.obligation.sentence for item in first.asks] == [item.obligation.sentence for item in other.asks]
