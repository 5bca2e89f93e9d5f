from benchmarks.truth.labels import Row, counts, helped, label, unchanged
from benchmarks.truth.maps import Renamed

WHOSE = {"Ll/A;": "lib__1", "Ll/B;": "lib__1", "Ll/C;": "lib__1", "Lg/X;": "background:g"}
PRESENT = frozenset({"La;", "Lb;", "Lapp/Main;"})


def rows():
    renamed = [
        Renamed("Ll/A;", "La;", {"Ll/B;", "Lg/X;", "Lapp/Gone;"}),
        Renamed("Ll/A$$ExternalSyntheticLambda0;", "Lb;"),
        Renamed("Ll/C;", "Lnot/in/dex;"),
    ]
    return label(renamed, WHOSE, PRESENT)


def test_each_class_of_the_app_and_of_the_libraries_is_accounted_for():
    assert rows() == [
        Row("", "Ll/C;", "lib__1", "gone"),
        Row("La;", "Lg/X;", "background:g", "inlined"),
        Row("La;", "Ll/A;", "lib__1", "is"),
        Row("La;", "Ll/B;", "lib__1", "inlined"),
        Row("Lapp/Main;", "Lapp/Main;", "own", "is"),
        Row("Lb;", "Ll/A;", "lib__1", "inlined"),
    ]


def test_a_class_that_lives_on_is_not_counted_as_inlined_too():
    assert counts(rows()) == {
        "background:g": {"is": 0, "inlined": 1, "gone": 0},
        "lib__1": {"is": 1, "inlined": 1, "gone": 1},
        "own": {"is": 1, "inlined": 0, "gone": 0},
    }


def test_a_build_that_renames_nothing_needs_no_map():
    found = unchanged(frozenset({"Ll/A;", "Lapp/Main;"}), {"Ll/A;": "lib__1", "Ll/B;": "lib__1"})
    assert [(row.app_class, row.whose, row.relation) for row in found] == [
        ("", "lib__1", "gone"),
        ("Lapp/Main;", "own", "is"),
        ("Ll/A;", "lib__1", "is"),
    ]


def test_a_helper_class_has_the_code_of_the_classes_that_it_helps():
    rows = [
        Row("", "Lx/Gone;", "x__1", "gone"),
        Row("La;", "Lx/A;", "x__1", "is"),
        Row("La;", "Lx/B;", "x__1", "inlined"),
        Row("Lh;", "Lh;", "own", "is"),
        Row("Lm;", "Lm;", "own", "is"),
        Row("Ln;", "Ln;", "own", "is"),
    ]
    assert helped(rows, {"Lh;": "La;", "Ln;": "Lm;"}) == [
        Row("", "Lx/Gone;", "x__1", "gone"),
        Row("La;", "Lx/A;", "x__1", "is"),
        Row("La;", "Lx/B;", "x__1", "inlined"),
        Row("Lh;", "Lx/A;", "x__1", "inlined"),
        Row("Lh;", "Lx/B;", "x__1", "inlined"),
        Row("Lm;", "Lm;", "own", "is"),
        Row("Ln;", "Ln;", "own", "is"),
    ]
