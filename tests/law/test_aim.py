"""Aim: a measure is about an app by its name, or while, and as far as known, one of its operators runs the app."""

import pytest

from affidavit.law.aim import aimed_then, ever_aimed
from affidavit.law.dates import instant, until
from affidavit.law.fold import View
from affidavit.model.entity import App
from tests.builders.law import app, event, measure, register_of, schedule

ISSUED = [event("issued", "2021-01-01", schedule("2021-01-01"))]
NAMED = measure("named", ISSUED, targets={"apps": ["beta"], "operators": ["acme"]})
RUN = measure("run", ISSUED, targets={"operators": ["acme"], "every_app_of_operators": True})
APPS = {
    "alpha": app({"operator": "acme"}, {"operator": "other", "from": "2021-06-01", "public_at": "2021-07-01"}),
    "beta": App(("Beta",), ()),
    "gamma": app({"operator": "other"}),
}
REGISTER = register_of(NAMED, RUN, apps=APPS)


def view(name: str, on: str, known: str = "") -> View:
    zone = REGISTER.zone("US")
    return View(instant(on, zone, "noon"), until(known, zone), until("", zone), name)


@pytest.mark.parametrize(
    ("name", "on", "known", "reached"),
    [
        ("alpha", "2021-05-31", "", True),
        ("alpha", "2021-06-01", "", False),
        ("alpha", "2021-06-15", "2021-06-30", True),
        ("alpha", "2021-06-15", "2021-07-01", False),
        ("beta", "2021-05-31", "", False),
        ("gamma", "2021-05-31", "", False),
    ],
)
def test_who_ran_an_app_decides_at_a_time_as_known_at_another(name, on, known, reached):
    assert aimed_then(REGISTER, RUN, view(name, on, known)) is reached


def test_a_name_decides_whoever_runs_the_app():
    assert aimed_then(REGISTER, NAMED, view("beta", "2021-05-31"))
    assert not aimed_then(REGISTER, NAMED, view("alpha", "2021-05-31"))


@pytest.mark.parametrize(
    ("made", "name", "reached"),
    [
        (RUN, "alpha", True),
        (RUN, "beta", False),
        (RUN, "gamma", False),
        (NAMED, "beta", True),  # although nobody recorded who runs it
        (NAMED, "alpha", False),
    ],
)
def test_one_operator_is_enough_for_ever(made, name, reached):
    assert ever_aimed(REGISTER, made, name) is reached
