"""Every mark of every shell is found where it must be, alone, and in an order that input cannot change."""

from itertools import permutations

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.program import Program
from affidavit.facts.packers import NAME, VERSION, Shell, extract, shells
from affidavit.facts.reading import make_fact
from affidavit.model.fact import Fact
from affidavit.model.identity import Application, Packer
from affidavit.model.place import Place
from tests.builders.dex import DexBuilder

SHELLS = shells()


def found(
    names: tuple[str, ...] = (), classes: tuple[str, ...] = (), application: str = ""
) -> list[tuple[str, str, str]]:
    """Name, mark and entry of what is found."""
    dex = DexBuilder()
    for class_ in classes:
        dex.add_class(class_)
    program = Program([read_dex("classes2.dex", dex.build())]) if classes else None
    facts: list[Fact] = [make_fact(Application(class_name=application), Place("AndroidManifest.xml"), "x/1")]
    given = list(extract(names, program, facts))
    assert {fact.extractor for fact in given} <= {f"{NAME}/{VERSION}"}
    return [(fact.what.name, fact.what.mark, fact.place.entry) for fact in given if isinstance(fact.what, Packer)]


def filled(pattern: str) -> str:
    """A name that a pattern stands for."""
    return pattern + "rest" if pattern.endswith("/") else pattern.replace("*", "rest")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_each_mark_alone_names_its_shell_and_no_other(shell: Shell):
    for pattern in shell.entries:
        assert found((filled(pattern),)) == [(shell.name, f"entry:{pattern}", filled(pattern))]
    for pattern in shell.libraries:
        file = filled(pattern) if pattern.endswith(".so") else f"{filled(pattern)}.so"
        for folder in ("lib/arm64-v8a/", "jni/x86/"):
            assert (shell.name, f"native:{file}", folder + file) in found((folder + file,))
    for prefix in shell.packages:
        class_ = prefix if prefix.endswith(";") else f"{prefix}rest;"
        assert found(classes=("La/B;", class_)) == [(shell.name, f"class:{prefix}", "classes2.dex")]
    for name in shell.applications:
        assert found(application=name) == [(shell.name, f"application:{name}", "AndroidManifest.xml")]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_a_mark_that_is_changed_in_one_place_names_nothing(shell: Shell):
    for name in shell.applications:
        assert found(application=f"{name}X") == []
        assert found(application=name.swapcase()) == []
    for pattern in shell.entries:
        assert found((f"x/{filled(pattern)}", filled(pattern).swapcase())) == []
    for pattern in shell.libraries:
        file = filled(pattern)
        assert found((f"res/{file}.so", f"lib/x86/x{file}.so", f"lib/x86/{file}.txt")) == []


def test_names_of_shells_are_there_once_and_no_mark_is_that_of_two():
    assert len({shell.name for shell in SHELLS}) == len(SHELLS)
    for kind in ("entries", "libraries", "packages", "applications"):
        marks = [mark for shell in SHELLS for mark in getattr(shell, kind)]
        assert len(marks) == len(set(marks))


def test_an_entry_counts_before_a_library_a_library_before_a_class_a_class_before_the_manifest():
    names, class_, application = ("assets/ijiami.dat", "lib/x86/libexecmain.so"), "Ls/h/e/l/l/S;", "s.h.e.l.l.S"
    marks = [
        found(names, (class_,), application),
        found(names[1:], (class_,), application),
        found((), (class_,), application),
        found((), (), application),
    ]
    assert [row[0][1] for row in marks] == [
        "entry:assets/ijiami.dat", "native:libexecmain.so", "class:Ls/h/e/l/l/", "application:s.h.e.l.l.S",
    ]  # fmt: skip
    assert [len(row) for row in marks] == [1, 1, 1, 1]


def test_the_outermost_entry_is_the_place_in_whichever_order_entries_come():
    paths = ("a.apk!/lib/x86/libvdog.so", "lib/x86/libvdog.so", "a.apk!/b.apk!/lib/x86/libvdog.so")
    for order in permutations(paths):
        assert found(order) == [("vdog", "native:libvdog.so", "lib/x86/libvdog.so")]


def test_several_shells_are_all_named_in_the_order_of_the_knowledge():
    names = ("lib/x86/libvdog.so", "assets/libjiagu.so", "lib/x86/libnesec.so")
    assert [name for name, _, _ in found(names)] == ["jiagu", "yidun", "vdog"]


def test_an_app_without_anything_names_nothing():
    assert found() == []
    assert list(extract((), None, ())) == []
    assert list(extract(("", "!/", "lib/", "lib//.so", "\udc80" * 9), None, ())) == []
