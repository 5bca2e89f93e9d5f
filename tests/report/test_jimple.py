"""Statements of Jimple made of disassembled lines."""

import pytest

from affidavit.report.jimple import dotted, jimple, member, statement, types
from tests.builders.flows import READ

PUT = "Ljava/util/Map;->put(JLjava/lang/Object;)Ljava/lang/Object;"
PUT_SAID = "<java.util.Map: java.lang.Object put(long,java.lang.Object)>"
LOG = "Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I"
LOG_SAID = "<android.util.Log: int i(java.lang.String,java.lang.String)>"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"invoke-static {{v0, v1}}, {LOG}"], f"staticinvoke {LOG_SAID}(v0, v1)"),
        ([f"0012: invoke-static {{v0, v1}}, {LOG}", "0015: move-result v3"], f"v3 = staticinvoke {LOG_SAID}(v0, v1)"),
        ([f"invoke-interface {{v4, v0, v1, v2}}, {PUT}"], f"interfaceinvoke v4.{PUT_SAID}(v0, v2)"),
        ([f"invoke-virtual/range {{v4 .. v7}}, {PUT}", "nop"], f"virtualinvoke v4.{PUT_SAID}(v5, v7)"),
        (["invoke-direct {v1}, Lx/A;-><init>()V"], "specialinvoke v1.<x.A: void <init>()>()"),
        (["iget-object v1, v2, Lx/A;->f:Lx/B;"], "v1 = v2.<x.A: x.B f>"),
        (["sget v1, Lx/A;->f:I"], "v1 = <x.A: int f>"),
        (["sput-wide v1, Lx/A;->f:J"], "<x.A: long f> = v1"),
        (["return-void"], ""),
        (["invoke-static {v0, v1}, Lx/A;->cut(Ljava/…(+30)"], ""),
        ([], ""),
    ],
)
def test_the_first_line_as_a_statement(lines, expected):
    assert statement(lines, 0) == expected


def test_what_a_line_names():
    assert member(["nop", f"0000: invoke-static {{}}, {LOG}"], 1) == LOG
    assert member(["iget v1, v2, Lx/A;->f:I"], 0) == "Lx/A;->f:I"
    assert not member(["nop"], 0)
    assert not member(["nop"], -1)


def test_a_hostile_range_gives_few_registers():
    assert len(statement([f"invoke-virtual/range {{v0 .. v99999999}}, {PUT}"], 0)) < 200


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
