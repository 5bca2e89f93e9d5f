"""Names of the source: taken from a mapping file that fits the app, for what is cited and for nothing else."""

import hashlib

import pytest

from affidavit.artefact.budget import Budget
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.facts.reading import make_fact
from affidavit.facts.source_names import extract
from affidavit.model.errors import BudgetError
from affidavit.model.flow import Call, Entry, Reached
from affidavit.model.place import Place
from affidavit.model.source_name import NameMapping, SourceName
from tests.builders.dex import Class, DexBuilder, Method

RENAMED = """\
org.example.Maps -> a.b:
    int size(org.example.Kind) -> a
    void run() -> run
    int size(java.lang.String) -> b
org.example.Kind -> a.c:
org.example.Kept -> org.example.Kept:
    void go() -> a
"""
OF_ANOTHER = RENAMED.replace("(org.example.Kind)", "(long)").replace("(java.lang.String)", "(int)")


def program(*markers: str, extra: int = 0) -> Program:
    """Three classes, as R8 would have left them; each marker is a text in the code."""
    code = [*(("const-string", 0, marker) for marker in markers), ("return-void",)]
    made = DexBuilder()
    made.classes += [
        Class("La/b;", methods=[Method("a", "(La/c;)I", [("const/4", 0, 0), ("return", 0)]),
                                Method("run", "()V", code),
                                Method("b", "(Ljava/lang/String;)I", [("const/4", 0, 0), ("return", 0)])]),
        Class("La/c;"),
        Class("Lorg/example/Kept;", methods=[Method("a", "()V", [("return-void",)])]),
        *(Class(f"Lz/A{number};") for number in range(extra)),
    ]  # fmt: skip
    return Program(read_dexes("classes.dex", made.build()))


def marker(ident: str) -> str:
    return f'~~R8{{"backend":"dex","pg-map-id":"{ident}","version":"8.3"}}'


def named(text: str, *cited: object, of: Program | None = None):
    """What is said of the file, the names of what is cited, and what is wrong."""
    limitations: list = []
    found = list(extract(text.encode(), of or program(), cited, Budget(), limitations))
    assert isinstance(found[0].what, NameMapping)
    names = {(fact.place.class_, fact.place.method): fact.what.name for fact in found[1:]}
    assert all(isinstance(fact.what, SourceName) and fact.place.entry == "classes.dex" for fact in found[1:])
    return found[0].what, names, [item.detail for item in limitations]


def at(class_: str, method: str = "") -> Place:
    return Place("classes.dex", 100, class_, method, 3)


def test_classes_and_methods_that_are_cited_have_the_names_of_the_source():
    said, names, wrong = named(RENAMED, at("La/b;", "a(La/c;)I"), at("La/c;"), at("Lorg/example/Kept;", "a()V"))
    assert names == {
        ("La/b;", ""): "org.example.Maps",
        ("La/b;", "a(La/c;)I"): "org.example.Maps.size(org.example.Kind)",
        ("La/c;", ""): "org.example.Kind",
        ("Lorg/example/Kept;", "a()V"): "org.example.Kept.go()",
    }
    assert (said.classes, said.here, said.methods, said.agree, said.fits, wrong) == (3, 3, 4, 4, True, [])


def test_what_kept_its_name_or_is_not_the_apps_own_or_not_cited_has_no_entry():
    cited = (at("Lorg/example/Kept;"), at("La/c;", "gone()V"), at("Landroid/app/Activity;", "a()V"))
    assert named(RENAMED, *cited)[1] == {("La/c;", ""): "org.example.Kind"}
    assert named(RENAMED)[1] == {}


def test_chains_and_entry_points_are_looked_through_at_any_depth():
    chain = (Call(at("La/c;"), "call"),)
    entry = Entry("activity", "La/b;", "run()V")
    fact = make_fact(Reached("device-id", "identifiers", "x", entry, chain), Place("classes.dex"), "x/1")
    assert set(named(RENAMED, (((fact,),),))[1]) == {("La/b;", ""), ("La/b;", "run()V"), ("La/c;", "")}


def test_each_name_is_given_once_in_one_order():
    cited = [at("La/c;"), at("La/b;", "a(La/c;)I"), at("La/c;"), at("La/b;")]
    first = list(extract(RENAMED.encode(), program(), cited, Budget(), []))
    assert first == list(extract(RENAMED.encode(), program(), cited[::-1], Budget(), []))
    assert len({fact.id for fact in first}) == len(first) == 4


@pytest.mark.parametrize(
    ("stated", "markers", "fits"),
    [
        ("281e441", ["281e441"], True),
        ("281e441", ["281e4417259f67093d4a672b3f95e42992"], True),  # R8 of later years writes more digits
        ("281e441", ["0000000", "281e441"], True),  # dex files of two makers
        ("281e441", ["f031b61"], False),
        ("2", ["281e441"], False),  # one digit is the start of too much
        ("281e441", [], True),  # then names alone decide
        ("", ["f031b61"], True),
    ],
)
def test_the_id_that_r8_leaves_in_the_app_decides_where_both_have_one(stated, markers, fits):
    text = f"# compiler: R8\n# pg_map_id: {stated}\n{RENAMED}" if stated else RENAMED
    said, names, wrong = named(text, at("La/b;"), of=program(*map(marker, markers)))
    assert (said.fits, bool(names), not wrong) == (fits, fits, fits)
    assert said.app_ids == tuple(sorted(markers))
    if not fits:
        assert f"it has the id {stated}, the app {', '.join(markers)}" in wrong[0]
        assert wrong[0].endswith("no name was taken from it")


def test_a_file_with_the_same_short_names_and_other_parameters_is_of_another_app():
    said, names, (wrong,) = named(OF_ANOTHER, at("La/b;"))
    assert (said.here, said.methods, said.agree, said.fits, names) == (3, 4, 2, False, {})
    assert "of 3 classes that it names the app has 3; of 4 methods of them that it names 2 have" in wrong


def test_a_file_most_of_whose_classes_the_app_has_not_is_of_another_app():
    more = "".join(f"x.Y{number} -> y.z{number}:\n" for number in range(4))
    said, names, (wrong,) = named(RENAMED + more, at("La/b;"))
    assert (said.classes, said.here, said.fits, names) == (7, 3, False, {})
    assert "of 7 classes that it names the app has 3" in wrong


@pytest.mark.parametrize("text", ["", "\x00\n" * 3, "no mapping\n"])
def test_what_is_no_mapping_file_fits_nothing(text):
    said, names, (wrong,) = named(text, at("La/b;"))
    assert (said.fits, names) == (False, {})
    assert "0 classes were read" in wrong


def test_a_file_that_was_changed_after_r8_wrote_it_is_named_so():
    digest = hashlib.sha256(RENAMED.encode()).hexdigest()
    whole = f"# pg_map_hash: SHA-256 {digest}\n{RENAMED}"
    said, _, wrong = named(whole)
    assert (said.altered, wrong) == (False, [])
    said, names, (one,) = named(whole.replace("Maps", "Mops"), at("La/b;"))
    assert said.altered
    assert names == {("La/b;", ""): "org.example.Mops"}
    assert "was changed after R8 wrote it" in one


def test_markers_of_hostile_form_are_no_ids():
    hostile = ['~~R8{"pg-map-id":7}', "~~R8{" + "[" * 9_000, '~~R8{"pg-map-id":"a b\u202e"}', "~~", "~~R8"]
    assert named(RENAMED, of=program(*hostile))[0].app_ids == ()
    assert len(named(RENAMED, of=program(*(marker(f"{n:07x}") for n in range(30))))[0].app_ids) == 8


def test_the_budget_ends_the_reading():
    with pytest.raises(BudgetError):
        list(extract(RENAMED.encode() * 9_000, program(), (), Budget(seconds=0), []))
