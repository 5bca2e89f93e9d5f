"""Sensitive calls in all code: bulk search against the slow and obvious one, on made and on real programs."""

import csv
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.linked import Linked
from affidavit.facts.flow_everywhere import Everywhere
from affidavit.facts.flow_knowledge import flow_knowledge
from affidavit.model.errors import BudgetError
from tests.builders.dex import Class, DexBuilder, Method
from tests.oracles.sensitive import Slow

CLASSES = (
    *("Landroid/location/Location;", "Landroid/telephony/TelephonyManager;", "Landroid/net/wifi/WifiInfo;"),
    *("Landroid/content/Context;", "Lx/A;", "Lx/B;", "Lcom/baidu/location/BDLocation;"),
)
MEMBERS = ("getLatitude()D", "getDeviceId()Ljava/lang/String;", "getMacAddress()Ljava/lang/String;", "other()V")
FIELDS = ("Landroid/os/Build;->SERIAL:Ljava/lang/String;", "Lx/A;->SERIAL:Ljava/lang/String;")


def none():
    """The budget of a search that has none."""


def calls_of(program, check=none):
    linked = Linked(program, Framework.load())
    found = set()
    for call in Everywhere(linked, flow_knowledge(), check).calls():
        class_, name, proto = linked.method_text(call.method)
        found.add((f"{class_}->{name}{proto}", call.pc, call.what))
    return found


def agree(program):
    found = calls_of(program)
    assert found == Slow(program, Framework.load(), flow_knowledge()).sensitive()
    return found


@st.composite
def programs(draw):
    """Classes of the app above and below those of the platform, that call each other's members."""
    defined = draw(st.lists(st.sampled_from(CLASSES), unique=True, max_size=4))
    instruction = st.one_of(
        st.builds(
            lambda owner, member: ("invoke-virtual", [0], f"{owner}->{member}"),
            st.sampled_from(CLASSES),
            st.sampled_from(MEMBERS),
        ),
        st.builds(lambda field: ("sget-object", 1, field), st.sampled_from(FIELDS)),
        st.builds(lambda field: ("sput-object", 1, field), st.sampled_from(FIELDS)),
    )
    classes = []
    for at, name in enumerate(defined):
        above = draw(
            st.sampled_from(["Ljava/lang/Object;", *CLASSES[:3], *defined[:at]]).filter(lambda x, n=name: x != n)
        )
        own = draw(st.lists(st.sampled_from(MEMBERS), unique=True, max_size=2))
        methods = [Method(*_split(member), code=[("return-void",)]) for member in own]
        body = draw(st.lists(instruction, max_size=6))
        methods.append(Method("run", code=[*body, ("return-void",)]))
        classes.append(Class(name, above, methods=methods))
    return DexBuilder(classes).build()


def _split(member):
    name, _, proto = member.partition("(")
    return name, f"({proto}"


@given(programs())
def test_the_bulk_search_finds_what_the_slow_one_finds(data):
    agree(Program([read_dex("classes.dex", data)]))


def test_a_call_by_a_class_that_is_hidden_does_not_count():
    def app(member):
        code = [("invoke-virtual", [0], f"Landroid/location/Location;->{member}()D"), ("return-void",)]
        return DexBuilder([Class("Lx/A;", methods=[Method("run", code=code)])]).build()

    units = [read_dex("classes.dex", app("getLatitude")), read_dex("classes2.dex", app("getAltitude"))]
    assert {what for _, _, what in agree(Program(units))} == {"location/position"}


def test_the_budget_is_looked_at():
    def check():
        raise BudgetError("enough", advice="ask for less")

    program = Program([read_dex("classes.dex", DexBuilder([Class("Lx/A;")]).build())])
    with pytest.raises(BudgetError):
        calls_of(program, check)


def apk(path):
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("classes") and name.endswith(".dex"))
        return Program([read_dex(name, archive.read(name)) for name in names])


@pytest.mark.corpus
def test_sensitive_calls_of_benchmark_apps_are_those_of_the_slow_search(corpus):
    paths = sorted((corpus / "taint" / "droidbench" / "apk").rglob("*.apk"))
    assert sum(len(agree(apk(path))) for path in paths[::16]) > 3


@pytest.mark.corpus
def test_sources_of_the_leaks_of_benchmark_apps_are_sensitive_calls(corpus):
    folder = corpus / "taint" / "droidbench"
    with (folder / "leaks.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "matched" and "->" in row["source_api"]]
    found = {path: calls_of(apk(folder / path)) for path in sorted({row["apk"] for row in rows})}
    missing = []
    for row in rows:
        method, _, offset = row["source_location(method@code_offset)"].partition("@")
        places = {(place.partition("(")[0], pc) for place, pc, _ in found[row["apk"]]}
        if (method, int(offset, 16)) not in places:
            missing.append((row["apk"], row["source_api"], method, offset))
    assert len(rows) > 30
    assert not missing
