"""The benchmark format: what its schema asks for, names in Java form, nothing invented."""

import json

import jsonschema
import pytest

from affidavit.report import render
from affidavit.report.taf import dotted, jimple, types
from tests.builders.affidavits import small_affidavit
from tests.builders.flows import READ, with_flows

ACCOUNT = with_flows(small_affidavit())


def document(account=ACCOUNT):
    return json.loads(render(account, "taf"))


def test_a_flow_has_source_sink_and_what_lies_between():
    (found,) = document()["findings"]
    assert found["source"]["className"] == "com.example.tracker.Here"
    assert found["source"]["methodName"] == "void find(android.content.Context)"
    assert (found["source"]["targetName"], found["sink"]["targetName"]) == ("getDeviceId", "i")
    assert found["sink"]["statement"].startswith("invoke-static")
    assert [step["ID"] for step in found["intermediateFlows"]] == [1]
    assert not found["isNegative"]


def test_without_flows_there_are_no_findings():
    assert document(small_affidavit())["findings"] == []


def test_the_same_affidavit_gives_the_same_bytes():
    assert render(ACCOUNT, "taf") == render(ACCOUNT, "taf")


@pytest.mark.corpus
def test_it_fits_the_published_schema(corpus):
    schema = json.loads((corpus / "taint/taintbench/TAF-schema.json").read_text())
    jsonschema.validate(document(), schema)


@pytest.mark.parametrize(
    ("descriptor", "name"),
    [("I", "int"), ("Ljava/lang/String;", "java.lang.String"), ("[[J", "long[][]"), ("[La/B;", "a.B[]"), ("", "")],
)
def test_types_in_java_form(descriptor, name):
    assert dotted(descriptor) == name


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        ("()V", ("void", [])),
        ("(I[Ljava/lang/String;[JZ)La/B;", ("a.B", ["int", "java.lang.String[]", "long[]", "boolean"])),
        ("(Lbroken", ("", ["broken"])),
        ("([", ("", ["[]"])),
    ],
)
def test_prototypes_in_java_form(proto, expected):
    assert types(proto) == expected


def test_signatures_as_jimple_writes_them():
    assert jimple(READ) == "<android.telephony.TelephonyManager: java.lang.String getDeviceId()>"
    assert jimple("Landroid/os/Build;->SERIAL:Ljava/lang/String;") == "<android.os.Build: java.lang.String SERIAL>"
