"""Values in real apps: bounded, the same each time, and the addresses that can be read in the code."""

import pytest

from affidavit.dalvik.whole.control import controlled
from affidavit.dalvik.whole.expressions import Text
from tests.dalvik.whole.real import RealApp

ADDRESSES = ("<init>", "parse", "create")


@pytest.fixture(scope="module")
def jamendo(corpus) -> RealApp:
    return RealApp(corpus / "realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk", rounds=1)


def addressed(app: RealApp) -> list[str]:
    """Everything that is made an address, as text."""
    owners = {"Ljava/net/URL;", "Ljava/net/URI;", "Landroid/net/Uri;"}
    nodes = app.values.sites.outside(lambda callee: callee.owner in owners and callee.name in ADDRESSES)
    operands = (app.calls.code.operands(node)[-1:] for node in nodes)
    return [app.values.text(app.values.of(operand)) for last in operands for operand in last]


@pytest.mark.corpus
def test_addresses_of_a_real_app_are_put_together(jamendo):
    found = addressed(jamendo)
    assert any(text.startswith("http://") for text in found)
    assert all(len(text) < 100_000 for text in found)


@pytest.mark.corpus
def test_answers_are_the_same_each_time(jamendo, corpus):
    again = RealApp(corpus / "realapps/androguard-androguard/com.teleca.jamendo_35_bedeeae7.apk", rounds=1)
    assert addressed(again) == addressed(jamendo)


@pytest.mark.corpus
def test_every_value_of_a_real_app_can_be_asked_for(jamendo):
    code = jamendo.calls.code
    for node in range(0, len(code.kind), 7):
        found = jamendo.values.of(node, depth=20, size=200)
        if code.opcode[node] == 0x1A and code.kind[node] == 1:
            assert isinstance(found, Text)


@pytest.mark.corpus
def test_every_method_has_its_control_dependences(jamendo):
    linked, code = jamendo.linked, jamendo.calls.code
    reached = [method for method in range(len(linked.method_type)) if code.node_first[method] >= 0]
    pairs = [pair for method in reached[::5] for pair in controlled(jamendo.values, method)]
    assert pairs
    assert all(code.method[branch] == code.method[node] for branch, node in pairs)
