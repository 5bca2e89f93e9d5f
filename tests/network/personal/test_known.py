"""What is known of fields and recipients fits together, and with the questions that reviews answer."""

from affidavit.knowledge import load
from affidavit.network.personal.forms import holds
from affidavit.network.personal.known import (
    Adapters,
    category,
    names_of_fields,
    properties,
    recipient,
    telling,
)
from affidavit.network.personal.profile import bare


def recipients():
    return load("personal_adapters", Adapters)["recipients"].recipients


def test_every_property_answers_a_question_that_there_is_or_none():
    from affidavit.findings.schema import Category

    known = {item.id for item in load("categories", Category).values()}
    assert {item.category for item in properties().values()} - {""} <= known
    assert category("advertisingId") == "identifiers"
    assert category("osVersion") == category("never heard of") == ""


def test_every_place_of_a_recipient_holds_a_property_that_is_known():
    for name, known in recipients().items():
        for place in (known.query, known.header, known.cookie, known.body):
            for path, found in place.items():
                assert set(found) <= properties().keys(), (name, path)


def test_the_published_table_is_there_nearly_whole():
    places = [
        place for known in recipients().values() for place in (known.query, known.header, known.cookie, known.body)
    ]
    assert sum(len(found) for place in places for found in place.values()) >= 600
    assert len(recipients()) >= 29


def test_names_of_fields_are_bare_and_each_is_of_one_property():
    keys = [key for known in properties().values() for key in known.keys]
    assert len(set(keys)) == len(keys) == len(names_of_fields())
    assert all(key == bare(key) for key in keys)


def test_every_property_with_names_answers_a_question():
    assert all(known.category for known in properties().values() if known.keys)


def test_every_kind_of_identifier_leads_to_a_property_and_a_kind():
    for name, kind in telling().identifiers.values():
        assert properties()[name].category
        assert kind in telling().kinds


def test_recipients_are_found_by_whole_labels():
    assert recipient("api2.branch.io") is recipient("branch.io") is not None
    assert recipient("xbranch.io") is None
    assert recipient("io") is None
    assert recipient("") is None
    assert recipient("192.0.2.1") is None


def test_stars_in_places_stand_for_any_part_of_a_name():
    adform = recipient("adform.net")
    assert adform.at("query", "eid_x_2") == ("deviceId",)
    assert adform.at("query", "eid") == ()


def test_values_of_no_meaning_hold_no_form():
    assert not any(holds(form, "0" * 32) for form in ("", "uuid", "imei", "mac", "hash"))
