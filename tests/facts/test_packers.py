"""Shells are named by what they leave, and no ordinary app is taken for one."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts.packers import extract, shells
from affidavit.facts.reading import make_fact
from affidavit.findings import load
from affidavit.model.fact import Fact
from affidavit.model.identity import Application, Packer
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder


def found(names: tuple[str, ...] = (), class_: str = "", application: str = "") -> list[tuple[str, str, str]]:
    """Name, mark and place of what is found in an app."""
    program = Program([read_dex("classes.dex", DexBuilder().add_class(class_).build())]) if class_ else None
    facts: list[Fact] = [make_fact(Application(class_name=application), Place("AndroidManifest.xml"), "x/1")]
    given = [(fact.what, fact.place.entry) for fact in extract(names, program, facts)]
    return [(what.name, what.mark, entry) for what, entry in given if isinstance(what, Packer)]


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ({"names": ("lib/arm64-v8a/libjiagu_a64.so",)},
         ("jiagu", "native:libjiagu_a64.so", "lib/arm64-v8a/libjiagu_a64.so")),
        ({"names": ("assets/libjiagu.so",)}, ("jiagu", "entry:assets/libjiagu*", "assets/libjiagu.so")),
        ({"names": ("b.apk!/assets/ijm_lib/a",)}, ("ijiami", "entry:assets/ijm_lib/", "b.apk!/assets/ijm_lib/a")),
        ({"class_": "Lcom/tencent/StubShell/TxAppEntry;"}, ("legu", "class:Lcom/tencent/StubShell/", "classes.dex")),
        ({"application": "com.secneo.apkwrapper.ApplicationWrapper"},
         ("bangcle", "application:com.secneo.apkwrapper.ApplicationWrapper", "AndroidManifest.xml")),
    ],
)  # fmt: skip
def test_one_mark_names_the_shell_and_its_place(app, said):
    assert found(**app) == [said]


def test_names_that_only_resemble_a_mark_name_nothing():
    alike = ("lib/x86/libtupperware.so", "assets/dexprotector.txt", "res/libjiagu.so", "lib/x86/libshell.so")
    assert found(alike, "Lcom/shell/App;", "com.shell.App") == []


def test_marks_are_as_long_as_a_name_needs_to_be_telling():
    for shell in shells():
        marks = [*shell.entries, *shell.libraries, *shell.packages, *shell.applications]
        assert marks, shell.name
        assert all(len(mark) >= 9 for mark in marks), shell.name
        assert all(item.startswith("L") for item in shell.packages)


def test_the_names_that_rules_ask_for_are_those_of_the_knowledge():
    known = {"any", *(shell.name for shell in shells())}
    asked = {rule.match.packer for rule in load.rules() if rule.match.packer}
    assert asked
    assert asked <= known
