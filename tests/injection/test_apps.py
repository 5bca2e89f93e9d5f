"""Real apps that carry the payloads wherever they have a say, through the whole program."""

import pytest

from affidavit.model.bundle import Affidavit
from affidavit.model.code import NotableCode
from affidavit.model.declared import Component, Feature, MetaData, Permission, PermissionDefinition, Query
from affidavit.model.endpoint import Endpoint
from affidavit.model.identity import Application, NetworkSecurity, Package
from affidavit.model.inventory import EntryFact
from affidavit.model.native import NativeLibrary
from affidavit.model.signing import Certificate
from affidavit.report.json import parse_json, render_json
from tests.builders.payloads import label, once
from tests.injection.conftest import Account
from tests.injection.corpus import Payload, batches, payloads
from tests.injection.outputs import OUTPUTS, faults
from tests.oracles.visible import shown

BATCHES = list(batches(20))
SETS = list(batches(110))


@pytest.fixture(params=range(len(BATCHES)), scope="module")
def carried(request: pytest.FixtureRequest) -> tuple[Payload, ...]:
    return BATCHES[request.param]


def about(account: Affidavit, kind: type) -> list:
    return [fact.what for fact in account.facts if isinstance(fact.what, kind)]


def test_every_form_of_every_app_is_neutral(account: Account, carried):
    for form in OUTPUTS:
        assert not faults(form, account(carried)), form


def test_what_was_read_is_what_the_app_says(account: Account, carried):
    """The payloads reached the facts, so that the other tests show something: in each place that can hold many."""
    made = account(carried)
    whole = [item for item in carried if item.text == item.utf8]
    for place, said in places(made).items():
        found = "\n".join(map(bare, said))
        for item in whole:
            text = item.text.partition(";")[0] if place == "authority" else item.text  # a list, by semicolons
            assert bare(text)[:40] in found, (place, item)


def bare(text: str) -> str:
    """The letters and digits: readers of places trim, complete and cut."""
    return "".join(letter for letter in text if letter.isalnum() and letter.isascii())


def places(account: Affidavit) -> dict[str, list[str]]:
    """What was read in each place that can hold many."""
    return {
        "permission": [item.name for item in about(account, Permission)],
        "own permission": [item.name for item in about(account, PermissionDefinition)],
        "component": [item.name for item in about(account, Component)],
        "permission of a component": [item.permission for item in about(account, Component)],
        "authority": [name for item in about(account, Component) for name in item.authorities],
        "action": [name for item in about(account, Component) for part in item.filters for name in part.actions],
        "meta-data": [item.value for item in about(account, MetaData)],
        "feature": [item.name for item in about(account, Feature)],
        "query": [item.value for item in about(account, Query)],
    }


def test_places_of_which_there_is_one_hold_one_of_the_payloads(account: Account, carried):
    made = account(carried)
    texts = tuple(item.text for item in carried)
    [package] = about(made, Package)
    expected = {"label": label(*texts), "name": once(texts, 0), "version_name": once(texts, 1)}
    for field, text in expected.items():
        assert bare(text)[:40] in bare(getattr(package, field)), field


def test_other_places_were_read_too(account: Account, carried):
    made = account(carried)
    for kind in (Application, Certificate, Endpoint, EntryFact, NativeLibrary, NetworkSecurity, NotableCode):
        assert about(made, kind), kind
    assert len(about(made, EntryFact)) > 3 * len(carried)
    assert len(about(made, Certificate)) >= len([item for item in carried if item.text]) - 1


def test_json_reads_back_as_the_account(account: Account, carried):
    assert parse_json(render_json(account(carried))) == account(carried)


@pytest.mark.parametrize("number", range(len(SETS)))
def test_sets_of_splits_named_by_payloads_are_neutral(account: Account, number):
    made = account(SETS[number], splits=True)
    splits = [package.split for package in about(made, Package)]
    assert len(splits) > 2 * len(SETS[number]) // 3
    for form in ("terminal", "html", "sarif", "csv", "markdown", "facts"):
        assert not faults(form, made), form


def test_the_summary_shows_escapes_where_the_app_has_controls(account: Account):
    made = account(tuple(item for item in payloads() if item.kind == "terminal"))
    [package] = about(made, Package)
    assert shown(package.name) in OUTPUTS["terminal"].make(made)
    assert shown(package.name) != package.name
